"""What the mock EHR reads of its own server: patients, drafts, and the whole story of a call."""

from pathlib import Path

import pytest
from support.databases import unusable
from support.running import CALL, a_request, running, settings_for

from service.sandbox.demo import DEMO_PATIENTS, DRAFT_ORDERS

CORRELATION = "6a7f2f3c-2c86-4f5f-9a43-1f3d7a3b8a01"


async def test_every_demo_patient_is_listed_with_name_and_reason(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        listed = (await service.client.get("/sandbox/patients")).json()

    assert [person["id"] for person in listed["patients"]] == [demo.id for demo in DEMO_PATIENTS]
    assert all(person["name"] and person["birthDate"] and person["shows"] for person in listed["patients"])
    assert [draft["id"] for draft in listed["drafts"]] == [draft.id for draft in DRAFT_ORDERS]
    assert listed["hooks"] == ["patient-view", "encounter-start", "order-select", "order-sign"]


@pytest.mark.parametrize("by_prefetch", [True, False])
async def test_a_call_is_told_with_its_request_decision_and_marked_sentences(tmp_path: Path, by_prefetch: bool) -> None:
    async with running(settings_for(tmp_path)) as service:
        prefetch = {"prefetch": await service.prefetch("demo-probable")} if by_prefetch else {}
        request = a_request("demo-probable", **prefetch)
        answer = await service.client.post(CALL, json=request, headers={"X-Correlation-ID": CORRELATION})
        told = (await service.client.get(f"/sandbox/calls/{CORRELATION}")).json()

    assert told["request"] == request
    assert told["decision"]["cards"][0]["uuid"] == answer.json()["cards"][0]["uuid"]
    assert told["titles"]["A"] == "leg or buttock symptom on walking"
    told_of = {given["atom"] for sentence in told["sentences"] for given in sentence["findings"]}
    assert {"A", "F", "S", "T"} <= told_of
    for sentence in told["sentences"]:
        for mark in sentence["marks"]:
            assert sentence["text"][mark["start"] : mark["end"]] == mark["phrase"]


async def test_where_requests_are_not_recorded_the_decision_is_told_alone(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, record="decision")) as service:
        await service.client.post(CALL, json=a_request(), headers={"X-Correlation-ID": CORRELATION})
        told = (await service.client.get(f"/sandbox/calls/{CORRELATION}")).json()

    assert (told["request"], told["sentences"]) == (None, [])
    assert told["decision"]["state"] == "probable"


async def test_an_unknown_call_is_a_404_and_without_the_sandbox_nothing_is_there(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        assert (await service.client.get("/sandbox/calls/unknown")).status_code == 404
    async with running(settings_for(tmp_path, sandbox=False)) as service:
        assert (await service.client.get("/sandbox/patients")).status_code == 404


async def test_recorded_charts_are_told_in_open_trust_only(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        await service.client.post(CALL, json=a_request(), headers={"X-Correlation-ID": CORRELATION})
    async with running(settings_for(tmp_path, trust="registered")) as service:
        assert (await service.client.get("/sandbox/patients")).status_code == 200
        assert (await service.client.get(f"/sandbox/calls/{CORRELATION}")).status_code == 404


async def test_whatever_a_sentence_gave_has_a_name(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        for demo in DEMO_PATIENTS:
            await service.client.post(CALL, json=a_request(demo.id), headers={"X-Correlation-ID": demo.id})
            told = (await service.client.get(f"/sandbox/calls/{demo.id}")).json()
            assert told["decision"]["state"] == demo.state
            assert {given["atom"] for one in told["sentences"] for given in one["findings"]} <= told["titles"].keys()
            assert all(told["titles"].values())


async def test_a_store_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, database_url=f"sqlite+aiosqlite:///{unusable(tmp_path)}")) as service:
        assert (await service.client.get(f"/sandbox/calls/{CORRELATION}")).status_code == 503
