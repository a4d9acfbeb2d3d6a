"""Vignettes: small fictional charts with what should come of them, as a clinician writes them. In: the YAML of
vignettes/. Out: the FHIR resources each one stands for, so that a vignette goes the whole way a real chart
goes, and what it expects."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from service.assessment.definition import State
from service.chart.read import Gathered
from service.knowledge.load import read_definition

PATIENT = "vignette"
_SYSTEMS = {
    "icd10": "http://hl7.org/fhir/sid/icd-10-cm",
    "snomed": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "cpt": "http://www.ama-assn.org/go/cpt",
}

Coded = dict[str, Any]


class Note(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clinical note, as the text of a DocumentReference."""

    text: str
    date: date | None = None


class ReportText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A DiagnosticReport: what was done, and its conclusion."""

    text: str
    conclusion: str
    date: date | None = None
    loinc: str = ""


class ConditionText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Condition; every part may be left out."""

    icd10: str = ""
    snomed: str = ""
    display: str = ""
    text: str = ""
    note: str = ""
    clinical: str = "active"
    verification: str = "confirmed"
    onset: date | None = None
    recorded: date | None = None


class ObservationText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An Observation or one of its components: a code, words for it, and a value of any kind."""

    loinc: str = ""
    snomed: str = ""
    display: str = ""
    text: str = ""
    value: str | int | float | bool | dict[str, str] | None = None
    unit: str = ""
    date: date | None = None
    note: str = ""
    body_site: str = ""
    components: tuple[ObservationText, ...] = ()


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    birth_date: date | None = None


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must come out; `flag` and single findings are left out where the rulings do not settle them."""

    state: State
    topic: str | None
    flag: Literal["present", "possible", "absent", "not-documented", ""] = ""
    findings: dict[str, Literal["present", "absent", "possible", "not-documented"]] = {}


class Vignette(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fictional chart on one day."""

    name: str
    at: date
    patient: Person
    expect: Expected
    why: str
    # Decided wrongly today, kept in sight: it counts as a known miss until it comes out as expected.
    known_miss: bool = False
    notes: tuple[Note, ...] = ()
    reports: tuple[ReportText, ...] = ()
    conditions: tuple[ConditionText, ...] = ()
    observations: tuple[ObservationText, ...] = ()

    def gathered(self) -> Gathered:
        """The FHIR resources this vignette stands for, under the prefetch keys they arrive by."""
        patient: dict[str, Any] = {"resourceType": "Patient", "id": PATIENT}
        if self.patient.birth_date:
            patient["birthDate"] = self.patient.birth_date.isoformat()
        return Gathered(
            patient,
            {
                "conditions": tuple(_condition(i, c) for i, c in enumerate(self.conditions, 1)),
                "observations": tuple(_observation(i, o) for i, o in enumerate(self.observations, 1)),
                "reports": tuple(_report(i, r) for i, r in enumerate(self.reports, 1)),
                "documents": tuple(_document(i, n) for i, n in enumerate(self.notes, 1)),
            },
        )


class VignetteFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of vignettes/: a theme."""

    id: str
    title: str
    vignettes: tuple[Vignette, ...]


def load_vignettes(folder: Path) -> list[tuple[str, Vignette]]:
    """Every vignette with the name of its file, in order. Raises `KnowledgeError` for a file that cannot be used."""
    return [
        (path.name, vignette)
        for path in sorted(folder.glob("*.yaml"))
        for vignette in read_definition(path, VignetteFile).vignettes
    ]


def _resource(kind: str, number: int, **members: Any) -> dict[str, Any]:
    about = {} if kind == "Patient" else {"subject": {"reference": f"Patient/{PATIENT}"}}
    body = {"resourceType": kind, "id": f"{kind.lower()}-{number}", **about, **members}
    return {key: value for key, value in body.items() if value not in (None, "", [], {})}


def _concept(codes: Mapping[str, str], display: str, text: str) -> dict[str, Any]:
    coding = [
        {"system": _SYSTEMS[name], "code": code, **({"display": display} if display else {})}
        for name, code in codes.items()
        if code
    ]
    return {
        key: value for key, value in {"coding": coding, "text": text or ("" if coding else display)}.items() if value
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _condition(number: int, c: ConditionText) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/condition"
    return _resource(
        "Condition",
        number,
        clinicalStatus={"coding": [{"system": f"{system}-clinical", "code": c.clinical}]} if c.clinical else None,
        verificationStatus={"coding": [{"system": f"{system}-ver-status", "code": c.verification}]},
        code=_concept({"icd10": c.icd10, "snomed": c.snomed}, c.display, c.text),
        onsetDateTime=_day(c.onset),
        recordedDate=_day(c.recorded),
        note=[{"text": c.note}] if c.note else None,
    )


def _observation(number: int, o: ObservationText) -> dict[str, Any]:
    return _resource(
        "Observation",
        number,
        status="final",
        effectiveDateTime=_day(o.date),
        note=[{"text": o.note}] if o.note else None,
        bodySite={"text": o.body_site} if o.body_site else None,
        component=[_measured(c) for c in o.components],
        **_measured(o),
    )


def _measured(o: ObservationText) -> dict[str, Any]:
    body: dict[str, Any] = {"code": _concept({"loinc": o.loinc, "snomed": o.snomed}, o.display, o.text)}
    if isinstance(o.value, bool):
        body["valueBoolean"] = o.value
    elif isinstance(o.value, int | float):
        body["valueQuantity"] = {"value": o.value, **({"unit": o.unit} if o.unit else {})}
    elif isinstance(o.value, str):
        body["valueString"] = o.value
    elif isinstance(o.value, dict):
        codes = {name: o.value.get(name, "") for name in _SYSTEMS}
        body["valueCodeableConcept"] = _concept(codes, o.value.get("display", ""), o.value.get("text", ""))
    return body


def _report(number: int, r: ReportText) -> dict[str, Any]:
    return _resource(
        "DiagnosticReport",
        number,
        status="final",
        code=_concept({"loinc": r.loinc}, "", r.text),
        effectiveDateTime=_day(r.date),
        conclusion=r.conclusion,
    )


def _document(number: int, n: Note) -> dict[str, Any]:
    data = base64.b64encode(n.text.encode()).decode()
    return _resource(
        "DocumentReference",
        number,
        status="current",
        date=f"{n.date.isoformat()}T12:00:00Z" if n.date else None,
        type={"text": "Progress note"},
        content=[{"attachment": {"contentType": "text/plain", "data": data}}],
    )
