"""Orders, procedures, drugs, devices and allergies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.chart.model import Concept, Deed, Span

OWN = {"subject": {"reference": "Patient/p"}, "patient": {"reference": "Patient/p"}}
KINDS = ["ServiceRequest", "Procedure", "MedicationRequest", "Device"]


@pytest.fixture
def deed(chart_of):
    def deed(kind: str, *others: Any, **fields: Any) -> Deed | None:
        chart = chart_of({"resourceType": kind, "id": "1", **OWN, **fields}, *others)
        assert chart.gaps == ()
        return next(iter(chart.deeds), None)

    return deed


def coded(word: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://example.org", "code": word}]}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_entered_in_error_is_no_evidence_and_no_gap(deed, kind):
    assert deed(kind, status="entered-in-error") is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_status_that_cannot_be_read_keeps_a_deed_out_with_a_gap(chart_of, kind):
    chart = chart_of({"resourceType": kind, "id": "1", **OWN, "status": 5})
    assert chart.deeds == ()
    assert [g.code for g in chart.gaps] == ["unreadable"]


@pytest.mark.parametrize(
    ("kind", "status", "standing"),
    [
        ("ServiceRequest", "active", "current"),
        ("ServiceRequest", "completed", "current"),
        ("ServiceRequest", "on-hold", "current"),
        ("ServiceRequest", "draft", "possible"),
        ("ServiceRequest", "revoked", "resolved"),
        ("Procedure", "completed", "current"),
        ("Procedure", "in-progress", "current"),
        ("Procedure", "preparation", "possible"),
        ("Procedure", "not-done", "resolved"),
        ("Procedure", "stopped", "resolved"),
        ("MedicationRequest", "active", "current"),
        ("MedicationRequest", "stopped", "resolved"),
        ("MedicationRequest", "completed", "resolved"),
        ("MedicationRequest", "cancelled", "resolved"),
        ("Device", "active", "current"),
        ("Device", "inactive", "resolved"),
    ],
)
def test_the_standing_says_whether_it_is_in_force_and_the_status_word_stays(deed, kind, status, standing):
    found = deed(kind, status=status)
    assert (found.kind, found.status, found.standing) == (kind, status, standing)


def test_a_proposal_or_plan_is_not_yet_an_order(deed):
    for intent in ("proposal", "plan"):
        assert deed("ServiceRequest", status="active", intent=intent).standing == "possible"
    assert deed("ServiceRequest", status="active", intent="order").standing == "current"


def test_an_order_not_to_do_something_is_no_deed(deed, chart_of):
    assert deed("ServiceRequest", status="active", doNotPerform=True) is None
    assert deed("MedicationRequest", status="active", doNotPerform="true") is None
    assert deed("ServiceRequest", status="active", doNotPerform=False) is not None
    unclear = chart_of({"resourceType": "ServiceRequest", "id": "1", **OWN, "doNotPerform": "perhaps"})
    assert unclear.deeds == ()
    assert [g.detail for g in unclear.gaps] == ["doNotPerform is not a boolean; the resource was left out"]


def test_each_kind_has_its_time(deed):
    day, ordered = Span(date(2024, 2, 1)), "2024-01-15"
    assert deed("ServiceRequest", occurrenceDateTime="2024-02-01", authoredOn=ordered).when == day
    assert deed("ServiceRequest", authoredOn=ordered).when == Span(date(2024, 1, 15))
    assert deed("Procedure", performedDateTime="2024-02-01").when == day
    assert deed("Procedure", performedPeriod={"start": "2024-02-01"}).when == day
    assert deed("MedicationRequest", authoredOn=ordered).when == Span(date(2024, 1, 15))
    assert deed("AllergyIntolerance", onsetDateTime="2024-02-01", recordedDate=ordered).when == day
    assert deed("AllergyIntolerance", recordedDate=ordered).when == Span(date(2024, 1, 15))
    assert deed("Device", manufactureDate="2024-02-01").when == Span()


def test_notes_reasons_and_sites_are_kept(deed):
    found = deed(
        "ServiceRequest",
        code={"text": "MRI"},
        bodySite=[{"text": "lumbar spine"}],
        note=[{"text": "Pacemaker."}],
        reasonCode=[{"text": "leg pain on walking"}, {"coding": [{"code": "1", "display": "stenosis"}]}],
        orderDetail=[{"text": "without contrast"}],
    )
    assert found.concept == Concept(text="MRI")
    assert found.body_sites == (Concept(text="lumbar spine"),)
    assert [(p.path, p.text) for p in found.passages] == [
        ("note[0].text", "Pacemaker."),
        ("reasonCode[0].text", "leg pain on walking"),
        ("reasonCode[1].coding[0].display", "stenosis"),
        ("orderDetail[0].text", "without contrast"),
    ]
    assert [p.path for p in deed("Procedure", outcome={"text": "no relief"}).passages] == ["outcome.text"]


def test_a_drug_is_found_wherever_it_is_named(deed):
    drug = {"text": "Apixaban 5 mg"}
    contained = [{"resourceType": "Medication", "id": "m", "code": drug}]
    along = {"resourceType": "Medication", "id": "m", "code": drug}
    for found in (
        deed("MedicationRequest", medicationCodeableConcept=drug),
        deed("MedicationRequest", medicationReference={"reference": "#m"}, contained=contained),
        deed("MedicationRequest", along, medicationReference={"reference": "Medication/m"}),
        deed("MedicationRequest", medicationReference={"reference": "Medication/m", "display": "Apixaban 5 mg"}),
    ):
        assert found.concept.label == "Apixaban 5 mg"
    assert deed("MedicationRequest").concept == Concept()


def test_a_device_is_called_by_its_type_else_by_its_name(deed):
    assert deed("Device", type={"text": "Pacemaker"}).concept == Concept(text="Pacemaker")
    assert deed("Device", deviceName=[{"name": "Spinal cord stimulator"}]).concept.label == "Spinal cord stimulator"
    assert deed("Device").concept == Concept()


def test_an_allergy_stands_as_its_statuses_say(deed):
    assert deed("AllergyIntolerance", clinicalStatus=coded("active")).status == "active"
    assert deed("AllergyIntolerance", clinicalStatus=coded("resolved")).standing == "resolved"
    assert deed("AllergyIntolerance", verificationStatus=coded("unconfirmed")).standing == "possible"
    for word in ("refuted", "entered-in-error"):
        assert deed("AllergyIntolerance", verificationStatus=coded(word)) is None
