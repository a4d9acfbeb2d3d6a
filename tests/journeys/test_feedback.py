"""Feedback, from a card to what it changes."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.databases import open_database, unusable
from support.running import CALL, Running, a_request, running, settings_for, topics

FEEDBACK = f"{CALL}/feedback"


def overridden(card: str, **changes: Any) -> dict[str, Any]:
    return {
        "card": card,
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-30T09:01:00Z",
        "overrideReason": {"reason": {"code": "notRelevant", "system": "urn:cartsign:override-reason"}},
    } | changes


async def send(service: Running, *items: Any) -> int:
    return (await service.client.post(FEEDBACK, json={"feedback": list(items)})).status_code


async def stored(tmp_path: Path) -> list[tuple[str, str]]:
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        rows = await database.read(text("SELECT card, outcome FROM feedback ORDER BY id"))
    return [(row[0], row[1]) for row in rows]


async def test_a_red_flag_that_was_answered_is_not_repeated_to_the_same_user_in_the_same_visit(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        shown = await service.call(a_request("demo-red-flag"))
        assert await send(service, overridden(shown["cards"][0]["uuid"])) == 200

        again = await service.call(a_request("demo-red-flag"))
        context = a_request("demo-red-flag")["context"]
        colleague = await service.call(a_request("demo-red-flag", context={**context, "userId": "Practitioner/other"}))
        next_visit = await service.call(a_request("demo-red-flag", context={**context, "encounterId": "another"}))

    assert topics(shown) == ["spinalRedFlag"]
    assert topics(again) == []
    assert topics(colleague) == topics(next_visit) == ["spinalRedFlag"]


async def test_another_patients_answer_changes_nothing(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        shown = await service.call(a_request("demo-probable"))
        await send(service, overridden(shown["cards"][0]["uuid"]))

        assert topics(await service.call(a_request("demo-red-flag"))) == ["spinalRedFlag"]


async def test_an_accepted_suggestion_is_kept_once_however_often_it_is_sent(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        card = (await service.call(a_request()))["cards"][0]
        accepted = {
            "card": card["uuid"],
            "outcome": "accepted",
            "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}],
            "outcomeTimestamp": "2026-11-30T09:01:00.000+00:00",
        }
        assert [await send(service, accepted) for _ in range(3)] == [200, 200, 200]

    assert await stored(tmp_path) == [(card["uuid"], "accepted")]


async def test_a_malformed_item_is_named_by_index_after_the_others_were_stored(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        body = {"feedback": [overridden("card-1"), {"card": "card-2", "outcome": "perhaps"}, overridden("card-3")]}
        answer = await service.client.post(FEEDBACK, json=body)

    assert answer.status_code == 400
    assert "feedback[1]" in answer.json()["issue"][0]["expression"][0]
    assert await stored(tmp_path) == [("card-1", "overridden"), ("card-3", "overridden")]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"feedback": {}}', b'{"feedback": [1]}', b'{"feedback": [null, {}]}', b"\xff"]
)
async def test_a_batch_that_cannot_be_read_is_a_400(tmp_path: Path, body: bytes) -> None:
    async with running(settings_for(tmp_path)) as service:
        answer = await service.client.post(FEEDBACK, content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


async def test_feedback_that_cannot_be_stored_is_a_503_so_that_the_ehr_sends_it_again(tmp_path: Path) -> None:
    path = unusable(tmp_path)
    settings = settings_for(tmp_path, database_url=f"sqlite+aiosqlite:///{path}")
    async with running(settings) as service:
        assert await send(service, overridden("card-1")) == 503

        path.parent.unlink()
        assert await send(service, overridden("card-1")) == 200


async def test_feedback_for_an_unknown_service_is_a_404(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        answer = await service.client.post("/cds-services/other/feedback", json={"feedback": [overridden("card-1")]})

    assert answer.status_code == 404
