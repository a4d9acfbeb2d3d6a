"""Orders, devices and medicines that are known by their own words."""

import msgspec
import pytest
from support.tiny_language import SYSTEM, reading_of

from service.chart.model import Coding, Concept
from service.evidence.consistency import value_set_problems
from service.evidence.definition import ValueSetDefinition
from service.evidence.labels import Labels

GLIMMER_SCAN = msgspec.convert(
    {
        "id": "glimmer-scan",
        "title": "A scan of the dell",
        "codes": [{"system": SYSTEM, "code": "g1", "source": "https://example.org"}],
        "labels": [
            {"says": [["scan", "sc"], ["dell", "d dell", "lower dell"]], "not": ["knoll"]},
            {"says": [["glimmerogram"]]},
        ],
    },
    ValueSetDefinition,
)
OTHER = msgspec.convert(
    {
        "id": "other-scan",
        "title": "Another scan",
        "codes": [{"system": SYSTEM, "code": "o1", "source": "https://example.org"}],
    },
    ValueSetDefinition,
)


def named(text: str, *codes: Coding) -> frozenset[str]:
    return reading_of(value_sets=(GLIMMER_SCAN, OTHER)).value_sets_named(Concept(codes, text))


@pytest.mark.parametrize(
    "text",
    [
        "Scan of the dell",
        "SC DELL W/O STARCH",
        "sc d-dell (outpatient)",
        "lower  dell: scan!",
        "Glimmerogram",
    ],
)
def test_a_name_fits_that_says_one_phrase_of_each_group_in_any_order_and_writing(text):
    assert named(text) == {"glimmer-scan"}


@pytest.mark.parametrize(
    "text",
    [
        "Scan",
        "dell",
        "Scan of the knoll and dell",
        "Scanned dells",
        "lower hill scan",
        "escscan dell",
        "",
        "   ",
        "-/-",
    ],
)
def test_a_name_fits_not_where_a_group_is_missing_or_something_else_is_named(text):
    assert named(text) == frozenset()


def test_the_display_of_an_unknown_code_is_a_name_too():
    assert named("Order 17", Coding("urn:local", "4711", "SCAN DELL")) == {"glimmer-scan"}


def test_words_of_two_names_are_not_put_together():
    assert named("Scan", Coding("urn:local", "4711", "dell")) == frozenset()


def test_codes_win_over_words():
    assert named("Scan of the dell", Coding(SYSTEM, "o1")) == {"other-scan"}
    assert named("Something else", Coding(SYSTEM, "g1")) == {"glimmer-scan"}


def test_without_labels_nothing_fits():
    assert Labels((OTHER,)).of(Concept(text="Another scan")) == frozenset()


@pytest.mark.parametrize("says", [[], [[]], [["scan"], []], [["scan"], ["-"]]])
def test_a_label_that_could_fit_anything_or_nothing_is_refused(says):
    value_set = msgspec.convert({"id": "a", "title": "A", "labels": [{"says": says}]}, ValueSetDefinition)
    assert [key for key, _, _ in value_set_problems(value_set)] == ["labels"]


def test_a_value_set_of_nothing_is_refused():
    assert [key for key, _, _ in value_set_problems(ValueSetDefinition(id="a", title="A"))] == ["codes"]


AWAY = msgspec.structs.replace(OTHER, elsewhere=("knoll", "far hill"), here=("dell",))


@pytest.mark.parametrize(
    ("texts", "elsewhere"),
    [
        (("Scan", "of the Far Hill"), True),
        (("KNOLL-scan",), True),
        (("Scan of knoll and dell",), False),
        (("Scan", "knoll", "dell"), False),
        (("Scan",), False),
        (("far", "hill"), False),
        ((), False),
    ],
)
def test_words_may_say_that_another_part_of_the_body_is_meant(texts, elsewhere):
    assert Labels((AWAY, GLIMMER_SCAN)).elsewhere("other-scan", texts) == elsewhere


def test_a_value_set_without_such_words_means_every_part_of_the_body():
    assert not Labels((OTHER,)).elsewhere("other-scan", ("knoll",))


def test_a_coded_order_whose_name_says_another_part_of_the_body_is_no_such_order():
    reading = reading_of(value_sets=(AWAY,))
    assert reading.value_sets_named(Concept((Coding(SYSTEM, "o1"),), "Other scan")) == {"other-scan"}
    assert reading.value_sets_named(Concept((Coding(SYSTEM, "o1"),), "Other scan, knoll")) == frozenset()
