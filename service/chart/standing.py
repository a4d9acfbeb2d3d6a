"""What a resource's status says: that it is no evidence at all, that it holds, held once, or may hold. In:
status elements as codes, CodeableConcepts, text alone or plain strings. Out: status words, and a `Standing`
or None for never evidence."""

from __future__ import annotations

from typing import Final

from service.chart.entry import Entry
from service.chart.model import Standing

# FHIR R4's codes, and the words that servers show for them; all are compared in lower case with hyphens for
# spaces. The record itself says that these never were true, so leaving them out is no gap.
WITHDRAWN: Final = frozenset({"entered-in-error", "superseded"})
NEVER_HELD: Final = WITHDRAWN | {"refuted", "ruled-out", "disproved"}
NEVER_MEASURED: Final = WITHDRAWN | {"cancelled", "canceled"}

_ENDED: Final = frozenset({"resolved", "inactive", "remission", "in-remission", "abated"})
_RUNNING: Final = frozenset({"active", "recurrence", "relapse"})
# The first three are R4's condition-ver-status; the others are what problem lists say in its place.
# fmt: off
_UNSURE: Final = frozenset({
    "unconfirmed", "provisional", "differential",
    "possible", "probable", "suspected", "presumed", "presumptive", "likely", "questionable", "working",
    "rule-out",
})
# fmt: on

Words = tuple[str, ...]


def status_words(entry: Entry, name: str) -> Words | None:
    """The words of a status element: codes first, then displays and text; None when it cannot be read.

    A status that cannot be read may be a withdrawal, so the callers leave such a resource out.
    """
    value = entry.body.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        return (status_word(value),)
    found: list[str] = []
    unread = False
    for _, item in entry.items(entry.body, name):
        codings = item.get("coding") if isinstance(item, dict) else None
        for part in (*(codings if isinstance(codings, list) else (codings,)), item):
            if isinstance(part, str):
                found.append(status_word(part))
            elif isinstance(part, dict):
                said = [part[key] for key in ("code", "display", "text") if part.get(key) is not None]
                found += [status_word(text) for text in said if isinstance(text, str)]
                unread = unread or not all(isinstance(text, str) for text in said)
            else:
                unread = unread or part is not None
    # Where nothing is said (an extension alone, with the reason why the status is absent), nothing is unread.
    if unread and not found:
        entry.unreadable(name, "is not a status; the resource was left out")
        return None
    return tuple(found)


def status_word(text: str) -> str:
    """A status as it is compared: in lower case, with hyphens for spaces."""
    return text.strip().lower().replace(" ", "-").replace("_", "-")


def problem_standing(clinical: Words | None, verification: Words | None, *, abated: bool) -> Standing | None:
    """The standing of a Condition or AllergyIntolerance; None when it never is evidence.

    A problem that has ended counts as resolved even if it never was confirmed: it says the least.
    """
    if clinical is None or verification is None:
        return None
    words = {*clinical, *verification}
    if words & NEVER_HELD:
        return None
    if abated or words & _ENDED:
        return "resolved"
    return "possible" if words & _UNSURE else "current"


def says_running(clinical: Words | None) -> bool:
    """Whether the clinical status says in so many words that the problem holds now."""
    return clinical is not None and not _RUNNING.isdisjoint(clinical)
