"""A small CDS Service on all four hooks, as an app, and a client that calls it without a socket."""

import httpx
from fastapi import FastAPI
from support.hook_calls import HOOK_NAMES, body

from cds_hooks import Card, CDSRequest, CDSResponse, CDSService, PrefetchTemplate, Source, read_answers
from cds_hooks.router import Admission, CallInfo, HookedService, create_router, install

TEMPLATES = (
    PrefetchTemplate("patient", "Patient/{{context.patientId}}"),
    PrefetchTemplate("observations", "Observation?patient={{context.patientId}}"),
    PrefetchTemplate("conditions", "Condition?patient={{context.patientId}}"),
)


async def tell_states(request: CDSRequest, call: CallInfo) -> CDSResponse:
    """One card that tells in which state each prefetch key came."""
    answers = read_answers(TEMPLATES, request.prefetch)
    told = ", ".join(f"{key} {type(state).__name__.lower()}" for key, state in answers.items())
    return CDSResponse((Card("card-1", told, "info", Source("States")),))


async def ignore(service_id, batch, call) -> None:
    """Takes feedback and does nothing with it."""


def hook_app(
    handler=tell_states, *, feedback=ignore, prefix="", cors_origins=(), max_body_bytes=2**24, **options
) -> FastAPI:
    """An app with the service `states` on each hook and `views` on patient-view alone."""
    services = [
        CDSService("states", hook, "Tells the state of each prefetch key", "States", TEMPLATES) for hook in HOOK_NAMES
    ]
    services.append(CDSService("views", "patient-view", "Answers one hook only", "Views"))

    async def anybody(knock) -> Admission:
        return Admission(max_body_bytes=max_body_bytes)

    app = FastAPI(openapi_url=None)
    app.include_router(
        create_router(
            [HookedService(service, handler) for service in services],
            feedback=feedback,
            **{"admit": anybody, **options},
        ),
        prefix=prefix,
    )
    install(app, cors_origins=cors_origins)
    return app


class Caller(httpx.AsyncClient):
    """A client of one app, over ASGI."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(transport=httpx.ASGITransport(app), base_url="http://cds.example.org")

    async def call(self, message, service="states", *, path="", **headers) -> httpx.Response:
        """POST `message` (a value, or bytes as they are) to a service; headers are named with underscores."""
        sent = message if isinstance(message, bytes) else body(message)
        named = {"content-type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
        return await self.post(f"/cds-services/{service}{path}", content=sent, headers=named)

    async def report(self, message, service="states", **headers) -> httpx.Response:
        """POST feedback to a service."""
        return await self.call(message, service, path="/feedback", **headers)
