"""Where a story ends."""

import pytest
from support.tiny_language import read

STORY = "Knoll glimmers on strolling, dimmed by zonking."


def over(text: str) -> list[str]:
    """The sentences that end the story before them."""
    return [sentence.text for sentence in read(text) if sentence.over]


@pytest.mark.parametrize("end", ["No knoll glimmers since.", "Knoll serene since.", "Not so: no knoll glimmers."])
def test_a_story_is_over_where_no_symptom_is_left_of_it(end):
    assert over(f"{STORY} {end}") == [end]


@pytest.mark.parametrize(
    "end",
    [
        "After the cure it has faded.",
        "It has faded after the cure.",
        "Now this has faded away after the cure.",
        "After the cure it has faded and she strolls.",
        "The glimmers have faded since.",
        "Knoll glimmers have faded since dusk.",
    ],
)
def test_a_story_is_over_where_it_has_gone_after_what_came_between(end):
    assert over(f"{STORY} {end}") == [end]


@pytest.mark.parametrize(
    "goes_on",
    [
        "It has faded.",
        "It has faded when lolling since the cure.",
        "After the cure it has nearly faded.",
        "After the cure it has faded pink.",
        "Moles in spring, faded after the cure.",
        "Spire glimmers have faded after the cure.",
        "Knoll fizzes have faded since.",
        "It has faded after the cure; knoll glimmers on strolling.",
    ],
)
def test_a_story_goes_on_where_it_is_not_all_of_it_or_something_else_that_has_gone(goes_on):
    assert over(f"{STORY} {goes_on}") == []


@pytest.mark.parametrize("parting", [";", " but", " however"])
def test_a_clause_that_ends_a_story_is_parted_from_it(parting):
    told = read(f"Knoll glimmers on strolling{parting} after the cure it has faded.")
    assert [(sentence.text, sentence.over) for sentence in told] == [
        ("Knoll glimmers on strolling", False),
        ("after the cure it has faded.", True),
    ]


def test_nothing_comes_with_what_is_done_once_it_has_gone():
    assert [sentence.links for sentence in read(f"{STORY} After the cure it has faded and she strolls.")][-1] == ()
