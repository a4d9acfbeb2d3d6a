"""What users answered to cards. In: plain rows, committed before the EHR gets its answer, each kept once however often
it is sent. Out: a patient's earlier answers, joined with the cards and calls they belong to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from service.storage.database import READ_SECONDS, Database
from service.storage.schema import cards, feedback, invocations
from service.storage.writer import Statement


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One item of feedback; `accepted` holds the ids of accepted suggestions."""

    received_at: datetime
    service_id: str
    card: str
    outcome: str
    outcome_at: datetime
    accepted: tuple[str, ...] = ()
    reason_code: str | None = None
    reason_system: str | None = None
    comment: str | None = None

    @property
    def fingerprint(self) -> str:
        """The same for an item sent twice, whenever it arrives."""
        said = (self.service_id, self.card, self.outcome, self.outcome_at.astimezone(UTC).isoformat(), self.accepted)
        why = (self.reason_code, self.reason_system, self.comment)
        return hashlib.sha256(json.dumps([said, why]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An earlier answer to a card shown for a patient: what the card was about, and who answered how."""

    topic: str
    evidence: str
    outcome: str
    at: datetime
    user: str | None
    encounter: str | None
    reason: str | None


async def store(database: Database, rows: Sequence[FeedbackRow]) -> None:
    """Commit the items that are not stored yet; raises `StorageUnavailable` when none of them could be."""
    columns = [
        {
            "received_at": row.received_at,
            "service_id": row.service_id,
            "card": row.card,
            "outcome": row.outcome,
            "outcome_at": row.outcome_at,
            "accepted": json.dumps(row.accepted),
            "reason_code": row.reason_code,
            "reason_system": row.reason_system,
            "comment": row.comment,
            "fingerprint": row.fingerprint,
        }
        for row in rows
    ]
    once = insert(feedback).on_conflict_do_nothing(index_elements=["fingerprint"])
    await database.writer.commit([Statement(once, columns)])


async def history(database: Database, patient: str, *, seconds: float = READ_SECONDS) -> tuple[AnswerRow, ...]:
    """Every stored answer to a card shown for `patient`, oldest first.

    Raises `StorageUnavailable`, also when reading takes longer than `seconds`.
    """
    rows = await database.read(
        select(
            cards.c.topic,
            cards.c.evidence,
            feedback.c.outcome,
            feedback.c.outcome_at,
            invocations.c.user,
            invocations.c.encounter,
            feedback.c.reason_code,
        )
        .select_from(invocations)
        .join(cards, cards.c.invocation_id == invocations.c.id)
        .join(feedback, feedback.c.card == cards.c.id)
        .where(invocations.c.patient == patient)
        .order_by(feedback.c.outcome_at, feedback.c.id),
        seconds=seconds,
    )
    return tuple(
        AnswerRow(row.topic, row.evidence, row.outcome, row.outcome_at, row.user, row.encounter, row.reason_code)
        for row in rows
    )
