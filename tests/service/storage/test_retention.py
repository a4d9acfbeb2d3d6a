"""Retention: old rows go, with everything that hangs on them."""

from datetime import timedelta

from sqlalchemy import text
from support.databases import open_database
from support.rows import NOON, a_card, an_invocation, some_feedback

from service.storage import feedback
from service.storage.invocations import LinkRow, record
from service.storage.retention import forget


async def test_old_calls_go_with_their_cards_links_and_feedback(database_url: str) -> None:
    old = NOON - timedelta(days=31)
    async with open_database(database_url) as database:
        record(database, an_invocation("old", received_at=old), [a_card("c-old")], LinkRow("old", NOON))
        record(database, an_invocation("new"), [a_card("c-new")], LinkRow("new", NOON + timedelta(hours=1)))
        await feedback.store(database, [some_feedback("c-old", received_at=old), some_feedback("c-new")])

        await forget(
            database,
            before=NOON - timedelta(days=30),
            answers_before=NOON - timedelta(days=400),
            tokens_before=NOON,
            now=NOON,
        )

        for table, column in (("invocations", "id"), ("cards", "id"), ("feedback", "card")):
            rows = await database.read(text(f"SELECT {column} FROM {table}"))  # noqa: S608  # names from the line above
            assert [row[0].removeprefix("c-") for row in rows] == ["new"], table
        assert (await database.read(text("SELECT count(*) FROM evidence_links")))[0][0] == 1


async def test_an_expired_link_goes_before_its_call(database_url: str) -> None:
    async with open_database(database_url) as database:
        record(database, an_invocation(), [], LinkRow("token", NOON))

        await forget(
            database,
            before=NOON - timedelta(days=30),
            answers_before=NOON - timedelta(days=400),
            tokens_before=NOON,
            now=NOON,
        )

        assert (await database.read(text("SELECT count(*) FROM evidence_links")))[0][0] == 0
        assert (await database.read(text("SELECT count(*) FROM invocations")))[0][0] == 1
