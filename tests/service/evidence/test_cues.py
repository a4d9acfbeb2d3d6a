"""The cue that belongs to a posture, and the effect that results. Each line a test expects reads `regions effect
posture`."""

import pytest
from support.tiny_language import said

WALKING = "leg provokes walking"


@pytest.mark.parametrize(
    "text",
    [
        "Knoll glimmers dimmed by zonking.",
        "Knoll glimmers, dimmed by zonking.",
        "Dimmed by zonking, the knoll glimmers.",
        "Knoll glimmers are always, she said, dimmed by zonking.",
    ],
)
def test_a_cue_that_looks_forward_takes_the_posture_behind_it(text):
    assert said(text) == ["leg eases sitting"]


def test_a_cue_that_looks_backward_takes_the_posture_before_it():
    assert said("Zonking dims the knoll glimmers.") == ["leg eases sitting"]
    assert said("Zonking kindles the knoll glimmers.") == ["leg provokes sitting"]


@pytest.mark.parametrize("text", ["Knoll glimmers fainter zonking.", "Knoll glimmers: zonking fainter."])
def test_a_cue_that_looks_either_way_takes_the_nearest_posture(text):
    assert said(text) == ["leg eases sitting"]


@pytest.mark.parametrize("connector", ["with", "by", "when", "after"])
def test_a_connector_turns_a_backward_cue_to_what_follows(connector):
    assert said(f"The knoll glimmers dim {connector} zonking.") == ["leg eases sitting"]


def test_each_of_two_cues_takes_its_own_posture():
    expected = [WALKING, "leg eases flexion"]
    assert said("Knoll glimmers kindled by strolling, dimmed by lolling over.") == expected
    assert said("Knoll glimmers, brighter strolling, fainter lolling.") == expected
    assert said("Knoll glimmers: strolling kindles it, lolling dims it.") == expected


def test_relief_behind_a_comma_that_leads_on_to_a_posture_is_no_relief_of_walking():
    expected = [WALKING, "leg eases sitting"]
    assert said("Knoll glimmers when ten times ten steps of strolling, fainter zonking.") == expected
    assert said("Knoll glimmers, strolling fainter.") == ["leg eases walking"]


def test_one_cue_takes_every_posture_of_its_list():
    assert said("Knoll glimmers dimmed by zonking or lolling.") == ["leg eases sitting", "leg eases flexion"]


def test_what_stands_before_a_tied_cue_is_not_what_eases():
    assert said("Knoll glimmers when propping, dimmed by zonking.") == ["leg provokes standing", "leg eases sitting"]
    assert said("Propping, dimmed by zonking, knoll glimmers.") == ["leg provokes standing", "leg eases sitting"]


def test_a_cue_that_looks_away_reaches_the_posture_if_no_other_cue_does():
    assert said("Knoll glimmers when strolling; zonking: dimmed.") == [WALKING, "leg eases sitting"]


def test_a_cue_two_clauses_away_is_out_of_reach():
    assert said("Knoll glimmers; zonking; nothing else to tell; fainter.") == []


def test_a_cue_that_is_for_certain_postures_takes_only_these():
    assert said("Knoll glimmers when strolling. He must zonk.") == [WALKING, "leg eases sitting"]
    assert said("Knoll glimmers when strolling. He must halt.") == [WALKING]


def test_strolling_is_what_the_symptom_comes_with_and_not_what_the_relief_near_it_is_said_of():
    assert said("Knoll glimmers after strolling dimmed by zonking.") == [WALKING, "leg eases sitting"]
    assert said("Strolling knoll glimmers, fainter.") == [WALKING]


def test_a_relief_that_belongs_to_another_symptom_leaves_the_posture_alone():
    assert "leg free standing" not in said("Propping, knoll glimmers, serene.")


# --- negation ----------------------------------------------------------------


def test_a_negated_cue_documents_the_opposite():
    assert said("Knoll glimmers not dimmed by perching.") == ["leg not-eased still"]
    assert said("Perching does not dim the knoll glimmers.") == ["leg not-eased still"]
    assert said("Knoll glimmers not kindled by propping.") == ["leg not-provoked standing"]
    assert said("Knoll glimmers not serene when zonking.") == ["leg not-eased sitting"]


def test_a_negation_behind_the_cue_falls_on_the_posture_behind_it():
    expected = [WALKING, "leg eases sitting", "leg not-eased still"]
    assert said("Knoll glimmers when strolling, dimmed by zonking but not by perching.") == expected
    assert said("Knoll glimmers when strolling, dimmed by zonking, not perching.") == expected


def test_what_is_not_eased_without_a_posture_is_eased_by_it():
    assert said("Knoll glimmers not dimmed by lolling but not without zonking.") == [
        "leg not-eased flexion",
        "leg eases sitting",
    ]


def test_what_lingers_is_not_eased():
    assert said("Knoll glimmers linger when zonking.") == ["leg not-eased sitting"]
    assert said("Knoll glimmers do not linger when zonking.") == ["leg eases sitting"]


def test_what_lingers_with_strolling_does_not_come_with_it():
    assert said("Knoll glimmers linger with strolling.") == ["leg not-provoked walking"]


def test_what_comes_with_strolling_and_lingers_still_comes_with_it():
    assert said("Knoll glimmers when strolling, lingers.") == [WALKING]


@pytest.mark.parametrize(
    "text",
    [
        "Knoll glimmers do not dim until zonking.",
        "Knoll glimmers linger until zonking.",
        "Knoll glimmers are not dimmed except by zonking.",
    ],
)
def test_what_does_not_ease_until_is_what_eases(text):
    assert said(text) == ["leg eases sitting"]


def test_an_exception_leaves_the_posture_before_it_not_eased():
    assert said("Knoll glimmers are not dimmed by perching until zonking.") == [
        "leg not-eased still",
        "leg eases sitting",
    ]


def test_a_denied_symptom_does_not_come_with_what_provokes():
    assert said("Denies knoll glimmers kindled by strolling.") == ["leg not-provoked walking"]


def test_what_eases_a_denied_symptom_is_not_at_issue():
    assert said("Denies knoll glimmers dimmed by zonking.") == []


def test_a_posture_in_which_the_symptom_is_denied_is_free_of_it():
    assert said("No knoll glimmers when zonking.") == ["leg free sitting"]
    assert said("Denies knoll glimmers strolling.") == ["leg not-provoked walking"]


def test_a_symptom_denied_behind_a_comma_belongs_to_another_statement():
    assert said("Spire glimmers on lolling, no knoll glimmers.") == ["other provokes flexion"]


def test_a_symptom_denied_behind_a_comma_belongs_to_the_posture_it_is_tied_to():
    assert said("Lolling over, without the knoll glimmers.") == ["leg free flexion"]


def test_relief_in_one_posture_is_not_said_of_another_across_a_symptom():
    assert said("Perching, knoll glimmers, serene when zonking.") == ["leg free sitting"]


def test_a_cue_that_has_a_posture_in_its_own_clause_leaves_the_one_before_it():
    assert said("Knoll glimmers zonking; lolling dims it.") == ["leg eases flexion"]


def test_a_cue_behind_a_comma_and_a_new_symptom_belongs_to_that_symptom():
    assert said("Knoll fizzes when strolling, brow glimmers dimmed by zonking.")[0] == "leg provokes walking"


def test_a_negation_before_a_posture_is_spent_on_it():
    assert said("No zonking that dims the knoll glimmers.") == ["leg eases sitting"]


def test_a_negation_before_a_comma_does_not_reach_the_cue_behind_it():
    assert said("Knoll glimmers not at all, they say, dimmed by zonking.") == ["leg eases sitting"]


def test_a_negation_far_before_the_cue_does_not_reach_it():
    assert said("No doubt at all about it in the end that zonking dims the knoll glimmers.") == ["leg eases sitting"]


def test_relief_without_the_symptom_is_freedom_from_it():
    assert said("Zonking dims it without the knoll glimmers.") == ["leg free sitting"]


def test_a_negation_reaches_a_cue_four_words_on_and_no_further():
    assert said("Knoll glimmers not a b c d dimmed by zonking.") == ["leg not-eased sitting"]
    assert said("Knoll glimmers not a b c d e dimmed by zonking.") == ["leg eases sitting"]


@pytest.mark.parametrize(
    "tied", ["dimmed a little by", "dimmed within minutes by", "fainter after", "dimmed, he says, by"]
)
def test_what_stands_before_a_cue_with_a_posture_of_its_own_behind_it_is_not_what_eases(tied):
    assert said(f"Knoll glimmers when propping, {tied} zonking.") == ["leg provokes standing", "leg eases sitting"]


def test_the_nearer_of_two_cues_that_look_its_way_belongs_to_a_posture():
    assert said("Zonking kindled, dimmed lolling, knoll glimmers.") == ["leg provokes sitting", "leg eases flexion"]


def test_a_cue_that_looks_the_other_way_gives_way_to_one_a_little_further_that_looks_its_way():
    assert said("Knoll glimmers dimmed, so they say, zonking kindles it.") == ["leg provokes sitting"]


# --- what holds of a whole clause, and of all that was tried -----------------


def test_what_was_never_seen_of_a_clause_is_so_of_every_posture_in_it():
    assert said("Knoll glimmers. Never saw that lolling or zonking dims it.") == [
        "leg not-eased flexion",
        "leg not-eased sitting",
    ]


def test_what_is_tried_come_what_may_eases_nothing():
    assert said("Knoll glimmers, come what may, zonking, lolling, it is there.") == [
        "leg not-eased sitting",
        "leg not-eased flexion",
    ]


def test_a_list_with_a_cue_of_its_own_is_no_list_of_what_was_tried():
    assert not any("not-eased" in line for line in said("Knoll glimmers. Come what may, zonking or lolling dims it."))


def test_standing_before_what_eases_is_not_what_eases():
    assert said("Knoll glimmers on strolling or propping, fainter zonking.") == [
        "leg provokes walking",
        "leg provokes standing",
        "leg eases sitting",
    ]


def test_what_brings_it_on_is_named_as_the_reason_for_what_eases_it():
    assert "leg provokes flexion" not in said("Lolls since propping kindles knoll glimmers.")
    assert said("Lolling and propping kindle knoll glimmers.")[0] == "leg provokes flexion"


def test_a_relative_leads_on_to_what_eases_it():
    assert said("Knoll glimmers on strolling that is dimmed by zonking.") == [
        "leg provokes walking",
        "leg eases sitting",
    ]


def test_a_posture_that_is_not_what_another_is():
    assert said("Lolling is serene, strolling is not, knoll glimmers.") == ["leg free flexion", "leg provokes walking"]


def test_the_consequence_of_a_condition_stands_behind_its_comma():
    assert said("When he lolls, no knoll glimmers.") == ["leg free flexion"]
    assert said("Lolls, no knoll glimmers.") == []


def test_what_a_symptom_comes_with_is_not_what_the_words_behind_the_comma_say():
    assert "leg eases flexion" not in said("Knoll glimmers when lolling, fainter strolling.")
    assert said("Knoll glimmers, when lolling fainter.") == ["leg eases flexion"]


def test_what_comes_back_in_a_clause_of_its_own_has_its_posture_there():
    text = "Knoll glimmers fainter when lolling; brighter when arching."
    assert said(text) == ["leg eases flexion", "leg provokes extension"]


def test_what_is_not_even_so_is_said_twice_and_not_taken_back():
    assert said("The knoll glimmers linger, not even lolling.") == ["leg not-eased flexion"]


def test_what_does_not_come_on_condition_of_a_posture_is_absent_in_it():
    assert said("Knoll glimmers are not kindled when lolling.") == ["leg free flexion"]
    assert said("Knoll glimmers are not kindled by lolling.") == ["leg not-provoked flexion"]


def test_what_somebody_does_each_time_the_symptom_comes_is_no_cause_of_it():
    assert said("Each time the knoll glimmers kindle she lolls.") != ["leg provokes flexion"]
    assert said("Knoll glimmers kindle when she lolls.") == ["leg provokes flexion"]


@pytest.mark.parametrize(
    "text",
    [
        "Knoll glimmers. Neither zonking nor lolling dims it.",
        "Knoll glimmers not dimmed by zonking nor by lolling.",
        "Knoll glimmers. Zonking does not dim it, nor does lolling.",
    ],
)
def test_neither_of_two_postures_eases_it(text):
    assert said(text) == ["leg not-eased sitting", "leg not-eased flexion"]


def test_a_posture_in_a_clause_of_its_own_is_not_what_the_cue_before_it_names():
    assert said("Knoll glimmers dimmed by zonking; blue quill lolling.") == ["leg eases sitting"]
    assert said("Knoll glimmers dimmed by zonking; lolling.") == ["leg eases sitting", "leg eases flexion"]


def test_what_only_one_posture_does_the_others_do_not():
    assert said("Knoll glimmers not dimmed by perching, only by lolling.") == [
        "leg not-eased still",
        "leg eases flexion",
    ]
