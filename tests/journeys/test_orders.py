"""Orders being drafted, over HTTP: what is answered, what is not, and what is said only once."""

from pathlib import Path
from typing import Any

import pytest
from support.running import Running, a_request, running, settings_for, topics

LUMBAR_MRI = {"coding": [{"system": "http://loinc.org", "code": "30679-5"}]}
BY_WORDS = {"text": "MRI L-SPINE W/O CONTRAST"}
ABI = {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "93922"}]}
THERAPY = {"coding": [{"system": "http://snomed.info/sct", "code": "308447003"}]}
BLOOD_COUNT = {"text": "Complete blood count"}
UNKNOWN_CODE = {"coding": [{"system": "urn:oid:1.2.3", "code": "IMG1234"}], "text": "Follow-up phone call"}


def drafting(patient: str, *codes: dict[str, Any], hook: str = "order-select", **context: Any) -> dict[str, Any]:
    """A call in which orders with these codes are drafted, all of them just picked."""
    request = a_request(patient, hook)
    drafts = [
        {
            "resourceType": "ServiceRequest",
            "id": f"draft-{number}",
            "status": "draft",
            "intent": "order",
            "code": code,
            "subject": {"reference": f"Patient/{patient}"},
        }
        for number, code in enumerate(codes, 1)
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft} for draft in drafts]}
    request["context"] |= {"draftOrders": bundle} | context
    if hook == "order-select":
        request["context"] |= {"selections": [f"ServiceRequest/{draft['id']}" for draft in drafts]} | context
    return request


async def answered(service: Running, *args: Any, **kwargs: Any) -> list[str]:
    return topics(await service.call(drafting(*args, **kwargs)))


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
async def test_a_lumbar_mri_is_asked_about_therapy_by_its_code_and_by_its_words(tmp_path: Path, hook: str) -> None:
    async with running(settings_for(tmp_path)) as service:
        assert await answered(service, "demo-possible", LUMBAR_MRI, hook=hook) == ["imagingStewardship"]
    async with running(settings_for(tmp_path / "again")) as service:
        assert await answered(service, "demo-possible", BY_WORDS, hook=hook) == ["imagingStewardship"]


async def test_it_is_said_while_drafting_and_not_again_at_signing(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        assert await answered(service, "demo-possible", LUMBAR_MRI) == ["imagingStewardship"]
        assert await answered(service, "demo-possible", LUMBAR_MRI, hook="order-sign") == []
        assert await answered(service, "demo-probable", LUMBAR_MRI, hook="order-sign") == ["imagingStewardship"]


@pytest.mark.parametrize(
    ("patient", "codes", "expected"),
    [
        ("demo-mixed", [LUMBAR_MRI], ["mixedClaudication"]),
        ("demo-mixed", [LUMBAR_MRI, ABI], []),
        ("demo-vascular", [LUMBAR_MRI], ["vascularClaudication"]),
        ("demo-possible", [LUMBAR_MRI, THERAPY], []),
        ("demo-possible", [BLOOD_COUNT], []),
        ("demo-possible", [UNKNOWN_CODE], []),
        ("demo-possible", [UNKNOWN_CODE, BLOOD_COUNT, LUMBAR_MRI], ["imagingStewardship"]),
        ("demo-possible", [], []),
        ("demo-silent", [LUMBAR_MRI], []),
        ("demo-red-flag", [], ["spinalRedFlag"]),
        ("demo-red-flag", [LUMBAR_MRI], ["spinalRedFlag"]),
    ],
)
async def test_the_orders_being_drafted_decide_what_is_said(
    tmp_path: Path, patient: str, codes: list[dict[str, Any]], expected: list[str]
) -> None:
    async with running(settings_for(tmp_path)) as service:
        assert await answered(service, patient, *codes) == expected


async def test_a_draft_of_another_patient_is_not_answered(tmp_path: Path) -> None:
    request = drafting("demo-possible", LUMBAR_MRI)
    request["context"]["draftOrders"]["entry"][0]["resource"]["subject"] = {"reference": "Patient/somebody-else"}
    async with running(settings_for(tmp_path)) as service:
        assert topics(await service.call(request)) == []


async def test_selections_that_point_nowhere_do_not_silence_the_answer(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        nowhere = await answered(service, "demo-mixed", LUMBAR_MRI, selections=["ServiceRequest/unknown"])
        nothing = await answered(service, "demo-mixed", LUMBAR_MRI, selections=[])
    assert (nowhere, nothing) == (["mixedClaudication"], [])


@pytest.mark.parametrize(
    "entry",
    [None, [], [{}], [None], [{"resource": None}], [{"resource": {"resourceType": "ServiceRequest"}}], "none", {}],
)
async def test_draft_orders_in_any_shape_are_answered(tmp_path: Path, entry: Any) -> None:
    request = drafting("demo-red-flag")
    request["context"]["draftOrders"]["entry"] = entry
    async with running(settings_for(tmp_path)) as service:
        assert topics(await service.call(request)) == ["spinalRedFlag"]


async def test_draft_orders_that_are_no_bundle_are_refused_by_name(tmp_path: Path) -> None:
    request = drafting("demo-possible")
    request["context"]["draftOrders"] = [LUMBAR_MRI]
    async with running(settings_for(tmp_path)) as service:
        answer = await service.client.post("/cds-services/neurogenic-claudication", json=request)
    assert answer.status_code == 400
    assert "draftOrders" in answer.text
