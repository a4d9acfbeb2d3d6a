"""Rows that are kept once, however often and by however many processes they are brought. In: a table and the columns
of one of its unique indexes. Out: an INSERT that does nothing where the row is there, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table

# SQLite took its ON CONFLICT from PostgreSQL, word for word, and SQLAlchemy's compiler for SQLite reads this INSERT
# too; the one it has for SQLite cannot be compiled for PostgreSQL.
from sqlalchemy.dialects.postgresql import Insert, insert


def insert_once(table: Table, index_elements: Sequence[str]) -> Insert:
    """An INSERT that does nothing where a row with the same `index_elements` exists; `from_select` may follow."""
    return insert(table).on_conflict_do_nothing(index_elements=index_elements)
