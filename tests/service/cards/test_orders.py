from datetime import UTC, datetime, timedelta, timezone

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from support.rules import shipped_cards

from service.cards.orders import draft_order
from service.moment import Moment

ORDERS = shipped_cards().orders
NOW = datetime(2026, 11, 2, 10, 0, 0, 123456, tzinfo=UTC)


def moment(**changed) -> Moment:
    return Moment(**{"now": NOW, "hook": "patient-view", "seed": "s", **changed})


def draft(order: str = "lumbar-mri", reasons=("Condition/1",), **changed) -> dict:
    return draft_order(ORDERS[order], "p1", moment(**changed), reasons, "Depends on something.")


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_every_order_is_a_valid_draft_for_the_patient(order: str):
    body = draft(order, user="Practitioner/7", encounter="e1")
    read = ServiceRequest.model_validate(body)
    assert (read.status, read.intent, read.subject.reference) == ("draft", "proposal", "Patient/p1")
    assert read.encounter.reference == "Encounter/e1"
    assert "id" not in body


@pytest.mark.parametrize(
    ("order", "system", "code"),
    [
        ("physical-therapy", "http://snomed.info/sct", "308447003"),
        ("lumbar-mri", "http://loinc.org", "30679-5"),
        ("pain-consult", "http://snomed.info/sct", "306265007"),
        ("ankle-brachial-index", "http://www.ama-assn.org/go/cpt", "93922"),
    ],
)
def test_the_codes_are_the_verified_ones(order: str, system: str, code: str):
    coding = draft(order)["code"]["coding"][0]
    assert (coding["system"], coding["code"]) == (system, code)


def test_a_cpt_code_carries_no_descriptor_of_its_owner():
    body = draft("ankle-brachial-index")
    assert body["code"] == {
        "coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "93922"}],
        "text": "Ankle-brachial index at rest, both legs",
    }


@pytest.mark.parametrize("user", ["Practitioner/7", "PractitionerRole/8"])
def test_a_practitioner_becomes_the_requester(user: str):
    assert draft(user=user)["requester"] == {"reference": user}


@pytest.mark.parametrize(
    "user", [None, "Patient/p1", "RelatedPerson/2", "Practitioner/a b", "https://x/Practitioner/7"]
)
def test_nobody_else_becomes_the_requester(user: str | None):
    assert "requester" not in draft(user=user)


def test_without_an_encounter_none_is_named():
    assert "encounter" not in draft()


def test_reasons_are_those_that_r4_allows_each_once():
    refs = ["Condition/1", "Observation/2", "Procedure/3", "Condition/1", "DocumentReference/4", "MedicationRequest/5"]
    body = draft(reasons=[*refs, "DiagnosticReport/6", "Patient/p1", "#contained", "https://x/Condition/9"])
    assert [r["reference"] for r in body["reasonReference"]] == [
        "Condition/1",
        "Observation/2",
        "DocumentReference/4",
        "DiagnosticReport/6",
    ]
    assert "reasonReference" not in draft(reasons=["Procedure/3"])


def test_no_more_than_ten_reasons_are_given_and_the_first_stay():
    body = draft(reasons=[f"Condition/{n}" for n in range(50)])
    assert [r["reference"] for r in body["reasonReference"]] == [f"Condition/{n}" for n in range(10)]


def test_the_time_is_the_moments_in_utc():
    assert draft()["authoredOn"] == "2026-11-02T10:00:00Z"
    east = NOW.astimezone(timezone(timedelta(hours=5)))
    assert draft(now=east)["authoredOn"] == "2026-11-02T10:00:00Z"
