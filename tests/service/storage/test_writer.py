"""The writer: many offers, one transaction at a time, and nothing lost without being counted."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from support.databases import open_database, unusable
from support.rows import an_invocation, some_feedback

from service.storage import feedback
from service.storage.errors import StorageUnavailable
from service.storage.invocations import record
from service.storage.schema import feedback as feedback_table
from service.storage.schema import invocations
from service.storage.writer import Statement, Writer

COUNT = text("SELECT count(*) FROM invocations")


async def test_offered_rows_are_written_in_the_background(database_url: str) -> None:
    async with open_database(database_url) as database:
        for number in range(500):
            assert record(database, an_invocation(f"call-{number}"), [], None)
        await database.writer.settled()

        assert (await database.read(COUNT))[0][0] == 500


async def test_stopping_writes_what_is_still_queued(database_url: str) -> None:
    async with open_database(database_url) as database:
        record(database, an_invocation(), [], None)

    async with open_database(database_url) as again:
        assert (await again.read(COUNT))[0][0] == 1


async def test_one_bad_row_does_not_take_its_neighbours_with_it(database_url: str) -> None:
    alarms: list[tuple[int, str]] = []
    async with open_database(database_url, alarms) as database:
        for identifier in ("call-1", "call-1", "call-2"):
            record(database, an_invocation(identifier), [], None)
        await database.writer.settled()

        assert (await database.read(COUNT))[0][0] == 2
    assert alarms == [(1, "IntegrityError")]


async def test_a_value_that_no_driver_can_encode_is_one_bad_row(database_url: str) -> None:
    alarms: list[tuple[int, str]] = []
    async with open_database(database_url, alarms) as database:
        record(database, an_invocation("call-1"), [], None)
        database.writer.offer([Statement(insert(feedback_table), [{"id": 2**70}])])
        record(database, an_invocation("call-2"), [], None)
        await database.writer.settled()

        assert (await database.read(COUNT))[0][0] == 2
    assert [count for count, _ in alarms] == [1]


async def test_a_call_and_its_cards_are_written_together_or_not_at_all(database_url: str) -> None:
    async with open_database(database_url) as database:
        database.writer.offer(
            [Statement(insert(invocations), [{"id": "half"}]), Statement(text("INSERT INTO nowhere VALUES (1)"))]
        )
        await database.writer.settled()

        assert (await database.read(COUNT))[0][0] == 0


async def test_a_full_queue_refuses_and_counts(database_url: str) -> None:
    alarms: list[tuple[int, str]] = []
    async with open_database(database_url) as database:
        small = Writer(
            database.engine,
            prepare=database.prepare,
            alarm=lambda count, why: alarms.append((count, why)),
            queue_items=2,
            queue_bytes=100,
            linger=0,
        )
        small.start()

        assert small.offer([], size=60)
        assert not small.offer([], size=60)
        assert small.offer([], size=40)
        assert not small.offer([], size=0)
        with pytest.raises(StorageUnavailable, match="no room"):
            await small.commit([])
        for _ in range(3):  # turns of the loop: the writer wakes, and takes what waits
            await asyncio.sleep(0)
        assert small.offer([], size=100)
        await small.stop()
    assert alarms == [(1, "no room in the queue")] * 2


async def test_without_a_database_offers_are_counted_and_commits_fail(tmp_path: Path) -> None:
    alarms: list[tuple[int, str]] = []
    async with open_database(unusable(tmp_path), alarms) as database:
        record(database, an_invocation(), [], None)
        with pytest.raises(StorageUnavailable, match="cannot be opened"):
            await feedback.store(database, [some_feedback()])

        assert database.writer.failing
    assert [count for count, _ in alarms] == [1]


async def test_writing_goes_on_once_the_database_is_back(tmp_path: Path) -> None:
    path = unusable(tmp_path)
    async with open_database(path) as database:
        assert not await database.usable()
        path.parent.unlink()

        await feedback.store(database, [some_feedback()])

        assert not database.writer.failing
        assert await database.usable()


async def test_a_writer_that_has_stopped_takes_nothing(database_url: str) -> None:
    alarms: list[tuple[int, str]] = []
    async with open_database(database_url, alarms) as database:
        await database.writer.stop()

        assert not record(database, an_invocation(), [], None)
        with pytest.raises(StorageUnavailable):
            await feedback.store(database, [some_feedback()])
    assert len(alarms) == 1
