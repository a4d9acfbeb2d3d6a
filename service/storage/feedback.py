"""What users answered to cards. In: plain rows, committed before the EHR gets its answer, each kept once however often
it is sent. Out: the rows, each marked by whether its tenant was shown that card, and each answer in the history of the
patient whose card it is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Text, bindparam, select

from service.storage.database import Database
from service.storage.history import answered, keep_answers
from service.storage.once import insert_once
from service.storage.schema import cards, feedback, invocations
from service.storage.writer import Statement


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One item of feedback; `accepted` holds the ids of accepted suggestions."""

    tenant: str
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
        said = (
            self.tenant,
            self.service_id,
            self.card,
            self.outcome,
            self.outcome_at.astimezone(UTC).isoformat(),
            self.accepted,
        )
        why = (self.reason_code, self.reason_system, self.comment)
        return hashlib.sha256(json.dumps([said, why]).encode()).hexdigest()


_COLUMNS = tuple(column for column in feedback.c if column.name not in ("id", "matched"))
_SHOWN_TO_TENANT = (
    select(cards.c.id)
    .join(invocations, invocations.c.id == cards.c.invocation_id)
    .where(cards.c.id == bindparam("card", type_=Text()), invocations.c.tenant == bindparam("tenant", type_=Text()))
    .exists()
)
_ONCE = insert_once(feedback, ["fingerprint"]).from_select(
    [*_COLUMNS, feedback.c.matched],
    select(*(bindparam(column.name, type_=column.type) for column in _COLUMNS), _SHOWN_TO_TENANT),
)


async def store(database: Database, rows: Sequence[FeedbackRow]) -> None:
    """Commit the items that are not stored yet; raises `StorageUnavailable` when none of them could be."""
    columns = [
        {
            "tenant": row.tenant,
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
    answers = [
        answered(row.tenant, row.fingerprint, row.card, row.outcome, row.outcome_at, row.received_at, row.reason_code)
        for row in rows
    ]
    await database.writer.commit([Statement(_ONCE, columns), keep_answers(answers)])
