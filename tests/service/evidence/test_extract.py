"""What all statements of a chart add up to."""

import random
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from support.tiny_language import SYSTEM, TODAY, extracted, finding_of, note, notes, reading_of, value_set

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
    Report,
    Span,
)
from service.evidence.extract import extract
from service.evidence.model import Found

ZORP = finding_of("statements: [{target: [zorp], kind: mild}]")
SETS = (value_set("zorps", "z1"),)
CODED = finding_of("codes: [{value_set: zorps}]")


def found(chart: Chart | str, *findings, atom: str = "Z") -> Found:
    return extracted(chart, *(findings or (ZORP,)), value_sets=SETS)[atom]


# --- one status out of many statements ---------------------------------------


def test_a_chart_that_says_nothing_documents_nothing():
    assert found(Chart(Patient("p"))) == Found("Z", "finding", "not-documented")


def test_present_in_one_place_goes_before_absent_in_another():
    one = found(notes("No zorp.", "Zorp."))
    assert (one.status, {e.status for e in one.evidence}) == ("present", {"present", "absent"})


def test_absent_goes_before_possible():
    assert found(notes("No zorp.", "Maybe zorp.")).status == "absent"


def test_possible_goes_before_what_decides_nothing():
    assert found(notes("Maybe zorp.", "Her aunt has zorp.")).status == "possible"


def test_what_decides_nothing_stays_in_the_evidence():
    one = found("Her aunt has zorp.")
    assert (one.status, [e.status for e in one.evidence]) == ("not-documented", ["not-documented"])


def test_one_sentence_that_says_both_says_it_is_present():
    one = found("No zorp but quill.", finding_of("statements: [{target: [zorp]}, {target: [quill]}]"))
    assert (one.status, [e.status for e in one.evidence]) == ("present", ["present"])


def test_the_same_words_found_twice_are_one_piece_of_evidence():
    twice = finding_of("statements: [{target: [zorp]}, {target: [zorp], beside: [blue]}]")
    assert len(found("Blue zorp.", twice).evidence) == 1


def test_evidence_stands_newest_first():
    chart = Chart(
        Patient("p"),
        reports=tuple(note("Zorp.", n, when) for n, when in enumerate([date(2026, 9, 1), None, date(2026, 10, 1)], 1)),
    )
    assert [e.ref[-1] for e in found(chart).evidence] == ["3", "1", "2"]


def test_every_active_finding_stands_once_in_the_order_of_the_definitions():
    names = ("V", "A", "F")
    findings = [finding_of("{}", id=name.lower(), atom=name) for name in names]
    assert tuple(one.atom for one in extracted("Zorp.", *findings)) == names


@pytest.mark.parametrize("status", ["draft", "shadow", "retired"])
def test_a_finding_that_is_not_active_is_not_looked_for(status):
    assert list(extracted("Zorp.", finding_of("{}", status=status))) == []


# --- time --------------------------------------------------------------------

YEAR = timedelta(days=round(12 * 30.44))


def on(day: date | None, finding=ZORP) -> Found:
    return found(Chart(Patient("p"), reports=(note("Zorp.", when=day),)), finding)


def test_evidence_counts_up_to_its_limit_and_no_further():
    assert on(TODAY - YEAR).status == "present"
    assert on(TODAY - YEAR - timedelta(days=1)).status == "not-documented"


def test_evidence_that_is_too_old_says_so():
    (one,) = on(TODAY - YEAR - timedelta(days=1)).evidence
    assert one.reason == "older than 12 months"


def test_a_finding_may_have_its_own_limit_or_none():
    old = TODAY - timedelta(days=100)
    assert on(old, finding_of("{statements: [{target: [zorp]}], months: 3}")).status == "not-documented"
    assert on(old, finding_of("{statements: [{target: [zorp]}], months: 4}")).status == "present"
    assert on(date(1990, 1, 1), finding_of("{statements: [{target: [zorp]}], months: null}")).status == "present"


def test_evidence_without_a_date_counts():
    assert on(None).status == "present"


def test_evidence_of_a_later_day_counts():
    assert on(TODAY + timedelta(days=2)).status == "present"


@pytest.mark.parametrize(
    ("standing", "status"), [("current", "present"), ("possible", "not-documented"), ("resolved", "not-documented")]
)
def test_only_a_current_problem_does_not_age(standing, status):
    old = Problem("Condition/1", Concept(text="Zorp"), standing=standing, recorded=date(2010, 1, 1))
    assert found(Chart(Patient("p"), problems=(old,))).status == status


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MedicationRequest", "present"),
        ("Device", "present"),
        ("AllergyIntolerance", "present"),
        ("ServiceRequest", "not-documented"),
        ("Procedure", "not-documented"),
    ],
)
def test_a_drug_a_device_and_an_allergy_in_force_do_not_age_and_an_order_does(kind, status):
    old = Deed(kind, f"{kind}/1", Concept(text="Zorp"), status="active", when=Span(date(2010, 1, 1)))
    assert found(Chart(Patient("p"), deeds=(old,))).status == status


def test_a_drug_that_was_stopped_is_past():
    old = Deed("MedicationRequest", "MedicationRequest/1", Concept(text="Zorp"), standing="resolved", when=Span(TODAY))
    assert found(Chart(Patient("p"), deeds=(old,))).status == "not-documented"


def test_what_passes_by_itself_ages_on_the_problem_list_too():
    passing = finding_of("{statements: [{target: [zorp]}], months: 9, passes: true}")
    for days, status in ((200, "present"), (300, "not-documented")):
        problem = Problem("Condition/1", Concept(text="Zorp"), recorded=TODAY - timedelta(days=days))
        assert found(Chart(Patient("p"), problems=(problem,)), passing).status == status


def test_an_old_code_ages_like_words_do():
    concept = Concept((Coding(SYSTEM, "z1"),))
    old = Observed("Observation/1", (Measure(concept, (True,)),), when=Span(date(2010, 1, 1)))
    assert found(Chart(Patient("p"), observed=(old,)), CODED).status == "not-documented"
    problem = Problem("Condition/1", concept, recorded=date(2010, 1, 1))
    assert found(Chart(Patient("p"), problems=(problem,)), CODED).status == "present"


def test_the_end_of_a_period_is_what_counts():
    report = replace(note("Zorp."), when=Span(date(2010, 1, 1), TODAY))
    assert found(Chart(Patient("p"), reports=(report,))).status == "present"


def test_the_time_limit_holds_for_a_symptom_in_a_place_too():
    felt = finding_of("felt: [{regions: [calf]}]")
    old = Chart(Patient("p"), reports=(note("Reef glimmers.", when=date(2010, 1, 1)),))
    assert (found("Reef glimmers.", felt).status, found(old, felt).status) == ("present", "not-documented")


# --- age ---------------------------------------------------------------------

AGE = finding_of("{age_bands: [[60, '<60'], [71, '60-70'], [null, '>70']], months: null}", id="age-band", atom="G")


def aged(born: date | None):
    return extracted(Chart(Patient("p", born)), AGE)


@pytest.mark.parametrize(
    ("years", "band"), [(0, "<60"), (59, "<60"), (60, "60-70"), (70, "60-70"), (71, ">70"), (104, ">70")]
)
def test_the_age_falls_in_its_band(years, band):
    birthday = aged(TODAY.replace(year=TODAY.year - years))
    eve = aged(TODAY.replace(year=TODAY.year - years - 1) + timedelta(days=1))
    for findings in (birthday, eve):
        (one,) = findings["G"].evidence
        assert (findings.age, one.value, one.quote, one.ref) == (years, band, f"{years} years", "Patient/p")


@pytest.mark.parametrize("born", [None, TODAY + timedelta(days=1), date(1890, 1, 1)], ids=["unknown", "unborn", "136"])
def test_an_unknown_or_impossible_age_is_not_documented(born):
    findings = aged(born)
    assert (findings.age, findings["G"].status) == (None, "not-documented")


# --- findings among themselves -----------------------------------------------

CALF = finding_of("{statements: [{target: [quill]}], yields_to: [finding]}", id="calf", atom="V")


def test_a_finding_that_yields_is_absent_where_the_other_is_present():
    one = found(notes("Quill.", "Zorp."), ZORP, CALF, atom="V")
    assert (one.status, [e.quote for e in one.evidence]) == ("absent", ["Zorp."])
    assert one.evidence[0].reason == "another site is documented"


@pytest.mark.parametrize("other", ["No zorp.", "Maybe zorp.", "Her aunt has zorp.", "Nothing."])
def test_a_finding_does_not_yield_to_what_is_not_present(other):
    assert found(notes("Quill.", other), ZORP, CALF, atom="V").status == "present"


GATED = finding_of(
    """
statements:
  - {target: [zorp], kind: gated}
  - {target: [quill], kind: free}
gate: {needs: leg, free: [free]}
""",
    id="flag",
    atom="R",
)
LEG = finding_of("felt: [{regions: [calf]}]", id="leg", atom="L")


def test_what_is_gated_counts_with_what_it_needs():
    assert found("Zorp. Reef glimmers.", LEG, GATED, atom="R").status == "present"


def test_what_is_gated_is_only_possible_without_it():
    one = found("Zorp.", LEG, GATED, atom="R")
    assert (one.status, one.evidence[0].reason) == (
        "possible",
        "no current back, buttock or leg symptom is documented",
    )


def test_a_kind_that_stands_alone_needs_nothing():
    one = found("Zorp. Quill.", LEG, GATED, atom="R")
    assert (one.status, {e.kind: e.status for e in one.evidence}) == (
        "present",
        {"gated": "possible", "free": "present"},
    )


def test_a_gate_turns_no_denial_round():
    assert found("No zorp.", LEG, GATED, atom="R").status == "absent"


def test_the_order_of_the_definitions_does_not_matter_to_gates_and_precedence():
    text = notes("Zorp. Quill. Reef glimmers.")
    findings = [ZORP, CALF, LEG, GATED]
    forward = {one.atom: one for one in extracted(text, *findings)}
    backward = {one.atom: one for one in extracted(text, *reversed(findings))}
    assert forward == backward


# --- the same chart, the same findings ---------------------------------------

EVERYTHING = (ZORP, CALF, LEG, GATED, AGE, finding_of("codes: [{value_set: zorps}]", id="coded", atom="C"))


def crowded() -> Chart:
    concept = Concept((Coding(SYSTEM, "z1", "Zorp"),))
    return Chart(
        Patient("p", date(1960, 1, 1)),
        problems=tuple(
            Problem(f"Condition/{n}", concept, standing=standing, recorded=TODAY)
            for n, standing in enumerate(("current", "resolved", "possible"))
        ),
        observed=tuple(Observed(f"Observation/{n}", (Measure(concept, (n % 2 == 0,)),)) for n in range(4)),
        reports=tuple(note(text, n) for n, text in enumerate(["Zorp.", "No zorp. Quill.", "Reef glimmers.", "Zorp."])),
    )


def test_the_order_of_resources_does_not_matter():
    chart = crowded()
    expected = extracted(chart, *EVERYTHING, value_sets=SETS)
    shuffler = random.Random(7)  # noqa: S311 (an order to try, no secret)
    for _ in range(20):
        shuffled = {
            name: tuple(shuffler.sample(getattr(chart, name), len(getattr(chart, name))))
            for name in ("problems", "observed", "reports")
        }
        assert extracted(replace(chart, **shuffled), *EVERYTHING, value_sets=SETS) == expected


def test_the_same_chart_read_twice_gives_the_same_findings():
    reading = reading_of(*EVERYTHING, value_sets=SETS)
    assert extract(crowded(), reading, TODAY) == extract(crowded(), reading, TODAY)


def test_a_chart_has_no_place_for_protected_characteristics():
    assert {field.name for field in fields(Patient)} == {"id", "birth_date", "deceased"}
    assert {field.name for field in fields(Chart)} == {
        *("patient", "problems", "observed", "reports", "deeds", "drafts", "gaps")
    }


def test_whether_the_patient_has_died_changes_no_finding():
    alive = crowded()
    dead = replace(alive, patient=replace(alive.patient, deceased=True))
    assert extracted(alive, *EVERYTHING, value_sets=SETS) == extracted(dead, *EVERYTHING, value_sets=SETS)


def test_a_report_and_a_note_with_the_same_words_are_two_pieces_of_evidence():
    report = Report("DiagnosticReport/1", Concept(), passages=(Passage("conclusion", "Zorp."),))
    assert len(found(Chart(Patient("p"), reports=(report, note("Zorp.")))).evidence) == 2


LASTING = finding_of(
    "relations: [{posture: [walking], effect: [provokes]}, {posture: [walking], effect: [not-provoked], says: absent}]",
    superseded=True,
)


def dated(*told: tuple[str, date]) -> Chart:
    return Chart(Patient("p"), reports=tuple(note(text, number, when) for number, (text, when) in enumerate(told, 1)))


def test_a_later_note_that_denies_a_symptom_ends_it():
    before, after = date(2026, 2, 1), date(2026, 9, 1)
    ended = extracted(dated(("Knoll glimmers strolling.", before), ("No knoll glimmers strolling.", after)), LASTING)[
        "Z"
    ]
    assert ended.status == "absent"
    assert {e.reason for e in ended.evidence if e.status == "not-documented"} == {"a later note says otherwise"}
    again = extracted(dated(("No knoll glimmers strolling.", before), ("Knoll glimmers strolling.", after)), LASTING)[
        "Z"
    ]
    assert again.status == "present"


def test_in_one_note_what_is_so_since_then_ends_what_was_before():
    assert (
        extracted("Knoll glimmers strolling. Since then no knoll glimmers strolling.", LASTING)["Z"].status == "absent"
    )
    assert extracted("Knoll glimmers strolling. No knoll glimmers strolling.", LASTING)["Z"].status == "present"


COMES = finding_of("relations: [{posture: [walking], effect: [provokes]}]", id="comes", atom="Y", told_beside=["eased"])
EASED = finding_of("relations: [{posture: [flexion], effect: [eases]}]", id="eased", atom="Z")


@pytest.mark.parametrize(
    "text",
    [
        "Strolling dims the knoll glimmers. Lolling dims the knoll glimmers.",
        "Lolling dims the knoll glimmers. She strolls.",
    ],
)
def test_walking_named_with_the_symptom_counts_in_a_text_that_tells_what_eases_it(text):
    found = extracted(text, COMES, EASED)["Y"]
    assert found.status == "present"
    assert {e.reason for e in found.evidence if e.status == "present"} == {"told with walking, beside what eases it"}


@pytest.mark.parametrize(
    "text",
    [
        "Strolls. The knoll glimmers.",
        "Strolls, serene. Lolling dims the knoll glimmers.",
        "No strolling. Lolling dims the knoll glimmers.",
        "Knoll glimmers zonking, dimmed by strolling and lolling.",
        "Lolling dims the knoll glimmers. Blue. Quill. Stale.\n\nShe strolls.",
    ],
)
def test_walking_alone_or_free_of_it_or_far_away_does_not_count(text):
    assert extracted(text, COMES, EASED)["Y"].status != "present"


@pytest.mark.parametrize(
    "end", ["No knoll murk since.", "Since then the knoll is serene.", "Not so, no knoll glimmers."]
)
def test_what_is_over_since_ends_the_story_before_it(end):
    assert extracted(f"Knoll glimmers strolling. {end}", LASTING)["Z"].status == "not-documented"


@pytest.mark.parametrize(
    "end", ["No knoll murk.", "No knoll glimmers zonking since.", "No brow glimmers since.", "No knoll fizzes since."]
)
def test_what_is_denied_of_now_or_of_a_posture_or_of_another_place_ends_nothing(end):
    assert extracted(f"Knoll glimmers strolling. {end}", LASTING)["Z"].status == "present"
