"""The composition root: what is served under which settings, and what every answer carries."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support.databases import open_database
from support.rows import an_invocation
from support.running import CALL, a_request, running, settings_for

from service.storage.invocations import record


async def test_live_and_ready_say_so_and_name_the_knowledge(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        live, ready = [await service.client.get(path) for path in ("/livez", "/readyz")]

    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()["storage"]) == (200, "ok")
    assert len(ready.json()["knowledge"]) == 64


async def test_metrics_count_calls_by_hook_state_and_topic_and_never_by_patient(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        await service.call(a_request("demo-mixed", "order-sign"))
        await service.client.post(CALL, content=b"{}", headers={"content-type": "application/json"})
        exposed = (await service.client.get("/metrics")).text

    assert 'cartsign_calls_total{hook="order-sign",state="mixed",topic="mixedClaudication"} 1.0' in exposed
    assert 'cartsign_call_seconds_count{hook="order-sign"} 1.0' in exposed
    assert 'cartsign_errors_total{status="400"} 1.0' in exposed
    assert "demo-mixed" not in exposed


async def test_what_could_not_be_read_is_counted_by_key_and_code(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        prefetch = await service.prefetch("demo-probable")
        prefetch["documents"] = {"resourceType": "OperationOutcome", "issue": []}
        request = a_request(prefetch=prefetch)
        del request["fhirServer"]
        await service.call(request)
        exposed = (await service.client.get("/metrics")).text

    assert 'cartsign_gaps_total{code="failed",key="documents"} 1.0' in exposed


@pytest.mark.parametrize(
    "path", ["/livez", "/cds-services", "/nothing", "/evidence/x", "/metrics", "/sandbox/fhir/metadata"]
)
async def test_every_answer_is_kept_out_of_caches_frames_and_scripts(tmp_path: Path, path: str) -> None:
    async with running(settings_for(tmp_path)) as service:
        headers = (await service.client.get(path)).headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-correlation-id"]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_no_page_of_the_framework_is_served(tmp_path: Path, path: str) -> None:
    async with running(settings_for(tmp_path)) as service:
        assert (await service.client.get(path)).status_code == 404


async def test_the_sandbox_is_mounted_only_when_asked_for(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, sandbox=False)) as service:
        assert (await service.client.get("/sandbox/fhir/metadata")).status_code == 404
    async with running(settings_for(tmp_path, sandbox=True)) as service:
        assert (await service.client.get("/sandbox/fhir/metadata")).status_code == 200


async def test_browsers_may_call_only_from_listed_origins(tmp_path: Path) -> None:
    ours, other = "https://sandbox.example.org", "https://other.example.org"
    async with running(settings_for(tmp_path, cors_origins=(ours,))) as service:
        allowed = await service.client.get("/cds-services", headers={"Origin": ours})
        refused = await service.client.get("/cds-services", headers={"Origin": other})
    async with running(settings_for(tmp_path)) as service:
        unlisted = await service.client.get("/cds-services", headers={"Origin": ours})

    assert allowed.headers["access-control-allow-origin"] == ours
    assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-origin" not in unlisted.headers


async def test_rows_older_than_the_site_keeps_are_gone_soon_after_the_start(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, retention_days=7)
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        for days in (8, 6):
            received = datetime.now(UTC) - timedelta(days=days)
            record(database, an_invocation(f"{days}-days-old", received_at=received), [], None)

    async with running(settings) as service:
        # The queue is first come, first served: what is asked for now is answered after the deletion.
        await service.client.get("/evidence/x")

    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        rows = await database.read(text("SELECT id FROM invocations"))
    assert [row[0] for row in rows] == ["6-days-old"]
