"""Observations. In: an Observation of the chart's patient. Out: an `Observed` with its own measure first and
one for each component, or None when it was withdrawn or cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct, ValidationError, convert

from service.chart.codes import read_concept, read_concepts
from service.chart.dates import first_known, parse_date, read_when
from service.chart.entry import Entry
from service.chart.model import Measure, Observed, Passage, Quantity, Span
from service.chart.passages import note_passages
from service.chart.standing import NEVER_MEASURED, status_word, status_words
from service.chart.subject import local_reference
from service.chart.values import read_values

# No number of a chart is as large; a larger one is looked at with more care.
_LARGEST: Final = 1e15


class _Number(Struct, gc=False, forbid_unknown_fields=True):
    value: float
    unit: str = ""
    code: str = ""
    system: str = ""


class _Plain(Struct, gc=False, forbid_unknown_fields=True, rename="camel"):
    """An Observation that is a number and nothing else, as nearly all of a long chart are: every element of it that is
    read, in the type it should have. The rest may be there and is not read."""

    status: str
    code: Any
    effective_date_time: str
    value_quantity: _Number
    encounter: Any = None
    resource_type: Any = None
    id: Any = None
    meta: Any = None
    identifier: Any = None
    category: Any = None
    subject: Any = None
    performer: Any = None
    issued: Any = None
    reference_range: Any = None


def read_observation(entry: Entry, panels: Mapping[str, str]) -> Observed | None:
    """The Observation with its measures; `panels` gives the group of every Observation that a panel lists.

    A `registered` Observation, or one with a `dataAbsentReason`, has no value: it is kept, and documents
    nothing.
    """
    return _read_plain(entry, panels) or _read(entry, panels)


def _read_plain(entry: Entry, panels: Mapping[str, str]) -> Observed | None:
    """What `_read` makes of a plain number, in half the time; None for anything else."""
    try:
        plain = convert(entry.body, _Plain)
    except (ValidationError, UnicodeEncodeError):
        return None
    number, day = plain.value_quantity, parse_date(plain.effective_date_time)
    if day is None or not abs(number.value) < _LARGEST or status_word(plain.status) in NEVER_MEASURED:
        return None
    unit = entry.bounded(number.unit, "valueQuantity.unit") or entry.bounded(number.code, "valueQuantity.code")
    measure = Measure(read_concept(entry, entry.body, "code"), (Quantity(number.value, unit.strip()),))
    return Observed(entry.ref, (measure,), when=Span(day), group=_group(entry, panels))


def _read(entry: Entry, panels: Mapping[str, str]) -> Observed | None:
    words = status_words(entry, "status")
    if words is None or not NEVER_MEASURED.isdisjoint(words):
        return None
    body = entry.body
    values, passages = read_values(entry, body)
    measures = [Measure(read_concept(entry, body, "code"), values, "", read_concepts(entry, body, "interpretation"))]
    if "component" in body:
        components, more = _components(entry)
        measures += components
        passages += more
    if "note" in body:
        passages += note_passages(entry)
    return Observed(
        ref=entry.ref,
        measures=tuple(measures),
        when=first_known(entry, body, read_when(entry, body, "effective"), "issued"),
        body_sites=read_concepts(entry, body, "bodySite"),
        passages=passages,
        group=_group(entry, panels),
    )


def _components(entry: Entry) -> tuple[list[Measure], tuple[Passage, ...]]:
    measures: list[Measure] = []
    passages: list[Passage] = []
    for path, body in entry.children(entry.body, "component"):
        at = path + "."
        values, texts = read_values(entry, body, at)
        concept = read_concept(entry, body, "code", at)
        measures.append(Measure(concept, values, path, read_concepts(entry, body, "interpretation", at)))
        passages += texts
    return measures, tuple(passages)


def panel_groups(entries: Iterable[Entry]) -> dict[str, str]:
    """The group of each Observation, by ref, that some panel among `entries` lists as its member.

    Where two panels list the same one, the first group in alphabetical order has it, so that order of arrival
    is nothing.
    """
    groups: dict[str, str] = {}
    for entry in entries:
        if "hasMember" not in entry.body:
            continue
        group = local_reference(entry.body.get("encounter"), "Encounter") or entry.ref
        for _, member in entry.items(entry.body, "hasMember"):
            ref = local_reference(member, "Observation")
            if ref:
                groups[ref] = min(group, groups.get(ref, group))
    return groups


def _group(entry: Entry, panels: Mapping[str, str]) -> str:
    body = entry.body
    if group := local_reference(body.get("encounter"), "Encounter") or panels.get(entry.ref, ""):
        return group
    if "hasMember" in body:
        return entry.ref
    if "derivedFrom" not in body:
        return ""
    sources = (local_reference(item, "Observation") for _, item in entry.items(body, "derivedFrom"))
    return next((source for source in sources if source), "")
