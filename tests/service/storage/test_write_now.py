"""Writing at once, past the queue: what makes a token spendable once, whichever process it reaches."""

import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from support.databases import open_database, unusable
from support.rows import NOON, an_invocation

from service.storage.errors import StorageUnavailable
from service.storage.invocations import record
from service.storage.once import insert_once
from service.storage.schema import spent_tokens

SPEND = insert_once(spent_tokens, ["fingerprint"])
SPENT = text("SELECT count(*) FROM spent_tokens")
ROW = {"fingerprint": "a" * 64, "expires_at": NOON + timedelta(minutes=5)}
# Spends twenty tokens, each at the moment its parent says so, and tells which of them were its own.
PROCESS = """
import asyncio, sys
from datetime import UTC, datetime
from service.storage.database import Database
from service.storage.once import insert_once
from service.storage.schema import spent_tokens

async def main():
    database = Database(sys.argv[1], alarm=print)
    # On a machine that is busy the first look may take longer than a call would wait for it.
    await database.start()
    while not await database.usable():
        pass
    for line in sys.stdin:
        row = {"fingerprint": line.strip(), "expires_at": datetime(2026, 3, 1, tzinfo=UTC)}
        print(await database.write_now(insert_once(spent_tokens, ["fingerprint"]), row, seconds=5), flush=True)
    await database.stop()

asyncio.run(main())
"""


async def test_what_is_written_at_once_is_there_and_its_rows_are_counted(database_url: str) -> None:
    async with open_database(database_url) as database:
        assert await database.write_now(SPEND, ROW) == 1
        assert await database.write_now(SPEND, ROW) == 0
        assert await database.write_now(SPEND, ROW | {"fingerprint": "b" * 64}) == 1

        assert (await database.read(SPENT))[0][0] == 2
        assert await database.write_now(spent_tokens.delete()) == 2


async def test_it_does_not_wait_for_the_queue(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.sqlite3") as database:
        record(database, an_invocation(), [], None)

        assert await database.write_now(SPEND, ROW) == 1
        assert (await database.read(text("SELECT count(*) FROM invocations")))[0][0] == 0


async def test_a_database_that_is_away_or_busy_is_said_within_the_time_given(tmp_path: Path) -> None:
    async with open_database(unusable(tmp_path)) as database:
        with pytest.raises(StorageUnavailable, match="cannot be opened"):
            await database.write_now(SPEND, ROW)

    async with open_database(tmp_path / "b.sqlite3") as database:
        engine = create_engine(f"sqlite:///{tmp_path}/b.sqlite3", isolation_level="AUTOCOMMIT")
        with engine.connect() as another:
            another.execute(text("BEGIN IMMEDIATE"))
            with pytest.raises(StorageUnavailable, match="cannot be written: TimeoutError"):
                await database.write_now(SPEND, ROW, seconds=0.05)
            another.execute(text("ROLLBACK"))
        engine.dispose()

        assert await database.write_now(SPEND, ROW | {"fingerprint": "b" * 64}, seconds=5) == 1


async def test_two_processes_with_one_token_at_the_same_time_spend_it_once(database_url: str) -> None:
    """SEC-20, with several worker processes and with several replicas."""
    tokens = [f"{number:064x}" for number in range(20)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        for _ in range(2)
    ]
    together = threading.Barrier(len(workers))

    def present(worker: "subprocess.Popen[bytes]", spent: list[int]) -> None:
        assert worker.stdin is not None and worker.stdout is not None
        for token in tokens:
            together.wait(120)
            worker.stdin.write(f"{token}\n".encode())
            spent.append(int(worker.stdout.readline()))
        worker.stdin.close()
        worker.stdout.close()

    results: list[list[int]] = [[], []]
    threads = [threading.Thread(target=present, args=pair) for pair in zip(workers, results, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)

    assert [worker.wait(30) for worker in workers] == [0, 0]
    assert [one + other for one, other in zip(*results, strict=True)] == [1] * len(tokens)
    async with open_database(database_url) as database:
        assert (await database.read(SPENT))[0][0] == len(tokens)
