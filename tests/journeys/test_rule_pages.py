"""From a card to its rule, and what the rule says of itself, over HTTP."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.running import BASE, a_request, running, settings_for, shipped_knowledge

RULES = [rule.id for rule in shipped_knowledge().rules]


class Links(HTMLParser):
    """The addresses a page links to, and the names of its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.hrefs += [value for name, value in attrs if name == "href" and value]


async def test_the_source_of_a_card_is_the_page_of_its_rule(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        (card,) = (await service.call(a_request("demo-probable")))["cards"]
        page = await service.client.get(card["source"]["url"])

    assert card["source"]["url"] == f"{BASE}/rules/probable-neurogenic-claudication"
    assert card["source"]["label"] == "Cartsign"
    assert page.status_code == 200
    assert "Several features of neurogenic claudication" in page.text


async def test_the_address_is_built_on_the_public_url_never_on_the_host_header(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, public_url="https://cds.example.org/cartsign")) as service:
        answer = await service.client.post(
            "/cds-services/neurogenic-claudication", json=a_request(), headers={"Host": "localhost:9999"}
        )

    assert answer.json()["cards"][0]["source"]["url"].startswith("https://cds.example.org/cartsign/rules/")


async def test_every_rule_has_a_page_and_a_record_and_both_are_found_from_the_list(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        listed = Links((await service.client.get("/rules")).text).hrefs
        assert listed == [f"rules/{rule}" for rule in RULES]
        for address in listed:
            page = await service.client.get(f"/{address}")
            record = await service.client.get(f"/{address}.json")
            assert (page.status_code, record.status_code) == (200, 200)
            assert page.headers["content-type"].startswith("text/html")
            assert record.headers["content-type"] == "application/json"
            assert record.json()["interventionId"] == address.partition("/")[2]
            assert f"{record.json()['interventionId']}.json" in Links(page.text).hrefs


async def test_anybody_may_read_them_where_only_registered_clients_may_call(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, trust="registered")) as service:
        assert (await service.client.get("/rules")).status_code == 200
        assert (await service.client.get(f"/rules/{RULES[0]}.json")).status_code == 200


@pytest.mark.parametrize("path", ["/rules", f"/rules/{RULES[0]}", f"/rules/{RULES[0]}.json", "/rules/none"])
async def test_nothing_in_them_runs_or_is_framed(tmp_path: Path, path: str) -> None:
    async with running(settings_for(tmp_path)) as service:
        answer = await service.client.get(path)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if not path.endswith(".json"):
        assert Links(answer.text).tags.isdisjoint({"script", "img", "form", "iframe", "link"})


async def test_a_rule_that_does_not_exist_is_said_kindly(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        page = await service.client.get("/rules/never-written")
        record = await service.client.get("/rules/never-written.json")

    assert (page.status_code, record.status_code) == (404, 404)
    assert "There is no such rule" in page.text
    assert "never-written" not in page.text
