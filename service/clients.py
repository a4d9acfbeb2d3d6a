"""The registered clients as calls meet them. In: the rows that an administrator's commands wrote. Out: `Client`, with
everything that is kept for it from call to call, and `Clients`, one worker's list of them, which follows the database
within seconds and outlives its being away. In open trust there is one client, for whoever calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx
import structlog

from cds_hooks.jwks import FetchedKeys, KeySource, StaticKeys
from cds_hooks.keys import read_key_set
from cds_hooks.profiles import PROFILES, SANDBOX, Profile
from cds_hooks.trust import TrustedClient
from service.fhir.client import FHIRReader
from service.fhir.origins import Origins
from service.metrics import Metrics
from service.rate import Allowance
from service.settings import Settings
from service.storage import clients as rows
from service.storage import key_sets
from service.storage.clients import ClientRow, Mode
from service.storage.database import Database
from service.storage.errors import StorageUnavailable

log = structlog.get_logger()

# How soon a change of the registrations is seen.
REFRESH_SECONDS: Final = 1.0
OPEN: Final = "open"


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One client: how it proves who it is, what may be read for it, how it is answered, and its limits.

    `trusted` is None in open trust, where nothing is proven. `reader` None is prefetch only. `deadline` is seconds for
    a whole call. With mode `off` nothing is decided; with `shadow` what is decided is recorded and not shown.
    """

    name: str
    reader: FHIRReader | None = field(repr=False)
    profile: Profile
    mode: Mode
    deadline: float
    max_body_bytes: int
    allowance: Allowance = field(repr=False)
    trusted: TrustedClient | None = None
    keys: KeySource | None = field(default=None, repr=False)


class Unusable(ValueError):
    """A registration that no call can be answered by; the message says what is wrong with it."""


def registered(row: ClientRow, settings: Settings, http: httpx.AsyncClient, keys: KeySource) -> Client:
    """The client of a row, whose keys come from `keys`; `http` reaches its FHIR server. Raises `Unusable`."""
    # Its private key is published: whoever reads the sandbox's source can sign for it.
    if SANDBOX.issuer.value in row.issuers:
        raise Unusable("the official sandbox signs with a key that everybody has; it is served in open trust only")
    try:
        trusted = TrustedClient(
            row.name,
            frozenset(row.issuers),
            frozenset(row.algorithms),
            frozenset(row.tenants),
            frozenset(row.audiences),
            row.jku,
        )
        origins = Origins.of(row.fhir_origins, networks=row.fhir_networks, loopback=False)
        profile = PROFILES[row.profile]
    except (ValueError, KeyError) as problem:
        raise Unusable(str(problem)) from problem
    return Client(
        name=row.name,
        reader=FHIRReader(http, origins) if row.fhir_origins else None,
        profile=profile,
        mode=row.mode,
        deadline=(row.deadline_ms or settings.deadline_ms) / 1000,
        max_body_bytes=(row.max_body_mb or settings.max_body_mb) * 1024 * 1024,
        allowance=Allowance(row.calls_per_minute or settings.calls_per_minute),
        trusted=trusted,
        keys=keys,
    )


def anybody(settings: Settings, http: httpx.AsyncClient) -> Client:
    """The one client of open trust: programs on this machine, with FHIR servers on it and those that are listed."""
    origins = Origins.of(settings.fhir_origins, loopback=True)
    return Client(
        name=OPEN,
        reader=FHIRReader(http, origins, anonymous=True),
        profile=PROFILES["generic"],
        mode="on",
        deadline=settings.deadline_ms / 1000,
        max_body_bytes=settings.max_body_mb * 1024 * 1024,
        allowance=Allowance(None),
    )


class Clients:
    """This worker's list of the registered clients, read again every second while `follow` runs."""

    def __init__(self, database: Database, settings: Settings, http: httpx.AsyncClient, metrics: Metrics) -> None:
        self._database = database
        self._settings = settings
        self._http = http
        self._metrics = metrics
        self._keeping: set[asyncio.Task[None]] = set()
        self._rows: Mapping[str, ClientRow] | None = None
        self._clients: Mapping[str, Client] = {}
        self._away = False

    @property
    def listed(self) -> Mapping[str, Client] | None:
        """Those that may call, by name; None while no list was ever read."""
        return None if self._rows is None else self._clients

    async def follow(self) -> None:
        """Read the list again and again until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    async def refresh(self) -> None:
        """Read the list once; where it cannot be read, the last one stays, with an alarm."""
        try:
            read = await rows.every(self._database)
            # Needed where a client is new to this worker only.
            kept = await key_sets.kept(self._database) if self._rows is None or self._news(read) else {}
        except StorageUnavailable:
            self._alarm()
            return
        if self._away:
            self._away = False
            log.info("the list of clients is read again", count=len(read))
        self._metrics.clients_stale.set(0)
        self._take([row for row in read if not row.disabled], kept)

    def _news(self, read: Sequence[ClientRow]) -> bool:
        before = self._rows or {}
        return any(row.jku is not None and before.get(row.name) != row for row in read if not row.disabled)

    def _take(self, read: Sequence[ClientRow], documents: Mapping[str, bytes]) -> None:
        """A client whose row has not changed stays the same object: its keys, and what it knows of its FHIR server."""
        before = self._rows or {}
        current = {row.name: row for row in read}
        if current == before and self._rows is not None:
            return
        kept: dict[str, Client] = {}
        for name, row in current.items():
            if before.get(name) == row and name in self._clients:
                kept[name] = self._clients[name]
                continue
            try:
                kept[name] = registered(row, self._settings, self._http, self._keys_of(row, documents))
            except Unusable as problem:
                log.error("client cannot be used; see `cartsign client show`", client=name, reason=str(problem))
        self._rows, self._clients = current, kept

    def _keys_of(self, row: ClientRow, documents: Mapping[str, bytes]) -> KeySource:
        """Where its keys come from; what is published is kept for whichever worker starts during an outage."""
        try:
            if row.jku is None:
                return StaticKeys(read_key_set((row.jwks or "").encode()))
            jku = row.jku

            def keep(document: bytes) -> None:
                # No call waits for it.
                keeping = asyncio.create_task(self._keep(jku, document))
                self._keeping.add(keeping)
                keeping.add_done_callback(self._keeping.discard)

            return FetchedKeys(jku, self._http, kept=documents.get(jku), keep=keep)
        except ValueError as problem:
            raise Unusable(str(problem)) from problem

    async def _keep(self, jku: str, document: bytes) -> None:
        with suppress(StorageUnavailable):
            await key_sets.keep(self._database, jku, document, datetime.now(UTC))

    def _alarm(self) -> None:
        self._metrics.clients_stale.set(1)
        if not self._away:
            self._away = True
            log.error("the list of clients cannot be read; the last one read stays in force")
