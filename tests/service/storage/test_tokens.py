"""A token is spent once, whoever sees it first."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import func, select
from support.databases import open_database

from service.storage.retention import forget
from service.storage.schema import spent_tokens
from service.storage.tokens import fingerprint, spend

UNTIL = datetime(2026, 11, 30, 9, 5, tzinfo=UTC)


async def test_the_first_use_spends_a_token_for_everybody(database_url: str) -> None:
    """SEC-20"""
    async with open_database(database_url) as here, open_database(database_url) as there:
        assert await spend(here, "a", UNTIL)
        assert not await spend(here, "a", UNTIL)
        assert not await spend(there, "a", UNTIL)
        assert await spend(there, "b", UNTIL)


async def test_of_many_uses_at_once_one_passes(database_url: str) -> None:
    """SEC-20"""
    async with open_database(database_url) as here, open_database(database_url) as there:
        passed = await asyncio.gather(*(spend(database, "a", UNTIL) for database in [here, there] * 10))
    assert sorted(passed) == [False] * 19 + [True]


async def test_a_token_is_forgotten_when_it_could_not_pass_any_more(database_url: str) -> None:
    async with open_database(database_url) as database:
        await spend(database, "a", UNTIL)
        await forget(database, before=UNTIL, answers_before=UNTIL, tokens_before=UNTIL.replace(minute=4), now=UNTIL)
        assert not await spend(database, "a", UNTIL)
        await forget(database, before=UNTIL, answers_before=UNTIL, tokens_before=UNTIL, now=UNTIL)
        assert (await database.read(select(func.count()).select_from(spent_tokens)))[0][0] == 0


def test_no_two_pairs_of_issuer_and_jti_have_one_fingerprint() -> None:
    pairs = [("a", "bc"), ("ab", "c"), ("", "abc"), ("1:a", "bc"), ("a", "1:bc")]
    assert len({fingerprint(*pair) for pair in pairs}) == len(pairs)
