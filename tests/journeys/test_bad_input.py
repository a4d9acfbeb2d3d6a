"""Input as it should not be: a 4xx that names what is wrong, or an answer with a gap, never a 5xx."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hook_calls import example
from support.running import CALL, Running, a_request, running, settings_for

JSON = {"content-type": "application/json"}
PATIENTS = ("demo-probable", "demo-red-flag", "demo-vendor-shaped")
# The whole requests among the official examples; the others are fragments, or of another time.
OFFICIAL = (
    "docs--request--quickstart",
    "docs--request--radiology-appropriateness",
    "spec3--request--order-sign--paginated-prefetch",
    "spec3--request--patient-view--with-prefetch-and-token",
)


def with_a_chart(request: dict[str, Any]) -> dict[str, Any]:
    """An official example with the required keys of our service answered; theirs are left beside them."""
    patient = {"resourceType": "Patient", "id": request["context"]["patientId"], "birthDate": "1950-05-05"}
    prefetch = {**request.get("prefetch", {}), "patient": patient, "conditions": None, "observations": OBSERVATIONS}
    return {**request, "prefetch": prefetch}


OBSERVATIONS = {
    "resourceType": "Bundle",
    "type": "searchset",
    "entry": [{"resource": {"resourceType": "Observation", "id": "o", "status": "final", "valueString": "walks well"}}],
}


class Served:
    """A running application for a whole module, on a loop of its own, for tests that are not coroutines."""

    def __init__(self, runner: asyncio.Runner, service: Running) -> None:
        self.runner = runner
        self.service = service
        self.requests = {patient: self.complete(patient) for patient in PATIENTS}
        self.official = {name: with_a_chart(example(name)) for name in OFFICIAL}

    def complete(self, patient: str) -> dict[str, Any]:
        request = a_request(patient, prefetch=self.runner.run(self.service.prefetch(patient)))
        del request["fhirServer"]
        return request

    def post(self, body: bytes, path: str = CALL, **headers: str) -> Any:
        return self.runner.run(self.service.client.post(path, content=body, headers={**JSON, **headers}))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    stack = contextlib.AsyncExitStack()
    with asyncio.Runner() as runner:
        service = runner.run(
            stack.enter_async_context(running(settings_for(tmp_path_factory.mktemp("served"), max_body_mb=1)))
        )
        yield Served(runner, service)
        runner.run(stack.aclose())


def assert_refused(answer: Any, status: int, *paths: str) -> None:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    assert body["issue"][0]["diagnostics"]
    for path in paths:
        assert path in body["issue"][0].get("expression", [])


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"hook": ...}, "hook"),
        ({"hook": 7}, "hook"),
        ({"hook": "patient-greet"}, "hook"),
        ({"hookInstance": ...}, "hookInstance"),
        ({"context": ...}, "context"),
        ({"context": []}, "context"),
        ({"context": {"userId": "Practitioner/1"}}, "context.patientId"),
        ({"context": {"userId": "Practitioner/1", "patientId": 5}}, "context.patientId"),
        ({"context": {"userId": "Practitioner/1", "patientId": "../Patient"}}, "context.patientId"),
        ({"context": {"patientId": "demo-probable"}}, "context.userId"),
        ({"prefetch": "none"}, "prefetch"),
        ({"fhirServer": "file:///etc/passwd"}, "fhirServer"),
        ({"fhirServer": {}}, "fhirServer"),
        ({"hook": "appointment-book"}, "hook"),
    ],
)
def test_a_member_that_cannot_be_used_is_named(served: Served, change: dict[str, Any], path: str) -> None:
    request = {key: value for key, value in (a_request() | change).items() if value is not ...}

    assert_refused(served.post(json.dumps(request).encode()), 400, path)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"hook"',
        b"{",
        b'{"hook": "patient-view",}',
        b'{"hook": NaN}',
        b'{"hook": Infinity}',
        b"\xff\xfe{}",
        b'\xef\xbb\xbf{"hook": "patient-view"',
        b'{"hook": "patient-view", "hook": "order-sign"}',
        b'{"hook": "\\ud800"}',
        b'{"prefetch": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_a_body_that_is_not_json_as_everybody_reads_it_is_a_400(served: Served, body: bytes) -> None:
    assert_refused(served.post(body), 400)


def test_a_body_over_the_limit_is_a_413(served: Served) -> None:
    assert_refused(served.post(b" " * (1024 * 1024 + 1)), 413)


def test_another_content_type_is_a_415(served: Served) -> None:
    for other in ("text/plain", "application/json; charset=latin-1", "application/x-www-form-urlencoded"):
        assert_refused(served.post(b"{}", **{"content-type": other}), 415)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CALL, 405),
        ("PUT", CALL, 405),
        ("POST", "/cds-services", 405),
        ("POST", "/cds-services/another", 404),
        ("GET", "/nothing", 404),
        ("GET", "/docs", 404),
        ("DELETE", "/evidence/x", 405),
        ("POST", "/cds-services/neurogenic-claudication/", 404),
    ],
)
def test_a_wrong_method_or_address_is_an_operation_outcome(served: Served, method: str, path: str, status: int) -> None:
    answer = served.runner.run(served.service.client.request(method, path, content=b"{}", headers=JSON))

    assert_refused(answer, status)


def test_another_patients_resources_are_dropped_and_named_as_a_gap(served: Served) -> None:
    request = deepcopy(served.requests["demo-red-flag"])
    request["context"]["patientId"] = "demo-silent"
    request["prefetch"]["patient"] = served.complete("demo-silent")["prefetch"]["patient"]

    answer = served.post(json.dumps(request).encode())

    assert (answer.status_code, answer.json()) == (200, {"cards": []})


@pytest.mark.parametrize("value", [{"resourceType": "Observation"}, {}, {"resourceType": "Bundle", "entry": "none"}, 3])
def test_a_required_key_that_holds_something_else_is_a_412_or_a_gap(served: Served, value: Any) -> None:
    request = deepcopy(served.requests["demo-probable"])
    request["prefetch"]["observations"] = value

    assert served.post(json.dumps(request).encode()).status_code in (200, 412)


SPOILT = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        [
            "9999-99-99",
            "0000-00-00",
            "2026-02-30",
            "-1",
            "urn:oid:1.2.3",
            "Patient/somebody-else",
            "<script>alert(1)</script>",
            "https://evil.example.org",
            "\u0000\u202e\ud7ff",
            "no leg pain " * 50,
        ]
    ),
    st.just([]),
    st.just({}),
    st.just([{"resource": None}, None, 3]),
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a request with each of its keys."""
    if isinstance(value, dict | list):
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from places(item)


@st.composite
def mutants(draw: st.DrawFn, requests: dict[str, dict[str, Any]]) -> bytes:
    """A demo request with up to four of its members changed, doubled or gone, at any depth."""
    request = deepcopy(requests[draw(st.sampled_from(sorted(requests)))])
    for _ in range(draw(st.integers(1, 4))):
        found = list(places(request))
        container, key = found[draw(st.integers(0, len(found) - 1))]
        match draw(st.sampled_from(["replace", "remove", "double"])):
            case "replace":
                container[key] = deepcopy(draw(SPOILT))
            case "remove":
                del container[key]
            case _ if isinstance(container, list):
                container.append(deepcopy(container[key]))
            case _:
                container[f"_{key}"] = deepcopy(container[key])
        if not request:
            break
    return json.dumps(request).encode()


def test_each_official_example_is_answered_once_it_brings_a_chart(served: Served) -> None:
    for name, request in served.official.items():
        assert (name, served.post(json.dumps(request).encode()).status_code) == (name, 200)


@pytest.mark.parametrize("kind", ["requests", "official"])
def test_no_mutation_of_a_demo_or_official_request_breaks_the_service(served: Served, kind: str) -> None:
    statuses: list[int] = []

    @settings(max_examples=200)
    @given(st.data())
    def each(data: st.DataObject) -> None:
        answer = served.post(data.draw(mutants(getattr(served, kind))))
        statuses.append(answer.status_code)
        assert answer.status_code in (200, 400, 412), answer.text
        if answer.status_code != 200:
            assert answer.json()["resourceType"] == "OperationOutcome"

    each()
    assert statuses.count(200) >= len(statuses) / 3


def test_the_service_is_whole_afterwards(served: Served) -> None:
    answer = served.post(json.dumps(served.requests["demo-probable"]).encode())

    assert answer.status_code == 200
    assert answer.json()["cards"]
    assert served.service.asked == []
