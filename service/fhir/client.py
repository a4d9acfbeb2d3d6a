"""Reading from an EHR's FHIR server for the length of one call. In: a request's `fhirServer` and token, and relative
queries. Out: decoded resources, or `Unread` with a plain reason. Everything is bounded: time, pages, bytes, and where a
request may go; the token goes to that server alone and is never kept (AUTH-9, 10, 12, 15, 16, PRE-6)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx
import msgspec

from cds_hooks.bundle import entries, failure
from cds_hooks.request import FHIRAuthorization
from cds_hooks.strict_json import MAX_DEPTH, nesting
from service.fhir.origins import FHIRBase, Origins

MAX_PAGES: Final = 10
MAX_BYTES: Final = 8 * 1024 * 1024

_OUTCOME_ONLY: Final = "the FHIR server answered with an OperationOutcome instead of data"


class Unread(Exception):
    """Something could not be read; the message says why, without URL, token or anything of the patient."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search gave: the resources of all pages read, why the rest is missing (empty when nothing is), and whether
    the server put an error among its results."""

    resources: tuple[Any, ...]
    cut_short: str = ""
    failed: bool = False


def open_http() -> httpx.AsyncClient:
    """The one HTTP client of the process.

    It keeps no cookies, since calls of many users share it (AUTH-12), follows no redirects, which could carry the
    token elsewhere, and takes no proxy from the environment, which would see it.
    """
    no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    # The time budget is that of the call, not of the client.
    return httpx.AsyncClient(
        cookies=no_cookies, follow_redirects=False, trust_env=False, limits=limits, timeout=httpx.Timeout(None)
    )


class FHIRReader:
    """What may be read from which FHIR servers; `connect` opens it for one call.

    `anonymous` allows reading without an access token, for servers that ask for none (open trust).
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        origins: Origins,
        *,
        anonymous: bool = False,
        max_pages: int = MAX_PAGES,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.http = http
        self.origins = origins
        self.anonymous = anonymous
        self.max_pages = max_pages
        self.max_bytes = max_bytes
        self.clock = clock

    def connect(
        self, fhir_server: str | None, authorization: FHIRAuthorization | None, deadline: float
    ) -> FHIRConnection:
        """The right to read from `fhir_server` until `deadline` (monotonic seconds); sends nothing yet.

        Raises Unread where there is nothing to ask, or it must not be asked.
        """
        if fhir_server is None:
            raise Unread("the request names no FHIR server to ask")
        base = self.origins.permit(fhir_server)
        if base is None:
            raise Unread("the FHIR server of the request is not among those that may be contacted")
        if authorization is None:
            if not self.anonymous:
                raise Unread("the request brings no access token for its FHIR server")
            return FHIRConnection(self, base, deadline)
        # Counted from here, which is a little after receipt: a server's 401 settles the rest.
        expires_at = self.clock() + authorization.expires_in
        return FHIRConnection(self, base, deadline, expires_at, authorization.access_token)


@dataclass(frozen=True, slots=True)
class FHIRConnection:
    """One call's access to one FHIR server."""

    reader: FHIRReader = field(repr=False)
    base: FHIRBase
    deadline: float
    expires_at: float | None = None
    token: str | None = field(default=None, repr=False)

    async def read(self, query: str, kind: str) -> dict[str, Any]:
        """The resource of type `kind` at a relative read such as `Patient/12`."""
        return await self._get(f"{self.base.url}/{query}", kind)

    async def search(self, query: str) -> Searched:
        """All pages of a relative search such as `Condition?patient=12`; Unread if not even the first was obtained."""
        bundle = await self._get(f"{self.base.url}/{query}", "Bundle")
        resources, following, problems = entries(bundle)
        if not resources and following is None:
            if failure(bundle):
                raise Unread(_OUTCOME_ONLY)
            # As with prefetch: an empty result that is odd may have lost what it held.
            if problems or not isinstance(bundle.get("entry", []), list):
                raise Unread("the FHIR server answered with a Bundle whose entries cannot be read")
        return await self.follow(bundle)

    async def follow(self, bundle: dict[str, Any]) -> Searched:
        """The first page, wherever it came from, and those its links lead to (PRE-5); never raises Unread."""
        held: list[Any] = []
        visited: set[str] = set()
        failed = False
        while True:
            resources, following, _ = entries(bundle)
            held += resources
            failed = failed or failure(bundle) is not None
            if following is None:
                return Searched(tuple(held), "", failed)
            try:
                url = self._next(following, visited)
                bundle = await self._get(url, "Bundle")
            except Unread as reason:
                return Searched(tuple(held), f"not all pages were read: {reason}", failed)
            visited.add(url)

    def _next(self, following: str, visited: set[str]) -> str:
        url = self.base.within(following)
        if url is None:
            raise Unread("the link to the next page leads away from the FHIR server of the request")
        if url in visited:
            raise Unread("the links to the next page lead round in a circle")
        if len(visited) + 1 >= self.reader.max_pages:
            raise Unread(f"there are more than {self.reader.max_pages}")
        return url

    async def _get(self, url: str, kind: str) -> dict[str, Any]:
        now = self.reader.clock()
        if self.expires_at is not None and now >= self.expires_at:
            raise Unread("the access token had expired")
        if now >= self.deadline:
            raise Unread("there was no time left to ask the FHIR server")
        try:
            async with asyncio.timeout(self.deadline - now):
                body = await self._body(url)
        except TimeoutError:
            raise Unread("the FHIR server did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unread("the FHIR server could not be reached") from None
        return _resource(body, kind)

    async def _body(self, url: str) -> bytes:
        # Only an answer that is not compressed can be stopped exactly at the cap.
        headers = {"Accept": "application/fhir+json", "Accept-Encoding": "identity"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        async with self.reader.http.stream("GET", url, headers=headers, follow_redirects=False) as response:
            if response.is_redirect:
                raise Unread("the FHIR server answered with a redirect, which is not followed")
            if response.status_code != httpx.codes.OK:
                raise Unread(f"the FHIR server answered with status {response.status_code}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise Unread("the FHIR server answered compressed, which was not asked for")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self.reader.max_bytes:
                    raise Unread(f"the FHIR server answered with more than {self.reader.max_bytes} bytes")
        return bytes(body)


def _resource(body: bytes, kind: str) -> dict[str, Any]:
    """The resource in an answer; an error page, an OperationOutcome or another type is none (PRE-8)."""
    if nesting(body) > MAX_DEPTH:
        raise Unread("the FHIR server answered with JSON that nests too deeply")
    try:
        resource = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unread("the FHIR server answered with something that is not JSON") from None
    found = resource.get("resourceType") if isinstance(resource, dict) else None
    if isinstance(resource, dict) and found == kind:
        return resource
    if found == "OperationOutcome":
        raise Unread(_OUTCOME_ONLY)
    raise Unread(f"the FHIR server answered with something other than a {kind}")
