"""The key sets that clients publish, as they were last fetched. In: documents. Out: the last good one of each address,
whichever worker fetched it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from service.storage.database import Database
from service.storage.once import insert_once
from service.storage.schema import key_sets
from service.storage.writer import Statement


async def keep(database: Database, jku: str, document: bytes, fetched_at: datetime) -> None:
    """Replace what was kept of the address; raises `StorageUnavailable`."""
    row = {"jku": jku, "document": document, "fetched_at": fetched_at}
    await database.writer.commit(
        [
            Statement(delete(key_sets).where(key_sets.c.jku == jku, key_sets.c.fetched_at <= fetched_at)),
            Statement(insert_once(key_sets, ["jku"]), [row]),
        ]
    )


async def kept(database: Database) -> dict[str, bytes]:
    """The last good document of each address; raises `StorageUnavailable`."""
    return {row.jku: bytes(row.document) for row in await database.read(select(key_sets))}
