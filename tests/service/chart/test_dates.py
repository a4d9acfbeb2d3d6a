"""FHIR dates: partial, zoned, absurd."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.chart.dates import parse_date, read_when
from service.chart.entry import Entry
from service.chart.model import Span


def when(**fields: Any) -> tuple[Span, list[str]]:
    entry = Entry("observations", "Observation", fields)
    return read_when(entry, fields, "effective"), [gap.detail for gap in entry.gaps]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020", date(2020, 1, 1)),
        ("2020-02", date(2020, 2, 1)),
        ("2020-02-29", date(2020, 2, 29)),
        (" 2020-02-29 ", date(2020, 2, 29)),
        ("2020-02-29T23:30:00-05:00", date(2020, 2, 29)),
        ("2020-02-29T00:30:00.123456789Z", date(2020, 2, 29)),
        ("2020-02-29T23:30", date(2020, 2, 29)),
        ("2020-02-29 23:30", date(2020, 2, 29)),
        ("9999-12-31", date(9999, 12, 31)),
        ("0001", date(1, 1, 1)),
    ],
)
def test_a_date_is_the_day_that_was_written(text, day):
    assert parse_date(text) == day


def test_at_the_end_of_a_period_a_partial_date_runs_to_its_last_day():
    assert parse_date("2020", last=True) == date(2020, 12, 31)
    assert parse_date("2020-02", last=True) == date(2020, 2, 29)
    assert parse_date("2020-02-03", last=True) == date(2020, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0000",
        "0000-13-45",
        "2020-13",
        "2020-00",
        "2019-02-29",
        "2020-1-1",
        "20200229",
        "2020-W05-1",
        "12/31/2020",
        "-0044-03-15",
        "44 BC",
        "10000-01-01",
        "2020-02-29x",
        "\u0662\u0660\u0662\u0660",
        "\u0662\u0660\u0662\u0660-\u0660\u0661",
        "2020-0\ud800-01",
        "99999",
    ],
)
def test_what_names_no_day_is_no_date(text):
    assert parse_date(text) is None
    assert parse_date(text, last=True) is None


def test_the_time_of_a_resource_is_found_in_each_of_its_forms():
    day, end = date(2020, 5, 1), date(2020, 5, 3)
    assert when(effectiveDateTime="2020-05-01") == (Span(day), [])
    assert when(effectiveInstant="2020-05-01T10:00:00Z") == (Span(day), [])
    assert when(effectivePeriod={"start": "2020-05-01", "end": "2020-05-03"}) == (Span(day, end), [])
    assert when(effectivePeriod={"end": "2020-05-03"}) == (Span(None, end), [])
    assert when(effectiveTiming={"event": ["2020-05-03", "2020-05-01"]}) == (Span(day, end), [])
    assert when(effectiveTiming={"repeat": {"boundsPeriod": {"start": "2020-05-01"}}}) == (Span(day), [])
    assert when(effectiveTiming={"code": {"text": "daily"}}) == (Span(), [])
    assert when() == (Span(), [])


@pytest.mark.parametrize(
    ("fields", "gap"),
    [
        ({"effectiveDateTime": "0000-13-45"}, "effectiveDateTime is not a date"),
        ({"effectiveDateTime": 2020}, "effectiveDateTime is not a date"),
        ({"effectivePeriod": "2020"}, "effectivePeriod is not an object"),
        ({"effectivePeriod": {"start": "soon"}}, "effectivePeriod.start is not a date"),
        ({"effectiveTiming": {"event": ["soon"]}}, "effectiveTiming.event[0] is not a date"),
        ({"effectiveTiming": {"event": [5]}}, "effectiveTiming.event[0] is not a date"),
        ({"effectiveTiming": 5}, "effectiveTiming is not an object"),
    ],
)
def test_a_date_that_cannot_be_read_is_a_gap_that_names_its_path(fields, gap):
    assert when(**fields) == (Span(), [gap])
