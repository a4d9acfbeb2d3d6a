"""`value[x]` in every type and in the ways servers bend them."""

from __future__ import annotations

from typing import Any

import pytest

from service.chart.entry import Entry
from service.chart.model import Coding, Concept, Passage, Quantity
from service.chart.values import read_values


def values(**fields: Any) -> tuple[Any, ...]:
    return read_values(Entry("observations", "Observation", fields), fields)[0]


def passages(**fields: Any) -> list[tuple[str, str]]:
    found = read_values(Entry("observations", "Observation", fields), fields, "component[2].")[1]
    return [(p.path, p.text) for p in found]


def gaps(**fields: Any) -> list[str]:
    entry = Entry("observations", "Observation", fields)
    assert read_values(entry, fields) == ((), ())
    return [gap.detail for gap in entry.gaps]


def test_each_type_of_value_is_read():
    assert values(valueQuantity={"value": 0.72, "unit": "ratio"}) == (Quantity(0.72, "ratio"),)
    assert values(valueQuantity={"value": 3, "code": "mm[Hg]", "comparator": "<"}) == (Quantity(3.0, "mm[Hg]", "<"),)
    assert values(valueInteger=4) == (Quantity(4.0),)
    assert values(valueString="leaning forward") == ("leaning forward",)
    assert values(valueDateTime="2020-05-01") == ("2020-05-01",)
    assert values(valueTime="10:30:00") == ("10:30:00",)
    coded = {"coding": [{"system": "http://loinc.org", "code": "LA33-6"}], "text": "Yes"}
    assert values(valueCodeableConcept=coded) == (Concept((Coding("http://loinc.org", "LA33-6"),), "Yes"),)


def test_a_boolean_stays_a_boolean():
    for written, meant in ((True, True), (False, False), ("true", True), ("false", False)):
        (value,) = values(valueBoolean=written)
        assert value is meant


def test_a_number_may_arrive_as_text_with_its_comparator():
    assert values(valueQuantity={"value": "0.72"}) == (Quantity(0.72),)
    assert values(valueQuantity={"value": " <= 0.9 "}) == (Quantity(0.9, "", "<="),)
    assert values(valueQuantity={"value": "1.5e2", "comparator": ">"}) == (Quantity(150.0, "", ">"),)


def test_a_number_within_words_stays_words():
    assert values(valueString="0.72 (left)") == ("0.72 (left)",)


def test_nothing_is_made_of_an_absent_value():
    absent = {"dataAbsentReason": {"text": "not asked"}, "valueSampledData": {}, "valueQuantity": None}
    assert read_values(Entry("observations", "Observation", absent), absent) == ((), ())
    for nothing in (
        {"valueQuantity": {}},
        {"valueString": " "},
        {"valueCodeableConcept": {}},
        {"valueRange": {}},
    ):
        assert gaps(**nothing) == []


def test_several_values_in_one_element_are_all_kept():
    both = {"valueString": "worse uphill", "valueCodeableConcept": {"text": "Yes"}}
    assert values(**both) == (Concept(text="Yes"), "worse uphill")


def test_text_is_also_a_passage_with_its_path():
    assert passages(valueString="leg pain") == [("component[2].valueString", "leg pain")]
    assert passages(valueCodeableConcept={"text": "leg pain"}) == [
        ("component[2].valueCodeableConcept.text", "leg pain")
    ]
    assert passages(valueCodeableConcept={"coding": [{"display": "leg pain"}]}) == []


def test_ratios_and_ranges_are_told_in_words():
    ratio = {"numerator": {"value": 110, "unit": "mmHg"}, "denominator": {"value": 150, "unit": "mmHg"}}
    assert passages(valueRatio=ratio) == [("component[2].valueRatio", "110 mmHg / 150 mmHg")]
    assert passages(valueRatio={"numerator": {"value": 1}}) == []
    between = {"low": {"value": 5, "unit": "min"}, "high": {"value": 10, "unit": "min"}}
    assert passages(valueRange=between) == [("component[2].valueRange", "5 min to 10 min")]
    assert passages(valueRange={"low": {"value": 5}}) == [("component[2].valueRange", "5 or more")]
    assert passages(valueRange={"high": {"value": 5}}) == [("component[2].valueRange", "up to 5")]


@pytest.mark.parametrize(
    "number",
    [
        True,
        "NaN",
        "inf",
        "1_000",
        "ten",
        "",
        [],
        float("nan"),
        float("inf"),
        10**400,
        "9" * 40,
        "\u0661",
        "1e999",
    ],
)
def test_what_is_no_finite_number_is_a_gap(number):
    assert gaps(valueQuantity={"value": number}) == ["valueQuantity is not a quantity"]


def test_a_comparator_that_is_not_known_leaves_no_number_behind():
    assert gaps(valueQuantity={"value": 1, "comparator": "about"}) == ["valueQuantity is not a quantity"]


@pytest.mark.parametrize(
    ("name", "value", "gap"),
    [
        ("valueQuantity", 0.72, "valueQuantity is not an object"),
        ("valueInteger", "x", "valueInteger is not a quantity"),
        ("valueString", 5, "valueString is not text"),
        ("valueBoolean", 1, "valueBoolean is not a boolean"),
        ("valueBoolean", "yes", "valueBoolean is not a boolean"),
        ("valueCodeableConcept", 5, "valueCodeableConcept is not a CodeableConcept"),
        ("valueDateTime", {}, "valueDateTime is not text"),
        ("valueRatio", [], "valueRatio is not an object"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_gap_that_names_its_path(name, value, gap):
    assert gaps(**{name: value}) == [gap]


def test_passages_are_plain_values():
    assert read_values(Entry("k", "Observation", {}), {"valueString": "x"})[1] == (Passage("valueString", "x"),)
