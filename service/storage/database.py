"""One open database: an engine to read with and the one writer. In: its SQLAlchemy URL, and whom to tell when rows are
lost. Out: `Database`, which opens at first use, reads within a time limit, and stays usable while the file is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Executable, Row, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from service.storage.errors import StorageUnavailable
from service.storage.migrate import migrate
from service.storage.writer import Writer

READ_SECONDS = 2.0


class Database:
    """A database and its writer, for the lifetime of one application.

    `alarm` is called with how many pieces of work were lost, and why, whenever some are. Nothing is opened before
    the first use, and one that fails is tried again at the next: a service outlives its database being away.
    """

    def __init__(self, url: str, *, alarm: Callable[[int, str], None]) -> None:
        self.url = url
        # Whole reads and whole transactions go to a thread, not each step of them: a step takes microseconds, the way
        # to a thread and back a hundred.
        self.engine = create_engine(make_url(url).set(drivername="sqlite+pysqlite"), connect_args={"timeout": 5})
        event.listen(self.engine, "connect", _prepare_connection)
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="storage reader")
        self.writer = Writer(self.engine, prepare=self.prepare, alarm=alarm)
        self._prepared = False
        self._preparing = asyncio.Lock()

    async def start(self) -> bool:
        """Start the writer and create or migrate what is missing; whether that worked."""
        self.writer.start()
        usable = await self.usable()
        self.writer.failing = not usable
        return usable

    async def stop(self) -> None:
        """Write what is queued, then close every connection."""
        await self.writer.stop()
        self._reading.shutdown(wait=False, cancel_futures=True)
        self.engine.dispose()

    async def prepare(self) -> None:
        """Create or migrate the database once; raises `StorageUnavailable`."""
        async with self._preparing:
            if not self._prepared:
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
        try:
            if not self._prepared:
                await self.prepare()
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().run_in_executor(self._reading, self._rows, query, parameters)
        except (SQLAlchemyError, OSError, TimeoutError) as problem:
            raise StorageUnavailable(f"the database cannot be read: {type(problem).__name__}") from problem

    def _rows(self, query: Executable, parameters: Mapping[str, Any] | None) -> Sequence[Row[Any]]:
        with self.engine.connect() as connection:
            return connection.execute(query, parameters).all()


def _prepare_connection(connection: Any, _record: object) -> None:
    # FULL: a committed row survives a power cut. It costs one flush a batch, and only the writer pays it.
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()
