"""The decision table as it stands after the clinical rulings: one sentence for each, both sides of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.findings import evidence, findings
from support.rules import shipped_rules

from service.assessment.assess import assess, flag
from service.evidence.model import Findings

VASCULAR = ("V1", "V3", "V4", "V5")
EMERGENT = (
    "saddle-sensory-change",
    "cauda-equina",
    "bladder-bowel-new",
    "motor-deficit-progressive",
    "motor-deficit-bilateral",
    "motor-deficit-new",
    "acute-limb-ischaemia",
    "symptomatic-aaa",
)
URGENT = (
    "bladder-bowel-unclear",
    "motor-deficit-unclear",
    "active-cancer",
    "spinal-infection",
    "fracture",
    "limb-threatening-ischaemia",
)


def state(found: Findings) -> str:
    return assess(found, shipped_rules()).state


# The flag, and relief by bending forward or sitting


def test_a_leg_symptom_on_walking_that_eases_bending_forward_is_possible_and_flagged():
    found = findings(A="present", F="present")
    assert state(found) == "possible"
    assert flag(found) == "present"


def test_relief_by_bending_forward_without_a_leg_symptom_says_nothing():
    found = findings(F="present", S="present", V1="present", V4="present")
    assert state(found) == "silent"
    assert flag(found) == "not-documented"


def test_a_denied_leg_symptom_says_nothing_and_the_flag_is_absent():
    found = findings(A="absent", F="present")
    assert state(found) == "silent"
    assert flag(found) == "absent"


def test_a_leg_symptom_that_is_only_possible_says_nothing():
    found = findings(A="possible", F="present", V4="present")
    assert state(found) == "silent"
    assert flag(found) == "not-documented"


def test_relief_on_sitting_alone_is_possible_by_the_sitting_rule():
    found = findings(A="present", S="present")
    conclusion = assess(found, shipped_rules())
    assert conclusion.state == "possible"
    assert conclusion.rule is not None and conclusion.rule.id == "eased-on-sitting-only"
    assert conclusion.flag == "possible"


def test_relief_on_sitting_with_doubtful_relief_bending_forward_is_still_relief_on_sitting():
    found = findings(A="present", S="present", F="possible")
    assert assess(found, shipped_rules()).rule.id == "eased-on-sitting-only"


@pytest.mark.parametrize("atom", VASCULAR)
def test_relief_on_sitting_with_a_vascular_feature_is_not_the_sitting_rule(atom: str):
    found = findings(A="present", S="present", **{atom: "present"})
    assert state(found) == "vascular"
    assert flag(found) == "not-documented"


def test_relief_on_sitting_with_calf_symptoms_only_stays_possible():
    assert state(findings(A="present", S="present", V2="present")) == "possible"


def test_relief_on_sitting_but_not_bending_forward_is_a_conflict():
    found = findings(A="present", S="present", F="absent")
    assert state(found) == "conflict"
    assert flag(found) == "absent"


def test_relief_on_sitting_with_contrary_posture_is_a_conflict():
    assert state(findings(A="present", S="present", X="present")) == "conflict"


def test_relief_bending_forward_with_contrary_posture_is_a_conflict():
    found = findings(A="present", F="present", X="present")
    assert state(found) == "conflict"
    assert flag(found) == "present"


def test_statements_that_contradict_each_other_about_bending_forward_are_a_conflict():
    both = [evidence("F"), evidence("F", "absent", quote="leaning forward does not help")]
    assert state(findings(A="present", F=both)) == "conflict"


def test_contradictory_statements_about_sitting_matter_only_without_relief_bending_forward():
    both = [evidence("S"), evidence("S", "absent", quote="sitting does not help")]
    assert state(findings(A="present", S=both)) == "conflict"
    assert state(findings(A="present", S=both, F="present")) == "possible"


def test_silence_about_bending_forward_does_not_count_against():
    assert state(findings(A="present", S="present")) == "possible"
    assert state(findings(A="present", S="present", F="absent")) != "possible"


def test_a_leg_symptom_without_any_relief_is_silent():
    assert state(findings(A="present")) == "silent"
    assert state(findings(A="present", V2="present")) == "silent"
    assert state(findings(A="present", T="present", B="present", D="present", I="present")) == "silent"


def test_relief_by_rest_with_the_posture_unstated_is_insufficient_and_no_flag():
    found = findings(A="present", rest_relief="present")
    assert state(found) == "insufficient"
    assert flag(found) == "not-documented"
    assert state(findings(rest_relief="present")) == "silent"


# Vascular evidence


@pytest.mark.parametrize("atom", VASCULAR)
def test_relief_bending_forward_with_a_vascular_feature_is_mixed(atom: str):
    found = findings(A="present", F="present", **{atom: "present"})
    assert state(found) == "mixed"
    assert flag(found) == "present"


def test_calf_symptoms_do_not_make_relief_bending_forward_mixed():
    assert state(findings(A="present", F="present", V2="present")) == "possible"


def test_a_vascular_feature_that_is_absent_or_doubtful_makes_nothing_mixed():
    assert state(findings(A="present", F="present", V3="absent", V4="possible")) == "possible"


def test_standing_relief_with_calf_symptoms_is_vascular():
    assert state(findings(A="present", V1="present", V2="present")) == "vascular"


@pytest.mark.parametrize("atom", ["V3", "V4", "V5"])
def test_an_arterial_feature_with_a_leg_symptom_is_vascular(atom: str):
    assert state(findings(A="present", **{atom: "present"})) == "vascular"
    assert state(findings(**{atom: "present"})) == "silent"


@pytest.mark.parametrize("atom", ["V3", "V4", "V5"])
def test_an_arterial_feature_stays_vascular_when_bending_forward_does_not_help(atom: str):
    assert state(findings(A="present", F="absent", **{atom: "present"})) == "vascular"


def test_standing_relief_alone_is_insufficient():
    assert state(findings(A="present", V1="present")) == "insufficient"
    assert state(findings(A="present", V1="present", F="absent")) == "insufficient"


def test_standing_relief_with_relief_on_sitting_is_vascular():
    assert state(findings(A="present", V1="present", S="present")) == "vascular"


@pytest.mark.parametrize("atom", ["V3", "V4", "V5"])
def test_relief_on_sitting_and_not_standing_still_with_an_arterial_feature_is_mixed(atom: str):
    found = findings(A="present", S="present", V1="absent", **{atom: "present"})
    assert state(found) == "mixed"
    assert flag(found) == "possible"


def test_that_mixed_picture_needs_bending_forward_not_to_be_denied():
    assert state(findings(A="present", S="present", V1="absent", V3="present", F="absent")) == "vascular"


@given(
    st.dictionaries(
        st.sampled_from(("F", "S", "V1", "V2", "V3", "V5", "X", "T", "B", "P", "Q3", "rest_relief")),
        st.sampled_from(("present", "absent", "possible")),
    )
)
def test_absent_pulses_with_a_leg_symptom_never_end_in_silence(others: dict[str, str]):
    assert state(findings(A="present", V4="present", **others)) in {"mixed", "vascular"}


# Probable


def test_standing_trigger_relief_on_sitting_and_thigh_symptoms_make_it_probable():
    constellation = dict.fromkeys(("A", "F", "T", "S", "K"), "present")
    assert state(findings(**constellation)) == "probable"
    for missing in ("T", "S", "K"):
        assert state(findings(**{**constellation, missing: "absent"})) == "possible"


@pytest.mark.parametrize("pair", [("B", "T"), ("T", "W"), ("W", "E"), ("E", "D"), ("B", "I")])
def test_two_supporting_features_make_it_probable(pair: tuple[str, str]):
    assert state(findings(A="present", F="present", **dict.fromkeys(pair, "present"))) == "probable"


@pytest.mark.parametrize("alone", ["B", "T", "W", "E", "I", "D", "S", "K", "N", "P"])
def test_one_supporting_feature_leaves_it_possible(alone: str):
    assert state(findings(A="present", F="present", **{alone: "present"})) == "possible"


def test_imaging_and_diagnosis_of_stenosis_count_once():
    assert state(findings(A="present", F="present", I="present", D="present")) == "possible"


def test_relief_on_sitting_supports_only_when_free_of_the_symptom_seated():
    assert state(findings(A="present", F="present", B="present", S="present")) == "possible"
    assert state(findings(A="present", F="present", B="present", S=["pain-free"])) == "probable"


def test_an_age_above_seventy_supports_and_seventy_does_not():
    assert state(findings(age=70, A="present", F="present", B="present")) == "possible"
    assert state(findings(age=71, A="present", F="present", B="present")) == "probable"
    assert state(findings(age=None, A="present", F="present", B="present")) == "possible"


@pytest.mark.parametrize("atom", VASCULAR)
def test_no_number_of_supporting_features_outweighs_a_vascular_one(atom: str):
    full = dict.fromkeys(("A", "F", "T", "S", "K", "B", "W", "E", "D", atom), "present")
    assert state(findings(**full)) == "mixed"


# Red flags


@pytest.mark.parametrize("kind", EMERGENT)
def test_an_emergent_red_flag_comes_before_everything_at_any_age(kind: str):
    everything = dict.fromkeys(("A", "F", "V3", "X", "Q3"), "present")
    assert state(findings(age=9, R=[kind], **everything)) == "redFlag"
    assert state(findings(R=[kind])) == "redFlag"


@pytest.mark.parametrize("kind", URGENT)
def test_an_urgent_red_flag_comes_before_the_routine_states(kind: str):
    assert state(findings(A="present", F="present", V3="present", Q3="present", R=[kind])) == "redFlagUrgent"


def test_an_emergent_red_flag_leads_over_an_urgent_one():
    assert state(findings(R=["active-cancer", "cauda-equina"])) == "redFlag"


def test_a_red_flag_that_is_only_possible_or_denied_is_none():
    doubtful = [evidence("R", "possible", kind="saddle-sensory-change")]
    denied = [evidence("R", "absent", kind="saddle-sensory-change")]
    assert state(findings(A="present", F="present", R=doubtful)) == "possible"
    assert state(findings(A="present", F="present", R=denied)) == "possible"


def test_a_denied_red_flag_beside_another_one_is_not_counted():
    mixed = [evidence("R", "absent", kind="cauda-equina"), evidence("R", kind="fracture")]
    assert state(findings(R=mixed)) == "redFlagUrgent"


# Already diagnosed


def test_a_known_diagnosis_silences_the_neurogenic_states():
    for relief in (
        {"F": "present"},
        {"S": "present"},
        {"rest_relief": "present"},
        {"F": "present", "X": "present"},
        {},
    ):
        assert state(findings(A="present", Q3="present", **relief)) == "alreadyDiagnosed"
    assert state(findings(Q3="present")) == "alreadyDiagnosed"


def test_a_known_diagnosis_does_not_silence_red_flags_mixed_or_vascular_pictures():
    assert state(findings(Q3="present", R=["cauda-equina"])) == "redFlag"
    assert state(findings(Q3="present", R=["fracture"])) == "redFlagUrgent"
    assert state(findings(Q3="present", A="present", F="present", V3="present")) == "mixed"
    assert state(findings(Q3="present", A="present", V3="present")) == "vascular"


# Age


def test_routine_states_start_at_eighteen_and_an_unknown_age_is_not_excluded():
    assert state(findings(age=17, A="present", F="present")) == "silent"
    assert state(findings(age=18, A="present", F="present")) == "possible"
    assert state(findings(age=None, A="present", F="present")) == "possible"
    assert state(findings(age=17, A="present", V3="present")) == "silent"


# Every chart


STATUSES = st.sampled_from(("present", "absent", "possible"))
CHARTS = st.dictionaries(
    st.sampled_from(
        (
            "A",
            "F",
            "S",
            "T",
            "B",
            "K",
            "W",
            "E",
            "P",
            "I",
            "D",
            "V1",
            "V2",
            "V3",
            "V4",
            "V5",
            "X",
            "Q3",
            "rest_relief",
        )
    ),
    STATUSES,
)


@given(CHARTS, st.one_of(st.none(), st.integers(18, 110)))
def test_every_adult_chart_is_decided_by_a_rule(chart: dict[str, str], age: int | None):
    conclusion = assess(findings(age=age, **chart), shipped_rules())
    assert conclusion.rule is not None
    assert conclusion.criteria


@given(CHARTS)
def test_nothing_routine_is_said_without_a_current_leg_symptom(chart: dict[str, str]):
    chart = {**chart, "A": "possible"}
    assert state(findings(**chart)) in {"silent", "alreadyDiagnosed"}


@given(CHARTS)
def test_a_doubtful_statement_weighs_as_much_as_none(chart: dict[str, str]):
    """Unknown is never absent: `possible` and silence lead to the same state."""
    without = {atom: status for atom, status in chart.items() if status != "possible"}
    assert state(findings(**chart)) == state(findings(**without))
