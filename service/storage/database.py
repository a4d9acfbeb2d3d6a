"""One open database: connections to read with, the one writer, and a way past it for what cannot wait. In: its
SQLAlchemy URL, and whom to tell when rows are lost. Out: `Database`, which opens at first use, reads within a time
limit, and stays usable while the database is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, Executable, Row, text
from sqlalchemy.exc import SQLAlchemyError

from service.storage.engines import THREADS, Use, open_engine, place
from service.storage.errors import StorageUnavailable
from service.storage.migrate import migrate
from service.storage.writer import Writer

READ_SECONDS = 2.0
WRITE_NOW_SECONDS = 0.5

READING: Final = Use(seconds=READ_SECONDS, transactions=False)
WRITING: Final = Use(seconds=5)
WRITING_NOW: Final = Use(seconds=WRITE_NOW_SECONDS, transactions=False, flushed=False)

Result = TypeVar("Result")


class Database:
    """A database and its writer, for the lifetime of one application.

    `alarm` is called with how many pieces of work were lost, and why, whenever some are. Nothing is opened before
    the first use, and one that fails is tried again at the next: a service outlives its database being away.
    """

    def __init__(self, url: str, *, alarm: Callable[[int, str], None]) -> None:
        self.url = url
        # Whole reads and whole transactions go to a thread, not each step of them: a step takes microseconds, the way
        # to a thread and back a hundred.
        located = place(url)
        threads = THREADS[located.drivername]
        self.engine = open_engine(located, WRITING)
        self._reading = _Lane(open_engine(located, READING, threads=threads), threads, "storage reader")
        self._at_once = _Lane(open_engine(located, WRITING_NOW, threads=threads), threads, "storage at once")
        self.writer = Writer(self.engine, prepare=self.prepare, alarm=alarm)
        self._prepared = False
        self._preparing: asyncio.Task[None] | None = None

    async def start(self) -> bool:
        """Start the writer and create or migrate what is missing; whether that worked."""
        self.writer.start()
        try:
            await self.prepare()
            usable = await self.usable()
        except StorageUnavailable:
            usable = False
        self.writer.failing = not usable
        return usable

    async def stop(self) -> None:
        """Write what is queued, then close every connection."""
        await self.writer.stop()
        if self._preparing is not None:
            await asyncio.wait([self._preparing])
        await asyncio.gather(self._reading.close(), self._at_once.close())
        self.engine.dispose()

    async def prepare(self) -> None:
        """Create or migrate the database once, however many ask at a time; raises `StorageUnavailable`."""
        if self._prepared:
            return
        if self._preparing is None or self._preparing.done():
            self._preparing = asyncio.create_task(self._prepare(), name="storage preparation")
            # Everybody who waited may have given up by then.
            self._preparing.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._preparing)

    async def _prepare(self) -> None:
        await asyncio.to_thread(migrate, self.url)
        self._prepared = True

    async def usable(self) -> bool:
        """Whether a row can be read now (what /readyz asks)."""
        try:
            await self.read(text("SELECT version_num FROM alembic_version"))
        except StorageUnavailable:
            return False
        return True

    async def read(
        self, query: Executable, parameters: Mapping[str, Any] | None = None, *, seconds: float = READ_SECONDS
    ) -> Sequence[Row[Any]]:
        """All rows of a query; raises `StorageUnavailable` when that fails or takes longer than `seconds`."""
        return await self._within(seconds, "read", self._reading, _rows, query, parameters)

    async def write_now(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None, *, seconds: float = WRITE_NOW_SECONDS
    ) -> int:
        """Run one statement at once and commit it, past the writer and its queue; the number of rows it touched.

        Raises `StorageUnavailable` when that fails or takes longer than `seconds`. What was given up on may still be
        committed a little later: who writes here must be content with that. A token whose spending was given up on is
        then spent, which is the safe side of the two.

        Not flushed to the disk: what is committed is seen by every process at once and outlives this one, but the last
        moments before a power cut may be lost.
        """
        return await self._within(seconds, "written", self._at_once, _touched, statement, parameters)

    async def _within(
        self,
        seconds: float,
        done: str,
        lane: _Lane,
        work: Callable[[Engine, Executable, Mapping[str, Any] | None], Result],
        statement: Executable,
        parameters: Mapping[str, Any] | None,
    ) -> Result:
        try:
            async with asyncio.timeout(seconds):
                await self.prepare()
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(lane.threads, work, lane.engine, statement, parameters)
        except (SQLAlchemyError, OSError, TimeoutError) as problem:
            raise StorageUnavailable(f"the database cannot be {done}: {type(problem).__name__}") from problem


class _Lane:
    """Connections for one use, and the threads that alone use them."""

    def __init__(self, engine: Engine, threads: int, name: str) -> None:
        self.engine = engine
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def close(self) -> None:
        """Wait for what is running, which the limits of its statements bound; what has not begun is dropped."""
        await asyncio.to_thread(self.threads.shutdown, wait=True, cancel_futures=True)
        self.engine.dispose()


def _rows(engine: Engine, query: Executable, parameters: Mapping[str, Any] | None) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(query, parameters).all()


def _touched(engine: Engine, statement: Executable, parameters: Mapping[str, Any] | None) -> int:
    with engine.connect() as connection:
        return connection.execute(statement, parameters).rowcount
