"""Loading the demo patients into a FHIR server: a double that stores what PUTs of transactions say."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pytest

from service.sandbox import load as loading
from service.sandbox.demo import DEMO_PATIENTS
from service.sandbox.load import LoadFailed, load, transactions
from service.sandbox.store import Store

BASE = "http://fhir.example.org/fhir"
TODAY = date(2027, 3, 2)


@dataclass
class Server(httpx.AsyncBaseTransport):
    """Stores transactions; not up before it was asked `sleepy` times; refuses what `refuses` says."""

    sleepy: int = 0
    capabilities: Any = field(default_factory=lambda: {"fhirVersion": "4.0.1"})
    refuses: str | None = None
    held: dict[str, Any] = field(default_factory=dict)
    transactions: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == f"{BASE}/metadata":
            self.sleepy -= 1
            return httpx.Response(503) if self.sleepy >= 0 else httpx.Response(200, json=self.capabilities)
        assert (request.method, str(request.url)) == ("POST", BASE)
        assert request.headers["content-type"] == "application/fhir+json"
        if self.refuses:
            issue = {"severity": "error", "code": "processing", "diagnostics": self.refuses}
            return httpx.Response(400, json={"resourceType": "OperationOutcome", "issue": [issue]})
        self.transactions += 1
        for entry in json.loads(await request.aread())["entry"]:
            assert entry["request"]["method"] == "PUT"
            self.held[entry["request"]["url"]] = entry["resource"]
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "transaction-response"})


async def loaded(server: Server, patience: float = 0) -> int:
    async with httpx.AsyncClient(transport=server) as http:
        return await load(f"{BASE}/", TODAY, http, patience=patience)


async def test_every_demo_resource_arrives_as_it_looks_today_one_transaction_a_patient() -> None:
    server = Server()
    count = await loaded(server)

    kinds = Store.demo(TODAY).resources
    assert server.held == {f"{kind}/{name}": r for kind, held in kinds.items() for name, r in held.items()}
    assert count == len(server.held)
    assert server.transactions == len(DEMO_PATIENTS)


async def test_loading_again_changes_nothing() -> None:
    server = Server()
    await loaded(server)
    before = dict(server.held)

    assert await loaded(server) == len(before)
    assert server.held == before


def test_every_transaction_brings_what_its_resources_refer_to() -> None:
    """A server that keeps references whole refuses anything else."""
    for bundle in transactions(TODAY):
        brought = {entry["request"]["url"] for entry in bundle["entry"]}
        named = set()

        def collect(value: Any, named: set[str] = named) -> None:
            if isinstance(value, dict):
                named.update([value["reference"]] if isinstance(value.get("reference"), str) else [])
                value = list(value.values())
            for item in value if isinstance(value, list) else ():
                collect(item)

        collect(bundle)
        assert named <= brought


async def test_it_waits_for_a_server_that_is_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "ASK_AGAIN_SECONDS", 0.001)

    assert await loaded(Server(sleepy=3), patience=1) > 700
    with pytest.raises(LoadFailed, match="answers 503"):
        await loaded(Server(sleepy=1000), patience=0.003)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (Server(capabilities={"fhirVersion": "5.0.0"}), r"FHIR 5\.0\.0"),
        (Server(capabilities=["what"]), "no CapabilityStatement"),
        (Server(refuses="Resource Practitioner/x not found"), "refused the chart of Patient/.*Practitioner/x"),
    ],
)
async def test_another_version_another_server_and_a_refusal_are_told(server: Server, said: str) -> None:
    with pytest.raises(LoadFailed, match=said):
        await loaded(server)


async def test_a_server_that_is_not_there_is_told() -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(LoadFailed, match=r"no FHIR server at http://127\.0\.0\.1:9/fhir"):
            await load("http://127.0.0.1:9/fhir", TODAY, http, patience=0)
