"""What an answer to a card does next time, over HTTP."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.running import AT, CALL, Running, a_request, running, settings_for, topics

COLLEAGUE = "Practitioner/colleague"


async def answer(
    service: Running, response: dict[str, Any], reason: str | None = None, outcome: str = "overridden"
) -> None:
    """Answer the only card of a response as an EHR reports it."""
    (card,) = response["cards"]
    item: dict[str, Any] = {
        "card": card["uuid"],
        "outcome": outcome,
        "outcomeTimestamp": "2026-11-30T09:00:00Z",
    }
    if outcome == "accepted":
        item["acceptedSuggestions"] = [{"id": card["suggestions"][0]["uuid"]}]
    if reason:
        item["overrideReason"] = {"reason": {"code": reason, "system": "urn:cartsign:override-reason"}}
    sent = await service.client.post(f"{CALL}/feedback", json={"feedback": [item]})
    assert sent.status_code == 200, sent.text


async def seen_by(service: Running, patient: str, user: str | None = None) -> dict[str, Any]:
    request = a_request(patient)
    if user:
        request["context"]["userId"] = user
    return await service.call(request)


@pytest.mark.parametrize(
    ("reason", "same_user", "colleague"),
    [
        ("notRelevant", [], ["neurogenicClaudication"]),
        ("patientDeclines", [], []),
        ("knownDiagnosis", [], []),
        ("imagingDone", [], ["neurogenicClaudication"]),
        ("vascularWorkupUnderWay", [], ["neurogenicClaudication"]),
        (None, [], ["neurogenicClaudication"]),
        ("a-reason-of-the-ehr", [], ["neurogenicClaudication"]),
    ],
)
async def test_an_override_is_respected_for_those_it_is_for(
    tmp_path: Path, reason: str | None, same_user: list[str], colleague: list[str]
) -> None:
    async with running(settings_for(tmp_path)) as service:
        await answer(service, await seen_by(service, "demo-possible"), reason)
        assert topics(await seen_by(service, "demo-possible")) == same_user
        assert topics(await seen_by(service, "demo-possible", COLLEAGUE)) == colleague


async def test_imaging_that_was_done_elsewhere_is_not_suggested_to_a_colleague_either(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        before = await seen_by(service, "demo-possible")
        await answer(service, before, "imagingDone")
        after = await seen_by(service, "demo-possible", COLLEAGUE)

    def offered(response: dict[str, Any]) -> bool:
        return any("MRI" in suggestion["label"] for suggestion in response["cards"][0]["suggestions"])

    assert (offered(before), offered(after)) == (True, False)
    assert "A clinician said that lumbar imaging has been done" in after["cards"][0]["detail"]


async def test_an_accepted_suggestion_is_not_followed_by_the_same_card(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        await answer(service, await seen_by(service, "demo-probable"), outcome="accepted")
        assert topics(await seen_by(service, "demo-probable")) == []


async def test_a_vascular_work_up_under_way_silences_the_vascular_card_and_no_other_patients(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        await answer(service, await seen_by(service, "demo-vascular"), "vascularWorkupUnderWay")
        assert topics(await seen_by(service, "demo-vascular", COLLEAGUE)) == []
        assert topics(await seen_by(service, "demo-mixed")) == ["mixedClaudication"]


async def test_feedback_for_yesterdays_card_counts_today(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        yesterday = await seen_by(service, "demo-possible")
    async with running(settings_for(tmp_path, at=AT + timedelta(days=1))) as service:
        assert topics(await seen_by(service, "demo-possible")) == ["neurogenicClaudication"]
        await answer(service, yesterday, "notRelevant")
        assert topics(await seen_by(service, "demo-possible")) == []


async def test_an_answer_is_forgotten_when_its_days_are_over(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        await answer(service, await seen_by(service, "demo-possible"), "notRelevant")
    async with running(settings_for(tmp_path, at=AT + timedelta(days=91))) as service:
        assert topics(await seen_by(service, "demo-possible")) == ["neurogenicClaudication"]
