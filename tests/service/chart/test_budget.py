"""How much text is read: all of an ordinary chart, the newest of one that nobody would wait for."""

import json
from datetime import date

import pytest

from service.chart.budget import MAX_TEXT, SHORT, within_budget
from service.chart.entry import GAPS_EACH, Entry
from service.chart.model import Concept, Gap, Measure, Observed, Passage, Problem, Quantity, Report, Span
from service.chart.passages import note_passages
from service.chart.read import Gathered, read_chart


def note(number, length, *, year=2026, kind="DocumentReference"):
    when = Span(date(year, 1, 1)) if year else Span()
    return Report(
        f"{kind}/{number}" if number else kind, Concept(), when=when, passages=(Passage("text", "x" * length),)
    )


def kept(*things, limit=1000):
    gaps: list[Gap] = []
    return [thing.ref for thing in within_budget(things, gaps, limit)], [(gap.key, gap.code) for gap in gaps]


def test_what_fits_is_read_whole_and_in_its_order():
    assert kept(note(1, 500, year=2020), note(2, 500)) == (["DocumentReference/1", "DocumentReference/2"], [])


def test_of_too_much_the_newest_is_read_and_the_rest_is_a_gap():
    read, gaps = kept(note(1, 600, year=2020), note(2, 600), note(3, 300, year=0), note(4, 300, year=2019))
    assert read == ["DocumentReference/2", "DocumentReference/4"]
    assert gaps == [("documents", "cut-short")]


def test_each_kind_of_resource_has_a_gap_of_its_own():
    documents, reports = [note(n, 900) for n in (1, 2)], [note(n, 900, kind="DiagnosticReport") for n in (1, 2)]
    _, gaps = kept(*documents, *reports)
    assert sorted(gaps) == [("documents", "cut-short"), ("reports", "cut-short")]


def test_no_flood_of_notes_pushes_a_problem_out():
    problem = Problem("Condition/1", Concept(text="Leg pain"), recorded=date(1999, 1, 1))
    read, _ = kept(*(note(n, 400) for n in range(9)), problem)
    assert "Condition/1" in read
    assert len(read) == 3


def test_a_flood_of_short_texts_has_an_end_too():
    problems = [Problem(f"Condition/{n:03}", Concept(text="x" * SHORT)) for n in range(20)]
    read, gaps = kept(*problems)
    assert len(read) == 1000 // SHORT
    assert gaps == [("conditions", "cut-short")]


def test_numbers_are_no_text():
    number = Observed("Observation/1", (Measure(Concept(text="Body height " * 99), (Quantity(1.8, "m"),)),))
    assert kept(number, note(1, 999)) == (["Observation/1", "DocumentReference/1"], [])


@pytest.mark.parametrize("words", ["leg pain " * 300, Concept(text="leg pain " * 300)], ids=["text", "coded"])
def test_words_that_are_a_value_count(words):
    said = Observed("Observation/1", (Measure(Concept(text="Pain"), (words,)),), passages=(Passage("valueString", ""),))
    assert kept(said) == ([], [("observations", "cut-short")])


def test_the_order_of_arrival_is_nothing():
    things = [note(n if n % 2 else 0, 300 + n % 5, year=2020 + n % 3) for n in range(12)]
    gaps: list[Gap] = []
    assert within_budget(things, gaps, 1000) == within_budget(things[::-1], gaps, 1000)


def test_the_faults_of_one_resource_have_an_end():
    entry = Entry("conditions", "Condition", {"note": [1] * (GAPS_EACH + 5)})
    note_passages(entry)
    assert len(entry.gaps) == GAPS_EACH


def test_a_chart_of_a_thousand_long_notes_is_read_as_far_as_the_limit():
    """Sixteen megabytes, the most a body holds by default: a gap, and an answer."""

    def written(number):
        said = {"text": f"{number} " + "no complaint of any kind. " * 600}
        subject = {"reference": "Patient/p"}
        day = f"20{number % 25:02}-01-01"
        return {
            "resourceType": "Condition",
            "id": f"c{number}",
            "subject": subject,
            "recordedDate": day,
            "note": [said],
        }

    conditions = tuple(written(number) for number in range(1000))
    chart = read_chart(Gathered(None, {"conditions": conditions}), "p")

    assert len(json.dumps(conditions)) > 15_000_000
    assert sum(len(passage.text) for problem in chart.problems for passage in problem.passages) <= MAX_TEXT
    assert {problem.recorded for problem in chart.problems} == {date(2024, 1, 1), date(2023, 1, 1)}
    assert [(gap.key, gap.code) for gap in chart.gaps] == [("conditions", "cut-short")]
