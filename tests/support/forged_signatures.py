"""Tokens that their client has not signed: unsigned, signed by another, or changed after signing."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwt.algorithms import get_default_algorithms
from support.pretend_clients import hospital, neighbour, stranger

from cds_hooks.testing import compact
from cds_hooks.trust import Reason

# What is wrong, the token, and what it is refused for.
Made = Iterator[tuple[str, str, Reason]]

# The order of the group of P-384 (SEC 2, section 2.5.1).
P384_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973


def _parts(audience: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """A good token, its signature still apart."""
    header, claims = hospital().header(), hospital().claims(audience, now)
    signed = hospital().sign(header, claims).rpartition(".")[0].encode()
    return header, claims, get_default_algorithms()["ES384"].sign(signed, hospital().key)


def _unsigned(audience: str, now: datetime) -> Made:
    for algorithm in ("none", "None", "NONE", "nOnE", "none "):
        header, claims, signature = _parts(audience, now)
        header = {**header, "alg": algorithm}
        yield f"{algorithm!r} without signature", compact(header, claims, b""), Reason.NOT_A_JWT
        yield f"{algorithm!r} with that of another token", compact(header, claims, signature), Reason.ALGORITHM_REFUSED
        yield f"{algorithm!r} with nonsense", compact(header, claims, b"x"), Reason.ALGORITHM_REFUSED


def _confused(audience: str, now: datetime) -> Made:
    public = hospital().key.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    secrets = {
        "the PEM": pem,
        "the PEM without its last line break": pem.rstrip(),
        "the DER": public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        "the point": public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint),
        "the JWK": json.dumps(hospital().jwks["keys"][0]).encode(),
        "the JWK Set": json.dumps(hospital().jwks).encode(),
        "the kid": hospital().kid.encode(),
        "nothing": b"",
        "a guess": b"secret",
    }
    for algorithm, method in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384), ("HS512", hashlib.sha512)):
        for what, secret in secrets.items():
            header, claims = hospital().header(alg=algorithm), hospital().claims(audience, now)
            signed = compact(header, claims, b"").removesuffix(".").encode()
            token = compact(header, claims, hmac.new(secret, signed, method).digest())
            yield f"{algorithm} with {what}", token, Reason.ALGORITHM_REFUSED


def _foreign_key(audience: str, now: datetime) -> Made:
    claims, own = hospital().claims(audience, now), stranger().jwks["keys"][0]
    yield "under the hospital's kid", stranger().sign(hospital().header(), claims), Reason.SIGNATURE_WRONG
    brought = {"jwk": own, "x5u": "https://attacker.example/cert.pem", "x5c": ["TUlJQg=="], "x5t": "dGh1bWI"}
    for name, value in brought.items():
        token = stranger().sign(hospital().header(**{name: value}), claims)
        yield f"brought along as {name}", token, Reason.SIGNATURE_WRONG
        token = stranger().sign(hospital().header(**{name: value, "kid": "mine"}), claims)
        yield f"brought along as {name}, under a kid of its own", token, Reason.KEY_UNKNOWN
    their = neighbour()
    yield "the neighbour's, with its kid", their.sign(their.header(), claims), Reason.KEY_UNKNOWN
    token = their.sign(hospital().header(alg="RS384"), claims)
    yield "the neighbour's, under the hospital's kid", token, Reason.KEY_DOES_NOT_FIT
    token = hospital().sign(hospital().header(), {**claims, "iss": their.issuer, "tenant": their.tenant})
    yield "the hospital's, in the name of the neighbour", token, Reason.KEY_UNKNOWN


def _altered(audience: str, now: datetime) -> Made:
    header, claims, signature = _parts(audience, now)
    for bit in range(0, 8 * len(signature), 19):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", compact(header, claims, bytes(changed)), Reason.SIGNATURE_WRONG
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    made = {
        "cut by a byte": signature[:-1],
        "half of it": signature[:half],
        "one byte": signature[:1],
        "a byte more": signature + b"\0",
        "a byte before": b"\0" + signature,
        "twice": signature * 2,
        "in DER": encode_dss_signature(r, s),
        "halves swapped": signature[half:] + signature[:half],
        "zeros": bytes(2 * half),
        "r is zero": bytes(half) + signature[half:],
        "s is zero": signature[:half] + bytes(half),
        "ones": b"\xff" * 2 * half,
        "r is the order": P384_ORDER.to_bytes(half, "big") + signature[half:],
        "s is the order": signature[:half] + P384_ORDER.to_bytes(half, "big"),
        "r and s are one": (bytes(half - 1) + b"\1") * 2,
        "of another token": _parts(audience, now)[2],
        "a kilobyte": b"x" * 1024,
    }
    for what, changed_signature in made.items():
        yield what, compact(header, claims, changed_signature), Reason.SIGNATURE_WRONG
    their = neighbour()
    signed, _, rsa_signature = their.token(audience, now).rpartition(".")
    first = "B" if rsa_signature[0] == "A" else "A"
    for what, changed_text in {"RSA, first": first + rsa_signature[1:], "RSA, zeros": "A" * len(rsa_signature)}.items():
        yield what, f"{signed}.{changed_text}", Reason.SIGNATURE_WRONG


def _changed_claims(audience: str, now: datetime) -> Made:
    header, claims, signature = _parts(audience, now)
    changes: dict[str, dict[str, Any]] = {
        "a later expiry": {"exp": claims["exp"] + 60},
        "an earlier issue": {"iat": claims["iat"] - 60},
        "another jti": {"jti": "another"},
        "an array for an audience": {"aud": [audience]},
        "one claim more": {"sub": "administrator"},
    }
    for what, change in changes.items():
        yield what, compact(header, {**claims, **change}, signature), Reason.SIGNATURE_WRONG
    text = json.dumps(claims, separators=(",", ":")).encode()
    yield "a blank more", compact(header, b" " + text, signature), Reason.SIGNATURE_WRONG
    reordered = dict(reversed(claims.items()))
    yield "in another order", compact(header, reordered, signature), Reason.SIGNATURE_WRONG


def _changed_header(audience: str, now: datetime) -> Made:
    header, claims, signature = _parts(audience, now)
    yield "one member more", compact({**header, "cty": "JWT"}, claims, signature), Reason.SIGNATURE_WRONG
    yield "in another order", compact(dict(reversed(header.items())), claims, signature), Reason.SIGNATURE_WRONG
    without = {name: value for name, value in header.items() if name != "jku"}
    yield "without its jku", compact(without, claims, signature), Reason.SIGNATURE_WRONG
    yield "another algorithm", compact({**header, "alg": "RS384"}, claims, signature), Reason.KEY_DOES_NOT_FIT


FORGED: Mapping[str, Callable[[str, datetime], Made]] = {
    "unsigned": _unsigned,
    "public key used as a shared secret": _confused,
    "key of somebody else": _foreign_key,
    "signature altered": _altered,
    "claims changed after signing": _changed_claims,
    "header changed after signing": _changed_header,
}
