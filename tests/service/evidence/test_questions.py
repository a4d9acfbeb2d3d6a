"""Questions in a note and what their answers make of them."""

import pytest
from support.tiny_language import read, said, tiny

from service.evidence.questions import answered
from service.evidence.sentences import sentences_of


def asked(text: str) -> list[tuple[str, str]]:
    """What each sentence comes to: its words, and whether it is plain, stated or denied."""
    language = tiny()
    return [
        (" ".join(word.norm for word in sentence.words), answer)
        for sentence, answer in answered(sentences_of(text, language.layout), language.answers)
    ]


def test_a_sentence_that_asks_nothing_is_plain():
    assert asked("Knoll glimmers.") == [("knoll glimmers .", "plain")]


@pytest.mark.parametrize("answer", ["Yes.", "yes", "Y", "Always.", "- yes", "> Yes"])
def test_a_question_answered_yes_states_what_was_asked(answer):
    assert asked(f"Knoll glimmers? {answer}") == [("knoll glimmers", "stated")]


@pytest.mark.parametrize("answer", ["No.", "no", "N", "Never.", "- no"])
def test_a_question_answered_no_denies_what_was_asked(answer):
    assert asked(f"Knoll glimmers? {answer}") == [("knoll glimmers", "denied")]


@pytest.mark.parametrize(
    ("answer", "makes"),
    [("It does.", "stated"), ("Oh it does", "stated"), ("It does not.", "denied"), ("A flat no.", "denied")],
)
def test_an_answer_may_be_several_words_and_the_longest_counts(answer, makes):
    assert asked(f"Knoll glimmers? {answer}") == [("knoll glimmers", makes)]


def test_what_was_never_tried_is_no_answer():
    assert ("knoll glimmers", "denied") in asked("Knoll glimmers? Never.")
    assert asked("Knoll glimmers? Never tried it.") == [("never tried it .", "plain")]


@pytest.mark.parametrize(
    ("told", "makes"),
    [(", and it does", "stated"), ("; yes.", "stated"), (": a flat no", "denied"), (" but it does not.", "denied")],
)
def test_a_question_may_be_reported_with_its_answer(told, makes):
    assert asked(f"I asked whether knoll glimmers{told}") == [("i asked whether knoll glimmers", makes)]


@pytest.mark.parametrize("told", [".", ", and the reef fizzes.", " and it does at dusk."])
def test_a_reported_question_without_an_answer_of_its_own_stays_as_it_is(told):
    assert [answer for _, answer in asked(f"I asked whether knoll glimmers{told}")] == ["plain"]


@pytest.mark.parametrize("label", ["A:", "Ans:", "Answer:", "Response:"])
def test_an_answer_may_carry_a_label(label):
    assert asked(f"Knoll glimmers?\n{label} no") == [("knoll glimmers", "denied")]


@pytest.mark.parametrize("label", ["Q:", "Question:", "Q.", "-"])
def test_a_question_may_carry_a_label(label):
    assert asked(f"{label} Knoll glimmers? No")[-1] == ("knoll glimmers", "denied")


def test_words_after_yes_or_no_are_a_statement_of_their_own():
    assert asked("Knoll glimmers? No, the reef fizzes.") == [
        ("knoll glimmers", "denied"),
        ("the reef fizzes .", "plain"),
    ]


def test_a_labelled_answer_in_words_makes_one_statement_with_its_question():
    assert asked("Knoll glimmers dimmed by?\nA: zonking") == [("knoll glimmers dimmed by : zonking", "stated")]
    assert said("Knoll glimmers dimmed by?\nA: zonking") == ["leg eases sitting"]


def test_an_answer_in_words_without_a_label_stands_for_itself():
    assert asked("Knoll glimmers? The reef fizzes.") == [("the reef fizzes .", "plain")]


def test_a_question_without_an_answer_says_nothing():
    assert asked("Knoll glimmers?") == []


def test_a_question_followed_by_another_question_says_nothing():
    assert asked("Knoll glimmers? Reef fizzes? No.") == [("reef fizzes", "denied")]
    assert asked("Knoll glimmers?\nQ: Reef fizzes?\nA: yes") == [("reef fizzes", "stated")]


def test_an_answer_is_used_up_by_its_question():
    assert asked("Knoll glimmers? No. Reef fizzes? Yes.") == [("knoll glimmers", "denied"), ("reef fizzes", "stated")]


def test_an_unticked_item_of_a_form_says_nothing():
    assert asked("[ ] knoll glimmers\n[x] reef fizzes\n") == [("reef fizzes", "plain")]


def test_the_if_of_a_question_is_no_condition_once_it_is_answered():
    assert said("Do the knoll glimmers dim if zonking? Yes.") == ["leg eases sitting"]
    assert said("The knoll glimmers dim if zonking.") == ["hypothetical leg eases sitting"]


def test_what_is_denied_in_an_answer_is_not_what_the_next_sentence_speaks_of():
    assert said("Knoll glimmers? No. Strolling kindles it.") == ["something provokes walking"]
    assert said("Knoll glimmers? Yes. Strolling kindles it.") == ["leg provokes walking"]


def test_a_denied_question_is_marked_as_denied():
    assert [sentence.denied for sentence in read("Knoll glimmers? No. Reef fizzes.")] == [True, False]


def test_the_ticked_one_of_two_boxes_answers_a_question():
    assert asked("Knoll glimmers? [x] yes [ ] no") == [("knoll glimmers", "stated")]


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        ("[ ] yes [x] no", [("knoll glimmers", "denied")]),
        ("[ ] no [x] yes", [("knoll glimmers", "stated")]),
        ("[ ] yes [ ] no", []),
    ],
)
def test_an_empty_box_answers_no_question(boxes, expected):
    assert asked(f"Knoll glimmers? {boxes}") == expected


@pytest.mark.parametrize("reply", ["-", "A:", "..."])
def test_an_answer_of_labels_alone_is_none(reply):
    assert asked(f"Knoll glimmers? {reply}\n\nReef fizzes.")[-1] == ("reef fizzes .", "plain")
    assert "denied" not in [answer for _, answer in asked(f"Knoll glimmers? {reply}")]


def test_the_last_sentence_may_be_a_question():
    assert asked("Reef fizzes. Knoll glimmers?") == [("reef fizzes .", "plain")]


@pytest.mark.parametrize("sign", ["", ":", " -"])
@pytest.mark.parametrize(
    ("boxes", "expected"),
    [("[x] yes [ ] no", "stated"), ("[ ] yes [x] no", "denied"), ("( ) no (x) yes", "stated")],
)
def test_boxes_of_yes_and_no_make_a_question_of_what_stands_before_them(sign, boxes, expected):
    assert asked(f"Knoll glimmers{sign} {boxes}") == [("knoll glimmers", expected)]


def test_boxes_of_yes_and_no_both_empty_leave_it_open():
    assert asked("Knoll glimmers: [ ] yes [ ] no") == []


def test_boxes_of_anything_else_make_no_question():
    assert asked("Knoll glimmers [x] reef [ ] dell") == [("knoll glimmers", "plain"), ("reef", "plain")]


def test_a_label_says_what_it_says_of_each_choice_that_is_ticked():
    text = "Dimmed by: [x] zonking [ ] lolling [x] flopping\nKnoll glimmers."
    assert asked(text) == [
        ("dimmed by : zonking", "plain"),
        ("dimmed by : flopping", "plain"),
        ("knoll glimmers .", "plain"),
    ]


def test_boxes_drawn_as_signs_are_boxes():
    assert asked("Dimmed by: \u2611 zonking \u2610 lolling") == [("dimmed by : zonking", "plain")]


@pytest.mark.parametrize(("sign", "answer"), [("\u2713", "stated"), ("\u2714", "stated"), ("\u2718", "denied")])
def test_ticks_and_crosses_answer(sign, answer):
    assert asked(f"Knoll glimmers? {sign}") == [("knoll glimmers", answer)]


def test_signs_in_brackets_affirm_and_deny_the_item_behind_them():
    assert said("(-) knoll glimmers strolling") == ["leg not-provoked walking"]
    assert said("(+) knoll glimmers strolling") == ["leg provokes walking"]


def test_a_question_that_wants_words_is_answered_by_the_sentence_behind_it():
    assert asked("What dims it? Zonking.") == [("what dims it : zonking .", "stated")]
    assert asked("Form: what dims it? Zonking.") == [("form : what dims it : zonking .", "stated")]
    assert asked("Dims it? Zonking.") == [("zonking .", "plain")]


def test_an_answer_may_follow_a_quoted_question():
    assert asked('"Knoll glimmers?" Yes, reef fizzes.') == [("knoll glimmers", "stated"), ("reef fizzes .", "plain")]
