"""The service held to its description: whatever Schemathesis makes of it, right or wrong, no answer has a status, a
body or a header that the description does not announce."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from support.registered import PUBLIC, a_row, registered_service, registered_settings
from support.running import AT, BASE, CALL, HOOKS, Running, a_request, running, settings_for

from cds_hooks.openapi import openapi
from cds_hooks.testing import PretendEHR
from service.hooks import service_on

FEEDBACK = f"{CALL}/feedback"
JSON = "application/json"
EXAMPLES = 80
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def description(*, signed: bool) -> Any:
    services = [service_on(hook) for hook in HOOKS]
    return openapi(services, title="Cartsign", version="1", max_body_bytes=1024 * 1024, signed=signed)


class Served:
    """A running application for the whole module, on a loop of its own, and what it promises."""

    def __init__(self, runner: asyncio.Runner, service: Running) -> None:
        self.runner = runner
        self.service = service
        self.schema = schemathesis.openapi.from_dict(description(signed=False))
        self.statuses: Counter[int] = Counter()

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        answer: httpx.Response = self.runner.run(self.service.client.request(method, path, **request))
        return answer

    def hold(self, case: schemathesis.Case, *, authorization: str = "", **changes: Any) -> httpx.Response:
        """Send a case as it would be sent, or changed, and hold the answer to the description."""
        sent = case.as_transport_kwargs(base_url=BASE)
        prepared = requests.Request(
            sent["method"], sent["url"], sent["headers"], params=sent.get("params"), data=sent.get("data"),
            json=sent.get("json"),
        ).prepare()  # fmt: skip
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        if authorization:
            prepared.headers["Authorization"] = f"Bearer {authorization}"
        headers = {name.encode("latin-1"): _latin(value) for name, value in prepared.headers.items()}
        answer = self.send(prepared.method or "", prepared.url or "", **{"content": body, "headers": headers} | changes)
        self.statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        return answer


def _latin(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    stack = contextlib.AsyncExitStack()
    with asyncio.Runner() as runner:
        settings = settings_for(tmp_path_factory.mktemp("openapi"), max_body_mb=1, deadline_ms=2000)
        yield Served(runner, runner.run(stack.enter_async_context(running(settings))))
        runner.run(stack.aclose())


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), [("GET", "/cds-services"), ("POST", CALL), ("POST", FEEDBACK)])
def test_no_answer_is_undocumented(served: Served, method: str, path: str, mode: GenerationMode) -> None:
    """REQ-13, RESP-4, RESP-5"""
    strategy = served.schema[path][method].as_strategy(generation_mode=mode)

    @settings(max_examples=EXAMPLES)
    @given(strategy)
    def each(case: schemathesis.Case) -> None:
        served.hold(case)

    each()


def test_calls_that_bring_a_chart_are_answered_as_described(served: Served) -> None:
    for hook in HOOKS:
        prefetch = served.runner.run(served.service.prefetch("demo-mixed", hook))
        case = served.schema[CALL]["POST"].Case(
            body=a_request("demo-mixed", hook, prefetch=prefetch), media_type="application/json"
        )
        answer = served.hold(case)
        assert answer.status_code == 200
        assert answer.json()["cards"]


@settings(max_examples=60)
@given(data=st.data())
def test_damaged_requests_are_answered_as_described(served: Served, data: st.DataObject) -> None:
    body = json.dumps(a_request()).encode()
    cut = data.draw(st.integers(0, len(body)))
    piece = data.draw(st.binary(max_size=6))
    served.hold(
        served.schema[CALL]["POST"].Case(body={}, media_type=JSON),
        content=body[:cut] + piece + body[cut:],
    )


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"content": b" " * (1024 * 1024 + 1)}, 413),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, 415),
        ({"content": b"{}", "headers": {"content-type": "application/json", "content-encoding": "br"}}, 415),
        ({"content": b'{"feedback": [{}]}'}, 400),
    ],
)
def test_refusals_before_a_body_is_read_are_described(served: Served, changes: dict[str, Any], status: int) -> None:
    for path in (CALL, FEEDBACK):
        case = served.schema[path]["POST"].Case(body={}, media_type=JSON)
        assert served.hold(case, **changes).status_code == status


@pytest.mark.parametrize("path", ["/cds-services", CALL, FEEDBACK])
def test_every_other_method_is_a_405_that_says_which_are_allowed(served: Served, path: str) -> None:
    """REQ-1, FB-2"""
    allowed = {"/cds-services": {"GET", "HEAD"}}.get(path, {"POST"})
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} - allowed:
        answer = served.send(method, path)
        assert (method, answer.status_code) == (method, 405)
        assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, PretendEHR]]:
    """The same in registered trust, with a client that may call as often as it likes."""
    stack = contextlib.AsyncExitStack()
    ehr = PretendEHR()
    folder = tmp_path_factory.mktemp("signed")
    settings = registered_settings(folder, max_body_mb=1, deadline_ms=2000)
    with asyncio.Runner() as runner:
        row = a_row(ehr, calls_per_minute=100_000)
        service = runner.run(stack.enter_async_context(registered_service(settings, row)))
        served = Served(runner, service)
        served.schema = schemathesis.openapi.from_dict(description(signed=True))
        yield served, ehr
        runner.run(stack.aclose())


@pytest.mark.parametrize(("method", "path"), [("GET", "/cds-services"), ("POST", CALL), ("POST", FEEDBACK)])
def test_no_answer_to_signed_or_unsigned_calls_is_undocumented(
    signed: tuple[Served, PretendEHR], method: str, path: str
) -> None:
    """SEC-22, RESP-4"""
    served, ehr = signed

    @settings(max_examples=40)
    @given(served.schema[path][method].as_strategy(), st.booleans())
    def each(case: schemathesis.Case, proven: bool) -> None:
        token = ehr.token(f"{PUBLIC}{path}", AT) if proven else "a.b.c"
        answer = served.hold(case, authorization=token)
        assert (answer.status_code == 401) != proven

    each()


def test_a_call_too_many_is_told_when_to_come_again(tmp_path: Path) -> None:
    async def statuses() -> list[tuple[schemathesis.Case, httpx.Response]]:
        ehr = PretendEHR()
        schema = schemathesis.openapi.from_dict(description(signed=True))
        async with registered_service(registered_settings(tmp_path), a_row(ehr, calls_per_minute=2)) as service:
            headers = [{"authorization": f"Bearer {ehr.token(f'{PUBLIC}/cds-services', AT)}"} for _ in range(30)]
            case = schema["/cds-services"]["GET"].Case()
            return [(case, await service.client.get("/cds-services", headers=each)) for each in headers]

    answers = asyncio.run(statuses())
    for case, answer in answers:
        case.validate_response(answer, checks=CHECKS)
    assert {answer.status_code for _, answer in answers} == {200, 429}


def test_the_cases_reached_every_kind_of_answer(served: Served) -> None:
    assert {200, 400, 412, 413, 415} <= served.statuses.keys()
    # Nothing that a stranger wrote into fhirServer was asked for anything.
    assert {request.url.host for request in served.service.asked} <= {"127.0.0.1", "localhost", "::1"}
