"""A pretend EHR: a private key and the time go in, signed tokens and requests come out, as a CDS Client sends them.

For tests, demonstrations and trying a service by hand; never for a service in production. Every part of a token can be
changed before it is signed, and `sign` takes any header and claims, so that forged and faulty tokens are made as easily
as good ones.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import get_default_algorithms

from cds_hooks.keys import KEY_OF_ALGORITHM, KeySet, read_key_set
from cds_hooks.trust import TrustedClient

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

# What a change sets a member to when the member shall be left out.
LEFT_OUT: Any = object()

_CURVES: Mapping[str | None, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}


def make_key(algorithm: str = "ES384", *, rsa_bits: int = 2048) -> PrivateKey:
    """A new private key that can sign with `algorithm`."""
    kty, curve = KEY_OF_ALGORITHM[algorithm]
    if kty == "EC":
        return ec.generate_private_key(_CURVES[curve])
    return rsa.generate_private_key(public_exponent=65537, key_size=rsa_bits)


def public_jwk(key: PrivateKey, kid: str, algorithm: str) -> dict[str, Any]:
    """The public half of `key`, as it stands in a JWK Set."""
    numbers = get_default_algorithms()[algorithm].to_jwk(key.public_key(), as_dict=True)
    numbers.pop("key_ops", None)
    return {**numbers, "kid": kid, "use": "sig", "alg": algorithm}


def base64url(text: bytes) -> str:
    """`text` as the parts of a token are written (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def compact(header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, signature: bytes) -> str:
    """The three parts as one token; parts given as bytes are taken as they are."""
    return f"{_signed(header, claims)}.{base64url(signature)}"


@dataclass(frozen=True, slots=True)
class PretendEHR:
    """A CDS Client with one key. `jku` is put into its tokens, if there is one, and so is `tenant`."""

    issuer: str = "https://ehr.example.org"
    kid: str = "key-1"
    algorithm: str = "ES384"
    tenant: str | None = None
    jku: str | None = None
    key: PrivateKey = field(default_factory=make_key, repr=False, compare=False)

    @property
    def jwks(self) -> dict[str, Any]:
        """Its JWK Set, as it publishes it."""
        return {"keys": [public_jwk(self.key, self.kid, self.algorithm)]}

    @property
    def key_set(self) -> KeySet:
        """Its keys, as a service reads them."""
        return read_key_set(json.dumps(self.jwks).encode())

    def as_client(self, name: str = "pretend-ehr", **changes: Any) -> TrustedClient:
        """Its registration at a service; `changes` are fields of TrustedClient."""
        registered: dict[str, Any] = {
            "issuers": frozenset({self.issuer}),
            "algorithms": frozenset({self.algorithm}),
            "tenants": frozenset({self.tenant} if self.tenant else ()),
            "jku": self.jku,
        }
        return TrustedClient(name, **{**registered, **changes})

    def header(self, **changes: Any) -> dict[str, Any]:
        """The header of its tokens."""
        jku = {"jku": self.jku} if self.jku else {}
        return _changed({"alg": self.algorithm, "typ": "JWT", "kid": self.kid, **jku}, changes)

    def claims(self, audience: str, now: datetime, **changes: Any) -> dict[str, Any]:
        """The claims of a token for the address `audience`, which lives for five minutes, with a jti of its own."""
        issued = int(now.timestamp())
        tenant = {"tenant": self.tenant} if self.tenant else {}
        plain = {"iss": self.issuer, "aud": audience, "exp": issued + 300, "iat": issued, "jti": str(uuid4()), **tenant}
        return _changed(plain, changes)

    def sign(
        self, header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, *, algorithm: str | None = None
    ) -> str:
        """A token of that header and those claims, signed by this EHR whatever the header says."""
        signed = _signed(header, claims).encode()
        signature = get_default_algorithms()[algorithm or self.algorithm].sign(signed, self.key)
        return f"{signed.decode()}.{base64url(signature)}"

    def token(self, audience: str, now: datetime, **changes: Any) -> str:
        """A good token for the address `audience`; `changes` are claims, LEFT_OUT for those to leave out."""
        return self.sign(self.header(), self.claims(audience, now, **changes))

    def request(
        self, url: str, now: datetime, message: Mapping[str, Any] | None = None, *, audience: str | None = None
    ) -> httpx.Request:
        """A signed request: discovery without a `message`, a call or feedback with one (SEC-3)."""
        headers = {"Authorization": f"Bearer {self.token(audience or url, now)}"}
        if message is None:
            return httpx.Request("GET", url, headers=headers)
        return httpx.Request("POST", url, headers=headers, json=message)


def _changed(members: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not LEFT_OUT}


def _signed(header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes) -> str:
    return ".".join(
        base64url(part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":")).encode())
        for part in (header, claims)
    )
