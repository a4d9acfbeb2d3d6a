"""The mock EHR in front of a registered CDS service: the page of the sandbox on a server of its own, which holds the
private key and signs what the page sends (SEC-2 to SEC-20). In: a CDS Client with its key, where the service and the
FHIR server are. Out: an application that serves the page, forwards discovery, calls and feedback with a token each,
and reads charts for the page's prefetch. For demonstrations: it asks nobody who they are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import httpx
import msgspec
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from cds_hooks.testing import PretendEHR
from service.sandbox import page
from service.sandbox import server as sandbox
from service.sandbox.listing import listing
from service.sandbox.own_pages import OwnPages
from service.sandbox.store import Store

TOKEN_SECONDS: Final = 300
# What an EHR's authorization server would let a service read that it calls for one patient.
SCOPE: Final = "patient/*.rs"
FHIR_JSON: Final = "application/fhir+json"
_SERVICE_ID: Final = re.compile(r"[A-Za-z0-9._-]+")
_FHIR_PATH: Final = re.compile(r"[A-Za-z]+(/[A-Za-z0-9.-]{1,64})?")
_TOLD_BACK: Final = ("content-type", "x-correlation-id", "retry-after")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where the mock EHR's calls go.

    `service` is the public URL of the CDS service, on which audiences are built and which a browser can open; `via` is
    where to connect when that differs, as behind a proxy. `fhir` is the base URL of the FHIR server as the service
    reaches it, or None where the mock EHR itself holds the demo patients.
    """

    service: str
    via: str | None = None
    fhir: str | None = None


def create_ehr(
    client: PretendEHR, neighbours: Neighbours, http: httpx.AsyncClient, now: Callable[[], datetime]
) -> FastAPI:
    """The mock EHR as an application; it closes `http` when it ends."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await http.aclose()

    store = Store.demo(now().date())
    app = FastAPI(title="Mock EHR", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(page.create_router(now))
    _add_pages(app, client, neighbours, store)
    _add_calls(app, Signer(client, neighbours, http, now))
    if neighbours.fhir is None:
        app.include_router(sandbox.create_router(store))
    else:
        _add_charts(app, neighbours.fhir, http)
    app.add_middleware(OwnPages, names={httpx.URL(client.issuer).host})
    return app


@dataclass(frozen=True, slots=True)
class Signer:
    """Sends messages of the page to the CDS service, each with a token of its own."""

    client: PretendEHR
    neighbours: Neighbours
    http: httpx.AsyncClient
    now: Callable[[], datetime]

    async def send(self, request: Request, path: str, message: dict[str, Any] | None = None) -> Response:
        """The service's answer to a signed request for `path`, or a 502 that says that there is none."""
        token = self.client.token(f"{self.neighbours.service}{path}", self.now())
        correlation = request.headers.get("x-correlation-id") or str(uuid4())
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "X-Correlation-ID": correlation}
        if message is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = await self.http.request(
                request.method,
                f"{self.neighbours.via or self.neighbours.service}{path}",
                content=None if message is None else msgspec.json.encode(message),
                headers=headers,
            )
        except httpx.HTTPError as problem:
            return _unreachable(f"{self.neighbours.service} did not answer: {type(problem).__name__}.")
        return _told(answer)


def _add_pages(app: FastAPI, client: PretendEHR, neighbours: Neighbours, store: Store) -> None:
    told = listing(store) | {
        "fhirServer": neighbours.fhir,
        "signs": {"issuer": client.issuer, "algorithm": client.algorithm, "service": neighbours.service},
    }

    @app.get("/")
    async def root() -> Response:
        return RedirectResponse("/sandbox")

    @app.get("/rules")
    async def rules() -> Response:
        """The page links to the rules of the service it is served by; here that is another one."""
        return RedirectResponse(f"{neighbours.service}/rules")

    @app.get("/jwks.json")
    async def jwks() -> Response:
        return JSONResponse(client.jwks)

    @app.get("/livez")
    async def livez() -> Response:
        return JSONResponse({"status": "ok"})

    @app.get("/sandbox/patients")
    async def patients() -> Response:
        return JSONResponse(told)


def _add_calls(app: FastAPI, signer: Signer) -> None:
    @app.get("/cds-services")
    async def discovery(request: Request) -> Response:
        return await signer.send(request, "/cds-services")

    @app.post("/cds-services/{service_id}")
    async def hook(request: Request, service_id: str) -> Response:
        message = await _message(request, service_id)
        if "fhirServer" in message:
            message["fhirAuthorization"] = _authorization(message)
        return await signer.send(request, f"/cds-services/{service_id}", message)

    @app.post("/cds-services/{service_id}/feedback")
    async def feedback(request: Request, service_id: str) -> Response:
        message = await _message(request, service_id)
        return await signer.send(request, f"/cds-services/{service_id}/feedback", message)


def _add_charts(app: FastAPI, fhir: str, http: httpx.AsyncClient) -> None:
    @app.get("/sandbox/fhir/{path:path}")
    async def read(request: Request, path: str) -> Response:
        """One read or search, passed on; the page's prefetch is made of these."""
        if not _FHIR_PATH.fullmatch(path):
            raise HTTPException(404)
        query = f"?{request.url.query}" if request.url.query else ""
        try:
            return _told(await http.get(f"{fhir}/{path}{query}", headers={"Accept": FHIR_JSON}))
        except httpx.HTTPError as problem:
            return _unreachable(f"The FHIR server {fhir} did not answer: {type(problem).__name__}.")


async def _message(request: Request, service_id: str) -> dict[str, Any]:
    """The body, which has to be JSON: a form of another site's page cannot send that."""
    if not _SERVICE_ID.fullmatch(service_id):
        raise HTTPException(404)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        return msgspec.json.decode(await request.body(), type=dict[str, Any])
    except msgspec.MsgspecError:
        raise HTTPException(400) from None


def _authorization(message: dict[str, Any]) -> dict[str, Any]:
    """The access token lent for one call (AUTH-1); nobody but a FHIR server that grants tokens would know it."""
    context = message.get("context")
    patient = context.get("patientId") if isinstance(context, dict) else None
    lent = {
        "access_token": f"demo-{uuid4()}",
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": SCOPE,
        "subject": "cartsign",
    }
    return lent | ({"patient": patient} if isinstance(patient, str) else {})


def _told(answer: httpx.Response) -> Response:
    headers = {name: answer.headers[name] for name in _TOLD_BACK if name in answer.headers}
    return Response(answer.content, answer.status_code, headers)


def _unreachable(diagnostics: str) -> Response:
    issue = {"severity": "error", "code": "transient", "diagnostics": diagnostics}
    return JSONResponse({"resourceType": "OperationOutcome", "issue": [issue]}, 502)
