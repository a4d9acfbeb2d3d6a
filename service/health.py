"""How the service is, for whoever runs it: alive, ready, counted. In: storage, knowledge, metrics. Out: three routes,
which may have a port of their own; nothing of a patient is in them."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from service import metrics as measured
from service.clients import Clients
from service.metrics import Metrics
from service.storage.database import Database


def create_router(database: Database, fingerprint: str, metrics: Metrics, clients: Clients | None) -> APIRouter:
    """`/livez`, `/readyz`, `/metrics`; `fingerprint` is that of the knowledge, `clients` None in open trust."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        """The process answers."""
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> Response:
        """What a call needs is there. Calls are answered without storage too, but a balancer may know better."""
        stored = await database.usable()
        known = clients is None or clients.listed is not None
        ready = stored and known
        body = {
            "storage": "ok" if stored else "away",
            "clients": "ok" if known else "unknown",
            "knowledge": fingerprint,
        }
        return JSONResponse({"status": "ok" if ready else "degraded", **body}, 200 if ready else 503)

    @router.get("/metrics")
    async def exposition() -> Response:
        return Response(metrics.text(), media_type=measured.MEDIA_TYPE)

    return router
