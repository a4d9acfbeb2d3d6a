"""Whose resource it is: never evidence from another patient, in any spelling of a reference."""

from __future__ import annotations

from typing import Any

import pytest

from service.chart.read import CHARTED, Gathered, read_chart
from service.chart.subject import local_reference

UUID = "9e691882-981e-4dd3-af5e-be44d315d715"


def owner(subject: Any, patient_id: str = "p", *, server: str | None = None, **fields: Any) -> str:
    """`own`, or the code of the gap that the resource became."""
    body = {
        "resourceType": "Condition",
        "id": "1",
        "code": {"text": "Leg pain"},
        "subject": subject,
        **fields,
    }
    identifier = [{"system": "urn:mrn", "value": "123"}, {"value": "77"}, "odd"]
    patient = {"resourceType": "Patient", "id": patient_id, "identifier": identifier}
    chart = read_chart(Gathered(patient, {"conditions": (body,)}, server=server), patient_id)
    if chart.problems:
        assert chart.gaps == ()
        return "own"
    (gap,) = chart.gaps
    assert gap.ref == "Condition/1"
    return gap.code


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p",
        " Patient/p ",
        "Patient/p/_history/2",
        "https://ehr.example/fhir/R4/Patient/p",
        "http://localhost:8000/Patient/p/_history/11",
    ],
)
def test_the_patient_is_recognised_by_id(reference):
    assert owner({"reference": reference}) == "own"


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/q",
        "Patient/pp",
        "Patient/P",
        "https://ehr.example/fhir/Patient/q",
        "https://ehr.example/Patient/p/Patient/q",
        "Patient/q/_history/1",
        "urn:uuid:00000000-0000-0000-0000-000000000000",
    ],
)
def test_another_patient_is_left_out_with_a_gap(reference):
    assert owner({"reference": reference}) == "other-patient"


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {},
        {"display": "p"},
        {"reference": "p"},
        {"reference": "Group/p"},
        {"reference": "RelatedPatient/p"},
        {"reference": "Patient?identifier=123"},
        {"reference": "Patient/q?x=/Patient/p"},
        {"reference": "#p"},
        {"reference": 5},
        {"reference": ""},
        "Patient/p",
        ["Patient/p"],
    ],
)
def test_a_resource_that_does_not_say_whose_it_is_is_left_out_with_a_gap(subject):
    assert owner(subject) == "no-subject"


def test_a_transaction_bundles_uuid_is_the_patients_id():
    assert owner({"reference": f"urn:uuid:{UUID}"}, UUID) == "own"
    assert owner({"reference": f"URN:UUID:{UUID.upper()}"}, UUID) == "own"


def test_a_logical_reference_counts_when_it_carries_one_of_the_patients_identifiers():
    assert owner({"identifier": {"system": "urn:mrn", "value": "123"}}) == "own"
    for other in (
        {"system": "urn:mrn", "value": "124"},
        {"system": "urn:ssn", "value": "123"},
        {"value": "77"},
        "x",
    ):
        assert owner({"identifier": other}) == "no-subject"


def test_a_contained_patient_counts_only_by_identifier():
    held = {"resourceType": "Patient", "id": "x", "identifier": [{"system": "urn:mrn", "value": "123"}]}
    assert owner({"reference": "#x"}, contained=[held]) == "own"
    stranger = {"resourceType": "Patient", "id": "p"}
    assert owner({"reference": "#p"}, contained=[stranger]) == "no-subject"


def test_an_allergy_names_its_patient_in_another_element(chart_of):
    allergy = {"resourceType": "AllergyIntolerance", "id": "1", "code": {"text": "Contrast"}}
    assert len(chart_of({**allergy, "patient": {"reference": "Patient/p"}}).deeds) == 1
    assert [g.code for g in chart_of({**allergy, "patient": {"reference": "Patient/q"}}).gaps] == ["other-patient"]


def test_a_resource_that_names_two_patients_is_not_ours():
    assert owner({"reference": "Patient/p"}, patient={"reference": "Patient/q"}) == "other-patient"


@pytest.mark.parametrize(
    ("reference", "whose"),
    [
        ("Patient/p", "own"),
        ("https://ehr.example/fhir/R4/Patient/p", "own"),
        ("http://EHR.example:80/fhir/R4/Patient/p/_history/3", "own"),
        ("https://ehr.example:443/fhir/R4//Patient/p", "own"),
        ("https://ehr.example/fhir/R4/Patient/q", "other-patient"),
        ("https://ehr.example/fhir/Patient/p", "other-patient"),
        ("https://ehr.example/fhir/R4/tenant/Patient/p", "other-patient"),
        ("https://ehr.example:8443/fhir/R4/Patient/p", "other-patient"),
        ("https://hospital.example/fhir/R4/Patient/p", "other-patient"),
        ("https://ehr.example@hospital.example/fhir/R4/Patient/p", "other-patient"),
        ("https://[ehr.example/fhir/R4/Patient/p", "other-patient"),
    ],
)
def test_an_id_of_another_server_is_another_patient(reference, whose):
    assert owner({"reference": reference}, server="https://ehr.example/fhir/R4/") == whose


@pytest.mark.parametrize(
    ("focus", "whose"),
    [
        ({"reference": "Patient/p"}, "own"),
        ({"reference": "Device/pump"}, "own"),
        ({"identifier": {"system": "urn:mrn", "value": "123"}, "type": "Patient"}, "own"),
        ({"display": "left knee"}, "own"),
        ("left knee", "own"),
        ({"type": ["Patient"]}, "own"),
        ({"reference": "Patient/donor"}, "other-patient"),
        ({"reference": "https://ehr.example/RelatedPerson/mother"}, "other-patient"),
        ({"reference": "Group/family"}, "other-patient"),
        ({"reference": "#fetus"}, "other-patient"),
        ({"type": "RelatedPerson", "display": "her mother"}, "other-patient"),
        ({"identifier": {"system": "urn:mrn", "value": "9"}, "type": "Patient"}, "other-patient"),
    ],
)
def test_what_is_observed_of_a_donor_or_a_fetus_is_not_the_patients(focus, whose):
    fetus = {"resourceType": "Patient", "id": "fetus"}
    held = [fetus] if isinstance(focus, dict) and focus.get("reference") == "#fetus" else []
    assert owner({"reference": "Patient/p"}, focus=[focus], contained=held) == whose


def test_a_group_beside_the_patient_leaves_open_whose_it_is():
    assert owner({"reference": "Group/ward"}, patient={"reference": "Patient/p"}) == "no-subject"


@pytest.mark.parametrize("kind", sorted(CHARTED))
@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ({"reference": "Patient/q"}, "other-patient"),
        ({"reference": "https://hospital.example/Patient/p"}, "other-patient"),
        ({"reference": "urn:uuid:00000000-0000-0000-0000-000000000000"}, "other-patient"),
        ({"reference": "Group/p"}, "no-subject"),
        ({"identifier": {"system": "urn:mrn", "value": "9"}}, "no-subject"),
        ({"display": "p"}, "no-subject"),
        (None, "no-subject"),
    ],
)
def test_no_kind_of_resource_gets_in_without_the_patients_name(kind, subject, code):
    name = "patient" if kind in ("AllergyIntolerance", "Device") else "subject"
    body = {"resourceType": kind, "id": "1", "status": "final", "code": {"text": "leg pain"}, name: subject}
    chart = read_chart(Gathered(None, {"observations": (body,)}, server="https://ehr.example"), "p")
    assert (chart.problems, chart.observed, chart.reports, chart.deeds) == ((), (), (), ())
    assert [(gap.ref, gap.code) for gap in chart.gaps] == [(f"{kind}/1", code)]


def test_a_resource_inside_another_is_no_evidence_of_its_own():
    held = {"resourceType": "Condition", "id": "2", "code": {"text": "Leg pain"}, "subject": {"reference": "Patient/p"}}
    outer = {"resourceType": "Observation", "id": "1", "status": "final", "subject": {"reference": "Patient/p"}}
    chart = read_chart(Gathered(None, {"observations": ({**outer, "contained": [held]},)}), "p")
    assert chart.problems == ()
    assert "Leg pain" not in repr(chart)


def test_a_reference_of_any_spelling_has_one_local_form():
    assert local_reference({"reference": "https://e.example/r4/Encounter/7/_history/1"}, "Encounter") == "Encounter/7"
    assert local_reference({"reference": "Encounter/7"}, "Encounter") == "Encounter/7"
    assert local_reference({"reference": "urn:uuid:7"}, "Encounter") == "Encounter/7"
    for nothing in (None, "Encounter/7", {}, {"display": "ER"}, {"reference": "#7"}, {"reference": 7}):
        assert local_reference(nothing, "Encounter") == ""
