import random
from dataclasses import replace

from support.findings import evidence, findings
from support.rules import rule, shipped_cards, shipped_rules

from service.assessment.assess import assess
from service.evidence.model import Findings

PLAIN = """
id: {id}
title: A rule
state: {state}
order: {order}
status: {status}
version: 1.0.0
released: 2026-11-20
policy: made for a test
when: {{finding: A}}
"""


def plain(id: str, order: int, state: str = "possible", status: str = "active"):  # noqa: A002 - the YAML key
    return rule(PLAIN.format(id=id, order=order, state=state, status=status))


def test_the_first_rule_in_order_decides_whatever_order_the_files_came_in():
    rules = [plain("later", 20, "probable"), plain("sooner", 10)]
    assert assess(findings(A="present"), rules).rule.id == "sooner"
    assert assess(findings(A="present"), rules[::-1]).rule.id == "sooner"


def test_only_an_active_rule_decides():
    for status in ("draft", "shadow", "retired"):
        assert assess(findings(A="present"), [plain("one", 10, status=status)]).state == "silent"


def test_without_any_rule_met_the_state_is_silent_and_no_rule_is_named():
    conclusion = assess(findings(), [plain("one", 10)])
    assert (conclusion.state, conclusion.rule, conclusion.fingerprint) == ("silent", None, "")


def test_a_silent_chart_says_which_criteria_of_the_nearest_rule_are_open():
    conclusion = assess(findings(A="present"), shipped_rules(), shipped_cards().titles)
    nearest = [c for c in conclusion.criteria if c.rule == "possible-neurogenic-claudication"]
    assert [(c.text, c.outcome) for c in nearest if c.atom in {"A", "F"}] == [
        ("Leg or buttock symptom on walking", "met"),
        ("Eased by bending or leaning forward", "unknown"),
    ]


def test_a_young_patient_learns_that_the_age_is_why_there_is_no_card():
    conclusion = assess(findings(age=17, A="present", F="present"), shipped_rules())
    assert conclusion.rule is None
    age = conclusion.criteria[0]
    assert (age.text, age.outcome) == ("Age at least 18 (an unknown age is not excluded)", "unmet")


def test_what_is_not_documented_is_listed_as_unknown_below_a_none():
    conclusion = assess(findings(A="present", F="present", V3="absent"), shipped_rules())
    below = {c.atom: c.outcome for c in conclusion.criteria if c.level == 1}
    assert below == {"V1": "unknown", "V3": "unmet", "V4": "unknown", "V5": "unknown"}


def test_a_criterion_is_printed_with_its_rule_its_words_and_its_outcome():
    conclusion = assess(findings(A="present", F="present"), shipped_rules(), shipped_cards().titles)
    assert conclusion.criteria[1].to_json() == {
        "rule": "possible-neurogenic-claudication",
        "text": "Leg or buttock symptom on walking",
        "outcome": "met",
        "atom": "A",
    }


def test_the_conclusion_carries_the_evidence_it_rests_on_and_no_other():
    conclusion = assess(findings(A="present", F="present", B="present", P="present"), shipped_rules())
    assert [support.atom for support in conclusion.evidence] == ["A", "F"]


def test_the_fingerprint_does_not_depend_on_the_order_of_the_evidence():
    pieces = [evidence("F", quote=f"better bent over {n}", ref=f"DocumentReference/{n}") for n in range(5)]
    first = assess(findings(A="present", F=pieces), shipped_rules())
    random.Random(7).shuffle(pieces)  # noqa: S311 - an order, not a secret
    second = assess(findings(A="present", F=pieces), shipped_rules())
    assert first.fingerprint == second.fingerprint
    assert first.evidence == second.evidence
    assert len(first.fingerprint) == 64


def test_the_fingerprint_changes_with_the_words_the_place_and_the_kind():
    base = evidence("R", kind="cauda-equina")
    variants = [
        base,
        replace(base, quote="other words"),
        replace(base, ref="Condition/9"),
        replace(base, path="note[0].text"),
        replace(base, kind="saddle-sensory-change"),
    ]
    prints = {assess(findings(R=[piece]), shipped_rules()).fingerprint for piece in variants}
    assert len(prints) == len(variants)


def test_a_second_reading_of_the_same_words_does_not_change_the_fingerprint():
    base = evidence("R", kind="cauda-equina")
    again = replace(base, reason="another phrase decided")
    one = assess(findings(R=[base]), shipped_rules())
    two = assess(findings(R=[base, again]), shipped_rules())
    assert one.fingerprint == two.fingerprint


def test_findings_that_were_not_extracted_count_as_unknown():
    assert assess(Findings({}, None), shipped_rules()).state == "silent"
