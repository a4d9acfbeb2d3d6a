"""The registered clients, each a tenant with its own calls, answers and history. In: plain rows from the
administrator's commands, committed before the command ends. Out: the rows, which every worker reads again and again."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Row, select, update

from service.storage.database import Database
from service.storage.errors import StorageUnavailable
from service.storage.once import insert_once
from service.storage.schema import clients
from service.storage.writer import Statement

Mode = Literal["off", "shadow", "on"]


class AlreadyRegistered(Exception):
    """A client of that name is registered, disabled ones included."""


class NotRegistered(Exception):
    """No client of that name is registered."""


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A registered client; what its fields mean to a call is said in `service/clients.py`.

    Its keys are either `jwks`, a JWK Set as JSON text, or at the address `jku`. `fhir_networks` are networks in CIDR
    notation outside the public internet that its FHIR servers may be in; without `fhir_origins` it is prefetch-only.
    A limit that is None is the service's own.
    """

    name: str
    issuers: tuple[str, ...]
    algorithms: tuple[str, ...]
    changed_at: datetime
    jku: str | None = None
    jwks: str | None = None
    tenants: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    fhir_origins: tuple[str, ...] = ()
    fhir_networks: tuple[str, ...] = ()
    profile: str = "generic"
    mode: Mode = "on"
    deadline_ms: int | None = None
    max_body_mb: int | None = None
    calls_per_minute: int | None = None
    disabled: bool = False


ADD_SECONDS: Final = 5.0
_LISTS: Final = ("issuers", "algorithms", "tenants", "audiences", "fhir_origins", "fhir_networks")


async def add(database: Database, row: ClientRow) -> None:
    """Register a client; raises `AlreadyRegistered`, or `StorageUnavailable`."""
    if await database.write_now(insert_once(clients, ["name"]), _columns(row), seconds=ADD_SECONDS) != 1:
        raise AlreadyRegistered(row.name)


async def change(database: Database, row: ClientRow) -> None:
    """Replace everything but the name; raises `NotRegistered`, or `StorageUnavailable`."""
    if await find(database, row.name) is None:
        raise NotRegistered(row.name)
    columns = _columns(row)
    changed = update(clients).where(clients.c.name == columns.pop("name")).values(**columns)
    await database.writer.commit([Statement(changed)])


async def find(database: Database, name: str) -> ClientRow | None:
    """The client of that name, None where there is none; raises `StorageUnavailable`."""
    rows = await database.read(select(clients).where(clients.c.name == name))
    return _row(rows[0]) if rows else None


async def every(database: Database) -> tuple[ClientRow, ...]:
    """All clients by name, disabled ones included; raises `StorageUnavailable`."""
    return tuple(_row(row) for row in await database.read(select(clients).order_by(clients.c.name)))


def _columns(row: ClientRow) -> dict[str, Any]:
    plain = {field.name: getattr(row, field.name) for field in fields(row)}
    return plain | {name: json.dumps(plain[name]) for name in _LISTS}


def _row(row: Row[Any]) -> ClientRow:
    plain = dict(row._mapping)
    try:
        lists = {name: tuple(json.loads(plain[name])) for name in _LISTS}
    except (ValueError, TypeError) as problem:
        # Somebody has written into the table by hand.
        raise StorageUnavailable(f"the registration of {plain['name']} cannot be read") from problem
    return ClientRow(**{**plain, **lists})
