"""Recording: what of a call is kept, and what never is."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import text
from support.databases import open_database
from support.logged import everything_logged
from support.running import AT, BASE, CALL, Running, a_request, running, settings_for

from cds_hooks import read_answers, read_request
from service.chart.read import read_chart
from service.decision import decide
from service.fhir.gather import gather
from service.fhir.prefetch_table import TEMPLATES
from service.knowledge.load import load_knowledge
from service.moment import Moment
from service.recording import without_token

TOKEN = {"access_token": "s3cret", "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read", "subject": "x"}


async def rows_after(tmp_path: Path, request: dict[str, Any], **changes: Any) -> tuple[Any, bytes, dict[str, Any]]:
    """The one invocation row that a call leaves, the body that was sent, and the response."""
    async with running(settings_for(tmp_path, **changes)) as service:
        prefetch = await service.prefetch(request["context"]["patientId"])
        body = httpx.Request("POST", BASE, json=request | {"prefetch": prefetch}).content
        answer = await service.client.post(CALL, content=body, headers={"content-type": "application/json"})
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        (row,) = await database.read(text("SELECT * FROM invocations"))
    return row, body, answer.json()


async def test_decision_keeps_the_decision_and_fingerprints_and_not_the_request(tmp_path: Path) -> None:
    row, body, answer = await rows_after(tmp_path, a_request(fhirAuthorization=TOKEN), record="decision")

    decision = json.loads(row.decision)
    assert (row.state, row.topic) == (decision["state"], decision["topic"]) == ("probable", "neurogenicClaudication")
    assert row.request is None
    assert row.request_sha256 == hashlib.sha256(body).hexdigest()
    assert (row.patient, row.hook, row.user) == ("demo-probable", "patient-view", "Practitioner/demo-clinician")
    assert (row.encounter, row.hook_instance) == ("demo-probable-visit", a_request()["hookInstance"])
    assert len(row.knowledge) == 64
    assert decision["cards"][0]["uuid"] == answer["cards"][0]["uuid"]
    assert row.total_ms >= row.gather_ms > 0


async def test_full_keeps_the_request_without_the_token(tmp_path: Path) -> None:
    row, body, _ = await rows_after(tmp_path, a_request(fhirAuthorization=TOKEN), record="full")

    sent = json.loads(body)
    del sent["fhirAuthorization"]
    assert json.loads(row.request) == sent
    assert all(b"s3cret" not in file.read_bytes() for file in tmp_path.iterdir())


async def test_a_recorded_call_can_be_decided_again_byte_for_byte(tmp_path: Path) -> None:
    row, _, _ = await rows_after(tmp_path, a_request(), record="full")

    moment = msgspec.json.decode(row.moment, type=Moment)
    request = read_request(row.request)
    gathered = await gather(request, read_answers(TEMPLATES, request.prefetch), client=None, deadline=float("inf"))
    again = decide(read_chart(gathered, row.patient), load_knowledge(), moment)

    assert moment.now == AT
    assert msgspec.json.encode(again.to_json()) == row.decision


async def test_each_card_shown_has_its_row(tmp_path: Path) -> None:
    _, _, answer = await rows_after(tmp_path, a_request("demo-red-flag"))

    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        cards = await database.read(text("SELECT id, topic, indicator, evidence FROM cards"))
    assert [(row.id, row.topic, row.indicator) for row in cards] == [
        (card["uuid"], card["source"]["topic"]["code"], card["indicator"]) for card in answer["cards"]
    ]
    assert all(len(row.evidence) == 64 for row in cards)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"hook": "x", "fhirAuthorization": {"access_token": "t"}}', b'{"hook":"x"}'),
        (
            b'{"fhirAuthorization":null,"prefetch":{"a":  1.50,"b":"\\u00e9"}}',
            b'{"prefetch":{"a":  1.50,"b":"\\u00e9"}}',
        ),
        (
            b'{"extension":{"fhirAuthorization":"not the member"}}',
            b'{"extension":{"fhirAuthorization":"not the member"}}',
        ),
    ],
)
def test_taking_out_the_token_keeps_every_other_byte(body: bytes, kept: bytes) -> None:
    assert without_token(body) == kept


async def test_resources_of_another_patient_are_counted_and_logged_as_an_event(tmp_path: Path) -> None:
    with everything_logged() as lines:
        async with running(settings_for(tmp_path)) as service:
            counted = await foreign_conditions(service)
    (event,) = [json.loads(line) for line in lines.getvalue().splitlines() if "another patient" in line]
    assert event["count"] > 0
    assert event["client"] == "open"
    assert event["correlation_id"]
    assert 'cartsign_gaps_total{code="other-patient",key="conditions"}' in counted


async def foreign_conditions(service: Running) -> str:
    """The metrics after a call in whose prefetch another patient's Conditions stand."""
    prefetch = await service.prefetch("demo-probable")
    prefetch["conditions"] = (await service.prefetch("demo-vascular"))["conditions"]
    await service.call(a_request("demo-probable", prefetch=prefetch))
    return (await service.client.get("/metrics")).text
