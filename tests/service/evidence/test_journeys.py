"""Ways covered on foot, told by what is passed."""

import pytest
from support.tiny_language import said

WALKING = ["leg provokes walking"]


@pytest.mark.parametrize(
    "text",
    [
        "Knoll glimmers along the zarf.",
        "Knoll glimmers between the zarf and home.",
        "Knoll glimmers by the third zarf.",
        "Knoll glimmers by the 2nd zarf.",
        "Knoll glimmers from the zarf to the yard.",
    ],
)
def test_what_is_passed_makes_a_way_of_any_noun(text: str) -> None:
    assert said(text) == WALKING


@pytest.mark.parametrize(
    "text",
    [
        "Glimmers along the knoll.",
        "Knoll glimmers by the third week.",
        "Knoll glimmers third.",
        "Knoll glimmers from the zarf.",
        "Knoll glimmers along.",
        "Knoll glimmers at the zarf.",
    ],
)
def test_the_body_and_times_are_no_places_and_nothing_else_is_a_way(text: str) -> None:
    assert said(text) == []


def test_the_place_where_it_comes_on_is_a_way_unless_one_rests_there() -> None:
    assert said("Knoll glimmers kindled at the zarf.") == WALKING
    assert said("Knoll glimmers kindled at the hearth.") == []


def test_where_walking_is_named_no_other_way_is_looked_for() -> None:
    assert said("Knoll glimmers strolling along the zarf.") == WALKING
