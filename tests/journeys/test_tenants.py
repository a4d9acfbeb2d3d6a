"""Tenants do not meet: whoever calls, reads and answers only what its own identity made, whatever the bodies say."""

import itertools
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from support.databases import open_database
from support.registered import Signed, a_row, lent, register, registered_service, registered_settings
from support.running import CALL, a_request, running

from cds_hooks.testing import PretendEHR
from service.storage.history import history
from service.storage.schema import card_events, feedback, invocations

SECOND = PretendEHR("https://second.example.org")
SHARED = PretendEHR("https://shared.example.org")
# Three tenants, two of them behind one issuer, and a client that names an organisation in each token.
TENANTS = {
    "first": (PretendEHR("https://first.example.org"), {}),
    "second": (SECOND, {}),
    "shared-north": (SHARED, {"tenant": "north"}),
    "shared-south": (SHARED, {"tenant": "south"}),
}


def rows() -> list[Any]:
    return [
        a_row(ehr, name, tenants=tuple(claims.values())) if claims else a_row(ehr, name)
        for name, (ehr, claims) in TENANTS.items()
    ]


def tenant_of(name: str) -> str:
    _, claims = TENANTS[name]
    return "/".join([name, *claims.values()])


def item(card: str, code: str = "notNow") -> dict[str, Any]:
    return {
        "card": card,
        "outcome": "overridden",
        "overrideReason": {"reason": {"code": code}},
        "outcomeTimestamp": "2026-11-30T09:00:00Z",
    }


async def test_an_answer_to_a_card_of_another_tenant_is_kept_apart_and_looks_the_same(tmp_path: Path) -> None:
    """FB-4: accepted, marked unmatched, joined to nobody's history."""
    async with registered_service(registered_settings(tmp_path), *rows()) as service:
        first, second = Signed(service, TENANTS["first"][0]), Signed(service, SECOND)
        (card,) = (await first.call())["cards"]
        own, foreign, nobodys = [
            await caller.report(item(uuid))
            for caller, uuid in [(first, card["uuid"]), (second, card["uuid"]), (second, "never-shown")]
        ]
        assert {(answer.status_code, answer.content) for answer in (own, foreign, nobodys)} == {(200, b"")}
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        kept = await database.read(
            select(feedback.c.tenant, feedback.c.card, feedback.c.matched).order_by(feedback.c.id)
        )
        assert [tuple(row) for row in kept] == [
            ("first", card["uuid"], True),
            ("second", card["uuid"], False),
            ("second", "never-shown", False),
        ]
        assert len(await history(database, "first", "demo-probable")) == 1
        assert await history(database, "second", "demo-probable") == ()


async def test_what_one_tenant_silenced_another_still_sees(tmp_path: Path) -> None:
    """Both have a patient of that id; they are two people."""
    async with registered_service(registered_settings(tmp_path), *rows()) as service:
        first, second = Signed(service, TENANTS["first"][0]), Signed(service, SECOND)
        (card,) = (await first.call())["cards"]
        reason = card["overrideReasons"][0]
        answer = item(card["uuid"]) | {"overrideReason": {"reason": {k: reason[k] for k in ("code", "system")}}}
        assert (await first.report(answer)).status_code == 200
        assert (await first.call())["cards"] == []
        assert len((await second.call())["cards"]) == 1


async def test_nothing_in_a_body_says_whose_call_it_is(tmp_path: Path) -> None:
    claimed = {"tenant": "second", "issuer": SECOND.issuer, "extension": {"tenant": "second"}}
    async with registered_service(registered_settings(tmp_path), *rows()) as service:
        await Signed(service, TENANTS["first"][0]).call(**claimed)
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        (row,) = await database.read(select(invocations.c.tenant, invocations.c.issuer))
    assert tuple(row) == ("first", "https://first.example.org")


async def test_an_organisation_named_in_the_token_is_a_tenant_of_its_own(tmp_path: Path) -> None:
    """SEC-21"""
    ehr = PretendEHR("https://cloud.example.org")
    async with registered_service(registered_settings(tmp_path), a_row(ehr, "cloud")) as service:
        for claims in ({}, {"tenant": "a"}, {"tenant": "b"}):
            headers = Signed(service, ehr).headers(CALL, **claims)
            assert (await service.client.post(CALL, json=a_request(**lent()), headers=headers)).status_code == 200
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        found = await database.read(select(invocations.c.tenant).order_by(invocations.c.tenant))
    assert [row.tenant for row in found] == ["cloud", "cloud/a", "cloud/b"]


MOVES = st.lists(
    st.tuples(st.sampled_from(sorted(TENANTS)), st.sampled_from(["call", "answer any", "answer own"])),
    min_size=4,
    max_size=10,
)
FOLDERS = itertools.count()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=MOVES, pick=st.integers(0, 1000))
async def test_whatever_tenants_do_in_whatever_order_nothing_crosses(tmp_path: Path, moves: Any, pick: int) -> None:
    """Calls and answers in any order, with any tenant's card ids: each row and each event stays with whose it is."""
    folder = tmp_path / str(next(FOLDERS))
    folder.mkdir()
    given = registered_settings(folder)
    await register(given, *rows())
    shown: dict[str, str] = {}
    async with running(given) as service:
        for name, move in moves:
            ehr, claims = TENANTS[name]
            caller = Signed(service, PretendEHR(ehr.issuer, tenant=claims.get("tenant"), key=ehr.key))
            if move == "call":
                response = await caller.call("demo-probable")
                shown |= {card["uuid"]: name for card in response["cards"]}
                continue
            cards = [uuid for uuid, owner in shown.items() if move == "answer any" or owner == name] or ["none"]
            assert (await caller.report(item(cards[pick % len(cards)]))).status_code == 200
    async with open_database(folder / "cartsign.sqlite3") as database:
        answers = await database.read(select(feedback.c.tenant, feedback.c.card, feedback.c.matched))
        for row in answers:
            assert row.matched == (row.card in shown and tenant_of(shown[row.card]) == row.tenant)
        mine = {
            (row.tenant, row.fingerprint) for row in await database.read(select(feedback).where(feedback.c.matched))
        }
        events = await database.read(select(card_events.c.tenant, card_events.c.fingerprint))
        assert {(row.tenant, row.fingerprint) for row in events} == mine
