"""Observations of a server that gives them by category only. In: what a search per category gave, or why it gave
nothing. Out: one result without doubles, which says that other categories may hold more. Epic answers a search for a
patient's Observations without category or code with 400."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from service.fhir.answer import Searched, Unread

# http://terminology.hl7.org/CodeSystem/observation-category, but for what says nothing of this service's subject
# (procedure, therapy).
CATEGORIES: Final = ("vital-signs", "laboratory", "exam", "survey", "social-history", "imaging", "activity")


def merged(found: Mapping[str, Searched | Unread]) -> Searched:
    """The results of all categories as one; raises the first Unread where none gave any."""
    read = {category: result for category, result in found.items() if isinstance(result, Searched)}
    for reason in found.values():
        if not read and isinstance(reason, Unread):
            raise reason
    # One Observation may be of several categories.
    held: dict[Any, Any] = {}
    for result in read.values():
        for n, resource in enumerate(result.resources):
            held.setdefault(resource.get("id") or (len(held), n), resource)
    said = [f"the FHIR server gives Observations by category only; read were {', '.join(read)}"]
    said += dict.fromkeys(result.cut_short for result in read.values() if result.cut_short)
    return Searched(tuple(held.values()), "; ".join(said), any(result.failed for result in read.values()))
