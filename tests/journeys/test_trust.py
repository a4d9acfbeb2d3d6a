"""Who may call: nobody but a registered client with a good token, at every endpoint, before a byte of a body is read;
and a refusal tells a stranger nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from support.databases import open_database, unusable
from support.forged_tokens import Forgery, forgeries
from support.logged import everything_logged
from support.pretend_clients import hospital, neighbour
from support.registered import (
    DISCOVERY,
    FEEDBACK,
    PUBLIC,
    Signed,
    a_row,
    lent,
    re_register,
    register,
    registered_service,
)
from support.registered import registered_settings as settings_in
from support.running import AT, CALL, INSTANCE, Running, a_request, running

from cds_hooks.profiles import SANDBOX
from cds_hooks.testing import PretendEHR
from service.storage import clients
from service.storage.clients import ClientRow
from service.storage.database import Database
from service.storage.schema import invocations

ENDPOINTS = (DISCOVERY, CALL, FEEDBACK)
FAULTS = sorted({forgery.fault for forgery in forgeries(f"{PUBLIC}{CALL}", AT)})
HOSPITAL_KEYS = {hospital().jku or "": json.dumps(hospital().jwks).encode()}


def hospital_row(**changes: Any) -> ClientRow:
    given = {"jku": hospital().jku, "jwks": None, "algorithms": ("ES384", "RS384"), "tenants": ("north",)}
    return a_row(hospital(), "hospital", **given | changes)


def neighbour_row() -> ClientRow:
    return a_row(neighbour(), "neighbour", tenants=("south",))


@asynccontextmanager
async def both(tmp_path: Path) -> AsyncIterator[Running]:
    rows = hospital_row(), neighbour_row()
    async with registered_service(settings_in(tmp_path), *rows, elsewhere=HOSPITAL_KEYS) as service:
        yield service


async def knock(service: Running, path: str, *authorizations: str, content: bytes = b"not even JSON") -> httpx.Response:
    """A request to an endpoint; its body is nonsense, which only those hear of who were let in."""
    headers = [(b"authorization", value.encode("utf-8", "surrogatepass")) for value in authorizations]
    if path == DISCOVERY:
        return await service.client.get(path, headers=headers)
    headers.append((b"content-type", b"application/json"))
    return await service.client.post(path, content=content, headers=headers)


def by_fault(audience: str) -> Iterator[tuple[str, list[Forgery]]]:
    for fault, forged in groupby(forgeries(audience, AT), lambda forgery: forgery.fault):
        yield fault, list(forged)


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_every_forged_or_faulty_token_gets_the_same_401_and_its_unmodified_twin_passes(
    tmp_path: Path, path: str
) -> None:
    """SEC-2, SEC-3, SEC-5, SEC-20, SEC-22, SEC-25, DISC-14, DISC-15: hundreds of tokens, dozens of classes of fault."""
    bodies: set[bytes] = set()
    refused = 0
    async with both(tmp_path) as service:
        for fault, forged in by_fault(f"{PUBLIC}{path}"):
            for forgery in forged:
                # Blanks around the token belong to the header (RFC 9110, section 5.5), and are no fault in it.
                if forgery.token != forgery.token.strip(" "):
                    continue
                answer = await knock(service, path, f"Bearer {forgery.token}")
                assert answer.status_code == 401, str(forgery)
                assert answer.headers["www-authenticate"] == "Bearer"
                bodies.add(answer.content)
                refused += 1
            # Also once for each class: what was refused has not used up what is good.
            good = hospital().token(f"{PUBLIC}{path}", AT)
            assert (await knock(service, path, f"Bearer {good}")).status_code in (200, 400), fault
    assert len(bodies) == 1
    assert refused >= 300
    assert len(FAULTS) >= 20


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_without_one_bearer_token_nobody_is_let_in(tmp_path: Path, path: str) -> None:
    """SEC-3, SEC-22"""
    token = hospital().token(f"{PUBLIC}{path}", AT)
    async with both(tmp_path) as service:
        refused = [
            await knock(service, path, *values)
            for values in [
                (), ("",), ("Bearer",), (token,), (f"Basic {token}",), (f"Bearer {token}, Bearer {token}",),
                (f"Bearer {token}", f"Bearer {token}"), (f"Bearer  {token} x",), (f"DPoP {token}",),
            ]
        ]  # fmt: skip
        assert {answer.status_code for answer in refused} == {401}
        assert len({answer.content for answer in refused}) == 1
        assert (await knock(service, path, f"Bearer {token}")).status_code in (200, 400)


async def test_a_refusal_comes_before_anything_else_is_judged(tmp_path: Path) -> None:
    """SEC-22: neither the service id, nor the media type, nor the size of the body is told to a stranger."""
    async with both(tmp_path) as service:
        unknown = await service.client.post("/cds-services/none", json={})
        wrong_type = await service.client.post(CALL, content=b"x", headers={"content-type": "text/plain"})
        huge = await service.client.post(CALL, content=b"x", headers={"content-length": str(10**12)})
    assert {answer.status_code for answer in (unknown, wrong_type, huge)} == {401}


async def test_a_refused_body_is_never_read(tmp_path: Path) -> None:
    """SEC-25"""
    async with both(tmp_path) as service:
        read = 0

        async def receive() -> dict[str, Any]:
            nonlocal read
            read += 1
            return {"type": "http.request", "body": b"{}", "more_body": False}

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": CALL, "headers": [], "query_string": b"", "root_path": ""}
        await service.app(scope, receive, send)
    assert (sent[0]["status"], read) == (401, 0)


async def test_a_token_passes_once(tmp_path: Path) -> None:
    """SEC-20"""
    async with both(tmp_path) as service:
        caller = Signed(service, hospital())
        headers = caller.headers(CALL)
        answers = [await service.client.post(CALL, json=a_request(**lent()), headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 401, 401]


async def test_a_token_that_comes_many_times_at_once_passes_once(tmp_path: Path) -> None:
    """SEC-20"""
    async with both(tmp_path) as service:
        headers = Signed(service, hospital()).headers(DISCOVERY)
        answers = await asyncio.gather(*(service.client.get(DISCOVERY, headers=headers) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


async def test_two_clients_may_use_the_same_jti(tmp_path: Path) -> None:
    """SEC-20: a nonce is its issuer's."""
    async with both(tmp_path) as service:
        for ehr in (hospital(), neighbour()):
            headers = Signed(service, ehr).headers(DISCOVERY, jti="the-same")
            assert (await service.client.get(DISCOVERY, headers=headers)).status_code == 200


async def test_a_token_for_one_endpoint_opens_no_other(tmp_path: Path) -> None:
    """SEC-17, FB-13"""
    async with both(tmp_path) as service:
        for meant in ENDPOINTS:
            for path in ENDPOINTS:
                answer = await knock(service, path, f"Bearer {hospital().token(f'{PUBLIC}{meant}', AT)}")
                assert (answer.status_code == 401) == (meant != path)


async def test_an_agreed_audience_passes_everywhere(tmp_path: Path) -> None:
    """SEC-17"""
    agreed = "https://cds.example.org/agreed"
    rows = hospital_row(audiences=(agreed,)), neighbour_row()
    async with registered_service(settings_in(tmp_path), *rows, elsewhere=HOSPITAL_KEYS) as service:
        for path in ENDPOINTS:
            assert (await knock(service, path, f"Bearer {hospital().token(agreed, AT)}")).status_code in (200, 400)
            assert (await knock(service, path, f"Bearer {neighbour().token(agreed, AT)}")).status_code == 401


async def test_one_issuer_serves_several_tenants(tmp_path: Path) -> None:
    """SEC-21"""
    ehr = PretendEHR()
    rows = [a_row(ehr, name, tenants=(name,)) for name in ("north", "south")]
    async with registered_service(settings_in(tmp_path), *rows) as service:
        answers = {
            tenant: (
                await service.client.get(DISCOVERY, headers=Signed(service, ehr).headers(DISCOVERY, tenant=tenant))
            )
            for tenant in ("north", "south", "west")
        }
    assert [answer.status_code for answer in answers.values()] == [200, 200, 401]


async def test_the_reason_is_in_the_log_under_the_correlation_id_and_the_token_is_not(
    tmp_path: Path,
) -> None:
    """SEC-22, SEC-23"""
    token = hospital().token(f"{PUBLIC}{CALL}", AT, exp=int(AT.timestamp()) - 3600, jti="a-jti-of-its-own")
    with everything_logged() as lines:
        async with both(tmp_path) as service:
            headers = {"Authorization": f"Bearer {token}", "X-Correlation-ID": "asked-about"}
            assert (await service.client.post(CALL, json={}, headers=headers)).status_code == 401
    (line,) = [json.loads(line) for line in lines.getvalue().splitlines() if "caller refused" in line]
    assert (line["correlation_id"], line["reason"], line["client"]) == ("asked-about", "expired", "hospital")
    assert not any(part in lines.getvalue() for part in [*token.split("."), "a-jti-of-its-own"])


async def test_a_long_lived_token_is_refused_unless_the_site_allows_it(tmp_path: Path) -> None:
    """SEC-19: how old a token may be is a policy of our own."""
    claims = {"exp": int((AT + timedelta(days=2)).timestamp())}
    for minutes, status in ((1440, 401), (3000, 200)):
        (tmp_path / str(minutes)).mkdir()
        settings = settings_in(tmp_path / str(minutes), token_minutes=minutes)
        async with registered_service(settings, a_row(ehr := PretendEHR())) as service:
            headers = Signed(service, ehr).headers(DISCOVERY, **claims)
            assert (await service.client.get(DISCOVERY, headers=headers)).status_code == status


async def test_the_official_sandbox_is_refused_since_everybody_has_its_key(tmp_path: Path) -> None:
    """SEC-15"""
    ehr = PretendEHR(SANDBOX.issuer.value or "")
    async with registered_service(settings_in(tmp_path), a_row(ehr, "sandbox")) as service:
        assert (await Signed(service, ehr).discover()).status_code == 401


async def test_a_change_of_the_registrations_is_seen_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.clients.REFRESH_SECONDS", 0.01)
    settings, ehr = settings_in(tmp_path), PretendEHR()

    async def until(status: int) -> None:
        while (await caller.discover()).status_code != status:
            await asyncio.sleep(0.01)

    async with asyncio.timeout(20), registered_service(settings) as service:
        caller = Signed(service, ehr)
        assert (await caller.discover()).status_code == 401
        await register(settings, row := a_row(ehr))
        await until(200)
        await re_register(settings, a_row(ehr, disabled=True))
        await until(401)
        await re_register(settings, row)
        await until(200)


async def test_while_storage_is_away_the_last_list_serves_and_a_token_still_passes_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-20"""
    async with both(tmp_path) as service:
        used = Signed(service, hospital()).headers(CALL)
        assert (await service.client.post(CALL, json=a_request(**lent()), headers=used)).status_code == 200
        file = tmp_path / "cartsign.sqlite3"
        for each in tmp_path.glob("cartsign.sqlite3*"):
            each.unlink()
        file.mkdir()
        monkeypatch.setattr("service.storage.database.Database._within", _away)
        fresh = Signed(service, hospital()).headers(CALL)
        answers = [
            (await service.client.post(CALL, json=a_request(**lent()), headers=headers)).status_code
            for headers in (fresh, fresh, used)
        ]
        assert answers == [200, 401, 401]
        assert "cartsign_tokens_unshared_total 1.0" in (await service.client.get("/metrics")).text


async def _away(*_args: Any, **_kwargs: Any) -> Any:
    from service.storage.errors import StorageUnavailable

    raise StorageUnavailable("taken away")


async def test_a_worker_that_never_read_the_clients_says_503(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, database_url=f"sqlite+aiosqlite:///{unusable(tmp_path)}")
    async with running(settings) as service:
        for path in ENDPOINTS:
            answer = await knock(service, path, f"Bearer {hospital().token(f'{PUBLIC}{path}', AT)}")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_too_many_calls_are_told_when_to_come_back(tmp_path: Path) -> None:
    async with registered_service(settings_in(tmp_path), a_row(ehr := PretendEHR(), calls_per_minute=6)) as service:
        caller = Signed(service, ehr)
        answers = [await caller.discover() for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 429, 429]
        assert answers[1].json()["issue"][0]["code"] == "throttled"
        assert 1 <= int(answers[1].headers["retry-after"]) <= 10


async def test_old_tokens_sent_again_use_up_nothing(tmp_path: Path) -> None:
    async with registered_service(settings_in(tmp_path), a_row(ehr := PretendEHR(), calls_per_minute=12)) as service:
        caller = Signed(service, ehr)
        old = caller.headers(DISCOVERY)
        assert (await service.client.get(DISCOVERY, headers=old)).status_code == 200
        assert {(await service.client.get(DISCOVERY, headers=old)).status_code for _ in range(10)} == {401}
        assert (await caller.discover()).status_code == 200


async def test_the_body_may_be_as_large_as_the_client_was_allowed(tmp_path: Path) -> None:
    row = a_row(ehr := PretendEHR(), max_body_mb=1)
    async with registered_service(settings_in(tmp_path), row) as service:
        caller = Signed(service, ehr)
        answer = await caller.post({"padding": "x" * (1024 * 1024)})
        assert answer.status_code == 413
        assert "1048576" in answer.json()["issue"][0]["diagnostics"]


async def test_a_registration_is_read_as_it_was_written(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    row = hospital_row(
        audiences=("https://a.example.org",), fhir_networks=("10.0.0.0/8",), mode="shadow", deadline_ms=9
    )
    await register(settings, row)
    database = Database(settings.database, alarm=lambda _count, _reason: None)
    await database.start()
    assert await clients.every(database) == (row,)
    await database.stop()


async def test_a_call_leaves_who_called_for_whom_and_what_came_of_it_and_no_token(tmp_path: Path) -> None:
    """SEC-23, SEC-29: the audit of a call is its row."""
    async with both(tmp_path) as service:
        headers = Signed(service, hospital()).headers(CALL, jti="the-jti")
        request = a_request("demo-probable", **lent())
        assert (await service.client.post(CALL, json=request, headers=headers)).status_code == 200
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        (row,) = await database.read(select(invocations))
    assert (row.tenant, row.issuer, row.jti) == ("hospital/north", hospital().issuer, "the-jti")
    assert (row.service_id, row.hook, row.hook_instance) == ("neurogenic-claudication", "patient-view", INSTANCE)
    assert (row.user, row.patient, row.state) == ("Practitioner/demo-clinician", "demo-probable", "probable")
    assert row.received_at is not None
    token = headers["Authorization"].split()[1]
    for file in tmp_path.iterdir():
        assert not any(part.encode() in file.read_bytes() for part in [token, token.split(".")[2], "lent-token"])


async def test_a_worker_that_starts_while_the_keys_cannot_be_fetched_uses_what_another_fetched(tmp_path: Path) -> None:
    """SEC-24: the cache of keys is shared."""
    settings = settings_in(tmp_path)
    async with both(tmp_path) as service:
        assert (await Signed(service, hospital()).discover()).status_code == 200
    async with running(settings) as service:
        assert (await Signed(service, hospital()).discover()).status_code == 200
        # Their address was asked, and does not answer: nobody is let in on what it might have said.
        assert [str(request.url) for request in service.asked] == [hospital().jku]
        stranger = PretendEHR(hospital().issuer, tenant="north", jku=hospital().jku, kid=hospital().kid)
        assert (await Signed(service, stranger).discover()).status_code == 401
