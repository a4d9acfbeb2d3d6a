"""Which browser-based clients may call: a list of origins goes in, the headers that say so come out (SEC-27).

Nothing is allowed until origins are listed, each exactly. Clients prove who they are with an Authorization header,
not with cookies, so credentials are never allowed, and `*` is refused.
"""

import re
from collections.abc import Iterable

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:.]+\](:\d{1,5})?")


class CORSPolicy:
    """The origins that may read the answers of the protocol's endpoints."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self.origins = frozenset(origins)
        for origin in self.origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is no origin: give scheme, host and port as a browser does, as in https://ehr.example.org"
                )

    def __bool__(self) -> bool:
        return bool(self.origins)

    def answer_headers(self, origin: str | None) -> dict[str, str]:
        """The headers of any answer, errors included, to a request from `origin`."""
        if not self.origins:
            return {}
        # Caches must not hand one origin's answer to another, whichever came first.
        allowed = {"Access-Control-Allow-Origin": origin} if origin and origin in self.origins else {}
        exposed = {"Access-Control-Expose-Headers": "X-Correlation-ID"} if allowed else {}
        return {"Vary": "Origin", **allowed, **exposed}

    def preflight_headers(self, origin: str | None) -> dict[str, str] | None:
        """The headers that answer a preflight, or None when `origin` may not call."""
        if origin not in self.origins:
            return None
        return {
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Correlation-ID",
            "Access-Control-Max-Age": "600",
        }
