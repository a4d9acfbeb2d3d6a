import json
import logging
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from fastapi import HTTPException
from fhir.resources.R4B.operationoutcome import OperationOutcome
from support.hook_calls import HOOK_NAMES, example, request_for
from support.hook_service import TEMPLATES, Caller, hook_app

from cds_hooks import (
    CDSHooksError,
    CDSResponse,
    CDSService,
    Forbidden,
    PrefetchUnavailable,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnknownHook,
)
from cds_hooks.router import HookedService, create_router

OVERRIDDEN = {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2020-12-11T00:00:00Z"}


def outcome(response):
    """The one issue of the OperationOutcome that the response must be."""
    assert response.headers["content-type"] == "application/json"
    OperationOutcome.model_validate(response.json())
    return response.json()["issue"][0]


def failing(error):
    async def handler(request, call):
        raise error

    return handler


async def silent(request, call):
    return CDSResponse()


# Discovery


@pytest.mark.parametrize("prefix", ["", "/ehr/v1"])
async def test_discovery_lists_the_services_wherever_it_is_mounted(prefix):
    """DISC-1, DISC-2, DISC-13, DISC-14, JSON-1"""
    async with Caller(hook_app(prefix=prefix)) as client:
        response = await client.get(f"{prefix}/cds-services")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert [(entry["id"], entry["hook"]) for entry in response.json()["services"]] == [
        *(("states", hook) for hook in HOOK_NAMES),
        ("views", "patient-view"),
    ]
    assert response.json()["services"][0]["prefetch"] == {template.key: template.query for template in TEMPLATES}


async def test_a_head_of_discovery_answers_as_a_get_would_without_the_body():
    async with Caller(hook_app()) as client:
        head, full = await client.head("/cds-services"), await client.get("/cds-services")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == full.headers["content-length"]


def test_a_service_defined_twice_for_one_hook_stops_the_start():
    """DISC-13"""
    twice = HookedService(CDSService("views", "patient-view", "x"), silent)
    with pytest.raises(ValueError, match="DISC-13"):
        create_router([twice, twice])


# Calls


@pytest.mark.parametrize("hook", HOOK_NAMES)
async def test_a_call_is_answered_with_cards(hook):
    """REQ-1, REQ-2, DISC-7, DISC-13, RESP-1, JSON-3: one id, dispatched by hook."""
    async with Caller(hook_app()) as client:
        response = await client.call(request_for(hook))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert json.loads(response.content)["cards"][0]["summary"] == "patient data, observations data, conditions empty"


async def test_no_prefetch_at_all_is_a_call_like_any_other():
    """REQ-7, REQ-9"""
    async with Caller(hook_app()) as client:
        response = await client.call(request_for(prefetch=..., fhirAuthorization=..., fhirServer=...))
    assert response.json()["cards"][0]["summary"] == "patient missing, observations missing, conditions missing"


async def test_nothing_to_say_is_an_empty_list_of_cards():
    """RESP-2"""
    async with Caller(hook_app(silent)) as client:
        response = await client.call(request_for())
    assert (response.status_code, response.content) == (200, b'{"cards":[]}')


async def test_an_unknown_service_is_not_found():
    """REQ-1"""
    async with Caller(hook_app()) as client:
        response = await client.call(request_for(), "nobody")
    assert (response.status_code, outcome(response)["code"]) == (404, "not-found")


async def test_a_hook_that_the_service_does_not_answer_is_refused():
    """REQ-2"""
    async with Caller(hook_app()) as client:
        response = await client.call(request_for("order-sign"), "views")
    assert (response.status_code, outcome(response)["expression"]) == (400, ["hook"])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/cds-services/states", "/cds-services/states/feedback"])
async def test_calls_and_feedback_are_posted_and_nothing_else(method, path):
    """REQ-1, FB-2"""
    async with Caller(hook_app()) as client:
        response = await client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert method == "HEAD" or outcome(response)["code"] == "not-supported"


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS"])
async def test_discovery_is_read_and_nothing_else(method):
    async with Caller(hook_app()) as client:
        response = await client.request(method, "/cds-services")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert outcome(response)


@pytest.mark.parametrize("path", ["/cds-services/", "/cds-services/states/", "/cds-services/states/feedback/", "/x"])
async def test_a_slash_too_many_is_not_found_and_not_redirected(path):
    """DISC-1: a redirect would change the method and the address that the client signed for."""
    async with Caller(hook_app()) as client:
        for response in (await client.get(path), await client.post(path, json={})):
            assert response.status_code == 404
            assert outcome(response)["code"] == "not-found"


async def test_the_handler_learns_what_the_edge_knows():
    heard = []

    async def listen(request, call):
        heard.append((request, call))
        return CDSResponse()

    at = datetime(2024, 5, 6, tzinfo=UTC)
    message = request_for(extension={"com.example.a": 1})
    async with Caller(hook_app(listen, now=lambda: at)) as client:
        await client.call(message, x_correlation_id="abc")
    (request, call), *_ = heard
    assert (call.service_id, call.correlation_id, call.received_at) == ("states", "abc", at)
    assert json.loads(call.body) == message
    assert call.received_monotonic > 0
    assert request.extension == {"com.example.a": 1}
    assert "opaque" not in repr(call)


# Errors


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownHook("x"), 400),
        (Unauthorized("x"), 401),
        (Forbidden("x"), 403),
        (PrefetchUnavailable(["labs"]), 412),
        (TooManyRequests("x"), 429),
        (CDSHooksError("x"), 500),
        (Unavailable("x"), 503),
        (HTTPException(404), 404),
        (HTTPException(418), 400),
        (HTTPException(504), 500),
        (ValueError("x"), 500),
    ],
    ids=repr,
)
async def test_whatever_a_handler_raises_becomes_an_operation_outcome(error, status):
    """RESP-4, RESP-5"""
    async with Caller(hook_app(failing(error))) as client:
        response = await client.call(request_for(), x_correlation_id="abc-1")
    assert response.status_code == status
    assert outcome(response)["severity"] == "error"
    assert response.headers["x-correlation-id"] == "abc-1"
    assert ("abc-1" in response.text) is (status != 401)


async def test_required_data_that_cannot_be_had_is_a_412_that_names_the_key():
    """RESP-3"""
    async with Caller(hook_app(failing(PrefetchUnavailable(["conditions"])))) as client:
        response = await client.call(request_for())
    assert response.status_code == 412
    assert outcome(response)["expression"] == ["prefetch.conditions"]


async def test_a_401_is_constant_and_asks_for_a_bearer_token():
    async with Caller(hook_app(failing(Unauthorized("signed by nobody")))) as client:
        first, second = await client.call(request_for()), await client.call(request_for("order-sign"))
    assert first.content == second.content
    assert first.headers["www-authenticate"] == "Bearer"


async def test_an_unforeseen_failure_tells_the_caller_nothing_and_the_log_no_values(caplog):
    with caplog.at_level(logging.DEBUG):
        async with Caller(hook_app(failing(RuntimeError("SENTINEL of the chart")))) as client:
            response = await client.call(request_for(), x_correlation_id="abc-2")
    assert response.status_code == 500
    assert "SENTINEL" not in response.text + caplog.text
    assert "abc-2" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "test_router.py" in caplog.text


async def test_a_validation_error_of_the_framework_is_an_operation_outcome_too():
    app = hook_app()

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        return number

    async with Caller(app) as client:
        response = await client.get("/number/x")
    assert (response.status_code, outcome(response)["code"]) == (400, "invalid")


# Correlation ids


@pytest.mark.parametrize("sent", ["abc", "a.b_c-9", "x" * 64])
async def test_a_well_formed_correlation_id_comes_back(sent):
    async with Caller(hook_app()) as client:
        for response in (
            await client.call(request_for(), x_correlation_id=sent),
            await client.get("/cds-services/x/y"),
        ):
            assert response.headers["x-correlation-id"]
        assert (await client.call(request_for(), x_correlation_id=sent)).headers["x-correlation-id"] == sent


@pytest.mark.parametrize("sent", [None, "", "a b", "x" * 65, "a\u00e9", "<b>", "a;b"])
async def test_another_correlation_id_is_replaced_by_a_new_one(sent):
    headers = {} if sent is None else {"x_correlation_id": sent.encode("latin-1")}
    async with Caller(hook_app()) as client:
        ids = {(await client.call(request_for(), **headers)).headers["x-correlation-id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(UUID(each).version == 4 for each in ids)


async def test_an_error_carries_the_correlation_id_in_header_and_body():
    async with Caller(hook_app()) as client:
        response = await client.call(b"{")
    assert f"Correlation id: {response.headers['x-correlation-id']}." in outcome(response)["diagnostics"]


# Feedback


async def test_feedback_is_handed_over_and_answered_with_nothing():
    """FB-1, FB-2, FB-14: no cards, no body at all."""
    heard = []

    async def remember(service_id, batch, call):
        heard.append((service_id, [item.outcome for item in batch.items], call.service_id))

    async with Caller(hook_app(feedback=remember)) as client:
        for name in ("accepted-suggestion", "overridden-no-reason", "overridden-with-reason-and-comment"):
            response = await client.report(example(f"spec3--feedback--{name}"))
            assert (response.status_code, response.content) == (200, b"")
    assert heard == [("states", [outcome], "states") for outcome in ("accepted", "overridden", "overridden")]


async def test_the_same_feedback_again_is_answered_as_the_first_was():
    """FB-4, FB-9: also for cards that nobody here remembers."""
    async with Caller(hook_app()) as client:
        answers = [await client.report({"feedback": [OVERRIDDEN, OVERRIDDEN]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]


async def test_well_formed_items_are_kept_before_the_bad_ones_are_named():
    """FB-3, FB-5"""
    kept = []

    async def keep(service_id, batch, call):
        kept.extend(item.card for item in batch.items)

    bad = OVERRIDDEN | {"outcome": "ignored"}
    async with Caller(hook_app(feedback=keep)) as client:
        response = await client.report({"feedback": [OVERRIDDEN, bad, OVERRIDDEN | {"card": "c2"}, {}]})
    assert kept == ["c1", "c2"]
    assert (response.status_code, outcome(response)["expression"]) == (
        400,
        ["feedback[1].outcome", "feedback[3].outcome"],
    )


async def test_nothing_is_handed_over_when_no_item_is_well_formed():
    async def fail(service_id, batch, call):
        pytest.fail("an empty batch")

    async with Caller(hook_app(feedback=fail)) as client:
        assert (await client.report({"feedback": [{}]})).status_code == 400
        assert (await client.report({"feedback": []})).status_code == 200


async def test_an_answer_with_hundreds_of_problems_stays_short():
    async with Caller(hook_app()) as client:
        response = await client.report({"feedback": [{}] * 500})
    assert len(outcome(response)["diagnostics"]) < 1000
    assert len(outcome(response)["expression"]) == 500


async def test_feedback_about_an_unknown_service_is_not_found():
    """FB-2"""
    async with Caller(hook_app()) as client:
        response = await client.report({"feedback": [OVERRIDDEN]}, "nobody")
    assert response.status_code == 404


async def test_feedback_that_could_not_be_kept_is_an_error():
    async def fail(service_id, batch, call):
        raise Unavailable("The store is closed.")

    async with Caller(hook_app(feedback=fail)) as client:
        response = await client.report({"feedback": [OVERRIDDEN]})
    assert (response.status_code, outcome(response)["code"]) == (503, "transient")


async def test_without_anyone_to_take_feedback_there_is_no_such_endpoint():
    """FB-1"""
    async with Caller(hook_app(feedback=None)) as client:
        assert (await client.report({"feedback": [OVERRIDDEN]})).status_code == 404


async def test_no_answer_names_a_path_of_this_machine():
    async with Caller(hook_app(failing(ValueError("x")))) as client:
        assert not re.search(r"/\w+/\w+\.py", (await client.call(request_for())).text)
