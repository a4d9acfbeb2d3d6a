"""`cartsign client ...`: who may call, as its administrator says. In: arguments. Out: rows in the database, which
running workers read within seconds, and text for people; exit codes as `service.cli` has them."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from service.settings import read_settings

if TYPE_CHECKING:
    from service.registration import Registration
    from service.storage.clients import ClientRow
    from service.storage.database import Database

Say = Callable[[str], None]
Complain = Callable[[str, int], int]
Work = Callable[["Database", argparse.Namespace, Say], Awaitable[None]]
FAILED: Final = 1
REFUSED: Final = 2

# The options that may be given several times; given once and empty, they clear what was there.
_LISTS: Final = {
    "issuer": ("issuers", "URL", "whom its tokens come from: their `iss`, exactly"),
    "tenant": ("tenants", "T", "an organisation its tokens may name, in `tenant`; without any, none is asked for"),
    "audience": ("audiences", "URL", "an `aud` agreed with it, besides the URL it calls"),
    "algorithm": ("algorithms", "ALG", "what it may sign with (default ES384 and RS384)"),
    "fhir-origin": (
        "fhir_origins",
        "URL",
        "base URL of a FHIR server that may be read for it; the access token goes nowhere else",
    ),
    "fhir-network": ("fhir_networks", "CIDR", "a network off the public internet in which its FHIR server may be"),
}
_NUMBERS: Final = {
    "deadline-ms": ("deadline_ms", 10, 60_000, "time for a whole call of its, in milliseconds"),
    "max-body-mb": ("max_body_mb", 1, 256, "largest body it may send, in MiB"),
    "calls-per-minute": ("calls_per_minute", 1, 1_000_000, "calls it may make each minute, in each worker"),
}


class _Unknown(Exception):
    """No client of that name is registered."""


def add_parser(commands: argparse._SubParsersAction[Any], say: Say, complain: Complain) -> None:
    """Add `client` and what can be done with clients; `say` and `complain` reach the person who called."""
    client = commands.add_parser("client", help="register the EHRs that may call, and change what each may do")
    under = client.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, work: Work, about: str, *, named: bool = True) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = under.add_parser(
            name, help=about, description=about[0].upper() + about[1:] + "."
        )
        if named:
            parser.add_argument("name", metavar="NAME", help="as in north-hospital")
        parser.set_defaults(run=lambda given, _at: _run(work, given, say, complain))
        return parser

    _options(action("add", _add, "register a client; running workers know it within seconds"))
    changing = action("set", _set, "change a client; what is not named stays, an option with an empty value is cleared")
    _options(changing)
    changing.add_argument("--enable", action="store_true", help="let a disabled client call again")
    action("list", _list, "all clients, a line each", named=False)
    showing = action("show", _show, "everything about one client")
    showing.add_argument("--json", action="store_true", help="as JSON")
    action("disable", _disable, "refuse a client's calls; `set NAME --enable` lets it in again")
    _keys(action("rotate", _rotate, "replace a client's keys"))
    action("sheet", _sheet, "print what the client's analyst has to set up, as Markdown")


def _options(parser: argparse.ArgumentParser) -> None:
    for option, (field, metavar, about) in _LISTS.items():
        parser.add_argument(f"--{option}", dest=field, action="append", metavar=metavar, help=about)
    _keys(parser)
    parser.add_argument("--prefetch-only", action="store_true", help="nothing is read from a FHIR server for it")
    parser.add_argument("--profile", metavar="EHR", help="generic, epic, oracle-health, athenahealth or sandbox")
    parser.add_argument("--mode", help="off, shadow (decided and recorded, never shown) or on (the default)")
    for option, (field, low, high, about) in _NUMBERS.items():
        parser.add_argument(f"--{option}", dest=field, metavar="N", help=f"{about}, {low} to {high}")


def _keys(parser: argparse.ArgumentParser) -> None:
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--jwks", type=Path, metavar="FILE", help="its public keys, a JWK Set")
    keys.add_argument("--jku", metavar="URL", help="the https URL where its keys are; they are fetched and kept fresh")


def _run(work: Work, given: argparse.Namespace, say: Say, complain: Complain) -> int:
    from service.registration import Refused
    from service.storage.clients import AlreadyRegistered, NotRegistered
    from service.storage.database import Database
    from service.storage.errors import StorageUnavailable

    settings = read_settings(os.environ)

    async def opened() -> None:
        database = Database(settings.database, alarm=lambda _count, _reason: None)
        try:
            database.writer.start()
            await database.prepare()
            await work(database, given, say)
        finally:
            await database.stop()

    try:
        asyncio.run(opened())
    except Refused as problem:
        return complain(str(problem), REFUSED)
    except AlreadyRegistered:
        return complain(f"client {given.name} is registered; `cartsign client set {given.name}` changes it", REFUSED)
    except (NotRegistered, _Unknown):
        return complain(f"there is no client {given.name}; `cartsign client list` names those there are", REFUSED)
    except StorageUnavailable as problem:
        return complain(f"{problem}; nothing was changed. CARTSIGN_DATABASE_URL says which database is meant", FAILED)
    return 0


async def _add(database: Database, given: argparse.Namespace, say: Say) -> None:
    from service.registration import new_client
    from service.storage import clients

    found = new_client(given.name, _given(given), await clients.every(database), _now())
    await clients.add(database, found.row)
    _tell(found, "is registered", say)
    if found.row.mode == "on":
        say(
            "Its clinicians will see cards. Advised first: "
            f"`cartsign client set {given.name} --mode shadow`, which decides and records and shows nothing."
        )


async def _set(database: Database, given: argparse.Namespace, say: Say) -> None:
    from service.registration import changed_client
    from service.storage import clients

    changes = _given(given) | ({"disabled": False} if given.enable else {})
    found = changed_client(await _known(database, given.name), changes, await clients.every(database), _now())
    await clients.change(database, found.row)
    _tell(found, "is changed", say)


async def _rotate(database: Database, given: argparse.Namespace, say: Say) -> None:
    from service.registration import Refused

    if not given.jwks and not given.jku:
        raise Refused("--jwks or --jku: name the new keys")
    await _set(database, argparse.Namespace(**vars(given), enable=False), say)


async def _disable(database: Database, given: argparse.Namespace, say: Say) -> None:
    from service.storage import clients

    await clients.change(database, replace(await _known(database, given.name), disabled=True, changed_at=_now()))
    say(f"Client {given.name} is disabled: within seconds each of its calls gets a 401.")


async def _list(database: Database, given: argparse.Namespace, say: Say) -> None:
    from service.storage import clients

    rows = await clients.every(database)
    if not rows:
        say("No client is registered, so that nobody may call. `cartsign client add --help` says how.")
        return
    table = [("NAME", "MODE", "PROFILE", "FHIR", "ISSUER")]
    for row in rows:
        mode = "disabled" if row.disabled else row.mode
        fhir = ", ".join(row.fhir_origins) or "prefetch only"
        table.append((row.name, mode, row.profile, fhir, ", ".join(row.issuers)))
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


async def _show(database: Database, given: argparse.Namespace, say: Say) -> None:
    from service.registration import in_words

    row = await _known(database, given.name)
    if given.json:
        plain = asdict(row) | {"jwks": json.loads(row.jwks) if row.jwks else None}
        say(json.dumps(plain | {"changed_at": row.changed_at.isoformat()}, indent=2))
        return
    for label, value in in_words(row):
        say(f"{label:<15}{value}")


async def _sheet(database: Database, given: argparse.Namespace, say: Say) -> None:
    from service.build_sheet import build_sheet
    from service.knowledge.load import load_knowledge

    settings = read_settings(os.environ)
    say(build_sheet(await _known(database, given.name), settings, load_knowledge()))


async def _known(database: Database, name: str) -> ClientRow:
    from service.storage import clients

    row = await clients.find(database, name)
    if row is None:
        raise _Unknown(name)
    return row


def _tell(found: Registration, what: str, say: Say) -> None:
    say(f"Client {found.row.name} {what}.")
    for remark in found.remarks:
        say(remark)


def _given(given: argparse.Namespace) -> dict[str, Any]:
    """The fields of `ClientRow` that were named; raises `Refused` for what is no value of theirs."""
    from service.registration import Refused, key_document

    fields: dict[str, Any] = {}
    for field, _, _ in _LISTS.values():
        if (values := getattr(given, field, None)) is not None:
            fields[field] = tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
    if "algorithms" in fields and not fields["algorithms"]:
        del fields["algorithms"]
    if getattr(given, "prefetch_only", False):
        if fields.get("fhir_origins"):
            raise Refused(
                "--prefetch-only: a client that has a --fhir-origin is not prefetch only; give one of the two"
            )
        fields["fhir_origins"] = ()
    for option, (field, low, high, _) in _NUMBERS.items():
        if (text := getattr(given, field, None)) is not None:
            fields[field] = _number(option, text, low, high)
    for field in ("profile", "mode", "jku"):
        if (text := getattr(given, field, None)) is not None:
            fields[field] = text
    if (file := getattr(given, "jwks", None)) is not None:
        try:
            fields["jwks"] = key_document(file.read_bytes())
        except OSError as problem:
            raise Refused(f"--jwks {file}: the file cannot be read: {problem.strerror}") from None
    return fields


def _number(option: str, text: str, low: int, high: int) -> int | None:
    from service.registration import Refused

    if not text.strip():
        return None
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise Refused(
            f"--{option} {text}: expected a whole number from {low} to {high}, or nothing for the service's own"
        )
    return int(text)


def _now() -> datetime:
    return datetime.now(UTC)
