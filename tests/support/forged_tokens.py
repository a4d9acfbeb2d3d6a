"""Forged and faulty tokens: each with the class of its fault, what exactly is wrong, and the reason it is refused for.

All claim to come from the pretend EHR of `hospital()`, and differ in one thing from a token of it that passes.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from support.forged_signatures import FORGED
from support.pretend_clients import hospital, neighbour
from support.wrong_values import NOT_A_TIME, NOT_AN_OBJECT, NOT_GIVEN, NOT_TEXT, UNPRINTABLE

from cds_hooks.testing import base64url, compact
from cds_hooks.trust import LEEWAY_SECONDS, MAX_NAME, MAX_TOKEN, Reason


@dataclass(frozen=True, slots=True)
class Forgery:
    fault: str
    what: str
    token: str
    reason: Reason

    def __str__(self) -> str:
        return f"{self.fault}: {self.what}"


def forgeries(audience: str, now: datetime) -> Iterator[Forgery]:
    """All of them, for the address `audience` at the time `now`."""
    for fault, made in _FAULTS.items():
        for what, token, reason in made(audience, now):
            yield Forgery(fault, what, token, reason)


_Made = Iterator[tuple[str, str, Reason]]
_FAULTS: dict[str, Callable[[str, datetime], _Made]] = dict(FORGED)


def _fault(name: str) -> Callable[[Callable[[str, datetime], _Made]], Callable[[str, datetime], _Made]]:
    def listed(made: Callable[[str, datetime], _Made]) -> Callable[[str, datetime], _Made]:
        _FAULTS[name] = made
        return made

    return listed


def _with_header(audience: str, now: datetime, **changes: Any) -> str:
    return hospital().sign(hospital().header(**changes), hospital().claims(audience, now))


def _values(name: str, values: dict[str, Any], reason: Reason) -> Callable[[str, datetime], _Made]:
    """Tokens, properly signed, in which the claim `name` has each of the values."""

    def made(audience: str, now: datetime) -> _Made:
        for what, value in values.items():
            yield what, hospital().token(audience, now, **{name: value}), reason

    return made


def _headers(name: str, values: dict[str, Any], reason: Reason) -> Callable[[str, datetime], _Made]:
    """Tokens, properly signed, in which the header's member `name` has each of the values."""

    def made(audience: str, now: datetime) -> _Made:
        for what, value in values.items():
            yield what, _with_header(audience, now, **{name: value}), reason

    return made


def _as_named(*values: Any) -> dict[str, Any]:
    return {str(value): value for value in values}


_OTHER_ALGORITHMS = (
    "ES256", "ES512", "ES256K", "RS256", "RS512", "PS256", "PS384", "PS512", "EdDSA", "es384", "ES384 ", " ES384",
    "ES-384", "ECDSA", "dir", "A256KW", "RSA-OAEP", "ES384,none",
)  # fmt: skip
_FAULTS["algorithm that is not allowed"] = _headers("alg", _as_named(*_OTHER_ALGORITHMS), Reason.ALGORITHM_REFUSED)
_FAULTS["algorithm unreadable"] = _headers("alg", NOT_TEXT, Reason.ALGORITHM_REFUSED)
_FAULTS["algorithm missing"] = _headers("alg", NOT_GIVEN, Reason.ALGORITHM_MISSING)


@_fault("algorithm of another type of key")
def _other_key_type(audience: str, now: datetime) -> _Made:
    yield "the header says RS384, the key is EC", _with_header(audience, now, alg="RS384"), Reason.KEY_DOES_NOT_FIT
    their, claims = neighbour(), neighbour().claims(audience, now)
    yield (
        "the header says ES384, the key is RSA",
        their.sign(their.header(alg="ES384"), claims),
        Reason.KEY_DOES_NOT_FIT,
    )
    for algorithm in ("RS256", "RS512", "PS256", "PS384", "PS512"):
        token = their.sign(their.header(), claims, algorithm=algorithm)
        yield f"signed with {algorithm}, the header says RS384", token, Reason.SIGNATURE_WRONG


_FAULTS["type of another kind"] = _headers(
    "typ",
    {
        **NOT_GIVEN, **NOT_TEXT,
        **_as_named("jwt", "Jwt", "JWT ", "JWS", "JWE", "JOSE", "at+jwt", "application/jwt", "JWT\0"),
    },
    Reason.TYPE_OTHER,
)  # fmt: skip
_FAULTS["key id missing"] = _headers(
    "kid", {**NOT_GIVEN, **NOT_TEXT, **UNPRINTABLE, "endless": "k" * (MAX_NAME + 1)}, Reason.KEY_ID_MISSING
)
_FAULTS["key id unknown"] = _headers(
    "kid",
    _as_named(
        "key-2", "KEY-1", "key-1 ", " key-1", "key", "key-11", "their-key", "../key-1", "/dev/null", "key-1' OR '1'='1",
        "https://attacker.example/jwks.json", "*", "0",
    ),
    Reason.KEY_UNKNOWN,
)  # fmt: skip


_FAULTS["address of keys is another"] = _headers(
    "jku",
    {
        **NOT_TEXT, **UNPRINTABLE,
        **_as_named(
            "https://attacker.example/jwks.json", "http://ehr.example.org/jwks.json", "https://ehr.example.org/jwks.json/",
            "https://ehr.example.org/jwks.json?", "https://ehr.example.org/jwks.json#", "https://ehr.example.org/",
            "https://EHR.example.org/jwks.json", "https://ehr.example.org./jwks.json", "https://ehr.example.org:443/jwks.json",
            "https://ehr.example.org@attacker.example/jwks.json", "https://ehr.example.org.attacker.example/jwks.json",
            "https://ehr.example.org/a/../jwks.json", "https://ehr.example.org%2Fjwks.json",
            "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:8000/jwks.json", "file:///etc/passwd",
        ),
    },
    Reason.JKU_OTHER,
)  # fmt: skip
_FAULTS["critical extension"] = _headers(
    "crit", {**_as_named(["b64"], ["exp"], ["x"], [], "b64", True), "null": None}, Reason.CRITICAL_EXTENSION
)

_FAULTS["issuer missing"] = _values("iss", NOT_GIVEN, Reason.ISSUER_MISSING)
_FAULTS["issuer unknown"] = _values(
    "iss",
    {
        **NOT_TEXT, **UNPRINTABLE, "in an array": ["https://ehr.example.org"],
        **_as_named(
            "https://ehr.example.org/", "https://EHR.example.org", "http://ehr.example.org", "ehr.example.org",
            " https://ehr.example.org", "https://ehr.example.org ", "https://ehr.example.or", "https://ehr.example.org.",
            "https://ehr.example.org:443", "https://ehr.example.org@attacker.example", "https://еhr.example.org",
            "https://ehr.example.org/tenant", "https://sandbox.cds-hooks.org", "hospital", "*",
        ),
    },
    Reason.ISSUER_UNKNOWN,
)  # fmt: skip

_FAULTS["audience missing"] = _values("aud", NOT_GIVEN, Reason.AUDIENCE_MISSING)


@_fault("audience is another")
def _other_audience(audience: str, now: datetime) -> _Made:
    host = audience.split("/")[2]
    others: dict[str, Any] = {
        **NOT_TEXT,
        **_as_named(
            f"{audience}/", f"{audience}?", f"{audience}?a=b", f"{audience}#", audience[:-1], f"{audience}x",
            f" {audience}", audience.upper(), audience.replace("https:", "http:"), audience.replace(host, f"{host}."),
            audience.replace(host, f"{host}:443"), audience.replace(host, f"{host}.attacker.example"),
            audience.replace(host, f"{host}@attacker.example"), audience.replace(host, "other.example.org"),
            audience.rpartition("/")[0], audience.removeprefix("https://"), f"{audience}/../other", "*", "https://",
            f"{audience},{audience}", f"{audience} {audience}",
        ),
        "an empty array": [],
        "an array of others": ["https://other.example.org/cds-services", f"{audience}/"],
        "an array in an array": [[audience]],
        "an array with a number": [audience, 5],
        "an array with null": [audience, None],
        "an object with the audience": {"aud": audience},
    }  # fmt: skip
    for what, value in others.items():
        yield what.replace(audience, "AUDIENCE"), hospital().token(audience, now, aud=value), Reason.AUDIENCE_OTHER


def _times(name: str, offsets: tuple[float, ...], reason: Reason) -> Callable[[str, datetime], _Made]:
    def made(audience: str, now: datetime) -> _Made:
        for offset in offsets:
            yield f"by {abs(offset):g} s", hospital().token(audience, now, **{name: now.timestamp() + offset}), reason

    return made


_HOUR, _YEAR = 3600, 31_536_000
_PAST = (
    -LEEWAY_SECONDS,
    -LEEWAY_SECONDS - 0.5,
    -LEEWAY_SECONDS - 1,
    -60,
    -300,
    -_HOUR,
    -24 * _HOUR,
    -_YEAR,
    -30 * _YEAR,
)
_FUTURE = (LEEWAY_SECONDS + 0.5, LEEWAY_SECONDS + 1, 60, 299, _HOUR, 24 * _HOUR, _YEAR)
_FAULTS["expiry missing"] = _values("exp", {**NOT_GIVEN, **NOT_A_TIME}, Reason.EXPIRY_MISSING)
_FAULTS["expired"] = _times("exp", _PAST, Reason.EXPIRED)
_FAULTS["time of issue missing"] = _values("iat", {**NOT_GIVEN, **NOT_A_TIME}, Reason.ISSUED_MISSING)
_FAULTS["issued in the future"] = _times("iat", _FUTURE, Reason.ISSUED_IN_FUTURE)
_FAULTS["not valid yet"] = _times("nbf", _FUTURE, Reason.NOT_YET_VALID)
_FAULTS["start of validity unreadable"] = _values("nbf", NOT_A_TIME, Reason.NOT_BEFORE_UNREADABLE)


@_fault("number that JSON has not")
def _no_number(audience: str, now: datetime) -> _Made:
    claims = json.dumps(hospital().claims(audience, now, exp="NUMBER"))
    for number in ("NaN", "Infinity", "-Infinity", "0x6B", "017", "+1795000000", "1795000000.", ".5"):
        token = hospital().sign(hospital().header(), claims.replace('"NUMBER"', number).encode())
        yield number, token, Reason.CLAIMS_UNREADABLE


_FAULTS["tenant missing"] = _values("tenant", NOT_GIVEN, Reason.TENANT_MISSING)
_FAULTS["tenant unreadable"] = _values(
    "tenant", {**NOT_TEXT, **UNPRINTABLE, "endless": "t" * (MAX_NAME + 1)}, Reason.TENANT_UNREADABLE
)
_FAULTS["tenant unknown"] = _values(
    "tenant", _as_named("south", "North", "NORTH", "north ", " north", "nort", "northern", "north,south", "*"),
    Reason.TENANT_UNKNOWN,
)  # fmt: skip
_FAULTS["jti missing"] = _values("jti", NOT_GIVEN, Reason.JTI_MISSING)
_FAULTS["jti unreadable"] = _values(
    "jti", {**NOT_TEXT, **UNPRINTABLE, "blank": "  ", "endless": "j" * (MAX_NAME + 1)}, Reason.JTI_UNREADABLE
)


@_fault("not a compact token")
def _misshapen(audience: str, now: datetime) -> _Made:
    token = hospital().token(audience, now)
    header, claims, signature = token.split(".")
    general = {"payload": claims, "signatures": [{"protected": header, "signature": signature}]}
    made = {
        "nothing": "", "dots": "..", "one part": header, "two parts": f"{header}.{claims}",
        "no signature": f"{header}.{claims}.", "no header": f".{claims}.{signature}",
        "no claims": f"{header}..{signature}", "four parts": f"{token}.{signature}",
        "five parts": f"{token}.{signature}.{signature}", "twice": f"{token}.{token}", "a dot more": f"{token}.",
        "a dot before": f".{token}", "JSON serialization": json.dumps(general), "a blank at the end": f"{token} ",
        "a line break inside": f"{header}.{claims[:9]}\n{claims[9:]}.{signature}", "padding": f"{token}=",
        "a padded header": f"{header}==.{claims}.{signature}", "percent signs": token.replace(".", "%2E"),
        "NUL": f"{token}\0", "beyond ASCII": f"{token}é",
        "digits of another script": f"{header}.{claims}.{signature[:-1]}٣",
        "one character": f"{header}.{claims}.A", "the alphabet with plus": f"{header}.{claims}.+{signature[1:]}",
        "the alphabet with slash": f"{header}.{claims}./{signature[1:]}", "in quotes": f'"{token}"',
    }  # fmt: skip
    for what, misshapen in made.items():
        yield what, misshapen, Reason.NOT_A_JWT


@_fault("spelled in another way")
def _respelled(audience: str, now: datetime) -> _Made:
    """The last character of a part holds spare bits, unless its length divides by four; decoders drop them."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for blanks in (1, 2):
        text = json.dumps(hospital().claims(audience, now, jti="a spare bit"), separators=(",", ":")).encode()
        text += b" " * ((blanks - len(text)) % 3)
        header, claims, signature = hospital().sign(hospital().header(), text).split(".")
        for spare in (1, 2, 3):
            last = alphabet[alphabet.index(claims[-1]) + spare]
            yield f"{blanks} over, {spare} spare", f"{header}.{claims[:-1]}{last}.{signature}", Reason.NOT_A_JWT


@_fault("header unreadable")
def _unreadable_header(audience: str, now: datetime) -> _Made:
    claims = hospital().claims(audience, now)
    for what, text in NOT_AN_OBJECT.items():
        yield what, hospital().sign(text, claims), Reason.HEADER_UNREADABLE
    plain = json.dumps(hospital().header())
    for name in ("alg", "kid", "typ", "jku"):
        twice = f'{{"{name}":"none",{plain[1:]}'.encode()
        yield f"{name} twice", hospital().sign(twice, claims), Reason.HEADER_UNREADABLE


@_fault("claims unreadable")
def _unreadable_claims(audience: str, now: datetime) -> _Made:
    for what, text in NOT_AN_OBJECT.items():
        yield what, hospital().sign(hospital().header(), text), Reason.CLAIMS_UNREADABLE
    plain = json.dumps(hospital().claims(audience, now))
    for name in ("iss", "aud", "exp", "jti", "tenant"):
        twice = f'{{"{name}":"other",{plain[1:]}'.encode()
        yield f"{name} twice", hospital().sign(hospital().header(), twice), Reason.CLAIMS_UNREADABLE


@_fault("too long")
def _endless(audience: str, now: datetime) -> _Made:
    yield "claims", hospital().token(audience, now, note="x" * MAX_TOKEN), Reason.TOO_LONG
    yield "header", _with_header(audience, now, x5c=["x" * MAX_TOKEN]), Reason.TOO_LONG
    yield "signature", compact(hospital().header(), hospital().claims(audience, now), b"x" * MAX_TOKEN), Reason.TOO_LONG
    yield "dots", "." * (MAX_TOKEN + 1), Reason.TOO_LONG
    yield "letters", base64url(b"x" * MAX_TOKEN), Reason.TOO_LONG
