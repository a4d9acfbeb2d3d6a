"""Which resources become part of a chart, once, and in one order."""

from __future__ import annotations

import random
from typing import Any

from service.chart.model import Gap, Patient
from service.chart.read import GAPS_ALIKE, Gathered, read_chart

OWN = {"subject": {"reference": "Patient/p"}}


def condition(fhir_id: Any = "1", **fields: Any) -> dict[str, Any]:
    named = {} if fhir_id is None else {"id": fhir_id}
    return {"resourceType": "Condition", **named, **OWN, "code": {"text": "Leg pain"}, **fields}


def codes(chart: Any) -> list[str]:
    return [gap.code for gap in chart.gaps]


def test_an_empty_call_gives_an_empty_chart_of_the_patient():
    chart = read_chart(Gathered(), "p")
    assert chart.patient == Patient("p")
    assert (chart.problems, chart.observed, chart.reports, chart.deeds, chart.gaps) == ((), (), (), (), ())


def test_the_patient_is_read_with_birth_date_and_death(chart_of):
    told = chart_of(patient={"resourceType": "Patient", "id": "p", "birthDate": "1948-03", "deceasedBoolean": True})
    assert str(told.patient.birth_date) == "1948-03-01"
    assert told.patient.deceased
    died = chart_of(patient={"resourceType": "Patient", "id": "p", "deceasedDateTime": "2020-01-01"})
    assert died.patient.deceased
    assert not chart_of().patient.deceased


def test_the_patient_may_come_among_other_resources():
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1948-03-02"}
    chart = read_chart(Gathered(None, {"conditions": (patient, {**patient, "id": "q"})}), "p")
    assert str(chart.patient.birth_date) == "1948-03-02"
    assert chart.gaps == ()


def test_a_patient_resource_of_somebody_else_is_not_looked_into(chart_of):
    chart = chart_of(condition(), patient={"resourceType": "Patient", "id": "q", "birthDate": "1999-01-01"})
    assert chart.patient == Patient("p")
    assert [(g.key, g.code, g.ref) for g in chart.gaps] == [("patient", "other-patient", "Patient/q")]
    assert len(chart.problems) == 1


def test_what_stands_in_the_patients_place_and_is_none_is_a_gap(chart_of):
    for other in (condition(), "a page of HTML", ["x"], {}, {"resourceType": 5}):
        chart = chart_of(patient=other)
        assert chart.patient == Patient("p")
        assert [(g.key, g.code) for g in chart.gaps] == [("patient", "unreadable")]
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden"}]}
    assert [(g.key, g.code) for g in chart_of(patient=failed).gaps] == [("patient", "failed")]


def test_a_resource_is_read_by_its_type_whatever_key_it_came_under(chart_of):
    chart = chart_of(condition(), {"resourceType": "Provenance", "id": "x"}, key="observations")
    assert [p.ref for p in chart.problems] == ["Condition/1"]
    assert chart.gaps == ()


def test_entries_that_are_no_resources_are_gaps_and_reading_goes_on(chart_of):
    for junk in (None, 5, "text", [], {}, {"id": "x"}, {"resourceType": None}, {"resourceType": "Bundle"}):
        chart = chart_of(junk, condition())
        assert len(chart.problems) == 1
        assert chart.gaps == (Gap("things", "unreadable", "an entry is not a single FHIR resource"),)


def test_a_resource_still_in_its_bundle_entry_is_taken_out(chart_of):
    chart = chart_of({"fullUrl": "http://ehr.example/Condition/1", "resource": condition()})
    assert [p.ref for p in chart.problems] == ["Condition/1"]


def test_one_resource_in_two_searches_is_one_problem():
    chart = read_chart(Gathered(None, {"a": (condition(),), "b": (condition(), condition())}), "p")
    assert len(chart.problems) == 1
    assert chart.gaps == ()


def test_the_newest_version_of_a_resource_counts(chart_of):
    def version(text: str, **meta: str) -> dict[str, Any]:
        return condition(code={"text": text}, meta=meta)

    by_date = [
        version("old", lastUpdated="2024-01-01T00:00:00Z"),
        version("new", lastUpdated="2024-01-01T00:30:00-05:00"),
        version("unknown", lastUpdated="yesterday"),
    ]
    by_number = [version("old", versionId="9"), version("new", versionId="10"), version("odd", versionId="x")]
    for versions in (by_date, by_number):
        for order in (versions, versions[::-1]):
            assert [p.concept.text for p in chart_of(*order).problems] == ["new"]


def test_between_equally_new_versions_the_withdrawn_one_counts(chart_of):
    withdrawn = condition(verificationStatus={"text": "Entered in Error"})
    assert chart_of(condition(), withdrawn).problems == ()
    assert chart_of(withdrawn, condition()).problems == ()


def test_resources_without_an_id_are_kept_and_equal_ones_counted_once(chart_of):
    chart = chart_of(condition(None), condition(None), condition(None, code={"text": "Back pain"}))
    assert [(p.ref, p.concept.text) for p in chart.problems] == [
        ("Condition", "Back pain"),
        ("Condition", "Leg pain"),
    ]


def test_an_id_that_could_not_be_referred_to_counts_as_none(chart_of):
    for bad in ("a b", "../Patient/q", 7, "", "x" * 200, "a\u202eb"):
        chart = chart_of(condition(bad))
        assert [p.ref for p in chart.problems] == ["Condition"]
        assert [g.detail for g in chart.gaps] == ["id is not a FHIR id"]


def test_the_same_chart_comes_of_any_order():
    own = [condition(str(n), note=[{"text": f"note {n}"}]) for n in range(6)]
    own += [condition("1", meta={"versionId": "2"}), condition(None), condition("bad", onsetDateTime="soon")]
    chance = random.Random(7)  # noqa: S311 - a fixed shuffle, no secret
    charts = set()
    for _ in range(20):
        chance.shuffle(own)
        charts.add(repr(read_chart(Gathered(None, {"b": tuple(own[:5]), "a": tuple(own[5:])}), "p").problems))
    assert len(charts) == 1


def test_a_modifier_extension_keeps_a_resource_out(chart_of):
    chart = chart_of(condition(modifierExtension=[{"url": "http://example.org/negated", "valueBoolean": True}]))
    assert chart.problems == ()
    assert [(g.code, g.ref) for g in chart.gaps] == [("unreadable", "Condition/1")]


def test_an_outcome_among_the_results_is_a_gap_unless_it_only_informs(chart_of):
    def outcome(*issues: Any) -> dict[str, Any]:
        return {"resourceType": "OperationOutcome", "issue": list(issues)}

    error = {"severity": "error", "code": "timeout", "diagnostics": "SECRET"}
    warning = {"severity": "warning", "code": "not-supported"}
    information = {"severity": "information", "code": "informational"}
    assert chart_of(outcome(error)).gaps == (Gap("things", "failed", "the server answered with an error (timeout)"),)
    assert codes(chart_of(outcome(warning, information))) == ["warned"]
    assert codes(chart_of(outcome(information))) == []
    for odd in (
        outcome(),
        {"resourceType": "OperationOutcome", "issue": 5},
        outcome({"severity": "grave"}, 4),
    ):
        assert codes(chart_of(odd)) == ["failed"]


def test_gaps_of_gathering_stay_and_all_are_in_one_order():
    given = (Gap("reports", "not-provided", "no access"), Gap("conditions", "cut-short", "10 pages read"))
    chart = read_chart(Gathered(None, {"observations": (None,)}, given), "p")
    assert [g.key for g in chart.gaps] == ["conditions", "observations", "reports"]


def test_long_runs_of_one_kind_of_gap_are_counted(chart_of):
    strangers = [condition(str(n), subject={"reference": "Patient/q"}) for n in range(500)]
    chart = chart_of(*strangers)
    assert len(chart.gaps) == GAPS_ALIKE + 1
    assert chart.gaps[-1].detail == "480 more of this kind"


def test_equally_new_versions_of_the_patient_or_of_a_drug_give_the_same_chart_in_any_order(chart_of):
    born = [{"resourceType": "Patient", "id": "p", "birthDate": day} for day in ("1950-01-01", "1940-01-01")]
    drugs = [{"resourceType": "Medication", "id": "m", "code": {"text": name}} for name in ("Apixaban", "Warfarin")]
    order = {
        "resourceType": "MedicationRequest",
        "id": "1",
        "medicationReference": {"reference": "Medication/m"},
        **OWN,
    }
    one, other = chart_of(order, *born, *drugs), chart_of(*drugs[::-1], *born[::-1], order)
    assert one == other
    assert one.patient.birth_date is not None
    assert one.deeds[0].concept.text in ("Apixaban", "Warfarin")
