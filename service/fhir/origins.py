"""Which FHIR servers may be contacted. In: the `fhirServer` of a request, which the caller chose, `next` links, which
a server chose, and the addresses a name server gave. Out: a `FHIRBase` or a URL rebuilt from its checked parts; or
None, and nothing is sent there (AUTH-16, PRE-6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urljoin, urlsplit

from service.fhir.addresses import Address, Network, address_in, is_loopback, is_public, lies_in, network

_PORTS = {"http": 80, "https": 443}

# Printable ASCII without the backslash, which some readers of URLs take for a slash.
_PLAIN = re.compile(r"[\x21-\x5b\x5d-\x7e]+")

# Dot segments (also with the parameters that some servers cut off), encoded dots, slashes, percent signs and control
# characters, and the two bytes that UTF-8 never has but disguises dots with: what a server makes of them is anybody's
# guess, so no base path could be kept.
_EVASIVE = re.compile(r"(^|/)\.{1,2}(?=[/;]|$)|%2e|%2f|%5c|%25|%c[01]|%[01][0-9a-f]|%7f", re.IGNORECASE)

# A name of letters, digits and hyphens. One whose last label is a number is read by some as an IPv4 address in a
# notation of 1983 (`127.1`, `0x7f000001`); names in other scripts have to be given as `xn--`.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*(?!(?:[0-9]+|0x[0-9a-f]*)$){_LABEL}")
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
# Older Pythons skip what stands between the bracket and the port: `[::1].evil.example:80` is no `::1`.
_BRACKETED = re.compile(r"\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")


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
        host = _host(parts) if parts else None
        if parts is None or host is None or parts.query or "?" in url:
            raise ValueError(
                "must be the http(s) base URL of a FHIR server such as https://ehr.example.org/fhir, without user "
                "name, query, fragment or dot segments; the host a plain name (xn-- for other scripts, no dot at the "
                "end) or an IP address in its usual notation"
            )
        return cls(parts.scheme, host, parts.port or _PORTS[parts.scheme], parts.path.rstrip("/"))

    @property
    def url(self) -> str:
        """The base URL without a slash at its end; a port is written only where it is not the usual one."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Host and port, as they stand in URLs and in the `Host` header."""
        return _authority(self.host, self.port, self.scheme)

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        address = address_in(self.host)
        return address is not None and address.is_loopback

    def within(self, link: str) -> str | None:
        """The absolute URL of a link given by this server, None unless it stays at this origin and below this path."""
        # Joining would take tabs and line breaks out, and resolve dots.
        if not _PLAIN.fullmatch(link) or "#" in link or _EVASIVE.search(_path(link)):
            return None
        try:
            written = urlsplit(link)
            if not written.netloc and (written.scheme or "://" in written.path):
                return None
            parts = _split(urljoin(f"{self.url}/", link))
        except ValueError:
            return None
        if parts is None:
            return None
        origin = (parts.scheme, _host(parts), parts.port or _PORTS[parts.scheme])
        inside = parts.path == self.path or parts.path.startswith(f"{self.path}/")
        if origin != (self.scheme, self.host, self.port) or not inside:
            return None
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.url}{parts.path.removeprefix(self.path)}{query}"

    def at(self, address: Address, url: str) -> str:
        """`url`, which is one of this server, with the address in place of the host name."""
        return f"{self.scheme}://{_authority(str(address), self.port, self.scheme)}{url.removeprefix(self._origin)}"

    @property
    def _origin(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True)
class Origins:
    """The FHIR base URLs that may be contacted: those listed, exactly, and if `loopback` any on this machine.

    `networks` are those outside the public internet that the names of listed bases may lead to.
    """

    listed: frozenset[FHIRBase] = frozenset()
    loopback: bool = False
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, urls: Iterable[str], *, loopback: bool, networks: Iterable[str] = ()) -> Origins:
        """Raises ValueError, in words for the administrator, for what cannot be a base or a network."""
        return cls(frozenset(FHIRBase.parse(url) for url in urls), loopback, tuple(network(each) for each in networks))

    @property
    def empty(self) -> bool:
        """Whether nothing may be contacted at all."""
        return not self.listed and not self.loopback

    def permit(self, fhir_server: str) -> FHIRBase | None:
        """The base to contact for a request's `fhirServer`, or None when it must not be contacted (AUTH-16).

        A listed base is matched by its parts (scheme, host, port, path), never by how its text begins.
        """
        try:
            base = FHIRBase.parse(fhir_server)
        except ValueError:
            return None
        return base if base in self.listed or (self.loopback and base.is_loopback) else None

    def reachable(self, base: FHIRBase, address: Address) -> bool:
        """Whether a permitted base may be at this address (AUTH-16).

        An address that is itself registered may; `localhost` is on this machine and nowhere else; any other name leads
        to the public internet, to a registered network, or where `loopback` says so to this machine.
        """
        if (literal := address_in(base.host)) is not None:
            return address == literal
        if base.host == "localhost":
            return is_loopback(address)
        on_this_machine = self.loopback and is_loopback(address)
        return on_this_machine or is_public(address) or lies_in(address, self.networks)


def _split(url: str) -> SplitResult | None:
    """The parts of an absolute http(s) URL, None for anything that two readers of URLs might read differently."""
    if not _PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    if not usable or "@" in parts.netloc or parts.netloc.endswith(":") or "#" in url or _EVASIVE.search(parts.path):
        return None
    return parts


def _host(parts: SplitResult) -> str | None:
    """The host in its one spelling, None for a spelling that has others or that is no host."""
    host = parts.hostname or ""
    if "[" in parts.netloc:
        address = address_in(host) if _BRACKETED.fullmatch(parts.netloc) else None
        return str(address) if isinstance(address, IPv6Address) and address.scope_id is None else None
    if _IPV4.fullmatch(host):
        return host if address_in(host) is not None else None
    return host if len(host) <= 253 and _NAME.fullmatch(host) else None


def _authority(host: str, port: int, scheme: str) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port == _PORTS[scheme] else f"{bracketed}:{port}"


def _path(link: str) -> str:
    """What of a link is path: of `https://host/a?b`, `/a`; of `a?b`, `a`."""
    before = link.partition("?")[0]
    after_scheme = before.partition("://")[2]
    if after_scheme:
        return "/" + after_scheme.partition("/")[2]
    return "/" + before[2:].partition("/")[2] if before.startswith("//") else before
