"""Whose resource it is: never evidence from another patient, in any spelling of a reference."""

from __future__ import annotations

from typing import Any

import pytest

from service.chart.read import Gathered, read_chart
from service.chart.subject import local_reference

UUID = "9e691882-981e-4dd3-af5e-be44d315d715"


def owner(subject: Any, patient_id: str = "p", **fields: Any) -> str:
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
    chart = read_chart(Gathered(patient, {"conditions": (body,)}), patient_id)
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


def test_a_reference_of_any_spelling_has_one_local_form():
    assert local_reference({"reference": "https://e.example/r4/Encounter/7/_history/1"}, "Encounter") == "Encounter/7"
    assert local_reference({"reference": "Encounter/7"}, "Encounter") == "Encounter/7"
    assert local_reference({"reference": "urn:uuid:7"}, "Encounter") == "Encounter/7"
    for nothing in (None, "Encounter/7", {}, {"display": "ER"}, {"reference": "#7"}, {"reference": 7}):
        assert local_reference(nothing, "Encounter") == ""
