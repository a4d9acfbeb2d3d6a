"""A service whose database is away still answers, and says so where somebody watches."""

from pathlib import Path

from support.databases import unusable
from support.running import CALL, a_request, running, settings_for, topics


async def test_a_red_flag_is_shown_although_nothing_can_be_recorded(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, database_url=f"sqlite+aiosqlite:///{unusable(tmp_path)}")
    async with running(settings) as service:
        assert topics(await service.call(a_request("demo-red-flag"))) == ["spinalRedFlag"]

        ready = await service.client.get("/readyz")
        live = await service.client.get("/livez")
        await service.client.get("/evidence/waits-for-the-writer")
        metrics = (await service.client.get("/metrics")).text

    assert (ready.status_code, ready.json()["storage"]) == (503, "away")
    assert live.status_code == 200
    assert "cartsign_history_unread_total 1.0" in metrics
    assert "cartsign_rows_lost_total 1.0" in metrics


async def test_records_are_kept_again_once_it_is_back(tmp_path: Path) -> None:
    path = unusable(tmp_path)
    async with running(settings_for(tmp_path, database_url=f"sqlite+aiosqlite:///{path}")) as service:
        await service.call(a_request())
        path.parent.unlink()
        await service.call(a_request())
        await service.client.get("/evidence/waits-for-the-writer")
        (card,) = (await service.call(a_request()))["cards"]

        assert (await service.client.get(card["links"][0]["url"])).status_code == 200
        assert (await service.client.get("/readyz")).status_code == 200


async def test_no_error_answer_ever_names_the_file(tmp_path: Path) -> None:
    path = unusable(tmp_path)
    async with running(settings_for(tmp_path, database_url=f"sqlite+aiosqlite:///{path}")) as service:
        item = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-30T09:01:00Z"}
        answer = await service.client.post(f"{CALL}/feedback", json={"feedback": [item]})

    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
