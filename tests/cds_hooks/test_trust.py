import json
import traceback
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.forged_tokens import forgeries
from support.hook_calls import example
from support.pretend_clients import hospital, neighbour, registered

from cds_hooks import CDSHooksError, ClientIdentity, TrustedClient, Untrusted, bearer_token, verify
from cds_hooks.keys import KEY_OF_ALGORITHM, read_key_set
from cds_hooks.testing import LEFT_OUT, PretendEHR, base64url, make_key
from cds_hooks.trust import LEEWAY_SECONDS, MAX_NAME, Reason, prove, recognise

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
HERE = "https://cds.example.org/cds-services/neurogenic-claudication"
FORGERIES = tuple(forgeries(HERE, NOW))
# The third part of the token that the specification prints; the first two are its printed header and payload.
PRINTED_SIGNATURE = (
    "d1WfLjGRKlcWB94l9do4cM8REXeYJLL6SGUBO8VHZhfM8mwKYP70EMxJ67War4TQblEpaQrp11wx5p7oPFm2ETYgCicS84vXWEIYTdjooZdooCSDf2L8"
    "-i4awdoUwiEb"
)


@cache
def key_sets():
    return {"hospital": hospital().key_set, "neighbour": neighbour().key_set}


def passes(token, *, now=NOW, clients=None, **options):
    """The identity that the token proves here; every client's keys are its own."""
    recognised = recognise(token, clients or registered(), HERE, now, **options)
    return prove(recognised, key_sets()[recognised.client.name])


def refusal(token, **options):
    with pytest.raises(Untrusted) as caught:
        passes(token, **options)
    return caught.value


@pytest.mark.parametrize("forgery", FORGERIES, ids=str)
def test_a_forged_or_faulty_token_is_refused_and_its_unmodified_twin_passes(forgery):
    """SEC-5, SEC-6, SEC-7, SEC-9, SEC-10, SEC-11, SEC-12, SEC-15, SEC-16, SEC-17, SEC-18, SEC-19, SEC-20, SEC-21,
    SEC-26"""
    assert refusal(forgery.token).reason == forgery.reason
    assert passes(hospital().token(HERE, NOW)).client == "hospital"


def test_hundreds_of_tokens_are_wrong_in_dozens_of_ways():
    faults = Counter(forgery.fault for forgery in FORGERIES)
    assert len(FORGERIES) >= 300
    assert len(faults) >= 20
    assert {forgery.reason for forgery in FORGERIES} >= set(Reason) - {
        # Of the Authorization header, a policy, the registration, the keys, the store: tested each by itself.
        Reason.NO_HEADER, Reason.NOT_BEARER, Reason.LIFETIME_TOO_LONG, Reason.CLIENT_AMBIGUOUS, Reason.KEYS_UNAVAILABLE,
        Reason.JTI_SPENT,
    }  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES, ids=str)
def test_nothing_of_a_token_is_in_a_refusal(forgery):
    """SEC-22, SEC-23"""
    error = refusal(forgery.token)
    told = "".join([str(error), repr(error), *traceback.format_exception(error)])
    assert str(error).split(" (")[0] == forgery.reason
    assert not [part for part in forgery.token.split(".") if len(part) >= 12 and part in told]
    assert not isinstance(error, CDSHooksError), "it cannot be sent"


def test_the_token_that_the_specification_prints_proves_its_client():
    """SEC-5, SEC-8, SEC-18: printed with its public key, and long expired."""
    header, payload, keys = (example(f"spec3--jwt--{part}") for part in ("header", "payload", "jwks-public"))
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (header, payload))
    token = ".".join((*map(base64url, parts), PRINTED_SIGNATURE))
    client = TrustedClient("printed", frozenset({payload["iss"]}), jku=header["jku"])
    key_set = read_key_set(json.dumps(keys).encode())

    assert verify(token, [client], key_set, payload["aud"], datetime(2014, 1, 1, tzinfo=UTC)) == ClientIdentity(
        client="printed",
        issuer="https://fhir-ehr.example.com/",
        tenant="2ddd6c3a-8e9a-44c6-a305-52111ad302a2",
        jti="ee22b021-e1b7-4611-ba5b-8eec6a33ac1e",
        spent_until=datetime(2015, 1, 29, 22, 1, 30, tzinfo=UTC),
    )
    with pytest.raises(Untrusted, match="expired"):
        verify(token, [client], key_set, payload["aud"], NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [HERE]},
        {"aud": ["https://other.example.org", HERE]},
        {"sub": "cds-client", "nbf": NOW.timestamp() - 300},
        {"sub": ["not", "text"], "scope": {"deeply": ["nested"]}, "aud ": "odd"},
        {"exp": NOW.timestamp() + 299.5, "iat": NOW.timestamp() - 0.25},
        {"exp": NOW.timestamp() - LEEWAY_SECONDS + 1},
        {"iat": NOW.timestamp() + LEEWAY_SECONDS, "nbf": NOW.timestamp() + LEEWAY_SECONDS},
        {"nbf": None},
        {"exp": NOW.timestamp() + 10 * 365 * 86400},
        {"jti": "j" * MAX_NAME},
        {"jti": "été/+= 5"},
    ],
    ids=str,
)
def test_what_good_clients_send_passes(changes):
    """SEC-17, SEC-18, SEC-19, SEC-20, SEC-26: an array for an audience, claims nobody asked for, clocks that differ."""
    assert passes(hospital().token(HERE, NOW, **changes)).client == "hospital"


def test_a_token_may_name_the_pinned_address_of_keys_or_none():
    """SEC-13"""
    claims = hospital().claims(HERE, NOW)
    assert passes(hospital().sign(hospital().header(), claims))
    assert passes(hospital().sign(hospital().header(jku=LEFT_OUT), claims))


def test_where_keys_were_handed_over_the_token_says_nothing_of_theirs():
    """SEC-14"""
    ehr = PretendEHR()
    token = ehr.sign(ehr.header(jku="https://ehr.example.org/jwks.json"), ehr.claims(HERE, NOW))
    assert verify(token, [ehr.as_client()], ehr.key_set, HERE, NOW).client == "pretend-ehr"


@pytest.mark.parametrize("algorithm", KEY_OF_ALGORITHM)
def test_each_algorithm_passes_where_it_is_allowed_and_only_two_are_by_default(algorithm):
    """SEC-8, SEC-9"""
    key = neighbour().key if KEY_OF_ALGORITHM[algorithm][0] == "RSA" else make_key(algorithm)
    ehr = PretendEHR(algorithm=algorithm, key=key)
    token = ehr.token(HERE, NOW)

    assert verify(token, [ehr.as_client()], ehr.key_set, HERE, NOW)
    by_default = [TrustedClient("default", frozenset({ehr.issuer}))]
    if algorithm in ("ES384", "RS384"):
        assert verify(token, by_default, ehr.key_set, HERE, NOW)
    else:
        with pytest.raises(Untrusted, match="alg-not-allowed"):
            verify(token, by_default, ehr.key_set, HERE, NOW)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "HS512", "EdDSA", "es384", ""])
def test_nobody_can_allow_an_unsigned_or_a_symmetric_algorithm(algorithm):
    """SEC-6, SEC-7, SEC-9"""
    with pytest.raises(ValueError, match="SEC-9"):
        TrustedClient("lax", frozenset({"https://ehr.example.org"}), algorithms=frozenset({"ES384", algorithm}))


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"issuers": frozenset()},
        {"issuers": frozenset({""})},
        {"algorithms": frozenset()},
        {"tenants": frozenset({""})},
        {"audiences": frozenset({""})},
        {"jku": "http://ehr.example.org/jwks.json"},
    ],
    ids=str,
)
def test_a_registration_that_would_be_no_rule_is_refused(fields):
    with pytest.raises(ValueError, match=r"SEC-\d|https"):
        TrustedClient(**{"name": "client", "issuers": frozenset({"https://ehr.example.org"}), **fields})


def test_the_checks_run_in_the_order_of_the_specification():
    """SEC-25: issuer, audience, times, tenant, signature, jti. A token wrong in all is refused for the first left."""
    wrong = {"iss": "https://x", "aud": "https://x", "exp": 1, "tenant": "x", "jti": ""}
    header, reasons = hospital().header(alg="none", kid="key-2"), list[Reason]()
    for put_right in wrong:
        reasons.append(refusal(hospital().sign(header, hospital().claims(HERE, NOW, **wrong))).reason)
        wrong = {name: value for name, value in wrong.items() if name != put_right}
        if put_right == "tenant":
            reasons.append(refusal(hospital().sign(header, hospital().claims(HERE, NOW, **wrong))).reason)
            header = hospital().header()
    assert reasons == [
        Reason.ISSUER_UNKNOWN,
        Reason.AUDIENCE_OTHER,
        Reason.EXPIRED,
        Reason.TENANT_UNKNOWN,
        Reason.ALGORITHM_REFUSED,
        Reason.JTI_MISSING,
    ]
    assert passes(hospital().sign(header, hospital().claims(HERE, NOW, **wrong)))


def test_the_client_is_named_in_our_log_once_only_one_can_be_meant():
    assert refusal(hospital().token(HERE, NOW, iss="https://x")).client is None
    assert refusal(hospital().token(HERE, NOW, aud="https://x")).client == "hospital"
    assert refusal(hospital().token(HERE, NOW, jti=LEFT_OUT)).client == "hospital"


def test_an_audience_agreed_with_one_client_holds_for_that_client_only():
    """SEC-17"""
    agreed = hospital().as_client("hospital", audiences=frozenset({"sand_man"}))
    clients = (agreed, registered()[1])
    assert passes(hospital().token("sand_man", NOW), clients=clients)
    assert passes(hospital().token(HERE, NOW), clients=clients)
    assert refusal(neighbour().token("sand_man", NOW), clients=clients).reason == Reason.AUDIENCE_OTHER


def test_clients_that_share_an_issuer_are_told_apart_by_their_tenants():
    """SEC-21"""
    ehr = hospital()
    north, south = (ehr.as_client(name, tenants=frozenset({name})) for name in ("north", "south"))
    anyone = ehr.as_client("anyone", tenants=frozenset())

    def client_of(tenant, *clients):
        return verify(ehr.token(HERE, NOW, tenant=tenant), clients, ehr.key_set, HERE, NOW).client

    assert client_of("north", north, south) == "north"
    assert client_of("south", north, south) == "south"
    assert client_of("south", anyone, south) == "south"
    assert client_of("east", anyone, south) == "anyone"
    assert client_of(LEFT_OUT, anyone, south) == "anyone"
    for tenant, clients, reason in (
        ("east", (north, south), Reason.TENANT_UNKNOWN),
        (LEFT_OUT, (north, south), Reason.TENANT_MISSING),
        ("north", (north, ehr.as_client("again", tenants=frozenset({"north"}))), Reason.CLIENT_AMBIGUOUS),
        ("east", (anyone, ehr.as_client("anybody", tenants=frozenset())), Reason.CLIENT_AMBIGUOUS),
    ):
        with pytest.raises(Untrusted) as caught:
            client_of(tenant, *clients)
        assert (caught.value.reason, caught.value.client) == (reason, None)


def test_without_a_tenant_rule_the_tenant_is_told_and_not_judged():
    """SEC-21"""
    ehr = PretendEHR(tenant="anything")
    anyone = [ehr.as_client(tenants=frozenset())]
    assert verify(ehr.token(HERE, NOW), anyone, ehr.key_set, HERE, NOW).tenant == "anything"
    assert verify(ehr.token(HERE, NOW, tenant=LEFT_OUT), anyone, ehr.key_set, HERE, NOW).tenant is None


def test_the_lifetime_of_tokens_can_be_limited():
    """SEC-19"""
    assert passes(hospital().token(HERE, NOW), max_lifetime=300)
    assert refusal(hospital().token(HERE, NOW), max_lifetime=299).reason == Reason.LIFETIME_TOO_LONG


def test_the_leeway_is_what_is_given():
    """SEC-18"""
    token, late = hospital().token(HERE, NOW), NOW + timedelta(seconds=304)
    assert passes(token, now=late, leeway=5)
    assert refusal(token, now=late, leeway=4).reason == Reason.EXPIRED
    assert refusal(token, now=late, leeway=0).reason == Reason.EXPIRED


def test_a_jti_can_be_forgotten_once_its_token_no_longer_passes_and_not_before():
    """SEC-20"""
    token = hospital().token(HERE, NOW, jti="once")
    identity = passes(token)
    assert (identity.issuer, identity.jti) == ("https://ehr.example.org", "once")
    assert passes(token, now=identity.spent_until - timedelta(milliseconds=1))
    assert refusal(token, now=identity.spent_until).reason == Reason.EXPIRED


def test_newer_keys_turn_an_unknown_key_and_nothing_else():
    """SEC-24"""
    rotated = PretendEHR(kid="key-2", tenant="north")
    recognised = recognise(rotated.token(HERE, NOW), registered(), HERE, NOW)
    with pytest.raises(Untrusted, match="kid-unknown"):
        prove(recognised, hospital().key_set)
    assert prove(recognised, rotated.key_set).client == "hospital"


def test_nothing_of_a_token_is_in_the_repr_of_what_was_recognised():
    """SEC-23"""
    token = hospital().token(HERE, NOW)
    recognised = recognise(token, registered(), HERE, NOW)
    told = repr(recognised) + repr(prove(recognised, hospital().key_set))
    assert not [part for part in token.split(".") if part in told or part[:24] in told]
    assert "SIGNATURE" not in told.upper()


def test_a_time_without_a_zone_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="zone"):
        passes(hospital().token(HERE, NOW), now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER   {}", "Bearer {} "])
def test_the_token_is_read_from_the_one_authorization_header(header):
    """SEC-3"""
    assert bearer_token([header.format("a.b.c")]) == "a.b.c"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([], Reason.NO_HEADER),
        (["Bearer a.b.c", "Bearer a.b.c"], Reason.NOT_BEARER),
        *(
            ([header], Reason.NOT_BEARER)
            for header in ("", "Bearer", "Bearer ", "a.b.c", "Basic a.b.c", "Bearera.b.c", "Bearer a.b.c d",
                           "Bearer a,b", "Bearer a.b.c, Bearer a.b.c", "Bearer\ta.b.c", " Bearer a.b.c",
                           "Bearer a.b.c\n")
        ),
    ],
    ids=str,
)  # fmt: skip
def test_anything_but_one_bearer_token_is_refused(headers, reason):
    """SEC-3"""
    with pytest.raises(Untrusted) as caught:
        bearer_token(headers)
    assert caught.value.reason == reason


@given(st.text(max_size=200))
def test_no_text_is_more_than_refused(text):
    refusal(text)


@given(st.data())
def test_no_character_of_a_token_can_be_another(data):
    """SEC-5"""
    token = hospital().token(HERE, NOW)
    position = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABYZabyz0189-_.=+/ \n").filter(lambda char: char != token[position]))
    refusal(f"{token[:position]}{other}{token[position + 1 :]}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["alg", "typ", "kid", "jku", "crit", "b64", "jwk", "zip"]), JSON, max_size=3),
    st.dictionaries(st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "jti", "tenant", "sub"]), JSON, max_size=3),
)
def test_whatever_a_signed_token_holds_it_proves_the_client_or_is_refused(header, claims):
    token = hospital().sign(hospital().header(**header), hospital().claims(HERE, NOW, **claims))
    try:
        assert passes(token).client == "hospital"
    except Untrusted as refused:
        assert refused.reason in Reason
