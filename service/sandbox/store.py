"""What the sandbox holds. In: FHIR R4 Bundles (transaction, collection or searchset), or the demo patients and the day
they shall look recent on. Out: a `Store`, resources by type and id, never changed after loading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Final

import msgspec

Resource = dict[str, Any]

# The demo charts are written as if read on this day. `Store.demo(today)` moves every date in them, birth dates
# included, by the whole days between this day and `today`: the last visit stays some days old, every age stays as
# written, and the notes say "three months ago", never a date.
WRITTEN_FOR: Final = date(2026, 11, 30)

# The elements of the demo charts that hold a date; a code or an identifier that looks like one stays as it is.
_DATED: Final = frozenset(
    {
        "abatementDateTime",
        "authoredOn",
        "birthDate",
        "creation",
        "date",
        "effectiveDateTime",
        "end",
        "issued",
        "lastUpdated",
        "onsetDateTime",
        "performedDateTime",
        "recordedDate",
        "start",
    }
)
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")


@dataclass(frozen=True, slots=True)
class Store:
    """Resources by type, then by id, in the order they were loaded."""

    resources: Mapping[str, Mapping[str, Resource]]

    def read(self, kind: str, identifier: str) -> Resource | None:
        return self.resources.get(kind, {}).get(identifier)

    def of_type(self, kind: str) -> Iterable[Resource]:
        return self.resources.get(kind, {}).values()

    @classmethod
    def from_bundles(cls, bundles: Iterable[Mapping[str, Any]]) -> Store:
        """Load Bundles; references by `urn:uuid:` are resolved to `Type/id` within their own Bundle.

        A resource without an id takes that of its `urn:uuid:`; one that appears twice counts as loaded last. Raises
        ValueError for a resource that has neither.
        """
        resources: dict[str, dict[str, Resource]] = {}
        for bundle in bundles:
            entries = [entry for entry in bundle.get("entry", ()) if "resource" in entry]
            names = {entry["fullUrl"]: _name(entry) for entry in entries if "fullUrl" in entry}
            for entry in entries:
                kind, identifier = _name(entry).split("/", 1)
                resource = _resolved(entry["resource"], names)
                resources.setdefault(kind, {})[identifier] = {**resource, "id": identifier}
        return cls(resources)

    @classmethod
    def demo(cls, today: date) -> Store:
        """The demo patients as they look on `today`."""
        days = today - WRITTEN_FOR
        return cls.from_bundles(_moved(bundle, days) for bundle in demo_bundles())


def demo_bundles() -> list[dict[str, Any]]:
    """The demo patients as written, one transaction Bundle each, by file name."""
    folder = files("service.sandbox").joinpath("patients")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".json"))
    return [msgspec.json.decode(folder.joinpath(name).read_bytes()) for name in names]


def _name(entry: Mapping[str, Any]) -> str:
    resource = entry["resource"]
    full_url = entry.get("fullUrl", "")
    identifier = resource.get("id") or full_url.removeprefix("urn:uuid:")
    if not identifier or "/" in identifier:
        raise ValueError(f"a {resource.get('resourceType')} in the Bundle has no id; give it one")
    return f"{resource['resourceType']}/{identifier}"


def _resolved(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {
                key: names.get(item, item) if key == "reference" and isinstance(item, str) else _resolved(item, names)
                for key, item in value.items()
            }
        case list():
            return [_resolved(item, names) for item in value]
        case _:
            return value


def _moved(value: Any, days: timedelta, key: str = "") -> Any:
    match value:
        case dict():
            return {name: _moved(item, days, name) for name, item in value.items()}
        case list():
            return [_moved(item, days, key) for item in value]
        case str() if key in _DATED and (match := _DATE.fullmatch(value)):
            return (date.fromisoformat(match[1]) + days).isoformat() + (match[2] or "")
        case _:
            return value
