"""Observations: measures, components, words, and which were recorded together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.chart.model import Concept, Measure, Observed, Quantity, Span

OWN = {"subject": {"reference": "Patient/p"}}


def observation(fhir_id: str = "1", **fields: Any) -> dict[str, Any]:
    body = {"resourceType": "Observation", "id": fhir_id, "status": "final", "code": {"text": "Pain relief"}}
    return {**body, **OWN, **fields}


@pytest.fixture
def observed(chart_of):
    def observed(**fields: Any) -> Observed | None:
        chart = chart_of(observation(**fields))
        assert chart.gaps == ()
        return next(iter(chart.observed), None)

    return observed


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "canceled", "Entered in error"])
def test_a_withdrawn_observation_is_no_evidence_and_no_gap(observed, status):
    assert observed(status=status) is None
    assert observed(status={"text": status}) is None


@pytest.mark.parametrize("status", ["registered", "preliminary", "final", "amended", "corrected", "unknown", None])
def test_an_observation_of_any_other_status_is_read(observed, status):
    found = observed(status=status, valueString="sitting")
    assert found.standing == "current"
    assert found.measures[0].values == ("sitting",)


def test_a_status_that_cannot_be_read_keeps_the_observation_out_with_a_gap(chart_of):
    chart = chart_of(observation(status=5))
    assert chart.observed == ()
    assert [g.detail for g in chart.gaps] == ["status is not a status; the resource was left out"]


def test_its_own_measure_comes_first_and_each_component_follows(observed):
    found = observed(
        code={"text": "Ankle-brachial index"},
        valueQuantity={"value": 0.8},
        interpretation=[{"text": "low"}],
        component=[
            {
                "code": {"text": "left"},
                "valueQuantity": {"value": 0.72},
                "interpretation": [{"text": "abnormal"}],
            },
            {"code": {"text": "right"}, "dataAbsentReason": {"text": "not measured"}},
            {"code": {"text": "remark"}, "valueString": "claudication at 100 m"},
        ],
    )
    assert found.measures == (
        Measure(Concept(text="Ankle-brachial index"), (Quantity(0.8),), "", (Concept(text="low"),)),
        Measure(Concept(text="left"), (Quantity(0.72),), "component[0]", (Concept(text="abnormal"),)),
        Measure(Concept(text="right"), (), "component[1]"),
        Measure(Concept(text="remark"), ("claudication at 100 m",), "component[2]"),
    )
    assert found.concept == Concept(text="Ankle-brachial index")
    assert [(p.path, p.text) for p in found.passages] == [("component[2].valueString", "claudication at 100 m")]


def test_its_words_are_passages(observed):
    found = observed(
        valueCodeableConcept={"text": "Leaning forward"},
        note=[{"text": "No change on standing."}],
        bodySite={"text": "left thigh"},
    )
    assert [(p.path, p.text) for p in found.passages] == [
        ("valueCodeableConcept.text", "Leaning forward"),
        ("note[0].text", "No change on standing."),
    ]
    assert found.body_sites == (Concept(text="left thigh"),)


def test_it_is_dated_by_when_it_held_else_by_when_it_was_issued(observed, chart_of):
    issued = "2020-05-09T10:00:00Z"
    assert observed(effectiveDateTime="2020-05-01", issued=issued).when == Span(date(2020, 5, 1))
    assert observed(effectivePeriod={"end": "2020-05-03"}, issued=issued).when == Span(None, date(2020, 5, 3))
    assert observed(issued=issued).when == Span(date(2020, 5, 9))
    assert observed().when == Span()
    absurd = chart_of(observation(effectiveDateTime="0000-13-45", issued=issued))
    assert absurd.observed[0].when == Span(date(2020, 5, 9))
    assert [g.detail for g in absurd.gaps] == ["effectiveDateTime is not a date"]


def test_observations_of_one_encounter_are_one_group(chart_of):
    spellings = ("Encounter/7", "https://ehr.example/r4/Encounter/7", "urn:uuid:7", "Encounter/7/_history/2")
    chart = chart_of(*(observation(str(i), encounter={"reference": s}) for i, s in enumerate(spellings)))
    assert {o.group for o in chart.observed} == {"Encounter/7"}


def test_a_panel_and_its_members_are_one_group(chart_of):
    panel = observation("panel", hasMember=[{"reference": "Observation/a"}, {"reference": "urn:uuid:b"}, {}, 5])
    chart = chart_of(observation("a"), observation("b"), observation("c"), panel)
    assert [(o.ref, o.group) for o in chart.observed] == [
        ("Observation/a", "Observation/panel"),
        ("Observation/b", "Observation/panel"),
        ("Observation/c", ""),
        ("Observation/panel", "Observation/panel"),
    ]


def test_members_join_the_encounter_of_their_panel(chart_of):
    panel = observation("panel", hasMember=[{"reference": "Observation/a"}], encounter={"reference": "Encounter/7"})
    assert {o.group for o in chart_of(observation("a"), panel).observed} == {"Encounter/7"}


def test_answers_derived_from_one_questionnaire_are_one_group(chart_of):
    answers = [observation(n, derivedFrom=[{"reference": "QuestionnaireResponse/q"}]) for n in "ab"]
    assert {o.group for o in chart_of(*answers).observed} == {"QuestionnaireResponse/q"}


def test_another_patients_panel_groups_nothing(chart_of):
    panel = observation("panel", hasMember=[{"reference": "Observation/a"}], subject={"reference": "Patient/q"})
    chart = chart_of(observation("a"), panel)
    assert [(o.ref, o.group) for o in chart.observed] == [("Observation/a", "")]
    assert [g.code for g in chart.gaps] == ["other-patient"]


def test_an_encounter_that_is_only_described_groups_nothing(observed):
    assert observed(encounter={"display": "ER visit"}).group == ""


def test_a_member_of_two_panels_is_in_the_same_group_in_any_order(chart_of):
    panels = [observation(name, hasMember=[{"reference": "Observation/a"}]) for name in ("x", "y")]
    one, other = chart_of(observation("a"), *panels), chart_of(*panels[::-1], observation("a"))
    assert one == other
    assert one.observed[0].group == "Observation/x"


def height(**fields: Any) -> dict[str, Any]:
    number = {"value": 168.5, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"}
    code = {"coding": [{"system": "http://loinc.org", "code": "8302-2", "display": "Body Height"}]}
    return observation(code=code, effectiveDateTime="2026-01-02T08:00:00Z") | {"valueQuantity": number} | fields


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"valueQuantity": {"value": 2}},
        {"valueQuantity": {"value": 2, "code": "cm"}},
        {"valueQuantity": {"value": 2, "unit": " cm\u200b "}},
        {"valueQuantity": {"value": 10**400, "unit": "cm"}},
        {"valueQuantity": {"value": True, "unit": "cm"}},
        {"valueQuantity": {"value": "0.8", "unit": "cm"}},
        {"valueQuantity": {"value": 0.8, "comparator": "<"}},
        {"valueQuantity": {"value": 0.8, "unit": 3}},
        {"effectiveDateTime": "2026"},
        {"effectiveDateTime": "yesterday", "issued": "2026-01-03"},
        {"effectiveDateTime": None, "issued": "2026-01-03"},
        {"status": "Entered in error"},
        {"status": 3},
        {"code": {"coding": [{"code": 12}]}},
        {"code": None},
        {"encounter": {"reference": "Encounter/e"}},
        {"encounter": 3},
        {"dataAbsentReason": {"text": "unknown"}},
        {"note": [{"text": "measured twice"}]},
    ],
)
def test_a_plain_number_is_read_like_an_observation_that_says_more(chart_of, fields):
    # Nobody reads the language; that it is there makes the Observation one to be read element by element.
    plain, other = chart_of(height(**fields)), chart_of(height(**fields, language="en"))

    assert (plain.observed, plain.gaps) == (other.observed, other.gaps)
