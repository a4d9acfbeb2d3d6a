"""A client's public keys: a JWK Set goes in, the keys that can verify a token come out (RFC 7517, SEC-11, SEC-14).

Only public keys of an asymmetric algorithm are taken. What a set holds besides is left aside and told in
`KeySet.left_aside`, so that whoever registers a client sees why a key is not used. A private key that somebody has put
into a set is left aside too: it is a secret no longer.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import jwt
import msgspec
from jwt.algorithms import Algorithm, get_default_algorithms

# What a client may be allowed to sign with, and the key that each asks for: its type, and the curve of an EC key.
# Neither `none` nor the symmetric ones are here, so nobody can allow them (SEC-6, SEC-7).
KEY_OF_ALGORITHM: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "ES256": ("EC", "P-256"),
        "ES384": ("EC", "P-384"),
        "ES512": ("EC", "P-521"),
        "RS256": ("RSA", None),
        "RS384": ("RSA", None),
        "RS512": ("RSA", None),
        "PS256": ("RSA", None),
        "PS384": ("RSA", None),
        "PS512": ("RSA", None),
    }
)
RECOMMENDED_ALGORITHMS = frozenset({"ES384", "RS384"})

MAX_KEYS = 100
# NIST SP 800-131A: shorter RSA keys are not accepted any more. Longer ones than the upper bound cost their reader more
# than they protect.
RSA_BITS = range(2048, 8193)

_VERIFIERS: Mapping[str, Algorithm] = MappingProxyType(
    {name: method for name, method in get_default_algorithms().items() if name in KEY_OF_ALGORITHM}
)


class UnusableKeySet(ValueError):
    """The document is no JWK Set, or none of its keys can verify a token."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """One public key: its id, its type and curve, the one algorithm it is for if it names one, and the key itself."""

    kid: str
    kty: str
    curve: str | None
    algorithm: str | None
    public: Any = field(repr=False, compare=False)

    def fits(self, algorithm: str) -> bool:
        """Whether tokens signed with `algorithm` may be verified with this key (SEC-9)."""
        return KEY_OF_ALGORITHM.get(algorithm) == (self.kty, self.curve) and self.algorithm in (None, algorithm)

    def verifies(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """Whether `signature` over `signed` was made with the private half of this key."""
        return self.fits(algorithm) and _VERIFIERS[algorithm].verify(signed, self.public, signature)


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one client. `left_aside` says of each key that is not used which one it is, and why."""

    keys: tuple[VerificationKey, ...]
    left_aside: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.keys:
            raise UnusableKeySet("; ".join(("The set has no key that can verify a token", *self.left_aside)) + ".")

    def named(self, kid: str) -> tuple[VerificationKey, ...]:
        """The keys with that id: one, as ids have to be unique, or one of each type (RFC 7517, section 4.5)."""
        return tuple(key for key in self.keys if key.kid == kid)


def read_key_set(document: bytes) -> KeySet:
    """The usable keys of the JWK Set that `document` is; raises UnusableKeySet."""
    try:
        parsed = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnusableKeySet("The document is not JSON.") from None
    listed = parsed.get("keys") if isinstance(parsed, dict) else None
    if not isinstance(listed, list):
        raise UnusableKeySet("A JWK Set is a JSON object with an array 'keys'.")
    if len(listed) > MAX_KEYS:
        raise UnusableKeySet(f"The set has {len(listed)} keys; {MAX_KEYS} are read at most.")
    keys, left_aside, twice = dict[tuple[str, str], VerificationKey](), list[str](), set[tuple[str, str]]()
    for n, jwk in enumerate(listed):
        try:
            key = _read_key(jwk)
        except ValueError as error:
            left_aside.append(f"keys[{n}]: {error}")
            continue
        name = (key.kid, key.kty)
        if name in keys:
            twice.add(name)
            left_aside.append(f"keys[{n}]: its kid is not unique, so no key of that id is used")
        keys[name] = key
    return KeySet(tuple(key for name, key in keys.items() if name not in twice), tuple(left_aside))


def check_jku(url: str) -> str:
    """`url`, if key sets may be fetched from it: https, or http on this machine; raises ValueError (SEC-1, SEC-15)."""
    if not url.isascii() or any(not char.isprintable() or char in ' \\"<>' for char in url):
        raise ValueError("The address of a key set has characters that no URL has.")
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("The address of a key set has neither user, password nor fragment.")
    # Reading the port is what checks it.
    if not parts.hostname or parts.port == 0:
        raise ValueError("The address of a key set is absolute, as in https://ehr.example.org/jwks.json.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(parts.hostname)):
        raise ValueError("The address of a key set is https; http is for this machine only.")
    return url


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_key(jwk: object) -> VerificationKey:
    """The key; raises ValueError with the reason why it cannot be used."""
    if not isinstance(jwk, dict):
        raise ValueError("it is no JSON object")
    for reason in _faults(jwk):
        raise ValueError(reason)
    kid, kty, curve, algorithm = jwk["kid"], jwk["kty"], _curve(jwk), jwk.get("alg")
    reader = next(_VERIFIERS[name] for name, wanted in KEY_OF_ALGORITHM.items() if wanted == (kty, curve))
    try:
        # PyJWT refuses what is not base64url, and coordinates that are no point of the curve.
        public = reader.from_jwk(jwk)
    except (jwt.PyJWTError, ValueError):
        raise ValueError("its numbers are no key of that type") from None
    if kty == "RSA" and public.key_size not in RSA_BITS:
        raise ValueError(f"its size is {public.key_size} bits; {RSA_BITS[0]} to {RSA_BITS[-1]} are accepted")
    return VerificationKey(kid, kty, curve, algorithm, public)


def _curve(jwk: Mapping[str, Any]) -> Any:
    return jwk.get("crv") if jwk.get("kty") == "EC" else None


def _faults(jwk: Mapping[str, Any]) -> Iterator[str]:
    """Why the key cannot be used, as far as its members tell."""
    kid, kty, algorithm, operations = (jwk.get(name) for name in ("kid", "kty", "alg", "key_ops"))
    wanted = (kty, _curve(jwk))
    if not isinstance(kid, str) or not kid:
        yield "it has no kid"
    if kty not in ("EC", "RSA"):
        yield "its type is neither EC nor RSA"
    elif wanted not in KEY_OF_ALGORITHM.values():
        yield "its curve is none of P-256, P-384 and P-521"
    elif not all(isinstance(jwk.get(name), str) for name in (("x", "y") if kty == "EC" else ("n", "e"))):
        yield "its numbers are missing"
    # The members of private keys: RFC 7518, sections 6.2.2 and 6.3.2.
    if any(name in jwk for name in ("d", "p", "q", "dp", "dq", "qi", "oth")):
        yield "it is a private key, and now a published one"
    if jwk.get("use") not in (None, "sig") or not (
        operations is None or (isinstance(operations, list) and "verify" in operations)
    ):
        yield "it is not meant for verifying signatures"
    if algorithm is not None and not (isinstance(algorithm, str) and KEY_OF_ALGORITHM.get(algorithm) == wanted):
        yield "its alg does not go with its type"
