"""Conditions. In: a Condition of the chart's patient. Out: a `Problem`, or None when the record itself says
that it never held."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from service.chart.codes import read_concept, read_concepts
from service.chart.dates import parse_date, read_date, read_period, read_when
from service.chart.entry import Entry
from service.chart.model import Passage, Problem, Span
from service.chart.passages import concept_passages, note_passages
from service.chart.standing import problem_standing, says_running, status_words
from service.chart.values import read_quantity

_ABATEMENTS: Final = (
    "abatementDateTime",
    "abatementPeriod",
    "abatementAge",
    "abatementRange",
    "abatementString",
)
# UCUM's code for a year, and how servers write it.
_YEARS: Final = frozenset({"a", "yr", "yrs", "year", "years"})


def read_problem(entry: Entry, born: date | None) -> Problem | None:
    """The Condition as a problem; `born` turns an age at onset into a date."""
    body = entry.body
    clinical = status_words(entry, "clinicalStatus")
    start = _onset(entry, born)
    end = _abatement(entry)
    recorded = read_date(entry, body, "recordedDate")
    standing = problem_standing(
        clinical,
        status_words(entry, "verificationStatus"),
        abated=_has_abated(body) and not (says_running(clinical) and _announced(entry, end, recorded)),
    )
    if standing is None:
        return None
    return Problem(
        ref=entry.ref,
        # The words in `code.text` are part of the concept and read from there; as a passage they would count
        # twice.
        concept=read_concept(entry, body, "code"),
        standing=standing,
        when=Span(start, end),
        recorded=recorded,
        body_sites=read_concepts(entry, body, "bodySite"),
        passages=(*note_passages(entry), *_evidence(entry), *_onset_words(entry)),
    )


def _onset(entry: Entry, born: date | None) -> date | None:
    body = entry.body
    when = read_when(entry, body, "onset")
    if when.start or when.end:
        return when.start or when.end
    age = read_quantity(entry, body, "onsetAge") or read_quantity(
        entry, entry.child(body, "onsetRange"), "low", "onsetRange."
    )
    if age is None or born is None or age.unit.lower() not in _YEARS or not 0 <= age.value <= 130:
        return None
    year = born.year + int(age.value)
    # A 29th of February has no birthday in most years; the month is as precise as an age at onset ever is.
    return date(year, born.month, 1) if year <= date.max.year else None


def _abatement(entry: Entry) -> date | None:
    if entry.body.get("abatementPeriod") is not None:
        period = read_period(entry, entry.body, "abatementPeriod")
        return period.latest
    return read_date(entry, entry.body, "abatementDateTime", last=True)


def _has_abated(body: dict[str, Any]) -> bool:
    return body.get("abatementBoolean") in (True, "true") or any(body.get(name) is not None for name in _ABATEMENTS)


def _announced(entry: Entry, end: date | None, recorded: date | None) -> bool:
    """Whether the end lay in the future when the record was last written.

    FHIR forbids an active problem with an abatement; a server that sends one with a later date means an
    expected end.
    """
    updated = entry.child(entry.body, "meta").get("lastUpdated")
    written = (parse_date(updated) if isinstance(updated, str) else None) or recorded
    return end is not None and written is not None and end > written


def _evidence(entry: Entry) -> tuple[Passage, ...]:
    return tuple(
        passage
        for path, item in entry.children(entry.body, "evidence")
        for passage in concept_passages(entry, item, "code", path + ".")
    )


def _onset_words(entry: Entry) -> tuple[Passage, ...]:
    names = ("onsetString", "abatementString")
    found = ((name, entry.text(entry.body, name)) for name in names)
    return tuple(Passage(name, text) for name, text in found if text.strip())
