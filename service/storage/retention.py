"""Forgetting: nothing is kept longer than the site says. In: the instants before which everything goes. Out: the rows
deleted, cards and links together with the call they belong to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from service.storage.database import Database
from service.storage.schema import card_events, evidence_links, feedback, invocations, spent_tokens
from service.storage.writer import Statement


async def forget(
    database: Database, *, before: datetime, answers_before: datetime, tokens_before: datetime, now: datetime
) -> None:
    """Delete calls and feedback received before `before`, history before `answers_before`, and links expired at `now`.

    Tokens that could not pass at `tokens_before` any more go too; that is `now` unless the clock of the calls is
    another one. Raises `StorageUnavailable`.
    """
    await database.writer.commit(
        [
            Statement(delete(invocations).where(invocations.c.received_at < before)),
            Statement(delete(feedback).where(feedback.c.received_at < before)),
            Statement(delete(card_events).where(card_events.c.received_at < answers_before)),
            Statement(delete(evidence_links).where(evidence_links.c.expires_at <= now)),
            Statement(delete(spent_tokens).where(spent_tokens.c.expires_at <= tokens_before)),
        ]
    )
