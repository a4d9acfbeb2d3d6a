"""The whole service on PostgreSQL: what a call leaves, what two replicas share, and what becomes of a call while the
database is away."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from support.databases import open_database
from support.postgres import Cluster
from support.registered import DISCOVERY, Signed, a_row, register, registered_service, registered_settings
from support.running import running

from cds_hooks.testing import PretendEHR
from service.storage.database import Database
from service.storage.errors import StorageUnavailable
from service.storage.schema import card_events, feedback, invocations


def overridden(card: str) -> dict[str, Any]:
    reason = {"code": "knownDiagnosis", "system": "urn:cartsign:override-reason"}
    return {
        "card": card,
        "outcome": "overridden",
        "overrideReason": {"reason": reason},
        "outcomeTimestamp": "2026-11-30T09:00:00Z",
    }


async def test_a_call_and_its_answer_are_kept_and_found_again(tmp_path: Path, postgresql_url: str) -> None:
    settings = registered_settings(tmp_path, database_url=postgresql_url)
    async with registered_service(settings, a_row(ehr := PretendEHR())) as service:
        caller = Signed(service, ehr)
        (card,) = (await caller.call())["cards"]
        assert (await caller.report(overridden(card["uuid"]))).status_code == 200
        async with open_database(postgresql_url) as database:
            (call,) = await database.read(select(invocations.c.tenant, invocations.c.state))
            (item,) = await database.read(select(feedback.c.tenant, feedback.c.matched))
            (event,) = await database.read(select(card_events.c.tenant, card_events.c.patient))
    assert tuple(call) == ("north", "probable")
    assert tuple(item) == ("north", True)
    assert tuple(event) == ("north", "demo-probable")


async def test_two_replicas_let_a_token_pass_once_and_see_the_same_clients(
    tmp_path: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-20"""
    monkeypatch.setattr("service.clients.REFRESH_SECONDS", 0.01)
    settings = registered_settings(tmp_path, database_url=postgresql_url)
    ehr, late = PretendEHR(), PretendEHR("https://late.example.org")
    async with asyncio.timeout(30), registered_service(settings, a_row(ehr)) as one, running(settings) as other:
        headers = Signed(one, ehr).headers(DISCOVERY)
        answers = await asyncio.gather(
            *(replica.client.get(DISCOVERY, headers=headers) for replica in [one, other] * 5)
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9

        await register(settings, a_row(late, "late"))
        for replica in (one, other):
            while (await Signed(replica, late).discover()).status_code != 200:
                await asyncio.sleep(0.01)


async def calls_kept(database: Database) -> int:
    """How many calls are recorded; none are seen while the server is still coming back."""
    try:
        return int((await database.read(select(func.count()).select_from(invocations)))[0][0])
    except StorageUnavailable:
        return 0


async def test_calls_are_answered_while_the_database_is_away_and_kept_again_afterwards(
    tmp_path: Path, postgresql_url: str, cluster: Cluster
) -> None:
    settings = registered_settings(tmp_path, database_url=postgresql_url)
    async with asyncio.timeout(60), registered_service(settings, a_row(ehr := PretendEHR())) as service:
        caller = Signed(service, ehr)
        await caller.call()
        # An answer is committed before it is thanked for, and so is what was queued before it.
        assert (await caller.report(overridden("any"))).status_code == 200
        cluster.stop(signal.SIGKILL)
        try:
            assert len((await caller.call())["cards"]) == 1
            assert (await caller.report(overridden("any"))).status_code == 503
            assert (await service.client.get("/readyz")).status_code == 503
            used = caller.headers(DISCOVERY)
            assert [(await service.client.get(DISCOVERY, headers=used)).status_code for _ in range(2)] == [200, 401]
        finally:
            cluster.start()
        while (await service.client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.02)
        await caller.call()
        async with open_database(postgresql_url) as database:
            while await calls_kept(database) < 2:
                await asyncio.sleep(0.02)


async def test_a_database_made_without_an_encoding_serves_too(tmp_path: Path, cluster: Cluster) -> None:
    cluster.run("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    settings = registered_settings(tmp_path, database_url=cluster.url("ascii"))
    async with registered_service(settings, a_row(ehr := PretendEHR())) as service:
        caller = Signed(service, ehr)
        assert len((await caller.call(hookInstance="naïve"))["cards"]) == 1
        # What was queued before an answer is committed with it.
        assert (await caller.report(overridden("any"))).status_code == 200
        async with open_database(cluster.url("ascii")) as database:
            (row,) = await database.read(select(invocations.c.hook_instance))
    assert row.hook_instance == "naïve"
