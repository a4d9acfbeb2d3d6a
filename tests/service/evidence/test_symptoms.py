"""What is felt, and where."""

import pytest
from support.tiny_language import read, said

from service.evidence.symptoms import Symptom


def symptoms(text: str) -> list[Symptom]:
    return [symptom for sentence in read(text) for symptom in sentence.symptoms]


def felt(text: str) -> list[str]:
    """Each symptom as `quality: regions`, with `no` before a negated one."""
    return [
        ("no " if s.negated else "") + ("+".join(s.qualities) or "any") + ": " + "+".join(sorted(s.regions))
        for s in symptoms(text)
    ]


@pytest.mark.parametrize("text", ["Reef glimmers.", "Glimmers in the reef.", "The reef often glimmers."])
def test_a_symptom_is_felt_in_the_place_nearest_to_it(text):
    assert felt(text) == ["pain: calf"]


def test_several_places_of_one_symptom_are_joined():
    assert felt("Glimmers in the dell and reef.") == ["pain: calf+thigh"]


def test_each_of_two_symptoms_has_its_own_place():
    assert felt("Reef glimmers and dell fizzes.") == ["pain: calf", "sensory: thigh"]


def test_symptoms_in_a_list_share_their_place():
    assert felt("Glimmers and fizzes in the reef.") == ["pain: calf", "sensory: calf"]
    assert felt("Reef fizzes and glimmers.") == ["sensory: calf", "pain: calf"]


def test_a_symptom_shares_the_place_that_its_neighbour_names_by_itself():
    assert felt("Dellglow and fizzes.") == ["pain: thigh", "sensory: thigh"]


def test_a_symptom_far_from_its_neighbour_shares_nothing():
    assert felt("Reef glimmers, and later on the same day, as she said, fizzes.") == ["pain: calf", "sensory: "]


def test_a_place_in_another_clause_is_not_where_it_is_felt():
    assert felt("Glimmers; the reef is well.") == ["pain: "]
    assert felt("Glimmers but the reef is well.") == ["pain: "]


def test_a_place_far_away_is_not_where_it_is_felt():
    assert felt("Glimmers, it was the day on which he walked to town, hurt his reef.") == ["pain: "]


def test_a_place_denied_beside_a_symptom_is_no_place_of_it():
    assert felt("Reef glimmers, not the dell.") == ["pain: calf"]


def test_a_denied_symptom_keeps_its_place():
    assert felt("No reef glimmers.") == ["no pain: calf"]


def test_a_foreign_symptom_takes_no_place():
    assert felt("Snuffles, knoll well.") == ["foreign: other"]


def test_a_foreign_symptom_lends_its_place_to_no_neighbour():
    assert felt("Snuffles and glimmers.") == ["foreign: other", "pain: "]


def test_a_word_for_any_symptom_has_a_place_and_no_quality():
    assert felt("Murk in the reef.") == ["any: calf"]


def test_a_plural_place_is_on_both_sides():
    assert [s.both for s in symptoms("Knolls glimmer. Knoll glimmers.")] == [True, False]


def test_a_word_for_both_sides_beside_place_or_symptom_counts():
    assert [s.both for s in symptoms("Twain reef glimmers. Reef glimmers, twain.")] == [True, True]


def test_a_word_for_both_sides_further_off_does_not_count():
    assert [s.both for s in symptoms("Twain of the town came; reef glimmers.")] == [False]


def test_a_word_for_one_side_beside_it_counts():
    assert [s.single for s in symptoms("Lone reef glimmers. Reef glimmers.")] == [True, False]


def test_a_sentence_with_places_alone_has_no_symptom():
    assert read("The reef and the dell.") == []


def test_a_syndrome_is_known_as_felt_on_walking():
    assert [s.on_walking for s in symptoms("Gloam. Knoll glimmers.")] == [True, False]


def test_only_a_word_for_any_symptom_is_generic():
    assert [s.generic for s in symptoms("Murk. Glimmers.")] == [True, False]


def test_what_is_said_to_be_well_is_no_place_of_a_symptom():
    [sentence] = read("Brow glimmers on strolling, knoll serene.")
    assert [s.regions for s in sentence.symptoms] == [frozenset({"back"})]


@pytest.mark.parametrize("joined", ["but", "and", "yet", "then", "but they"])
def test_a_symptom_without_a_place_behind_another_clause_is_felt_where_the_sentence_began(joined):
    assert felt(f"Reef is serene zonking {joined} glimmers strolling.") == ["pain: calf"]


def test_a_place_that_a_relief_is_said_of_is_what_is_relieved():
    assert said("Knoll glimmers. Zonking dims his brow.") == ["back eases sitting"]


def test_a_place_behind_a_relief_without_a_possessive_is_not_what_is_relieved():
    assert felt("Dims at brow.") == []


def test_a_part_that_is_denied_stands_for_nothing_felt_in_it():
    assert said("Kindled by strolling: knoll.") == ["leg provokes walking"]
    assert "leg provokes walking" not in said("Kindled by strolling: not the knoll.")
