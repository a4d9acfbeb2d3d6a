"""Why a file is not of its kind, in words for its author."""

from datetime import date, datetime
from typing import Any, Literal

import msgspec
import pytest
from msgspec import Struct

from service.knowledge.shape import explain


class Part(Struct, forbid_unknown_fields=True):
    gauge: Literal["high", "low"] = "low"
    parts: "tuple[Part, ...]" = ()


class Whole(Struct, forbid_unknown_fields=True):
    title: str
    count: int | None = None
    share: float = 0.0
    open: bool = False
    day: date | None = None
    words: tuple[str, ...] = ()
    named: dict[str, Part] = {}
    pairs: tuple[tuple[int, str], ...] = ()
    mixed: tuple[str | Part, ...] = ()


def told(**value: Any) -> tuple[str, str, str]:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(value, Whole)
    return explain(refused.value, value, Whole)


def test_a_misspelt_key_is_told_the_nearest_one():
    assert told(title="", wrods=[]) == (
        "wrods",
        "there is no such key here",
        "did you mean words? the keys here are count, day, mixed, named, open, pairs, share, title, words",
    )


def test_a_key_deep_inside_is_told_the_keys_of_its_place():
    key, _, remedy = told(title="", mixed=["a", {"parts": [{"gage": "low"}]}])
    assert (key, remedy) == ("mixed[1].parts[0].gage", "did you mean gauge? the keys here are gauge, parts")


def test_a_word_that_is_not_allowed_is_told_those_that_are():
    assert told(title="", mixed=[{"gauge": "lo"}]) == (
        "mixed[0].gauge",
        "'lo' is no word allowed here",
        "did you mean low? write one of high, low",
    )


def test_below_a_name_of_the_authors_own_the_words_are_told_too():
    key, problem, remedy = told(title="", named={"zorp": {"gauge": "blue"}})
    assert (key, problem, remedy) == ("named[...].gauge", "'blue' is no word allowed here", "write one of high, low")


@pytest.mark.parametrize(
    ("value", "key", "problem", "remedy"),
    [
        ({"title": 1.0}, "title", "a text is wanted, this is a number", 'put it in quotes, as "1.0"'),
        ({"title": date(2026, 11, 1)}, "title", "a text is wanted, this is a day as 2026-11-23", "put it in quotes"),
        ({"title": True}, "title", "a text is wanted, this is true or false", "put it in quotes"),
        ({"title": None}, "title", "a text is wanted, this is nothing", "write a value behind the colon"),
        ({"count": "4"}, "count", "a whole number is wanted, this is a text", "write digits without quotes"),
        ({"share": "a"}, "share", "a number is wanted, this is a text", "write digits without quotes"),
        ({"open": "yes"}, "open", "true or false is wanted, this is a text", "write true or false without quotes"),
        ({"day": "soon"}, "day", "'soon' is no day", "write it as 2026-11-23"),
        ({"day": datetime(2026, 1, 1)}, "day", "a day as 2026-11-23 is wanted, this is a day with a time", "time"),  # noqa: DTZ001 - as YAML reads it
        ({"words": "one"}, "words", "a list is wanted, this is a text", "write a list, as [one, two]"),
        ({"words": {"a": 1}}, "words", "a list is wanted, this is keys with values", "write a list"),
        ({"named": []}, "named", "keys with values is wanted, this is a list", "write keys with values below it"),
        ({"named": {1: {}}}, "named", "a key is no text", "put it in quotes"),
        ({"pairs": [[1]]}, "pairs[0]", "a list of 2 is wanted, this one has 1", "write 2 values"),
        ({"pairs": [[1, 2]]}, "pairs[0][1]", "a text is wanted, this is a whole number", "put it in quotes"),
        (
            {"mixed": [3]},
            "mixed[0]",
            "a text or keys with values is wanted, this is a whole number",
            "put it in quotes",
        ),
    ],
)
def test_a_value_of_another_type_is_told_what_is_wanted(value, key, problem, remedy):
    assert told(**{"title": "", **value})[:2] == (key, problem)
    assert remedy in told(**{"title": "", **value})[2]


def test_a_missing_key_is_told_by_its_name():
    assert told() == ("title", "the key is missing", "write title:, as the template of its kind does")
