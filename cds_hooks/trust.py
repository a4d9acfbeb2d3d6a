"""Who is calling: a token and the registered clients go in, a ClientIdentity comes out, or Untrusted (SEC-2 to SEC-26).

Pure: the keys and the time are arguments. The checks run in the order that the specification advises (SEC-25): issuer,
audience, times, tenant, signature, jti. `recognise` makes those that need no key, so that nothing is fetched for a
token that fails one; `prove` makes the rest; `verify` is both. The jti is checked for form and handed back: the caller
spends it, once, until `ClientIdentity.spent_until`.

Untrusted says exactly what was wrong, for our own log. It is not a CDSHooksError and cannot be sent: every refusal is
answered with the one constant Unauthorized (SEC-22).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from cds_hooks.errors import BadRequest
from cds_hooks.keys import KEY_OF_ALGORITHM, RECOMMENDED_ALGORITHMS, KeySet, check_jku
from cds_hooks.strict_json import Members, read_object

# Epic's tokens are below 1,500 characters. The bound keeps a stranger's token cheaper to refuse than to send.
MAX_TOKEN = 8192
# jti and tenant are stored and logged, so they are bounded too.
MAX_NAME = 256
LEEWAY_SECONDS = 30
_LATEST = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())

_BEARER = re.compile(r"(?i:bearer) +([^\s,]+) *")
_PART = re.compile(r"[A-Za-z0-9_-]+")


class Reason(StrEnum):
    """Why a token was refused. For our log only: the caller never learns it (SEC-22)."""

    NO_HEADER = "no-authorization-header"
    NOT_BEARER = "authorization-is-not-one-bearer-token"
    TOO_LONG = "token-too-long"
    NOT_A_JWT = "not-a-compact-jwt"
    HEADER_UNREADABLE = "header-unreadable"
    CLAIMS_UNREADABLE = "claims-unreadable"
    ISSUER_MISSING = "iss-missing"
    ISSUER_UNKNOWN = "iss-unknown"
    AUDIENCE_MISSING = "aud-missing"
    AUDIENCE_OTHER = "aud-is-another"
    EXPIRY_MISSING = "exp-missing"
    EXPIRED = "expired"
    ISSUED_MISSING = "iat-missing"
    ISSUED_IN_FUTURE = "iat-in-future"
    NOT_YET_VALID = "nbf-in-future"
    NOT_BEFORE_UNREADABLE = "nbf-unreadable"
    LIFETIME_TOO_LONG = "lifetime-too-long"
    TENANT_MISSING = "tenant-missing"
    TENANT_UNREADABLE = "tenant-unreadable"
    TENANT_UNKNOWN = "tenant-unknown"
    CLIENT_AMBIGUOUS = "several-clients-match"
    ALGORITHM_MISSING = "alg-missing"
    ALGORITHM_REFUSED = "alg-not-allowed"
    TYPE_OTHER = "typ-is-not-jwt"
    CRITICAL_EXTENSION = "crit-not-understood"
    JKU_OTHER = "jku-is-another"
    KEY_ID_MISSING = "kid-missing"
    KEY_UNKNOWN = "kid-unknown"
    KEY_DOES_NOT_FIT = "key-does-not-fit-alg"
    KEYS_UNAVAILABLE = "keys-unavailable"
    SIGNATURE_WRONG = "signature-wrong"
    JTI_MISSING = "jti-missing"
    JTI_UNREADABLE = "jti-unreadable"
    JTI_SPENT = "jti-spent"


class Untrusted(Exception):
    """The caller did not prove who it is: `reason` says why, `client` whom it claimed to be, once that is a known one.

    Neither holds anything that came from the token.
    """

    def __init__(self, reason: Reason, client: str | None = None) -> None:
        super().__init__(reason.value if client is None else f"{reason.value} ({client})")
        self.reason = reason
        self.client = client


@dataclass(frozen=True, slots=True)
class TrustedClient:
    """A registered client: what its tokens say of themselves.

    `issuers` are its `iss` (SEC-16), compared exactly. `algorithms` are those it may sign with (SEC-9). `tenants`, when
    there are any, are the only ones it may name, and it must name one (SEC-21): so several clients can share an issuer.
    `audiences` are accepted beside the address called, as agreed with it. `jku` is where its keys are, if they are
    fetched; a token that names another is refused (SEC-15). Without one, its keys were handed over, and what a token
    says of theirs is not read.
    """

    name: str
    issuers: frozenset[str]
    algorithms: frozenset[str] = RECOMMENDED_ALGORITHMS
    tenants: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    jku: str | None = None

    def __post_init__(self) -> None:
        if not self.name or not self.issuers or not all(self.issuers):
            raise ValueError("SEC-16: a client has a name and at least one issuer.")
        if not self.algorithms or not self.algorithms <= KEY_OF_ALGORITHM.keys():
            raise ValueError(f"SEC-9: a client signs with one of {', '.join(KEY_OF_ALGORITHM)}, and with nothing else.")
        if not all(self.tenants) or not all(self.audiences):
            raise ValueError("SEC-17, SEC-21: an empty tenant or audience would be no rule.")
        if self.jku is not None:
            check_jku(self.jku)


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """Who called, proven, but for the jti, which the caller of `verify` has yet to spend (SEC-20).

    `client` is the name of the TrustedClient. `spent_until` is when the token can no longer pass, and (issuer, jti)
    may be forgotten.
    """

    client: str
    issuer: str
    tenant: str | None
    jti: str
    spent_until: datetime


@dataclass(frozen=True, slots=True)
class Recognised:
    """A token that claims to come from `client` and would pass if its signature does. Proves nothing yet."""

    client: TrustedClient
    issuer: str
    tenant: str | None
    kid: str
    algorithm: str
    spent_until: datetime
    _claims: Members = field(repr=False, compare=False)
    _signed: bytes = field(repr=False, compare=False)
    _signature: bytes = field(repr=False, compare=False)


def bearer_token(authorizations: Sequence[str]) -> str:
    """The token in the values of the Authorization headers of one request; raises Untrusted (SEC-3)."""
    if not authorizations:
        raise Untrusted(Reason.NO_HEADER)
    found = _BEARER.fullmatch(authorizations[0]) if len(authorizations) == 1 else None
    if not found:
        raise Untrusted(Reason.NOT_BEARER)
    return found[1]


def verify(
    token: str,
    clients: Iterable[TrustedClient],
    keys: KeySet,
    audience: str,
    now: datetime,
    *,
    leeway: int = LEEWAY_SECONDS,
    max_lifetime: int | None = None,
) -> ClientIdentity:
    """Who sent `token` to the address `audience`; raises Untrusted.

    `keys` are those of the client that the token comes from: where clients have different keys, call `recognise`, then
    `prove` with the keys of `Recognised.client`. `leeway` and `max_lifetime` are seconds.
    """
    return prove(recognise(token, clients, audience, now, leeway=leeway, max_lifetime=max_lifetime), keys)


def recognise(
    token: str,
    clients: Iterable[TrustedClient],
    audience: str,
    now: datetime,
    *,
    leeway: int = LEEWAY_SECONDS,
    max_lifetime: int | None = None,
) -> Recognised:
    """Every check of `verify` that needs no key; raises Untrusted."""
    if now.tzinfo is None:
        raise ValueError("The time is given with its zone.")
    signed, header, claims, signature = _take_apart(token)
    issuer = _text(claims, "iss", Reason.ISSUER_MISSING, Reason.ISSUER_UNKNOWN, longest=MAX_TOKEN)
    candidates = [client for client in clients if issuer in client.issuers]
    if not candidates:
        raise Untrusted(Reason.ISSUER_UNKNOWN)
    with _claimed_by(candidates):
        named = _audiences(claims)
        candidates = [client for client in candidates if not named.isdisjoint({audience, *client.audiences})]
        if not candidates:
            raise Untrusted(Reason.AUDIENCE_OTHER)
        expires = _check_times(claims, now.timestamp(), leeway, max_lifetime)
        client, tenant = _of_tenant(candidates, claims)
    with _claimed_by([client]):
        algorithm, kid = _check_header(header, client)
    spent_until = datetime.fromtimestamp(expires + leeway, UTC)
    return Recognised(client, issuer, tenant, kid, algorithm, spent_until, claims, signed, signature)


def prove(token: Recognised, keys: KeySet) -> ClientIdentity:
    """Whose the token is, its signature checked with `keys`, those of `token.client`; raises Untrusted.

    Reason.KEY_UNKNOWN is the one refusal that newer keys can turn (SEC-24).
    """
    with _claimed_by([token.client]):
        named = keys.named(token.kid)
        if not named:
            raise Untrusted(Reason.KEY_UNKNOWN)
        fitting = [key for key in named if key.fits(token.algorithm)]
        if not fitting:
            raise Untrusted(Reason.KEY_DOES_NOT_FIT)
        if not any(key.verifies(token.algorithm, token._signed, token._signature) for key in fitting):
            raise Untrusted(Reason.SIGNATURE_WRONG)
        jti = _text(token._claims, "jti", Reason.JTI_MISSING, Reason.JTI_UNREADABLE)
    return ClientIdentity(token.client.name, token.issuer, token.tenant, jti, token.spent_until)


@contextmanager
def _claimed_by(candidates: Sequence[TrustedClient]) -> Iterator[None]:
    """Names the client in every refusal within, if only one can be meant."""
    try:
        yield
    except Untrusted as refusal:
        raise Untrusted(refusal.reason, candidates[0].name if len(candidates) == 1 else None) from None


def _take_apart(token: str) -> tuple[bytes, Members, Members, bytes]:
    """What is signed, the header, the claims and the signature of a compact JWS (RFC 7515, section 7.1)."""
    if len(token) > MAX_TOKEN:
        raise Untrusted(Reason.TOO_LONG)
    parts = token.split(".")
    if len(parts) != 3:
        raise Untrusted(Reason.NOT_A_JWT)
    header, claims, signature = (_decoded(part) for part in parts)
    return (
        token.rpartition(".")[0].encode("ascii"),
        _members(header, Reason.HEADER_UNREADABLE),
        _members(claims, Reason.CLAIMS_UNREADABLE),
        signature,
    )


def _decoded(part: str) -> bytes:
    # Python's decoder skips what is not base64 and ignores spare bits, which lets one token be spelled in many ways.
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) if _PART.fullmatch(part) else b""
    except binascii.Error:
        decoded = b""
    if not decoded or base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != part:
        raise Untrusted(Reason.NOT_A_JWT)
    return decoded


def _members(text: bytes, unreadable: Reason) -> Members:
    try:
        return read_object(text, max_depth=16)
    except BadRequest:
        raise Untrusted(unreadable) from None


def _text(members: Members, name: str, missing: Reason, unreadable: Reason, *, longest: int = MAX_NAME) -> str:
    if not members.given(name):
        raise Untrusted(missing)
    try:
        value = members.text(name)
    except BadRequest:
        raise Untrusted(unreadable) from None
    # A NUL or a line break has no place in a database column or a log line.
    if len(value) > longest or not value.isprintable():
        raise Untrusted(unreadable)
    return value


def _audiences(claims: Members) -> frozenset[str]:
    """`aud`: one string or an array of them (SEC-17)."""
    if not claims.given("aud"):
        raise Untrusted(Reason.AUDIENCE_MISSING)
    try:
        several = bytes(claims.raw["aud"]).startswith(b"[")
        return frozenset(claims.texts("aud") if several else {claims.text("aud")})
    except BadRequest:
        raise Untrusted(Reason.AUDIENCE_OTHER) from None


def _seconds(claims: Members, name: str, missing: Reason) -> float:
    """A time in seconds since 1970, fractions allowed (RFC 7519, section 2)."""
    if not claims.given(name):
        raise Untrusted(missing)
    try:
        value = claims.value(name)
    except BadRequest:
        raise Untrusted(missing) from None
    # To Python, true is a number.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
        raise Untrusted(missing)
    return value


def _check_times(claims: Members, now: float, leeway: int, max_lifetime: int | None) -> float:
    """`exp`, after it, `iat` and `nbf` were compared with `now` (SEC-18, SEC-19, SEC-26)."""
    expires = _seconds(claims, "exp", Reason.EXPIRY_MISSING)
    if now >= expires + leeway:
        raise Untrusted(Reason.EXPIRED)
    issued = _seconds(claims, "iat", Reason.ISSUED_MISSING)
    if issued > now + leeway:
        raise Untrusted(Reason.ISSUED_IN_FUTURE)
    if claims.given("nbf") and _seconds(claims, "nbf", Reason.NOT_BEFORE_UNREADABLE) > now + leeway:
        raise Untrusted(Reason.NOT_YET_VALID)
    if max_lifetime is not None and expires - issued > max_lifetime:
        raise Untrusted(Reason.LIFETIME_TOO_LONG)
    return expires


def _of_tenant(candidates: Sequence[TrustedClient], claims: Members) -> tuple[TrustedClient, str | None]:
    """The one client whose tenant rule the token meets, and the tenant it names (SEC-21)."""
    tenant = None
    if claims.given("tenant"):
        tenant = _text(claims, "tenant", Reason.TENANT_MISSING, Reason.TENANT_UNREADABLE)
    # A client that lists the tenant goes before one of the same issuer that takes any.
    matching = [client for client in candidates if tenant in client.tenants]
    matching = matching or [client for client in candidates if not client.tenants]
    if not matching:
        raise Untrusted(Reason.TENANT_MISSING if tenant is None else Reason.TENANT_UNKNOWN)
    if len(matching) > 1:
        raise Untrusted(Reason.CLIENT_AMBIGUOUS)
    return matching[0], tenant


def _check_header(header: Members, client: TrustedClient) -> tuple[str, str]:
    """The algorithm and the key id, after the header was compared with what the client may send (SEC-6 to SEC-15)."""
    algorithm = _text(header, "alg", Reason.ALGORITHM_MISSING, Reason.ALGORITHM_REFUSED)
    if algorithm not in client.algorithms:
        raise Untrusted(Reason.ALGORITHM_REFUSED)
    if _text(header, "typ", Reason.TYPE_OTHER, Reason.TYPE_OTHER) != "JWT":
        raise Untrusted(Reason.TYPE_OTHER)
    # RFC 7515, section 4.1.11: whoever does not understand a critical extension refuses the token. None is understood.
    if "crit" in header.raw:
        raise Untrusted(Reason.CRITICAL_EXTENSION)
    pinned = client.jku is not None and header.given("jku")
    if pinned and _text(header, "jku", Reason.JKU_OTHER, Reason.JKU_OTHER, longest=MAX_TOKEN) != client.jku:
        raise Untrusted(Reason.JKU_OTHER)
    return algorithm, _text(header, "kid", Reason.KEY_ID_MISSING, Reason.KEY_ID_MISSING)
