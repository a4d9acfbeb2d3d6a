"""Tables whose columns answer."""

import pytest
from support.tiny_language import said

PIPES = """Item | Yes | No
Knoll glimmers strolling | X |
Zonking dims it | | X
Lolling dims it | x |"""
SPACES = """ABOUT IT                    yes     no
Knoll glimmers strolling      x
Zonking dims it                     x
Lolling dims it"""


def test_a_mark_under_yes_states_its_line_and_one_under_no_denies_it():
    assert said(PIPES) == ["leg provokes walking", "leg not-eased sitting", "leg eases flexion"]


def test_without_bars_a_mark_belongs_to_the_heading_it_stands_under_and_a_line_without_one_says_nothing():
    assert said(SPACES) == ["leg provokes walking", "leg not-eased sitting"]


def test_a_blank_line_ends_the_table():
    assert said(PIPES + "\n\nArching kindles the knoll glimmers.")[-1] == "leg provokes extension"


@pytest.mark.parametrize("text", ["Knoll glimmers strolling? Yes or no", "Yes, no\n"])
def test_words_that_answer_in_a_line_of_their_own_kind_are_no_heading(text):
    assert said(text + "\nLolling dims the knoll glimmers.")[-1] == "leg eases flexion"
