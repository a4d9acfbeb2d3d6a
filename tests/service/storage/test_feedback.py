"""Feedback: kept once, and before the answer."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.databases import open_database
from support.rows import NOON, a_card, an_invocation, some_feedback

from service.storage import feedback
from service.storage.history import history
from service.storage.invocations import record

COUNT = text("SELECT count(*) FROM feedback")


async def test_feedback_is_there_as_soon_as_it_is_acknowledged(database_url: str) -> None:
    async with open_database(database_url) as database:
        await feedback.store(database, [some_feedback("card-1"), some_feedback("card-2")])

        assert (await database.read(COUNT))[0][0] == 2


async def test_an_item_sent_twice_is_kept_once_even_within_a_batch(database_url: str) -> None:
    async with open_database(database_url) as database:
        await feedback.store(database, [some_feedback(), some_feedback()])
        await feedback.store(database, [some_feedback(received_at=NOON + timedelta(days=1))])

        assert (await database.read(COUNT))[0][0] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"card": "card-2"},
        {"outcome": "accepted"},
        {"outcome_at": NOON + timedelta(seconds=1)},
        {"accepted": ("suggestion-1",)},
        {"reason_code": "imagingDone"},
        {"comment": "MRI came by fax"},
    ],
)
async def test_an_item_that_says_something_else_is_kept_too(database_url: str, change: dict[str, object]) -> None:
    async with open_database(database_url) as database:
        await feedback.store(database, [some_feedback(), some_feedback(**{"card": "card-1"} | change)])

        assert (await database.read(COUNT))[0][0] == 2


async def test_feedback_for_a_card_nobody_remembers_is_kept_but_is_no_ones_history(database_url: str) -> None:
    async with open_database(database_url) as database:
        record(database, an_invocation(), [a_card()], None)
        await feedback.store(database, [some_feedback("a-card-from-elsewhere")])

        assert (await database.read(COUNT))[0][0] == 1
        assert await history(database, "open", "alma") == ()
