"""The key sets that were last fetched, on both databases."""

from datetime import UTC, datetime, timedelta

from support.databases import open_database

from service.storage.key_sets import keep, kept

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


async def test_the_newest_document_of_each_address_is_kept(database_url: str) -> None:
    """SEC-24"""
    async with open_database(database_url) as here, open_database(database_url) as there:
        await keep(here, "https://a.example.org/jwks", b"first", AT)
        await keep(there, "https://b.example.org/jwks", b"other", AT)
        await keep(there, "https://a.example.org/jwks", b"second", AT + timedelta(seconds=1))
        # A worker that was slow to write brings nothing newer.
        await keep(here, "https://a.example.org/jwks", b"first again", AT)
        assert await kept(here) == {"https://a.example.org/jwks": b"second", "https://b.example.org/jwks": b"other"}
