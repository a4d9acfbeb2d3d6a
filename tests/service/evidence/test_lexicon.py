"""Phrases to mentions: the longest wins, and what a phrase may leave open."""

import pytest

from service.evidence.definition import ConceptDefinition
from service.evidence.lexicon import Lexicon, PhraseError, spell_out
from service.evidence.words import words_of


def concept(name: str, *phrases: str) -> ConceptDefinition:
    return ConceptDefinition(id=name, kind="target", phrases=phrases)


def found(text: str, *concepts: ConceptDefinition) -> list[tuple[str, str]]:
    """Each mention with the words it used up."""
    words = words_of(text)
    return [(m.id, text[words[m.first].start : words[m.last].end]) for m in Lexicon(concepts).find(words)]


def spelled(phrase: str) -> list[str]:
    return sorted(" ".join(words) for words in spell_out(phrase))


def test_a_phrase_is_found_wherever_it_stands():
    assert found("a zorp and a zorp", concept("zorp", "zorp")) == [("zorp", "zorp"), ("zorp", "zorp")]


def test_a_phrase_is_found_as_whole_words_only():
    assert found("zorps and unzorped", concept("zorp", "zorp")) == []


def test_the_longest_phrase_wins_and_uses_up_its_words():
    assert found("a blue zorp gauge", concept("zorp", "zorp"), concept("gauge", "blue zorp gauge")) == [
        ("gauge", "blue zorp gauge")
    ]


def test_a_long_phrase_that_breaks_off_leaves_the_shorter_one_in_it():
    assert found(
        "blue zorp gate", concept("blue", "blue"), concept("long", "blue zorp gauge"), concept("z", "zorp")
    ) == [
        ("blue", "blue"),
        ("z", "zorp"),
    ]


def test_one_phrase_may_stand_for_several_concepts():
    assert found("zorp", concept("one", "zorp"), concept("two", "zorp")) == [("one", "zorp"), ("two", "zorp")]


def test_a_mention_names_the_phrase_as_its_author_wrote_it():
    (mention,) = Lexicon([concept("zorp", "blue/green zorp (gauge)")]).find(words_of("Green zorp"))
    assert mention.phrase == "blue/green zorp (gauge)"


def test_alternatives_stand_for_one_word():
    assert spelled("lean/leans/leaning over") == ["lean over", "leaning over", "leans over"]


def test_words_in_brackets_may_be_left_out_together():
    assert spelled("back (of the leg)") == ["back", "back of the leg"]


def test_brackets_may_hold_alternatives():
    assert spelled("zorp (on the left/right)") == ["zorp", "zorp on the left", "zorp on the right"]


def test_two_brackets_are_independent():
    assert spelled("(big) zorp (gauge)") == ["big zorp", "big zorp gauge", "zorp", "zorp gauge"]


def test_a_slashed_abbreviation_is_a_word_and_no_alternative():
    assert spelled("b/l zorp") == ["b/l zorp"]
    assert spelled("w/o zorp") == ["w/o zorp"]


def test_a_spaced_slash_is_a_word_of_the_phrase():
    assert spelled("dp / pt") == ["dp / pt"]
    assert found("DP/PT palpable", concept("pulses", "dp / pt")) == [("pulses", "DP/PT")]


def test_a_phrase_with_a_hyphen_is_found_with_and_without_it():
    one = concept("free", "glimmer-free")
    assert found("glimmer free", one) == [("free", "glimmer free")]
    assert found("Glimmer-free", one) == [("free", "Glimmer-free")]


def test_any_number_takes_the_place_of_n():
    paces = concept("paces", "<n> paces")
    assert found("after 20 paces and 1.5 paces", paces) == [("paces", "20 paces"), ("paces", "1.5 paces")]
    assert found("after few paces", paces) == []


def test_a_number_that_a_phrase_names_is_preferred_to_any_number():
    assert found("2 paces", concept("any", "<n> paces"), concept("two", "2 paces")) == [("two", "2 paces")]


@pytest.mark.parametrize("phrase", ["", "   ", "(over)", "zorp (over", "zorp over)", "zorp ((over))"])
def test_a_phrase_that_says_nothing_or_closes_no_bracket_is_refused(phrase):
    with pytest.raises(PhraseError):
        list(spell_out(phrase))


def test_an_empty_alternative_is_refused_with_a_remedy():
    with pytest.raises(PhraseError, match="an alternative is empty; write word/other without spaces"):
        list(spell_out("zorp/ /gauge/"))


def test_a_phrase_error_quotes_the_phrase():
    with pytest.raises(PhraseError, match=r"'zorp \(over'"):
        Lexicon([concept("zorp", "zorp (over")])


def test_concepts_are_known_by_their_id():
    assert set(Lexicon([concept("zorp", "zorp"), concept("quill", "quill")]).concepts) == {"zorp", "quill"}


def test_the_number_of_phrases_does_not_change_what_one_of_them_finds():
    many = [concept(f"word-{n}", f"word{n} of zorp") for n in range(2000)]
    assert found("a zorp of zorp", concept("zorp", "zorp"), *many) == [("zorp", "zorp"), ("zorp", "zorp")]


def test_a_number_that_one_phrase_names_may_be_any_number_in_a_longer_one():
    assert found("7 days ago", concept("weeks", "7 weeks"), concept("days", "<n> days ago")) == [("days", "7 days ago")]
    assert found("7 weeks", concept("weeks", "7 weeks"), concept("days", "<n> days ago")) == [("weeks", "7 weeks")]


def test_a_phrase_may_stand_for_more_wordings_than_could_be_written_down():
    one = concept("zorp", " ".join(["(blue/green/red)"] * 30) + " zorp/gauge")
    assert found("red blue blue green zorp", one) == [("zorp", "red blue blue green zorp")]


def test_wordings_that_begin_alike_lead_to_all_the_phrases_behind_them():
    side, long = concept("side", "(far) left/right zorp"), concept("long", "left zorp gauge")
    assert found("far left zorp, left zorp gauge", side, long) == [
        ("side", "far left zorp"),
        ("long", "left zorp gauge"),
    ]


def test_any_number_may_be_one_of_several_words():
    assert set(spell_out("<n>/two days")) == {("<n>", "days"), ("two", "days")}
    with pytest.raises(PhraseError, match="a word of its own"):
        list(spell_out("x<n>/two days"))
