"""FHIR search over the sandbox's store. In: a resource type and the search parameters as pairs, in the order they were
sent. Out: the matching resources, sorted, and the page asked for; a `SearchError` for anything not understood, so that
a misspelt parameter never widens a search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from service.sandbox.dates import TimeSpan, read_asked, read_span
from service.sandbox.store import Resource, Store

Kind = Literal["reference", "token", "date", "id"]
Matcher = Callable[[Resource], bool]


class SearchError(Exception):
    """A search that cannot be answered; `issue` is the FHIR issue type, the message says what to change."""

    def __init__(self, message: str, issue: str = "invalid") -> None:
        super().__init__(message)
        self.issue = issue


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter: how its values are read, and the elements it looks at."""

    kind: Kind
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search: `total` counts all matches, `following` is the offset of the next page if there is one."""

    resources: tuple[Resource, ...]
    total: int
    count: int
    following: int | None


_ID: Final = Parameter("id", ("id",))
_SUBJECT: Final = Parameter("reference", ("subject",))
_PATIENT: Final = Parameter("reference", ("patient",))
_ENCOUNTER: Final = Parameter("reference", ("encounter",))
_CODE: Final = Parameter("token", ("code",))
_CATEGORY: Final = Parameter("token", ("category",))
_STATUS: Final = Parameter("token", ("status",))
_EFFECTIVE: Final = Parameter("date", ("effectiveDateTime", "effectivePeriod", "effectiveInstant"))

# By type: what can be asked. `date` is also what `_sort=date` sorts by.
PARAMETERS: Final[Mapping[str, Mapping[str, Parameter]]] = {
    "Patient": {"_id": _ID},
    "Practitioner": {"_id": _ID},
    "Organization": {"_id": _ID},
    "Encounter": {
        "_id": _ID,
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "status": _STATUS,
        "date": Parameter("date", ("period",)),
    },
    "Condition": {
        "_id": _ID,
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        "code": _CODE,
        "category": _CATEGORY,
        "clinical-status": Parameter("token", ("clinicalStatus",)),
        "verification-status": Parameter("token", ("verificationStatus",)),
        "date": Parameter("date", ("recordedDate", "onsetDateTime", "onsetPeriod")),
    },
    "Observation": {
        "_id": _ID,
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        "code": _CODE,
        "category": _CATEGORY,
        "status": _STATUS,
        "date": _EFFECTIVE,
    },
    "DiagnosticReport": {
        "_id": _ID,
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        "code": _CODE,
        "category": _CATEGORY,
        "status": _STATUS,
        "date": _EFFECTIVE,
    },
    "DocumentReference": {
        "_id": _ID,
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "type": Parameter("token", ("type",)),
        "category": _CATEGORY,
        "status": _STATUS,
        "date": Parameter("date", ("date",)),
    },
    "ServiceRequest": {
        "_id": _ID,
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "code": _CODE,
        "category": _CATEGORY,
        "status": _STATUS,
        "date": Parameter("date", ("authoredOn",)),
    },
    "Procedure": {
        "_id": _ID,
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "code": _CODE,
        "category": _CATEGORY,
        "status": _STATUS,
        "date": Parameter("date", ("performedDateTime", "performedPeriod")),
    },
    "MedicationRequest": {
        "_id": _ID,
        "patient": _SUBJECT,
        "subject": _SUBJECT,
        "code": Parameter("token", ("medicationCodeableConcept",)),
        "status": _STATUS,
        "date": Parameter("date", ("authoredOn",)),
    },
    "Device": {
        "_id": _ID,
        "patient": _PATIENT,
        "type": Parameter("token", ("type",)),
        "status": _STATUS,
    },
    "AllergyIntolerance": {
        "_id": _ID,
        "patient": _PATIENT,
        "code": _CODE,
        "clinical-status": Parameter("token", ("clinicalStatus",)),
        "date": Parameter("date", ("recordedDate",)),
    },
    "Immunization": {
        "_id": _ID,
        "patient": _PATIENT,
        "status": _STATUS,
        "date": Parameter("date", ("occurrenceDateTime",)),
    },
}

# Parameters about the answer rather than the resources; `_offset` is this server's own and stands in its next links.
RESULT_PARAMETERS: Final = ("_count", "_sort", "_offset", "_format", "_total")

_COMMA: Final = re.compile(r"(?<!\\),")
_PIPE: Final = re.compile(r"(?<!\\)\|")
_ESCAPED: Final = re.compile(r"\\([\\,|$])")


def find(store: Store, kind: str, asked: Sequence[tuple[str, str]], *, page_limit: int) -> Page:
    """Answer one search: repeated parameters narrow it, commas within one widen it (R4 3.1.1.4.11)."""
    known = PARAMETERS[kind]
    matchers, result = [], {}
    for name, value in asked:
        if name in RESULT_PARAMETERS:
            result[name] = value
        elif name not in known:
            raise SearchError(
                f"{name} cannot be searched by on {kind}; known are {', '.join([*known, *RESULT_PARAMETERS])}",
                "not-supported",
            )
        elif not value:
            raise SearchError(f"{name} has no value; give one or leave it out")
        else:
            matchers.append(_matcher(name, known[name], value))
    found = [resource for resource in store.of_type(kind) if all(matches(resource) for matches in matchers)]
    found = _sorted(found, known, result.get("_sort", ""))
    count = min(_whole(result, "_count", page_limit), page_limit)
    offset = _whole(result, "_offset", 0)
    following = offset + count if count and offset + count < len(found) else None
    return Page(tuple(found[offset : offset + count]), len(found), count, following)


def _matcher(name: str, parameter: Parameter, value: str) -> Matcher:
    alternatives = _COMMA.split(value)
    match parameter.kind:
        case "id":
            return lambda resource: resource["id"] in alternatives
        case "reference":
            wanted = frozenset(_reference(name, text) for text in alternatives)
            return lambda resource: not wanted.isdisjoint(_references(resource, parameter))
        case "token":
            tokens = [_token(text) for text in alternatives]
            return lambda resource: any(
                _is(token, coding) for coding in _codings(resource, parameter) for token in tokens
            )
        case "date":
            spans = [read_asked(text) for text in alternatives]
            if None in spans:
                raise SearchError(f"{name} must be a date such as 2026-11-30 or ge2026-11, prefix eq, ge, gt, le or lt")
            return lambda resource: any(
                held.matches(*span)
                for held in (_span(resource, parameter),)
                if held is not None
                for span in spans
                if span is not None
            )


def _reference(name: str, text: str) -> str:
    """`Patient/x`, `x` or an absolute URL ending so, as `Patient/x`; only patients and encounters are searched by."""
    kind = "Encounter" if name == "encounter" else "Patient"
    return "/".join(text.split("/")[-2:]) if "/" in text else f"{kind}/{text}"


def _references(resource: Resource, parameter: Parameter) -> Iterator[str]:
    for element in parameter.elements:
        if isinstance(held := resource.get(element), Mapping):
            yield "/".join(str(held.get("reference", "")).split("/")[-2:])


def _token(text: str) -> tuple[str | None, str]:
    """`system|code` as a pair; the system is None when any will do and empty when there must be none."""
    parts = [_ESCAPED.sub(r"\1", part) for part in _PIPE.split(text, maxsplit=1)]
    return (None, parts[0]) if len(parts) == 1 else (parts[0], parts[1])


def _codings(resource: Resource, parameter: Parameter) -> Iterator[tuple[str, str]]:
    """The (system, code) pairs at the parameter's elements: a code, a CodeableConcept, or a list of either."""
    for element in parameter.elements:
        held = resource.get(element)
        for item in held if isinstance(held, list) else [held]:
            if isinstance(item, str):
                yield "", item
            elif isinstance(item, Mapping):
                for coding in item.get("coding", ()):
                    yield coding.get("system", ""), coding.get("code", "")


def _is(token: tuple[str | None, str], coding: tuple[str, str]) -> bool:
    system, code = token
    return system in (None, coding[0]) and (code == coding[1] or (not code and bool(system)))


def _span(resource: Resource, parameter: Parameter) -> TimeSpan | None:
    return next((span for name in parameter.elements if (span := read_span(resource.get(name)))), None)


def _sorted(found: list[Resource], known: Mapping[str, Parameter], asked: str) -> list[Resource]:
    """Sort by each key from the last to the first; what has no date comes at the end, and equals stay as loaded."""
    ordered = list(found)
    for text in reversed(asked.split(",") if asked else []):
        name, descending = text.removeprefix("-"), text.startswith("-")
        if name == "_id":
            ordered.sort(key=lambda resource: str(resource["id"]), reverse=descending)
            continue
        if name == "date" and "date" in known:
            dates = [_span(resource, known["date"]) for resource in ordered]
        elif name == "_lastUpdated":
            dates = [read_span(resource.get("meta", {}).get("lastUpdated")) for resource in ordered]
        else:
            raise SearchError(f"_sort={text} is not known; sort by date, _lastUpdated or _id", "not-supported")
        ordered = list(_by_date(zip(dates, ordered, strict=True), descending))
    return ordered


def _by_date(dated: Iterable[tuple[TimeSpan | None, Resource]], descending: bool) -> Iterator[Resource]:
    pairs = list(dated)
    known = [(span.start, resource) for span, resource in pairs if span is not None]
    yield from (r for _, r in sorted(known, key=lambda pair: pair[0], reverse=descending))
    yield from (resource for span, resource in pairs if span is None)


def _whole(result: Mapping[str, Any], name: str, default: int) -> int:
    text = result.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise SearchError(f"{name} must be a whole number, 0 or more")
    return int(text)
