"""The description of the endpoints: what it lists, and that it holds together."""

import json

import pytest
from support.hook_calls import HOOK_NAMES

from cds_hooks import CDSService, PrefetchTemplate
from cds_hooks.openapi import openapi

LABS = PrefetchTemplate("labs", "Observation?patient={{context.patientId}}")
PATIENT = PrefetchTemplate("patient", "Patient/{{context.patientId}}", required=True)
SERVICES = [CDSService("walker", hook, "Looks at walking", prefetch=(PATIENT, LABS)) for hook in HOOK_NAMES]


def described(*services, **options):
    return openapi(services or SERVICES, **{"title": "Walker", "version": "1.2", "max_body_bytes": 1000, **options})


def responses(description, path):
    (operation,) = description["paths"][path].values()
    return operation["responses"]


def test_each_service_has_its_endpoints_once_however_many_hooks_it_answers():
    """DISC-1, REQ-1, FB-2"""
    assert list(described()["paths"]) == ["/cds-services", "/cds-services/walker", "/cds-services/walker/feedback"]
    assert "/cds-services/walker/feedback" not in described(feedback=False)["paths"]


def test_every_status_is_told_and_every_error_is_an_operation_outcome():
    """RESP-4, RESP-5"""
    told = described()
    assert set(responses(told, "/cds-services")) == {"200", "401", "403", "405", "429", "500", "503"}
    everywhere = {"200", "400", "401", "403", "405", "413", "415", "429", "500", "503"}
    assert set(responses(told, "/cds-services/walker/feedback")) == everywhere
    assert set(responses(told, "/cds-services/walker")) == everywhere | {"412"}
    for path in told["paths"]:
        for status, response in responses(told, path).items():
            if status != "200":
                assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Outcome"}


def test_who_is_refused_learns_how_to_ask_and_when():
    """SEC-22"""
    answers = responses(described(), "/cds-services/walker")
    assert answers["401"]["headers"]["WWW-Authenticate"]["required"]
    assert answers["429"]["headers"]["Retry-After"]["required"]
    assert answers["405"]["headers"]["Allow"]["required"]


def test_where_nobody_is_asked_no_token_is_described():
    told = described(signed=False)
    assert "security" not in told
    assert "securitySchemes" not in told["components"]
    assert not {"401", "403", "429"} & responses(told, "/cds-services/walker").keys()


def test_a_call_is_described_for_each_hook_with_its_context_and_the_keys_of_the_prefetch():
    """REQ-2, REQ-8, PRE-16"""
    body = described()["paths"]["/cds-services/walker"]["post"]["requestBody"]
    calls = {
        call["properties"]["hook"]["const"]: call for call in body["content"]["application/json"]["schema"]["oneOf"]
    }
    assert tuple(calls) == HOOK_NAMES
    for call in calls.values():
        assert call["required"] == ["hook", "hookInstance", "context"]
        assert list(call["properties"]["prefetch"]["properties"]) == ["patient", "labs"]
        assert "412" in call["properties"]["prefetch"]["properties"]["patient"]["description"]
    assert calls["order-select"]["properties"]["context"]["required"] == [
        "userId", "patientId", "selections", "draftOrders",
    ]  # fmt: skip


def test_every_reference_leads_somewhere_and_the_whole_is_plain_json():
    told = described()
    text = json.dumps(told)
    for name in told["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text
    for reference in text.split('"$ref": "')[1:]:
        assert reference.partition('"')[0].removeprefix("#/components/schemas/") in told["components"]["schemas"]


@pytest.mark.parametrize("signed", [True, False])
def test_the_same_services_give_the_same_description(signed):
    assert json.dumps(described(signed=signed)) == json.dumps(described(signed=signed))
