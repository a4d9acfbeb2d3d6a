"""Which cards are shown. In: the composed cards, the assessment, and the moment with its mode and the
user's earlier answers. Out: the cards shown, and the cards held back, each with the reason in words for
an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cds_hooks import Card
from service.assessment.definition import State
from service.assessment.model import Assessment
from service.cards.compose import ComposedCard
from service.cards.definition import Topic
from service.chart.model import Chart
from service.moment import CardEvent, Moment

# How long an answer to a red flag holds where the call names no encounter (project policy).
ANSWER_HOLDS: Final = timedelta(hours=24)

# Red flags of the vessels; all others are the spine's.
_VASCULAR_KINDS: Final = {"acute-limb-ischaemia", "limb-threatening-ischaemia", "symptomatic-aaa"}
_TOPIC_OF: Final[dict[State, Topic]] = {
    "redFlag": "spinalRedFlag",
    "redFlagUrgent": "spinalRedFlag",
    "alreadyDiagnosed": "neurogenicClaudication",
    "mixed": "mixedClaudication",
    "vascular": "vascularClaudication",
    "conflict": "historyIncomplete",
    "probable": "neurogenicClaudication",
    "possible": "neurogenicClaudication",
    "insufficient": "historyIncomplete",
    "silent": "historyIncomplete",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A card that is not shown and why; `card` is None where none exists."""

    topic: Topic
    reason: str
    card: Card | None = None

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"topic": self.topic, "reason": self.reason}
        if self.card is not None:
            body["card"] = self.card.to_json()
        return body


def hold_back(
    composed: tuple[ComposedCard, ...], assessment: Assessment, chart: Chart, moment: Moment
) -> tuple[tuple[Card, ...], tuple[Held, ...]]:
    """The cards to show in their order, and those held back with the reason; at most one routine card is
    shown."""
    if not composed and assessment.state != "silent":
        return (), (_without_card(assessment),)
    shown: list[Card] = []
    held: list[Held] = []
    routine_shown = False
    for each in composed:
        reason = _why_held(each, assessment, chart, moment)
        if reason is None and not each.red_flag and routine_shown:
            reason = "Another routine card is shown already; a call gets one at most."
        if reason is None:
            shown.append(each.card)
            routine_shown = routine_shown or not each.red_flag
        else:
            held.append(Held(each.topic, reason, each.card))
    return tuple(shown), tuple(held)


def _why_held(each: ComposedCard, assessment: Assessment, chart: Chart, moment: Moment) -> str | None:
    if moment.mode == "shadow":
        return "This client is in shadow mode: cards are computed and recorded, and none is shown."
    if chart.patient.deceased:
        return "The record says that the patient has died."
    if each.red_flag and _answered(each.topic, assessment.fingerprint, moment):
        if moment.encounter is None:
            return "The same user has answered this red flag, on the same evidence, within the last 24 hours."
        return "The same user has answered this red flag already, on the same evidence, in this encounter."
    return None


def _answered(topic: str, fingerprint: str, moment: Moment) -> bool:
    """A red flag is repeated to everybody but the user who has just answered it, and to them on any new
    evidence."""
    return moment.user is not None and any(
        event.topic == topic
        and event.evidence == fingerprint
        and event.user == moment.user
        and _is_recent(event, moment)
        for event in moment.history
    )


def _is_recent(event: CardEvent, moment: Moment) -> bool:
    if moment.encounter is not None:
        return event.encounter == moment.encounter
    return timedelta(0) <= moment.now - event.at <= ANSWER_HOLDS


def _without_card(assessment: Assessment) -> Held:
    if assessment.state == "alreadyDiagnosed":
        reason = "Neurogenic claudication is on the problem list already, so that no card about it is needed."
    else:
        rule = f" by rule {assessment.rule.id}" if assessment.rule else ""
        reason = f"The chart was assessed as {assessment.state}{rule}; no card is defined for this state yet."
    kinds = {support.evidence.kind for support in assessment.evidence}
    if kinds and kinds <= _VASCULAR_KINDS:
        return Held("vascularRedFlag", reason)
    return Held(_TOPIC_OF[assessment.state], reason)
