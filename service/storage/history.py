"""What became of a patient's earlier cards: the answers that users gave, and which cards were shown that are said only
once. In: rows as they happen, kept longer than the calls they came from. Out: a patient's history, in one indexed
read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, select

from service.storage.database import READ_SECONDS, Database
from service.storage.once import insert_once
from service.storage.schema import Instant, card_events, cards, invocations
from service.storage.writer import Statement


@dataclass(frozen=True, slots=True)
class CardEventRow:
    """What a card was about, what became of it (`accepted`, `overridden` or `shown`), when, and by whom."""

    topic: str
    evidence: str
    outcome: str
    at: datetime
    user: str | None
    encounter: str | None
    reason: str | None


# Feedback names a card and nothing more: topic, evidence and patient are those of the card when it was shown. An answer
# to a card that nobody remembers, or that another tenant was shown, belongs to no patient.
_ANSWERED = insert_once(card_events, ["fingerprint"]).from_select(
    [
        "fingerprint", "received_at", "at", "outcome", "reason",
        "tenant", "patient", "user", "encounter", "topic", "evidence",
    ],
    select(
        bindparam("fingerprint", type_=card_events.c.fingerprint.type),
        bindparam("received_at", type_=Instant()),
        bindparam("at", type_=Instant()),
        bindparam("outcome", type_=card_events.c.outcome.type),
        bindparam("reason", type_=card_events.c.reason.type),
        invocations.c.tenant,
        invocations.c.patient,
        invocations.c.user,
        invocations.c.encounter,
        cards.c.topic,
        cards.c.evidence,
    )
    .select_from(cards.join(invocations, invocations.c.id == cards.c.invocation_id))
    .where(
        cards.c.id == bindparam("card_id", type_=Text()),
        invocations.c.tenant == bindparam("of_tenant", type_=Text()),
    ),
)  # fmt: skip
_HISTORY = (
    select(
        card_events.c.topic,
        card_events.c.evidence,
        card_events.c.outcome,
        card_events.c.at,
        card_events.c.user,
        card_events.c.encounter,
        card_events.c.reason,
    )
    .where(card_events.c.tenant == bindparam("tenant"), card_events.c.patient == bindparam("patient"))
    .order_by(card_events.c.at, card_events.c.id)
)
_SHOWN = insert_once(card_events, ["fingerprint"])


def answered(
    tenant: str, fingerprint: str, card: str, outcome: str, at: datetime, received_at: datetime, reason: str | None
) -> dict[str, object]:
    """One item of feedback as `keep_answers` writes it; a clock that runs ahead counts as now."""
    return {
        "of_tenant": tenant,
        "fingerprint": fingerprint,
        "card_id": card,
        "outcome": outcome,
        "at": min(at, received_at),
        "received_at": received_at,
        "reason": reason,
    }


def keep_answers(items: Sequence[dict[str, object]]) -> Statement:
    """The statement that adds answers to the history of the patients whose cards they are about, each once."""
    return Statement(_ANSWERED, items)


def keep_shown(card: str, tenant: str, patient: str, row: CardEventRow) -> Statement:
    """The statement that remembers that a card was shown."""
    columns = {
        "fingerprint": f"shown {card}",
        "received_at": row.at,
        "at": row.at,
        "outcome": row.outcome,
        "reason": row.reason,
        "tenant": tenant,
        "patient": patient,
        "user": row.user,
        "encounter": row.encounter,
        "topic": row.topic,
        "evidence": row.evidence,
    }
    return Statement(_SHOWN, [columns])


async def history(
    database: Database, tenant: str, patient: str, *, seconds: float = READ_SECONDS
) -> tuple[CardEventRow, ...]:
    """Everything remembered of the tenant's `patient`, oldest first.

    Raises `StorageUnavailable`, also when reading takes longer than `seconds`.
    """
    rows = await database.read(_HISTORY, {"tenant": tenant, "patient": patient}, seconds=seconds)
    return tuple(
        CardEventRow(row.topic, row.evidence, row.outcome, row.at, row.user, row.encounter, row.reason) for row in rows
    )
