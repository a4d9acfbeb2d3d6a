"""Whom a sentence speaks of: the patient, or somebody it names or calls `he` or `she`."""

import pytest
from support.tiny_language import said

OTHER = "other-person leg provokes walking"
OWN = "leg provokes walking"


@pytest.mark.parametrize(
    "text",
    [
        "She lodges with her groom. His knoll glimmers on strolling.",
        "She lodges with her groom. Seldom out. His knoll glimmers on strolling.",
        "My groom is eighty. His knoll glimmers on strolling.",
    ],
)
def test_he_is_the_one_named_before_where_the_patient_is_she(text):
    assert said(text) == [OTHER]


@pytest.mark.parametrize(
    "text",
    [
        "Lodges with a groom. His knoll glimmers on strolling.",
        "She lodges with her groom. Her knoll glimmers on strolling.",
        "She lodges with her groom. He sees her knoll glimmers on strolling.",
        "She lodges with her groom. The knoll glimmers on strolling.",
        "She lodges with her groom. She sews. His knoll glimmers on strolling.",
        "She lodges with her groom. Groom vows the knoll glimmers on strolling.",
    ],
)
def test_a_sentence_is_the_patients_unless_it_can_only_be_the_others(text):
    assert said(text) == [OWN]


def test_a_new_section_is_the_patients_again():
    assert said("TALE: She lodges with her groom.\nVERDICT: His knoll glimmers on strolling.") == [OWN]


def test_what_the_other_goes_on_with_ends_after_some_sentences():
    text = "She lodges with her groom. " + "His knoll glimmers on strolling. " * 6
    assert said(text) == [OTHER] * 4 + [OWN] * 2


@pytest.mark.parametrize(
    "text",
    [
        "Groom vows the bride has a knoll that glimmers on strolling.",
        "Herald, groom. Bride: her knoll glimmers on strolling.",
        "Herald the patient's groom. The bride's knoll glimmers on strolling.",
        "The bride's knoll glimmers on strolling. Groom vows it.",
        "I plead, that is, he pleads for the bride. Her knoll glimmers on strolling.",
        "Page vows: bride, knoll glimmers on strolling.",
        "The bride, your ward, has a knoll that glimmers on strolling.",
    ],
)
def test_the_patient_is_the_one_of_whom_somebody_tells(text):
    assert said(text) == [OWN]


@pytest.mark.parametrize(
    "text",
    [
        "Groom vows the aunt has a knoll that glimmers on strolling.",
        "Rides with the groom. The bride's knoll glimmers on strolling.",
        "The bride. Her knoll glimmers on strolling. He lodges.",
    ],
)
def test_whom_nobody_tells_of_stays_somebody_else(text):
    assert said(text) == [OTHER]


@pytest.mark.parametrize(
    "text",
    [
        "Rides with the groom, knoll glimmers on strolling.",
        "In the coach of her groom, knoll glimmers on strolling.",
        "In the groom's coach, knoll glimmers on strolling.",
        "With a page, knoll glimmers on strolling.",
    ],
)
def test_somebody_who_is_only_there_turns_the_sentence_to_nobody(text):
    assert said(text) == [OWN]


def test_the_other_goes_on_behind_a_new_clause_where_the_pronoun_is_theirs():
    assert said("He rides with his aunt; bride, but her knoll glimmers on strolling.") == [OTHER]
    assert said("He met the bride, but his knoll glimmers on strolling.") == [OWN]


@pytest.mark.parametrize(
    "text",
    [
        "Met by her groom, 87, whose knoll glimmers on strolling.",
        "By a groom whose knoll glimmers on strolling.",
        "Frets about her groom: his knoll glimmers on strolling.",
        "The old page whose knoll glimmers on strolling.",
    ],
)
def test_whoever_is_asked_after_or_owns_what_follows_is_spoken_of(text):
    assert said(text) == [OTHER]


def test_somebody_who_is_only_there_and_owns_nothing_is_not_spoken_of():
    assert said("Met by her groom, 87. Knoll glimmers on strolling.") == [OWN]


def test_who_asks_after_the_patient_asks_after_nobody_else():
    assert said("The herald groom frets about my bride: the knoll glimmers on strolling.") == [OWN]
