"""Conditions: what they are, whether they hold, since when, and every place where words hide."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.chart.model import Concept, Problem, Span

OID_STATUS = "urn:oid:2.16.840.1.113883.4.642.3.155"


@pytest.fixture
def problem(chart_of):
    def problem(**fields: Any) -> Problem | None:
        body = {"resourceType": "Condition", "id": "1", "subject": {"reference": "Patient/p"}, **fields}
        chart = chart_of({"code": {"text": "Leg pain"}, **body})
        assert chart.gaps == ()
        return next(iter(chart.problems), None)

    return problem


def coded(code: str, system: str = "http://terminology.hl7.org/CodeSystem/condition-clinical") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def test_a_bare_condition_holds_now(problem):
    assert problem() == Problem("Condition/1", Concept(text="Leg pain"))


@pytest.mark.parametrize("word", ["inactive", "resolved", "remission"])
def test_a_condition_that_ended_is_resolved_in_whatever_form_the_status_comes(problem, word):
    shapes = [coded(word), coded(word, OID_STATUS), {"text": word.title()}, word, [coded(word)]]
    shapes.append({"coding": [{"system": OID_STATUS, "code": "4", "display": word.title()}]})
    for status in shapes:
        assert problem(clinicalStatus=status).standing == "resolved"


@pytest.mark.parametrize("word", ["active", "recurrence", "relapse", "Chronic"])
def test_a_condition_that_runs_is_current(problem, word):
    for status in (coded(word), {"text": word}, word):
        assert problem(clinicalStatus=status, verificationStatus=coded("confirmed")).standing == "current"


@pytest.mark.parametrize("word", ["unconfirmed", "provisional", "differential", "Suspected"])
def test_a_condition_that_is_not_confirmed_is_possible(problem, word):
    for status in (coded(word), {"text": word}, word):
        assert problem(clinicalStatus=coded("active"), verificationStatus=status).standing == "possible"


@pytest.mark.parametrize("word", ["entered-in-error", "refuted", "Entered in Error", "entered_in_error", "Ruled out"])
def test_a_condition_that_never_held_is_no_evidence_and_no_gap(problem, word):
    for status in (coded(word), {"text": word}, word, {"coding": [{"code": "x", "display": word}]}):
        assert problem(clinicalStatus=coded("active"), verificationStatus=status) is None
    assert problem(clinicalStatus=word) is None


def test_a_status_that_only_says_why_it_is_missing_says_nothing(problem):
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    for nothing in (absent, {}, [], {"coding": []}, {"coding": [absent]}):
        assert problem(clinicalStatus=nothing, verificationStatus=nothing).standing == "current"


@pytest.mark.parametrize("status", [5, {"coding": 5}, {"coding": [{"code": 5}]}, {"text": 5}, [5]])
@pytest.mark.parametrize("name", ["clinicalStatus", "verificationStatus"])
def test_a_status_that_cannot_be_read_keeps_the_condition_out_with_a_gap(chart_of, name, status):
    body = {"resourceType": "Condition", "id": "1", "subject": {"reference": "Patient/p"}, name: status}
    chart = chart_of(body)
    assert chart.problems == ()
    assert any(gap.code == "unreadable" and gap.detail.startswith(name) for gap in chart.gaps)


@pytest.mark.parametrize(
    "abatement",
    [
        {"abatementDateTime": "2020-01-01"},
        {"abatementPeriod": {"end": "2020-01-01"}},
        {"abatementAge": {"value": 60, "unit": "a"}},
        {"abatementRange": {"low": {"value": 60}}},
        {"abatementString": "last spring"},
        {"abatementBoolean": True},
        {"abatementBoolean": "true"},
    ],
)
def test_an_abatement_of_any_kind_resolves(problem, abatement):
    assert problem(**abatement).standing == "resolved"
    assert problem(clinicalStatus=coded("active"), **abatement).standing == "resolved"


def test_a_condition_that_has_not_abated_is_current(problem):
    assert problem(abatementBoolean=False).standing == "current"


def test_an_active_condition_with_an_end_after_the_last_change_is_only_expected_to_end(problem):
    def ending(**fields: Any) -> str:
        return problem(clinicalStatus="active", abatementDateTime="2024-06-01", **fields).standing

    assert ending(recordedDate="2024-01-01") == "current"
    assert ending(meta={"lastUpdated": "2024-05-31T10:00:00Z"}) == "current"
    assert ending(meta={"lastUpdated": "2024-06-02T10:00:00Z"}, recordedDate="2024-01-01") == "resolved"
    assert ending() == "resolved"


def test_the_onset_is_read_in_each_of_its_forms(problem):
    start = date(2019, 4, 1)
    assert problem(onsetDateTime="2019-04").when == Span(start)
    assert problem(onsetPeriod={"start": "2019-04-01", "end": "2019-05-01"}).when == Span(start)
    assert problem(onsetPeriod={"end": "2019-04-01"}).when == Span(start)
    assert problem(onsetDateTime="2019-04-01", abatementPeriod={"start": "2019-06-01", "end": "2019-07"}).when == Span(
        start, date(2019, 7, 31)
    )
    assert problem(abatementDateTime="2019").when == Span(None, date(2019, 12, 31))


def test_an_age_at_onset_is_counted_from_the_birth_date(problem, chart_of):
    assert problem(onsetAge={"value": 62, "unit": "years"}).when == Span(date(2012, 6, 1))
    assert problem(onsetRange={"low": {"value": 60, "code": "a"}}).when == Span(date(2010, 6, 1))
    for other in ({"value": 62, "unit": "wk"}, {"value": 162, "unit": "a"}, {}):
        assert problem(onsetAge=other).when == Span()
    unborn = chart_of(
        {
            "resourceType": "Condition",
            "subject": {"reference": "Patient/p"},
            "onsetAge": {"value": 9, "unit": "a"},
        },
        patient={"resourceType": "Patient", "id": "p"},
    )
    assert unborn.problems[0].when == Span()


def test_a_date_that_is_none_is_a_gap_and_the_condition_stays(chart_of):
    body = {
        "resourceType": "Condition",
        "id": "1",
        "subject": {"reference": "Patient/p"},
        "code": {"text": "Leg pain"},
    }
    chart = chart_of({**body, "onsetDateTime": "0000-13-45", "recordedDate": "1 BC"})
    assert [p.concept.text for p in chart.problems] == ["Leg pain"]
    assert [g.detail for g in chart.gaps] == ["onsetDateTime is not a date", "recordedDate is not a date"]
    assert "0000" not in repr(chart.gaps)


def test_a_day_in_the_far_future_is_kept_for_evidence_to_judge(problem):
    assert problem(onsetDateTime="9999-12-31").when.start == date(9999, 12, 31)


def test_body_sites_come_as_a_list_or_as_one(problem):
    thigh = {"text": "left thigh"}
    assert problem(bodySite=[thigh, {"text": "calf"}]).body_sites == (
        Concept(text="left thigh"),
        Concept(text="calf"),
    )
    assert problem(bodySite=thigh).body_sites == (Concept(text="left thigh"),)


def test_words_are_found_wherever_they_hide(problem):
    found = problem(
        code={"text": "Leg pain on walking"},
        note=[{"text": "Eases when bending forward."}, {"authorString": "x"}, "Typed here."],
        evidence=[
            {"detail": []},
            {"code": [{"text": "leans on a cart"}, {"coding": [{"code": "1", "display": "stoops"}]}]},
        ],
        onsetString="since last winter",
        abatementString="after the injection",
        text={"status": "generated", "div": "<div>not read</div>"},
    )
    assert [(p.path, p.text) for p in found.passages] == [
        ("note[0].text", "Eases when bending forward."),
        ("note[2]", "Typed here."),
        ("evidence[1].code[0].text", "leans on a cart"),
        ("evidence[1].code[1].coding[0].display", "stoops"),
        ("onsetString", "since last winter"),
        ("abatementString", "after the injection"),
    ]
