"""The whole application, called in its own process: real settings, knowledge, SQLite file and sandbox; only the network
is cut short, in that the FHIR client reaches the application itself."""

import asyncio
import functools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from fastapi import FastAPI

from cds_hooks import HOOKS, expand, read_request
from service.app import create_app
from service.fhir.prefetch_table import TEMPLATES
from service.knowledge.load import load_knowledge
from service.knowledge.model import Knowledge
from service.sandbox.demo import demo_request
from service.settings import Settings

BASE = "http://127.0.0.1:8000"
FHIR = f"{BASE}/sandbox/fhir"
CALL = "/cds-services/neurogenic-claudication"
# The day the demo charts are written for.
AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


@functools.cache
def shipped_knowledge() -> Knowledge:
    return load_knowledge()


def settings_for(tmp_path: Path, **changes: Any) -> Settings:
    """Open trust, everything recorded, and so much time that a slow machine decides like a fast one."""
    given: dict[str, Any] = {
        "trust": "open",
        "record": "full",
        "sandbox": True,
        "deadline_ms": 60_000,
        "database_url": f"sqlite+aiosqlite:///{tmp_path}/cartsign.sqlite3",
        "at": AT,
    }
    return Settings(**given | changes)


class ToItself(httpx.AsyncBaseTransport):
    """A transport to an application that is named later; counts what it carries, and never answers for `silent`.

    `elsewhere` are documents at addresses of other hosts.
    """

    def __init__(self, silent: str | None = None, elsewhere: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self.app: FastAPI | None = None
        self.silent = silent
        self.elsewhere = elsewhere
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.silent is not None and request.url.path.endswith(self.silent):
            await asyncio.Event().wait()
        if (document := self.elsewhere.get(str(request.url))) is not None:
            return httpx.Response(200, content=document)
        assert self.app is not None
        # Whatever host a test gives the FHIR server, it is the sandbox of this application that answers.
        request.headers["Host"] = "127.0.0.1:8000"
        return await httpx.ASGITransport(self.app).handle_async_request(request)


@dataclass(frozen=True)
class Running:
    """A running application, a client for it, and what it asked of FHIR servers."""

    app: FastAPI
    client: httpx.AsyncClient
    asked: list[httpx.Request]

    async def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """The response to a hook call that must succeed."""
        answer = await self.client.post(CALL, json=request)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def prefetch(self, patient: str, hook: str = "patient-view") -> dict[str, Any]:
        """What an EHR would send along for a demo patient: every template, asked of the sandbox."""
        body = httpx.Request("POST", BASE, json=a_request(patient, hook)).content
        context = read_request(body).context
        answers = {}
        for template in TEMPLATES:
            query = expand(template, context)
            assert query is not None
            answers[template.key] = (await self.client.get(f"/sandbox/fhir/{query}")).json()
        return answers


@asynccontextmanager
async def running(
    settings: Settings,
    knowledge: Knowledge | None = None,
    *,
    silent: str | None = None,
    elsewhere: Mapping[str, bytes] = MappingProxyType({}),
) -> AsyncIterator[Running]:
    """The application while it runs; its FHIR server never answers a query that ends in `silent`."""
    to_itself = ToItself(silent, elsewhere)
    http = httpx.AsyncClient(transport=to_itself, follow_redirects=False)
    app = create_app(settings, http=http, knowledge=knowledge or shipped_knowledge())
    to_itself.app = app
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield Running(app, client, to_itself.requests)


def a_request(patient: str = "demo-probable", hook: str = "patient-view", **members: Any) -> dict[str, Any]:
    """The request an EHR would send; its FHIR server is the sandbox."""
    assert hook in HOOKS
    return demo_request(patient, hook, FHIR, INSTANCE) | members


def topics(response: dict[str, Any]) -> list[str]:
    return [card["source"]["topic"]["code"] for card in response["cards"]]
