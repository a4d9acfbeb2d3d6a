import msgspec
import pytest
import yaml
from support.rules import KNOWLEDGE, rule, shipped_atoms, shipped_rules

RULE = """
id: a-rule
title: A rule
state: possible
order: 10
status: active
version: 1.0.0
released: 2026-11-20
policy: made for a test
"""


def problems(when: str, extra: str = "") -> list[str]:
    return [f"{key}: {problem}" for key, problem, _ in rule(RULE + extra + f"when: {when}\n").problems(shipped_atoms())]


def test_every_shipped_rule_is_sound():
    for shipped in shipped_rules():
        assert list(shipped.problems(shipped_atoms())) == [], shipped.id


def test_a_file_is_named_after_its_rule():
    names = sorted(path.stem for path in (KNOWLEDGE / "rules").glob("*.yaml"))
    assert names == sorted(shipped.id for shipped in shipped_rules())


def test_no_two_shipped_rules_share_a_place_in_the_order():
    orders = [shipped.order for shipped in shipped_rules()]
    assert len(set(orders)) == len(orders)


def test_no_shipped_rule_claims_a_reviewer():
    assert {shipped.reviewer for shipped in shipped_rules()} == {"No named clinician has reviewed this rule."}


def test_a_named_reviewer_is_named():
    named = rule(RULE + "reviewed_by: Dr Ada Example, spine surgery\nwhen: {finding: A}\n")
    assert named.reviewer == "Reviewed by Dr Ada Example, spine surgery."


def test_every_routine_rule_starts_at_eighteen_and_no_red_flag_has_a_floor():
    for shipped in shipped_rules():
        if shipped.state in {"redFlag", "redFlagUrgent", "alreadyDiagnosed", "silent"}:
            assert shipped.minimum_age is None, shipped.id
        else:
            assert shipped.minimum_age is not None and shipped.minimum_age.years == 18, shipped.id


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{finding: Z}", "finding: 'Z' is no finding"),
        ("{conflicting: Z}", "conflicting: 'Z' is no finding"),
        ("{all: []}", "all: an empty list"),
        ("{none: []}", "none: an empty list"),
        ("{any: [{all: []}]}", "all: an empty list"),
        ("{}", "when: a criterion has exactly one form, this one has none"),
        (
            "{finding: A, any: [{finding: F}]}",
            "when: a criterion has exactly one form, this one has any, finding",
        ),
        ("{at_least: 3, source: x, of: [{finding: A}]}", "at_least: 3 of 1 can never mean anything"),
        ("{at_least: 0, source: x, of: [{finding: A}]}", "at_least: 0 of 1 can never mean anything"),
        ("{at_least: 1, of: [{finding: A}]}", "at_least: a number without a source"),
        ("{finding: A, of: [{finding: F}]}", "of: `of` without `at_least`"),
        ("{conflicting: F, kind: [x]}", "conflicting: `kind` and `status` belong to `finding`"),
        ("{age: {source: x}}", "age: compares with no number"),
        ("{age: {above: 70, source: ''}}", "age: a number without a source"),
        (
            "{score: {at_least: 9, source: x, items: [{points: 3, when: {finding: A}}]}}",
            "score: 9 points can never be reached",
        ),
        (
            "{score: {at_least: 1, source: '', items: [{points: 3, when: {finding: A}}]}}",
            "score: a number without a source",
        ),
    ],
)
def test_a_criterion_that_cannot_mean_anything_is_refused(when: str, expected: str):
    assert expected in problems(when)


def test_a_rule_that_rests_on_nothing_is_refused():
    bare = rule(RULE.replace("policy: made for a test\n", "") + "when: {finding: A}\n")
    assert [key for key, _, _ in bare.problems(shipped_atoms())] == ["sources"]


def test_a_source_without_an_address_is_refused():
    assert problems("{finding: A}", "sources: [{citation: A paper}]\n") == [
        "sources: 'A paper' has neither doi nor url"
    ]


def test_a_minimum_age_needs_a_source_and_a_plausible_number():
    found = problems("{finding: A}", "minimum_age: {years: 400, source: ''}\n")
    assert found == ["minimum_age: 400 years is no age", "minimum_age: a number without a source"]


@pytest.mark.parametrize("text", ["when: {finding: A, colour: red}", "when: {finding: A}\ncolour: red"])
def test_an_unknown_key_is_refused(text: str):
    with pytest.raises(msgspec.ValidationError, match="colour"):
        rule(RULE + text)


def test_an_age_needs_its_source_key():
    with pytest.raises(msgspec.ValidationError, match="source"):
        msgspec.convert(yaml.safe_load("{above: 70}"), type(_age_of_probable()))


def _age_of_probable():
    def ages(criterion):
        if criterion.age is not None:
            yield criterion.age
        for part in criterion.parts:
            yield from ages(part)

    probable = next(r for r in shipped_rules() if r.state == "probable")
    return next(ages(probable.when))
