"""What vendors' servers really send, one test for each shape that is known of Epic and Oracle Health."""

from __future__ import annotations

from datetime import date
from typing import Any

from service.chart.model import Coding, Concept, Measure, Quantity, Span
from service.chart.read import Gathered, read_chart

OWN = {"subject": {"reference": "Patient/p"}}


def condition(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": "1", **OWN, **fields}


def observation(**fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": "1",
        "status": "final",
        "code": {"text": "ABI"},
        **OWN,
        **fields,
    }


def test_epic_oids_as_code_systems_and_codings_without_display(chart_of):
    code = {
        "coding": [
            {"system": "urn:oid:2.16.840.1.113883.6.90", "code": "M48.062"},
            {"system": "urn:oid:2.16.840.1.113883.6.96", "code": "18347007"},
        ],
        "text": "Spinal stenosis of lumbar region with neurogenic claudication",
    }
    (problem,) = chart_of(condition(code=code)).problems
    assert problem.concept.codings == (
        Coding("http://hl7.org/fhir/sid/icd-10-cm", "M48.062"),
        Coding("http://snomed.info/sct", "18347007"),
    )


def test_epic_onset_and_abatement_as_periods(chart_of):
    chart = chart_of(condition(onsetPeriod={"start": "2023-02"}, abatementPeriod={"start": "2023-05-02"}))
    assert chart.problems[0].when == Span(date(2023, 2, 1), date(2023, 5, 2))
    assert chart.problems[0].standing == "resolved"


def test_epic_effective_period_with_only_an_end(chart_of):
    chart = chart_of(observation(effectivePeriod={"end": "2023-05-02T10:00:00Z"}))
    assert chart.observed[0].when == Span(None, date(2023, 5, 2))


def test_epic_an_operation_outcome_inside_a_searchset(chart_of):
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "code": "suppressed", "details": {"text": "Some results were hidden."}}],
    }
    chart = chart_of(condition(code={"text": "Leg pain"}), outcome, key="conditions")
    assert len(chart.problems) == 1
    assert [(g.key, g.code) for g in chart.gaps] == [("conditions", "warned")]


def test_oracle_health_three_codings_one_proprietary_and_user_selected(chart_of):
    code = {
        "coding": [
            {
                "system": "https://fhir.cerner.com/tenant/codeSet/72",
                "code": "4009",
                "display": "ABI",
                "userSelected": True,
            },
            {"system": "http://loinc.org", "code": "41979-6"},
            {"system": "http://snomed.info/sct", "code": "1"},
        ],
        "text": "ABI",
    }
    (observed,) = chart_of(observation(code=code)).observed
    assert [coding.system for coding in observed.concept.codings] == [
        "https://fhir.cerner.com/tenant/codeSet/72",
        "http://loinc.org",
        "http://snomed.info/sct",
    ]


def test_oracle_health_a_condition_with_text_only(chart_of):
    chart = chart_of(condition(code={"text": "legs ache when walking"}, clinicalStatus={"text": "Resolved"}))
    assert [(p.concept, p.standing) for p in chart.problems] == [(Concept(text="legs ache when walking"), "resolved")]


def test_oracle_health_a_data_absent_reason_instead_of_a_value(chart_of):
    absent = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]}
    chart = chart_of(observation(dataAbsentReason=absent))
    assert chart.observed[0].measures == (Measure(Concept(text="ABI")),)
    assert chart.gaps == ()


def test_oracle_health_entered_in_error(chart_of):
    chart = chart_of(observation(status="entered-in-error", valueString="0.6"))
    assert (chart.observed, chart.gaps) == ((), ())


def test_oracle_health_a_number_as_text_with_its_unit(chart_of):
    (observed,) = chart_of(observation(valueString="0.72 ratio")).observed
    assert observed.measures[0].values == ("0.72 ratio",)
    assert [(p.path, p.text) for p in observed.passages] == [("valueString", "0.72 ratio")]


def test_oracle_health_provenance_among_the_results(chart_of):
    provenance = {"resourceType": "Provenance", "id": "x", "target": [{"reference": "Observation/1"}]}
    chart = chart_of(observation(valueQuantity={"value": 0.72}), provenance)
    assert chart.observed[0].measures[0].values == (Quantity(0.72),)
    assert chart.gaps == ()


def test_oracle_health_an_entry_without_a_resource():
    entries = ({"fullUrl": "https://ehr.example/Observation/2"}, observation())
    chart = read_chart(Gathered(None, {"observations": entries}), "p")
    assert len(chart.observed) == 1
    assert [(g.key, g.code) for g in chart.gaps] == [("observations", "unreadable")]


def test_a_chest_film_whose_line_ends_arrive_escaped(chart_of):
    written = r"LUNGS AND PLEURA:\n Clear lungs.\n HEART: Normal."
    (observed,) = chart_of(observation(valueString=written)).observed
    assert [line.strip() for line in observed.passages[0].text.split("\n")] == [
        "LUNGS AND PLEURA:",
        "Clear lungs.",
        "HEART: Normal.",
    ]
