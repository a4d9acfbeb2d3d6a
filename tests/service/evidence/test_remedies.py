"""What patients do about a symptom, and how they fare without it."""

import pytest
from support.tiny_language import said


@pytest.mark.parametrize(
    "text",
    [
        "Knoll glimmers strolling and he squiffs.",
        "Knoll glimmers strolling, so he squiffed over it.",
        "Knoll glimmers strolling. He squiffs.",
        "Strolling, the knoll glimmers until he squiffs.",
    ],
)
def test_what_a_patient_turns_to_when_a_symptom_comes_is_taken_to_ease_it(text):
    assert said(text)[-1] == "leg eases flexion"


@pytest.mark.parametrize(
    "text",
    [
        "Knoll glimmers strolling and squiffing.",
        "Knoll glimmers when squiffing.",
        "He squiffs.",
        "Knoll glimmers strolling. Asked about squiffing.",
        "Knoll glimmers strolling. Squiffs for the spire glimmers.",
        "Knoll glimmers strolling. Aunt squiffs.",
        "Knoll glimmers strolling. No squiffing.",
        "Brow glimmers strolling. He squiffs.",
    ],
)
def test_a_posture_of_a_list_or_for_another_reason_is_no_answer(text):
    assert "leg eases flexion" not in said(text)


def test_a_posture_without_which_it_comes_keeps_it_off():
    assert said("Without squiffing the knoll glimmers.") == ["leg provokes walking", "leg eases flexion"]


def test_a_posture_excepted_eases():
    assert said("Knoll glimmers strolling unless he squiffs.") == ["leg provokes walking", "leg eases flexion"]


@pytest.mark.parametrize(
    "text",
    [
        "Squiffing dims the knoll glimmers. Without it the knoll glimmers.",
        "He squiffs; without it the knoll glimmers.",
    ],
)
def test_without_it_is_without_what_was_leaned_on_before(text):
    assert said(text)[-2:] == ["leg provokes walking", "leg eases flexion"]


def test_without_it_is_not_without_any_other_posture():
    assert said("Arching dims the knoll glimmers. Without it the knoll glimmers.") == ["leg eases extension"]


def test_what_is_denied_right_behind_a_posture_is_denied_of_it():
    assert said("Knoll glimmers strolling. Squiffs over it, no joy.") == ["leg provokes walking"]
    assert said("Knoll glimmers strolling. Squiffs over it, no fizz.")[-1] == "leg eases flexion"


def test_without_it_they_do_says_that_they_do():
    text = "When he squiffs no knoll glimmers, but without it they do."
    assert said(text)[-2:] == ["leg provokes walking", "leg eases flexion"]


def test_what_is_turned_to_does_not_ease_where_the_sentence_says_it_does_not():
    text = "Knoll glimmers strolling. He squiffs, but squiffing doesn't dim it."
    assert "leg eases flexion" not in said(text)


def test_what_is_denied_without_it_does_not_come_without_it():
    assert said("He squiffs; without it no knoll glimmers.") == []
    assert said("Aunt squiffs and without it her knoll glimmers.")[-1] == "other-person leg eases flexion"


def test_the_symptom_that_comes_without_names_no_more_than_that():
    assert said("Knoll serene lolling over; knoll glimmers without.")[-2:] == [
        "leg provokes walking",
        "leg eases flexion",
    ]
    assert "leg provokes walking" not in said("Knoll serene lolling over; knoll glimmers without delay.")


def test_what_one_leans_on_for_another_reason_answers_nothing():
    assert said("Knoll glimmers strolling. He squiffs for his poor balance.") == ["leg provokes walking"]
