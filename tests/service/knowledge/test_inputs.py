"""What a rule reads is worked out from the rule, its cards and its findings, whatever it says of itself."""

from dataclasses import replace

import msgspec
import pytest
from support.running import shipped_knowledge

from service.assessment.definition import RuleDefinition
from service.knowledge.inputs import TEXTS, Inputs, ReadFinding, inputs_of

KNOWLEDGE = shipped_knowledge()
RULES = {rule.id: rule for rule in KNOWLEDGE.rules}
CARDS = KNOWLEDGE.cards


def inputs(rule: RuleDefinition) -> Inputs:
    return inputs_of(rule, KNOWLEDGE.reading.findings, CARDS)


def read(rule: RuleDefinition) -> dict[str, ReadFinding]:
    return {each.definition.atom: each for each in inputs(rule).findings}


def test_findings_of_the_criteria_are_told_from_those_of_the_cards():
    found = read(RULES["possible-neurogenic-claudication"])
    assert (found["A"].criteria, found["F"].criteria, found["implant"].criteria) == (True, True, False)
    assert found["implant"].cards


def test_a_finding_behind_another_is_read_too():
    # Calf only gives way to above the knee; red flags need a current symptom.
    assert read(RULES["vascular-claudication"])["K"].criteria
    assert read(RULES["red-flag-emergent"])["symptom"].criteria


def test_a_rule_that_leads_to_no_card_reads_its_criteria_only():
    assert {each.cards for each in read(RULES["no-relief-documented"]).values()} == {False}


def test_cautions_count_where_the_card_offers_their_order():
    assert inputs(RULES["probable-neurogenic-claudication"]).reads("pregnancy") == "a card reads or prints it"
    assert inputs(RULES["vascular-claudication"]).reads("pregnancy") == ""


def test_a_card_that_is_not_active_reads_nothing():
    off = tuple(msgspec.structs.replace(card, status="draft") for card in CARDS.cards)
    rule = RULES["relief-unclear"]
    found = inputs_of(rule, KNOWLEDGE.reading.findings, replace(CARDS, cards=off))
    assert not any(each.cards for each in found.findings)
    assert "a card prints the age" not in found.ages


@pytest.mark.parametrize(
    ("rule", "years"),
    [("probable-neurogenic-claudication", (18, 70)), ("relief-unclear", (18,)), ("red-flag-urgent", ())],
)
def test_every_age_that_is_compared_is_found(rule, years):
    assert inputs(RULES[rule]).years == years


def test_a_finding_is_read_where_its_codes_numbers_and_words_stand():
    found = read(RULES["mixed-claudication"])
    assert {"MedicationRequest", "Condition"} <= set(found["V5"].resources)
    assert found["V3"].value_sets == ("ankle-brachial-index",)
    assert found["A"].in_words and set(found["A"].resources) == set(TEXTS)
    assert (found["G"].resources, found["G"].in_words) == (("Patient",), False)
