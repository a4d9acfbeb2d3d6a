"""Properties of reading whatever text a chart may hold, with the shipped knowledge: it never raises, it ends, and every
quote is a piece of the text."""

from datetime import date
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.tiny_language import SYSTEM

from service.chart.model import (
    Chart,
    Coding,
    Concept,
    Deed,
    Measure,
    Observed,
    Passage,
    Patient,
    Problem,
    Quantity,
    Report,
    Span,
)
from service.evidence.definition import Example
from service.evidence.extract import extract
from service.evidence.lexicon import spell_out
from service.evidence.model import Findings
from service.evidence.reading import Reading
from service.knowledge.load import load_knowledge

TODAY = date(2026, 11, 1)
LONGEST_QUOTE = 400


@cache
def shipped() -> Reading:
    return load_knowledge().reading


def noted(text: str) -> Chart:
    passages = (Passage("content[0].attachment", text),)
    return Chart(Patient("p"), reports=(Report("DocumentReference/1", Concept(), when=Span(TODAY), passages=passages),))


def read(text: str) -> Findings:
    return extract(noted(text), shipped(), TODAY)


def every_example() -> list[str]:
    return [
        one.text if isinstance(one, Example) else one
        for finding in shipped().findings
        for label in ("present", "absent", "possible", "not_found", "known_misses")
        for one in getattr(finding.examples, label)
    ]


def assert_quotes_are_cut_from(text: str, findings: Findings) -> None:
    for found in findings:
        for evidence in found.evidence:
            assert evidence.quote in text, (found.atom, evidence)
            # A sentence too long to be quoted whole has a test of its own below.
            for mark in evidence.marks if len(evidence.quote) < LONGEST_QUOTE else ():
                assert evidence.quote[mark.start : mark.end] == mark.phrase, (found.atom, evidence, mark)
                assert mark.phrase.strip() == mark.phrase != "", (found.atom, mark)


def test_every_quote_of_every_shipped_example_is_cut_from_it_and_its_marks_point_at_their_words():
    texts = every_example()
    assert len(texts) > 500
    quoted = 0
    for text in texts:
        findings = read(text)
        assert_quotes_are_cut_from(text, findings)
        quoted += sum(len(found.evidence) for found in findings)
    assert quoted > 500


def test_what_decided_an_example_is_marked_in_its_quote():
    unmarked = [
        (text, evidence.quote)
        for text in every_example()
        for found in read(text)
        for evidence in found.evidence
        if evidence.status in {"present", "absent", "possible"} and not evidence.marks
    ]
    assert unmarked == []


@cache
def vocabulary() -> list[str]:
    language = shipped().language
    phrases = {
        " ".join(next(spell_out(phrase))).replace("<n>", "2")
        for lexicon in (language.felt, language.named)
        for concept in lexicon.concepts.values()
        for phrase in concept.phrases[:6]
    }
    modifiers = {"denies", "no", "possible", "if you develop", "mother", "history of", "resolved", "not until", "until"}
    glue = {
        ".",
        ",",
        ";",
        "?",
        "\n",
        "\n\n",
        "- ",
        "[ ] ",
        "[x] ",
        ":",
        "but",
        "and",
        "by",
        "with",
        "yes",
        "no",
        "A:",
        "FH:",
    }
    return sorted(phrases | modifiers | glue)


clinical = st.lists(st.sampled_from(vocabulary()), max_size=40).map(" ".join)


@given(st.text() | clinical)
@example("\x00\n:?[ ].")
@example("?" * 50)
@example("a\n" * 50)
@example("1,2.3.4,5 leg pain " * 5)
@example("İİ leg pain when walking eases by sitting İ")
@example("ß leg PAIN when WALKING ǅ")
@settings(max_examples=300)
def test_no_text_makes_reading_raise_and_every_quote_is_cut_from_it(text):
    assert_quotes_are_cut_from(text, read(text))


@given(st.text() | clinical)
@settings(max_examples=60)
def test_the_same_text_is_always_read_the_same_way(text):
    assert read(text) == read(text)


HUNDRED_KB = {
    "one word": "a" * 100_000,
    "one number": "1" * 100_000,
    "numbers with commas": "1,2." * 25_000,
    "question marks": "?" * 100_000,
    "brackets": "[" * 100_000,
    "boxes": "[ ] " * 25_000,
    "line ends": "\n" * 100_000,
    "lines of spaces": "\n   " * 25_000,
    "bullets": "- " * 50_000,
    "headings": "hpi:\n" * 20_000,
    "apostrophes": "a'" * 50_000,
    "one sentence of negations": "no " * 33_000,
    "one sentence of symptoms": "leg pain " * 11_000,
    "sentences of symptoms": "Leg pain. " * 10_000,
    "beginnings of long phrases": "shopping cart sign positive shopping " * 2_700,
    "questions": "Leg pain? " * 10_000,
}
# These take time with the square or the cube of the length of one sentence: minutes to days.
ENDLESS = {
    "postures, cues and symptoms in one sentence": "leg pain when walking relieved by sitting " * 2_400,
    "numbers in one sentence": "abi 0.8 " * 12_500,
}


@pytest.mark.parametrize("text", HUNDRED_KB.values(), ids=HUNDRED_KB)
def test_a_hundred_kilobytes_of_anything_are_read_to_the_end(text):
    assert_quotes_are_cut_from(text, read(text))


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_a_hundred_kilobytes_of_one_sentence_are_read_to_the_end(text):
    assert_quotes_are_cut_from(text, read(text))


def test_the_words_that_decided_stand_in_the_quote_however_long_the_sentence_is():
    text = "He told us of the weather and " + "of this and that and " * 30 + "of leg pain when walking."
    (evidence,) = read(text)["A"].evidence
    assert evidence.quote in text
    assert [evidence.quote[mark.start : mark.end] for mark in evidence.marks] == ["leg pain", "walking"]


@given(
    st.lists(
        st.tuples(st.text(max_size=60) | clinical, st.sampled_from(["current", "resolved", "possible"])), max_size=4
    ),
    st.lists(st.text(max_size=30) | clinical | st.booleans() | st.floats(), max_size=4),
)
@settings(max_examples=80)
def test_no_chart_makes_extraction_raise(problems, values):
    codes = ("38209-3", "38210-1", "38204-4", "77194-9", "63491006")
    concepts = [
        Concept((Coding("http://loinc.org" if "-" in code else "http://snomed.info/sct", code, "as it is called"),))
        for code in codes
    ]
    chart = Chart(
        Patient("p", date(1950, 1, 1)),
        problems=tuple(
            Problem(f"Condition/{n}", Concept(text=text), standing, passages=(Passage("note[0].text", text),))
            for n, (text, standing) in enumerate(problems)
        ),
        observed=tuple(
            Observed(
                f"Observation/{n}",
                (Measure(concepts[n % len(concepts)], (Quantity(value) if type(value) is float else value,)),),
                body_sites=(Concept(text=str(value)),),
                when=Span(TODAY),
            )
            for n, value in enumerate(values)
        ),
        deeds=tuple(Deed("Procedure", f"Procedure/{n}", Concept(text=text)) for n, (text, _) in enumerate(problems)),
    )
    findings = extract(chart, shipped(), TODAY)
    assert {found.status for found in findings} <= {"present", "absent", "possible", "not-documented"}


def test_a_code_system_of_no_value_set_is_no_evidence_of_anything():
    chart = Chart(Patient("p"), problems=(Problem("Condition/1", Concept((Coding(SYSTEM, "63491006"),))),))
    assert all(found.status == "not-documented" for found in extract(chart, shipped(), TODAY))
