"""The edge: HTTP comes in through FastAPI, values of this package go to a handler, HTTP goes out.

The only module here that knows the web framework. `create_router` gives the three endpoints; `install` gives an app
what they need around them: correlation ids, OperationOutcomes for every error, CORS for listed origins. Nothing
is decided here: a call is found, read, handed over, encoded.
"""

import asyncio
import logging
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cds_hooks.cors import CORSPolicy
from cds_hooks.discovery import CDSService, discovery
from cds_hooks.errors import (
    BadRequest,
    CDSHooksError,
    Forbidden,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnknownHook,
    UnknownService,
    UnsupportedMediaType,
    operation_outcome,
)
from cds_hooks.feedback import FeedbackBatch, read_feedback
from cds_hooks.request import CDSRequest, read_request
from cds_hooks.response import CDSResponse
from cds_hooks.trust import ClientIdentity

MAX_BODY_BYTES = 16 * 1024 * 1024
# How long a body may take to arrive: nobody waits so long for cards, and what trickles in holds a connection.
BODY_SECONDS = 30.0

_log = logging.getLogger(__name__)
_CORRELATION = "cds_hooks.correlation_id"
_CORRELATION_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PROTOCOL_PATH = re.compile(r"/cds-services(/|$)")
_JSON_TYPES = frozenset({"application/json", "application/fhir+json"})
_ERRORS: Mapping[int, type[CDSHooksError]] = {
    error.status: error
    for error in (
        Unauthorized, Forbidden, NotFound, MethodNotAllowed, PreconditionFailed, PayloadTooLarge,
        UnsupportedMediaType, TooManyRequests, Unavailable,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may go on, and with how large a body. `identity` is None where nobody has to prove anything.

    A service that knows more of its callers makes a subclass; its handlers find it again in `CallInfo.admission`.
    """

    identity: ClientIdentity | None = None
    max_body_bytes: int = MAX_BODY_BYTES


@dataclass(frozen=True, slots=True)
class CallInfo:
    """What the edge knows of one call besides the message.

    `received_at` is in UTC and `received_monotonic` is `time.monotonic()`, both read before the body was. `body`
    is the raw message, for those who record it; it may hold a token.
    """

    correlation_id: str
    received_at: datetime
    received_monotonic: float
    service_id: str
    admission: Admission
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Knock:
    """A request before it was let in: its Authorization headers, the path of the endpoint it is for, and its id.

    `path` is that of the specification, as in `/cds-services/some-id/feedback`, wherever the router is mounted: the
    audience of the token is the base URL of the service followed by it (SEC-17).
    """

    authorizations: Sequence[str] = field(repr=False)
    path: str
    correlation_id: str


async def anybody(_knock: Knock) -> Admission:
    """Lets everybody in, for services that only programs of their own machine can reach."""
    return Admission()


Admit = Callable[[Knock], Awaitable[Admission]]
Handler = Callable[[CDSRequest, CallInfo], Awaitable[CDSResponse]]
FeedbackHandler = Callable[[str, FeedbackBatch, CallInfo], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class HookedService:
    """A service on one hook, and the coroutine that answers its calls."""

    service: CDSService
    handler: Handler


def create_router(
    services: Iterable[HookedService],
    *,
    feedback: FeedbackHandler | None = None,
    admit: Admit = anybody,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> APIRouter:
    """The endpoints of the protocol (DISC-1, REQ-1, FB-2); without `feedback` there is no feedback endpoint.

    `admit` is asked before a byte of any body is read, at every endpoint (SEC-3); it raises Unauthorized for whoever
    does not prove who it is, and any other CDSHooksError for whoever may not go on. Raises ValueError when an id is
    given twice for one hook. The app that includes the router needs `install`.
    """
    listed = tuple(services)
    discovered = msgspec.json.encode(discovery(hooked.service for hooked in listed))
    handlers = {(hooked.service.id, hooked.service.hook): hooked.handler for hooked in listed}
    ids = {hooked.service.id for hooked in listed}
    router = APIRouter()

    async def enter(request: Request, path: str) -> Admission:
        return await admit(Knock(request.headers.getlist("authorization"), path, correlation_id(request)))

    async def receive(request: Request, service_id: str, path: str) -> CallInfo:
        received_at, monotonic = now(), time.monotonic()
        admission = await enter(request, path)
        if service_id not in ids:
            raise UnknownService("No service has the id in the address.")
        _check_media_type(request.headers)
        body = await _read_body(request, admission.max_body_bytes)
        return CallInfo(correlation_id(request), received_at, monotonic, service_id, admission, body)

    async def discover(request: Request) -> Response:
        await enter(request, "/cds-services")
        return _json(discovered)

    async def call(request: Request, service_id: str) -> Response:
        info = await receive(request, service_id, f"/cds-services/{service_id}")
        message = read_request(info.body)
        handler = handlers.get((service_id, message.hook))
        if handler is None:
            raise UnknownHook(f"hook {message.hook} is not answered by this service.", expression=["hook"])
        answer = await handler(message, info)
        return _json(answer.encode())

    async def report(request: Request, service_id: str) -> Response:
        info = await receive(request, service_id, f"/cds-services/{service_id}/feedback")
        batch = read_feedback(info.body)
        if feedback and batch.items:
            await feedback(service_id, batch, info)
        # What could be read is kept by now. The client learns of the rest, by index.
        if batch.problems:
            raise InvalidRequest(
                " ".join(problem.message for problem in batch.problems[:10])
                + f" {len(batch.problems)} of the items could not be read; the others were taken.",
                expression=[problem.path for problem in batch.problems],
            )
        return Response()

    # The server drops the body of an answer to HEAD.
    router.add_api_route("/cds-services", discover, methods=["GET", "HEAD"], include_in_schema=False)
    router.add_api_route("/cds-services/{service_id}", call, methods=["POST"], include_in_schema=False)
    if feedback:
        router.add_api_route("/cds-services/{service_id}/feedback", report, methods=["POST"], include_in_schema=False)
    return router


def install(app: FastAPI, *, cors_origins: Sequence[str] = ()) -> None:
    """Gives `app` what the endpoints need around them. Call it once; middleware added later stands outside.

    Every error of the app becomes an OperationOutcome, also those that FastAPI would answer with a body of its
    own. Browsers of the listed origins may call the protocol's endpoints.
    """
    # A redirect would turn a POST into a GET in some clients, and the signed audience into another address.
    app.router.redirect_slashes = False
    app.add_exception_handler(CDSHooksError, _answer_error)
    app.add_exception_handler(HTTPException, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_error)
    app.add_middleware(_Edge, cors=CORSPolicy(cors_origins))


def correlation_id(request: Request) -> str:
    """The correlation id of a request to an app that has been given `install`."""
    found: str = request.scope[_CORRELATION]
    return found


def _check_media_type(headers: Headers) -> None:
    media_type, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charsets = [part.partition("=")[2].strip('" ') for part in parameters if part.startswith("charset")]
    if media_type not in _JSON_TYPES or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise UnsupportedMediaType("Content-Type must be application/json or application/fhir+json, in UTF-8.")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("The body must not be compressed.")


async def _read_body(request: Request, limit: int) -> bytes:
    """The body, never more than `limit` bytes of it: a declared length is believed when it is too long already."""
    too_large = PayloadTooLarge(f"The body is larger than {limit} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > limit):
        raise too_large
    chunks, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise too_large
                chunks.append(chunk)
    except ClientDisconnect:
        raise BadRequest("The connection closed before the body had arrived.") from None
    except TimeoutError:
        raise BadRequest(f"The body had not arrived after {BODY_SECONDS:g} seconds.") from None
    return b"".join(chunks)


def _json(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status_code=status, headers=headers, media_type="application/json")


async def _answer_error(request: Request, error: Exception) -> Response:
    headers = dict(getattr(error, "headers", None) or {})
    if isinstance(error, HTTPException) and error.status_code < 400:
        return Response(status_code=error.status_code, headers=headers)
    return _outcome(_as_ours(error), correlation_id(request), headers)


def _as_ours(error: Exception) -> CDSHooksError:
    if isinstance(error, CDSHooksError):
        return error
    if isinstance(error, HTTPException):
        fallback = InternalError if error.status_code >= 500 else BadRequest
        found = _ERRORS.get(error.status_code, fallback)
        return found(found.title)
    return BadRequest(BadRequest.title)


def _outcome(error: CDSHooksError, correlation: str, headers: Mapping[str, str]) -> Response:
    body = msgspec.json.encode(operation_outcome(error, correlation))
    return _json(body, error.status, {**headers, **error.headers})


class _Edge:
    """Around every request: its correlation id, the CORS headers of its answer, and the one catch-all."""

    def __init__(self, app: ASGIApp, cors: CORSPolicy) -> None:
        self.app = app
        self.cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        offered = headers.get("x-correlation-id", "")
        correlation = offered if _CORRELATION_ID.fullmatch(offered) else str(uuid4())
        scope[_CORRELATION] = correlation
        added = {"X-Correlation-ID": correlation}
        protocol = bool(self.cors) and bool(_PROTOCOL_PATH.search(scope["path"]))
        if protocol:
            added |= self.cors.answer_headers(headers.get("origin"))
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(added)
            await send(message)

        try:
            if protocol and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await self._preflight(headers, correlation)(scope, receive, answer)
            else:
                await self.app(scope, receive, answer)
        except Exception as error:
            _log.error("call failed: correlation_id=%s error=%s at=%s", correlation, *_traced(error))
            if started:
                raise
            await _outcome(InternalError(InternalError.title), correlation, {})(scope, receive, answer)

    def _preflight(self, headers: Headers, correlation: str) -> Response:
        allowed = self.cors.preflight_headers(headers.get("origin"))
        if allowed is None:
            return _outcome(Forbidden("Calls from this origin are not allowed."), correlation, {})
        return Response(status_code=204, headers=allowed)


def _traced(error: Exception) -> tuple[str, str]:
    """The type of an error and the way to it. Its message stays out: it may quote a chart or a token."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return type(error).__name__, " > ".join(f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in frames)
