"""The parts a vignette's chart is made of: notes, problems, observations, orders, drugs, devices. In: the YAML of
vignettes/. Out: for each part the FHIR resource that it stands for, so that a vignette goes the whole way a real chart
goes."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from msgspec import Struct

PATIENT: Final = "vignette"
_SYSTEMS: Final = {
    "icd10": "http://hl7.org/fhir/sid/icd-10-cm",
    "snomed": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "cpt": "http://www.ama-assn.org/go/cpt",
}


class Note(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clinical note, as the text of a DocumentReference."""

    text: str
    date: date | None = None

    def resource(self, number: int) -> dict[str, Any]:
        data = base64.b64encode(self.text.encode()).decode()
        return _resource(
            "DocumentReference",
            number,
            status="current",
            date=f"{self.date.isoformat()}T12:00:00Z" if self.date else None,
            type={"text": "Progress note"},
            content=[{"attachment": {"contentType": "text/plain", "data": data}}],
        )


class ReportText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A DiagnosticReport: what was done, and its conclusion."""

    text: str
    conclusion: str
    date: date | None = None
    loinc: str = ""

    def resource(self, number: int) -> dict[str, Any]:
        return _resource(
            "DiagnosticReport",
            number,
            status="final",
            code=_concept({"loinc": self.loinc}, "", self.text),
            effectiveDateTime=_day(self.date),
            conclusion=self.conclusion,
        )


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

    def resource(self, number: int) -> dict[str, Any]:
        return _resource(
            "Condition",
            number,
            clinicalStatus=_clinical("condition-clinical", self.clinical),
            verificationStatus=_clinical("condition-ver-status", self.verification),
            code=_concept({"icd10": self.icd10, "snomed": self.snomed}, self.display, self.text),
            onsetDateTime=_day(self.onset),
            recordedDate=_day(self.recorded),
            note=_said(self.note),
        )


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

    def resource(self, number: int) -> dict[str, Any]:
        return _resource(
            "Observation",
            number,
            status="final",
            effectiveDateTime=_day(self.date),
            note=_said(self.note),
            bodySite={"text": self.body_site} if self.body_site else None,
            component=[component._measured() for component in self.components],
            **self._measured(),
        )

    def _measured(self) -> dict[str, Any]:
        body: dict[str, Any] = {"code": _concept({"loinc": self.loinc, "snomed": self.snomed}, self.display, self.text)}
        if isinstance(self.value, bool):
            body["valueBoolean"] = self.value
        elif isinstance(self.value, int | float):
            body["valueQuantity"] = {"value": self.value, **({"unit": self.unit} if self.unit else {})}
        elif isinstance(self.value, str):
            body["valueString"] = self.value
        elif isinstance(self.value, dict):
            codes = {name: self.value.get(name, "") for name in _SYSTEMS}
            body["valueCodeableConcept"] = _concept(codes, self.value.get("display", ""), self.value.get("text", ""))
        return body


class OrderText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ServiceRequest on record; `reason` is what it was ordered for."""

    snomed: str = ""
    loinc: str = ""
    cpt: str = ""
    display: str = ""
    text: str = ""
    status: str = "active"
    date: date | None = None
    reason: str = ""

    def resource(self, number: int) -> dict[str, Any]:
        return _resource(
            "ServiceRequest",
            number,
            status=self.status,
            intent="order",
            code=_concept({"snomed": self.snomed, "loinc": self.loinc, "cpt": self.cpt}, self.display, self.text),
            authoredOn=_day(self.date),
            reasonCode=[{"text": self.reason}] if self.reason else None,
        )


class DraftText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order in the making; one that is not `selected` was drafted before the one just picked."""

    snomed: str = ""
    loinc: str = ""
    cpt: str = ""
    display: str = ""
    text: str = ""
    selected: bool = True

    def resource(self, number: int) -> dict[str, Any]:
        codes = {"snomed": self.snomed, "loinc": self.loinc, "cpt": self.cpt}
        body = _resource("ServiceRequest", number, status="draft", intent="order")
        return {**body, "id": f"draft-{number}", "code": _concept(codes, self.display, self.text)}


class ProcedureText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Procedure, done on a day or over a time."""

    snomed: str = ""
    cpt: str = ""
    display: str = ""
    text: str = ""
    status: str = "completed"
    start: date | None = None
    end: date | None = None
    body_site: str = ""
    reason: str = ""

    def resource(self, number: int) -> dict[str, Any]:
        period = {name: day.isoformat() for name, day in (("start", self.start), ("end", self.end)) if day}
        return _resource(
            "Procedure",
            number,
            status=self.status,
            code=_concept({"snomed": self.snomed, "cpt": self.cpt}, self.display, self.text),
            performedPeriod=period,
            bodySite=[{"text": self.body_site}] if self.body_site else None,
            reasonCode=[{"text": self.reason}] if self.reason else None,
        )


class MedicationText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A MedicationRequest."""

    rxnorm: str = ""
    display: str = ""
    text: str = ""
    status: str = "active"
    date: date | None = None

    def resource(self, number: int) -> dict[str, Any]:
        return _resource(
            "MedicationRequest",
            number,
            status=self.status,
            intent="order",
            medicationCodeableConcept=_concept({"rxnorm": self.rxnorm}, self.display, self.text),
            authoredOn=_day(self.date),
        )


class DeviceText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Device in or on the patient."""

    snomed: str = ""
    display: str = ""
    text: str = ""
    status: str = "active"

    def resource(self, number: int) -> dict[str, Any]:
        about = {"patient": {"reference": f"Patient/{PATIENT}"}}
        kind = _concept({"snomed": self.snomed}, self.display, self.text)
        return {"resourceType": "Device", "id": f"device-{number}", "status": self.status, "type": kind, **about}


class AllergyText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An AllergyIntolerance."""

    snomed: str = ""
    display: str = ""
    text: str = ""
    clinical: str = "active"
    verification: str = "confirmed"
    recorded: date | None = None

    def resource(self, number: int) -> dict[str, Any]:
        body = _resource(
            "AllergyIntolerance",
            number,
            clinicalStatus=_clinical("allergyintolerance-clinical", self.clinical),
            verificationStatus=_clinical("allergyintolerance-verification", self.verification),
            code=_concept({"snomed": self.snomed}, self.display, self.text),
            recordedDate=_day(self.recorded),
        )
        return {**body, "patient": body.pop("subject")}


def _resource(kind: str, number: int, **members: Any) -> dict[str, Any]:
    subject = {"reference": f"Patient/{PATIENT}"}
    body = {"resourceType": kind, "id": f"{kind.lower()}-{number}", "subject": subject, **members}
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


def _clinical(system: str, code: str) -> dict[str, Any] | None:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]} if code else None


def _said(note: str) -> list[dict[str, str]] | None:
    return [{"text": note}] if note else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
