"""The chart's text as it was read: marks, what each sentence gave, and nothing lost on the way."""

import json
import random
from dataclasses import replace
from datetime import date

import pytest
from support.tiny_language import NOTED, SYSTEM, TODAY, finding_of, language_of, note, notes, reading_of, value_set

from service.chart.model import Chart, Coding, Concept, Measure, Observed, Patient, Problem, Quantity, Span
from service.evidence.extract import extract
from service.evidence.marked import Given, Marked, MarkedSentence, mark
from service.evidence.reading import compile_reading

EASES = finding_of("relations: [{posture: [sitting], effect: [eases]}]", id="eases", atom="S")
ZORP = finding_of("statements: [{target: [zorp], beside: [blue], kind: mild}]", id="zorp", atom="Z")
CODED = finding_of("codes: [{value_set: zorps}]", id="coded", atom="C")
SETS = (value_set("zorps", "z1"), value_set("what-dims", "dims-1"))
READING = reading_of(EASES, ZORP, CODED, value_sets=SETS)


def marked(chart: Chart | str) -> Marked:
    chart = notes(chart) if isinstance(chart, str) else chart
    return mark(chart, READING, extract(chart, READING, TODAY))


def one(chart: Chart | str) -> MarkedSentence:
    (sentence,) = marked(chart).sentences
    return sentence


def shown(sentence: MarkedSentence) -> list[tuple[str, str]]:
    return [(mark.role, mark.phrase) for mark in sentence.marks]


# --- marks -------------------------------------------------------------------


def test_each_kind_of_word_is_marked_with_the_part_it_plays():
    sentence = one("Twain knolls fizz on strolling, dimmed by zonking.")

    assert shown(sentence) == [
        ("site", "Twain"),
        ("site", "knolls"),
        ("symptom", "fizz"),
        ("posture", "strolling"),
        ("cue", "dimmed"),
        ("posture", "zonking"),
    ]


@pytest.mark.parametrize(
    ("text", "phrase", "asserts"),
    [
        ("No zorp here.", "No", "negated"),
        ("Maybe a zorp.", "Maybe", "possible"),
        ("Should you see a zorp, call.", "Should you", "hypothetical"),
        ("Formerly a zorp.", "Formerly", "historical"),
        ("Aunt has a zorp.", "Aunt", "other-person"),
    ],
)
def test_a_modifier_says_what_it_asserts(text, phrase, asserts):
    modifier, target = one(text).marks

    assert (modifier.role, modifier.phrase, modifier.asserts) == ("modifier", phrase, asserts)
    assert (target.role, target.asserts) == ("target", None)


def test_words_that_only_look_like_something_are_not_marked():
    assert marked("No wonder the zonking tax and the zorp gauge went up.").sentences == ()


def test_a_detail_is_marked_where_it_decided_and_nowhere_else():
    assert shown(one("A blue zorp.")) == [("detail", "blue"), ("target", "zorp")]
    assert shown(one("A blue knoll glimmers.")) == [("site", "knoll"), ("symptom", "glimmers")]


def test_where_phrases_overlap_those_that_decided_win_and_else_the_longest():
    whole = finding_of("statements: [{target: [thing]}]", id="thing", atom="T")
    language = """
id: overlapping
title: Overlapping
concepts:
  - {id: knoll, kind: site, region: leg, phrases: [knoll]}
  - {id: pain, kind: symptom, quality: pain, phrases: [pain]}
  - {id: thing, kind: target, phrases: [knoll pain of old]}
"""
    chart = notes("The knoll pain of old.")
    deciding, silent = (compile_reading(given, [language_of(language)], ()) for given in ([whole], []))
    for reading in (deciding, silent):
        (sentence,) = mark(chart, reading, extract(chart, reading, TODAY)).sentences
        assert shown(sentence) == [("target", "knoll pain of old")]

    felt = finding_of("felt: [{regions: [leg]}]", id="felt", atom="L")
    reading = compile_reading([felt], [language_of(language)], ())
    (sentence,) = mark(chart, reading, extract(chart, reading, TODAY)).sentences
    assert shown(sentence) == [("site", "knoll"), ("symptom", "pain")]


# --- what a sentence gave ----------------------------------------------------


def test_a_sentence_tells_what_it_gave_and_why():
    sentence = one("Knoll glimmers dimmed by zonking.")

    assert sentence.findings == (Given("S", "present", "eased by sitting"),)


def test_what_does_not_count_is_told_with_the_reason():
    sentence = one("Kin: knoll glimmers dimmed by zonking.")

    assert sentence.section == "Kin"
    ((atom, status, reason),) = [(g.atom, g.status, g.reason) for g in sentence.findings]
    assert (atom, status) == ("S", "not-documented")
    assert reason == "said of somebody else (section kin)"


def test_each_finding_stands_with_its_own_sentence():
    first, second = marked("Knoll glimmers dimmed by zonking. A blue zorp was seen.").sentences

    assert [given.atom for given in first.findings] == ["S"]
    assert [(given.atom, given.kind) for given in second.findings] == [("Z", "mild")]


def test_a_long_sentence_that_is_quoted_in_part_keeps_what_it_gave():
    words = "lorem " * 110
    sentence = one(f"{words}blue zorp {words}.")

    assert len(sentence.text) > 400
    assert [given.atom for given in sentence.findings] == ["Z"]
    assert [sentence.text[m.start : m.end] for m in sentence.marks] == ["blue", "zorp"]


def test_a_question_is_marked_as_what_its_answer_makes_of_it():
    (sentence,) = marked("Should you zonk, knoll glimmers dimmed by zonking? No.").sentences

    assert "hypothetical" not in {m.asserts for m in sentence.marks}
    assert [(given.atom, given.status) for given in sentence.findings] == [("S", "absent")]


def test_a_question_nobody_answered_and_a_box_nobody_ticked_are_shown_and_gave_nothing():
    told = marked("Blue zorp?\n\n[ ] blue zorp")

    assert [(sentence.text.rstrip("?"), sentence.findings) for sentence in told.sentences] == [
        ("Blue zorp", ()),
        ("blue zorp", ()),
    ]


def test_sentences_without_anything_to_look_for_are_counted():
    told = marked("The weather was fine. No rain. A zorp was seen.")

    assert [sentence.text for sentence in told.sentences] == ["A zorp was seen."]
    assert told.unread == 2


# --- codes and numbers -------------------------------------------------------


def concept(code: str, label: str) -> Concept:
    return Concept((Coding(SYSTEM, code, label),))


def test_a_code_whose_words_say_nothing_is_shown_with_what_it_gave():
    chart = Chart(Patient("p"), problems=(Problem("Condition/1", concept("z1", "Odd thing"), recorded=NOTED),))

    told = marked(chart)

    ((sentence),) = told.sentences
    assert (sentence.ref, sentence.path, sentence.text, sentence.when) == ("Condition/1", "code", "Odd thing", NOTED)
    assert [given.atom for given in sentence.findings] == ["C"]


def test_a_code_whose_words_are_read_too_is_one_sentence():
    chart = Chart(Patient("p"), problems=(Problem("Condition/1", concept("z1", "Blue zorp"), recorded=NOTED),))

    sentence = one(chart)

    assert [given.atom for given in sentence.findings] == ["Z", "C"]
    assert shown(sentence) == [("detail", "Blue"), ("target", "zorp")]


def test_each_part_of_an_answer_is_its_own_sentence():
    answers = Measure(concept("dims-1", "What dims it"), ("knoll glimmers with zonking. blue zorp",))
    chart = Chart(Patient("p"), observed=(Observed("Observation/1", (answers,), when=Span(NOTED)),))

    first, second = marked(chart).sentences

    assert (first.text, [g.atom for g in first.findings]) == ("Dimmed by: knoll glimmers with zonking", ["S"])
    assert (second.text, [g.atom for g in second.findings]) == ("Dimmed by: blue zorp", ["Z"])


def test_numbers_follow_the_text_of_their_resource_in_the_order_of_the_chart():
    low = finding_of(
        "measured: [{value_set: zorps, at_most: 1, lowest: 0, highest: 9, source: made up}]", id="low", atom="V"
    )
    reading = reading_of(ZORP, low, value_sets=SETS)
    observed = Observed("Observation/1", (Measure(concept("z1", "Zorp count"), (Quantity(0.5),)),), when=Span(NOTED))
    chart = replace(notes("A blue zorp."), observed=(observed,))

    told = mark(chart, reading, extract(chart, reading, TODAY))

    assert [(sentence.ref, sentence.text) for sentence in told.sentences] == [
        ("Observation/1", "Zorp count: 0.5"),
        ("DocumentReference/1", "A blue zorp."),
    ]


# --- as a whole --------------------------------------------------------------

PIECES = (
    *(
        "knoll",
        "knolls",
        "dell",
        "twain",
        "glimmers",
        "fizz",
        "gloam",
        "strolling",
        "zonking",
        "lolling over",
        "dimmed",
    ),
    *(
        "lingers",
        "zorp",
        "blue",
        "zorp gauge",
        "no",
        "denies",
        "maybe",
        "aunt",
        "if",
        "but",
        ",",
        ".",
        "?",
        "\n\n",
        ":",
    ),
    *("kin:", "[ ]", "[x]", "yes", "No.", "12 paces", "lorem", "ipsum"),
)


def test_marks_never_overlap_and_every_piece_of_evidence_is_told_once_whatever_the_text():
    chance = random.Random(7)  # noqa: S311  # not for secrets
    for _ in range(60):
        text = " ".join(chance.choices(PIECES, k=40))
        chart = notes(text)
        findings = extract(chart, READING, TODAY)
        told = mark(chart, READING, findings)
        for sentence in told.sentences:
            assert sentence.text in text
            ends = 0
            for each in sentence.marks:
                assert ends <= each.start < each.end <= len(sentence.text)
                assert sentence.text[each.start : each.end] == each.phrase
                ends = each.end
        given = {(one.text, g.atom, g.status) for one in told.sentences for g in one.findings}
        assert given == {(e.quote, found.atom, e.status) for found in findings for e in found.evidence}


def test_the_json_has_the_keys_a_page_reads():
    sentence = marked(Chart(Patient("p"), reports=(note("No blue zorp."),))).sentences[0]

    assert json.loads(json.dumps(sentence.to_json())) == {
        "ref": "DocumentReference/1",
        "resource": "DocumentReference",
        "path": "content[0].attachment",
        "date": "2026-10-20",
        "section": None,
        "text": "No blue zorp.",
        "marks": [
            {"start": 0, "end": 2, "role": "modifier", "concept": "no", "phrase": "No", "asserts": "negated"},
            {"start": 3, "end": 7, "role": "detail", "concept": "blue", "phrase": "blue"},
            {"start": 8, "end": 12, "role": "target", "concept": "zorp", "phrase": "zorp"},
        ],
        "findings": [{"atom": "Z", "status": "absent", "reason": "named in the text, negated by 'no'", "kind": "mild"}],
    }


def test_what_has_no_date_says_so():
    assert MarkedSentence("Condition/1", "code", "x").to_json()["date"] is None
    assert MarkedSentence("Condition/1", "code", "x", date(2026, 1, 2)).to_json()["date"] == "2026-01-02"
