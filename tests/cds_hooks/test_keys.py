import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hook_calls import example
from support.pretend_clients import hospital, neighbour

from cds_hooks import UnusableKeySet, read_key_set
from cds_hooks.keys import MAX_KEYS, check_jku
from cds_hooks.testing import make_key, public_jwk

EC, RSA = hospital().jwks["keys"][0], neighbour().jwks["keys"][0]


def key_set(*keys):
    return read_key_set(json.dumps({"keys": keys}).encode())


def test_the_key_set_that_the_specification_prints_is_read():
    """SEC-11"""
    keys = key_set(*example("spec3--jwt--jwks-public")["keys"])
    assert [(key.kid, key.kty, key.curve, key.algorithm) for key in keys.keys] == [
        ("example-kid", "EC", "P-384", "ES384")
    ]
    assert keys.left_aside == ()


def test_keys_are_found_by_their_id():
    """SEC-11"""
    keys = key_set(EC, RSA)
    assert [key.kty for key in keys.named("key-1")] == ["EC"]
    assert [key.kty for key in keys.named("their-key")] == ["RSA"]
    assert keys.named("KEY-1") == ()


def test_an_id_given_twice_names_no_key_unless_the_types_differ():
    """SEC-11"""
    again = public_jwk(make_key(), "key-1", "ES384")
    assert key_set(EC, again, again, RSA).named("key-1") == ()
    assert key_set(EC, again, RSA).left_aside == ("keys[1]: its kid is not unique, so no key of that id is used",)
    assert {key.kty for key in key_set(EC, {**RSA, "kid": "key-1"}).named("key-1")} == {"EC", "RSA"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kid": None}, "no kid"),
        ({"kid": ""}, "no kid"),
        ({"kid": 5}, "no kid"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "neither EC nor RSA"),
        ({"kty": "OKP", "crv": "Ed25519"}, "neither EC nor RSA"),
        ({"kty": ["EC"]}, "neither EC nor RSA"),
        ({"crv": "secp256k1"}, "curve"),
        ({"crv": ["P-384"]}, "curve"),
        ({"crv": "P-256", "alg": "ES256"}, "no key of that type"),
        ({"x": None}, "numbers are missing"),
        ({"y": 5}, "numbers are missing"),
        ({"x": EC["y"]}, "no key of that type"),
        ({"x": "AA"}, "no key of that type"),
        ({"x": "é" * 64}, "no key of that type"),
        ({"d": EC["x"]}, "private key"),
        ({"use": "enc"}, "not meant for verifying"),
        ({"key_ops": ["sign"]}, "not meant for verifying"),
        ({"key_ops": 5}, "not meant for verifying"),
        ({"alg": "RS384"}, "alg does not go"),
        ({"alg": "ES256"}, "alg does not go"),
        ({"alg": "HS384"}, "alg does not go"),
        ({"alg": ["ES384"]}, "alg does not go"),
    ],
    ids=str,
)
def test_a_key_that_cannot_verify_is_left_aside_with_the_reason(changes, reason):
    """SEC-7, SEC-9, SEC-11"""
    keys = key_set({**EC, **changes}, RSA)
    assert [key.kid for key in keys.keys] == ["their-key"]
    (told,) = keys.left_aside
    assert told.startswith("keys[0]: it")
    assert reason in told


@pytest.mark.parametrize("bits", [1024, 1536])
def test_a_short_rsa_key_is_left_aside(bits):
    keys = key_set(EC, public_jwk(make_key("RS384", rsa_bits=bits), "short", "RS384"))
    assert keys.left_aside == (f"keys[1]: its size is {bits} bits; 2048 to 8192 are accepted",)


@pytest.mark.parametrize(
    "document",
    [
        b"", b"<html>", b"[]", b"{}", b'{"keys":{}}', b'{"keys":[]}', b'{"keys":[5, null, "x"]}', b"\xff",
        b'{"keys":' + b"[" * 5000, json.dumps(EC).encode(),
        json.dumps({"keys": [{**EC, "d": "x"}]}).encode(),
        json.dumps({"keys": [EC] * (MAX_KEYS + 1)}).encode(),
    ],
    ids=lambda document: document[:20].decode("latin-1"),
)  # fmt: skip
def test_a_document_without_a_usable_key_is_refused(document):
    with pytest.raises(UnusableKeySet):
        read_key_set(document)


@given(
    st.dictionaries(
        st.sampled_from(sorted({*EC, *RSA, "key_ops", "d"})), st.none() | st.integers() | st.text(max_size=9)
    )
)
def test_no_key_is_more_than_left_aside(changes):
    assert key_set({**EC, "kid": "other", **changes}, RSA).named("their-key")


def test_a_key_is_not_in_its_repr():
    assert "object at" not in repr(key_set(EC))
    assert EC["x"] not in repr(key_set(EC))


@pytest.mark.parametrize(
    "url",
    [
        "https://ehr.example.org/jwks.json",
        "https://ehr.example.org:8443/a/b?c=d",
        "http://127.0.0.1:9000/jwks",
        "http://localhost/jwks",
        "http://[::1]:9000/jwks",
    ],
)
def test_key_sets_come_by_https_or_from_this_machine(url):
    """SEC-1, SEC-15"""
    assert check_jku(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "jwks.json", "//ehr.example.org/jwks", "http://ehr.example.org/jwks", "ftp://ehr.example.org/jwks", "file:///etc/passwd",
        "https:///jwks", "https://user@ehr.example.org/jwks", "https://user:word@ehr.example.org/jwks", "https://@ehr.example.org/",
        "https://ehr.example.org/jwks#a", "https://ehr.example.org:0/", "https://ehr.example.org:99999/", "https://ehr.example.org:a/",
        "http://127.0.0.1.example.org/", "http://localhost.example.org/", "http://0.0.0.0/", "http://10.0.0.1/", "http://[::]/",
        "http://2130706433/", "https://еhr.example.org/", "https://ehr.example.org/a b", "https://ehr.example.org\\@127.0.0.1/",
        "https://ehr.example.org/\r\nX: y", "https://[::1/",
    ],
)  # fmt: skip
def test_key_sets_come_from_nowhere_else(url):
    """SEC-1, SEC-15"""
    with pytest.raises(ValueError):
        check_jku(url)
