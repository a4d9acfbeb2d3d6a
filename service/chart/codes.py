"""Code systems and CodeableConcepts. In: codings with system URIs, OIDs and slips of the pen as servers send
them. Out: `Concept`s whose systems are the canonical URIs that value sets are written in."""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec import Struct, ValidationError, convert

from service.chart.entry import Entry
from service.chart.model import Coding, Concept

SNOMED_CT: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
CPT: Final = "http://www.ama-assn.org/go/cpt"
ICD_10_CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_9_CM: Final = "http://hl7.org/fhir/sid/icd-9-cm"

# OID -> canonical URI, from HL7 Terminology, "External Code Systems"
# (https://terminology.hl7.org/5.2.0/external_terminologies.html) and the CodeSystem records it leads to.
OIDS: Final = {
    "2.16.840.1.113883.6.96": SNOMED_CT,
    "2.16.840.1.113883.6.1": LOINC,
    "2.16.840.1.113883.6.88": RXNORM,
    "2.16.840.1.113883.6.12": CPT,
    "2.16.840.1.113883.6.90": ICD_10_CM,
    "2.16.840.1.113883.6.103": ICD_9_CM,
}

_CANONICAL: Final = {uri.removeprefix("http://"): uri for uri in OIDS.values()}
_BY_EXACT_NAME: Final = (
    {uri: uri for uri in OIDS.values()} | OIDS | {f"urn:oid:{oid}": uri for oid, uri in OIDS.items()}
)
_ICD_10_CM_CODE: Final = re.compile(r"([A-Z][0-9][0-9A-Z])\.?([0-9A-Z]{0,4})\Z")

NO_CONCEPT: Final = Concept()


def canonical_system(system: str) -> str:
    """The canonical URI of a code system, for URIs, `urn:oid:` and bare OIDs alike; unknown ones pass
    through, trimmed.

    SNOMED CT editions and versions (`http://snomed.info/sct/731000124108/version/20230901`) are SNOMED CT.
    """
    known = _BY_EXACT_NAME.get(system)
    if known is not None:
        return known
    trimmed = system.strip()
    bare = trimmed.lower().rstrip("/")
    known = _BY_EXACT_NAME.get(bare)
    if known is not None:
        return known
    bare = bare.removeprefix("https://").removeprefix("http://")
    if bare.startswith("snomed.info/sct/"):
        return SNOMED_CT
    return _CANONICAL.get(bare, trimmed)


def canonical_code(system: str, code: str) -> str:
    """The code trimmed; ICD-10-CM in upper case with its dot, which claims systems drop (`m48062`:
    `M48.062`)."""
    code = code.strip()
    if system != ICD_10_CM:
        return code
    match = _ICD_10_CM_CODE.match(code.upper())
    if match is None:
        return code
    return f"{match[1]}.{match[2]}" if match[2] else match[1]


def read_concept(entry: Entry, body: dict[str, Any], name: str, at: str = "") -> Concept:
    """The CodeableConcept at `name`, empty when there is none; a plain string counts as its text."""
    value = body.get(name)
    return NO_CONCEPT if value is None else _concept(entry, value, at + name)


def read_concepts(entry: Entry, body: dict[str, Any], name: str, at: str = "") -> tuple[Concept, ...]:
    """The CodeableConcepts of the list at `name`, empty ones left out."""
    if name not in body:
        return ()
    found = (_concept(entry, value, path) for path, value in entry.items(body, name, at))
    return tuple(concept for concept in found if concept != NO_CONCEPT)


class _CodingShape(Struct, frozen=True, gc=False):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class _Shape(Struct, frozen=True, gc=False):
    """A CodeableConcept of which every element that is read has the type it should have."""

    coding: tuple[_CodingShape, ...] = ()
    text: str | None = None


def _concept(entry: Entry, value: Any, path: str) -> Concept:
    try:
        shape = convert(value, _Shape)
    except (ValidationError, UnicodeEncodeError):  # a half of a surrogate pair as a key cannot be looked up
        return _read_concept(entry, value, path)
    known = entry.concepts.get(shape)
    if known is None:
        gaps = len(entry.gaps)
        known = _read_concept(entry, value, path)
        # A gap belongs to the resource it is found in; its concept is read each time anew.
        if len(entry.gaps) == gaps:
            entry.concepts[shape] = known
    return known


def _read_concept(entry: Entry, value: Any, path: str) -> Concept:
    if isinstance(value, str):
        return Concept(text=entry.bounded(value, path).strip())
    if not isinstance(value, dict):
        entry.unreadable(path, "is not a CodeableConcept")
        return NO_CONCEPT
    text = entry.text(value, "text", path + ".").strip()
    if "coding" not in value:
        return Concept(text=text)
    codings = (_coding(entry, body, at) for at, body in entry.children(value, "coding", path + "."))
    # One code under its OID and its URI is one coding.
    return Concept(tuple(dict.fromkeys(coding for coding in codings if coding is not None)), text)


def _coding(entry: Entry, body: dict[str, Any], path: str) -> Coding | None:
    system = body.get("system")
    code = body.get("code")
    if isinstance(code, int) and not isinstance(code, bool):
        # SNOMED CT codes sent as JSON numbers.
        code = str(code) if abs(code) < 10**18 else None
    if not (system is None or isinstance(system, str)) or not (code is None or isinstance(code, str)):
        entry.unreadable(path, "is not a Coding")
        return None
    system = canonical_system(system) if system else ""
    code = entry.bounded(canonical_code(system, code), path + ".code") if code else ""
    display = entry.text(body, "display", path + ".").strip()
    return Coding(system, code, display) if code or display else None
