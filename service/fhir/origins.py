"""Which FHIR servers may be contacted. In: the `fhirServer` of a request, which the caller chose, and `next` links,
which a server chose. Out: a `FHIRBase` or a URL rebuilt from its checked parts; or None, and nothing is sent there
(AUTH-16, PRE-6)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}

# Printable ASCII without the backslash, which some readers of URLs take for a slash.
_PLAIN = re.compile(r"[\x21-\x5b\x5d-\x7e]+")

# Dot segments and encoded slashes: what a server makes of them is anybody's guess, so no base path could be kept.
_EVASIVE = re.compile(r"/\.{1,2}(/|$)|%2e|%2f|%5c", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FHIRBase:
    """A FHIR base URL in its parts; the port is always filled in, the path never ends in a slash."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> FHIRBase:
        """Raises ValueError, in words for the person who wrote the URL, for one that cannot be a base."""
        parts = _split(url)
        if parts is None or parts.query or "?" in url:
            raise ValueError(
                "must be the http(s) base URL of a FHIR server such as https://ehr.example.org/fhir, without user "
                "name, query, fragment or dot segments"
            )
        return cls(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.path.rstrip("/"))

    @property
    def url(self) -> str:
        """The base URL without a slash at its end; a port is written only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def within(self, link: str) -> str | None:
        """The absolute URL of a link given by this server, None unless it stays at this origin and below this path."""
        try:
            parts = _split(urljoin(f"{self.url}/", link))
        except ValueError:
            return None
        if parts is None:
            return None
        origin = (parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])
        inside = parts.path == self.path or parts.path.startswith(f"{self.path}/")
        if origin != (self.scheme, self.host, self.port) or not inside:
            return None
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.url}{parts.path.removeprefix(self.path)}{query}"


@dataclass(frozen=True, slots=True)
class Origins:
    """The FHIR base URLs that may be contacted: those listed, exactly, and if `loopback` any on this machine."""

    listed: frozenset[FHIRBase] = frozenset()
    loopback: bool = False
    networks: tuple[str, ...] = ()

    @classmethod
    def of(cls, urls: Iterable[str], *, loopback: bool, networks: Iterable[str] = ()) -> Origins:
        """Raises ValueError for a URL that cannot be a base."""
        return cls(frozenset(FHIRBase.parse(url) for url in urls), loopback, tuple(networks))

    def permit(self, fhir_server: str) -> FHIRBase | None:
        """The base to contact for a request's `fhirServer`, or None when it must not be contacted (AUTH-16).

        A listed base is matched by its parts (scheme, host, port, path), never by how its text begins.
        """
        try:
            base = FHIRBase.parse(fhir_server)
        except ValueError:
            return None
        return base if base in self.listed or (self.loopback and base.is_loopback) else None


def _split(url: str) -> SplitResult | None:
    """The parts of an absolute http(s) URL, None for anything that two readers of URLs might read differently."""
    if not _PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    if not usable or "@" in parts.netloc or "#" in url or _EVASIVE.search(parts.path):
        return None
    return parts
