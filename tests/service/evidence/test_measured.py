"""Findings in numbers: at or below the limit is present, above it absent."""

from datetime import date

import pytest
from support.tiny_language import SYSTEM, extracted, finding_of, notes, value_set

from service.chart.model import Chart, Coding, Concept, Measure, Observed, Passage, Patient, Problem, Quantity, Span
from service.evidence.model import Found

DAY = date(2026, 10, 20)
INDEX = finding_of(
    "measured: [{value_set: index, target: index, at_most: 0.90, lowest: 0.05, highest: 3.0, source: made up}]"
)
SETS = (value_set("index", "i", "il", "ir"), value_set("index-left", "il"), value_set("index-right", "ir"))


def measured(*measures: Measure, **given) -> Found:
    one = Observed("Observation/1", measures, **{"when": Span(DAY), **given})
    return extracted(Chart(Patient("p"), observed=(one,)), INDEX, value_sets=SETS)["Z"]


def number(value, code: str = "i", display: str = "Index", path: str = "") -> Measure:
    return Measure(Concept((Coding(SYSTEM, code, display),)), (value,), path)


def told(text: str) -> list[tuple[str, str, str]]:
    """Status, side and number of each piece of evidence in a note."""
    one = extracted(notes(text), INDEX, value_sets=SETS)["Z"]
    return sorted((e.status, e.side, e.value) for e in one.evidence)


# --- coded -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "status"), [(0.72, "present"), (0.9, "present"), (0.91, "absent"), (1.1, "absent"), (3.0, "absent")]
)
def test_a_coded_number_at_or_below_the_limit_is_present_and_above_it_absent(value, status):
    assert measured(number(Quantity(value))).status == status


@pytest.mark.parametrize("value", [0.04, 0.0, -1.0, 3.01, 72.0, 140.0])
def test_a_coded_number_out_of_bounds_is_something_else(value):
    assert measured(number(Quantity(value))).status == "not-documented"


def test_the_evidence_says_what_was_measured_when_and_why_it_counts():
    (one,) = measured(number(Quantity(0.72))).evidence
    assert (one.quote, one.value, one.reason, one.path, one.when) == (
        "Index: 0.72",
        "0.72",
        "0.72 is at or below 0.90",
        "value",
        DAY,
    )


def test_a_comparator_is_kept():
    (one,) = measured(number(Quantity(0.4, "", "<"))).evidence
    assert (one.value, one.status) == ("<0.4", "present")


@pytest.mark.parametrize("value", ["0.72", "0.72 on the left", "ratio .72"])
def test_a_number_in_a_coded_text_is_read(value):
    assert measured(number(value)).status == "present"


@pytest.mark.parametrize(
    ("code", "display", "side"),
    [("il", "Index", "left"), ("ir", "Index", "right"), ("i", "Index, LEFT", "left"), ("i", "Index", "")],
)
def test_the_side_comes_from_the_code_or_its_words(code, display, side):
    (one,) = measured(number(Quantity(0.7), code, display)).evidence
    assert one.side == side


def test_one_side_below_the_limit_is_enough():
    found = measured(number(Quantity(0.7), "il"), number(Quantity(1.1), "ir", path="component[0]"))
    assert found.status == "present"
    assert sorted((e.side, e.status, e.path) for e in found.evidence) == [
        ("left", "present", "value"),
        ("right", "absent", "component[0].value"),
    ]


def test_a_number_of_no_known_code_is_known_by_its_name():
    other = Measure(Concept((Coding(SYSTEM, "other", "Index, left"),)), (Quantity(0.7),))
    [evidence] = measured(other).evidence
    assert (evidence.status, evidence.side, evidence.path) == ("present", "left", "valueQuantity")
    unnamed = Measure(Concept((Coding(SYSTEM, "other", "Weight"),)), (Quantity(0.7),))
    assert measured(unnamed).status == "not-documented"


@pytest.mark.parametrize(("name", "status"), [("Index at dusk", "present"), ("Index at dawn", "not-documented")])
def test_when_a_coded_number_was_taken_is_told_by_its_name(name, status):
    at_dusk = finding_of(
        "measured: [{value_set: index, target: index, at_most: 0.9, lowest: 0.05, highest: 3, phases: [dusk, dawn],"
        " only: [dusk], source: made up}]"
    )
    one = Observed("Observation/1", (number(Quantity(0.7), display=name),), when=Span(DAY))
    chart = Chart(Patient("p"), observed=(one,))
    assert extracted(chart, at_dusk, value_sets=SETS)["Z"].status == status


def test_when_a_coded_number_was_taken_is_told_by_its_comment():
    at_dusk = finding_of(
        "measured: [{value_set: index, target: index, at_most: 0.9, lowest: 0.05, highest: 3, phases: [dusk, dawn],"
        " never: [dusk], source: made up}]"
    )
    comment = (Passage("note[0].text", "Taken at dusk."),)
    one = Observed("Observation/1", (number(Quantity(0.7)),), when=Span(DAY), passages=comment)
    chart = Chart(Patient("p"), observed=(one,))
    assert extracted(chart, at_dusk, value_sets=SETS)["Z"].status == "not-documented"


# --- in sentences ------------------------------------------------------------


@pytest.mark.parametrize("text", ["Index 0.72.", "Index of 0.72 today.", "The index came back at .72", "INDEX: 0,72"])
def test_a_number_behind_its_name_is_read(text):
    assert [status for status, _, _ in told(text)] == ["present"]


def test_a_number_above_the_limit_in_a_sentence_is_absent():
    assert told("Index 1.02.") == [("absent", "", "1.02")]


@pytest.mark.parametrize(
    "text",
    [
        "Index R 0.84, L 0.71.",
        "Index right 0.84 left 0.71.",
        "Index 0.84 right, 0.71 left.",
        "Index 0.84 (R) and 0.71 (L).",
        "Right index 0.84. Left index 0.71.",
        "Index rt 0.84 / lt 0.71",
    ],
)
def test_each_number_in_a_sentence_has_its_side(text):
    assert told(text) == [("present", "left", "0.71"), ("present", "right", "0.84")]


def test_a_side_below_the_limit_outweighs_the_other_in_its_sentence():
    assert told("Index R 0.84, L 1.10.") == [("present", "right", "0.84")]


@pytest.mark.parametrize(
    "text",
    [
        "Index < 0.90 is low.",
        "An index below 0.9 matters.",
        "Index under 0.90, call.",
        "Index less than 0.9 matters.",
        "Index of 0.90 or lower matters.",
        "Index of 0.90 or less.",
        "Index ≤ 0.90 matters.",
    ],
)
def test_a_threshold_is_no_result(text):
    assert told(text) == []


@pytest.mark.parametrize("text", ["Index 0.9 cm.", "Index 1.0 mm apart.", "Index 0.72 % of all.", "Index 0.8 mmHg."])
def test_a_number_with_another_unit_is_no_result(text):
    assert told(text) == []


@pytest.mark.parametrize("text", ["Index on 10/02/2026.", "Index 2 weeks ago.", "Index, 72 years.", "Index 120."])
def test_dates_and_whole_numbers_are_no_results(text):
    assert told(text) == []


def test_a_whole_one_is_a_result():
    assert told("Index 1 today.") == [("absent", "", "1")]


def test_a_number_before_its_name_or_far_behind_it_is_not_read():
    assert told("At 0.72 they spoke of the index.") == []
    assert told("Index, as the letter that came with the post in the morning of that day said, 0.72.") == []


def test_a_number_belongs_to_the_last_name_before_it():
    assert told("Index left 0.72, right index 0.81.") == [("present", "left", "0.72"), ("present", "right", "0.81")]


@pytest.mark.parametrize(
    "text",
    [
        "If index 0.72, call.",
        "Her aunt: index 0.72.",
        "Denies index 0.72.",
        "Kin: index 0.72.",
        "Advice: index 0.72 matters.",
    ],
)
def test_a_number_of_somebody_else_of_an_if_or_denied_is_no_result(text):
    assert told(text) == []


def test_a_doubtful_number_is_possible():
    assert told("Maybe index 0.72.") == [("possible", "", "0.72")]


def test_a_number_in_the_note_of_a_resolved_problem_is_no_result():
    problem = Problem("Condition/1", Concept(text="Index 0.72"), standing="resolved")
    assert extracted(Chart(Patient("p"), problems=(problem,)), INDEX, value_sets=SETS)["Z"].status == "not-documented"


def test_a_number_in_a_sentence_marks_its_name():
    (one,) = extracted(notes("The index is 0.72."), INDEX, value_sets=SETS)["Z"].evidence
    assert [(m.concept, one.quote[m.start : m.end]) for m in one.marks] == [("index", "index")]
    assert (one.reason, one.when) == ("0.72 is at or below 0.90", DAY)


def test_a_number_on_the_limit_says_that_it_is_at_it():
    (one,) = measured(number(Quantity(0.9))).evidence
    assert one.reason == "0.9 is at or below 0.90"


def test_a_number_is_read_up_to_fourteen_words_behind_its_name():
    assert told("Index" + " so" * 13 + " 0.72.") == [("present", "", "0.72")]
    assert told("Index" + " so" * 14 + " 0.72.") == []


# --- numbers above a limit, and those that say nothing -------------------------------

HIGH = finding_of(
    "measured: [{value_set: index, target: index, above: 1.40, lowest: 0.05, highest: 3.0, source: made up}]"
)
MUTE = finding_of(
    "measured: [{value_set: index, target: index, at_most: 0.90, mute_above: 1.40, lowest: 0.05, highest: 3.0,"
    " source: made up}]"
)


def read(finding, quantity: Quantity) -> Found:
    one = Observed("Observation/1", (number(quantity),), when=Span(DAY))
    return extracted(Chart(Patient("p"), observed=(one,)), finding, value_sets=SETS)["Z"]


@pytest.mark.parametrize(
    ("quantity", "status"),
    [
        (Quantity(1.41), "present"),
        (Quantity(1.4), "absent"),
        (Quantity(1.4, "", ">"), "present"),
        (Quantity(1.4, "", ">="), "present"),
        (Quantity(0.7), "absent"),
    ],
)
def test_a_number_may_count_above_a_limit(quantity, status):
    assert read(HIGH, quantity).status == status


@pytest.mark.parametrize(
    ("quantity", "status"),
    [
        (Quantity(0.9), "present"),
        (Quantity(1.4), "absent"),
        (Quantity(1.41), "not-documented"),
        (Quantity(1.4, "", ">"), "not-documented"),
    ],
)
def test_a_number_above_another_limit_may_say_nothing(quantity, status):
    assert read(MUTE, quantity).status == status


def test_a_number_that_says_nothing_stays_in_sight_with_the_reason():
    (one,) = read(MUTE, Quantity(1.55)).evidence
    assert one.reason == "1.55 is above 1.40 and says nothing about it"


def test_a_number_that_says_nothing_leaves_the_other_side_its_say():
    both = extracted(notes("Index left 1.55, right 0.72."), MUTE, value_sets=SETS)["Z"]
    assert both.status == "present"
    assert {(e.side, e.status) for e in both.evidence} == {("left", "not-documented"), ("right", "present")}


def test_a_doubted_number_that_says_nothing_says_nothing():
    assert extracted(notes("Perhaps index 1.55."), MUTE, value_sets=SETS)["Z"].status == "not-documented"


# --- sides, phases, other measurements, ranges, years ---------------------------

# `blue` is at rest and `stale` after exertion, `quill` names the index after exertion, `zorp` is another measurement.
NAMED = "target: index, also: [quill], phases: [blue, stale, quill], others: [zorp]"
LIMITS = "value_set: index, at_most: 0.90, lowest: 0.05, highest: 3.0, source: made up"


def phased(text: str, only: str = "") -> list[tuple[str, str, str]]:
    """Status, side and number of each piece of evidence where phases are told apart."""
    finding = finding_of(f"measured: [{{{NAMED}, {LIMITS}{only}}}]")
    one = extracted(notes(text), finding, value_sets=SETS)["Z"]
    return sorted((e.status, e.side, e.value) for e in one.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "Index 0.84 on the right and 0.71 on the left.",
        "Index 0.84 in the right leg, 0.71 in the left.",
        "Index 0.84 (right), 0.71 (left).",
    ],
)
def test_a_side_is_told_behind_its_number_in_several_words(text):
    assert told(text) == [("present", "left", "0.71"), ("present", "right", "0.84")]


def test_a_number_of_both_sides_says_so():
    assert told("Index 1.02 bilaterally.") == [("absent", "both", "1.02")]


@pytest.mark.parametrize(
    "text", ["Index 1.12, zorp 0.55.", "Index 1.12 with a zorp of 0.55.", "Zorp 0.55. Index 1.12."]
)
def test_the_number_of_another_measurement_is_its_own(text):
    assert phased(text) == [("absent", "", "1.12")]


@pytest.mark.parametrize(
    ("text", "stale"),
    [
        ("Index 1.02 blue, 0.71 stale.", ["0.71"]),
        ("Index 1.02 blue and 0.71 after 5 minutes of stale.", ["0.71"]),
        ("Index 1.02. Stale 0.71.", ["0.71"]),
        ("Index 1.02, stale 0.71 on the left.", ["0.71"]),
        ("Stale index 0.71.", ["0.71"]),
        ("Quill 0.71 (R).", ["0.71"]),
        ("Index 1.02.", []),
        ("Index 1.02 blue.", []),
        ("Index 1.02, then. All was stale by 0.8 noon.", []),
    ],
)
def test_a_number_goes_by_the_phase_that_is_said_of_it(text, stale):
    assert [value for _, _, value in phased(text, ", only: [stale, quill]")] == stale
    assert set(stale).isdisjoint(value for _, _, value in phased(text, ", never: [stale, quill]"))


def test_where_no_phase_is_wanted_a_reduced_number_after_exertion_counts():
    assert phased("Index 1.02 blue, 0.71 stale.") == [("present", "", "0.71")]


def test_a_coded_number_tells_no_phase_and_is_left_out_where_one_is_wanted():
    one = Observed("Observation/1", (number(Quantity(0.7)),), when=Span(DAY))
    finding = finding_of(f"measured: [{{{NAMED}, {LIMITS}, only: [stale]}}]")
    found = extracted(Chart(Patient("p"), observed=(one,)), finding, value_sets=SETS)["Z"]
    assert found.evidence == ()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Index 0.82 (whole 1.00-1.40).", ["0.82"]),
        ("Index awaited (whole 1.00-1.40).", []),
        ("Index 0.6-0.7 today.", ["0.6", "0.7"]),
        ("Index fell from 0.85 to 0.71.", ["0.71", "0.85"]),
        ("Index 0.72, fell by 0.2 later.", ["0.72"]),
    ],
)
def test_a_range_in_passing_and_a_difference_are_no_results(text, values):
    assert [value for _, _, value in told(text)] == values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Index >1.00.", [("absent", "", ">1.00")]),
        ("Index > 0.90 (R).", [("absent", "right", ">0.90")]),
        ("Index >0.50.", [("not-documented", "", ">0.50")]),
        ("Index 0.82, whole >1.00.", [("present", "", "0.82")]),
    ],
)
def test_a_number_given_as_more_says_what_holds_of_all_above_it(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("comparator", "value", "status"),
    [("<", 0.9, "present"), ("<", 1.4, "not-documented"), (">", 0.9, "absent"), (">=", 0.5, "not-documented")],
)
def test_a_coded_comparator_says_what_holds_of_all_such_numbers(comparator, value, status):
    assert measured(number(Quantity(value, "", comparator))).status == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Index 0.62 in 2019.", "not-documented"),
        ("Index in 2019 0.62.", "not-documented"),
        ("Index 2019: 0.62, 2026: 0.70.", "present"),
        ("Index 0.95 in 2019, 0.72 this spring.", "present"),
        ("Index 0.62 (2026).", "present"),
    ],
)
def test_a_year_beside_a_number_dates_it(text, status):
    assert extracted(notes(text), INDEX, value_sets=SETS)["Z"].status == status


def test_a_denial_behind_a_number_is_not_of_the_number():
    assert told("Index 0.72 zorp is refuted.") == [("present", "", "0.72")]
