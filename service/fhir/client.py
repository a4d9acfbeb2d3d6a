"""Reading from an EHR's FHIR server for the length of one call. In: a request's `fhirServer` and token, and relative
queries. Out: decoded resources, or `Unread` with a plain reason. Everything is bounded: time, pages, bytes, requests at
a time, and where a request may go; the token goes to that server alone and is never kept (AUTH-9, 10, 12, 15, 16,
PRE-6)."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, TypeVar

import httpx

from cds_hooks.bundle import entries, failure
from cds_hooks.request import FHIRAuthorization
from service.fhir.addresses import Address, Lookups, Resolve, address_in, resolve
from service.fhir.answer import OUTCOME_ONLY, BadRequest, Down, NotAllowed, Searched, Unread, body_of, resource_in
from service.fhir.breaker import Breaker
from service.fhir.categories import CATEGORIES, merged
from service.fhir.origins import FHIRBase, Origins
from service.fhir.pools import ByHostName
from service.fhir.scopes import UNKNOWN, Interaction, Scopes

MAX_PAGES: Final = 10
MAX_BYTES: Final = 8 * 1024 * 1024
# Three calls that ask for everything at once; more of one client wait for each other, not for other clients.
MAX_REQUESTS: Final = 30

PREFETCH_ONLY: Final = "this client sends everything with the call"

_T = TypeVar("_T")


def open_http(tls: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    """The one HTTP client of the process; `tls` replaces the certificates that are believed.

    It keeps no cookies, since calls of many users share it (AUTH-12), follows no redirects, which could carry the
    token elsewhere, and takes no proxy from the environment, which would see it.
    """
    no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        transport=ByHostName(tls or httpx.create_ssl_context(trust_env=False)),
        cookies=no_cookies,
        follow_redirects=False,
        trust_env=False,
        # The time budget is that of the call, not of the client.
        timeout=httpx.Timeout(None),
    )


class FHIRReader:
    """What may be read for one client from which FHIR servers; `connect` opens it for one call.

    It lives as long as the client does, and so does what it knows of failing servers. `anonymous` allows reading
    without an access token, for servers that ask for none (open trust).
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        origins: Origins,
        *,
        anonymous: bool = False,
        max_pages: int = MAX_PAGES,
        max_bytes: int = MAX_BYTES,
        max_requests: int = MAX_REQUESTS,
        breaker: Breaker | None = None,
        resolve: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.http = http
        self.origins = origins
        self.anonymous = anonymous
        self.max_pages = max_pages
        self.max_bytes = max_bytes
        self.places = asyncio.Semaphore(max_requests)
        self.breaker = breaker or Breaker()
        self.lookups = Lookups(resolve)
        self.clock = clock

    def connect(
        self,
        fhir_server: str | None,
        authorization: FHIRAuthorization | None,
        deadline: float,
        patient: str | None = None,
    ) -> FHIRConnection:
        """The right to read about `patient` from `fhir_server` until `deadline` (monotonic seconds); sends nothing yet.

        Raises Unread where there is nothing to ask, or it must not be asked.
        """
        if self.origins.empty:
            raise Unread(PREFETCH_ONLY)
        if fhir_server is None:
            raise Unread("the request names no FHIR server to ask")
        base = self.origins.permit(fhir_server)
        if base is None:
            raise Unread("the FHIR server of the request is not among those that may be contacted")
        place = _Place(self, base)
        if authorization is None:
            if not self.anonymous:
                raise Unread("the request brings no access token for its FHIR server")
            return FHIRConnection(self, base, deadline, place)
        # Counted from here, which is a little after receipt: a server's 401 settles the rest.
        expires_at = self.clock() + authorization.expires_in
        scopes = Scopes.read(authorization.scope, authorization.patient, patient)
        return FHIRConnection(self, base, deadline, place, scopes, expires_at, authorization.access_token)


class _Place:
    """Where one call's FHIR server is: resolved when first needed, checked, and the same until the call ends, whatever
    a name server says in the meantime (AUTH-16)."""

    def __init__(self, reader: FHIRReader, base: FHIRBase) -> None:
        self._reader = reader
        self._base = base
        self.began = reader.clock()
        self._found: tuple[Address, ...] | None = None
        self._once = asyncio.Lock()

    async def addresses(self) -> tuple[Address, ...]:
        async with self._once:
            if self._found is None:
                self._found = await self._reader.lookups.addresses(self._base.host)
        if not self._found:
            raise Unread("the name of the FHIR server leads to no address")
        # One that is not permitted among others is reason enough not to trust the name server with any.
        if not all(self._reader.origins.reachable(self._base, address) for address in self._found):
            raise Unread("the name of the FHIR server leads to an address that may not be contacted")
        return self._found


@dataclass(frozen=True, slots=True)
class FHIRConnection:
    """One call's access to one FHIR server."""

    reader: FHIRReader = field(repr=False)
    base: FHIRBase
    deadline: float
    place: _Place = field(repr=False)
    scopes: Scopes = UNKNOWN
    expires_at: float | None = None
    token: str | None = field(default=None, repr=False)

    async def read(self, query: str, kind: str) -> dict[str, Any]:
        """The resource of type `kind` at a relative read such as `Patient/12`."""
        self._allowed("read", kind)
        return await self._get(f"{self.base.url}/{query}", kind)

    async def search(self, query: str) -> Searched:
        """All pages of a relative search such as `Condition?patient=12`; Unread if not even the first was obtained.

        Where a server wants a category with Observations, it is asked for some, and the result says so.
        """
        kind = query.partition("?")[0]
        self._allowed("search", kind)
        try:
            found = await self._search(query)
        except BadRequest:
            if kind != "Observation":
                raise
            tried = await asyncio.gather(*(self._attempt(f"{query}&category={each}") for each in CATEGORIES))
            found = merged(dict(zip(CATEGORIES, tried, strict=True)))
        return self._as_allowed(found, kind)

    async def _attempt(self, query: str) -> Searched | Unread:
        try:
            return await self._search(query)
        except Unread as reason:
            return reason

    async def _search(self, query: str) -> Searched:
        bundle = await self._get(f"{self.base.url}/{query}", "Bundle")
        resources, following, problems = entries(bundle)
        if not resources and following is None:
            if failure(bundle):
                raise Unread(OUTCOME_ONLY)
            # As with prefetch: an empty result that is odd may have lost what it held.
            if problems or not isinstance(bundle.get("entry", []), list):
                raise Unread("the FHIR server answered with a Bundle whose entries cannot be read")
        return await self._pages(bundle)

    async def follow(self, bundle: dict[str, Any], kind: str) -> Searched:
        """A first page of `kind` that the client sent, and those its links lead to (PRE-5); never raises Unread."""
        resources, following, _ = entries(bundle)
        if following is None:
            return await self._pages(bundle)
        try:
            self._allowed("search", kind)
        except Unread as reason:
            return Searched(resources, f"not all pages were read: {reason}", failure(bundle) is not None)
        return self._as_allowed(await self._pages(bundle), kind)

    async def _pages(self, bundle: dict[str, Any]) -> Searched:
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

    def _allowed(self, interaction: Interaction, kind: str) -> None:
        answer = self.scopes.allow(interaction, kind)
        if not answer.allowed:
            raise NotAllowed(answer.reason)

    def _as_allowed(self, searched: Searched, kind: str) -> Searched:
        """What a token for a part of the records gave is never taken for all of them (AUTH-8)."""
        if not self.scopes.allow("search", kind).partly:
            return searched
        part = f"the scopes of the access token open only a part of {kind}"
        return replace(searched, cut_short="; ".join(filter(None, (part, searched.cut_short))))

    async def _get(self, url: str, kind: str) -> dict[str, Any]:
        self._in_force()
        addresses = await self._in_time(
            self.place.addresses(), Unread("the name of the FHIR server was not resolved in time")
        )
        places = self.reader.places
        await self._in_time(places.acquire(), Unread("too many requests of this client were under way"))
        try:
            self._in_force()
            return resource_in(await self._ask(url, addresses), kind)
        finally:
            places.release()

    def _in_force(self) -> None:
        now = self.reader.clock()
        if self.expires_at is not None and now >= self.expires_at:
            raise Unread("the access token had expired")
        if now >= self.deadline:
            raise Unread("there was no time left to ask the FHIR server")

    async def _in_time(self, step: Awaitable[_T], late: Unread) -> _T:
        try:
            async with asyncio.timeout(self.deadline - self.reader.clock()):
                return await step
        except TimeoutError:
            raise late from None

    async def _ask(self, url: str, addresses: tuple[Address, ...]) -> bytes:
        """The body of one answer, unless the server failed too often of late; how it went is remembered."""
        breaker, clock = self.reader.breaker, self.reader.clock
        if not breaker.admit(self.base, clock()):
            raise Unread("the FHIR server failed several times in a row and is left alone for some seconds")
        known = False
        try:
            body = await self._in_time(self._first(url, addresses), Down("the FHIR server did not answer in time"))
            known = True
        except Down:
            known = True
            breaker.failed(self.base, self.place.began, clock())
            raise
        except Unread:
            known = True
            breaker.answered(self.base)
            raise
        finally:
            if not known:
                breaker.given_up(self.base)
        breaker.answered(self.base)
        return body

    async def _first(self, url: str, addresses: tuple[Address, ...]) -> bytes:
        """The answer from the first address that takes a connection: `localhost` has two, and often one of them serves
        nothing."""
        *others, last = addresses
        try:
            for address in others:
                try:
                    return await self._from(url, address)
                except httpx.ConnectError:
                    continue
            return await self._from(url, last)
        except httpx.HTTPError:
            raise Down("the FHIR server could not be reached") from None
        except httpx.InvalidURL:
            raise Unread("the FHIR server cannot be asked at such a URL") from None

    async def _from(self, url: str, address: Address) -> bytes:
        # Only an answer that is not compressed can be stopped exactly at the cap.
        headers = {"Host": self.base.authority, "Accept": "application/fhir+json", "Accept-Encoding": "identity"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        # The connection goes to the address; the certificate has to be for the name.
        named = {} if address_in(self.base.host) else {"sni_hostname": self.base.host}
        async with self.reader.http.stream(
            "GET", self.base.at(address, url), headers=headers, extensions=named, follow_redirects=False
        ) as response:
            return await body_of(response, self.reader.max_bytes)
