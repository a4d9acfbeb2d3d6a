"""Databases for tests: a real SQLite file in a temporary folder or a database of its own on a real PostgreSQL, and ways
to take them away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from support.postgres import why_no_postgres

from service.storage.database import Database

# What tests run on: both where PostgreSQL is installed. Where it is not, one test says so.
BACKENDS = ("sqlite",) if why_no_postgres() else ("sqlite", "postgresql")


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@asynccontextmanager
async def open_database(where: Path | str, alarms: list[tuple[int, str]] | None = None) -> AsyncIterator[Database]:
    """A database by its URL, or an SQLite file by its path; `alarms` gets what is lost."""

    def alarm(count: int, reason: str) -> None:
        if alarms is not None:
            alarms.append((count, reason))

    database = Database(sqlite_url(where) if isinstance(where, Path) else where, alarm=alarm)
    await database.start()
    try:
        yield database
    finally:
        await database.stop()


def unusable(tmp_path: Path) -> Path:
    """A path at which no database can be made, not even by root: its folder is a file."""
    (tmp_path / "in-the-way").write_text("")
    return tmp_path / "in-the-way" / "cartsign.sqlite3"
