"""A note to its sentences, as real notes are written."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tiny_language import tiny

from service.evidence.sentences import Sentence, sentences_of

LONG = "The glimmers in the knoll were there for the whole of last"


def split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


def sentences(text: str) -> list[Sentence]:
    return sentences_of(text, tiny().layout)


def sections(text: str) -> list[tuple[str, str]]:
    """Each sentence with the section it stands in."""
    return [(s.section.id if s.section else "", text[s.start : s.end]) for s in sentences(text)]


@pytest.mark.parametrize("end", [".", "!", "?"])
def test_a_sentence_ends_at_its_mark(end):
    assert split(f"One glimmers{end} Two fizzes{end}") == [f"One glimmers{end}", f"Two fizzes{end}"]


def test_an_abbreviation_does_not_end_a_sentence():
    assert split("Seen by Dr. Zorp today. Fine.") == ["Seen by Dr. Zorp today.", "Fine."]


def test_an_abbreviation_at_the_end_of_its_line_ends_the_sentence():
    assert split("Seen by Dr.\nZorp seen") == ["Seen by Dr.", "Zorp seen"]


def test_letters_with_points_between_them_do_not_end_a_sentence():
    assert split("Twice, e.g. at 5 a.m. and later. Then none.") == ["Twice, e.g. at 5 a.m. and later.", "Then none."]


def test_a_decimal_point_does_not_end_a_sentence():
    assert split("Index 0.72 and .69 today. Fine.") == ["Index 0.72 and .69 today.", "Fine."]


def test_a_full_stop_without_a_space_still_ends_a_sentence():
    assert split("Glimmers on strolling.Fainter zonking.") == ["Glimmers on strolling.", "Fainter zonking."]


@pytest.mark.parametrize("bullet", ["-", "*", "•", "·", "+", ">", "#"])
def test_each_bullet_is_a_sentence_without_its_sign(bullet):
    assert split(f"{bullet} knoll glimmers\n{bullet} no fizzes\n") == ["knoll glimmers", "no fizzes"]


def test_a_bullet_begins_a_sentence_even_where_the_line_before_it_was_left_open():
    assert split(f"{LONG}\n- no fizzes") == [LONG, "no fizzes"]


def test_a_hard_wrapped_line_goes_on():
    text = f"{LONG}\nyear and longer."
    assert split(text) == [text]


def test_a_line_that_begins_with_a_capital_begins_a_sentence():
    assert split(f"{LONG}\nYear after year") == [LONG, "Year after year"]


def test_short_lines_are_items_of_a_list_whatever_letter_they_begin_with():
    assert split("knoll glimmers\nfizzes at night") == ["knoll glimmers", "fizzes at night"]


def test_a_short_line_that_ends_in_a_comma_goes_on():
    assert split("knoll glimmers,\nfizzes at night") == ["knoll glimmers,\nfizzes at night"]


def test_a_blank_line_always_ends_a_sentence_and_opens_a_paragraph():
    first, second = sentences(f"{LONG}\n\nyear and longer.")
    assert (first.opens_paragraph, second.opens_paragraph) == (True, True)


def test_a_second_sentence_of_a_paragraph_does_not_open_one():
    assert [s.opens_paragraph for s in sentences("One. Two.\n\nThree. Four.")] == [True, False, True, False]


def test_a_heading_with_a_colon_opens_its_section():
    assert sections("Tale: knoll glimmers. Fine.\nKin: reef glimmers.") == [
        ("presenting", "knoll glimmers."),
        ("presenting", "Fine."),
        ("family", "reef glimmers."),
    ]


def test_a_heading_alone_on_its_line_opens_its_section():
    assert sections("KIN\nreef glimmers\nLooks\nfine") == [("family", "reef glimmers"), ("examination", "fine")]


def test_a_heading_may_open_in_the_middle_of_a_line():
    assert sections("Tale: glimmers. Kin: fizzes.") == [("presenting", "glimmers."), ("family", "fizzes.")]


def test_the_longest_heading_wins():
    assert sections("Tale of today: glimmers") == [("presenting", "glimmers")]
    assert sections("A/P: glimmers") == [("assessment", "glimmers")]


def test_a_heading_word_within_a_sentence_is_a_word():
    assert sections("Her kin are well. The looks of it: fine.") == [
        ("", "Her kin are well."),
        ("", "The looks of it: fine."),
    ]


def test_a_heading_word_that_begins_a_line_of_prose_is_a_word():
    assert sections("Kin are well.") == [("", "Kin are well.")]


def test_a_bulleted_heading_opens_its_section():
    assert sections("- Kin: glimmers") == [("family", "glimmers")]


def test_a_sentence_knows_the_heading_it_stands_under():
    assert [s.heading for s in sentences("TALE OF TODAY: glimmers")] == ["tale of today"]


def test_a_section_holds_until_the_next_heading_across_blank_lines():
    assert [name for name, _ in sections("Kin: one.\n\ntwo.\n\nTale: three.")] == ["family", "family", "presenting"]


def test_an_answer_label_after_a_question_is_not_the_heading_of_the_assessment():
    assert sections("Glimmers?\nA: yes") == [("", "Glimmers?"), ("", "A: yes")]
    assert sections("Glimmers.\nA: yes") == [("", "Glimmers."), ("assessment", "yes")]


def test_a_question_mark_before_a_word_is_a_doubt_and_no_end():
    assert split("Possibly ?zorp today. Fine.") == ["Possibly ?zorp today.", "Fine."]
    assert split("Glimmers, ? zorp.") == ["Glimmers, ? zorp."]


@pytest.mark.parametrize("box", ["[ ]", "( )", "[]"])
def test_an_empty_box_marks_its_item_as_unticked(box):
    assert [(s.box, s.words[0].norm) for s in sentences(f"{box} glimmers\nfizzes")] == [
        ("empty", "glimmers"),
        ("", "fizzes"),
    ]


@pytest.mark.parametrize("box", ["[x]", "(x)", "[X]"])
def test_a_ticked_box_states_its_item(box):
    assert [(s.box, s.words[0].norm) for s in sentences(f"{box} glimmers [ ] fizzes")] == [
        ("ticked", "glimmers"),
        ("empty", "fizzes"),
    ]


def test_a_sentence_of_sixty_words_goes_on_to_its_end():
    text = "word " * 58 + "word."
    assert split(text) == [text]


def test_a_sentence_that_runs_on_ends_at_the_next_comma_and_loses_no_word():
    text = "word, " * 35 + "last."
    first, second = split(text)
    assert first.endswith("word,")
    assert f"{first} {second}" == text


def test_a_sentence_without_any_comma_ends_all_the_same_and_loses_no_word():
    text = "word " * 300 + "last."
    pieces = split(text)
    assert len(pieces) > 1
    assert " ".join(pieces) == text


def test_the_pieces_of_a_long_sentence_keep_its_section():
    assert {name for name, _ in sections("Kin: " + "word, " * 100)} == {"family"}


@pytest.mark.parametrize("text", ["", " \n\n ", "...", "- - -", "?!", "\n-\n*\n"])
def test_a_text_without_a_word_has_no_sentence(text):
    assert sentences(text) == []


@given(st.text(alphabet="ab 1.,?!:-*[]()xA\n'/") | st.text())
def test_every_sentence_has_a_word_and_they_stand_in_order_without_overlap(text):
    found = sentences(text)
    places = [(s.start, s.end) for s in found]
    assert places == sorted(places)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(places))
    assert all(any(word.norm[0].isalnum() for word in s.words) for s in found)
    assert all(word.norm[0] != "\n" for s in found for word in s.words)


def test_a_box_behind_its_item_belongs_to_it():
    boxed = [(s.box, "fizzes" in [word.norm for word in s.words]) for s in sentences("glimmers [ ], fizzes [x]")]
    assert boxed == [("empty", False), ("ticked", True)]


def test_what_follows_a_piece_cut_for_its_length_is_known_to_go_on():
    assert [s.continues for s in sentences("word, " * 70 + "last. Next.")] == [False, True, True, False]


def test_an_abbreviation_of_no_name_closes_a_sentence_before_a_capital():
    assert split("No gx. Strolls far.") == ["No gx.", "Strolls far."]
    assert split("No gx. of note") == ["No gx. of note"]


def test_dictated_signs_are_signs_where_no_full_stop_was_written():
    assert split("One glimmers comma two period three fizzes period") == [
        "One glimmers comma two period",
        "three fizzes period",
    ]
    assert split("A period of rest. Two fizzes.") == ["A period of rest.", "Two fizzes."]


def test_a_tick_is_for_one_item_and_not_for_what_follows_on_its_line():
    ticked = sentences_of("[x] zonking. He left. She came.", tiny().layout)
    assert [sentence.box for sentence in ticked] == ["ticked", "", ""]


def norms(text: str) -> list[str]:
    return [" ".join(w.norm for w in sentence.words) for sentence in sentences(text)]


def test_the_dash_behind_the_labels_of_a_form_is_a_colon():
    assert norms("Site - knoll\n* Dimmed by - zonking") == ["site : knoll", "dimmed by : zonking"]


@pytest.mark.parametrize(
    "text",
    ["Site - knoll", "Site-knoll\nDimmed-zonking", "The knoll all glimmers - badly\nThe reef all fizzes - badly"],
)
def test_any_other_dash_is_one(text):
    assert not any(":" in line for line in norms(text))


def test_a_heading_may_be_followed_by_a_dash():
    assert sections("Advice - your knoll\nIt glimmers.")[0] == ("education", "your knoll")
    assert sections("Good advice - your knoll")[0][0] == ""


def test_a_doubt_in_brackets_asks_nothing():
    assert split("Strolls to the oval (600 m?) are another story. More.") == [
        "Strolls to the oval (600 m?) are another story.",
        "More.",
    ]
