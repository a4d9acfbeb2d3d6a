"""HAPI as the EHR's FHIR server: whatever part of a chart the service reads there, it decides as it does when the EHR
sends everything; what it cannot read is a gap with a name, or a 412 where there is no deciding without it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from support.databases import open_database
from support.doorkeeper import Doorkeeper, doorkeeper
from support.hapi import SYNTHEA, US_CORE, prefetch_from, synthea, us_core
from support.running import AT, BASE, CALL, a_request, settings_for, shipped_knowledge

from service.app import create_app
from service.fhir.prefetch_table import TEMPLATES
from service.sandbox.demo import DEMO_PATIENTS, HOOKS
from service.sandbox.store import Store
from service.storage.schema import invocations

DEMO = Store.demo(AT.date())
CHARTS = {patient.id: DEMO for patient in DEMO_PATIENTS}
TOKEN = "lent-token-7f3a"
# Enough for a server on a busy machine, little enough to wait for.
SHORT_MS = 6000


async def answers(folder: Path, *requests: dict[str, Any], **changes: Any) -> list[httpx.Response]:
    """What a service with its own HTTP client answers, having seen nobody before."""
    app = create_app(settings_for(folder, **changes), knowledge=shipped_knowledge())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        return [await client.post(CALL, json=request) for request in requests]


async def decisions(folder: Path, *requests: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """The decisions as recorded, in the order of the requests, which must all succeed."""
    folder.mkdir()
    said = await answers(folder, *requests, **changes)
    assert [one.status_code for one in said] == [200] * len(requests), [one.text[:300] for one in said]
    async with open_database(folder / "cartsign.sqlite3") as database:
        rows = await database.read(select(invocations.c.patient, invocations.c.decision))
    by_patient = {row.patient: json.loads(row.decision) for row in rows}
    return [by_patient[request["context"]["patientId"]] for request in requests]


def lasting(value: Any) -> Any:
    """A decision without what is made anew each time or leads to the server: uuids and links."""
    if isinstance(value, Mapping):
        return {key: lasting(item) for key, item in value.items() if key not in ("uuid", "links")}
    return [lasting(item) for item in value] if isinstance(value, list) else value


def by_prefetch(store: Store, patient: str, hook: str = "patient-view", **members: Any) -> dict[str, Any]:
    request = a_request(patient, hook, prefetch=prefetch_from(store, patient), **members)
    del request["fhirServer"]
    return request


def gaps(decision: dict[str, Any]) -> dict[str, str]:
    return {gap["key"]: gap["code"] for gap in decision["gaps"]}


def lent(token: str = TOKEN) -> dict[str, Any]:
    access = {"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read"}
    return {"fhirAuthorization": access | {"subject": "cartsign"}}


@pytest.mark.parametrize("hook", HOOKS)
async def test_without_prefetch_the_demo_patients_are_decided_as_with_it(hook: str, hapi: str, tmp_path: Path) -> None:
    """PRE-15: for every patient and every hook, the same findings, cards and (no) gaps."""
    sent = await decisions(tmp_path / "sent", *(by_prefetch(DEMO, patient, hook) for patient in CHARTS))
    read = await decisions(tmp_path / "read", *(a_request(patient, hook, fhirServer=hapi) for patient in CHARTS))

    assert [one["state"] for one in read] == [patient.state for patient in DEMO_PATIENTS]
    for mine, theirs in zip(sent, read, strict=True):
        assert lasting(theirs) == lasting(mine)
        assert theirs["gaps"] == []


async def test_what_the_prefetch_lacks_is_read_from_the_server(hapi: str, tmp_path: Path) -> None:
    """PRE-15: every second key sent, and then the others."""
    for n in (0, 1):
        part = {template.key for template in TEMPLATES[n::2]}
        complete = [by_prefetch(DEMO, patient) for patient in CHARTS]
        partial = [
            request | {"fhirServer": hapi, "prefetch": {k: v for k, v in request["prefetch"].items() if k in part}}
            for request in complete
        ]
        sent = await decisions(tmp_path / f"sent-{n}", *complete)
        read = await decisions(tmp_path / f"read-{n}", *partial)
        assert lasting(read) == lasting(sent)


async def test_small_pages_come_to_the_same(hapi: str, tmp_path: Path) -> None:
    """PRE-5: pages of three resources, each linked to by the one before."""
    with doorkeeper(hapi, Doorkeeper(count=3)) as door:
        some = list(CHARTS)[::3]
        sent = await decisions(tmp_path / "sent", *(by_prefetch(DEMO, patient) for patient in some))
        read = await decisions(tmp_path / "read", *(a_request(patient, fhirServer=door.base) for patient in some))
        assert lasting(read) == lasting(sent)
        assert len([path for _, path, _ in door.asked if "_getpages=" in path]) > 4 * len(some)


async def test_more_pages_than_are_read_are_a_gap(hapi: str, tmp_path: Path) -> None:
    """PRE-5: 26 Observations on 26 pages; what is read are the newest ten."""
    with doorkeeper(hapi, Doorkeeper(count=1)) as door:
        (read,) = await decisions(tmp_path / "read", a_request("demo-mixed", fhirServer=door.base))
    assert gaps(read)["observations"] == "cut-short"
    assert any("more than 10" in gap["detail"] for gap in read["gaps"])


async def test_nothing_is_said_about_charts_of_synthea_and_us_core(hapi: str, tmp_path: Path) -> None:
    """PRE-15, PRE-5: charts that were not written for this service, in the pages that the server chooses."""
    stores = {str(next(iter(store.of_type("Patient")))["id"]): store for store in map(synthea, SYNTHEA)}
    stores |= dict.fromkeys(US_CORE, us_core())
    sent = await decisions(tmp_path / "sent", *(by_prefetch(store, patient) for patient, store in stores.items()))
    read = await decisions(tmp_path / "read", *(a_request(patient, fhirServer=hapi) for patient in stores))

    assert {one["state"] for one in read} == {"silent"}
    assert lasting(read) == lasting(sent)
    assert all(one["gaps"] == [] and one["cards"] == [] for one in read)


async def test_a_search_that_the_server_refuses_is_a_gap_and_the_others_count(hapi: str, tmp_path: Path) -> None:
    """PRE-16: HAPI answers 400 and an OperationOutcome."""
    with doorkeeper(hapi, Doorkeeper(garbled=frozenset({"Procedure", "DocumentReference"}))) as door:
        (read,) = await decisions(tmp_path / "read", a_request("demo-probable", fhirServer=door.base))
        assert (
            sorted({path.split("?")[0] for _, path, status in door.asked if status == 400})
            == ["/fhir/DocumentReference", "/fhir/Procedure"]
        )  # fmt: skip
    assert gaps(read) == {"procedures": "failed", "documents": "failed"}


@pytest.mark.parametrize(("kind", "key"), [("Condition", "conditions"), ("Observation", "observations")])
async def test_a_required_search_that_the_server_refuses_is_a_412(
    kind: str, key: str, hapi: str, tmp_path: Path
) -> None:
    """PRE-16"""
    with doorkeeper(hapi, Doorkeeper(garbled=frozenset({kind}))) as door:
        (answer,) = await answers(tmp_path, a_request("demo-probable", fhirServer=door.base))
    assert (answer.status_code, key in answer.text) == (412, True)


async def test_a_patient_whom_the_server_does_not_know_is_a_412(hapi: str, tmp_path: Path) -> None:
    """PRE-16: HAPI answers 404 and an OperationOutcome."""
    (answer,) = await answers(tmp_path, a_request("demo-nobody", fhirServer=hapi))
    assert (answer.status_code, "patient" in answer.text) == (412, True)


async def test_the_lent_token_opens_the_server(hapi: str, tmp_path: Path) -> None:
    """AUTH-15: it goes along with every request, further pages included."""
    with doorkeeper(hapi, Doorkeeper(token=TOKEN, count=5)) as door:
        request = a_request("demo-mixed", fhirServer=door.base, **lent())
        (sent,) = await decisions(tmp_path / "sent", by_prefetch(DEMO, "demo-mixed"))
        (read,) = await decisions(tmp_path / "read", request)
        assert {status for *_, status in door.asked} == {200}
    assert lasting(read) == lasting(sent)


@pytest.mark.parametrize("access", [{}, lent("another-token")], ids=["none", "wrong"])
async def test_without_the_right_token_there_is_no_deciding(access: dict[str, Any], hapi: str, tmp_path: Path) -> None:
    """AUTH-15, PRE-16"""
    with doorkeeper(hapi, Doorkeeper(token=TOKEN)) as door:
        (answer,) = await answers(tmp_path, a_request("demo-probable", fhirServer=door.base, **access))
        assert {status for *_, status in door.asked} == {401}
    assert answer.status_code == 412
    assert TOKEN not in answer.text
    assert "another-token" not in answer.text


async def test_a_wrong_token_costs_only_what_was_not_sent(hapi: str, tmp_path: Path) -> None:
    """PRE-15: with the required keys in the prefetch, the others are gaps."""
    request = by_prefetch(DEMO, "demo-probable")
    kept = {template.key for template in TEMPLATES if template.required}
    request["prefetch"] = {key: value for key, value in request["prefetch"].items() if key in kept}
    with doorkeeper(hapi, Doorkeeper(token=TOKEN)) as door:
        (read,) = await decisions(tmp_path / "read", request | {"fhirServer": door.base} | lent("another-token"))
    assert gaps(read) == {template.key: "failed" for template in TEMPLATES if not template.required}


async def test_a_token_that_expires_between_two_pages_is_a_gap(hapi: str, tmp_path: Path) -> None:
    """PRE-5: what came before it expired counts."""
    with doorkeeper(hapi, Doorkeeper(token=TOKEN, first_pages_only=True, count=5)) as door:
        (read,) = await decisions(tmp_path / "read", a_request("demo-mixed", fhirServer=door.base, **lent()))
    assert gaps(read)["observations"] == "cut-short"
    assert set(gaps(read).values()) == {"cut-short"}


async def test_a_slow_answer_is_a_gap_when_the_time_of_the_call_is_over(hapi: str, tmp_path: Path) -> None:
    """PRE-16: the server would answer after the deadline; everything else was read."""
    with doorkeeper(hapi, Doorkeeper(slow=frozenset({"Device"}))) as door:
        request = a_request("demo-probable", fhirServer=door.base)
        (read,) = await decisions(tmp_path / "read", request, deadline_ms=SHORT_MS)
    assert gaps(read) == {"devices": "failed"}
    assert read["state"] == "probable"


async def test_a_slow_answer_to_what_is_required_is_a_412(hapi: str, tmp_path: Path) -> None:
    """PRE-16"""
    with doorkeeper(hapi, Doorkeeper(slow=frozenset({"Condition"}))) as door:
        request = a_request("demo-probable", fhirServer=door.base)
        (answer,) = await answers(tmp_path, request, deadline_ms=1500)
    assert (answer.status_code, "conditions" in answer.text) == (412, True)
