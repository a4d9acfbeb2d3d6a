"""The endpoints of CDS Services as an OpenAPI 3.1 description: for client generators, gateways, and tests that look for
answers nobody announced. In: the services, and how they are offered. Out: the description as plain JSON. What it says
of messages is what this package accepts and sends; where it reads more liberally than it asks, it says so."""

from collections.abc import Iterable, Mapping
from typing import Any

from cds_hooks.discovery import SPECIFICATION_VERSION, CDSService
from cds_hooks.errors import (
    BadRequest,
    CDSHooksError,
    Forbidden,
    InternalError,
    MethodNotAllowed,
    PayloadTooLarge,
    PreconditionFailed,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)
from cds_hooks.schemas import SCHEMAS, Schema, ref, request_schema

OPENAPI_VERSION = "3.1.0"

_ANYWHERE: tuple[type[CDSHooksError], ...] = (InternalError, Unavailable)
_WITH_TOKEN: tuple[type[CDSHooksError], ...] = (Unauthorized, Forbidden, TooManyRequests)
_WITH_BODY: tuple[type[CDSHooksError], ...] = (BadRequest, PayloadTooLarge, UnsupportedMediaType)

_SECONDS_TO_WAIT: Schema = {"type": "string", "pattern": "^[0-9]+$"}


def openapi(
    services: Iterable[CDSService],
    *,
    title: str,
    version: str,
    max_body_bytes: int,
    signed: bool = True,
    feedback: bool = True,
) -> dict[str, Any]:
    """Discovery, and a call and a feedback endpoint for each service id, with every status they answer (RESP-4).

    `version` is that of the software. `signed`: callers prove who they are with a JWT (SEC-2); without it nobody is
    asked.
    """
    listed = tuple(services)
    ids = dict.fromkeys(service.id for service in listed)
    paths: dict[str, Any] = {"/cds-services": {"get": _discovery(signed)}}
    for service_id in ids:
        same = [service for service in listed if service.id == service_id]
        paths[f"/cds-services/{service_id}"] = {"post": _call(same, signed)}
        if feedback:
            paths[f"/cds-services/{service_id}/feedback"] = {"post": _feedback(service_id, signed)}
    security = {"cdsClient": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    return {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": title,
            "version": version,
            "description": f"CDS Hooks {SPECIFICATION_VERSION}. Bodies are read up to {max_body_bytes} bytes.",
        },
        "paths": paths,
        "components": {
            "schemas": {name: dict(schema) for name, schema in SCHEMAS.items()},
            **({"securitySchemes": security} if signed else {}),
        },
        **({"security": [{"cdsClient": []}]} if signed else {}),
    }


def _discovery(signed: bool) -> dict[str, Any]:
    return {
        "operationId": "discover",
        "summary": "The services, each with its hook and prefetch templates",
        "parameters": [_CORRELATION],
        "responses": _responses(_json("The services", "Discovery"), (), signed),
    }


def _call(services: list[CDSService], signed: bool) -> dict[str, Any]:
    first = services[0]
    return {
        "operationId": f"call-{first.id}",
        "summary": first.title or first.description,
        "description": first.description,
        "parameters": [_CORRELATION],
        "requestBody": _body({"oneOf": [request_schema(service) for service in services]}),
        "responses": _responses(_json("Cards, or none", "Response"), (*_WITH_BODY, PreconditionFailed), signed),
    }


def _feedback(service_id: str, signed: bool) -> dict[str, Any]:
    return {
        "operationId": f"feedback-{service_id}",
        "summary": "What became of cards",
        "parameters": [_CORRELATION],
        "requestBody": _body(ref("Feedback")),
        "responses": _responses({"description": "Every item was taken"}, _WITH_BODY, signed),
    }


def _responses(success: Mapping[str, Any], errors: Iterable[type[CDSHooksError]], signed: bool) -> dict[str, Any]:
    known: tuple[type[CDSHooksError], ...] = (*errors, *(_WITH_TOKEN if signed else ()), MethodNotAllowed, *_ANYWHERE)
    failures = {str(error.status): _error(error) for error in sorted(known, key=lambda error: error.status)}
    return {"200": {"headers": dict(_HEADERS), **success}, **failures}


def _error(error: type[CDSHooksError]) -> dict[str, Any]:
    headers: dict[str, Any] = dict(_HEADERS)
    if error is Unauthorized:
        headers["WWW-Authenticate"] = {"required": True, "schema": {"const": "Bearer"}}
    if error is TooManyRequests:
        headers["Retry-After"] = {"required": True, "description": "Seconds to wait", "schema": _SECONDS_TO_WAIT}
    if error is MethodNotAllowed:
        headers["Allow"] = {"required": True, "schema": {"type": "string"}}
    return {"headers": headers, **_json(" ".join(filter(None, (error.title, error.advice))), "Outcome")}


def _json(description: str, schema: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": ref(schema)}}}


def _body(schema: Schema) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


_CORRELATION: dict[str, Any] = {
    "name": "X-Correlation-ID",
    "in": "header",
    "description": "Comes back with the answer; one is made where none was sent, or one of another form",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}
_HEADERS = {"X-Correlation-ID": {"required": True, "schema": _CORRELATION["schema"]}}
