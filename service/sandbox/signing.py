"""The mock EHR's key. In: the file it is kept in, which is made when there is none, and the issuer it signs as. Out: a
CDS Client that signs its calls, and its public keys in a file to hand over when it is registered (SEC-13, SEC-14)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from cds_hooks.testing import PretendEHR, make_key, public_jwk

ALGORITHM = "ES384"


class UnusableKey(Exception):
    """The key file cannot be read, written or trusted; the message says why and what to do."""


def open_client(key_file: Path, issuer: str) -> PretendEHR:
    """The CDS Client with the key in `key_file`, made there (mode 0600) at first; raises UnusableKey."""
    try:
        if not key_file.exists():
            _make(key_file)
        key = _read(key_file)
    except OSError as problem:
        raise UnusableKey(f"The key file {key_file} cannot be used: {problem.strerror}.") from problem
    return PretendEHR(issuer=issuer, kid=_thumbprint(key), algorithm=ALGORITHM, key=key)


def publish(client: PretendEHR, jwks_file: Path) -> None:
    """Write the client's JWK Set, public keys only, for whoever registers it; raises UnusableKey."""
    try:
        jwks_file.parent.mkdir(parents=True, exist_ok=True)
        jwks_file.write_text(json.dumps(client.jwks, indent=2) + "\n", "utf-8")
    except OSError as problem:
        raise UnusableKey(f"The public keys cannot be written to {jwks_file}: {problem.strerror}.") from problem


def _make(key_file: Path) -> None:
    key_file.parent.mkdir(parents=True, exist_ok=True)
    text = make_key(ALGORITHM).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Never readable by others, not even for the moment between making and changing its mode.
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)


def _read(key_file: Path) -> ec.EllipticCurvePrivateKey:
    if key_file.stat().st_mode & 0o077:
        raise UnusableKey(f"The key file {key_file} can be read by others; make it private with: chmod 600 {key_file}")
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except (ValueError, TypeError) as problem:
        raise UnusableKey(f"{key_file} holds no private key in PEM without a password.") from problem
    if not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1)):
        raise UnusableKey(f"{key_file} holds no P-384 key, which {ALGORITHM} needs.")
    return key


def _thumbprint(key: ec.EllipticCurvePrivateKey) -> str:
    """The key's id: the same for the same key, another for another (RFC 7638)."""
    jwk = public_jwk(key, "", ALGORITHM)
    required = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).rstrip(b"=").decode()
