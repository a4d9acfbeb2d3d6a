"""A rule's hash stands for everything a reviewer reads, and for nothing that their review adds."""

from datetime import date

import msgspec
import pytest
from support.running import shipped_knowledge

from service.assessment.attributes import USE_KEYS, Review
from service.knowledge.attributes import PROVED_BY, attribute_problems, rule_hash
from service.knowledge.inputs import inputs_of

KNOWLEDGE = shipped_knowledge()
RULE = next(rule for rule in KNOWLEDGE.rules if rule.id == "possible-neurogenic-claudication")
REVIEW = Review(credential="MD", signed=date(2026, 11, 21), rule_hash=rule_hash(RULE))


def reviewed(review: Review, **changes):
    attributes = msgspec.structs.replace(RULE.attributes, review=review)
    return msgspec.structs.replace(RULE, reviewed_by="A. Fictional", attributes=attributes, **changes)


def problems(rule):
    inputs = inputs_of(rule, KNOWLEDGE.reading.findings, KNOWLEDGE.cards)
    return [key for key, _, _ in attribute_problems(rule, inputs, KNOWLEDGE.product)]


def test_the_hash_is_the_same_with_and_without_the_review():
    assert rule_hash(reviewed(REVIEW)) == rule_hash(RULE)
    assert len(rule_hash(RULE)) == 64


@pytest.mark.parametrize("change", [{"version": "1.0.1"}, {"title": "Other"}, {"policy": "Other"}, {"order": 71}])
def test_any_change_to_the_rule_changes_its_hash_and_voids_the_signature(change):
    assert rule_hash(msgspec.structs.replace(RULE, **change)) != rule_hash(RULE)
    assert problems(reviewed(REVIEW, **change)) == ["attributes.review"]


def test_a_change_to_what_it_says_of_itself_changes_its_hash():
    uses = msgspec.structs.replace(RULE.attributes.uses, race="Not used, really.")
    attributes = msgspec.structs.replace(RULE.attributes, uses=uses)
    assert rule_hash(msgspec.structs.replace(RULE, attributes=attributes)) != rule_hash(RULE)


def test_a_signature_under_this_very_rule_is_accepted():
    assert problems(reviewed(REVIEW)) == []


def test_a_reviewer_has_a_credential():
    assert problems(reviewed(msgspec.structs.replace(REVIEW, credential=" "))) == ["attributes.review"]


def test_every_use_names_its_proof():
    assert tuple(PROVED_BY) == USE_KEYS
    assert all(PROVED_BY.values())
