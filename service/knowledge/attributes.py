"""Does a rule say of itself what is true? Holds its declared source attributes against what it reads, and a
reviewer's signature against the rule as it stands. In: a rule, its inputs, the product's own answers. Out: the
problems a loader must refuse, in words an author can act on, and the hash that stands for a rule."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from service.assessment.attributes import USE_KEYS, ProductAttributes, SourceAttributes
from service.assessment.definition import RuleDefinition
from service.evidence.definition import Problem
from service.knowledge.inputs import Inputs

_TESTS: Final = "tests/knowledge/test_attributes.py::"
# The tests that change what a use is about and look at every decision, by the key of the use.
PROVED_BY: Final = {
    "race": (f"{_TESTS}test_race_changes_no_byte",),
    "ethnicity": (f"{_TESTS}test_ethnicity_changes_no_byte",),
    "language": (f"{_TESTS}test_language_changes_no_byte",),
    "sexual_orientation": (f"{_TESTS}test_sexual_orientation_changes_no_byte",),
    "gender_identity": (f"{_TESTS}test_gender_identity_changes_no_byte",),
    "sex": (
        f"{_TESTS}test_sex_changes_no_byte",
        f"{_TESTS}test_words_for_men_and_women_lead_to_the_same_conclusion",
    ),
    "date_of_birth": (
        f"{_TESTS}test_routine_rules_begin_at_eighteen_and_red_flags_hold_at_any_age",
        f"{_TESTS}test_seventy_does_not_count_as_a_feature_and_seventy_one_does",
        f"{_TESTS}test_an_unknown_or_impossible_birth_date_excludes_nothing_and_counts_for_nothing",
    ),
    "social_determinants": (f"{_TESTS}test_social_determinants_change_no_byte",),
    "health_status_assessments": (
        f"{_TESTS}test_health_status_assessments_change_no_byte",
        f"{_TESTS}test_pregnancy_changes_words_and_options_where_it_is_declared_and_nothing_elsewhere",
    ),
}


def rule_hash(rule: RuleDefinition) -> str:
    """SHA-256 over everything the rule says, except who has reviewed it: what a reviewer's signature is about."""
    attributes = rule.attributes
    unsigned = msgspec.structs.replace(
        rule,
        reviewed_by=None,
        attributes=msgspec.structs.replace(attributes, review=None) if attributes else None,
    )
    return hashlib.sha256(msgspec.json.encode(unsigned, order="deterministic")).hexdigest()


def attribute_problems(rule: RuleDefinition, inputs: Inputs, product: ProductAttributes) -> Iterator[Problem]:
    """What is missing, empty, or contradicted by what the rule reads."""
    attributes = rule.attributes
    if attributes is None:
        yield "attributes", "the rule has no source attributes", "write them as in a neighbouring file, for this rule"
        return
    yield from attributes.problems(rule.released)
    yield from _age_problems(attributes, inputs)
    for key in USE_KEYS:
        if key != "date_of_birth":
            yield from _use_problems(key, attributes, inputs, product)
    yield from _review_problems(rule, attributes)


def _age_problems(attributes: SourceAttributes, inputs: Inputs) -> Iterator[Problem]:
    key, said = "attributes.uses.date_of_birth", attributes.uses.date_of_birth
    if not attributes.uses.uses("date_of_birth"):
        if inputs.ages:
            yield key, f"says Not used, yet {inputs.ages[0]}", "say how it is used, or take that out of the rule"
        return
    if not inputs.ages:
        yield key, "says Used, and nothing in the rule or its cards reads an age", "write Not used"
    for years in inputs.years:
        if str(years) not in re.findall(r"\d+", said):
            yield key, f"does not name {years} years, which the rule compares the age with", "name each age"


def _use_problems(
    key: str, attributes: SourceAttributes, inputs: Inputs, product: ProductAttributes
) -> Iterator[Problem]:
    read = {atom: how for atom in product.concerns.get(key, ()) if (how := inputs.reads(atom))}
    if attributes.uses.uses(key) and not read:
        yield (
            f"attributes.uses.{key}",
            "says Used, and nothing in the rule or its cards reads such a finding",
            "write Not used, or name the finding under concerns in product/",
        )
    elif read and not attributes.uses.uses(key):
        atom, how = next(iter(read.items()))
        yield (
            f"attributes.uses.{key}",
            f"says Not used, yet the finding {atom!r} concerns it and {how}",
            "say how it is used, or take that out of the rule or the card",
        )


def _review_problems(rule: RuleDefinition, attributes: SourceAttributes) -> Iterator[Problem]:
    review = attributes.review
    if rule.reviewed_by is None:
        if review is not None:
            yield "attributes.review", "a review without a reviewer", "name them under reviewed_by, or leave it out"
        return
    signed = f"once they have read this version, write credential, signed and rule_hash: {rule_hash(rule)}"
    if review is None:
        yield "attributes.review", f"{rule.reviewed_by} is named, and what they signed is not", signed
        return
    if review.rule_hash != rule_hash(rule):
        yield "attributes.review", "the rule has changed since it was signed", f"clear reviewed_by; or, {signed}"
    if not review.credential.strip():
        yield "attributes.review", "a reviewer without a credential", "write for example MD, physical medicine"
