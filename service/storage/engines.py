"""How the two databases are opened, and all that differs between them in doing so. In: the URL of an SQLite file or of
a PostgreSQL database, and what its connections are for. Out: an SQLAlchemy engine whose statements end in time and
whose texts can be stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url

SQLITE: Final = "sqlite+pysqlite"
POSTGRESQL: Final = "postgresql+psycopg"

# SQLite reads and writes in microseconds, and one thread does; PostgreSQL is waited for, and two wait side by side.
# More would leave its hundred connections to a few workers.
THREADS: Final[Mapping[str, int]] = {SQLITE: 1, POSTGRESQL: 2}

# The server, or the network to it, is gone when it says nothing for so long.
_CONNECT_SECONDS = 3
_SILENT: Final = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 8000}
# A database that was made without an encoding (SQL_ASCII) would hand out bytes.
_TEXTS: Final = {"client_encoding": "utf8"}


@dataclass(frozen=True, slots=True)
class Use:
    """What connections are for.

    `seconds` bounds one statement on PostgreSQL, and on SQLite the wait for whoever is writing. What is `flushed` is on
    the disk when it is committed; what is not outlives the process but perhaps not a power cut. `transactions` is False
    where each statement stands alone.
    """

    seconds: float
    flushed: bool = True
    transactions: bool = True


def place(url: str) -> URL:
    """The URL with the driver that is used here, whichever it names."""
    named = make_url(url)
    return named.set(drivername=SQLITE if named.get_backend_name() == "sqlite" else POSTGRESQL)


def open_engine(url: URL, use: Use, *, threads: int = 1) -> Engine:
    """An engine with one connection a thread; nothing is opened before the first use. `url` is a `place`."""
    prepare, connect = _POSTGRESQL_CONNECTS if url.drivername == POSTGRESQL else _SQLITE_CONNECTS
    engine = create_engine(
        url,
        connect_args=connect(use),
        pool_size=threads,
        max_overflow=0,
        # A server that was restarted has forgotten our connections: each is asked before it is used again.
        pool_pre_ping=url.drivername == POSTGRESQL,
        # Rows hold what an EHR wrote; no error of ours repeats it.
        hide_parameters=True,
        # The rows an INSERT left, also where the driver would forget them.
        execution_options={"preserve_rowcount": True},
        **({} if use.transactions else {"isolation_level": "AUTOCOMMIT"}),
    )
    event.listen(engine, "connect", lambda connection, _record: prepare(connection, use))
    event.listen(engine, "before_cursor_execute", _with_storable_texts, retval=True)
    return engine


def _sqlite_connects(use: Use) -> dict[str, Any]:
    return {"timeout": use.seconds}


def _prepare_sqlite(connection: Any, use: Use) -> None:
    for pragma in (f"synchronous = {'FULL' if use.flushed else 'NORMAL'}", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _postgresql_connects(_use: Use) -> dict[str, Any]:
    return {"connect_timeout": _CONNECT_SECONDS, "application_name": "cartsign", **_SILENT, **_TEXTS}


def _prepare_postgresql(connection: Any, use: Use) -> None:
    milliseconds = round(use.seconds * 1000)
    settings = [f"statement_timeout = {milliseconds}", f"idle_in_transaction_session_timeout = {milliseconds * 2}"]
    if not use.flushed:
        settings.append("synchronous_commit = off")
    was, connection.autocommit = connection.autocommit, True
    for setting in settings:
        connection.execute(f"SET SESSION {setting}").close()
    connection.autocommit = was


_SQLITE_CONNECTS: Final = (_prepare_sqlite, _sqlite_connects)
_POSTGRESQL_CONNECTS: Final = (_prepare_postgresql, _postgresql_connects)

# PostgreSQL refuses NUL in a text, and no driver encodes half of a surrogate pair; JSON can carry both.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """A text with U+FFFD for each character that a database refuses; any other value as it is."""
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value


def _with_storable_texts(
    _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, executemany: bool
) -> tuple[str, Any]:
    """One place for every statement on both databases: what is looked up is changed like what was kept."""
    return statement, ([_storable_row(row) for row in parameters] if executemany else _storable_row(parameters))


def _storable_row(row: Any) -> Any:
    if isinstance(row, Mapping):
        return {name: storable(value) for name, value in row.items()}
    return tuple(storable(value) for value in row)
