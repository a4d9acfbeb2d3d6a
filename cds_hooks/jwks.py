"""The edge: a client's keys, handed over once, or fetched from its pinned address and kept fresh (SEC-13, SEC-24).

`prove_with` proves a recognised token with the keys of its source, and asks the source for newer ones when the token
names a key that they lack. Fetching is bounded in every way, because a stranger can cause it: one request at a time, at
most one per interval, no redirects, a limit of size and of time. While the address does not answer, the last good keys
serve.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

import httpx

from cds_hooks.keys import KeySet, UnusableKeySet, check_jku, read_key_set
from cds_hooks.trust import ClientIdentity, Reason, Recognised, Untrusted, prove

MAX_DOCUMENT_BYTES = 256 * 1024
# How long keys serve before they are asked for again: the longest that a withdrawn key still proves anything.
FRESH_SECONDS = 900.0
# At most one request in this time, whatever the calls ask for.
INTERVAL_SECONDS = 60.0
# How long one request may take, and how much of that a call waits while older keys are at hand.
TIMEOUT_SECONDS = 3.0
PATIENCE_SECONDS = 0.2

_log = logging.getLogger(__name__)


class KeySource(Protocol):
    """Where the keys of one client come from."""

    async def current(self) -> KeySet:
        """The keys to verify with; raises Untrusted when there are none."""

    async def newer(self, than: KeySet) -> KeySet | None:
        """Keys fetched later than `than`, or None when there are none or it is too early to ask again."""


class StaticKeys:
    """Keys that were handed over out of band; they change when the registration does (SEC-14)."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    async def current(self) -> KeySet:
        """Those keys."""
        return self._keys

    async def newer(self, than: KeySet) -> KeySet | None:
        """None: there are no others."""
        return None


class FetchedKeys:
    """The keys at the pinned address `jku`, fetched when first needed.

    `http` is the caller's, who closes it; it must not carry cookies or credentials. `kept` is a document that was
    fetched earlier, perhaps by another process: it serves while the address does not answer. `keep` is given each
    document whose keys are usable. `clock` counts seconds. An instance belongs to one event loop.
    """

    def __init__(
        self,
        jku: str,
        http: httpx.AsyncClient,
        *,
        kept: bytes | None = None,
        keep: Callable[[bytes], None] = lambda _document: None,
        clock: Callable[[], float] = time.monotonic,
        fresh: float = FRESH_SECONDS,
        interval: float = INTERVAL_SECONDS,
        timeout: float = TIMEOUT_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.jku = check_jku(jku)
        self._http = http
        self._clock = clock
        self._fresh, self._interval, self._timeout, self._patience = fresh, interval, timeout, patience
        self._keys: KeySet | None = None if kept is None else read_key_set(kept)
        self._keep = keep
        self._fetched_at = self._asked_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    @property
    def outage(self) -> bool:
        """Whether the last request failed: the keys, if there are any, are older than they should be."""
        return self._asked_at > self._fetched_at and self._fetching is None

    async def current(self) -> KeySet:
        """The keys, fetched anew when they are no longer fresh; raises Untrusted when there never were any."""
        if self._keys is None:
            await self._fetch(self._timeout)
        elif self._clock() - self._fetched_at >= self._fresh:
            await self._fetch(self._patience)
        if self._keys is None:
            raise Untrusted(Reason.KEYS_UNAVAILABLE)
        return self._keys

    async def newer(self, than: KeySet) -> KeySet | None:
        """Keys other than `than`: those fetched meanwhile, or those at the address now, if it may be asked again."""
        if self._keys is than:
            await self._fetch(self._timeout)
        return None if self._keys is than else self._keys

    async def _fetch(self, patience: float) -> None:
        """Waits up to `patience` seconds for the request under way, which it starts if the interval allows one."""
        if self._fetching is None:
            if self._clock() - self._asked_at < self._interval:
                return
            self._asked_at = self._clock()
            self._fetching = asyncio.create_task(self._renew())
        # A call that is given up must not take the request with it that others wait for.
        await asyncio.wait({self._fetching}, timeout=patience)

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                document = await self._document()
                self._keys = read_key_set(document)
            self._fetched_at = self._asked_at
            self._keep(document)
        except (httpx.HTTPError, httpx.InvalidURL, UnusableKeySet, TimeoutError) as error:
            # The error is named and not quoted: it may hold what a stranger's server said.
            _log.warning(
                "key set not fetched: jku=%s error=%s kept=%s", self.jku, type(error).__name__, bool(self._keys)
            )
        finally:
            self._fetching = None

    async def _document(self) -> bytes:
        # Uncompressed, so that what is counted is what arrives.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._http.stream("GET", self.jku, headers=headers, follow_redirects=False) as response:
            if response.status_code != httpx.codes.OK:
                raise UnusableKeySet(f"The address of the key set answered {response.status_code}.")
            if "content-encoding" in response.headers:
                raise UnusableKeySet("The key set came compressed.")
            document = bytearray()
            async for chunk in response.aiter_bytes():
                document += chunk
                if len(document) > MAX_DOCUMENT_BYTES:
                    raise UnusableKeySet(f"The key set is larger than {MAX_DOCUMENT_BYTES} bytes.")
        return bytes(document)


async def prove_with(source: KeySource, token: Recognised) -> ClientIdentity:
    """Whose `token` is, with the keys of `source`, the source of `token.client`; raises Untrusted (SEC-24)."""
    try:
        keys = await source.current()
    except Untrusted as refusal:
        raise Untrusted(refusal.reason, token.client.name) from None
    try:
        return prove(token, keys)
    except Untrusted as refusal:
        newer = await source.newer(keys) if refusal.reason is Reason.KEY_UNKNOWN else None
        if newer is None:
            raise
    return prove(token, newer)
