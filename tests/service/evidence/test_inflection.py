"""The forms of verbs, as phrases use them."""

import pytest

from service.evidence.inflection import forms
from service.evidence.lexicon import PhraseError, spell_out


@pytest.mark.parametrize(
    ("verb", "others"),
    [
        ("settle", "settles settling settled"),
        ("stop", "stops stopping stopped"),
        ("squat", "squats squatting squatted"),
        ("lean", "leans leaning leaned leant"),
        ("carry", "carries carrying carried"),
        ("vanish", "vanishes vanishing vanished"),
        ("go", "goes going went gone"),
        ("lie", "lies lying lay lain"),
        ("rest", "rests resting rested"),
        ("occur", "occurs occurring occurred"),
        ("loosen", "loosens loosening loosened"),
        ("queue", "queues queuing queued"),
        ("flex", "flexes flexing flexed"),
        ("have", "has having had"),
    ],
)
def test_a_verb_has_the_forms_that_english_gives_it(verb: str, others: str) -> None:
    assert forms(verb) == (verb, *others.split())


def test_a_phrase_may_ask_for_all_forms_of_a_verb_beside_other_words() -> None:
    spelled = set(spell_out("stoop~/crouching (down)"))
    assert ("stooped", "down") in spelled
    assert ("stoop",) in spelled
    assert ("crouching", "down") in spelled
    assert ("crouch",) not in spelled


def test_a_mark_without_a_verb_is_refused_with_what_to_write() -> None:
    with pytest.raises(PhraseError, match="base form"):
        list(spell_out("lean~s on"))
    with pytest.raises(PhraseError, match="base form"):
        list(spell_out("~ away"))
