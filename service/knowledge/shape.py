"""Why a file does not have the shape of its kind, in words for its author. In: the value of a YAML file, the definition
it should be, and msgspec's error. Out: the key, the problem and the remedy, with the nearest allowed word where one is
misspelt. What is allowed is taken from the same JSON Schema that editors use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.evidence.definition import Problem
from service.evidence.nearest import meant

_TYPES: Final = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "keys with values",
    "null": "nothing",
    "date": "a day as 2026-11-23",
    "datetime": "a day with a time",
}
# What to do when the one is wanted; what stands there is named in the problem.
_REMEDIES: Final = {
    "str": 'put it in quotes, as "1.0"',
    "int": "write digits without quotes",
    "float": "write digits without quotes",
    "bool": "write true or false without quotes",
    "array": "write a list, as [one, two]",
    "object": "write keys with values below it, indented, as the template of its kind does",
    "date": "write it as 2026-11-23, without quotes or time",
}
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def explain(error: msgspec.ValidationError, value: Any, kind: Any) -> Problem:
    """Key, problem and remedy for an error that `msgspec.convert(value, kind)` raised."""
    if value is None:
        return "the file", "is empty", "copy the template of its kind into it"
    told, _, path = str(error).partition(" - at ")
    schema = msgspec.json.schema(kind)
    where = _Where(schema, value)
    where.go(path.rpartition("in ")[2].strip("`"))
    if "`key` in" in path:
        return where.key, "a key is no text", "put it in quotes: yes, no, on, off, numbers and days are no texts"
    named = re.search(r"[`'](.*)[`']", told)
    name = named[1] if named else ""
    if told.startswith("Object contains unknown field"):
        return where.below(name), "there is no such key here", _choose(name, where.allowed_keys(), "the keys here are")
    if told.startswith("Object missing required field"):
        return where.below(name), "the key is missing", _missing(name, where.schema, schema)
    if told.startswith(("Invalid enum value", "Invalid value")):
        return where.key, f"{name!r} is no word allowed here", _choose(name, where.allowed_words(), "write one of")
    if told.startswith("Invalid RFC3339"):
        return where.key, f"{where.value!r} is no day", _REMEDIES["date"]
    wanted = re.match(r"Expected `([^`]*)`(?: of length (\d+))?, got (?:`(\w+)`|(\d+))", told)
    problem, remedy = _of_other_type(wanted) if wanted else (told, "compare it with the template of its kind")
    return where.key, problem, remedy


def _of_other_type(wanted: re.Match[str]) -> tuple[str, str]:
    kinds, length, got, count = wanted.groups()
    if length:
        return f"a list of {length} is wanted, this one has {count}", f"write {length} values"
    names = [name for name in kinds.split(" | ") if name != "null"]
    problem = f"{' or '.join(_TYPES.get(name, name) for name in names)} is wanted, this is {_TYPES.get(got, got)}"
    if got == "null":
        return problem, "write a value behind the colon, or delete the key"
    return problem, _REMEDIES.get(names[0], "compare it with the template of its kind")


def _choose(written: str, allowed: Sequence[str], lead: str) -> str:
    return f"{meant(written, allowed)}{lead} {', '.join(allowed)}"


def _missing(name: str, here: dict[str, Any], schema: dict[str, Any]) -> str:
    wanted = _resolved(here.get("properties", {}).get(name, {}), None, schema)
    words = f", one of {', '.join(wanted['enum'])}" if "enum" in wanted else ""
    return f"write {name}:{words}, as the template of its kind does"


class _Where:
    """A place in a file: what stands there, and what its schema allows."""

    def __init__(self, schema: dict[str, Any], value: Any) -> None:
        self.whole, self.value, self.path = schema, value, ""
        self.schema = _resolved(schema, value, schema)

    @property
    def key(self) -> str:
        return self.path.lstrip(".") or "the file"

    def below(self, name: str) -> str:
        return f"{self.path}.{name}".lstrip(".")

    def allowed_keys(self) -> list[str]:
        return sorted(self.schema.get("properties", {}))

    def allowed_words(self) -> list[str]:
        return [str(word) for word in self.schema.get("enum", ())]

    def go(self, path: str) -> None:
        """Follow msgspec's path, as `$.codes[0].resources`; `[...]` is some value of a map, which it does not name."""
        for name, number in _STEP.findall(path.removeprefix("$")):
            if number == "...":
                schema, value = self.schema.get("additionalProperties", {}), None
            elif number:
                schema = self._item(int(number))
                value = self.value[int(number)] if isinstance(self.value, list) else None
            else:
                schema = self.schema.get("properties", {}).get(name, {})
                value = self.value.get(name) if isinstance(self.value, dict) else None
            self.path += f".{name}" if name else f"[{number}]"
            self.value, self.schema = value, _resolved(schema, value, self.whole)

    def _item(self, number: int) -> dict[str, Any]:
        first: list[dict[str, Any]] = self.schema.get("prefixItems", [])
        items: dict[str, Any] = self.schema.get("items") or {}
        return first[number] if number < len(first) else items


def _resolved(schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> dict[str, Any]:
    """A schema without references, and of several alternatives the one that is meant for `value`."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
            continue
        tagged = schema.get("discriminator")
        if tagged:
            tag = value.get(tagged["propertyName"]) if isinstance(value, dict) else None
            known = tagged["mapping"]
            if tag not in known:
                # No kind is known yet: all that can be said is which kinds there are.
                return {"properties": {tagged["propertyName"]: {"enum": sorted(known)}}}
            schema = {"$ref": known[tag]}
        else:
            schema = _meant(schema["anyOf"], value)
    return schema


def _meant(alternatives: Sequence[dict[str, Any]], value: Any) -> dict[str, Any]:
    wanted = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else None
    fitting = (one for one in alternatives if (wanted or one.get("type")) == one.get("type", "object"))
    return next(fitting, alternatives[0])
