"""Which cards are shown. In: the composed cards, the assessment, the chart, and the moment with its mode and the
earlier answers. Out: the cards shown, and the cards held back, each with the reason in words for an
administrator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cds_hooks import Card
from service.assessment.model import Assessment
from service.cards.answers import silenced
from service.cards.compose import ComposedCard
from service.cards.definition import CardDefinition, CardLibrary, Topic
from service.chart.model import Chart
from service.moment import CardEvent, Moment

# How long an answer to a red flag, or a thing said once, holds where the call names no encounter (project policy).
ANSWER_HOLDS: Final = timedelta(hours=24)
# What a gap under a key that a card needs may be called without silencing it: those resources did arrive.
_ARRIVED: Final = frozenset({"warned", "unreadable", "other-patient", "no-subject"})


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
    composed: Sequence[ComposedCard],
    assessment: Assessment,
    chart: Chart,
    library: CardLibrary,
    moment: Moment,
) -> tuple[tuple[ComposedCard, ...], tuple[Held, ...]]:
    """The cards to show in their order, and those held back with the reason; at most one routine card is shown."""
    if not composed and assessment.rule is not None and assessment.state != "silent":
        conclusion = f"No card is in force for this conclusion: {assessment.rule.title}."
        return (), (Held(library.topic_of(assessment.state), conclusion),)
    shown: list[ComposedCard] = []
    held: list[Held] = []
    routine_shown = False
    for each in composed:
        definition = each.definition
        reason = _why_held(each, assessment, chart, library, moment)
        if reason is None and not definition.red_flag and routine_shown:
            reason = "Another routine card is shown already; a call gets one at most."
        if reason is None:
            shown.append(each)
            routine_shown = routine_shown or not definition.red_flag
        else:
            held.append(Held(definition.topic, reason, each.card))
    return tuple(shown), tuple(held)


def _why_held(
    each: ComposedCard, assessment: Assessment, chart: Chart, library: CardLibrary, moment: Moment
) -> str | None:
    card = each.definition
    if moment.mode == "shadow":
        return "This client is in shadow mode: cards are computed and recorded, and none is shown."
    if chart.patient.deceased:
        return "The record says that the patient has died."
    if card.red_flag:
        return _answered_red_flag(card.topic, assessment.fingerprint, moment)
    return (
        each.not_now
        or _unknown(card, chart)
        or _said_already(card, assessment.fingerprint, moment)
        or silenced(card.topic, assessment.fingerprint, library.override_reasons, moment)
    )


def _answered_red_flag(topic: str, fingerprint: str, moment: Moment) -> str | None:
    """A red flag is repeated to everybody but the user who has just answered it, and to them on any new evidence."""
    answered = (e for e in moment.history if e.outcome != "shown" and e.topic == topic and e.evidence == fingerprint)
    if not any(_by_this_user_here(event, moment) for event in answered):
        return None
    if moment.encounter is None:
        return "The same user has answered this red flag, on the same evidence, within the last 24 hours."
    return "The same user has answered this red flag already, on the same evidence, in this encounter."


def _by_this_user_here(event: CardEvent, moment: Moment) -> bool:
    if moment.user is None or event.user != moment.user:
        return False
    if moment.encounter is not None:
        return event.encounter == moment.encounter
    return timedelta(0) <= moment.now - event.at <= ANSWER_HOLDS


def _unknown(card: CardDefinition, chart: Chart) -> str | None:
    """A card that speaks of what is not on record needs to have seen the record."""
    missing = {gap.key for gap in chart.gaps if gap.code not in _ARRIVED} & set(card.needs_received)
    return (
        f"Not received or not complete: {', '.join(sorted(missing))}; nothing is said about what may stand there."
        if missing
        else None
    )


def _said_already(card: CardDefinition, fingerprint: str, moment: Moment) -> str | None:
    if not card.said_once or moment.hook != "order-sign":
        return None
    shown = (e for e in moment.history if e.outcome == "shown" and e.topic == card.topic and e.evidence == fingerprint)
    if any(_by_this_user_here(event, moment) for event in shown):
        return "It was said to the same user while the order was drafted."
    return None
