"""What a hook call leaves behind: one row for the call, one for each card, one for the link to its evidence. In: plain
rows, written together or not at all. Out: the recorded decision behind a link."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select

from service.storage.database import Database
from service.storage.history import CardEventRow, keep_shown
from service.storage.schema import cards, evidence_links, invocations
from service.storage.writer import Statement


@dataclass(frozen=True, slots=True)
class InvocationRow:
    """A hook call and what was decided; `decision`, `moment` and `request` are JSON as bytes."""

    id: str
    tenant: str
    issuer: str | None
    jti: str | None
    mode: str
    received_at: datetime
    correlation_id: str
    service_id: str
    hook: str
    hook_instance: str
    patient: str
    user: str | None
    encounter: str | None
    state: str
    topic: str | None
    decision: bytes
    moment: bytes
    knowledge: str
    request_sha256: str
    request: bytes | None
    gather_ms: float
    decide_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """What is kept of a call and can be shown again; JSON as bytes, `request` None where only decisions are kept."""

    decision: bytes
    moment: bytes
    knowledge: str
    request: bytes | None


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card that was shown; `evidence` is the fingerprint of what it was shown for, `once` that it is not repeated."""

    id: str
    topic: str
    indicator: str
    evidence: str
    once: bool = False


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link to the evidence; `token` is what stands in the URL and is stored as a hash only."""

    token: str
    expires_at: datetime


_CALL, _CARDS, _LINK = insert(invocations), insert(cards), insert(evidence_links)


def record(database: Database, invocation: InvocationRow, shown: Sequence[CardRow], link: LinkRow | None) -> bool:
    """Queue a call's rows without waiting; False when they are lost already (the database's alarm has been told)."""
    belongs = {"invocation_id": invocation.id}
    rows = [
        Statement(_CALL, [asdict(invocation)]),
        Statement(_CARDS, [_card_columns(card) | belongs for card in shown]),
    ]
    rows += [
        keep_shown(card.id, invocation.tenant, invocation.patient, _shown(card, invocation))
        for card in shown
        if card.once
    ]
    if link is not None:
        kept = {"token_sha256": hashed(link.token), "expires_at": link.expires_at}
        rows.append(Statement(_LINK, [kept | belongs]))
    return database.writer.offer(rows, len(invocation.decision) + len(invocation.request or b""))


def _card_columns(card: CardRow) -> dict[str, object]:
    return {"id": card.id, "topic": card.topic, "indicator": card.indicator, "evidence": card.evidence}


def _shown(card: CardRow, call: InvocationRow) -> CardEventRow:
    at = call.received_at
    return CardEventRow(card.topic, card.evidence, "shown", at, call.user, call.encounter, None)


async def decision_behind(database: Database, token: str, now: datetime) -> bytes | None:
    """The decision JSON that a link shows; None for a token that is unknown or has expired.

    Raises `StorageUnavailable`. Waits for rows still on their way, so that a link works from the moment it is sent.
    """
    await database.writer.settled()
    rows = await database.read(
        select(invocations.c.decision)
        .join(evidence_links, evidence_links.c.invocation_id == invocations.c.id)
        .where(evidence_links.c.token_sha256 == hashed(token), evidence_links.c.expires_at > now)
    )
    return bytes(rows[0].decision) if rows else None


async def recorded_call(database: Database, tenant: str, correlation_id: str) -> RecordedCall | None:
    """The tenant's newest call with this correlation id; None when there is none.

    Raises `StorageUnavailable`. Waits for rows still on their way.
    """
    await database.writer.settled()
    columns = (invocations.c.decision, invocations.c.moment, invocations.c.knowledge, invocations.c.request)
    rows = await database.read(
        select(*columns)
        .where(invocations.c.tenant == tenant, invocations.c.correlation_id == correlation_id)
        .order_by(invocations.c.received_at.desc())
        .limit(1)
    )
    if not rows:
        return None
    row = rows[0]
    return RecordedCall(row.decision, row.moment, row.knowledge, row.request)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
