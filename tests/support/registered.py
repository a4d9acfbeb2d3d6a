"""The whole application in registered trust: a pretend EHR for each registered client, who signs what it sends."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from support.running import AT, CALL, FHIR, Running, a_request, running, settings_for

from cds_hooks.testing import PretendEHR
from service.knowledge.model import Knowledge
from service.settings import Settings
from service.storage import clients
from service.storage.clients import ClientRow
from service.storage.database import Database

# What EHRs call. The tests reach the service elsewhere, as a proxy does: audiences are built on this address alone.
PUBLIC = "https://cds.example.org"
FEEDBACK = f"{CALL}/feedback"
DISCOVERY = "/cds-services"


def registered_settings(tmp_path: Path, **changes: Any) -> Settings:
    """As `serve` has them, but for the clock; the sandbox is there for its FHIR server."""
    return settings_for(tmp_path, **{"trust": "registered", "public_url": PUBLIC, **changes})


def a_row(ehr: PretendEHR, name: str = "north", **changes: Any) -> ClientRow:
    """The registration of a pretend EHR that hands its keys over, its FHIR server being the sandbox."""
    given: dict[str, Any] = {
        "name": name,
        "issuers": (ehr.issuer,),
        "algorithms": ("ES384", "RS384"),
        "jwks": json.dumps(ehr.jwks),
        "tenants": (ehr.tenant,) if ehr.tenant else (),
        "fhir_origins": (FHIR,),
        "changed_at": AT,
    }
    return ClientRow(**given | changes)


async def register(settings: Settings, *rows: ClientRow) -> None:
    """Add clients, as the administrator's command does: in another process than the service."""
    database = Database(settings.database, alarm=lambda _count, _reason: None)
    await database.start()
    try:
        for row in rows:
            await clients.add(database, row)
    finally:
        await database.stop()


async def re_register(settings: Settings, row: ClientRow) -> None:
    """Change a client, likewise."""
    database = Database(settings.database, alarm=lambda _count, _reason: None)
    await database.start()
    try:
        await clients.change(database, row)
    finally:
        await database.stop()


def lent(**members: Any) -> dict[str, Any]:
    """The access to its FHIR server that a client lends with a call."""
    plain = {"access_token": "lent-token", "token_type": "Bearer", "expires_in": 300, "subject": "cartsign"}
    return {"fhirAuthorization": {**plain, "scope": "user/*.read", **members}}


@dataclass(frozen=True)
class Signed:
    """One client's way to a running service."""

    service: Running
    ehr: PretendEHR
    now: Any = field(default=AT)

    def headers(self, path: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.ehr.token(f'{PUBLIC}{path}', self.now, **claims)}"}

    async def discover(self) -> httpx.Response:
        return await self.service.client.get(DISCOVERY, headers=self.headers(DISCOVERY))

    async def post(self, message: Mapping[str, Any], path: str = CALL, **claims: Any) -> httpx.Response:
        return await self.service.client.post(path, json=message, headers=self.headers(path, **claims))

    async def call(self, patient: str = "demo-probable", hook: str = "patient-view", **members: Any) -> dict[str, Any]:
        """The response to a call that must succeed, with access to the FHIR server lent."""
        answer = await self.post(a_request(patient, hook, **{**lent(), **members}))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def report(self, *items: Mapping[str, Any]) -> httpx.Response:
        return await self.post({"feedback": list(items)}, FEEDBACK)


@asynccontextmanager
async def registered_service(
    settings: Settings, *rows: ClientRow, knowledge: Knowledge | None = None, **elsewhere: Any
) -> AsyncIterator[Running]:
    """The application with these clients registered before it starts."""
    await register(settings, *rows)
    async with running(settings, knowledge, **elsewhere) as service:
        yield service
