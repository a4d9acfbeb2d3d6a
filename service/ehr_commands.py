"""`cartsign ehr`: the mock EHR as a registered client, and the loader of its patients. In: arguments. Out: a served
page, or charts in a FHIR server, with exit codes as `service.cli` has them."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import platformdirs

from service.settings import is_loopback

if TYPE_CHECKING:
    from cds_hooks.testing import PretendEHR
    from service.sandbox.ehr import Neighbours

Say = Callable[[str], None]
Complain = Callable[[str, int], int]
FAILED = 1
REFUSED = 2
CLIENT_NAME = "mock-ehr"


def add_parser(commands: argparse._SubParsersAction[Any], say: Say, complain: Complain) -> None:
    """Add `ehr` and `ehr load` to the commands; `say` and `complain` reach the person who called."""
    ehr = commands.add_parser(
        "ehr", help="serve the mock EHR, which signs its calls to a registered service (for demonstrations)"
    )
    folder = platformdirs.user_data_path("cartsign", appauthor=False)
    ehr.add_argument(
        "--service",
        type=_url,
        default="http://127.0.0.1:8000",
        metavar="URL",
        help="public URL of the CDS service (default %(default)s)",
    )
    ehr.add_argument(
        "--via", type=_url, metavar="URL", help="where to connect to the service, if not to its public URL"
    )
    ehr.add_argument(
        "--fhir",
        type=_url,
        metavar="URL",
        help="base URL of the FHIR server (default: the mock EHR holds the demo patients itself)",
    )
    ehr.add_argument("--issuer", type=_url, metavar="URL", help="whom it signs as (default: its own URL)")
    ehr.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    ehr.add_argument("--port", type=int, default=8001, help="port to listen on (default %(default)s)")
    ehr.add_argument(
        "--key",
        type=Path,
        default=folder / "mock-ehr.pem",
        metavar="FILE",
        help="its private key, made when there is none (default %(default)s)",
    )
    ehr.add_argument(
        "--jwks",
        type=Path,
        default=folder / "mock-ehr.jwks.json",
        metavar="FILE",
        help="where to write its public keys (default %(default)s)",
    )
    ehr.set_defaults(run=lambda given, _at: _serve(given, say, complain))

    under = ehr.add_subparsers(title="instead of serving", metavar="load")
    loading = under.add_parser("load", help="put the demo patients into a FHIR R4 server")
    loading.add_argument("base", type=_url, metavar="FHIR_BASE", help="such as http://127.0.0.1:8080/fhir")
    loading.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long the server may take to answer (default %(default)s)",
    )
    loading.set_defaults(run=lambda given, _at: _load(given, say, complain))


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable, parts = None, urlsplit("")
    if not usable or parts.query or parts.fragment or "@" in parts.netloc or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no URL such as http://127.0.0.1:8000")
    return text.rstrip("/")


def _serve(given: argparse.Namespace, say: Say, complain: Complain) -> int:
    import httpx

    from service.sandbox.ehr import Neighbours, create_ehr
    from service.sandbox.signing import UnusableKey, open_client, publish
    from service.serving import CannotListen, listen, serve

    try:
        listening = listen(given.host, given.port)
    except CannotListen as problem:
        reason = problem.__cause__.strerror if isinstance(problem.__cause__, OSError) else "not possible"
        return complain(f"Cannot listen on {given.host}, port {given.port}: {reason}; see --host and --port.", REFUSED)
    try:
        own = own_url(given.host, listening.getsockname()[1])
        client = open_client(given.key, given.issuer or own)
        publish(client, given.jwks)
    except UnusableKey as problem:
        listening.close()
        return complain(str(problem), REFUSED)
    neighbours = Neighbours(given.service, given.via, given.fhir)
    http = httpx.AsyncClient(timeout=30, trust_env=False, follow_redirects=False)
    app = create_ehr(client, neighbours, http, lambda: datetime.now(UTC))

    async def started() -> None:
        for line in introduction(client, neighbours, own, given.jwks, loopback=is_loopback(given.host)):
            say(line)

    serve(app, [listening], started=started)
    say("Stopped.")
    return 0


def own_url(host: str, port: int) -> str:
    """The URL under which this machine reaches a server on `host`; every address includes the loopback one."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound to
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def introduction(
    client: PretendEHR, neighbours: Neighbours, own: str, jwks: Path, *, loopback: bool
) -> tuple[str, ...]:
    """What a person reads once the mock EHR answers: its address, whom it calls, and how to register it."""
    warning = () if loopback else ("Anybody who reaches this address can call the service in its name.",)
    return (
        f"Mock EHR       {own}/sandbox   (open it in a browser; for demonstrations, never for production)",
        *warning,
        f"CDS service    {neighbours.service}, each call signed as {client.issuer}",
        f"FHIR server    {neighbours.fhir or f'{own}/sandbox/fhir (its own, with the demo patients)'}",
        f"Public keys    {jwks}   ({own}/jwks.json)",
        "Where the service does not know it yet, register it there:",
        f"  {shlex.join(registration(client, neighbours.fhir or f'{own}/sandbox/fhir', jwks))}",
        "Ctrl-C ends it.",
    )


def registration(client: PretendEHR, fhir: str, jwks: Path) -> tuple[str, ...]:
    """The command that registers this client at the service."""
    command = ("cartsign", "client", "add", CLIENT_NAME, "--issuer", client.issuer, "--jwks", str(jwks))
    return (*command, "--fhir-origin", fhir, *_networks(fhir))


def _networks(fhir: str) -> tuple[str, ...]:
    """The option that lets the service read a FHIR server on a private address, where it is given as one."""
    name = urlsplit(fhir).hostname or ""
    try:
        address = ipaddress.ip_address("127.0.0.1" if name == "localhost" else name)
    except ValueError:
        return ()
    return () if address.is_global else ("--fhir-network", f"{address}/{address.max_prefixlen}")


def _load(given: argparse.Namespace, say: Say, complain: Complain) -> int:
    import httpx

    from service.sandbox.load import LoadFailed, load

    async def run() -> int:
        async with httpx.AsyncClient(trust_env=False) as http:
            return await load(given.base, datetime.now(UTC).date(), http, patience=given.wait)

    try:
        count = asyncio.run(run())
    except LoadFailed as problem:
        return complain(str(problem), FAILED)
    say(f"The demo patients are in {given.base}: {count} resources.")
    return 0
