"""The texts of a chart, and coded questions as the sentences they stand for."""

from datetime import date

import pytest
from support.tiny_language import SYSTEM, note, reading_of, value_set

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
from service.evidence.passages import Read, readings

DAY = date(2026, 10, 20)
SETS = (
    value_set("what-dims", "dims-1"),
    value_set("where", "where-1"),
    value_set("leg-or-buttock-symptom", "legs-1"),
)


def coded(code: str, text: str = "") -> Concept:
    return Concept((Coding(SYSTEM, code, "as the system calls it"),), text)


def observed(question: Concept, *values, ref: str = "Observation/1", **given) -> Observed:
    measures = given.pop("measures", (Measure(question, values),))
    return Observed(ref, measures, **{"when": Span(DAY), **given})


def reads(**chart) -> list[Read]:
    return readings(Chart(Patient("p"), **chart), reading_of(value_sets=SETS))


def links(*found: Read) -> list[str]:
    return [
        f"{'+'.join(sorted(link.regions)) or 'something'} {link.effect} {link.posture}"
        for one in found
        for sentence in one.sentences
        for link in sentence.links
    ]


def answered(question: Concept, *values, **given) -> list[tuple[str, str]]:
    """Each text an observation is read as, and whether that is stated or denied."""
    return [(one.text, one.answer) for one in reads(observed=(observed(question, *values, **given),))]


# --- where text hides --------------------------------------------------------


def test_a_problem_is_read_in_its_name_and_its_notes():
    problem = Problem(
        "Condition/1",
        Concept(text="Reef glimmers"),
        recorded=DAY,
        passages=(Passage("note[0].text", "Kindled by strolling."),),
    )
    found = reads(problems=(problem,))
    assert [(one.resource, one.ref, one.path, one.when) for one in found] == [
        ("Condition", "Condition/1", "code", DAY),
        ("Condition", "Condition/1", "note[0].text", DAY),
    ]


def test_the_name_of_a_problem_is_what_its_notes_speak_of():
    problem = Problem(
        "Condition/1", Concept(text="Reef glimmers"), passages=(Passage("note[0].text", "Kindled by strolling."),)
    )
    assert links(*reads(problems=(problem,))) == ["calf provokes walking"]


def test_a_problem_coded_as_a_leg_symptom_is_what_its_notes_speak_of():
    problem = Problem("Condition/1", coded("legs-1"), passages=(Passage("note[0].text", "Kindled by strolling."),))
    assert links(*reads(problems=(problem,))) == ["leg provokes walking"]


def test_a_note_is_read_with_its_path_and_date():
    (one,) = reads(reports=(note("Knoll glimmers."),))
    assert (one.resource, one.path, one.when) == ("DocumentReference", "content[0].attachment", DAY)


def test_a_report_is_read_in_its_name_and_its_conclusion():
    report = Report("DiagnosticReport/1", Concept(text="Zorp"), passages=(Passage("conclusion", "Quill."),))
    assert [(one.resource, one.path) for one in reads(reports=(report,))] == [
        ("DiagnosticReport", "code"),
        ("DiagnosticReport", "conclusion"),
    ]


def test_a_deed_is_read_in_its_name_and_its_notes():
    deed = Deed("Procedure", "Procedure/1", Concept(text="Zorp"), passages=(Passage("note[0].text", "Quill."),))
    assert [(one.resource, one.path) for one in reads(deeds=(deed,))] == [
        ("Procedure", "code"),
        ("Procedure", "note[0].text"),
    ]


def test_the_standing_of_a_resource_goes_with_its_texts():
    problem = Problem("Condition/1", Concept(text="Zorp"), standing="resolved")
    assert [one.standing for one in reads(problems=(problem,))] == ["resolved"]


def test_a_text_that_says_nothing_is_left_out():
    assert reads(reports=(note("The weather was fine."),)) == []


# --- coded questions ---------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["zonking", Concept(text="zonking"), Concept((Coding(SYSTEM, "x", "zonking"),))],
    ids=["string", "text of a code", "display of a code"],
)
def test_the_answer_to_a_known_question_ends_the_sentence_it_begins(value):
    assert answered(coded("dims-1"), value) == [("Dimmed by: zonking", "stated")]


def test_each_part_of_an_answer_answers_the_question():
    parts = [("Dimmed by: zonking", "stated"), ("Dimmed by: lolling over", "stated")]
    assert answered(coded("dims-1"), "zonking; lolling over") == parts
    assert answered(coded("dims-1"), "zonking. lolling over.") == [parts[0], ("Dimmed by: lolling over", "stated")]


def test_several_values_of_one_question_are_read_each():
    assert answered(coded("dims-1"), Concept(text="zonking"), "lolling") == [
        ("Dimmed by: zonking", "stated"),
        ("Dimmed by: lolling", "stated"),
    ]


def test_the_answer_to_any_other_question_follows_the_words_of_the_question():
    assert answered(Concept(text="Glimmers kindled by?"), "strolling") == [("Glimmers kindled by: strolling", "stated")]


@pytest.mark.parametrize("value", [True, "yes", "Yes.", "Y", "always", "Most days", Concept(text="Yes")], ids=str)
def test_a_question_answered_yes_is_stated(value):
    assert answered(Concept(text="Knoll glimmers when strolling?"), value) == [
        ("Knoll glimmers when strolling", "stated")
    ]


@pytest.mark.parametrize("value", [False, "no", "No.", "N", "never", Concept(text="No")], ids=str)
def test_a_question_answered_no_is_denied(value):
    assert answered(Concept(text="Knoll glimmers when strolling?"), value) == [
        ("Knoll glimmers when strolling", "denied")
    ]


@pytest.mark.parametrize("value", ["absent", "Absent.", Concept(text="absent")], ids=str)
def test_the_result_of_an_examination_is_read_with_its_name(value):
    assert answered(Concept(text="Zorp"), value) == [("Zorp: absent", "stated")]
    assert answered(Concept(text="Zorp?"), value) == [("Zorp", "denied")]


def test_words_behind_yes_or_no_are_read_for_themselves():
    assert answered(Concept(text="Knoll glimmers?"), "No, reef fizzes") == [
        ("Knoll glimmers", "denied"),
        ("reef fizzes", "stated"),
    ]


def test_a_long_answer_is_read_without_its_question():
    long = "Knoll glimmers. " + "It was a long day. " * 20
    assert answered(Concept(text="Tell us"), long) == [(long, "stated")]


def test_a_number_is_no_sentence():
    assert answered(Concept(text="Knoll glimmers"), Quantity(3.0)) == []


def test_a_question_without_a_value_says_nothing():
    assert answered(Concept(text="Knoll glimmers")) == []


@pytest.mark.parametrize(
    ("value", "path"),
    [("zonking", "valueString"), (Concept(text="zonking"), "valueCodeableConcept")],
    ids=["string", "concept"],
)
def test_the_path_of_an_answer_names_its_value(value, path):
    assert [one.path for one in reads(observed=(observed(coded("dims-1"), value),))] == [path]


def test_the_path_of_a_boolean_answer_names_its_value():
    question = Concept(text="Knoll glimmers when strolling")
    assert [one.path for one in reads(observed=(observed(question, True),))] == ["valueBoolean"]


def test_components_are_questions_of_their_own():
    one = observed(
        Concept(text="Panel"),
        measures=(
            Measure(Concept(text="Panel")),
            Measure(coded("dims-1"), ("zonking",), "component[0]"),
            Measure(Concept(text="Knoll glimmers when strolling"), (False,), "component[1]"),
        ),
    )
    assert [(r.path, r.text, r.answer) for r in reads(observed=(one,))] == [
        ("component[0].valueString", "Dimmed by: zonking", "stated"),
        ("component[1].valueBoolean", "Knoll glimmers when strolling", "denied"),
    ]


def test_the_note_of_an_observation_is_read_and_its_value_not_twice():
    passages = (Passage("valueString", "zonking"), Passage("note[0].text", "Knoll glimmers."))
    found = reads(observed=(observed(coded("dims-1"), "zonking", passages=passages),))
    assert [one.path for one in found] == ["valueString", "note[0].text"]


# --- what an answer is about -------------------------------------------------


def test_the_body_site_of_an_observation_is_where_it_is_felt():
    one = observed(coded("dims-1"), "zonking", body_sites=(Concept(text="dell"),))
    assert links(*reads(observed=(one,))) == ["thigh eases sitting"]


def test_a_body_site_that_is_no_known_place_says_nothing_of_the_place():
    one = observed(coded("dims-1"), "zonking", body_sites=(Concept(text="elsewhere"),))
    assert links(*reads(observed=(one,))) == ["something eases sitting"]


PLACED = "thigh eases sitting"
UNPLACED = "something eases sitting"


def both(place: Observed, answer: Observed) -> list[str]:
    found = [one for one in reads(observed=(place, answer)) if one.ref == answer.ref]
    backward = [one for one in reads(observed=(answer, place)) if one.ref == answer.ref]
    assert links(*found) == links(*backward)
    return links(*found)


def test_an_answer_to_where_places_what_was_recorded_with_it():
    place = observed(coded("where-1"), "dell", group="Encounter/1")
    answer = observed(coded("dims-1"), "zonking", ref="Observation/2", group="Encounter/1")
    assert both(place, answer) == [PLACED]


def test_an_answer_to_where_does_not_place_what_was_recorded_elsewhere():
    place = observed(coded("where-1"), "dell", group="Encounter/1")
    answer = observed(coded("dims-1"), "zonking", ref="Observation/2", group="Encounter/2")
    assert both(place, answer) == [UNPLACED]


def test_where_nothing_groups_observations_one_day_does():
    place = observed(coded("where-1"), "dell")
    same, later = (
        observed(coded("dims-1"), "zonking", ref="Observation/2", when=Span(day)) for day in (DAY, date(2026, 10, 21))
    )
    assert (both(place, same), both(place, later)) == ([PLACED], [UNPLACED])


def test_undated_observations_without_a_group_are_not_taken_together():
    place = observed(coded("where-1"), "dell", when=Span())
    answer = observed(coded("dims-1"), "zonking", ref="Observation/2", when=Span())
    assert both(place, answer) == [UNPLACED]


def test_several_answers_to_where_are_joined():
    panel = observed(
        Concept(text="Panel"),
        group="Encounter/1",
        measures=(
            Measure(coded("where-1"), ("dell",), "component[0]"),
            Measure(coded("where-1"), ("reef",), "component[1]"),
            Measure(coded("dims-1"), ("zonking",), "component[2]"),
        ),
    )
    assert links(*reads(observed=(panel,))) == ["calf+thigh eases sitting"]


def test_a_body_site_goes_before_the_answer_to_where():
    place = observed(coded("where-1"), "dell", group="Encounter/1")
    answer = observed(
        coded("dims-1"), "zonking", ref="Observation/2", group="Encounter/1", body_sites=(Concept(text="reef"),)
    )
    assert both(place, answer) == ["calf eases sitting"]


@pytest.mark.parametrize("value", [True, Concept(), "elsewhere"], ids=["boolean", "empty code", "no place"])
def test_an_answer_to_where_that_names_no_place_places_nothing(value):
    place = observed(coded("where-1"), value, group="Encounter/1")
    answer = observed(coded("dims-1"), "zonking", ref="Observation/2", group="Encounter/1")
    assert both(place, answer) == [UNPLACED]


def test_words_of_a_value_are_read_once_though_they_are_a_passage_too():
    passages = (Passage("valueString", "Knoll glimmers."),)
    found = reads(observed=(observed(Concept(text="Tell us"), "Knoll glimmers.", passages=passages),))
    assert [one.text for one in found] == ["Tell us: Knoll glimmers"]


def test_an_answer_of_one_word_with_a_full_stop_leaves_nothing_behind():
    assert [one.text for one in reads(observed=(observed(Concept(text="Knoll glimmers"), "always."),))] == [
        "Knoll glimmers"
    ]


def test_one_of_several_places_on_both_sides_is_enough():
    panel = observed(
        Concept(text="Panel"),
        measures=(
            Measure(coded("where-1"), ("knolls",), "component[0]"),
            Measure(coded("where-1"), ("reef",), "component[1]"),
            Measure(coded("dims-1"), ("zonking",), "component[2]"),
        ),
    )
    (link,) = (link for one in reads(observed=(panel,)) for s in one.sentences for link in s.links)
    assert (link.both, link.regions) == (True, {"leg", "calf"})
