"""Which posture does what to which symptom. Each line a test expects reads `regions effect posture`; what cues do has
tests of its own."""

import pytest
from support.tiny_language import read, said

WALKING = "leg provokes walking"


# --- no cue ------------------------------------------------------------------


@pytest.mark.parametrize("posture", ["strolling", "propping", "arching"])
def test_upright_postures_bring_a_symptom_on_that_stands_beside_them(posture):
    (link,) = (link for sentence in read(f"Knoll glimmers {posture}.") for link in sentence.links)
    assert link.effect == "provokes"


@pytest.mark.parametrize("word", ["with", "on", "when", "while", "during", "after", "if", "upon", "whenever"])
def test_another_posture_brings_a_symptom_on_where_a_word_says_so(word):
    (link,) = (link for sentence in read(f"Knoll glimmers {word} zonking.") for link in sentence.links)
    assert (link.posture, link.effect) == ("sitting", "provokes")


@pytest.mark.parametrize("text", ["Knoll glimmers zonking.", "Knoll glimmers by zonking.", "Zonking knoll glimmers."])
def test_another_posture_merely_near_a_symptom_says_nothing(text):
    assert said(text) == []


def test_two_symptoms_in_a_list_both_come_with_the_posture():
    assert said("Dell glimmers and reef fizzes when strolling.") == ["thigh provokes walking", "calf provokes walking"]


def test_a_posture_far_from_the_symptom_says_nothing():
    assert said("Knoll glimmers, and in the end, when they had all come, eaten and gone, strolling.") == []


def test_words_that_only_look_like_a_posture_are_none():
    assert said("Zonking tax dims the knoll glimmers.") == []


@pytest.mark.parametrize("between", [",", ";", " and"])
def test_each_symptom_comes_with_its_own_posture(between):
    text = f"Brow glimmers when strolling{between} knoll glimmers when zonking."
    assert said(text) == ["back provokes walking", "leg provokes sitting"]


# --- referring back ----------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "effect"),
    [
        ("That dims it.", "eases"),
        ("It did not dim them.", "not-eased"),
        ("This kindles it.", "provokes"),
        ("It lingers.", "not-eased"),
        ("It does not linger.", "eases"),
    ],
)
def test_a_pronoun_takes_up_the_posture_just_named(verdict, effect):
    assert said(f"Knoll glimmers. He tried lolling. {verdict}") == [f"leg {effect} flexion"]


def test_a_cue_without_pronoun_or_posture_takes_up_nothing():
    assert said("Knoll glimmers. He tried lolling. Dimmed lights.") == []


def test_a_posture_named_two_statements_ago_is_not_taken_up():
    assert said("Knoll glimmers. He tried lolling. Zonking dims it. That kindles it.") == [
        "leg eases sitting",
    ]


# --- linked postures, implied effects, syndromes -----------------------------


@pytest.mark.parametrize(
    "text", ["Knoll glimmers dimmed by halting and zonking.", "Must halt to zonk, knoll glimmers."]
)
def test_a_linked_posture_gives_way_to_the_one_behind_it(text):
    assert said(text) == ["leg eases sitting"]


def test_a_linked_posture_alone_stands_for_itself():
    assert said("Halting dims the knoll glimmers.") == ["leg eases still"]


def test_a_linked_posture_does_not_give_way_across_a_new_clause():
    assert said("Halting dims the knoll glimmers; zonking kindles it.") == ["leg eases still", "leg provokes sitting"]


def test_a_linked_posture_does_not_give_way_to_strolling():
    assert said("Knoll glimmers dimmed by halting her strolling.")[0] == "leg eases still"


def test_a_posture_whose_name_tells_its_effect_needs_no_cue():
    assert said("Knoll glimmers, barrow sign.") == ["leg eases flexion"]
    assert said("Knoll glimmers, steep sign.") == ["leg provokes extension"]


def test_such_a_name_negated_documents_the_opposite():
    assert said("Knoll glimmers. No barrow sign.") == ["leg not-eased flexion"]
    assert said("Knoll glimmers. No steep sign.") == ["leg not-provoked extension"]


def test_a_sign_behind_a_comma_is_not_turned_round_by_what_another_posture_does():
    assert "leg eases flexion" in said("Knoll glimmers brighter propping, barrow sign.")


def test_a_syndrome_is_a_symptom_on_walking():
    assert said("Gloam.") == [WALKING]
    assert said("Gloamosis.") == [WALKING]


def test_a_denied_syndrome_is_a_denied_symptom_unless_it_is_a_diagnosis():
    assert said("No gloam.") == ["leg not-provoked walking"]
    assert said("No gloamosis.") == []


def test_a_doubtful_syndrome_is_a_doubtful_symptom():
    assert said("Maybe gloam.") == ["possible leg provokes walking"]


# --- what the link is said of ------------------------------------------------


@pytest.mark.parametrize(
    ("text", "assertion"),
    [
        ("Maybe knoll glimmers dim with zonking.", "possible"),
        ("If knoll glimmers dim with zonking, call.", "hypothetical"),
        ("Formerly knoll glimmers dimmed by zonking.", "historical"),
        ("Knoll glimmers dimmed by zonking, long faded.", "historical"),
        ("Her aunt has knoll glimmers dimmed by zonking.", "other-person"),
        ("Formerly her aunt maybe had knoll glimmers dimmed by zonking.", "other-person"),
    ],
)
def test_a_link_holds_as_what_the_furthest_modifier_makes_of_it(text, assertion):
    assert said(text) == [f"{assertion} leg eases sitting"]


def test_a_doubt_that_reaches_only_one_of_two_links_leaves_the_other():
    assert said("Knoll glimmers kindled by strolling but maybe dimmed by zonking.") == [
        WALKING,
        "possible leg eases sitting",
    ]


@pytest.mark.parametrize(
    ("text", "anchor"), [("Knoll", "leg"), ("Reef", "leg"), ("Brow", "other"), ("Spire", "other"), ("", "unknown")]
)
def test_a_link_is_anchored_in_the_leg_elsewhere_or_nowhere(text, anchor):
    (link,) = (link for sentence in read(f"{text} glimmers dimmed by zonking.") for link in sentence.links)
    assert link.anchor == anchor


def test_a_link_carries_sides_and_qualities_of_its_symptom():
    (twain,) = read("Twain dell fizzes when strolling.")[0].links
    assert (twain.both, twain.single, twain.qualities) == (True, False, {"sensory"})
    (lone,) = read("Lone reef glimmers when strolling.")[0].links
    assert (lone.both, lone.single, lone.qualities) == (False, True, {"pain"})


def test_a_link_keeps_the_words_that_made_it():
    (sentence,) = read("Knoll glimmers dimmed by zonking.")
    (link,) = sentence.links
    assert [mention.id for mention in link.mentions] == ["zonking", "dimmed", "glimmers", "knoll"]


def test_a_part_of_the_leg_named_with_posture_and_cue_is_where_it_is_felt_and_no_symptom_of_its_own():
    assert said("Strolling kindles my dell.") == ["thigh provokes walking"]
    assert read("Strolling kindles my dell.")[0].symptoms == ()


def test_another_part_of_the_body_named_with_posture_and_cue_stands_for_nothing():
    assert said("Strolling kindles my spire.") == ["something provokes walking"]


def test_a_link_without_any_symptom_has_no_side():
    (link,) = read("Dimmed by zonking.")[0].links
    assert (link.both, link.single, link.regions, link.qualities) == (False, False, frozenset(), frozenset())


def test_a_posture_near_the_symptom_is_linked_however_far_its_place_is():
    (link,) = read("Strolling glimmers; they are all at the far end of the one knoll.")[0].links
    assert (link.posture, link.effect) == ("walking", "provokes")


@pytest.mark.parametrize("contrast", ["than", ", unlike", "instead of", "rather than", ">"])
def test_a_posture_named_in_contrast_is_not_what_eases(contrast):
    assert said(f"Knoll glimmers fainter lolling {contrast} propping.") == ["leg eases flexion"]


def test_a_symptom_that_has_had_its_posture_takes_no_other_behind_the_next_symptom():
    assert said("Reef glimmers when strolling, brow glimmers when zonking.") == [
        "calf provokes walking",
        "back provokes sitting",
    ]


def test_a_symptom_between_two_postures_goes_with_the_nearer_one():
    assert said("Strolling, at times far away from here, knoll glimmers propping.") == ["leg provokes standing"]
    assert said("Strolling knoll glimmers, at times far away from here, propping.") == ["leg provokes walking"]


def test_one_symptom_in_front_of_several_postures_comes_with_each():
    assert said("Knoll glimmers strolling, propping.") == ["leg provokes walking", "leg provokes standing"]


def test_one_verdict_is_said_of_every_posture_before_it():
    expected = ["leg provokes walking", "something not-eased flexion", "something not-eased sitting"]
    assert said("Knoll glimmers strolling. Squiffs, zonks: none of it.") == [
        expected[0],
        *(line.replace("something", "leg") for line in expected[1:]),
    ]


def test_what_comes_else_is_kept_off():
    assert said("Lolls, otherwise knoll glimmers.") == ["leg eases flexion"]
    assert said("Lolls as knoll glimmers otherwise.") == ["leg eases flexion"]
    assert said("Lolls. Knoll glimmers.") == []


def test_what_comes_back_behind_a_comma_was_there():
    text = "No knoll glimmers lolling, brighter strolling."
    assert said(text) == ["leg free flexion", "leg provokes walking"]


def test_a_denied_symptom_of_another_part_is_not_what_is_eased():
    assert said("Knoll glimmers, not spire glimmers; dimmed by lolling.") == ["leg eases flexion"]


def test_a_posture_that_is_said_to_be_well_claims_no_symptom_from_the_next():
    assert said("Knoll is serene lolling over and glimmers when he strolls.") == ["leg free flexion", WALKING]


def test_what_somebody_cannot_do_without_the_symptom_brings_it_on():
    assert said("Cannot loll without knoll glimmers.") == ["leg provokes flexion"]
    assert said("Can loll without knoll glimmers.") == ["leg free flexion"]


def test_walking_in_a_posture_without_the_symptom_does_not_deny_it_of_walking():
    assert said("Lolling over it there are no knoll glimmers strolling.") == ["leg free flexion"]
    assert "leg not-provoked walking" in said("No knoll glimmers strolling or lolling.")
