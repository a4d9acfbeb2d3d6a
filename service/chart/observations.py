"""Observations. In: an Observation of the chart's patient. Out: an `Observed` with its own measure first and
one for each component, or None when it was withdrawn or cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.chart.codes import read_concept, read_concepts
from service.chart.dates import first_known, read_when
from service.chart.entry import Entry
from service.chart.model import Measure, Observed, Passage
from service.chart.passages import note_passages
from service.chart.standing import NEVER_MEASURED, status_words
from service.chart.subject import local_reference
from service.chart.values import read_values


def read_observation(entry: Entry, panels: Mapping[str, str]) -> Observed | None:
    """The Observation with its measures; `panels` gives the group of every Observation that a panel lists.

    A `registered` Observation, or one with a `dataAbsentReason`, has no value: it is kept, and documents
    nothing.
    """
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
    passages: tuple[Passage, ...] = ()
    for path, body in entry.children(entry.body, "component"):
        at = path + "."
        values, texts = read_values(entry, body, at)
        concept = read_concept(entry, body, "code", at)
        measures.append(Measure(concept, values, path, read_concepts(entry, body, "interpretation", at)))
        passages += texts
    return measures, passages


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
