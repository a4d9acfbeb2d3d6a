"""A worker's list of clients: it follows the database, and what has not changed stays what it was."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from support.registered import a_row, re_register, register, registered_settings
from support.running import AT

from cds_hooks.testing import PretendEHR
from service.clients import Clients, Unusable, registered
from service.metrics import Metrics
from service.settings import Settings
from service.storage.clients import ClientRow
from service.storage.database import Database
from service.storage.errors import StorageUnavailable

EHR = PretendEHR()


async def away(*_args: Any, **_kwargs: Any) -> Any:
    raise StorageUnavailable("taken away")


class Following:
    """A list on a database of its own."""

    def __init__(self, settings: Settings) -> None:
        self.metrics = Metrics()
        self.database = Database(settings.database, alarm=lambda _count, _reason: None)
        self.http = httpx.AsyncClient()
        self.clients = Clients(self.database, settings, self.http, self.metrics)

    async def __aenter__(self) -> "Following":
        await self.database.start()
        await self.clients.refresh()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.stop()
        await self.http.aclose()


async def test_a_client_that_was_not_changed_stays_the_same_object(tmp_path: Path) -> None:
    """Its keys, and what is known of its FHIR server, live on."""
    settings = registered_settings(tmp_path)
    await register(settings, a_row(EHR, "north"), a_row(PretendEHR("https://s.example.org"), "south"))
    async with Following(settings) as worker:
        before = dict(worker.clients.listed or {})
        await re_register(settings, a_row(EHR, "north", mode="shadow", changed_at=AT))
        await worker.clients.refresh()
        after = worker.clients.listed or {}
        assert after["south"] is before["south"]
        assert (before["north"].mode, after["north"].mode) == ("on", "shadow")


async def test_no_list_and_an_empty_list_are_two_things(tmp_path: Path) -> None:
    settings = registered_settings(tmp_path)
    worker = Following(settings)
    assert worker.clients.listed is None
    async with worker:
        assert worker.clients.listed == {}


async def test_while_the_list_cannot_be_read_the_last_one_stays_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = registered_settings(tmp_path)
    await register(settings, a_row(EHR, "north"))
    async with Following(settings) as worker:
        monkeypatch.setattr(worker.database, "read", away)
        await worker.clients.refresh()
        assert list(worker.clients.listed or {}) == ["north"]
        assert b"cartsign_clients_stale 1.0" in worker.metrics.text()


async def test_a_disabled_client_and_one_that_cannot_be_used_are_not_listed_and_harm_no_other(tmp_path: Path) -> None:
    settings = registered_settings(tmp_path)
    rows = [
        a_row(EHR, "good"),
        a_row(PretendEHR("https://a.example.org"), "disabled", disabled=True),
        a_row(PretendEHR("https://b.example.org"), "keyless", jwks='{"keys": []}'),
        a_row(PretendEHR("https://c.example.org"), "of-the-future", profile="none-yet"),
    ]
    await register(settings, *rows)
    async with Following(settings) as worker:
        assert list(worker.clients.listed or {}) == ["good"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"profile": "none"},
        {"algorithms": ("HS256",)},
        {"algorithms": ()},
        {"issuers": ()},
        {"fhir_origins": ("ftp://ehr.example.org",)},
        {"issuers": ("https://sandbox.cds-hooks.org",)},
        {"jku": "http://ehr.example.org/jwks.json"},
    ],
)
def test_a_row_that_cannot_work_says_so(tmp_path: Path, wrong: dict[str, Any]) -> None:
    row: ClientRow = replace(a_row(EHR), **wrong)
    with pytest.raises(Unusable):
        registered(row, registered_settings(tmp_path), httpx.AsyncClient(), object())  # type: ignore[arg-type]


def test_limits_that_a_client_has_not_are_the_services(tmp_path: Path) -> None:
    settings = registered_settings(tmp_path, deadline_ms=700, max_body_mb=3)
    plain = registered(a_row(EHR), settings, httpx.AsyncClient(), object())  # type: ignore[arg-type]
    own = registered(a_row(EHR, deadline_ms=90, max_body_mb=1), settings, httpx.AsyncClient(), object())  # type: ignore[arg-type]
    assert (plain.deadline, plain.max_body_bytes) == (0.7, 3 * 1024 * 1024)
    assert (own.deadline, own.max_body_bytes) == (0.09, 1024 * 1024)


async def test_a_row_that_somebody_spoilt_by_hand_leaves_the_last_list_in_force(tmp_path: Path) -> None:
    settings = registered_settings(tmp_path)
    await register(settings, a_row(EHR, "north"))
    async with Following(settings) as worker:
        await worker.database.write_now(text("UPDATE clients SET issuers = 'https://ehr.example.org'"))
        await worker.clients.refresh()
        assert list(worker.clients.listed or {}) == ["north"]
        assert b"cartsign_clients_stale 1.0" in worker.metrics.text()
