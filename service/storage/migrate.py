"""Brings a database to the newest schema. In: the URL of an SQLite file, which may be missing, or of a PostgreSQL
database; old, or being migrated by another process this very moment. Out: the schema at revision `HEAD`, an SQLite file
with mode 0600; or `StorageUnavailable`, which says what to do."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

from service.storage.engines import POSTGRESQL, Use, open_engine, place
from service.storage.errors import StorageUnavailable

# The newest revision under migrations/versions/, known without loading Alembic; a test keeps it true.
HEAD = "0003"

# Processes that start together wait this long for each other.
PATIENCE_SECONDS = 30
_PAUSE_SECONDS: Final = 0.02
LOOKING: Final = Use(seconds=PATIENCE_SECONDS, transactions=False)
MIGRATING: Final = Use(seconds=PATIENCE_SECONDS)

# The lock of PostgreSQL that stands for "Cartsign is migrating this database": any number that nobody else uses.
_LOCK: Final = 0x43617274
# PostgreSQL's code for "insufficient privilege".
_FORBIDDEN: Final = "42501"


def migrate(url: str) -> None:
    """Create or upgrade the database at `url`; quick and without Alembic when there is nothing to do. Blocking."""
    located = place(url)
    try:
        if located.drivername != POSTGRESQL:
            make_private(Path(str(located.database)))
        if revision_of(located) != HEAD:
            upgrade(located)
    except DBAPIError as problem:
        raise StorageUnavailable(_told(problem, located)) from problem
    except OSError as problem:
        raise StorageUnavailable(f"the database cannot be opened: {type(problem).__name__}") from problem


def _told(problem: DBAPIError, located: URL) -> str:
    if located.drivername != POSTGRESQL:
        return f"the database cannot be opened: {type(problem).__name__}"
    # The first line is the server's, or says why there is none. Nothing of a patient has been sent by then.
    said = str(problem.orig).strip().partition("\n")[0]
    if located.password:
        said = said.replace(str(located.password), "***")
    if getattr(problem.orig, "sqlstate", None) == _FORBIDDEN:
        role, name = located.username, located.database
        return (
            f"the role {role} may not create or use the tables in the database {name} ({said}); "
            f"simplest is a database of its own: ALTER DATABASE {name} OWNER TO {role}"
        )
    return f"the database cannot be opened: {type(problem).__name__}: {said}"


def make_private(path: Path) -> None:
    """Create the file and its folder for this user only; SQLite gives its -wal and -shm files the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def revision_of(located: URL) -> str | None:
    """The revision a database is at, None for an empty one. Turns SQLite's write-ahead logging on, for good."""
    with _connected(located, LOOKING) as connection:
        if located.drivername != POSTGRESQL:
            write_ahead(connection)
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if revision is None else str(revision)


def write_ahead(connection: Connection) -> None:
    """Turn write-ahead logging on, with patience: SQLite refuses at once, whatever the timeout, while another process
    is turning it on too."""
    last = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute(text("PRAGMA journal_mode = WAL"))
            return
        except OperationalError as problem:
            busy = getattr(problem.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > last:
                raise
        time.sleep(_PAUSE_SECONDS)


def upgrade(located: URL) -> None:
    """Run the missing migrations inside one transaction that no other process can enter."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "service.storage:migrations")
    try:
        with _connected(located, MIGRATING) as connection, connection.begin():
            _enter_alone(connection, located)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as problem:
        raise StorageUnavailable(
            "the database was made by a newer Cartsign; upgrade this one or set CARTSIGN_DATABASE_URL"
        ) from problem


def _enter_alone(connection: Connection, located: URL) -> None:
    """Whoever comes second waits here, then finds the work done."""
    if located.drivername != POSTGRESQL:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    # Waiting has its limit; a change to a large table takes as long as it takes.
    connection.execute(text("SET LOCAL statement_timeout = 0"))


@contextmanager
def _connected(located: URL, use: Use) -> Iterator[Connection]:
    engine = open_engine(located, use)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
