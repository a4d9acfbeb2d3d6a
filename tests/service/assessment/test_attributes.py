"""What a rule may say of itself: complete, in time, and decided one way or the other."""

from datetime import date

import msgspec
import pytest

from service.assessment.attributes import LABELS, USE_KEYS, USE_REFS, EvidenceSearch, SourceAttributes, Uses

SAID = Uses(**dict.fromkeys(USE_KEYS, "Not used."))
ATTRIBUTES = SourceAttributes(
    developer="Somebody",
    funding="Nobody",
    first_released=date(2026, 1, 1),
    evidence_searched=EvidenceSearch(last=date(2026, 1, 1), how="By hand"),
    review_due=date(2027, 1, 1),
    uses=SAID,
)


def keys(**changes):
    return [key for key, _, _ in msgspec.structs.replace(ATTRIBUTES, **changes).problems(date(2026, 1, 1))]


def test_the_uses_are_the_fifth_to_the_thirteenth_attribute():
    assert list(USE_REFS.values()) == list(LABELS)[4:]
    for key, ref in USE_REFS.items():
        assert key.replace("_", " ").split()[0] in LABELS[ref].lower()


def test_complete_attributes_are_accepted():
    assert keys() == []


@pytest.mark.parametrize("key", ["developer", "funding"])
def test_an_empty_text_is_no_answer(key):
    assert keys(**{key: " "}) == [f"attributes.{key}"]


def test_a_search_says_how():
    assert keys(evidence_searched=EvidenceSearch(last=date(2026, 1, 1), how="")) == ["attributes.evidence_searched.how"]


@pytest.mark.parametrize("text", ["Used for words.", "used.", "Not used.", "not  used: nothing"])
def test_a_use_is_said_or_denied_in_its_first_words(text):
    assert keys(uses=msgspec.structs.replace(SAID, race=text)) == []


@pytest.mark.parametrize("text", ["", " ", "Perhaps", "No", "It is used"])
def test_anything_else_says_nothing(text):
    assert keys(uses=msgspec.structs.replace(SAID, race=text)) == ["attributes.uses.race"]


def test_what_is_used_and_what_is_not_is_told_apart():
    said = msgspec.structs.replace(SAID, sex="Used.", race="Not used, though often asked.")
    assert (said.uses("sex"), said.uses("race")) == (True, False)
