"""Findings in codes."""

from datetime import date, timedelta

import msgspec
import pytest
from support.tiny_language import SYSTEM, extracted, finding_of, value_set

from service.chart.model import (
    Chart,
    Coding,
    Concept,
    Deed,
    Measure,
    Observed,
    Passage,
    Patient,
    Problem,
    Report,
    Span,
)
from service.chart.read import Gathered, read_chart
from service.evidence.definition import LabelDefinition
from service.evidence.model import Evidence, Found

DAY = date(2026, 10, 20)
ZORP = finding_of("codes: [{value_set: zorps, kind: mild}]")
SETS = (value_set("zorps", "z1", "z2"), value_set("others", "o1"))


def coded(code: str = "z1", display: str = "Zorp", text: str = "", system: str = SYSTEM) -> Concept:
    return Concept((Coding(system, code, display),), text)


def found(finding=ZORP, sets=SETS, **chart) -> Found:
    return extracted(Chart(Patient("p"), **chart), finding, value_sets=sets)["Z"]


def asked(*values, concept: Concept | None = None, finding=ZORP) -> Found:
    concept = concept or coded()
    return found(finding, observed=(Observed("Observation/1", (Measure(concept, values),), when=Span(DAY)),))


def test_a_problem_with_a_code_of_the_set_is_evidence():
    assert found(problems=(Problem("Condition/1", coded(), recorded=DAY),)).evidence == (
        Evidence("Condition/1", "code", "Zorp", "present", "coded z1", DAY, "mild"),
    )


def test_the_words_somebody_typed_are_the_quote():
    one = found(problems=(Problem("Condition/1", coded(text="My zorp"), recorded=DAY),))
    assert one.evidence[0].quote == "My zorp"


@pytest.mark.parametrize("concept", [coded("o1"), coded("z9"), coded(system="urn:elsewhere"), Concept(text="z1")])
def test_another_code_or_system_is_no_evidence(concept):
    assert found(problems=(Problem("Condition/1", concept),)).status == "not-documented"


def test_one_of_several_codings_is_enough():
    concept = Concept((Coding("urn:elsewhere", "x"), Coding(SYSTEM, "z2", "Zorp")))
    assert found(problems=(Problem("Condition/1", concept),)).status == "present"


def test_a_resolved_problem_is_kept_with_its_reason_and_decides_nothing():
    one = found(problems=(Problem("Condition/1", coded(), standing="resolved"),))
    assert (one.status, one.evidence[0].reason) == ("not-documented", "the record marks it as resolved")


def test_a_resolved_problem_counts_where_history_does():
    past = finding_of("{codes: [{value_set: zorps}], history: true}")
    assert found(past, problems=(Problem("Condition/1", coded(), standing="resolved"),)).status == "present"


def test_an_unconfirmed_problem_is_possible():
    one = found(problems=(Problem("Condition/1", coded(), standing="possible"),))
    assert (one.status, one.evidence[0].reason) == ("possible", "coded z1, not confirmed")


@pytest.mark.parametrize("value", [True, "Yes", "yes, often", "always", Concept(text="Yes")], ids=str)
def test_a_coded_question_answered_yes_is_present(value):
    assert asked(value).status == "present"


@pytest.mark.parametrize("value", [False, "No", "no, never", "never", Concept(text="No")], ids=str)
def test_a_coded_question_answered_no_is_absent(value):
    one = asked(value)
    assert (one.status, one.evidence[0].path) == ("absent", "code")


@pytest.mark.parametrize("values", [(), ("blue",), (Concept(text="north"),)], ids=str)
def test_a_coded_question_without_yes_or_no_says_nothing(values):
    assert asked(*values).status == "not-documented"


def test_a_code_of_the_set_may_be_the_answer():
    one = asked(coded(), concept=coded("o1", "What is it?"))
    assert [(e.status, e.path, e.quote) for e in one.evidence] == [("present", "valueCodeableConcept", "Zorp")]


def test_a_component_is_a_question_too():
    measures = (Measure(coded("o1")), Measure(coded(), (False,), "component[0]"))
    one = found(observed=(Observed("Observation/1", measures),))
    assert [(e.status, e.path) for e in one.evidence] == [("absent", "component[0].code")]


def test_a_code_counts_only_in_the_kinds_of_resource_it_is_asked_of():
    deed = Deed("Procedure", "Procedure/1", coded())
    report = Report("DiagnosticReport/1", coded())
    done = finding_of("codes: [{value_set: zorps, resources: [Procedure]}]")
    reported = finding_of("codes: [{value_set: zorps, resources: [DiagnosticReport]}]")
    assert found(deeds=(deed,), reports=(report,)).status == "not-documented"
    assert [e.ref for e in found(done, deeds=(deed,), reports=(report,)).evidence] == ["Procedure/1"]
    assert [e.ref for e in found(reported, deeds=(deed,), reports=(report,)).evidence] == ["DiagnosticReport/1"]


def test_one_code_may_be_in_two_sets():
    two = finding_of("codes: [{value_set: zorps, kind: one}, {value_set: more, kind: two}]")
    one = found(two, (*SETS, value_set("more", "z1")), problems=(Problem("Condition/1", coded()),))
    assert sorted(e.kind for e in one.evidence) == ["one", "two"]


@pytest.mark.parametrize(
    "system", ["http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96", "2.16.840.1.113883.6.96"]
)
def test_a_code_system_may_be_written_as_an_oid(system):
    sets = (value_set("zorps", "63491006", system="http://snomed.info/sct"),)
    condition = {
        "resourceType": "Condition",
        "id": "1",
        "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": system, "code": "63491006", "display": "Zorp"}]},
    }
    chart = read_chart(Gathered({"resourceType": "Patient", "id": "p"}, {"conditions": (condition,)}), "p")
    assert extracted(chart, ZORP, value_sets=sets)["Z"].status == "present"


# --- what was ordered, done, given or worn ---------------------------------------

ORDERED = finding_of(
    "{months: 12, codes: [{value_set: zorps, resources: [ServiceRequest, Procedure], statuses: [active, completed]}]}"
)


def deed(status: str = "active", kind: str = "ServiceRequest", **given) -> Deed:
    return Deed(kind, f"{kind}/1", **{"concept": coded(), "status": status, "when": Span(DAY), **given})


@pytest.mark.parametrize(
    ("status", "seen"),
    [("active", "present"), ("completed", "present"), ("revoked", "not-documented"), ("", "not-documented")],
)
def test_only_the_statuses_that_are_named_count(status, seen):
    assert found(ORDERED, deeds=(deed(status),)).status == seen


def test_where_no_status_is_named_each_counts():
    finding = finding_of("codes: [{value_set: zorps, resources: [ServiceRequest]}]")
    assert found(finding, deeds=(deed("on-hold"),)).status == "present"


@pytest.mark.parametrize(
    ("days", "seen"), [(41, "not-documented"), (42, "present"), (90, "present"), (None, "not-documented")]
)
def test_a_deed_may_have_to_last_some_weeks(days, seen):
    finding = finding_of("{months: 12, codes: [{value_set: zorps, resources: [Procedure], weeks: 6}]}")
    when = Span(DAY - timedelta(days=days), DAY) if days else Span(DAY)
    assert found(finding, deeds=(deed("completed", "Procedure", when=when),)).status == seen


def test_how_long_a_deed_lasted_is_its_value():
    (one,) = found(
        ORDERED, deeds=(deed("completed", "Procedure", when=Span(date(2026, 8, 1), date(2026, 9, 15))),)
    ).evidence
    assert one.value == "6 weeks"
    (one,) = found(ORDERED, deeds=(deed(),)).evidence
    assert one.value == ""


def test_an_order_may_be_known_by_its_words_and_a_problem_may_not():
    sets = (msgspec.structs.replace(SETS[0], labels=(LabelDefinition(says=(("zorping",),)),)), SETS[1])
    by_words = Concept(text="Zorping, outpatient")
    assert found(ORDERED, sets, deeds=(deed(concept=by_words),)).evidence[0].reason == "coded"
    assert found(ZORP, sets, problems=(Problem("Condition/1", by_words),)).status == "not-documented"


@pytest.mark.parametrize(
    "given",
    [
        {"body_sites": (Concept(text="Left knoll"),)},
        {"passages": (Passage("reasonCode[0].text", "Sore knoll"),)},
    ],
)
def test_an_order_for_another_part_of_the_body_stays_in_sight_and_does_not_count(given):
    sets = (msgspec.structs.replace(SETS[0], elsewhere=("knoll",), here=("dell",)), SETS[1])
    one = found(ORDERED, sets, deeds=(deed(**given),))
    assert (one.status, one.evidence[0].reason) == ("not-documented", "it concerns another part of the body")


def test_a_note_on_an_order_does_not_move_it_to_another_part_of_the_body():
    sets = (msgspec.structs.replace(SETS[0], elsewhere=("knoll",)), SETS[1])
    assert found(ORDERED, sets, deeds=(deed(passages=(Passage("note[0].text", "No knoll pain"),)),)).status == "present"
