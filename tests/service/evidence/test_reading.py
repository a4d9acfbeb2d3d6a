"""The compiled knowledge of findings."""

from support.tiny_language import SYSTEM, finding_of, reading_of, value_set

from service.chart.model import Coding, Concept


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
