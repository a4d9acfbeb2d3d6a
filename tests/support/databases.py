"""Databases for tests: a real SQLite file in a temporary folder, and ways to take it away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from service.storage.database import Database


@asynccontextmanager
async def open_database(path: Path, alarms: list[tuple[int, str]] | None = None) -> AsyncIterator[Database]:
    def alarm(count: int, reason: str) -> None:
        if alarms is not None:
            alarms.append((count, reason))

    database = Database(f"sqlite+aiosqlite:///{path}", alarm=alarm)
    await database.start()
    try:
        yield database
    finally:
        await database.stop()


def unusable(tmp_path: Path) -> Path:
    """A path at which no database can be made, not even by root: its folder is a file."""
    (tmp_path / "in-the-way").write_text("")
    return tmp_path / "in-the-way" / "cartsign.sqlite3"
