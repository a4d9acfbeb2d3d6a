"""Log lines that cannot carry a chart: JSON, one object a line, holding only known fields. In: events of our
own code, and whatever a library logs. Out: lines on a stream, without chart text, tokens or exception messages."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

# Ids, counts, codes and timings. Whatever is not named here is dropped, so that a careless line leaks nothing.
ALLOWED: Final = frozenset(
    {
        "event", "level", "time", "logger",
        "correlation_id", "client", "mode", "service_id", "hook", "state", "topic", "status", "code", "reason",
        "cards", "held", "gaps", "items", "count",
        "gather_ms", "decide_ms", "total_ms",
        "error", "frames",
        "host", "port", "trust", "record", "version", "knowledge",
    }
)  # fmt: skip
LONGEST: Final = 500

# Libraries whose message templates are their own words. Of all others only the name and level are kept: a message
# put together beforehand may hold anything.
TRUSTED_TEMPLATES: Final = ("uvicorn", "asyncio")
# Our own package that logs without structlog; what it interpolates are ids, types and places.
OURS: Final = ("cds_hooks",)

Event = MutableMapping[str, Any]


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send our events and every library's records to `stream` (standard error by default)."""
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[structlog.processors.add_log_level, stamp, keep_allowed, as_line],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [LibraryRecords()]
    root.setLevel(max(number, logging.WARNING))
    logging.captureWarnings(True)


def stamp(_logger: Any, _method: str, event: Event) -> Event:
    event["time"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return event


def keep_allowed(_logger: Any, _method: str, event: Event) -> Event:
    """Only known fields, only plain values, none of them long."""
    return {name: _plain(value) for name, value in event.items() if name in ALLOWED}


def as_line(_logger: Any, _method: str, event: Event) -> str:
    return json.dumps(event)


class LibraryRecords(logging.Handler):
    """Passes records of the standard library's logging on, without what they interpolate."""

    def emit(self, record: logging.LogRecord) -> None:
        problem = record.exc_info[1] if record.exc_info else None
        where = described(problem) if problem is not None else {}
        structlog.get_logger().log(record.levelno, _message(record), logger=record.name, **where)


def _message(record: logging.LogRecord) -> str:
    package = record.name.split(".")[0]
    if package in OURS:
        return record.getMessage()
    trusted = package in TRUSTED_TEMPLATES and isinstance(record.msg, str)
    return str(record.msg) if trusted else "library message"


def described(problem: BaseException) -> dict[str, Any]:
    """An exception as its type and where it arose; its message may quote a chart and is left out."""
    return {"error": type(problem).__name__, "frames": _frames(problem.__traceback__)}


def _frames(trace: TracebackType | None) -> str:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return " > ".join(frames[-8:])


def _plain(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, int | float):
        return value
    return str(value)[:LONGEST] if isinstance(value, str) else type(value).__name__
