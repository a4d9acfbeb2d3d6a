"""What only PostgreSQL has: roles that may not, passwords, and transactions that get in each other's way."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from support.databases import open_database
from support.postgres import Cluster
from support.rows import some_feedback

from service.storage import feedback
from service.storage.errors import StorageUnavailable
from service.storage.migrate import migrate


@pytest.fixture
def guest_url(cluster: Cluster) -> Iterator[str]:
    """An empty database seen by a role that may do nothing there; its password is a secret."""
    cluster.run("CREATE ROLE guest LOGIN", "CREATE DATABASE theirs TEMPLATE template0")
    yield cluster.url("theirs", user="guest:hunter2")
    cluster.run("DROP DATABASE theirs WITH (FORCE)", "DROP ROLE guest")


def test_a_role_that_may_not_create_tables_is_told_what_to_do(guest_url: str, cluster: Cluster) -> None:
    with pytest.raises(StorageUnavailable, match="ALTER DATABASE theirs OWNER TO guest") as refused:
        migrate(guest_url)
    assert "permission denied for schema public" in str(refused.value)

    cluster.run("ALTER DATABASE theirs OWNER TO guest")
    migrate(guest_url)


@pytest.mark.parametrize("change", [("/theirs", "/nowhere"), ("guest:", "nobody:"), ("127.0.0.1", "127.0.0.9")])
async def test_what_cannot_be_opened_is_said_without_the_password(guest_url: str, change: tuple[str, str]) -> None:
    alarms: list[tuple[int, str]] = []
    async with open_database(guest_url.replace(*change), alarms) as database:
        with pytest.raises(StorageUnavailable, match="cannot be opened: OperationalError: connection") as refused:
            await feedback.store(database, [some_feedback()])

    assert "hunter2" not in str(refused.value)


async def test_a_transaction_that_was_undone_for_another_replicas_sake_is_run_again(postgresql_url: str) -> None:
    first, second = some_feedback("card-1"), some_feedback("card-2")
    copy = text(
        "INSERT INTO feedback (tenant, matched, received_at, service_id, card, outcome, outcome_at, accepted,"
        " fingerprint) VALUES ('open', true, now(), 's', 'c', 'accepted', now(), '[]', :fingerprint)"
    ).text.replace(":fingerprint", "%s")
    async with asyncio.timeout(60), open_database(postgresql_url) as database:
        # The other replica never notices a deadlock, so that it is ours which is undone.
        async with await psycopg.AsyncConnection.connect(postgresql_url) as other:
            await other.execute("SET deadlock_timeout = '1h'")
            await other.execute(copy, [second.fingerprint])
            storing = asyncio.create_task(feedback.store(database, [first, second]))
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not (await database.read(waiting))[0][0]:
                await asyncio.sleep(0.01)
            await other.execute(copy, [first.fingerprint])
            await other.commit()
        await storing

        assert (await database.read(text("SELECT count(*) FROM feedback")))[0][0] == 2
