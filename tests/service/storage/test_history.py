"""A patient's history of cards: answers and what was shown once, found again by patient, kept longer than calls."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support.databases import open_database, unusable
from support.rows import NOON, a_card, an_invocation, some_feedback

from service.storage import feedback
from service.storage.database import Database
from service.storage.errors import StorageUnavailable
from service.storage.history import CardEventRow, history
from service.storage.invocations import record
from service.storage.retention import forget

ANSWER = CardEventRow(
    topic="neurogenicClaudication",
    evidence="fingerprint-1",
    outcome="overridden",
    at=NOON,
    user="Practitioner/example",
    encounter="visit-1",
    reason="knownDiagnosis",
)


async def a_shown_card(database: Database, **changed: object) -> None:
    record(database, an_invocation(encounter="visit-1"), [replace(a_card(), **changed)], None)


async def test_an_answer_is_found_with_what_was_shown_to_whom(database_url: str) -> None:
    async with open_database(database_url) as database:
        await a_shown_card(database)
        await feedback.store(database, [some_feedback()])

        assert await history(database, "open", "alma") == (ANSWER,)
        assert await history(database, "open", "somebody-else") == ()


async def test_an_answer_sent_twice_stands_in_the_history_once(database_url: str) -> None:
    async with open_database(database_url) as database:
        await a_shown_card(database)
        await feedback.store(database, [some_feedback(), some_feedback()])
        await feedback.store(database, [some_feedback(received_at=NOON + timedelta(days=1))])

        assert await history(database, "open", "alma") == (ANSWER,)


async def test_feedback_for_yesterdays_card_joins_the_history(database_url: str) -> None:
    late = NOON + timedelta(days=1)
    async with open_database(database_url) as database:
        await a_shown_card(database)
        await feedback.store(database, [some_feedback(outcome_at=late, received_at=late)])

        assert [row.at for row in await history(database, "open", "alma")] == [late]


async def test_a_clock_that_runs_ahead_counts_as_now(database_url: str) -> None:
    async with open_database(database_url) as database:
        await a_shown_card(database)
        await feedback.store(database, [some_feedback(outcome_at=NOON + timedelta(hours=2), received_at=NOON)])

        assert [row.at for row in await history(database, "open", "alma")] == [NOON]


async def test_a_card_said_only_once_is_remembered_as_shown_and_others_are_not(database_url: str) -> None:
    async with open_database(database_url) as database:
        record(database, an_invocation(), [replace(a_card(), once=True), a_card("card-2")], None)
        await database.writer.settled()

        (shown,) = await history(database, "open", "alma")
        assert (shown.outcome, shown.reason) == ("shown", None)


async def test_history_outlives_its_calls_until_its_own_time_is_over(database_url: str) -> None:
    async with open_database(database_url) as database:
        await a_shown_card(database)
        await feedback.store(database, [some_feedback(received_at=NOON)])
        later = NOON + timedelta(days=60)

        await forget(database, before=later, answers_before=NOON, tokens_before=later, now=later)
        assert (await database.read(text("SELECT count(*) FROM invocations")))[0][0] == 0
        assert await history(database, "open", "alma") == (ANSWER,)

        await forget(database, before=later, answers_before=later, tokens_before=later, now=later)
        assert await history(database, "open", "alma") == ()


async def test_history_says_when_it_cannot_be_read(tmp_path: Path) -> None:
    async with open_database(unusable(tmp_path)) as database:
        with pytest.raises(StorageUnavailable):
            await history(database, "open", "alma")
