"""Connections to FHIR servers. In: requests whose URL names an address, with the host name that the
certificate must have beside it. Out: answers over connections that are kept per host name, since one that was opened,
and its certificate checked, for one name must never carry the token meant for another at the same address (AUTH-12)."""

from __future__ import annotations

import ssl
from typing import Final

import httpx

_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=20)


class ByHostName(httpx.AsyncBaseTransport):
    """A pool of connections for each host name of the `sni_hostname` extension, one for requests without.

    There are as many as registered servers have names. `tls` says which certificates are believed.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._pools: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = str(request.extensions.get("sni_hostname", ""))
        pool = self._pools.get(name)
        if pool is None:
            pool = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=_LIMITS)
            self._pools[name] = pool
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()
