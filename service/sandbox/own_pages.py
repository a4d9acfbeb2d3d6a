"""Who may ask the mock EHR to sign: its own page and nobody else's. In: every request. Out: the answer with headers
that keep it inert, or a refusal where another site's page in the same browser sent the request."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class OwnPages:
    """Middleware: refuses what another origin's page sends, and host names that are not ours.

    `names` are host names this server goes by besides localhost and addresses. A page whose own name was made to
    resolve to this machine (DNS rebinding) sends that name, and so is told from ours.
    """

    def __init__(self, app: App, names: Iterable[str]) -> None:
        self.app = app
        self.names = {"localhost", *names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                sent = {name.lower() for name, _ in message["headers"]}
                missing = ((name.encode(), value.encode()) for name, value in HEADERS.items())
                message["headers"] = [*message["headers"], *(pair for pair in missing if pair[0] not in sent)]
            await send(message)

        if scope["type"] == "http" and (refusal := self._refusal(Headers(scope=scope))):
            return await refusal(scope, receive, guarded)
        return await self.app(scope, receive, guarded)

    def _refusal(self, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return PlainTextResponse("The mock EHR does not go by this name.", 421)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return PlainTextResponse("Only the mock EHR's own page may send this.", 403)
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        if name in self.names:
            return True
        try:
            return name is not None and bool(ipaddress.ip_address(name))
        except ValueError:
            return False
