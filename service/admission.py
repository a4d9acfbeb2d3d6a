"""The door of the service. In: a request of which nothing but the headers and the path were read. Out: `Caller`, which
is whom every later step acts for; or a refusal: one constant 401 whatever was wrong (SEC-22), 429 for too many calls,
503 when this worker cannot know its clients. The precise reason is in the log, under the correlation id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

import structlog

from cds_hooks import TooManyRequests, Unauthorized, Unavailable
from cds_hooks.jwks import prove_with
from cds_hooks.router import Admission, Admit, CallInfo, Knock
from cds_hooks.trust import ClientIdentity, Reason, Untrusted, bearer_token, recognise
from service.clients import Client, Clients
from service.metrics import Metrics
from service.settings import Settings
from service.storage import tokens
from service.storage.database import Database
from service.storage.errors import StorageUnavailable

log = structlog.get_logger()

# How many tokens one worker remembers while storage is away.
REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller(Admission):
    """The client that called, and the tenant whose calls, answers and history are the only ones it ever meets.

    A client that names an organisation in its token is one tenant for each: two of them may use one id for two
    patients. The names of clients have no slash, so that no tenant is another one's namesake.
    """

    client: Client

    @property
    def tenant(self) -> str:
        claimed = self.identity.tenant if self.identity else None
        return self.client.name if claimed is None else f"{self.client.name}/{claimed}"


def caller_of(call: CallInfo) -> Caller:
    """Who made the call."""
    caller = call.admission
    if not isinstance(caller, Caller):
        raise TypeError("the router was not given a door of this module")
    return caller


def open_door(client: Client) -> Admit:
    """Lets everybody in as `client`: for open trust, in which the service listens on this machine alone."""
    caller = Caller(max_body_bytes=client.max_body_bytes, client=client)

    async def admit(_knock: Knock) -> Caller:
        return caller

    return admit


class Door:
    """Lets registered clients in, each token once. `clock` is the time that tokens are judged by."""

    def __init__(
        self,
        clients: Clients,
        database: Database,
        settings: Settings,
        metrics: Metrics,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._clients = clients
        self._database = database
        self._base = settings.url
        self._max_lifetime = settings.token_minutes * 60
        self._metrics = metrics
        self._clock = clock
        self._spent = SpentHere(REMEMBERED)

    async def admit(self, knock: Knock) -> Caller:
        """Who knocks; raises Unauthorized, TooManyRequests, or Unavailable (SEC-2, SEC-3, SEC-20, SEC-25)."""
        if self._clients.listed is None:
            self._metrics.refused.labels("clients-unknown").inc()
            log.error("no list of clients was ever read; refusing the call", correlation_id=knock.correlation_id)
            raise Unavailable("The service cannot know its clients for now.", retry_after=5)
        try:
            return await self._admit(knock)
        except Untrusted as refusal:
            self._metrics.refused.labels(refusal.reason.value).inc()
            log.warning(
                "caller refused",
                correlation_id=knock.correlation_id,
                reason=refusal.reason.value,
                client=refusal.client,
            )
            raise Unauthorized(Unauthorized.title) from None

    async def _admit(self, knock: Knock) -> Caller:
        listed = self._clients.listed or {}
        token = recognise(
            bearer_token(knock.authorizations),
            [client.trusted for client in listed.values() if client.trusted],
            f"{self._base}{knock.path}",
            self._clock(),
            max_lifetime=self._max_lifetime,
        )
        client = listed[token.client.name]
        assert client.keys is not None, "a registered client has keys"  # noqa: S101 - what `registered` gave it
        identity = await prove_with(client.keys, token)
        if not await self._first_use(identity):
            raise Untrusted(Reason.JTI_SPENT, client.name)
        # Counted last: whoever sends a client's old tokens again must not use up what the client may send.
        if wait := client.allowance.take():
            self._metrics.refused.labels("too-many-calls").inc()
            log.warning("too many calls", correlation_id=knock.correlation_id, client=client.name)
            raise TooManyRequests("There were more calls than agreed for this client.", retry_after=wait)
        return Caller(identity=identity, max_body_bytes=client.max_body_bytes, client=client)

    async def _first_use(self, identity: ClientIdentity) -> bool:
        """Whether the token was not used before, in any worker; while storage is away, in this one."""
        token = tokens.fingerprint(identity.issuer, identity.jti)
        if not self._spent.spend(token, identity.spent_until, self._clock()):
            return False
        try:
            first = await tokens.spend(self._database, token, identity.spent_until)
        except StorageUnavailable:
            self._metrics.replay_unshared.inc()
            log.error("used tokens cannot be shared; a token could pass once in each worker", client=identity.client)
            return True
        self._spent.shared(token)
        return first


class SpentHere:
    """The tokens that this worker has seen, `room` of them at most, so that nobody can fill its memory.

    It is what is left while storage is away. Tokens that storage knows too make room for others, the oldest first;
    those that it does not know stay until they could not pass any more.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._alone: dict[str, datetime] = {}
        self._shared: dict[str, datetime] = {}

    def spend(self, token: str, until: datetime, now: datetime) -> bool:
        """Whether the token is new here; raises Unavailable when there is no room for one more."""
        if token in self._alone or token in self._shared:
            return False
        if len(self._alone) + len(self._shared) >= self._room:
            self._make_room(now)
        self._alone[token] = until
        return True

    def shared(self, token: str) -> None:
        """Storage knows the token now."""
        self._shared[token] = self._alone.pop(token)

    def _make_room(self, now: datetime) -> None:
        self._alone = {token: until for token, until in self._alone.items() if until > now}
        # A tenth at a time: looking through all of them for every call would cost more than the call.
        for token in list(islice(self._shared, max(1, self._room // 10))):
            del self._shared[token]
        if len(self._alone) + len(self._shared) >= self._room:
            raise Unavailable("More tokens are in use than the service can remember.", retry_after=60)
