import msgspec
import pytest
import yaml
from support.findings import evidence, findings

from service.assessment.definition import Criterion
from service.assessment.evaluate import evaluate


def criterion(text: str) -> Criterion:
    return msgspec.convert(yaml.safe_load(text), Criterion)


def outcome(text: str, **given) -> str:
    return evaluate(criterion(text), findings(**given)).outcome


def test_a_finding_is_met_unmet_or_unknown():
    assert outcome("finding: F", F="present") == "met"
    assert outcome("finding: F", F="absent") == "unmet"
    assert outcome("finding: F", F="possible") == "unknown"
    assert outcome("finding: F") == "unknown"


def test_a_documented_absence_can_be_asked_for():
    text = "{finding: F, status: absent}"
    assert outcome(text, F="absent") == "met"
    assert outcome(text, F="present") == "unmet"
    assert outcome(text, F="possible") == "unknown"
    assert outcome(text) == "unknown"


def test_a_doubt_can_be_asked_for():
    text = "{finding: F, status: possible}"
    assert outcome(text, F="possible") == "met"
    assert outcome(text, F="present") == "unmet"


def test_a_kind_narrows_a_finding():
    text = "{finding: R, kind: [fracture]}"
    assert outcome(text, R=["fracture"]) == "met"
    assert outcome(text, R=["cauda-equina"]) == "unknown"
    assert outcome(text, R=[evidence("R", "absent", kind="fracture")]) == "unmet"
    assert outcome(text, R="absent") == "unmet"


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("all: [{finding: A}, {finding: F}]", {"A": "present", "F": "present"}, "met"),
        ("all: [{finding: A}, {finding: F}]", {"A": "present"}, "unknown"),
        ("all: [{finding: A}, {finding: F}]", {"F": "absent"}, "unmet"),
        ("any: [{finding: A}, {finding: F}]", {"F": "present"}, "met"),
        ("any: [{finding: A}, {finding: F}]", {"F": "absent"}, "unknown"),
        ("any: [{finding: A}, {finding: F}]", {"A": "absent", "F": "absent"}, "unmet"),
        ("none: [{finding: A}, {finding: F}]", {"A": "absent"}, "met"),
        ("none: [{finding: A}, {finding: F}]", {}, "met"),
        ("none: [{finding: A}, {finding: F}]", {"F": "present"}, "unmet"),
        (
            "{at_least: 2, source: x, of: [{finding: A}, {finding: B}, {finding: T}]}",
            {"A": "present", "T": "present"},
            "met",
        ),
        (
            "{at_least: 2, source: x, of: [{finding: A}, {finding: B}, {finding: T}]}",
            {"A": "present", "B": "absent"},
            "unknown",
        ),
        (
            "{at_least: 2, source: x, of: [{finding: A}, {finding: B}, {finding: T}]}",
            {"A": "absent", "B": "absent"},
            "unmet",
        ),
    ],
)
def test_groups_join_their_parts_in_three_values(text: str, given: dict[str, str], expected: str):
    assert outcome(text, **given) == expected


SCORE = """
score:
  at_least: 5
  source: x
  items:
    - {points: 3, when: {finding: A}}
    - {points: 3, when: {finding: F}}
    - {points: -2, when: {finding: X}}
"""


def test_a_score_is_met_only_when_open_items_cannot_undo_it():
    assert outcome(SCORE, A="present", F="present", X="absent") == "met"
    assert outcome(SCORE, A="present", F="present") == "unknown"
    assert outcome(SCORE, A="present", F="present", X="present") == "unmet"
    assert outcome(SCORE, A="absent") == "unmet"


def test_a_score_says_its_interval_and_how_much_is_documented():
    text = evaluate(criterion(SCORE), findings(A="present", X="present")).text
    assert text == "A score of 5 or more: between 1 and 4 points, 2 of 3 items documented"


@pytest.mark.parametrize(
    ("text", "age", "expected"),
    [
        ("age: {above: 70, source: x}", 70, "unmet"),
        ("age: {above: 70, source: x}", 71, "met"),
        ("age: {at_least: 18, source: x}", 18, "met"),
        ("age: {at_least: 18, source: x}", 17, "unmet"),
        ("age: {below: 60, source: x}", 60, "unmet"),
        ("age: {at_least: 60, below: 70, source: x}", 65, "met"),
        ("age: {above: 70, source: x}", None, "unknown"),
    ],
)
def test_the_age_is_compared_in_completed_years(text: str, age: int | None, expected: str):
    assert evaluate(criterion(text), findings(age=age)).outcome == expected


def test_a_conflict_needs_a_statement_on_either_side():
    both = [evidence("F"), evidence("F", "absent", quote="no better leaning forward")]
    assert outcome("conflicting: F", F=both) == "met"
    assert outcome("conflicting: F", F="present") == "unmet"
    assert outcome("conflicting: F", F="absent") == "unmet"
    assert outcome("conflicting: F") == "unmet"


def test_an_old_statement_set_aside_is_no_conflict():
    both = [evidence("F"), evidence("F", "not-documented", quote="no better leaning forward")]
    assert outcome("conflicting: F", F=both) == "unmet"


def test_a_met_group_carries_the_evidence_of_its_met_parts_only():
    result = evaluate(
        criterion("any: [{finding: F}, {finding: S}, {finding: T}]"),
        findings(F="present", T="present", S="absent"),
    )
    assert [support.atom for support in result.evidence] == ["F", "T"]


def test_an_absence_that_meets_carries_the_statement_that_denied():
    result = evaluate(criterion("{finding: F, status: absent}"), findings(F="absent"))
    assert [support.evidence.status for support in result.evidence] == ["absent"]


def test_words_come_from_the_criterion_else_from_the_name_of_the_finding():
    titles = {"F": "eased by bending forward"}
    found = findings()
    assert evaluate(criterion("{finding: F, text: Leans on a cart}"), found, titles).text == "Leans on a cart"
    assert evaluate(criterion("finding: F"), found, titles).text == "Eased by bending forward"
    denied = evaluate(criterion("{finding: F, status: absent}"), found, titles)
    assert denied.text == "Eased by bending forward: documented as absent"
    assert evaluate(criterion("finding: F"), found).text == "F"
