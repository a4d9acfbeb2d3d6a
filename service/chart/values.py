"""The value of an Observation or of one of its components. In: any `value[x]` of R4. Out: the values as the
chart keeps them, and the text among them as passages."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

from service.chart.codes import NO_CONCEPT, read_concept
from service.chart.entry import Entry
from service.chart.model import Passage, Quantity, Value

# Servers also send numbers as text, and the comparator in front of them.
_NUMBER: Final = re.compile(r"\s*(<=|>=|<|>)?\s*([+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?)\s*\Z", re.ASCII)
_COMPARATORS: Final = frozenset({"", "<", "<=", ">=", ">"})

Reader = Callable[[Entry, dict[str, Any], str, str], tuple[Value | None, str]]


def read_values(entry: Entry, body: dict[str, Any], at: str = "") -> tuple[tuple[Value, ...], tuple[Passage, ...]]:
    """Every value at `body`, and what of it is text to be read, each passage with its path.

    R4 allows one value; where a server sends several (`valueCodeableConcept` and `valueString`), all are
    kept.
    """
    names = [name for name in body if name in _READERS]
    if not names:
        return (), ()
    values: list[Value] = []
    passages: list[Passage] = []
    for name in sorted(names) if len(names) > 1 else names:
        if body[name] is None:
            continue
        value, text = _READERS[name](entry, body, name, at)
        if value is not None:
            values.append(value)
        if text:
            suffix = ".text" if name == "valueCodeableConcept" else ""
            passages.append(Passage(f"{at}{name}{suffix}", text))
    return tuple(values), tuple(passages)


def read_quantity(entry: Entry, body: dict[str, Any], name: str, at: str = "") -> Quantity | None:
    """The Quantity at `name`; None without a number, with a gap where something else stands in its place."""
    quantity = entry.child(body, name, at)
    raw = quantity.get("value")
    if raw is None:
        return None
    comparator = entry.text(quantity, "comparator", f"{at}{name}.").strip()
    number = None
    if isinstance(raw, str) and (match := _NUMBER.match(raw)):
        number = float(match[2])
        comparator = comparator or match[1] or ""
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        # An integer of hundreds of digits is valid JSON, and no float.
        number = float(raw) if abs(raw) < 1e300 else None
    if number is None or not math.isfinite(number) or comparator not in _COMPARATORS:
        entry.unreadable(f"{at}{name}", "is not a quantity")
        return None
    unit = entry.text(quantity, "unit", f"{at}{name}.") or entry.text(quantity, "code", f"{at}{name}.")
    return Quantity(number, unit.strip(), comparator)


def _quantity(entry: Entry, body: dict[str, Any], name: str, at: str) -> tuple[Value | None, str]:
    return read_quantity(entry, body, name, at), ""


def _concept(entry: Entry, body: dict[str, Any], name: str, at: str) -> tuple[Value | None, str]:
    concept = read_concept(entry, body, name, at)
    return (concept, concept.text) if concept != NO_CONCEPT else (None, "")


def _string(entry: Entry, body: dict[str, Any], name: str, at: str) -> tuple[Value | None, str]:
    text = entry.text(body, name, at)
    return (text, text) if text.strip() else (None, "")


def _time(entry: Entry, body: dict[str, Any], name: str, at: str) -> tuple[Value | None, str]:
    return entry.text(body, name, at).strip() or None, ""


def _boolean(entry: Entry, body: dict[str, Any], name: str, at: str) -> tuple[Value | None, str]:
    raw = body[name]
    if isinstance(raw, bool):
        return raw, ""
    if raw in ("true", "false"):
        return raw == "true", ""
    entry.unreadable(at + name, "is not a boolean")
    return None, ""


def _integer(entry: Entry, body: dict[str, Any], name: str, at: str) -> tuple[Value | None, str]:
    return read_quantity(entry, {name: {"value": body[name]}}, name, at), ""


def _ratio(entry: Entry, body: dict[str, Any], name: str, at: str) -> tuple[Value | None, str]:
    return None, _pair(entry, entry.child(body, name, at), ("numerator", "denominator"), " / ", f"{at}{name}.")


def _range(entry: Entry, body: dict[str, Any], name: str, at: str) -> tuple[Value | None, str]:
    return None, _pair(entry, entry.child(body, name, at), ("low", "high"), " to ", f"{at}{name}.")


def _pair(entry: Entry, body: dict[str, Any], ends: tuple[str, str], between: str, at: str) -> str:
    first, second = (read_quantity(entry, body, end, at) for end in ends)
    if first and second:
        return f"{_words(first)}{between}{_words(second)}"
    if first:
        return f"{_words(first)} or more" if ends[0] == "low" else ""
    return f"up to {_words(second)}" if second and ends[1] == "high" else ""


def _words(quantity: Quantity) -> str:
    return f"{quantity.comparator}{quantity.value:g} {quantity.unit}".strip()


# SampledData, Period, Attachment and Reference say nothing that a finding is made of.
_READERS: Final[dict[str, Reader]] = {
    "valueQuantity": _quantity,
    "valueCodeableConcept": _concept,
    "valueString": _string,
    "valueBoolean": _boolean,
    "valueInteger": _integer,
    "valueRatio": _ratio,
    "valueRange": _range,
    "valueDateTime": _time,
    "valueTime": _time,
}
