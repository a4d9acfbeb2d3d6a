"""The composition root: the only place that wires. In: settings, and in tests the parts to replace. Out: one FastAPI
application with the protocol, the pages, health, metrics and, where asked for, the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Final

import httpx
import msgspec
import structlog
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse

from cds_hooks.openapi import openapi
from cds_hooks.router import create_router, install
from service import health
from service.admission import Door, open_door
from service.clients import Clients, anybody
from service.fhir.client import open_http
from service.guard import Guard
from service.hooks import NeurogenicClaudication
from service.knowledge.load import load_knowledge
from service.knowledge.model import Knowledge
from service.metrics import Metrics
from service.pages import evidence as pages
from service.pages.document import HEADERS, ICON
from service.pages.rule import rule_page, rule_record, rules_page, unknown_rule_page
from service.recording import Recorder
from service.sandbox import page, trace
from service.sandbox import server as sandbox
from service.sandbox.store import Store
from service.settings import Settings
from service.storage.database import Database
from service.storage.errors import StorageUnavailable
from service.storage.invocations import decision_behind
from service.storage.retention import forget

log = structlog.get_logger()

FORGET_EVERY: Final = timedelta(hours=1)


def create_app(
    settings: Settings, *, http: httpx.AsyncClient | None = None, knowledge: Knowledge | None = None
) -> FastAPI:
    """The application for `settings`; `http` reaches FHIR servers, `knowledge` replaces what is shipped.

    Raises KnowledgeError when the shipped knowledge cannot be used. Storage that is away does not stop it.
    """

    def lost(count: int, reason: str) -> None:
        metrics.rows_lost.inc(count)
        log.error("rows lost", count=count, reason=reason)

    def now() -> datetime:
        return settings.at or datetime.now(UTC)

    knowledge = knowledge or load_knowledge()
    metrics = Metrics()
    metrics.knowledge.labels(knowledge.fingerprint).set(1)
    database = Database(settings.database, alarm=lost)
    http = http or open_http()
    is_open = settings.trust == "open"
    stranger = anybody(settings, http)
    clients = Clients(database, settings, http, metrics)
    admit = open_door(stranger) if is_open else Door(clients, database, settings, metrics, clock=now).admit
    service = NeurogenicClaudication(knowledge, Recorder(database, settings, metrics), clock=now)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if not await database.start():
            log.error("storage is away; calls are answered and leave no record")
        beside = [asyncio.create_task(forget_old_rows(database, settings, now), name="retention")]
        if not is_open:
            await clients.refresh()
            beside.append(asyncio.create_task(clients.follow(), name="clients"))
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            await database.stop()
            await http.aclose()

    app = FastAPI(title="Cartsign", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(create_router(service.listed(), feedback=service.keep_feedback, admit=admit))
    if settings.sandbox:
        store = Store.demo(now().date())
        app.include_router(page.create_router(now))
        app.include_router(trace.create_router(store, database if is_open else None, knowledge, stranger.reader))
        app.include_router(sandbox.create_router(store))
    add_evidence_page(app, database, knowledge.cards.titles)
    add_rule_pages(app, knowledge)
    add_description(app, service, settings)
    app.include_router(health.create_router(database, knowledge.fingerprint, metrics, None if is_open else clients))
    install(app, cors_origins=settings.cors_origins)
    app.add_middleware(Guard, settings=settings, metrics=metrics)
    return app


def add_description(app: FastAPI, service: NeurogenicClaudication, settings: Settings) -> None:
    """The protocol's endpoints as OpenAPI, for client generators and gateways; public, as the specification is."""
    described = openapi(
        (hooked.service for hooked in service.listed()),
        title="Cartsign",
        version=version("cartsign"),
        max_body_bytes=settings.max_body_mb * 1024 * 1024,
        signed=settings.trust == "registered",
    )
    body = msgspec.json.encode(described)

    @app.get("/openapi.json", include_in_schema=False)
    async def description() -> Response:
        return Response(body, media_type="application/json")


def add_evidence_page(app: FastAPI, database: Database, titles: Mapping[str, str]) -> None:
    @app.get("/evidence/{token}", include_in_schema=False)
    async def evidence(token: str) -> Response:
        try:
            decision = await decision_behind(database, token, datetime.now(UTC))
        except StorageUnavailable:
            return HTMLResponse(pages.unavailable_page(), 503, HEADERS)
        if decision is None:
            return HTMLResponse(pages.missing_page(), 404, HEADERS)
        return HTMLResponse(pages.evidence_page(decision, titles), 200, HEADERS)


def add_rule_pages(app: FastAPI, knowledge: Knowledge) -> None:
    """What each rule says of itself, and the icon that cards carry; public, for there is nothing of a patient in it."""
    rules = {rule.id: rule for rule in knowledge.rules}

    @app.get("/icon.png", include_in_schema=False)
    async def icon() -> Response:
        return Response(ICON, media_type="image/png")

    @app.get("/rules", include_in_schema=False)
    async def every_rule() -> Response:
        return HTMLResponse(rules_page(knowledge), 200, HEADERS)

    @app.get("/rules/{rule_id}.json", include_in_schema=False)
    async def record_of_rule(rule_id: str) -> Response:
        if rule_id not in rules:
            return JSONResponse({"error": "There is no such rule."}, 404)
        return JSONResponse(rule_record(rules[rule_id], knowledge))

    @app.get("/rules/{rule_id}", include_in_schema=False)
    async def page_of_rule(rule_id: str) -> Response:
        if rule_id not in rules:
            return HTMLResponse(unknown_rule_page(), 404, HEADERS)
        return HTMLResponse(rule_page(rules[rule_id], knowledge), 200, HEADERS)


async def forget_old_rows(database: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
    """Delete what is older than the site keeps, now and every hour; a failed turn is made up for by the next."""
    while True:
        now = datetime.now(UTC)
        with suppress(StorageUnavailable):
            await forget(
                database,
                before=now - timedelta(days=settings.retention_days),
                answers_before=now - timedelta(days=settings.answers_days),
                # Judged by the clock that tokens are judged by, which may be pinned.
                tokens_before=clock(),
                now=now,
            )
        await asyncio.sleep(FORGET_EVERY.total_seconds())
