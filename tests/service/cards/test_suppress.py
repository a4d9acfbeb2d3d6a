from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.findings import findings
from support.rules import shipped_cards, shipped_rules

from service.assessment.assess import assess
from service.cards.compose import Composer
from service.cards.suppress import hold_back
from service.chart.model import Chart, Gap, Patient
from service.evidence.drafted import DraftedOrder
from service.moment import CardEvent, Moment

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
MOMENT = Moment(now=NOW, hook="patient-view", seed="s", user="Practitioner/7", encounter="e1")
POSSIBLE = findings(A="present", F="present")
RED = findings(R=["cauda-equina"])


def held_back(found, moment=MOMENT, chart=Chart(Patient("p1")), drafted=()):  # noqa: B008 - frozen values
    library = shipped_cards()
    conclusion = assess(found, shipped_rules(), library.titles)
    composed = Composer(found, shipped_rules(), chart, drafted, library, moment).compose(conclusion)
    shown, held = hold_back(composed, conclusion, chart, library, moment)
    return tuple(each.card for each in shown), held


def answer(found=RED, **changed) -> CardEvent:
    event = CardEvent(
        topic="spinalRedFlag",
        evidence=assess(found, shipped_rules()).fingerprint,
        outcome="overridden",
        at=NOW - timedelta(hours=1),
        user="Practitioner/7",
        encounter="e1",
        reason="knownDiagnosis",
    )
    return replace(event, **changed)


def shown_after(event: CardEvent, found=RED, **moment) -> bool:
    shown, held = held_back(found, replace(MOMENT, history=(event,), **moment))
    assert bool(shown) != bool(held)
    return bool(shown)


def test_ordinarily_every_composed_card_is_shown():
    shown, held = held_back(POSSIBLE)
    assert len(shown) == 1
    assert held == ()


def test_in_shadow_mode_every_card_is_held_and_kept():
    shown, held = held_back(RED, replace(MOMENT, mode="shadow"))
    assert shown == ()
    assert held[0].topic == "spinalRedFlag"
    assert held[0].card is not None
    assert "shadow mode" in held[0].reason


def test_a_patient_who_has_died_gets_no_card():
    shown, held = held_back(RED, chart=Chart(Patient("p1", deceased=True)))
    assert shown == ()
    assert held[0].reason == "The record says that the patient has died."


@pytest.mark.parametrize("outcome", ["accepted", "overridden"])
def test_a_red_flag_the_same_user_has_answered_in_this_encounter_is_held(outcome: str):
    assert not shown_after(answer(outcome=outcome))


@pytest.mark.parametrize(
    "changed",
    [
        {"user": "Practitioner/8"},
        {"user": None},
        {"encounter": "e2"},
        {"encounter": None},
        {"evidence": "other evidence"},
        {"topic": "vascularRedFlag"},
    ],
)
def test_a_red_flag_is_shown_to_another_user_in_another_encounter_or_on_other_evidence(changed: dict):
    assert shown_after(answer(**changed))


def test_in_an_encounter_the_answer_holds_however_long_ago_it_was():
    assert not shown_after(answer(at=NOW - timedelta(days=3)))


def test_without_an_encounter_the_answer_holds_for_24_hours():
    assert not shown_after(answer(at=NOW - timedelta(hours=24)), encounter=None)
    assert shown_after(answer(at=NOW - timedelta(hours=24, seconds=1)), encounter=None)
    assert shown_after(answer(at=NOW + timedelta(seconds=1)), encounter=None)


def test_an_unknown_user_is_never_taken_for_the_one_who_answered():
    assert shown_after(answer(user=None), user=None)


def test_new_evidence_shows_the_red_flag_again():
    assert shown_after(answer(), findings(R=["cauda-equina", "motor-deficit-new"]))


def test_an_answer_about_one_red_flag_does_not_hold_another():
    both = findings(R=["cauda-equina", "symptomatic-aaa"])
    shown, held = held_back(both, replace(MOMENT, history=(answer(both),)))
    assert [card.source.topic.code for card in shown] == ["vascularRedFlag"]
    assert [each.topic for each in held] == ["spinalRedFlag"]


@pytest.mark.parametrize("outcome", ["accepted", "overridden"])
def test_a_routine_card_that_was_answered_stays_silent_with_the_reason(outcome: str):
    event = answer(POSSIBLE, topic="neurogenicClaudication", reason=None, outcome=outcome)
    shown, held = held_back(POSSIBLE, replace(MOMENT, history=(event,)))
    assert shown == ()
    assert "answered on 2026-11-02, until 2026-11-09" in held[0].reason


def test_an_answer_never_silences_a_red_flag_by_its_reason():
    event = answer(topic="neurogenicClaudication", reason="notRelevant")
    assert shown_after(event, RED)


def test_one_routine_card_at_most_is_shown():
    library = shipped_cards()
    chart = Chart(Patient("p1"))
    conclusion = assess(POSSIBLE, shipped_rules(), library.titles)
    (one,) = Composer(POSSIBLE, shipped_rules(), chart, (), library, MOMENT).compose(conclusion)
    other = replace(one, card=replace(one.card, summary="Another card"))
    shown, held = hold_back((one, other), conclusion, chart, library, MOMENT)
    assert shown == (one,)
    assert held[0].card == other.card
    assert "one at most" in held[0].reason


def test_a_conclusion_without_a_card_in_force_is_held_with_the_reason():
    shown, held = held_back(findings(Q3="present"))
    assert shown == ()
    assert [each.topic for each in held] == ["neurogenicClaudication"]
    assert "already on the problem list" in held[0].reason
    assert held[0].to_json() == {"topic": "neurogenicClaudication", "reason": held[0].reason}


def test_in_hospice_care_only_red_flags_are_shown():
    shown, held = held_back(findings(A="present", F="present", hospice="present"))
    assert (shown, "Hospice" in held[0].reason) == ((), True)
    shown, held = held_back(findings(R=["cauda-equina"], hospice="present"))
    assert (len(shown), held) == (1, ())


def topics_for(found, *kinds: str, picked: tuple[str, ...] | None = None, hook="order-select", gaps=(), history=()):
    """The topics shown when orders of these kinds are drafted, `picked` of them just now."""
    chosen = kinds if picked is None else picked
    drafted = tuple(DraftedOrder(f"ServiceRequest/{kind}", frozenset({kind}), kind in chosen) for kind in kinds)
    moment = replace(MOMENT, hook=hook, history=history)
    shown, _ = held_back(found, moment, Chart(Patient("p1"), gaps=gaps), drafted)
    return [card.source.topic.code for card in shown]


PROBABLE = findings(A="present", F="present", B="present", T="present")
SITTING = findings(A="present", S="present")
MIXED = findings(A="present", F="present", V4="present")
VASCULAR = findings(A="present", V1="present", V2="present")
UNCLEAR = findings(A="present", rest_relief="present")
KNOWN = findings(Q3="present")


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
@pytest.mark.parametrize(
    ("found", "kinds", "topics"),
    [
        (PROBABLE, (), []),
        (PROBABLE, ("some-other-order",), []),
        (RED, (), ["spinalRedFlag"]),
        (RED, ("lumbar-mri",), ["spinalRedFlag"]),
        (POSSIBLE, ("lumbar-mri",), ["imagingStewardship"]),
        (PROBABLE, ("lumbar-ct",), ["imagingStewardship"]),
        (SITTING, ("spine-injection",), ["imagingStewardship"]),
        (KNOWN, ("lumbar-mri",), ["imagingStewardship"]),
        # Therapy goes along: agreement is silence.
        (POSSIBLE, ("lumbar-mri", "physical-therapy"), []),
        (POSSIBLE, ("physical-therapy",), []),
        (POSSIBLE, ("pain-referral",), []),
        (MIXED, ("lumbar-mri",), ["mixedClaudication"]),
        (MIXED, ("spine-injection",), ["mixedClaudication"]),
        (MIXED, ("lumbar-mri", "arterial-study"), []),
        (MIXED, ("arterial-study",), []),
        (VASCULAR, ("lumbar-mri",), ["vascularClaudication"]),
        (VASCULAR, ("physical-therapy",), ["vascularClaudication"]),
        (VASCULAR, ("vascular-referral",), []),
        (UNCLEAR, ("lumbar-mri",), ["historyIncomplete"]),
        (UNCLEAR, ("physical-therapy",), []),
        (findings(), ("lumbar-mri",), []),
        # An arterial study is what a card would ask for, unless the arteries are known to be normal.
        (POSSIBLE, ("arterial-study",), []),
        (findings(A="present", F="present", P="present"), ("arterial-study",), ["neurogenicClaudication"]),
    ],
)
def test_on_the_order_hooks_a_card_answers_the_order_that_is_drafted(found, kinds, topics, hook):
    assert topics_for(found, *kinds, hook=hook) == topics


def test_only_an_order_that_was_just_picked_is_answered_and_any_draft_can_agree():
    assert topics_for(POSSIBLE, "lumbar-mri", picked=()) == []
    assert topics_for(MIXED, "lumbar-mri", "arterial-study", picked=("lumbar-mri",)) == []


@pytest.mark.parametrize(
    "done",
    [
        {"therapy_ordered": "present"},
        {"therapy_done": "present"},
        {"Q1": "present"},
        {"intervention_candidate": "present"},
        {"spine_referral_open": "present"},
    ],
    ids=lambda done: next(iter(done)),
)
def test_nothing_is_said_about_therapy_that_is_on_record_or_would_change_nothing(done: dict):
    assert topics_for(findings(A="present", F="present", **done), "lumbar-mri") == []


@pytest.mark.parametrize("key", ["serviceRequests", "procedures"])
@pytest.mark.parametrize(("code", "silent"), [("not-provided", True), ("failed", True), ("unreadable", False)])
def test_without_the_history_nothing_is_called_missing(key: str, code: str, silent: bool):
    assert topics_for(POSSIBLE, "lumbar-mri", gaps=(Gap(key, code, "x"),)) == ([] if silent else ["imagingStewardship"])


def test_what_was_said_while_drafting_is_not_said_again_at_signing():
    said = answer(POSSIBLE, topic="imagingStewardship", outcome="shown", reason=None)
    assert topics_for(POSSIBLE, "lumbar-mri", hook="order-sign", history=(said,)) == []
    for other in ({"user": "Practitioner/8"}, {"encounter": "e2"}, {"evidence": "other"}):
        again = topics_for(POSSIBLE, "lumbar-mri", hook="order-sign", history=(replace(said, **other),))
        assert again == ["imagingStewardship"], other
    assert topics_for(POSSIBLE, "lumbar-mri", hook="order-select", history=(said,)) == ["imagingStewardship"]


def test_a_card_that_was_only_shown_silences_nothing_else():
    event = answer(POSSIBLE, topic="neurogenicClaudication", outcome="shown", reason=None)
    assert shown_after(event, POSSIBLE)
    assert shown_after(answer(outcome="shown"), RED)


def test_a_silent_chart_holds_nothing():
    assert held_back(findings()) == ((), ())
