"""The compiled knowledge of findings, and names that nothing defines."""

import pytest
from support.tiny_language import SYSTEM, finding_of, reading_of, value_set

from service.chart.model import Coding, Concept
from service.evidence.reading import problems


def test_a_concept_is_in_every_value_set_that_holds_one_of_its_codes():
    reading = reading_of(value_sets=(value_set("one", "a", "b"), value_set("two", "b"), value_set("three", "c")))
    concept = Concept((Coding(SYSTEM, "b"), Coding("urn:elsewhere", "c")))
    assert reading.value_sets_of(concept) == {"one", "two"}
    assert reading.value_sets_of(Concept(text="b")) == frozenset()


def test_only_active_findings_take_part():
    findings = [finding_of("{}", id=s, status=s) for s in ("draft", "shadow", "active", "retired")]
    assert [f.id for f in reading_of(*findings).findings] == ["active"]


def test_lead_ins_are_known_by_the_value_set_of_their_question():
    assert reading_of().lead_ins["what-dims"].says == "Dimmed by"


def test_answers_are_compared_in_lower_case():
    assert {"yes", "most days"} <= reading_of().yes
    assert "no" in reading_of().no


def refused(text: str, **names: frozenset[str]) -> list[tuple[str, str]]:
    known = {"concepts": frozenset({"zorp"}), "value_sets": frozenset({"zorps"}), "findings": frozenset({"finding"})}
    return [(key, problem) for key, problem, _ in problems(finding_of(text), **{**known, **names})]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "statements: [{target: [zorp], beside: [zorp], without: [zorp]}]",
        "codes: [{value_set: zorps}]",
        "gate: {needs: finding}",
        "yields_to: [finding]",
        "felt: [{regions: [leg], alongside: finding}]",
    ],
)
def test_a_finding_whose_names_are_all_defined_has_no_problem(text):
    assert refused(text) == []


@pytest.mark.parametrize("role", ["target", "beside", "without"])
def test_a_concept_that_nothing_defines_is_a_problem(role):
    body = {"target": ["zorp"], role: ["zrop"]}
    assert refused(f"statements: [{body}]") == [("statements", "no concept is called 'zrop'")]


@pytest.mark.parametrize(
    "text",
    [
        "codes: [{value_set: zrops}]",
        "measured: [{value_set: zrops, at_most: 1, lowest: 0, highest: 2, source: made up}]",
    ],
)
def test_a_value_set_that_nothing_defines_is_a_problem(text):
    assert refused(text) == [("codes", "no value set is called 'zrops'")]


@pytest.mark.parametrize(
    "text", ["gate: {needs: fnding}", "yields_to: [fnding]", "felt: [{regions: [leg], alongside: fnding}]"]
)
def test_a_finding_that_nothing_defines_is_a_problem(text):
    assert refused(text) == [("findings", "no finding is called 'fnding'")]
