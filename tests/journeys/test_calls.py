"""Whole calls over HTTP: from a demo patient's chart to the cards a clinician sees."""

from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from support.canary import Names
from support.running import CALL, Running, a_request, running, settings_for, topics

from service.sandbox.demo import DEMO_PATIENTS

TOPIC_OF = {
    "possible": ["neurogenicClaudication"],
    "probable": ["neurogenicClaudication"],
    "mixed": ["mixedClaudication"],
    "vascular": ["vascularClaudication"],
    "redFlag": ["spinalRedFlag"],
    "redFlagUrgent": ["spinalRedFlag"],
    "conflict": ["historyIncomplete"],
    "insufficient": ["historyIncomplete"],
    "silent": [],
    "alreadyDiagnosed": [],
}
VASCULAR_RED_FLAGS = {"demo-acute-limb", "demo-aneurysm", "demo-rest-pain"}


def without_what_varies(response: dict[str, Any]) -> list[dict[str, Any]]:
    """The cards without links, uuids and the ids derived from them: live calls never repeat those."""
    cards = []
    for card in response["cards"]:
        suggestions = [
            {
                **suggestion,
                "uuid": "",
                "actions": [
                    {**action, "resource": {**action["resource"], "id": ""}} for action in suggestion["actions"]
                ],
            }
            for suggestion in card.get("suggestions", ())
        ]
        cards.append({**card, "uuid": "", "links": [], "suggestions": suggestions})
    return cards


async def calls_both_ways(service: Running, patient: str) -> tuple[dict[str, Any], dict[str, Any]]:
    by_prefetch = a_request(patient, prefetch=await service.prefetch(patient))
    del by_prefetch["fhirServer"]
    return await service.call(a_request(patient)), await service.call(by_prefetch)


@pytest.mark.parametrize("patient", DEMO_PATIENTS, ids=lambda patient: patient.id)
async def test_a_demo_patient_gets_the_same_cards_by_prefetch_and_by_fhir(tmp_path: Path, patient: Any) -> None:
    async with running(settings_for(tmp_path)) as service:
        by_fhir, by_prefetch = await calls_both_ways(service, patient.id)

    expected = ["vascularRedFlag"] if patient.id in VASCULAR_RED_FLAGS else TOPIC_OF[patient.state]
    assert topics(by_fhir) == expected
    assert without_what_varies(by_fhir) == without_what_varies(by_prefetch)


async def test_with_a_full_prefetch_the_fhir_server_is_not_asked(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        await service.call(a_request(prefetch=await service.prefetch("demo-probable")))

        assert service.asked == []


async def test_what_prefetch_lacks_is_fetched_and_nothing_else(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        prefetch = await service.prefetch("demo-probable")
        del prefetch["observations"]
        response = await service.call(a_request(prefetch=prefetch))

        assert [request.url.path for request in service.asked] == ["/sandbox/fhir/Observation"]
        assert topics(response) == ["neurogenicClaudication"]


@pytest.mark.parametrize("hook", ["patient-view", "encounter-start", "order-select", "order-sign"])
async def test_every_hook_of_the_service_is_answered(tmp_path: Path, hook: str) -> None:
    async with running(settings_for(tmp_path)) as service:
        response = await service.call(a_request("demo-red-flag", hook))

    assert topics(response) == ["spinalRedFlag"]


async def test_discovery_lists_the_service_once_for_each_hook(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        listed = (await service.client.get("/cds-services")).json()["services"]

    assert [(entry["id"], entry["hook"]) for entry in listed] == [
        ("neurogenic-claudication", hook) for hook in ("patient-view", "encounter-start", "order-select", "order-sign")
    ]
    assert set(listed[0]["prefetch"]) >= {"patient", "conditions", "observations"}


@pytest.mark.parametrize("patient", ["demo-possible", "demo-probable", "demo-mixed", "demo-vascular", "demo-red-flag"])
async def test_every_offered_order_is_a_valid_r4_draft_for_this_patient(tmp_path: Path, patient: str) -> None:
    async with running(settings_for(tmp_path)) as service:
        response = await service.call(a_request(patient))

    orders = [
        action["resource"]
        for card in response["cards"]
        for suggestion in card.get("suggestions", ())
        for action in suggestion["actions"]
    ]
    for order in orders:
        get_fhir_model_class(order["resourceType"]).model_validate(order)
        assert (order["status"], order["subject"]["reference"]) == ("draft", f"Patient/{patient}")
        assert order["requester"]["reference"] == "Practitioner/demo-clinician"


async def test_without_a_chart_the_answer_is_412_and_names_what_is_needed(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        request = a_request()
        del request["fhirServer"]
        answer = await service.client.post(CALL, json=request)

    assert answer.status_code == 412
    assert answer.json()["issue"][0]["expression"] == [
        "prefetch.patient",
        "prefetch.conditions",
        "prefetch.observations",
    ]


async def test_a_fhir_server_elsewhere_is_never_contacted(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        answer = await service.client.post(CALL, json=a_request(fhirServer="https://evil.example.org/fhir"))

        assert (answer.status_code, service.asked) == (412, [])


async def test_a_listed_fhir_server_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = "http://ehr.example.org/sandbox/fhir"
    Names({"ehr.example.org": ["93.184.216.34"]}).answer(monkeypatch)
    async with running(settings_for(tmp_path, fhir_origins=(elsewhere,))) as service:
        await service.call(a_request(fhirServer=elsewhere))

        assert {request.url.host for request in service.asked} == {"93.184.216.34"}


async def test_the_token_goes_to_the_fhir_server_and_nowhere_else(tmp_path: Path) -> None:
    lent = {"access_token": "s3cret-t0ken", "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read"}
    async with running(settings_for(tmp_path)) as service:
        await service.call(a_request(fhirAuthorization={**lent, "subject": "cartsign"}))

        assert {request.headers["authorization"] for request in service.asked} == {"Bearer s3cret-t0ken"}
    assert all(b"s3cret-t0ken" not in file.read_bytes() for file in tmp_path.iterdir())


async def test_live_calls_never_share_a_card_id(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        first, second = [await service.call(a_request()) for _ in range(2)]

    assert first["cards"][0]["uuid"] != second["cards"][0]["uuid"]


async def test_the_correlation_id_of_the_caller_comes_back(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        answer = await service.client.post(CALL, json=a_request(), headers={"X-Correlation-ID": "visit-42"})

    assert answer.headers["x-correlation-id"] == "visit-42"
