"""Bad input over HTTP, kind by kind: a 4xx OperationOutcome that names the path, never a 5xx."""

import asyncio
import json

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from support.hook_calls import PATIENT, body, request_for
from support.hook_service import Caller, hook_app

LIMIT = 20_000


async def refused(message, status, *, path=None, **headers):
    async with Caller(hook_app(max_body_bytes=LIMIT)) as client:
        response = await client.call(message, **headers)
    assert response.status_code == status, response.text
    issue = OperationOutcome.model_validate(response.json()).issue[0]
    assert issue.expression == ([path] if path else None)
    return issue


VALID = body(request_for())


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"null",
        b"[]",
        b"not json",
        VALID[:-1],
        VALID + b"}",
        VALID[:-1] + b",}",
        VALID.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + VALID,
        VALID.replace(b"Legs", b"L\xe9gs"),
        VALID.replace(b"Legs", rb"\ud800"),
        VALID.replace(b"Legs", b"\x00"),
        VALID.replace(b"300", b"NaN"),
        VALID.replace(b"300", b"Infinity"),
        VALID[:-1] + b',"x":' + b"[" * 5000 + b"]" * 5000 + b"}",
        VALID[:-1] + b',"x":' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}",
        b"[" * LIMIT,
    ],
    ids=range(17),
)
async def test_a_body_that_is_no_json_object_is_refused(message):
    """REQ-13"""
    await refused(message, 400)


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (request_for(hook=5), "hook"),
        (request_for(hook=None), "hook"),
        (request_for() | {"hook": "patient-transmogrify"}, "hook"),
        (request_for(hookInstance=["x"]), "hookInstance"),
        (request_for(context=...), "context"),
        (request_for(context="x"), "context"),
        (request_for(context={}), "context.userId"),
        (request_for(context={"userId": "Practitioner/1"}), "context.patientId"),
        (request_for(context={"userId": "Practitioner/1", "patientId": {"id": "1"}}), "context.patientId"),
        (request_for(fhirServer="x"), "fhirServer"),
        (request_for(fhirAuthorization="x"), "fhirAuthorization"),
        (request_for(fhirAuthorization={"token_type": "Bearer"}), "fhirAuthorization.access_token"),
        (request_for(prefetch=[]), "prefetch"),
        (VALID.replace(b'"hook"', b'"hook": 1, "hook"'), "hook"),
        (VALID.replace(b'"userId"', b'"userId": "x", "userId"'), "context.userId"),
        (VALID.replace(b'"conditions"', b'"conditions": null, "conditions"'), "prefetch.conditions"),
        (VALID.replace(b'"conditions": null', b'"conditions": [1e999]'), "prefetch.conditions"),
        (VALID[:-1] + b',"extension":{"a":1e999}}', "extension"),
    ],
    ids=range(18),
)
async def test_a_wrong_member_is_refused_by_its_path(message, path):
    """REQ-2, REQ-3, REQ-8, REQ-13"""
    issue = await refused(message, 400, path=path)
    assert path in issue.diagnostics


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=iso-8859-1",
        "application/jsonx",
        "json",
        "",
    ],
)
async def test_a_body_announced_as_something_else_is_refused(content_type):
    """JSON-1"""
    await refused(VALID, 415, content_type=content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/fhir+json; fhirVersion=4.0; charset=utf-8",
    ],
)
async def test_json_is_json_by_either_name(content_type):
    async with Caller(hook_app()) as client:
        assert (await client.call(VALID, content_type=content_type)).status_code == 200


async def test_a_compressed_body_is_refused():
    await refused(VALID, 415, content_encoding="gzip")


async def test_a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not():
    for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
        message = VALID + b" " * (size - len(VALID))
        async with Caller(hook_app(max_body_bytes=LIMIT)) as client:
            response = await client.call(message)
            reported = await client.report(b'{"feedback":[]}' + b" " * (size - 15))
        assert (response.status_code, reported.status_code) == (status, status)
    assert OperationOutcome.model_validate(response.json()).issue[0].code == "too-long"


@pytest.mark.parametrize("length", ["20001", "9" * 30, "9" * 5000])
async def test_a_declared_length_over_the_limit_is_believed_before_a_byte_is_read(length):
    read = []

    async def chunks():
        read.append(1)
        yield VALID

    async with Caller(hook_app(max_body_bytes=LIMIT)) as client:
        headers = {"content-type": "application/json", "content-length": length}
        response = await client.post("/cds-services/states", content=chunks(), headers=headers)
    assert (response.status_code, read) == (413, [])


@pytest.mark.parametrize("length", [None, "5", "-1", "many", "²"])
async def test_a_body_without_an_honest_length_is_read_up_to_the_limit_only(length):
    read = []

    async def endless():
        while len(read) < 1000:
            read.append(1)
            yield b" " * 5000

    headers = {"content-type": "application/json"} | ({"content-length": length.encode("latin-1")} if length else {})
    async with Caller(hook_app(max_body_bytes=LIMIT)) as client:
        response = await client.post("/cds-services/states", content=endless(), headers=headers)
    assert response.status_code == 413
    assert len(read) == 5


async def test_a_connection_lost_on_the_way_is_no_fault_of_the_service(caplog):
    scope = {
        "type": "http", "method": "POST", "path": "/cds-services/states", "query_string": b"", "http_version": "1.1",
        "headers": [(b"content-type", b"application/json")], "scheme": "http", "server": ("cds.example.org", 80),
    }  # fmt: skip
    messages = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    await hook_app()(scope, receive, send)
    assert sent[0]["status"] == 400
    assert not caplog.records


@pytest.mark.parametrize("service", ["%2e%2e", "states%00", "ст", "x" * 3000, "{id}"])
async def test_a_strange_service_id_is_not_found(service):
    async with Caller(hook_app()) as client:
        response = await client.call(VALID, service)
    assert response.status_code == 404
    assert OperationOutcome.model_validate(response.json())


async def test_a_refusal_repeats_no_value_of_the_request():
    marked = request_for(context={"userId": "SENTINEL", "patientId": "SENTINEL"}, fhirServer="SENTINEL")
    for message in (body(marked), json.dumps(PATIENT | {"hook": "SENTINEL"}).encode(), b'{"hook": SENTINEL'):
        async with Caller(hook_app()) as client:
            assert "SENTINEL" not in (await client.call(message)).text


async def test_a_body_that_trickles_in_is_given_up(monkeypatch):
    monkeypatch.setattr("cds_hooks.router.BODY_SECONDS", 0.01)

    async def drop_by_drop():
        while True:
            yield b" "
            await asyncio.sleep(0.001)

    async with Caller(hook_app()) as client:
        answer = await client.post(
            "/cds-services/states", content=drop_by_drop(), headers={"content-type": "application/json"}
        )
    assert answer.status_code == 400
    assert "had not arrived" in answer.json()["issue"][0]["diagnostics"]
