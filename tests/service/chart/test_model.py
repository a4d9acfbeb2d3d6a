"""The few things a chart's values work out of themselves."""

from __future__ import annotations

from datetime import date

import pytest

from service.chart.model import Coding, Concept, Patient, Problem, Span


def test_a_concept_is_called_by_its_text_else_a_display_else_a_code():
    codings = (Coding("urn:x", "1"), Coding("urn:x", "2", "Leg pain"))
    assert Concept(codings, "My leg hurts").label == "My leg hurts"
    assert Concept(codings).label == "Leg pain"
    assert Concept(codings[:1]).label == "1"
    assert Concept().label == ""


def test_the_latest_day_of_a_span_is_its_end_where_it_has_one():
    assert Span(date(2020, 1, 1), date(2020, 2, 1)).latest == date(2020, 2, 1)
    assert Span(date(2020, 1, 1)).latest == date(2020, 1, 1)
    assert Span().latest is None


def test_a_problem_is_dated_by_the_newest_date_it_has():
    spoken = Problem("Condition/1", Concept(), when=Span(date(2019, 1, 1)), recorded=date(2020, 1, 1))
    assert spoken.dated == date(2020, 1, 1)
    assert Problem("Condition/1", Concept()).dated is None


@pytest.mark.parametrize(
    ("born", "years"),
    [("1950-03-10", 70), ("1950-03-11", 69), ("1950-03-09", 70), ("2020-03-10", 0), ("1890-03-10", 130)],
)
def test_age_is_counted_in_completed_years(born, years):
    assert Patient("p", date.fromisoformat(born)).age_on(date(2020, 3, 10)) == years


def test_an_impossible_or_unknown_age_is_none():
    today = date(2020, 3, 10)
    assert Patient("p").age_on(today) is None
    assert Patient("p", date(2020, 3, 11)).age_on(today) is None
    assert Patient("p", date(1889, 3, 10)).age_on(today) is None
