"""Brings a database to the newest schema. In: the URL of an SQLite file that may be missing, old, or being migrated by
another process this very moment. Out: the file, mode 0600, at revision `HEAD`; or `StorageUnavailable`."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from service.storage.errors import StorageUnavailable

# The newest revision under migrations/versions/, known without loading Alembic; a test keeps it true.
HEAD = "0003"

# Two processes that start together wait this long for each other.
PATIENCE_SECONDS = 30


def migrate(url: str) -> None:
    """Create or upgrade the database at `url`; quick and without Alembic when there is nothing to do. Blocking."""
    file = make_url(url)
    try:
        make_private(Path(str(file.database)))
        if revision_of(Path(str(file.database))) != HEAD:
            upgrade(file)
    except (OSError, sqlite3.Error, DBAPIError) as problem:
        raise StorageUnavailable(f"the database cannot be opened: {type(problem).__name__}") from problem


def make_private(path: Path) -> None:
    """Create the file and its folder for this user only; SQLite gives its -wal and -shm files the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def revision_of(path: Path) -> str | None:
    """The revision a database says it is at; None for an empty one. Turns write-ahead logging on, for good."""
    connection = sqlite3.connect(path, timeout=PATIENCE_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
        return None if row is None else str(row[0])
    finally:
        connection.close()


def upgrade(file: URL) -> None:
    """Run the missing migrations inside one transaction that no other writer can enter."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "service.storage:migrations")
    try:
        with exclusive(file) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as problem:
        raise StorageUnavailable(
            "the database was made by a newer Cartsign; upgrade this one or set CARTSIGN_DATABASE_URL"
        ) from problem


@contextmanager
def exclusive(file: URL) -> Iterator[Connection]:
    """A connection inside BEGIN IMMEDIATE: whoever comes second waits, then finds the work done."""
    engine = create_engine(
        file.set(drivername="sqlite+pysqlite"),
        poolclass=NullPool,
        connect_args={"timeout": PATIENCE_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine, "begin")
    def _take_the_write_lock(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        yield connection
