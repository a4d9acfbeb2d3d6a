"""From text to read sentences: what one sentence leaves for the next, and where everything stands."""

import pytest
from support.tiny_language import TINY, language_of, read, said, tiny

from service.evidence.context import Judgement
from service.evidence.narrative import compile_language, read_text
from service.evidence.symptoms import Symptom

WALKING = "leg provokes walking"


def test_a_sentence_that_says_nothing_is_left_out():
    assert [sentence.text for sentence in read("The weather was fine. Knoll glimmers. He left.")] == ["Knoll glimmers."]


def test_a_sentence_quotes_the_text_as_it_stands():
    text = "TALE:\n  Knoll   GLIMMERS,\n dimmed by   zonkin. More."
    (sentence,) = read(text)
    assert sentence.text == "Knoll   GLIMMERS,\n dimmed by   zonkin."
    assert text[sentence.start :].startswith(sentence.text)


def test_a_known_misspelling_is_read_and_quoted_as_written():
    assert said("Knoll glimering, dimmed by zonkin.") == ["leg eases sitting"]
    assert read("Knoll glimering.")[0].text == "Knoll glimering."


def test_a_mark_points_at_the_words_that_were_found():
    (sentence,) = read("TALE: Maybe the knoll glimmers are dimmed by zonkin.")
    (link,) = sentence.links
    marks = sentence.marks(link.mentions, link.judgement.by)
    assert [(m.role, m.concept, m.phrase) for m in marks] == [
        ("modifier", "maybe", "Maybe"),
        ("target", "knoll", "knoll"),
        ("target", "glimmers", "glimmers"),
        ("target", "dimmed", "dimmed"),
        ("target", "zonking", "zonkin"),
    ]
    assert [sentence.text[m.start : m.end] for m in marks] == [m.phrase for m in marks]


def test_a_place_marked_twice_is_marked_once():
    (sentence,) = read("Zorp.")
    (one,) = sentence.said
    assert len(sentence.marks((one.mention, one.mention), None)) == 1


# --- topic -------------------------------------------------------------------


@pytest.mark.parametrize(
    "next_one", ["Strolling kindles it.", "Strolling kindles the murk.", "Strolling kindles it all."]
)
def test_the_next_sentence_speaks_of_the_symptom_before_it(next_one):
    assert said(f"Reef glimmers. {next_one}") == ["calf provokes walking"]


def test_a_symptom_without_a_place_is_where_the_one_before_it_was():
    assert said("Reef glimmers. The glimmers are kindled by strolling.") == ["calf provokes walking"]


def test_a_sentence_with_a_place_of_its_own_speaks_of_that():
    assert said("Reef glimmers. Strolling kindles the spire glimmers.") == ["other provokes walking"]


def test_the_topic_carries_over_sentences_that_name_no_symptom_and_over_paragraphs():
    assert said("Reef glimmers. He came by bus.\n\nStrolling kindles it.") == ["calf provokes walking"]


def test_the_topic_is_the_last_symptom_and_legs_go_before_other_places():
    assert said("Reef glimmers. Dell fizzes. Strolling kindles it.") == ["thigh provokes walking"]
    assert said("Reef glimmers and brow fizzes. Strolling kindles it.") == ["calf provokes walking"]


def test_another_place_takes_over_as_topic():
    assert said("Reef glimmers. Brow glimmers. Strolling kindles it.") == ["back provokes walking"]


def test_the_topic_keeps_its_sides_and_a_word_for_any_symptom_its_quality():
    (link,) = read("Twain dell fizzes. The murk is kindled by strolling.")[1].links
    assert (link.both, link.qualities) == (True, {"sensory"})


@pytest.mark.parametrize("section", ["Kin", "Advice"])
def test_a_symptom_of_relatives_or_of_advice_is_not_what_the_next_section_speaks_of(section):
    assert said(f"{section}: reef glimmers.\nTale: strolling kindles it.") == ["something provokes walking"]


def test_a_symptom_of_somebody_else_or_of_an_if_is_not_what_the_next_sentence_speaks_of():
    assert said("Her aunt has reef glimmers. Strolling kindles it.") == ["something provokes walking"]
    assert said("If reef glimmers come, call. Strolling kindles it.") == ["something provokes walking"]


def test_a_denied_symptom_does_not_take_the_topic_from_an_affirmed_one():
    assert said("Reef glimmers. No dell fizzes. Strolling kindles it.") == ["calf provokes walking"]


def test_a_denied_leg_symptom_is_the_topic_where_there_is_none():
    assert said("No reef glimmers. Strolling does not kindle it.") == ["calf not-provoked walking"]


def test_a_place_behind_a_colon_is_what_the_next_lines_speak_of():
    assert said("Where: reef.\nStrolling kindles it.") == ["calf provokes walking"]


def test_a_text_may_have_its_topic_before_its_first_word():
    topic = Symptom((), frozenset({"thigh"}), True, frozenset(), Judgement("affirmed"))
    (sentence,) = read_text("Kindled by strolling.", tiny(), topic=topic)
    assert [(link.regions, link.both) for link in sentence.links] == [({"thigh"}, True)]


def test_a_posture_named_without_an_effect_waits_for_the_next_sentence_only():
    assert said("Knoll glimmers. He tried lolling. That dims it.") == ["leg eases flexion"]
    assert said("Knoll glimmers. He tried lolling. Zorp. That dims it.") == []


# --- named targets -----------------------------------------------------------


def test_a_named_target_is_told_with_what_is_asserted_of_it():
    (sentence,) = read("Zorp, maybe quill.")
    assert [(one.mention.id, one.judgement.assertion) for one in sentence.said] == [
        ("zorp", "affirmed"),
        ("quill", "possible"),
    ]


def test_words_that_only_look_like_a_target_are_none():
    assert read("The zorp gauge.") == []


def test_details_are_told_beside_targets():
    assert [one.mention.id for one in read("Blue zorp.")[0].said] == ["blue", "zorp"]


def test_one_word_can_be_felt_and_named():
    language = compile_language(
        [
            language_of(TINY),
            language_of("{id: more, title: More, concepts: [{id: sign, kind: target, phrases: [knoll glimmers]}]}"),
        ]
    )
    (sentence,) = read_text("Knoll glimmers when strolling.", language)
    assert len(sentence.links) == 1
    assert [one.mention.id for one in sentence.said] == ["sign"]


def test_a_sentence_knows_its_section():
    (sentence,) = read("KIN: reef glimmers.")
    assert sentence.section is not None
    assert (sentence.section.id, sentence.sentence.heading) == ("family", "kin")


# --- the language ------------------------------------------------------------


def test_the_files_of_a_language_are_read_as_one():
    parts = TINY.replace("connectors: [with, by, when, after, at, until]", "").replace(
        '"no": ["no", n, never, absent, "it does not", "a flat no"]', '"no": []'
    )
    rest = """{id: rest, title: The rest, connectors: [with], "no": ["No"], spelling: {reeef: reef}}"""
    language = compile_language([language_of(parts), language_of(rest)])
    assert language.connectors == {"with"}
    assert language.answers.no == {("no",)}
    assert language.layout.spelling["reeef"] == "reef"
    assert language.layout.spelling["zonkin"] == "zonking"


def test_a_place_told_later_was_meant_before():
    assert said("Dimmed by zonking. Where: reef.") == ["calf eases sitting"]
    assert said("Dimmed by zonking. Reef glimmers.") == ["calf eases sitting"]


def test_a_place_told_later_does_not_move_what_had_its_own():
    assert said("Spire glimmers dimmed by zonking. Reef glimmers.") == ["other eases sitting"]


def test_of_places_told_later_the_first_was_meant():
    assert said("Dimmed by zonking. Reef glimmers. Dell fizzes.") == ["calf eases sitting"]


def test_a_text_with_a_topic_of_its_own_waits_for_no_other():
    topic = Symptom((), frozenset({"thigh"}), False, frozenset(), Judgement("affirmed"))
    (first, *_) = read_text("Dimmed by zonking. Reef glimmers.", tiny(), topic=topic)
    assert [link.regions for link in first.links] == [{"thigh"}]


@pytest.mark.parametrize("section", ["Kin", "Advice"])
def test_a_place_in_a_section_about_others_places_nothing(section):
    assert said(f"{section}:\nWhere: reef.\nTale: dimmed by zonking.") == ["something eases sitting"]


def test_a_place_without_a_colon_or_with_a_posture_places_nothing():
    assert said("The reef. Dimmed by zonking.") == ["something eases sitting"]
    assert said("Where: reef, zonking. Dimmed by zonking.") == ["something eases sitting"]


# --- a list that is cut for its length ---------------------------------------

MANY = "blue, " * 40


def targets(text: str) -> list[str]:
    return [one.judgement.assertion for sentence in read(text) for one in sentence.said if one.mention.id == "zorp"]


def test_a_denied_list_goes_on_where_it_was_cut_for_its_length_only():
    assert targets(f"Denies {MANY}zorp.") == ["negated"]
    assert targets(f"Denies {MANY}{MANY}zorp.") == ["negated"]


def test_a_denied_list_ends_with_its_sentence():
    assert targets(f"Denies {MANY}blue. Zorp.") == ["affirmed"]


def test_a_denied_list_ends_at_a_terminator_on_either_side_of_the_cut():
    assert targets(f"Denies {MANY}blue but zorp.") == ["affirmed"]
    assert targets(f"Denies blue but {MANY}zorp.") == ["affirmed"]


def test_a_negation_that_governs_no_list_does_not_go_on():
    assert targets(f"No {MANY}zorp.") == ["affirmed"]


def test_a_carried_negation_is_no_word_that_could_be_marked():
    for sentence in read(f"Denies {MANY}zorp."):
        for one in sentence.said:
            marks = sentence.marks((one.mention,), one.judgement.by)
            assert all(sentence.text[mark.start : mark.end] == mark.phrase for mark in marks)


def test_a_sentence_that_only_names_a_part_says_what_the_next_ones_speak_of():
    assert said("It is knoll. Glimmers strolling.") == ["leg provokes walking"]
    assert said("Washed knoll in the brook at dusk. Glimmers strolling.") == ["something provokes walking"]


def test_what_is_well_in_one_posture_is_meant_when_the_next_sentence_says_it():
    assert said("The knoll is serene zonking. It glimmers strolling.") == ["leg free sitting", WALKING]
