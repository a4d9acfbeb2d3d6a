from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.findings import findings
from support.rules import shipped_cards, shipped_rules

from service.assessment.assess import assess
from service.cards.compose import Composer
from service.cards.suppress import hold_back
from service.chart.model import Chart, Gap, Patient
from service.evidence.drafted import Drafted
from service.moment import CardEvent, Moment

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
MOMENT = Moment(now=NOW, hook="patient-view", seed="s", user="Practitioner/7", encounter="e1")
POSSIBLE = findings(A="present", F="present")
RED = findings(R=["cauda-equina"])


def held_back(found, moment=MOMENT, chart=Chart(Patient("p1")), drafted=Drafted()):  # noqa: B008 - frozen values
    library = shipped_cards()
    conclusion = assess(found, shipped_rules(), library.titles)
    composed = Composer(found, shipped_rules(), chart, drafted, library, moment).compose(conclusion)
    return hold_back(composed, conclusion, chart, library, moment)


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
    shown, held = held_back(RED, patient=Patient("p1", deceased=True))
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


def test_an_override_of_a_routine_card_does_not_hold_it_yet():
    event = answer(POSSIBLE, topic="neurogenicClaudication")
    assert shown_after(event, POSSIBLE)


def test_one_routine_card_at_most_is_shown():
    library = shipped_cards()
    chart = Chart(Patient("p1"))
    conclusion = assess(POSSIBLE, shipped_rules(), library.titles)
    (one,) = compose(conclusion, POSSIBLE, chart, library, MOMENT)
    other = replace(one, card=replace(one.card, summary="Another card"))
    shown, held = hold_back((one, other), conclusion, chart, MOMENT)
    assert shown == (one.card,)
    assert held[0].card == other.card
    assert "one at most" in held[0].reason


@pytest.mark.parametrize(
    ("found", "topic", "words"),
    [
        (findings(R=["fracture"]), "spinalRedFlag", "redFlagUrgent"),
        (findings(R=["limb-threatening-ischaemia"]), "vascularRedFlag", "redFlagUrgent"),
        (findings(A="present", F="present", X="present"), "historyIncomplete", "conflict"),
        (findings(A="present", rest_relief="present"), "historyIncomplete", "insufficient"),
        (findings(Q3="present"), "neurogenicClaudication", "on the problem list already"),
    ],
)
def test_a_state_without_a_card_is_held_with_the_reason(found, topic: str, words: str):
    shown, held = held_back(found)
    assert shown == ()
    assert [each.topic for each in held] == [topic]
    assert words in held[0].reason
    assert held[0].to_json() == {"topic": topic, "reason": held[0].reason}


def test_a_silent_chart_holds_nothing():
    assert held_back(findings()) == ((), ())
