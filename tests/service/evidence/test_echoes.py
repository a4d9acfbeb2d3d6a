"""What an auxiliary repeats."""

import pytest
from support.tiny_language import said


@pytest.mark.parametrize("closer", [".", ",", ";", ", but", ""])
def test_a_bare_auxiliary_repeats_the_cue(closer):
    text = f"Perching does not dim the knoll glimmers, zonking does{closer}"
    assert said(text) == ["leg not-eased still", "leg eases sitting"]


@pytest.mark.parametrize("denial", ["doesn't", "does not", "did not"])
def test_a_negated_auxiliary_turns_the_cue(denial):
    assert said(f"Zonking dims the knoll glimmers, perching {denial}.") == ["leg eases sitting", "leg not-eased still"]


def test_an_auxiliary_before_a_verb_repeats_nothing():
    assert said("Zonking dims the knoll glimmers, lolling does kindle it.") == [
        "leg eases sitting",
        "leg provokes flexion",
    ]


def test_an_auxiliary_repeats_what_lingers():
    assert said("Knoll glimmers linger when zonking, perching does.") == [
        "leg not-eased sitting",
        "leg not-eased still",
    ]


@pytest.mark.parametrize(
    ("first", "echo", "effect"),
    [
        ("Zonking dims it.", "So does lolling.", "eases"),
        ("Zonking does not dim it.", "Nor does lolling.", "not-eased"),
        ("Zonking does not dim it.", "Neither does lolling.", "not-eased"),
        ("Zonking kindles it.", "So does lolling.", "provokes"),
        ("Zonking kindles it.", "Nor does lolling.", "not-provoked"),
    ],
)
def test_a_sentence_may_repeat_what_the_one_before_it_said(first, echo, effect):
    assert said(f"Knoll glimmers. {first} {echo}")[-1] == f"leg {effect} flexion"


def test_a_repeating_sentence_without_anything_to_repeat_says_nothing():
    assert said("Knoll glimmers. So does lolling.") == []


def test_an_auxiliary_without_a_cue_before_it_repeats_nothing():
    assert said("Knoll glimmers. Zonking does.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Knoll glimmers do not dim perching but do by zonking.",
        "Perching does not dim the knoll glimmers but it does when zonking.",
    ],
)
def test_an_auxiliary_before_the_posture_repeats_the_cue_as_well(text):
    assert said(text) == ["leg not-eased still", "leg eases sitting"]


def test_a_negated_auxiliary_before_the_posture_turns_the_cue():
    assert said("Knoll glimmers dim by zonking, but they do not by perching.") == [
        "leg eases sitting",
        "leg not-eased still",
    ]


def test_an_auxiliary_of_another_verb_repeats_nothing():
    assert "leg eases sitting" not in said("Perching does not dim the knoll glimmers but it does kindle them zonking.")


@pytest.mark.parametrize("at_last", ["but it does", ", and it does", "; it did", "- it has", ", yet it does."])
def test_what_a_sentence_says_at_last_holds_whatever_was_thought(at_last):
    assert said(f"Maybe lolling does not dim the knoll glimmers {at_last}")[-1] == "leg eases flexion"


@pytest.mark.parametrize(
    "at_last",
    [
        "but it doesn't",
        ", and it did not",
        "; it hasn't.",
        "but it has not",
        "but no longer does",
        "; in dusk it does not",
    ],
)
def test_what_a_sentence_denies_at_last_does_not_hold(at_last):
    assert said(f"Maybe lolling dims the knoll glimmers {at_last}")[-1] == "leg not-eased flexion"


def test_a_verb_at_the_end_says_nothing_at_last():
    assert said("Lolling dims the knoll glimmers and so he does") == ["leg eases flexion"]
