"""Invocations: what a call leaves behind, and the decision behind a link."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.databases import open_database, unusable
from support.rows import NOON, a_card, an_invocation

from service.storage.errors import StorageUnavailable
from service.storage.invocations import LinkRow, decision_behind, record
from service.storage.schema import invocations

LATER = NOON + timedelta(minutes=60)


async def test_a_link_shows_the_decision_from_the_moment_it_is_sent(database_url: str) -> None:
    async with open_database(database_url) as database:
        record(database, an_invocation(), [a_card()], LinkRow("the-token", LATER))

        assert await decision_behind(database, "the-token", NOON) == b'{"state":"probable"}'


async def test_an_expired_or_unknown_token_shows_nothing(database_url: str) -> None:
    async with open_database(database_url) as database:
        record(database, an_invocation(), [], LinkRow("the-token", LATER))

        assert await decision_behind(database, "the-token", LATER) is None
        assert await decision_behind(database, "another-token", NOON) is None


async def test_the_token_is_nowhere_in_the_database(tmp_path: Path) -> None:
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        record(database, an_invocation(), [], LinkRow("the-secret-token", LATER))

    files = list(tmp_path.iterdir())
    assert files
    assert all(b"the-secret-token" not in file.read_bytes() for file in files)


async def test_times_come_back_in_utc(database_url: str) -> None:
    async with open_database(database_url) as database:
        record(database, an_invocation(), [], None)
        await database.writer.settled()

        rows = await database.read(select(invocations.c.received_at))
    assert (rows[0][0], rows[0][0].tzinfo) == (NOON, UTC)


async def test_a_link_cannot_be_looked_up_without_a_database(tmp_path: Path) -> None:
    async with open_database(unusable(tmp_path)) as database:
        with pytest.raises(StorageUnavailable):
            await decision_behind(database, "the-token", NOON)
