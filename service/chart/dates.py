"""FHIR dates. In: partial dates, datetimes with any zone, instants, Periods, Timings. Out: `date`s and
`Span`s; what does not name a day of the calendar is a gap, and a day in a far future is kept, for evidence
knows what day it is."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from service.chart.entry import Entry
from service.chart.model import NO_SPAN, Span


def parse_date(text: str, *, last: bool = False) -> date | None:
    """The day a FHIR date, dateTime or instant names, as it was written: the zone is not applied.

    A clinician who noted something on the evening of the 3rd noted it on the 3rd, whatever UTC says. A year
    or month alone counts as its first day, with `last` as its last. None for anything that is no date.
    """
    text = text.strip()
    size = len(text)
    try:
        if size >= 10:
            # `date.fromisoformat` also takes week dates and dates without hyphens, which FHIR does not know.
            if text[4] != "-" or text[7] != "-" or (size > 10 and text[10] not in "Tt "):
                return None
            return date.fromisoformat(text[:10])
        if not text.isascii():
            return None
        if size == 7 and text[4] == "-" and text[:4].isdigit() and text[5:].isdigit():
            year, month = int(text[:4]), int(text[5:])
            return date(year, month, monthrange(year, month)[1] if last and 1 <= month <= 12 else 1)
        if size == 4 and text.isdigit():
            return date(int(text), 12, 31) if last else date(int(text), 1, 1)
    except ValueError:
        return None
    return None


def read_date(entry: Entry, body: dict[str, Any], name: str, at: str = "", *, last: bool = False) -> date | None:
    """The day at `name`; an element that is there and names none is a gap."""
    value = body.get(name)
    if value is None:
        return None
    day = parse_date(value, last=last) if isinstance(value, str) else None
    if day is None:
        entry.unreadable(at + name, "is not a date")
    return day


def read_period(entry: Entry, body: dict[str, Any], name: str, at: str = "") -> Span:
    """The Period at `name`; either end may be missing, and a partial date at the end runs to its last day."""
    period = entry.child(body, name, at)
    if not period:
        return NO_SPAN
    path = f"{at}{name}."
    return Span(read_date(entry, period, "start", path), read_date(entry, period, "end", path, last=True))


def read_when(entry: Entry, body: dict[str, Any], stem: str) -> Span:
    """The time of the choice `stem[x]`: dateTime, instant, Period, or the events or bounds of a Timing."""
    for kind in ("DateTime", "Instant"):
        if body.get(stem + kind) is not None:
            return Span(read_date(entry, body, stem + kind))
    if body.get(stem + "Period") is not None:
        return read_period(entry, body, stem + "Period")
    name = stem + "Timing"
    if body.get(name) is None:
        return NO_SPAN
    timing = entry.child(body, name)
    days = [_event(entry, path, value) for path, value in entry.items(timing, "event", name + ".")]
    known = sorted(day for day in days if day is not None)
    if known:
        return Span(known[0], known[-1])
    return read_period(entry, entry.child(timing, "repeat", name + "."), "boundsPeriod", name + ".repeat.")


def _event(entry: Entry, path: str, value: Any) -> date | None:
    day = parse_date(value) if isinstance(value, str) else None
    if day is None:
        entry.unreadable(path, "is not a date")
    return day


def first_known(entry: Entry, body: dict[str, Any], when: Span, name: str) -> Span:
    """`when`, or where it is unknown the single date at `name`."""
    return when if when.latest is not None else Span(read_date(entry, body, name))
