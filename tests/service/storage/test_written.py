"""What an EHR writes is kept, whatever characters it is made of, on both databases alike."""

import pytest
from sqlalchemy import select
from support.databases import open_database
from support.rows import NOON, a_card, an_invocation, some_feedback

from service.storage import feedback
from service.storage.history import history
from service.storage.invocations import record
from service.storage.schema import invocations

ODD = {
    "plain": ("Żółć, 痛", "Żółć, 痛"),
    "a NUL": ("a\0b", "a\ufffdb"),
    "half a surrogate pair": ("a\ud83db", "a\ufffdb"),
    "thousands of characters": ("x" * 5000, "x" * 5000),
}


@pytest.mark.parametrize(("written", "kept"), ODD.values(), ids=list(ODD))
async def test_odd_text_loses_no_row(database_url: str, written: str, kept: str) -> None:
    alarms: list[tuple[int, str]] = []
    async with open_database(database_url, alarms) as database:
        record(database, an_invocation(hook_instance=written, user=written, encounter=written), [a_card()], None)
        item = some_feedback(comment=written, reason_code=written, received_at=NOON)
        await feedback.store(database, [item, some_feedback(written)])

        (row,) = await database.read(select(invocations.c.hook_instance, invocations.c.user))
        (event,) = await history(database, "open", "alma")
    assert alarms == []
    assert (row.hook_instance, row.user) == (kept, kept)
    assert (event.user, event.encounter, event.reason) == (kept, kept, kept)
