"""Which addresses a FHIR server may have. In: a host that may be contacted. Out: the addresses that connections of one
call go to, resolved once and each of them checked, so that no name leads into networks nobody registered (AUTH-16)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Gives the addresses of a host name as text, the preferred one first; OSError where there is none.
Resolve = Callable[[str], Awaitable[Iterable[str]]]

_UNICAST: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")

# The block for protocol assignments (RFC 6890), of which older Pythons know a part only, and the address at which the
# hosts of Azure answer their guests (learn.microsoft.com, "What is IP address 168.63.129.16?"), public by registry.
_INNER: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))


async def resolve(host: str) -> tuple[str, ...]:
    """What the system's resolver says, asked off the loop's thread."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Lookups:
    """The host names being resolved for one client: calls that ask for the same name at the same time share one
    look-up, so that a name server that hangs holds one thread and not one a call."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._under_way: dict[str, asyncio.Task[tuple[Address, ...]]] = {}

    async def addresses(self, host: str) -> tuple[Address, ...]:
        """The addresses of a name, none where it has none; of a literal, itself without asking anybody."""
        if (literal := address_in(host)) is not None:
            return (literal,)
        task = self._under_way.get(host)
        if task is None:
            task = self._under_way[host] = asyncio.create_task(self._look_up(host))
            task.add_done_callback(lambda _done: self._under_way.pop(host, None))
        # A call that gives up leaves the look-up to the others.
        return await asyncio.shield(task)

    async def _look_up(self, host: str) -> tuple[Address, ...]:
        try:
            return tuple(ip_address(found) for found in await self._resolve(host))
        except (OSError, ValueError):
            return ()


def address_in(host: str) -> Address | None:
    """The address that a host is, None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def network(text: str) -> Network:
    """The network of a CIDR notation. Raises ValueError in words for the person who wrote it."""
    try:
        return ip_network(text)
    except ValueError as problem:
        raise ValueError(f"{text!r} is no network such as 10.20.0.0/16 ({problem})") from None


def lies_in(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address is in one of the networks; an IPv4 address mapped into IPv6 is that IPv4 address."""
    plain = _plain(address)
    return any(plain in each for each in networks)


def is_public(address: Address) -> bool:
    """Whether an address is a host's on the public internet, and so is the IPv4 address that an IPv6 one stands for."""
    address = _plain(address)
    if isinstance(address, IPv4Address):
        inner = any(address in each for each in _INNER)
        return address.is_global and not address.is_multicast and not inner
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None:
        return is_public(address.sixtofour)
    return address in _UNICAST and address.is_global


def is_loopback(address: Address) -> bool:
    return _plain(address).is_loopback


def _plain(address: Address) -> Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
