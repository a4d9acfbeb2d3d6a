"""What a site can set: every CARTSIGN_* environment variable with its type, default and meaning. In: the
environment, and which command asks (`serve` and `demo` differ in a few defaults). Out: `Settings`, frozen, or
a `SettingsError` that names the variable, the value and what would be right."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs

from cds_hooks.cors import CORSPolicy
from service.fhir.origins import FHIRBase

Trust = Literal["registered", "open"]
Record = Literal["decision", "full"]
Command = Literal["serve", "demo"]


class SettingsError(ValueError):
    """A setting that cannot work. The message is for the person who set it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One field a variable: `trust` is CARTSIGN_TRUST, and so on. `at` alone comes from `--at`."""

    # who may call: clients that sign (registered), or anybody on this machine (open)
    trust: Trust = "registered"
    # address to listen on
    host: str = "127.0.0.1"
    # port to listen on; 0 takes any free one
    port: int = 8000
    # what EHRs call; links on cards are built on it. Empty: http://HOST:PORT
    public_url: str = ""
    # sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME. Empty: an SQLite file under the user's data folder
    database_url: str = field(default="", repr=False)
    # what a call leaves behind: the decision, or the request as well (full)
    record: Record = "decision"
    # older invocations, cards, feedback and links are deleted
    retention_days: int = 30
    # how long answers to cards are remembered; what an answer does next time ends with it
    answers_days: int = 400
    # largest request body accepted, in MiB
    max_body_mb: int = 16
    # time for a whole hook call, reads from the EHR's FHIR server included
    deadline_ms: int = 400
    # calls a registered client may make each minute, in each worker
    calls_per_minute: int = 6000
    # longest life of a client's token that is accepted, from iat to exp
    token_minutes: int = 1440
    # a public URL of plain http on another host than this one, with signed clients: tokens and charts can be read
    insecure_http: bool = False
    # port of /livez, /readyz and /metrics; 0 leaves them beside the others
    health_port: int = 0
    # how long the link to the evidence behind a card works
    evidence_minutes: int = 60
    # FHIR base URLs that may be read besides loopback ones, comma-separated
    fhir_origins: tuple[str, ...] = ()
    # browser origins that may call us, comma-separated; none by default
    cors_origins: tuple[str, ...] = ()
    # mount the mock EHR at /sandbox, with its FHIR server and demo patients
    sandbox: bool = False
    # a pinned clock, for trying things out
    at: datetime | None = None

    @property
    def url(self) -> str:
        """The public URL, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database, the default filled in."""
        return self.database_url or f"sqlite+aiosqlite:///{default_database()}"

    def listening_on(self, port: int) -> Settings:
        """The same settings once the port is known (CARTSIGN_PORT=0 leaves it to the system)."""
        return replace(self, port=port)


# Where the two commands differ. `serve` is for an EHR, `demo` for a person on a fresh machine.
DEFAULTS: Mapping[Command, Settings] = {
    "serve": Settings(),
    "demo": Settings(trust="open", record="full", sandbox=True),
}


def read_settings(
    environment: Mapping[str, str], command: Command = "serve", *, at: datetime | None = None
) -> Settings:
    """Read the CARTSIGN_* variables over the defaults of `command`; an empty variable counts as unset.

    Raises `SettingsError` for a value that cannot be used, for a variable that Cartsign does not know (a
    typing error must not pass for a setting), and for a combination that is not safe.
    """
    unknown = sorted(name for name in environment if name.startswith("CARTSIGN_") and name not in READERS)
    if unknown:
        raise SettingsError(f"{unknown[0]} is no setting of Cartsign; known are {', '.join(READERS)}")
    given: dict[str, Any] = {"at": at}
    for name, read in READERS.items():
        text = environment.get(name, "").strip()
        if text:
            given[name.removeprefix("CARTSIGN_").lower()] = read(name, text)
    settings = replace(DEFAULTS[command], **given)
    if settings.trust == "open" and not is_loopback(settings.host):
        raise SettingsError(
            f"CARTSIGN_HOST={settings.host} is reachable from other machines, and in open trust anybody who "
            "reaches the service may call it; use 127.0.0.1, ::1 or localhost"
        )
    if settings.health_port and settings.health_port == settings.port:
        raise SettingsError(f"CARTSIGN_HEALTH_PORT={settings.health_port}: the calls have this port; name another one")
    if settings.trust == "registered" and not settings.insecure_http and is_exposed(settings.url):
        raise SettingsError(
            f"CARTSIGN_PUBLIC_URL={settings.url}: with plain http on another host, tokens and charts can be read on "
            "the way; use the https URL that your proxy serves, or set CARTSIGN_INSECURE_HTTP=1 to accept that"
        )
    return settings


def default_database() -> str:
    """The SQLite file under the user's data folder (on Linux ~/.local/share/cartsign/cartsign.sqlite3)."""
    return str(platformdirs.user_data_path("cartsign", appauthor=False) / "cartsign.sqlite3")


def is_loopback(host: str) -> bool:
    """Whether a listening address stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_exposed(url: str) -> bool:
    """Whether what is sent to a URL crosses a network unencrypted."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def read_instant(name: str, text: str) -> datetime:
    """An RFC 3339 instant with a time zone, as UTC; a date alone is its noon in UTC."""
    try:
        instant = datetime.fromisoformat(f"{text}T12:00:00+00:00" if len(text) == 10 else text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise SettingsError(f"{name} {text}: expected a time such as 2026-03-01T09:00:00Z, or a date such as 2026-03-01")


def _number(low: int, high: int, unit: str = "") -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
            raise SettingsError(f"{name}={text}: expected a whole number from {low} to {high}{unit}")
        return int(text)

    return read


def _choice(*words: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text.lower() not in words:
            raise SettingsError(f"{name}={text}: expected {' or '.join(words)}")
        return text.lower()

    return read


def _switch(name: str, text: str) -> bool:
    return _choice("on", "off", "1", "0", "true", "false")(name, text) in ("on", "1", "true")


def _host(name: str, text: str) -> str:
    host = text.removeprefix("[").removesuffix("]")
    if "/" in host or " " in host or ("://" in text):
        raise SettingsError(f"{name}={text}: expected an address without scheme or port, such as 127.0.0.1")
    return host


def _url(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, a broken IPv6 address
        usable, parts = None, urlsplit("")
    if not usable or parts.query or parts.fragment or "@" in parts.netloc or " " in text:
        raise SettingsError(f"{name}={text}: expected a URL such as https://cds.example.org, without user, query or #")
    return text.rstrip("/")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _fhir_bases(name: str, text: str) -> tuple[str, ...]:
    for url in _listed(text):
        try:
            FHIRBase.parse(url)
        except ValueError as problem:
            raise SettingsError(f"{name}={url}: {problem}") from problem
    return _listed(text)


def _browser_origins(name: str, text: str) -> tuple[str, ...]:
    try:
        CORSPolicy(_listed(text))
    except ValueError as problem:
        raise SettingsError(f"{name}: {problem}") from problem
    return _listed(text)


def _database(name: str, text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme in ("sqlite", "sqlite+aiosqlite"):
        file = rest.removeprefix("/")
        # A database in memory would be another one for every connection.
        if file in (rest, "", ":memory:") or file.startswith("file:"):
            raise SettingsError(f"{name}: expected sqlite:///FILE, with the name of a file")
        return text
    if scheme not in ("postgresql", "postgresql+psycopg"):
        # What stands before :// is repeated, and nothing else: the rest may hold a password.
        said = f"{scheme}:// is not supported; " if rest and scheme.replace("+", "").isalnum() else ""
        raise SettingsError(f"{name}: {said}expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME")
    try:
        parts = urlsplit(text)
        usable = parts.netloc.count("@") < 2 and not parts.fragment and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, a broken IPv6 address; the exception repeats them
        usable, parts = False, urlsplit("")
    if not usable:
        raise SettingsError(
            f"{name}: the host or the port cannot be made out; in a password, @ : / ? # and % are written "
            "%40 %3A %2F %3F %23 and %25"
        )
    if not parts.path.strip("/"):
        raise SettingsError(f"{name}: no database is named; expected postgresql://USER:PASSWORD@HOST:PORT/NAME")
    return text


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "CARTSIGN_TRUST": _choice("registered", "open"),
    "CARTSIGN_HOST": _host,
    "CARTSIGN_PORT": _number(0, 65535),
    "CARTSIGN_PUBLIC_URL": _url,
    "CARTSIGN_DATABASE_URL": _database,
    "CARTSIGN_RECORD": _choice("decision", "full"),
    "CARTSIGN_RETENTION_DAYS": _number(1, 36500, " (days)"),
    "CARTSIGN_ANSWERS_DAYS": _number(1, 36500, " (days)"),
    "CARTSIGN_MAX_BODY_MB": _number(1, 256, " (MiB)"),
    "CARTSIGN_DEADLINE_MS": _number(10, 60000, " (milliseconds)"),
    "CARTSIGN_CALLS_PER_MINUTE": _number(1, 1_000_000, " (calls a minute)"),
    "CARTSIGN_TOKEN_MINUTES": _number(1, 5_256_000, " (minutes)"),
    "CARTSIGN_INSECURE_HTTP": _switch,
    "CARTSIGN_HEALTH_PORT": _number(0, 65535),
    "CARTSIGN_EVIDENCE_MINUTES": _number(1, 1440, " (minutes)"),
    "CARTSIGN_FHIR_ORIGINS": _fhir_bases,
    "CARTSIGN_CORS_ORIGINS": _browser_origins,
    "CARTSIGN_SANDBOX": _switch,
}
