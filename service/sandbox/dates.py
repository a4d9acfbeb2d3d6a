"""Dates as FHIR search compares them (R4 3.1.1.4.7). In: a date, dateTime, instant or Period as written, to the year or
to the second. Out: the span of time it stands for, half open, in UTC; None for what is no date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

Prefix = Literal["eq", "ge", "gt", "le", "lt"]
PREFIXES: Final[Mapping[str, Prefix]] = {"eq": "eq", "ge": "ge", "gt": "gt", "le": "le", "lt": "lt"}

_WRITTEN: Final = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
_PREFIXED: Final = re.compile(r"([a-z]{2})?(\d.*)", re.DOTALL)
_EVER: Final = datetime.min.replace(tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From `start` until just before `end`; an open end reaches to the limits of the calendar."""

    start: datetime = _EVER
    end: datetime = _NEVER

    def matches(self, prefix: Prefix, asked: TimeSpan) -> bool:
        """Whether a resource that holds for this span is found by a search for `asked` under `prefix`."""
        within = asked.start <= self.start and self.end <= asked.end
        match prefix:
            case "eq":
                return within
            case "gt":
                return self.end > asked.end
            case "lt":
                return self.start < asked.start
            case "ge":
                return within or self.end > asked.end
            case "le":
                return within or self.start < asked.start


def read_span(value: Any) -> TimeSpan | None:
    """The span of a date element: text, or a Period with one end or both."""
    if isinstance(value, Mapping):
        start, end = read_span(value.get("start")), read_span(value.get("end"))
        if start is None and end is None:
            return None
        return TimeSpan(start.start if start else _EVER, end.end if end else _NEVER)
    return _read_text(value) if isinstance(value, str) else None


def read_asked(text: str) -> tuple[Prefix, TimeSpan] | None:
    """A search value such as `ge2026-01`; no prefix means `eq`. Other prefixes are not known here."""
    found = _PREFIXED.fullmatch(text)
    span = _read_text(found[2]) if found else None
    if found is None or span is None or (found[1] or "eq") not in PREFIXES:
        return None
    return PREFIXES[found[1] or "eq"], span


def _read_text(text: str) -> TimeSpan | None:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    try:
        year, month, day = (int(parts[name] or 1) for name in ("year", "month", "day"))
        hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
        start = datetime(year, month, day, hour, minute, second, tzinfo=UTC) - _offset(parts["zone"])
        return TimeSpan(start, _end(start, parts))
    except (ValueError, OverflowError):
        return None


def _end(start: datetime, parts: Mapping[str, str | None]) -> datetime:
    if parts["second"]:
        return start + timedelta(seconds=1)
    if parts["minute"]:
        return start + timedelta(minutes=1)
    if parts["day"]:
        return start + timedelta(days=1)
    if parts["month"]:
        return (start + timedelta(days=31)).replace(day=1)
    return start.replace(year=start.year + 1)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return -size if zone[0] == "-" else size
