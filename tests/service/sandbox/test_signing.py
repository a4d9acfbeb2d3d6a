"""The mock EHR's key file: made once, private, the same identity ever after."""

import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cds_hooks.keys import read_key_set
from service.sandbox.signing import UnusableKey, open_client, publish

ISSUER = "http://127.0.0.1:8001"


def test_a_key_is_made_at_first_readable_by_its_owner_only_and_used_ever_after(tmp_path: Path) -> None:
    file = tmp_path / "new" / "ehr.pem"
    first, again = open_client(file, ISSUER), open_client(file, ISSUER)
    other = open_client(tmp_path / "other.pem", ISSUER)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first.jwks == again.jwks
    assert first.kid != other.kid


def test_what_is_published_is_a_key_set_that_a_service_takes_without_the_private_half(tmp_path: Path) -> None:
    """SEC-14."""
    client = open_client(tmp_path / "ehr.pem", ISSUER)
    publish(client, tmp_path / "out" / "jwks.json")
    document = (tmp_path / "out" / "jwks.json").read_bytes()

    keys = read_key_set(document)
    assert [key.kid for key in keys.keys] == [client.kid]
    assert keys.left_aside == ()
    assert "d" not in json.loads(document)["keys"][0]


def test_a_key_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    file = tmp_path / "ehr.pem"
    open_client(file, ISSUER)
    file.chmod(0o640)

    with pytest.raises(UnusableKey, match="chmod 600"):
        open_client(file, ISSUER)


def test_what_is_no_key_or_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    small = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, content in {"text.pem": b"no key", "small.pem": small}.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
        with pytest.raises(UnusableKey, match=name):
            open_client(tmp_path / name, ISSUER)


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableKey, match=r"ehr\.pem"):
        open_client(tmp_path / "file" / "ehr.pem", ISSUER)
    with pytest.raises(UnusableKey, match=r"jwks\.json"):
        publish(open_client(tmp_path / "ehr.pem", ISSUER), tmp_path / "file" / "jwks.json")
