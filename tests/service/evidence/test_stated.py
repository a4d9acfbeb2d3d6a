"""Findings in words: relations, targets by name, symptoms in a place."""

import pytest
from support.tiny_language import NOTED, SYSTEM, extracted, finding_of, notes, value_set

from service.chart.model import Chart, Coding, Concept, Measure, Observed, Passage, Patient, Problem, Report, Span
from service.evidence.definition import FindingDefinition
from service.evidence.model import Evidence, Found


def found(text: str, finding: FindingDefinition) -> Found:
    return extracted(text, finding)["Z"]


def status(text: str, finding: FindingDefinition) -> str:
    return found(text, finding).status


EASED = finding_of(
    """
relations:
  - {posture: [sitting], effect: [free], kind: serene}
  - {posture: [sitting], effect: [eases]}
  - {posture: [sitting], effect: [not-eased], says: absent}
"""
)
ZORP = finding_of("statements: [{target: [zorp]}]")


# --- relations ---------------------------------------------------------------


def test_a_relation_is_found_in_a_sentence_that_says_it():
    (one,) = found("TALE: knoll glimmers dimmed by zonking.", EASED).evidence
    assert (one.ref, one.path, one.quote, one.status, one.when) == (
        "DocumentReference/1",
        "content[0].attachment",
        "knoll glimmers dimmed by zonking.",
        "present",
        NOTED,
    )
    assert one.reason == "eased by sitting"


def test_a_relation_may_say_that_the_finding_is_absent():
    one = found("Knoll glimmers not dimmed by zonking.", EASED)
    assert (one.status, one.evidence[0].reason) == ("absent", "not eased by sitting")


def test_a_relation_gives_its_kind_and_the_first_that_fits_decides():
    assert [e.kind for e in found("Knoll glimmers: serene when zonking.", EASED).evidence] == ["serene"]
    assert [e.kind for e in found("Knoll glimmers: fainter when zonking.", EASED).evidence] == [""]


def test_another_posture_or_effect_does_not_fit():
    assert status("Knoll glimmers dimmed by lolling.", EASED) == "not-documented"
    assert status("Knoll glimmers kindled by zonking.", EASED) == "not-documented"


def test_a_relation_of_another_part_of_the_body_does_not_count():
    assert status("Brow glimmers dimmed by zonking.", EASED) == "not-documented"
    assert status("Spire glimmers dimmed by zonking.", EASED) == "not-documented"


def test_a_relation_without_a_place_counts_where_the_chart_knows_of_a_leg_symptom():
    assert status("Dimmed by zonking.", EASED) == "not-documented"
    assert extracted(notes("Dimmed by zonking.", "Reef glimmers."), EASED)["Z"].status == "present"


def test_a_leg_symptom_denied_hypothetical_or_of_a_relative_is_none_the_chart_knows_of():
    for other in ("No reef glimmers.", "If reef glimmers, call.", "Her aunt has reef glimmers.", "Kin: reef glimmers."):
        assert extracted(notes("Dimmed by zonking.", other), EASED)["Z"].status == "not-documented", other


@pytest.mark.parametrize(("standing", "known"), [("current", "present"), ("resolved", "not-documented")])
def test_a_problem_coded_as_a_leg_symptom_is_known_while_it_is_current(standing, known):
    chart = Chart(
        Patient("p"),
        problems=(Problem("Condition/1", Concept((Coding(SYSTEM, "legs"),)), standing=standing),),
        reports=notes("Dimmed by zonking.").reports,
    )
    sets = (value_set("leg-or-buttock-symptom", "legs"),)
    assert extracted(chart, EASED, value_sets=sets)["Z"].status == known


WALKING = "posture: [walking], effect: [provokes]"


def test_a_relation_may_ask_for_a_quality():
    sensory = finding_of(f"relations: [{{{WALKING}, quality: [sensory, motor]}}]")
    assert status("Knoll fizzes when strolling.", sensory) == "present"
    assert status("Knoll glimmers when strolling.", sensory) == "not-documented"


def test_a_relation_may_ask_for_a_region():
    thigh = finding_of(f"relations: [{{{WALKING}, regions: [thigh, buttock]}}]")
    assert status("Dell glimmers when strolling.", thigh) == "present"
    assert status("Dell and reef glimmers when strolling.", thigh) == "present"
    assert status("Reef glimmers when strolling.", thigh) == "not-documented"


def test_a_relation_may_ask_for_one_region_only():
    calf_only = finding_of(f"relations: [{{{WALKING}, regions: [calf], only: true}}]")
    assert status("Reef glimmers when strolling.", calf_only) == "present"
    assert status("Glimmers in the reef of the knoll when strolling.", calf_only) == "present"
    assert status("Reef and dell glimmers when strolling.", calf_only) == "not-documented"


def test_a_relation_may_ask_for_both_sides_or_for_one():
    twain = finding_of(f"relations: [{{{WALKING}, both: true}}, {{{WALKING}, single: true, says: absent}}]")
    assert status("Twain reef glimmers when strolling.", twain) == "present"
    assert status("Lone reef glimmers when strolling.", twain) == "absent"
    assert status("Reef glimmers when strolling.", twain) == "not-documented"


# --- what the words, their section and their resource make of it -------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("If knoll glimmers dim with zonking, call.", "said of what might happen, not of what is (if)"),
        ("Formerly knoll glimmers dimmed by zonking.", "said of the past (formerly)"),
        ("Her aunt has knoll glimmers dimmed by zonking.", "said of somebody else (aunt)"),
        ("Kin: knoll glimmers dimmed by zonking.", "said of somebody else (section kin)"),
        ("ADVICE: knoll glimmers dim by zonking.", "said of what might happen, not of what is (section advice)"),
    ],
)
def test_what_is_not_said_of_the_patients_present_is_kept_with_its_reason(text, reason):
    one = found(text, EASED)
    assert (one.status, [e.reason for e in one.evidence]) == ("not-documented", [reason])


def test_the_past_counts_where_history_does():
    past = finding_of("{statements: [{target: [zorp]}], history: true}")
    assert status("Formerly zorp.", past) == "present"
    assert status("Formerly zorp.", ZORP) == "not-documented"
    assert status("Her aunt has zorp.", past) == "not-documented"


def test_a_doubt_makes_it_possible():
    one = found("Maybe knoll glimmers dim with zonking.", EASED)
    assert (one.status, one.evidence[0].reason) == ("possible", "eased by sitting, marked as uncertain")


def test_a_doubtful_absence_is_an_absence():
    assert status("Knoll glimmers maybe not dimmed by zonking.", EASED) == "absent"


def of_problem(finding: FindingDefinition, standing: str) -> Found:
    problem = Problem("Condition/1", Concept(text="Zorp"), standing=standing)
    return extracted(Chart(Patient("p"), problems=(problem,)), finding)["Z"]


def test_an_unconfirmed_problem_makes_its_words_possible():
    assert of_problem(ZORP, "possible").status == "possible"


def test_a_resolved_problem_sets_its_words_aside():
    one = of_problem(ZORP, "resolved")
    assert (one.status, one.evidence[0].reason) == ("not-documented", "the record marks it as resolved")


def test_a_resolved_problem_counts_where_history_does():
    assert of_problem(finding_of("{statements: [{target: [zorp]}], history: true}"), "resolved").status == "present"


def test_a_section_of_the_past_is_about_what_still_holds():
    assert status("Old tales: zorp.", ZORP) == "present"


def test_the_modifier_that_decided_is_marked():
    (one,) = found("Zorp is refuted.", ZORP).evidence
    assert [(m.role, m.phrase) for m in one.marks] == [("target", "Zorp"), ("modifier", "is refuted")]
    assert one.reason == "named in the text, negated by 'is refuted'"


def test_a_very_long_sentence_is_quoted_in_part_with_marks_that_still_fit():
    (one,) = found("Zorp " + "and so on " * 200, ZORP).evidence
    assert len(one.quote) == 400
    assert [one.quote[m.start : m.end] for m in one.marks] == ["Zorp"]


# --- targets by name ---------------------------------------------------------


def test_a_named_target_is_present_where_it_is_named():
    assert status("Zorp.", ZORP) == "present"
    assert status("Quill.", ZORP) == "not-documented"


def test_a_negated_target_is_absent():
    assert status("No zorp.", ZORP) == "absent"


def test_a_target_whose_name_says_the_absence_is_present_when_negated():
    absent = finding_of("statements: [{target: [zorp], says: absent}]")
    assert (status("Zorp.", absent), status("No zorp.", absent)) == ("absent", "present")


def test_a_negated_target_may_say_nothing():
    ignoring = finding_of("statements: [{target: [zorp], negated: ignore}]")
    assert (status("Zorp.", ignoring), status("No zorp.", ignoring)) == ("present", "not-documented")


def test_an_affirmed_target_may_say_nothing():
    ignoring = finding_of("statements: [{target: [zorp], affirmed: ignore}]")
    assert (status("Zorp.", ignoring), status("No zorp.", ignoring)) == ("not-documented", "absent")
    assert status("Maybe zorp.", ignoring) == "possible"


def test_a_past_target_counts_no_more_than_a_present_one_where_only_denials_do():
    ignoring = finding_of("{statements: [{target: [zorp], affirmed: ignore}], history: true}")
    assert status("Formerly zorp.", ignoring) == "not-documented"


def test_a_target_may_say_nothing_in_certain_sections():
    outside = finding_of("statements: [{target: [zorp], outside: [examination]}]")
    assert status("Tale: zorp.", outside) == "present"
    assert status("Looks: zorp.", outside) == "not-documented"


def test_a_doubtful_target_is_possible_unless_suspicion_is_what_counts():
    suspected = finding_of("statements: [{target: [zorp], suspicion: true}]")
    assert (status("Maybe zorp.", ZORP), status("Maybe zorp.", suspected)) == ("possible", "present")


def test_a_target_may_need_another_word_beside_it():
    blue = finding_of("statements: [{target: [zorp], beside: [blue, stale], near: 2}]")
    assert status("Zorp is blue.", blue) == "present"
    assert status("A stale zorp.", blue) == "present"
    assert status("Zorp.", blue) == "not-documented"


def test_the_word_beside_it_must_be_near():
    blue = finding_of("statements: [{target: [zorp], beside: [blue], near: 2}]")
    assert status("Zorp was then blue.", blue) == "present"
    assert status("Zorp was then quite blue.", blue) == "not-documented"


def test_the_word_beside_it_must_stand_in_the_same_sentence():
    blue = finding_of("statements: [{target: [zorp], beside: [blue]}]")
    assert status("Zorp. Blue.", blue) == "not-documented"


def test_a_forbidden_word_near_the_target_takes_it_back():
    fresh = finding_of("statements: [{target: [zorp], without: [stale], near: 2}]")
    assert (status("Zorp.", fresh), status("Stale zorp.", fresh)) == ("present", "not-documented")
    assert status("Zorp is what they all saw, stale.", fresh) == "present"


def test_a_negation_of_the_word_beside_it_turns_the_statement():
    blue = finding_of("statements: [{target: [zorp], beside: [blue]}]")
    assert status("Zorp is not blue.", blue) == "absent"


def test_one_negation_over_both_words_turns_the_statement_once():
    blue = finding_of("statements: [{target: [zorp], beside: [blue]}]")
    assert status("No blue zorp.", blue) == "absent"


def test_a_doubt_on_either_word_makes_it_possible():
    blue = finding_of("statements: [{target: [zorp], beside: [blue]}]")
    assert status("Zorp, maybe blue.", blue) == "possible"


def test_a_statement_may_hold_in_certain_sections_only():
    seen = finding_of("statements: [{target: [zorp], sections: [examination]}]")
    assert (status("Looks: zorp.", seen), status("Tale: zorp.", seen)) == ("present", "not-documented")


def test_a_statement_may_hold_in_certain_resources_only():
    reported = finding_of("statements: [{target: [zorp], resources: [DiagnosticReport]}]")
    report = Report("DiagnosticReport/1", Concept(), when=Span(NOTED), passages=(Passage("conclusion", "Zorp."),))
    assert extracted(Chart(Patient("p"), reports=(report,)), reported)["Z"].status == "present"
    assert status("Zorp.", reported) == "not-documented"


def test_each_statement_gives_its_kind():
    kinds = finding_of("statements: [{target: [zorp], kind: one}, {target: [quill], kind: two}]")
    assert sorted(e.kind for e in found("Zorp and quill.", kinds).evidence) == ["one", "two"]


# --- symptoms in a place -----------------------------------------------------


FELT = finding_of("felt: [{regions: [thigh, calf]}]")


def test_a_symptom_in_a_place_counts_whatever_brings_it_on():
    assert status("Reef glimmers.", FELT) == "present"
    assert status("Brow glimmers.", FELT) == "not-documented"


def test_a_denied_symptom_in_a_place_says_nothing():
    assert status("No reef glimmers.", FELT) == "not-documented"
    assert status("Reef glimmers? No.", FELT) == "not-documented"


def test_a_symptom_may_have_to_be_on_both_sides():
    both = finding_of("felt: [{regions: [calf], both: true}]")
    assert status("Twain reef glimmers.", both) == "present"
    assert status("Reef glimmers.", both) == "not-documented"


STROLLS = finding_of(f"relations: [{{{WALKING}}}]", id="strolls", atom="A")
BESIDE = finding_of("felt: [{regions: [thigh], alongside: strolls}]")


def alongside(*texts: str) -> str:
    return extracted(notes(*texts), STROLLS, BESIDE)["Z"].status


def test_a_site_told_in_the_resource_that_shows_another_finding_counts_with_it():
    assert alongside("Knoll glimmers when strolling. It is in the dell: glimmers.") == "present"


def test_a_site_told_in_another_resource_does_not():
    assert alongside("Knoll glimmers when strolling.", "Dell glimmers.") == "not-documented"


def test_a_site_told_where_the_other_finding_is_not_present_does_not():
    assert alongside("Dell glimmers.") == "not-documented"
    assert alongside("Dell glimmers. Denies knoll glimmers when strolling.") == "not-documented"


def test_a_site_denied_alongside_is_absent():
    assert alongside("Reef glimmers when strolling. No dell glimmers.") == "absent"


# --- answers -----------------------------------------------------------------


def test_no_to_a_question_documents_the_opposite_of_its_words():
    assert status("Knoll glimmers dimmed by zonking? No.", EASED) == "absent"
    assert status("Knoll glimmers dimmed by zonking? Yes.", EASED) == "present"
    assert status("Zorp? No.", ZORP) == "absent"


def test_no_to_a_question_that_asks_for_the_absence_says_nothing():
    assert status("Knoll glimmers not dimmed by zonking? No.", EASED) == "not-documented"


def test_no_to_a_coded_question_documents_the_opposite_of_its_words():
    one = Observed("Observation/1", (Measure(Concept(text="Zorp?"), (False,)),), when=Span(NOTED))
    assert extracted(Chart(Patient("p"), observed=(one,)), ZORP)["Z"].evidence == (
        Evidence(
            "Observation/1",
            "valueBoolean",
            "Zorp",
            "absent",
            "named in the text",
            NOTED,
            marks=found("Zorp", ZORP).evidence[0].marks,
        ),
    )


def test_a_sentence_of_just_the_longest_quote_is_quoted_whole_with_all_its_marks():
    text = f"{'s' * 98} " * 4 + "zorp"
    (one,) = found(text, ZORP).evidence
    assert (len(text), one.quote) == (400, text)
    assert [one.quote[m.start : m.end] for m in one.marks] == ["zorp"]


@pytest.mark.parametrize(("before", "after"), [(0, 7), (3, 4), (7, 0)])
def test_a_longer_sentence_is_quoted_around_the_words_that_decided(before, after):
    text = f"{'s' * 98} " * before + "zorp" + f" {'s' * 98}" * after
    (one,) = found(text, ZORP).evidence
    assert (len(one.quote), one.quote in text) == (400, True)
    assert [one.quote[m.start : m.end] for m in one.marks] == ["zorp"]


def test_a_target_may_need_two_kinds_of_words_beside_it():
    both = finding_of("statements: [{target: [zorp], beside: [blue], also: [stale], near: 3}]")
    assert status("Blue zorp, stale.", both) == "present"
    assert status("Blue zorp.", both) == "not-documented"
    assert status("Stale zorp.", both) == "not-documented"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Knoll glimmers dimmed by lolling.", "eased by flexion"),
        ("Knoll glimmers not dimmed by lolling.", "not eased by flexion"),
        ("Knoll glimmers kindled by lolling.", "brought on by flexion"),
        ("Knoll glimmers not kindled by lolling.", "not brought on by flexion"),
        ("Knoll glimmers: serene when lolling.", "free of it when flexion"),
        ("Knoll glimmers dimmed by perching.", "eased by standing still"),
    ],
)
def test_the_reason_tells_the_relation_in_words(text, told):
    any_effect = finding_of(
        "relations: [{posture: [flexion, still], effect: [eases, free, provokes, not-eased, not-provoked]}]"
    )
    assert [e.reason for e in found(text, any_effect).evidence] == [told]


def test_what_is_wanted_elsewhere_may_stand_anywhere_in_the_chart_if_it_is_the_patients_and_current():
    finding = finding_of("statements: [{target: [zorp], elsewhere: [quill]}]")
    assert extracted(notes("A zorp.", "A quill."), finding)["Z"].status == "present"
    for other in ("No quill.", "Aunt: quill.", "Formerly a quill.", "Advice: quill."):
        assert extracted(notes("A zorp.", other), finding)["Z"].status == "not-documented"
    assert extracted(notes("A zorp."), finding)["Z"].status == "not-documented"


def test_a_denied_opposite_is_the_finding():
    paired = finding_of("statements: [{target: [zorp], beside: [blue], says: absent}]")
    asked = Observed("Observation/1", (Measure(Concept(text="Zorp blue"), (False,)),), when=Span(NOTED))
    chart = Chart(Patient("p"), observed=(asked,))
    assert extracted(chart, paired)["Z"].status == "present"
    alone = finding_of("statements: [{target: [zorp], says: absent}]")
    assert extracted(chart, alone)["Z"].status == "not-documented"
