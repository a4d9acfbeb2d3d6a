"""Words one slip away from a word that matters."""

import pytest
from support.tiny_language import said

from service.evidence.misspellings import misspellings_of


@pytest.mark.parametrize("slip", ["glimers", "glimmmers", "glimmesr", "glimmars", "glimmerss"])
def test_a_letter_left_out_doubled_exchanged_replaced_or_added_is_mended(slip: str) -> None:
    assert misspellings_of(["glimmers"], frozenset())[slip] == "glimmers"
    assert said(f"Knoll {slip} strolling.") == ["leg provokes walking"]


@pytest.mark.parametrize("word", ["slimmers", "limmers", "glmers", "glimmery"])
def test_another_first_letter_two_slips_and_real_words_are_left_alone(word: str) -> None:
    assert word not in misspellings_of(["glimmers"], frozenset({"glimmery"}))
    assert said(f"Knoll {word} strolling.") == []


def test_what_could_be_either_of_two_words_stands_for_neither() -> None:
    found = misspellings_of(["glimmer", "glimmel"], frozenset())
    assert "glimme" not in found
    assert "glimmer" not in found
    assert found["glimmerr"] == "glimmer"
