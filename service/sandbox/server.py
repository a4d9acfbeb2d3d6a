"""The sandbox as a FHIR server: a FastAPI router that answers metadata, read and search from a `Store`, in the
service's process. It stands in for an EHR in demonstrations and tests, writes nothing, asks for no token. In: HTTP
requests. Out: FHIR JSON, and an OperationOutcome for all it does not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import APIRouter, Request, Response

from service.sandbox.search import PARAMETERS, RESULT_PARAMETERS, Page, SearchError, find
from service.sandbox.store import Resource, Store

PREFIX: Final = "/sandbox/fhir"
PAGE_LIMIT: Final = 200
FHIR_JSON: Final = "application/fhir+json"
_FORM: Final = "application/x-www-form-urlencoded"
_FORMATS: Final = ("json", "application/json", FHIR_JSON)


def create_router(
    store: Store, *, prefix: str = PREFIX, base_url: str | None = None, page_limit: int = PAGE_LIMIT
) -> APIRouter:
    """The routes under `prefix`; links are built on `base_url`, or on the URL the request came to."""
    router = APIRouter(prefix=prefix, include_in_schema=False)

    def base(request: Request) -> str:
        return (base_url or f"{str(request.base_url).rstrip('/')}{prefix}").rstrip("/")

    def search(request: Request, kind: str, asked: Sequence[tuple[str, str]]) -> Response:
        if kind not in PARAMETERS:
            return _unknown(kind)
        if dict(asked).get("_format", "json") not in _FORMATS:
            return _outcome(406, "not-supported", "this server speaks JSON only; leave _format out")
        try:
            page = find(store, kind, asked, page_limit=page_limit)
        except SearchError as error:
            return _outcome(400, error.issue, str(error))
        return _answer(_searchset(base(request), kind, asked, page))

    @router.get("/metadata")
    async def metadata(request: Request) -> Response:
        return _answer(_capabilities(base(request)))

    @router.get("/{kind}")
    async def search_by_get(request: Request, kind: str) -> Response:
        return search(request, kind, parse_qsl(request.url.query, keep_blank_values=True))

    @router.post("/{kind}/_search")
    async def search_by_post(request: Request, kind: str) -> Response:
        if request.headers.get("content-type", _FORM).split(";")[0].strip() != _FORM:
            return _outcome(415, "not-supported", f"send the parameters as {_FORM}")
        body = (await request.body()).decode("utf-8", "replace")
        return search(request, kind, parse_qsl(f"{request.url.query}&{body}", keep_blank_values=True))

    @router.get("/{kind}/{identifier}")
    async def read(kind: str, identifier: str) -> Response:
        if kind not in PARAMETERS:
            return _unknown(kind)
        resource = store.read(kind, identifier)
        if resource is None:
            return _outcome(404, "not-found", f"there is no {kind} with this id")
        return _answer(resource)

    @router.api_route("/{path:path}", methods=["POST", "PUT", "PATCH", "DELETE"])
    async def write(path: str) -> Response:
        return _outcome(405, "not-supported", "the sandbox is read only", headers={"Allow": "GET"})

    return router


def _searchset(base: str, kind: str, asked: Sequence[tuple[str, str]], page: Page) -> Resource:
    """A searchset Bundle whose links repeat the search with the page size that was really used."""
    kept = [(name, value) for name, value in asked if name not in ("_count", "_offset")]
    offset = [(name, value) for name, value in asked if name == "_offset"]

    def link(relation: str, offset: Sequence[tuple[str, str]]) -> dict[str, str]:
        query = urlencode([*kept, ("_count", str(page.count)), *offset], safe="|,/:")
        return {"relation": relation, "url": f"{base}/{kind}?{query}"}

    links = [link("self", offset)]
    if page.following is not None:
        links.append(link("next", [("_offset", str(page.following))]))
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": page.total, "link": links}
    if page.resources:
        # FHIR JSON has no empty arrays: without a match there is no `entry`.
        bundle["entry"] = [
            {"fullUrl": f"{base}/{kind}/{r['id']}", "resource": r, "search": {"mode": "match"}} for r in page.resources
        ]
    return bundle


def _capabilities(base: str) -> Resource:
    kinds = {"reference": "reference", "token": "token", "date": "date", "id": "token"}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "experimental": True,
        "date": "2026-11-30",
        "kind": "instance",
        "implementation": {
            "description": "A stand-in for an EHR's FHIR server, for demonstrations and tests. It holds fictional "
            "patients, reads and searches only, and is not a conformant server.",
            "url": base,
        },
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "documentation": f"Besides the parameters of each type: {', '.join(RESULT_PARAMETERS)}.",
                "resource": [
                    {
                        "type": kind,
                        "interaction": [{"code": "read"}, {"code": "search-type"}],
                        "searchParam": [{"name": n, "type": kinds[p.kind]} for n, p in parameters.items()],
                    }
                    for kind, parameters in PARAMETERS.items()
                ],
            }
        ],
    }


def _answer(resource: Resource) -> Response:
    return Response(msgspec.json.encode(resource), media_type=FHIR_JSON)


def _unknown(kind: str) -> Response:
    return _outcome(404, "not-supported", f"this server holds no such type; it holds {', '.join(PARAMETERS)}")


def _outcome(status: int, issue: str, diagnostics: str, headers: dict[str, Any] | None = None) -> Response:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": issue, "diagnostics": diagnostics}],
    }
    return Response(msgspec.json.encode(outcome), status_code=status, media_type=FHIR_JSON, headers=headers)
