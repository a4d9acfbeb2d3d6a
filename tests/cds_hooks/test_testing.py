import json
from datetime import UTC, datetime

import pytest

from cds_hooks import verify
from cds_hooks.testing import LEFT_OUT, PretendEHR, make_key
from cds_hooks.trust import bearer_token

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
CALL = "https://cds.example.org/cds-services/greeter"


def proven(ehr, request):
    token = bearer_token(request.headers.get_list("authorization"))
    return verify(token, [ehr.as_client()], ehr.key_set, str(request.url), NOW)


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_pretend_ehr_signs_discovery_calls_and_feedback(algorithm):
    """SEC-3, SEC-5"""
    ehr = PretendEHR(algorithm=algorithm, key=make_key(algorithm), tenant="north")
    discovery = ehr.request("https://cds.example.org/cds-services", NOW)
    call = ehr.request(CALL, NOW, {"hook": "patient-view"})
    feedback = ehr.request(f"{CALL}/feedback", NOW, {"feedback": []})

    assert [request.method for request in (discovery, call, feedback)] == ["GET", "POST", "POST"]
    assert json.loads(call.content) == {"hook": "patient-view"}
    assert {proven(ehr, request).tenant for request in (discovery, call, feedback)} == {"north"}


def test_every_token_has_a_jti_of_its_own():
    """SEC-20"""
    ehr = PretendEHR()
    assert len({proven(ehr, ehr.request(CALL, NOW)).jti for _ in range(20)}) == 20


def test_members_can_be_changed_and_left_out():
    ehr = PretendEHR(jku="https://ehr.example.org/jwks.json")
    assert ehr.header(kid="other", jku=LEFT_OUT) == {"alg": "ES384", "typ": "JWT", "kid": "other"}
    assert "jti" not in ehr.claims(CALL, NOW, jti=LEFT_OUT)


def test_the_published_keys_are_public_and_the_private_one_is_in_no_repr():
    ehr = PretendEHR(key=make_key("RS384"), algorithm="RS384")
    assert set(ehr.jwks["keys"][0]) == {"kty", "n", "e", "kid", "use", "alg"}
    assert "RSAPrivateKey" not in repr(ehr)
