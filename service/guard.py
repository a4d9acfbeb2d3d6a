"""What stands before every route. In: a request as the server hands it over. Out: the request, or a refusal where it
came to the wrong port or under a name that is not ours; and every answer with security headers, the errors among them
counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from fastapi import Response
from starlette.datastructures import Headers

from cds_hooks import CDSHooksError, Forbidden, NotFound, operation_outcome
from service.metrics import Metrics
from service.settings import Settings, is_loopback

# On every answer, unless it sets its own: nothing that we send is to be cached, framed, sniffed or run.
SECURITY_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
HEALTH_PATHS: Final = frozenset({"/livez", "/readyz", "/metrics"})

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Guard:
    """Outermost of all."""

    def __init__(self, app: App, settings: Settings, metrics: Metrics) -> None:
        self.app = app
        self.settings = settings
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                sent = {name.lower() for name, _ in message["headers"]}
                missing = ((name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items())
                message["headers"] = [*message["headers"], *(pair for pair in missing if pair[0] not in sent)]
                if message["status"] >= 400:
                    self.metrics.errors.labels(str(message["status"])).inc()
            await send(message)

        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, guarded)
        else:
            body = msgspec.json.encode(operation_outcome(refusal))
            await Response(body, refusal.status, media_type="application/json")(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> CDSHooksError | None:
        port = self.settings.health_port
        if port and (scope["path"] in HEALTH_PATHS) != ((scope.get("server") or ("", 0))[1] == port):
            return NotFound("Health and metrics have a port of their own, and nothing else is served there.")
        # Nobody proves who he is in open trust. A page of another site that has its name lead to this machine (DNS
        # rebinding) is told by that name.
        if self.settings.trust == "open" and not self._is_ours(Headers(scope=scope).get("host", "")):
            return Forbidden("In open trust the service answers under the names of this machine only.")
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_loopback(name) or name == urlsplit(self.settings.url).hostname
