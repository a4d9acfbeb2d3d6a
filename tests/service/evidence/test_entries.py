"""Entries of a note that bear a date of their own are as old as that date."""

from datetime import date

import pytest
from support.tiny_language import extracted, finding_of

from service.evidence.entries import entry_date, reopens
from service.evidence.words import words_of

SEEN = finding_of("relations: [{posture: [walking], effect: [provokes]}]", months=12)


@pytest.mark.parametrize(
    ("line", "last_day"),
    [
        ("03/2018: knoll glimmers", date(2018, 3, 31)),
        ("Prior visit 03/2018: knoll glimmers", date(2018, 3, 31)),
        ("2018-03-14 knoll glimmers", date(2018, 3, 31)),
        ("14/03/2018 knoll glimmers", date(2018, 3, 31)),
        ("3/14/18 knoll glimmers", date(2018, 3, 31)),
        ("14 March 2018: knoll", date(2018, 3, 31)),
        ("Sept 2019 knoll", date(2019, 9, 30)),
        ("[copied from 2017 letter] knoll", date(2017, 12, 31)),
        ("2016 knoll glimmers", date(2016, 12, 31)),
    ],
)
def test_a_line_bears_the_date_it_begins_with_or_that_its_label_holds(line: str, last_day: date) -> None:
    assert entry_date(words_of(line), 0) == last_day


@pytest.mark.parametrize(
    "line",
    [
        "Knoll glimmers since 2018.",
        "Strolls 2000 paces: fine",
        "150/90 today",
        "13/2018 is no month",
        "7/10 at worst",
        "",
    ],
)
def test_other_numbers_are_no_dates_of_an_entry(line: str) -> None:
    assert entry_date(words_of(line), 0) is None


def test_what_speaks_of_the_present_ends_an_older_entry() -> None:
    assert reopens(words_of("Today: fine"), 0)
    assert not reopens(words_of("Knoll glimmers"), 0)


def test_evidence_of_an_old_entry_is_too_old_and_that_of_a_recent_one_counts() -> None:
    old = extracted("Prior visit 03/2018: knoll glimmers strolling.\nToday: serene.", SEEN)["Z"]
    assert old.status == "not-documented"
    assert old.evidence[0].reason == "older than 12 months"
    assert extracted("10/2026: knoll glimmers strolling.", SEEN)["Z"].status == "present"


def test_a_line_that_opens_the_present_or_a_new_paragraph_is_not_of_the_old_date() -> None:
    for opening in (
        "\nNow knoll glimmers strolling.",
        "\n\nKnoll glimmers strolling.",
        "\nTale: knoll glimmers strolling.",
    ):
        assert extracted(f"03/2018: serene.{opening}", SEEN)["Z"].status == "present"


def test_a_line_of_a_log_dates_itself_and_a_label_what_stands_below_it() -> None:
    assert extracted("03/2018 serene\nknoll glimmers strolling", SEEN)["Z"].status == "present"
    assert extracted("Visit 03/2018: serene\nknoll glimmers strolling", SEEN)["Z"].status == "not-documented"


def test_a_sentence_that_tells_of_a_year_before_a_colon_is_no_label() -> None:
    text = "He fell off a tall chair at home in 2016: healed. Knoll glimmers strolling."
    assert extracted(text, SEEN)["Z"].status == "present"
