"""Registrations: what is taken, and what is refused with the option, the value and the remedy."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.testing import PretendEHR, make_key
from service.registration import Refused, changed_client, in_words, key_document, new_client
from service.storage.clients import ClientRow

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
EHR = PretendEHR()
KEYS = key_document(json.dumps(EHR.jwks).encode())
PLAIN: dict[str, Any] = {"issuers": ("https://ehr.example.org",), "jwks": KEYS}
SPEC = Path(__file__).parents[1] / "data" / "spec"


def registered(name: str = "north", others: tuple[ClientRow, ...] = (), **given: Any) -> ClientRow:
    return new_client(name, {**PLAIN, **given}, others, NOW).row


def test_what_is_not_said_is_the_careful_or_the_usual_choice() -> None:
    row = registered()
    assert (row.algorithms, row.profile, row.mode, row.disabled) == (("ES384", "RS384"), "generic", "on", False)
    assert (row.fhir_origins, row.tenants, row.audiences) == ((), (), ())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"issuers": ()}, "--issuer"),
        ({"issuers": ("ehr",)}, "--issuer 'ehr'"),
        ({"issuers": ("https://ehr.example.org ",)}, "--issuer"),
        ({"issuers": ("https://sandbox.cds-hooks.org",)}, "official sandbox"),
        ({"jwks": None}, "--jwks or --jku"),
        ({"jwks": None, "jku": "http://ehr.example.org/jwks"}, "--jku http://ehr.example.org/jwks: .* https"),
        ({"audiences": ("cds",)}, "--audience 'cds'"),
        ({"tenants": ("a\nb",)}, "--tenant"),
        ({"algorithms": ("HS256",)}, "--algorithm HS256: expected one of ES256"),
        ({"algorithms": ("none",)}, "--algorithm none"),
        ({"profile": "cerner"}, "--profile cerner: expected one of generic, epic"),
        ({"mode": "loud"}, "--mode loud: expected one of off, shadow, on"),
        ({"fhir_origins": ("ftp://ehr.example.org",)}, "--fhir-origin ftp://ehr.example.org"),
        ({"fhir_origins": ("https://user@ehr.example.org",)}, "--fhir-origin"),
        ({"fhir_networks": ("10.0.0.1/8",)}, "--fhir-network 10.0.0.1/8"),
        ({"fhir_networks": ("home",)}, "--fhir-network home"),
    ],
)
def test_what_cannot_work_is_refused_by_the_name_of_its_option(given: dict[str, Any], named: str) -> None:
    with pytest.raises(Refused, match=named):
        registered(**given)


@pytest.mark.parametrize("name", ["", "North", "north hospital", "-north", "north/south", "n" * 64, "nörth", "open"])
def test_a_name_is_plain_and_not_that_of_open_trust(name: str) -> None:
    """Tenants are named after it: no name may look like another's tenant."""
    with pytest.raises(Refused, match="NAME"):
        registered(name)


def test_two_clients_of_one_issuer_differ_by_their_tenants() -> None:
    """SEC-21"""
    first = registered("first")
    with pytest.raises(Refused, match="client first has this issuer too"):
        registered("second", (first,))
    north = registered("north", tenants=("a", "b"))
    assert registered("south", (north,), tenants=("c",)).tenants == ("c",)
    with pytest.raises(Refused, match="the tenant b"):
        registered("south", (north,), tenants=("b", "c"))
    disabled = changed_client(first, {"disabled": True}, (), NOW).row
    assert registered("second", (disabled,)).name == "second"
    with pytest.raises(Refused, match="client second"):
        changed_client(disabled, {"disabled": False}, (registered("second"),), NOW)


def test_what_is_not_changed_stays_and_new_keys_replace_the_old_ones() -> None:
    row = registered(tenants=("a",), mode="shadow", deadline_ms=900)
    later = NOW.replace(hour=10)
    fetched = changed_client(row, {"jku": "https://ehr.example.org/jwks.json"}, (), later).row
    assert (fetched.jku, fetched.jwks) == ("https://ehr.example.org/jwks.json", None)
    assert (fetched.tenants, fetched.mode, fetched.deadline_ms, fetched.changed_at) == (("a",), "shadow", 900, later)
    handed = changed_client(fetched, {"jwks": KEYS}, (), later).row
    assert (handed.jku, handed.jwks) == (None, KEYS)


@pytest.mark.parametrize("document", [b"", b"not json", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b"\xff\xfe"])
def test_what_is_no_key_set_is_refused(document: bytes) -> None:
    with pytest.raises(Refused, match="--jwks"):
        key_document(document)


def test_a_private_key_is_refused_and_not_repeated() -> None:
    secret = "c2VjcmV0LW51bWJlcg"
    for member in ("d", "p", "dq", "k"):
        keys = {"keys": [*EHR.jwks["keys"], {**EHR.jwks["keys"][0], member: secret}]}
        with pytest.raises(Refused, match="private key") as caught:
            key_document(json.dumps(keys).encode())
        assert secret not in str(caught.value)


def test_the_key_that_the_specification_prints_is_everybodys() -> None:
    with pytest.raises(Refused, match="specification prints"):
        key_document((SPEC / "spec3--jwt--jwks-public.json").read_bytes())


def test_nothing_but_the_keys_of_a_set_is_kept() -> None:
    document = json.dumps(EHR.jwks | {"comment": "from the analyst"}).encode()
    assert json.loads(key_document(document)) == EHR.jwks


def test_the_remarks_say_what_deserves_a_second_look() -> None:
    """REQ-6: plain http to a FHIR server is told."""
    remarks = " ".join(new_client("north", PLAIN, (), NOW).remarks)
    assert "key-1 (EC P-384)" in remarks
    assert "Prefetch only" in remarks
    given = PLAIN | {"fhir_origins": ("http://fhir/r4",), "algorithms": ("RS384",)}
    remarks = " ".join(new_client("north", given, (), NOW).remarks)
    assert "plain http" in remarks
    assert "--fhir-network" in remarks
    assert "None of these keys can sign with RS384" in remarks
    weak = PretendEHR(kid="weak", algorithm="RS384", key=make_key("RS384", rsa_bits=1024))
    both = key_document(json.dumps({"keys": EHR.jwks["keys"] + weak.jwks["keys"]}).encode())
    assert "Left aside: keys[1]" in " ".join(new_client("north", PLAIN | {"jwks": both}, (), NOW).remarks)


def test_everything_about_a_client_is_told() -> None:
    told = dict(in_words(registered(tenants=("a",), fhir_origins=("https://fhir.example.org/r4",), mode="shadow")))
    assert told["tenants"] == "a"
    assert told["FHIR"] == "https://fhir.example.org/r4"
    assert told["mode"].startswith("shadow")
    assert told["keys"] == "key-1"
