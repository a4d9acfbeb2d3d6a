"""What stands before every route."""

from pathlib import Path

import httpx
import pytest
from support.running import CALL, a_request, running, settings_for


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000", "127.9.9.9"])
async def test_in_open_trust_the_names_of_this_machine_are_answered(tmp_path: Path, host: str) -> None:
    async with running(settings_for(tmp_path)) as service:
        assert (await service.client.get("/cds-services", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example:8000", "", "[::1", "10.0.0.1"],
)
async def test_a_name_that_somebody_else_leads_here_is_not(tmp_path: Path, host: str) -> None:
    """DNS rebinding: a page of that name would read charts through the clinician's browser."""
    async with running(settings_for(tmp_path)) as service:
        for path in ("/cds-services", "/sandbox", "/sandbox/fhir/Patient", "/livez"):
            answer = await service.client.get(path, headers={"host": host})
            assert (answer.status_code, answer.json()["resourceType"]) == (403, "OperationOutcome")
        answer = await service.client.post(CALL, json=a_request(), headers={"host": host})
        assert answer.status_code == 403


async def test_registered_trust_rests_on_tokens_and_not_on_names(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, trust="registered")) as service:
        assert (await service.client.get("/livez", headers={"host": "cds.example.org"})).status_code == 200


async def test_every_answer_says_how_it_may_be_used(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        answers: list[httpx.Response] = [
            await service.client.get(path, headers=headers)
            for path in ("/cds-services", "/rules", "/none", "/openapi.json", "/metrics", "/icon.png", "/evidence/none")
            for headers in ({}, {"host": "attacker.example"})
        ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "cache-control" in answer.headers


async def test_health_paths_and_the_others_do_not_share_a_port_when_it_is_named(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, health_port=9)) as service:
        at_health = httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://127.0.0.1:9")
        for path in ("/livez", "/readyz", "/metrics"):
            assert (await service.client.get(path)).status_code == 404
            assert (await at_health.get(path)).status_code == 200
        for path in ("/cds-services", "/rules", "/sandbox"):
            assert (await service.client.get(path)).status_code == 200
            assert (await at_health.get(path)).status_code == 404
