"""Who a sentence speaks of when it says `he` or `she`."""

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
        "She lodges with her groom. He vows that the knoll glimmers on strolling.",
    ],
)
def test_a_sentence_is_the_patients_unless_it_can_only_be_the_others(text):
    assert said(text) == [OWN]


def test_a_new_section_is_the_patients_again():
    assert said("TALE: She lodges with her groom.\nVERDICT: His knoll glimmers on strolling.") == [OWN]


def test_what_the_other_goes_on_with_ends_after_some_sentences():
    text = "She lodges with her groom. " + "His knoll glimmers on strolling. " * 6
    assert said(text) == [OTHER] * 4 + [OWN] * 2
