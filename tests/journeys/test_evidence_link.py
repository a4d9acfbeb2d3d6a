"""From a card to the page behind it."""

from pathlib import Path

from sqlalchemy import text
from support.databases import unusable
from support.registered import Signed, a_row, registered_service, registered_settings
from support.running import BASE, a_request, running, settings_for

from cds_hooks.testing import PretendEHR
from service.storage.database import Database


async def test_each_card_links_to_the_words_it_rests_on(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        (card,) = (await service.call(a_request("demo-probable")))["cards"]
        (link,) = card["links"]
        page = await service.client.get(link["url"])

    assert (link["type"], link["url"].startswith(f"{BASE}/evidence/")) == ("absolute", True)
    assert page.status_code == 200
    assert "better leaning on cart" in page.text.replace("</mark>", "").replace('<mark class="target">', "")
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_the_link_is_built_on_the_public_url_never_on_the_host_header(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, public_url="https://cds.example.org/cartsign")) as service:
        answer = await service.client.post(
            "/cds-services/neurogenic-claudication", json=a_request(), headers={"Host": "localhost:9999"}
        )

    (link,) = answer.json()["cards"][0]["links"]
    assert link["url"].startswith("https://cds.example.org/cartsign/evidence/")


async def test_an_unknown_link_reads_kindly(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        page = await service.client.get("/evidence/AAAAAAAAAAAAAAAAAAAAAA")

    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "does not work any more" in page.text


async def test_an_expired_link_looks_like_an_unknown_one(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with running(settings) as service:
        (card,) = (await service.call(a_request()))["cards"]
        unknown = await service.client.get("/evidence/AAAAAAAAAAAAAAAAAAAAAA")
        assert (await service.client.get(card["links"][0]["url"])).status_code == 200

        await end_all_links(settings.database)
        expired = await service.client.get(card["links"][0]["url"])

    assert (expired.status_code, expired.text) == (404, unknown.text)


async def end_all_links(url: str) -> None:
    database = Database(url, alarm=lambda count, why: None)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE evidence_links SET expires_at = '2020-01-01 00:00:00.000000'"))
    await database.stop()


async def test_two_calls_have_two_links(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        urls = {(await service.call(a_request()))["cards"][0]["links"][0]["url"] for _ in range(2)}

    assert len(urls) == 2


async def test_registered_trust_has_no_link_until_there_is_sign_in(tmp_path: Path) -> None:
    ehr = PretendEHR()
    async with registered_service(registered_settings(tmp_path), a_row(ehr)) as service:
        (card,) = (await Signed(service, ehr).call())["cards"]

    assert "links" not in card


async def test_without_storage_there_is_no_link_that_leads_nowhere(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, database_url=f"sqlite+aiosqlite:///{unusable(tmp_path)}")
    async with running(settings) as service:
        (card,) = (await service.call(a_request()))["cards"]

    assert "links" not in card


async def test_a_link_that_cannot_be_looked_up_says_try_again(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, database_url=f"sqlite+aiosqlite:///{unusable(tmp_path)}")
    async with running(settings) as service:
        page = await service.client.get("/evidence/AAAAAAAAAAAAAAAAAAAAAA")

    assert page.status_code == 503
    assert "try this link" in page.text
