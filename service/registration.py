"""A registration as an administrator gives it. In: what was given on the command line, and the clients there are. Out:
the row to store and what is worth a second look; or `Refused`, which names what was wrong and what to do. Pure: nothing
is fetched, nothing is stored."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from cds_hooks.keys import KEY_OF_ALGORITHM, RECOMMENDED_ALGORITHMS, KeySet, UnusableKeySet, check_jku, read_key_set
from cds_hooks.profiles import PROFILES, SANDBOX
from service.fhir.origins import FHIRBase, Origins
from service.settings import is_exposed
from service.storage.clients import ClientRow

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
RESERVED: Final = "open"
MODES: Final = ("off", "shadow", "on")
# The x coordinate of the key whose private half the specification prints, for everybody to try tokens with.
PRINTED_KEY: Final = "46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCEk"
_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


class Refused(ValueError):
    """A registration that cannot be taken; the message is for the administrator, and quotes no key."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A row that calls can be answered by, and what its administrator should know about it."""

    row: ClientRow
    remarks: tuple[str, ...] = ()


def new_client(name: str, given: Mapping[str, Any], others: Iterable[ClientRow], now: datetime) -> Registration:
    """A client that was not registered before; `given` has the fields of `ClientRow` that were named."""
    if not NAME.fullmatch(name):
        raise Refused(
            f"NAME {name!r}: a name is made of small letters, digits and hyphens, 63 at most, as in north-hospital"
        )
    if name == RESERVED:
        raise Refused(f"NAME {name}: this name stands for whoever calls in open trust; take another one")
    if not given.get("issuers"):
        raise Refused("--issuer: name whom the client's tokens come from, their `iss`, as in https://ehr.example.org")
    if not given.get("jwks") and not given.get("jku"):
        raise Refused(
            "--jwks or --jku: hand over the client's public keys in a file, or name the https URL they are at"
        )
    plain = ClientRow(name, (), tuple(sorted(RECOMMENDED_ALGORITHMS)), now)
    return _checked(replace(plain, **given), others)


def changed_client(
    row: ClientRow, given: Mapping[str, Any], others: Iterable[ClientRow], now: datetime
) -> Registration:
    """The client with what was given in place of what it had."""
    if "jwks" in given or "jku" in given:
        given = {"jwks": None, "jku": None, **given}
    return _checked(replace(row, changed_at=now, **given), others)


def key_document(document: bytes) -> str:
    """A JWK Set as it is stored: its public keys, and nothing of what else stood beside them."""
    try:
        parsed = json.loads(document)
    except ValueError:
        raise Refused("--jwks: the file is not JSON; it has to be a JWK Set, an object with an array `keys`") from None
    listed = parsed.get("keys") if isinstance(parsed, dict) else None
    keys = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
    if any(name in key for key in keys for name in _PRIVATE):
        raise Refused(
            "--jwks: the file holds a private key, which nobody but the client may have. Nothing was stored. Have the "
            "client make a new key, since this one has been passed on, and send the public half"
        )
    if any(key.get("x") == PRINTED_KEY for key in keys):
        raise Refused(
            "--jwks: this is the key that the CDS Hooks specification prints, private half included: anybody can sign "
            "with it. Have the client make a key of its own"
        )
    read_keys(document)
    return json.dumps({"keys": keys})


def read_keys(document: bytes) -> KeySet:
    """The keys of a JWK Set that can verify a token."""
    try:
        return read_key_set(document)
    except UnusableKeySet as problem:
        raise Refused(f"--jwks: {problem}") from None


def _checked(row: ClientRow, others: Iterable[ClientRow]) -> Registration:
    for issuer in row.issuers:
        _check_uri("--issuer", issuer)
    if SANDBOX.issuer.value in row.issuers:
        raise Refused(
            f"--issuer {SANDBOX.issuer.value}: the private key of the official sandbox is published with its source, "
            "so that anybody could sign as it. Try it against a service in open trust: cartsign demo"
        )
    for audience in row.audiences:
        _check_uri("--audience", audience)
    if any(not tenant or len(tenant) > 256 or not tenant.isprintable() for tenant in row.tenants):
        raise Refused("--tenant: a tenant is printable text of 256 characters at most, as in the token's `tenant`")
    unknown = [name for name in row.algorithms if name not in KEY_OF_ALGORITHM]
    if unknown or not row.algorithms:
        raise Refused(f"--algorithm {' '.join(unknown)}: expected one of {', '.join(KEY_OF_ALGORITHM)}")
    if row.profile not in PROFILES:
        raise Refused(f"--profile {row.profile}: expected one of {', '.join(PROFILES)}")
    if row.mode not in MODES:
        raise Refused(f"--mode {row.mode}: expected one of {', '.join(MODES)}")
    if row.jku is not None:
        try:
            check_jku(row.jku)
        except ValueError as problem:
            raise Refused(f"--jku {row.jku}: {problem}") from None
    _check_fhir(row)
    if not row.disabled:
        _check_told_apart(row, others)
    return Registration(row, tuple(_remarks(row)))


def _check_uri(option: str, text: str) -> None:
    """An absolute URI without blanks; it is compared as text, so it is taken exactly as it is written."""
    scheme, colon, rest = text.partition(":")
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= 2000
    if not (colon and rest and plain and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme)):
        raise Refused(
            f"{option} {text!r}: expected an absolute URI such as https://ehr.example.org, exactly as in the token"
        )


def _check_fhir(row: ClientRow) -> None:
    for origin in row.fhir_origins:
        try:
            FHIRBase.parse(origin)
        except ValueError as problem:
            raise Refused(f"--fhir-origin {origin}: {problem}") from None
    for network in row.fhir_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as problem:
            raise Refused(f"--fhir-network {network}: expected a network such as 10.20.0.0/16 ({problem})") from None
    try:
        Origins.of(row.fhir_origins, networks=row.fhir_networks, loopback=False)
    except ValueError as problem:
        raise Refused(f"--fhir-origin: {problem}") from None


def _check_told_apart(row: ClientRow, others: Iterable[ClientRow]) -> None:
    """Two clients of one issuer have to differ by what tenant their tokens name, or no token could tell them apart."""
    for other in others:
        shared = set(row.issuers) & set(other.issuers)
        if other.name == row.name or other.disabled or not shared:
            continue
        same = set(row.tenants) & set(other.tenants)
        if same or not (row.tenants or other.tenants):
            raise Refused(
                f"--issuer {min(shared)}: client {other.name} has this issuer too"
                + (f" and the tenant {min(same)}" if same else "")
                + "; give each a --tenant of its own, as it stands in their tokens, or disable one"
            )


def _remarks(row: ClientRow) -> Iterable[str]:
    if row.jwks is not None:
        keys = read_keys(row.jwks.encode())
        yield "Keys: " + ", ".join(f"{key.kid} ({_kind(key.kty, key.curve)})" for key in keys.keys) + "."
        yield from (f"Left aside: {told}." for told in keys.left_aside)
        if not any(key.fits(algorithm) for key in keys.keys for algorithm in row.algorithms):
            yield (
                f"None of these keys can sign with {' or '.join(row.algorithms)}: no token of this client will pass. "
                "See --algorithm."
            )
    if not row.fhir_origins:
        yield "Prefetch only: without --fhir-origin nothing is read from a FHIR server for this client."
    yield from (
        f"{origin} is plain http: the access token and the chart can be read on the way."
        for origin in row.fhir_origins
        if is_exposed(origin)
    )
    yield from (
        f"{origin} may be in a private network: name that with --fhir-network, or it will not be contacted."
        for origin in row.fhir_origins
        if not row.fhir_networks and _is_local_name(origin)
    )


def _kind(kty: str, curve: str | None) -> str:
    return f"{kty} {curve}" if curve else kty


def _is_local_name(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return "." not in host and ":" not in host and host != "localhost"


def in_words(row: ClientRow) -> Sequence[tuple[str, str]]:
    """Everything about a client, a line each, as its integration engineer reads it."""
    keys = f"at {row.jku}" if row.jku else ", ".join(key.kid for key in read_keys((row.jwks or "").encode()).keys)
    return (
        ("name", row.name),
        ("state", "disabled" if row.disabled else "enabled"),
        (
            "mode",
            {"on": "on", "shadow": "shadow: decided and recorded, not shown", "off": "off: nothing decided"}[row.mode],
        ),
        ("profile", f"{row.profile} ({PROFILES[row.profile].title})"),
        ("issuers", ", ".join(row.issuers)),
        ("algorithms", ", ".join(row.algorithms)),
        ("keys", keys),
        ("tenants", ", ".join(row.tenants) or "any, each kept apart from the others"),
        ("audiences", ", ".join(["the URL called", *row.audiences])),
        ("FHIR", ", ".join(row.fhir_origins) or "prefetch only"),
        ("FHIR networks", ", ".join(row.fhir_networks) or "the public internet"),
        ("deadline", f"{row.deadline_ms} ms" if row.deadline_ms else "the service's"),
        ("body limit", f"{row.max_body_mb} MiB" if row.max_body_mb else "the service's"),
        ("calls a minute", str(row.calls_per_minute or "the service's limit")),
        ("changed", row.changed_at.isoformat(timespec="seconds")),
    )
