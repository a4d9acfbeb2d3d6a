"""Options made up for a test: which variant stands, what is left out, which cautions go along."""

import msgspec
import pytest
import yaml
from support.findings import findings

from service.cards.options import Options, offers

TEXT = """
content: options
id: options
title: Options
options:
  - id: walk
    variants:
      - {label: Walking, condition: goes on already, quotes: [Q1], when: {finding: Q1}}
      - {order: stroll, condition: comes first}
  - id: picture
    variants:
      - {order: photo, condition: comes later, when: {finding: F}}
cautions:
  - {id: rain, about: [stroll], text: Take a coat, when: {finding: S}}
"""
OPTIONS = msgspec.convert(yaml.safe_load(TEXT), Options)
ORDERS = {"stroll", "photo"}


def offered(*wanted: str, **given) -> list[str]:
    found = offers(wanted, OPTIONS, findings(**given), {})
    return [f"{o.id}: {'; '.join(text for text, _ in o.parts)}" for o in found]


def test_the_first_variant_whose_criterion_is_met_stands():
    assert offered("walk") == ["walk: comes first"]
    assert offered("walk", Q1="present") == ["walk: goes on already"]


def test_an_option_without_a_variant_that_is_met_is_not_offered():
    assert offered("picture") == []
    assert offered("picture", F="present") == ["picture: comes later"]


def test_the_card_decides_about_the_order():
    assert offered("picture", "walk", F="present") == ["picture: comes later", "walk: comes first"]


def test_what_is_drafted_already_is_marked():
    found = offers(["walk", "picture"], OPTIONS, findings(F="present"), {"stroll": True})
    assert [(offer.id, offer.drafted) for offer in found] == [("walk", True), ("picture", False)]


def test_a_caution_goes_with_the_orders_it_is_about():
    assert offered("walk", "picture", F="present", S="present") == [
        "walk: comes first; Take a coat",
        "picture: comes later",
    ]
    assert offered("walk", Q1="present", S="present") == ["walk: goes on already"]


def problems(change: str, to: str) -> list[str]:
    options = msgspec.convert(yaml.safe_load(TEXT.replace(change, to)), Options)
    return [f"{key}: {problem}" for key, problem, _ in options.problems({"Q1", "F", "S"}, ORDERS)]


@pytest.mark.parametrize(
    ("change", "to", "expected"),
    [
        ("id: walk", "id: walk", None),
        ("id: picture", "id: walk", "options: walk: is written twice"),
        ("order: photo", "order: film", "options: picture: no order 'film'"),
        ("order: photo, ", "", "options: picture: a variant without order and label"),
        (", when: {finding: Q1}", "", "options: walk: nothing behind a variant without `when` is ever reached"),
        ("quotes: [Q1]", "quotes: [Z]", "options: walk: 'Z' is no finding"),
        ("when: {finding: F}", "when: {finding: Z}", "options: picture: 'Z' is no finding"),
        ("about: [stroll]", "about: [swim]", "cautions: rain: no order 'swim'"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(change: str, to: str, expected: str | None):
    assert problems(change, to) == ([] if expected is None else [expected])


def test_an_option_without_variants_is_refused():
    empty = {"content": "options", "id": "options", "title": "Options", "options": [{"id": "walk", "variants": []}]}
    (problem,) = msgspec.convert(empty, Options).problems({"F"}, ORDERS)
    assert problem == ("options: walk", "has no variant", "write at least one")
