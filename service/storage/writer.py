"""The one writer of a process: a task that owns a writing connection and takes work from a bounded queue, as many items
in a transaction as are waiting (eight SQLite writers beside each other were 14 times slower than one). In: statements.
Out: committed rows; work that nobody waits for may be lost, and then is counted, never silently."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.exc import InternalError, OperationalError, SQLAlchemyError

from service.storage.errors import StorageUnavailable

# What may wait: enough for a burst, bounded so that a dead disk cannot fill the memory.
QUEUE_ITEMS = 2_000
QUEUE_BYTES = 64 * 1024 * 1024
# How many items share a transaction at most, how long the writer lets them gather (a transaction costs more than its
# rows), and how long a caller waits for one.
BATCH_ITEMS = 200
LINGER_SECONDS = 0.02
COMMIT_SECONDS = 5.0

# PostgreSQL's codes for a transaction that got in the way of another replica's and was undone as a whole: deadlock,
# serialization failure. The same again then finds the way free.
_UNDONE: Final = ("40P01", "40001")
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Statement:
    """An INSERT, UPDATE or DELETE with the rows it is run for; None where the statement stands for itself."""

    sql: Executable
    rows: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Statements that belong together: all are committed or none. `done` is there when somebody waits for them."""

    statements: Sequence[Statement]
    size: int = 0
    done: asyncio.Future[None] | None = None


class Writer:
    """Takes work and writes it in its own task.

    `prepare` opens the database (raising `StorageUnavailable`); `alarm` is told how many pieces of work were lost and
    why. `failing` says whether the last attempt to write failed: then what is offered now may not be kept either.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        prepare: Callable[[], Awaitable[None]],
        alarm: Callable[[int, str], None],
        queue_items: int = QUEUE_ITEMS,
        queue_bytes: int = QUEUE_BYTES,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self.failing = False
        self._engine = engine
        self._prepare = prepare
        self._alarm = alarm
        self._room = (queue_items, queue_bytes)
        self._linger = linger
        self._waiting: deque[Work] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="storage writer")

    async def stop(self) -> None:
        """Write what is waiting, for some seconds at most, then end the task; what is left is lost and counted."""
        await self.settled()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._waiting:
            self._lose(list(self._waiting), StorageUnavailable("the service stopped"))

    def offer(self, statements: Sequence[Statement], size: int = 0) -> bool:
        """Queue work that nobody waits for; False, with an alarm, when there is no room for it."""
        work = Work(statements, size)
        if self._takes(work):
            return True
        self._alarm(1, "no room in the queue")
        return False

    async def commit(self, statements: Sequence[Statement]) -> None:
        """Queue work and wait until it is committed; raises `StorageUnavailable` when it was not."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self._takes(Work(statements, done=done)):
            raise StorageUnavailable("no room in the queue")
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await done
        except TimeoutError as problem:
            raise StorageUnavailable(f"not written within {COMMIT_SECONDS:g} seconds") from problem

    async def settled(self) -> None:
        """Wait until everything offered before now is written or lost (a few seconds at most)."""
        with suppress(StorageUnavailable):
            await self.commit(())

    def _takes(self, work: Work) -> bool:
        items, size = self._room
        running = self._task is not None and not self._task.done()
        if not running or len(self._waiting) >= items or self._waiting_bytes + work.size > size:
            return False
        self._waiting.append(work)
        self._waiting_bytes += work.size
        self._wake.set()
        return True

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._linger)
            batch = [self._waiting.popleft() for _ in range(min(BATCH_ITEMS, len(self._waiting)))]
            self._waiting_bytes -= sum(work.size for work in batch)
            if not self._waiting:
                self._wake.clear()
            await self._write(batch)

    async def _write(self, batch: Sequence[Work]) -> None:
        try:
            await self._prepare()
            await asyncio.to_thread(self._commit, batch)
        except (StorageUnavailable, OperationalError, InternalError, OSError) as problem:
            self.failing = True
            self._lose(batch, problem)
        except (SQLAlchemyError, ValueError, OverflowError) as problem:
            # One piece of work is at fault, not the database: the others must not go down with it. A driver that cannot
            # even encode a value does not call that a database's error.
            if len(batch) == 1:
                self._lose(batch, problem)
            else:
                for work in batch:
                    await self._write([work])
        else:
            self.failing = False
            for work in batch:
                if work.done is not None and not work.done.done():
                    work.done.set_result(None)

    def _commit(self, batch: Sequence[Work]) -> None:
        """One transaction, in a thread: going there and back once a batch costs less than once a statement."""
        for attempt in range(_ATTEMPTS):
            try:
                with self._engine.begin() as connection:
                    for work in batch:
                        _run_all(connection, work.statements)
            except OperationalError as problem:
                if attempt + 1 == _ATTEMPTS or getattr(problem.orig, "sqlstate", None) not in _UNDONE:
                    raise
            else:
                return

    def _lose(self, batch: Sequence[Work], problem: Exception) -> None:
        reason = str(problem) if isinstance(problem, StorageUnavailable) else type(problem).__name__
        for work in batch:
            if work.done is not None and not work.done.done():
                work.done.set_exception(StorageUnavailable(reason))
        if lost := sum(work.done is None for work in batch):
            self._alarm(lost, reason)


def _run_all(connection: Connection, statements: Sequence[Statement]) -> None:
    for statement in statements:
        if statement.rows is None:
            connection.execute(statement.sql)
        elif statement.rows:
            connection.execute(statement.sql, statement.rows)
