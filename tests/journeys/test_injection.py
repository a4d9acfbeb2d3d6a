"""Text from a chart takes effect nowhere. Hostile text is planted in every field of the demo charts that holds words,
inside the sentences that cards quote, and looked for where it could do something: in cards as Markdown, plain text and
HTML, in orders, on pages, in the mock EHR's JSON, on a terminal, in log lines. Nothing exports CSV, so formulas have
nowhere to go; they are planted all the same."""

import asyncio
import base64
import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from markdown_it import MarkdownIt
from support.hostile_text import HOSTILE
from support.logged import everything_logged
from support.markup import strings, unsafe_markdown, unsafe_text
from support.running import AT, BASE, CALL, Running, a_request, running, settings_for

from cds_hooks.detail import rendered
from service import logs
from service.calling import CallFailed, call
from service.explain import explain
from service.offline import decide_offline
from service.plain_text import readable_json
from service.terminal import show_cards

# What a card may hold once it is rendered: bold titles, paragraphs, bullet lists.
RENDERED = {"p", "ul", "li", "strong"}
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

# Between them they quote every kind of finding: words, values, problems, orders.
PATIENTS = (
    ("demo-mixed", "patient-view"),
    ("demo-vascular", "encounter-start"),
    ("demo-red-flag", "patient-view"),
    ("demo-conflict", "patient-view"),
    ("demo-anticoagulant", "order-sign"),
    ("demo-probable", "order-select"),
)
# Members that hold no words: what refers, what is compared, what is counted.
STRUCTURE = re.compile(
    r"resourceType|id|reference|status|system|code|type|contentType|url|fullUrl|intent|mode|relation|versionId|.*[dD]ate.*"
    r"|.*DateTime|issued|start|end|lastUpdated|creation|method|comparator|gender|use|hook.*|fhirServer|userId|.*Id"
)
SENTENCE = re.compile(r"[^.;\n]+")
WORD = re.compile(r"(?<=[a-z]) (?=[a-z])")


def before(text: str, hostile: str) -> str:
    return SENTENCE.sub(lambda found: f"{hostile} {found[0].strip()}", text)


def behind(text: str, hostile: str) -> str:
    return SENTENCE.sub(lambda found: f"{found[0]} {hostile} ", text)


def among(text: str, hostile: str) -> str:
    """Near the end of each sentence, so that the words before it are still understood."""
    return SENTENCE.sub(lambda found: f" {hostile} ".join(found[0].rsplit(" ", 1)), text)


PLACES: dict[str, Callable[[str, str], str]] = {"before": before, "behind": behind, "among": among}


def planted(value: Any, hostile: str, place: Callable[[str, str], str], name: str = "") -> Any:
    """The value with the hostile text in every member that holds words, notes in base64 included."""
    if isinstance(value, dict):
        return {key: planted(member, hostile, place, key) for key, member in value.items()}
    if isinstance(value, list):
        return [planted(element, hostile, place, name) for element in value]
    if not isinstance(value, str) or STRUCTURE.fullmatch(name):
        return value
    if name == "data":
        text = place(base64.b64decode(value).decode(), hostile)
        return base64.b64encode(text.encode("utf-8", "replace")).decode()
    return place(value, hostile)


async def complete(service: Running, patient: str, hook: str) -> dict[str, Any]:
    return a_request(patient, hook, prefetch=await service.prefetch(patient, hook))


def about_cards(cards: list[dict[str, Any]]) -> Iterator[str]:
    """What would take effect in these cards."""
    for path, text in strings(cards):
        yield from (f"{path}: {complaint}" for complaint in unsafe_text(text.replace("\n", " ")))
    for card in cards:
        detail = card["detail"]
        yield from unsafe_markdown(detail)
        yield from (f"as Markdown: {found}" for found in tags_beyond(MARKDOWN.render(detail), RENDERED))
        yield from (f"as HTML: {found}" for found in tags_beyond(rendered(detail, (), "html"), RENDERED))
        plain = rendered(detail, (), "plain")
        if re.search(r"<[A-Za-z/!?]", plain):
            yield "the plain text would be a tag to a browser"
        for link in card["links"]:
            if not link["url"].startswith(f"{BASE}/"):
                yield f"a link leads to {link['url']}"


def tags_beyond(document: str, allowed: set[str]) -> list[str]:
    parsed = Parsed(document)
    return [*sorted(parsed.tags - allowed), *sorted(parsed.attributes), *parsed.other]


class Parsed(HTMLParser):
    """The tags, attributes, declarations and words of a document."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.values: set[str] = set()
        self.other: list[str] = []
        self.words = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.values |= {value or "" for _, value in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        self.other.append(f"comment {data}")

    def handle_pi(self, data: str) -> None:
        self.other.append(f"instruction {data}")

    def unknown_decl(self, data: str) -> None:
        self.other.append(f"declaration {data}")


@pytest.mark.parametrize("place", PLACES)
async def test_nothing_planted_in_a_chart_takes_effect_on_a_card(tmp_path: Path, place: str) -> None:
    """CARD-2, CARD-3, CARD-4"""
    shown = dict.fromkeys(HOSTILE, 0)
    async with running(settings_for(tmp_path, record="decision")) as service:
        for patient, hook in PATIENTS:
            clean = await complete(service, patient, hook)
            for name, hostile in HOSTILE.items():
                request = planted(clean, hostile, PLACES[place])
                number = f"demo-{place}-{list(HOSTILE).index(name)}"
                body = json.dumps(request).replace(patient, f"{number}-{patient}").encode("utf-8", "replace")
                answer = await service.client.post(CALL, content=body, headers={"content-type": "application/json"})
                assert answer.status_code == 200, (name, patient, answer.text)
                cards = answer.json()["cards"]
                assert list(about_cards(cards)) == [], (name, patient, hook)
                shown[name] += len(cards)

    # The cards are still made of the planted sentences; silence would prove nothing.
    assert min(shown.values()) >= 2, shown
    assert sum(shown.values()) > 0.6 * len(HOSTILE) * len(PATIENTS)


async def test_planted_words_are_quoted_and_disarmed(tmp_path: Path) -> None:
    """CARD-3: the test above looks at cards that hold the words."""
    seen = set()
    async with running(settings_for(tmp_path)) as service:
        clean = await complete(service, "demo-mixed", "patient-view")
        for name in ("script", "markdown link", "autolink", "emphasis", "formula", "table", "odd schemes"):
            (card,) = (await service.call(planted(clean, HOSTILE[name], among)))["cards"]
            words = re.findall(r"[A-Za-z]{4,}", HOSTILE[name])
            seen |= {name for word in words if f"{word}" in card["detail"]}
            assert HOSTILE[name] not in card["detail"]

    assert len(seen) >= 5, seen


async def test_pages_show_planted_text_as_text(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        clean = await complete(service, "demo-mixed", "patient-view")
        before_all = await rule_pages(service)
        ordinary = Parsed(await evidence_page(service, clean))
        for name, hostile in HOSTILE.items():
            page = Parsed(await evidence_page(service, planted(clean, hostile, among)))
            assert page.tags <= ordinary.tags, name
            assert page.attributes <= ordinary.attributes, name
            assert page.other == ordinary.other, name
            assert not any("evil" in value for value in page.values), name
            # Private letters show as boxes, and do nothing.
            unsafe = [each for each in unsafe_text(" ".join(page.words.split())) if "(Co)" not in each]
            assert unsafe == [], name
        assert await rule_pages(service) == before_all


async def evidence_page(service: Running, request: dict[str, Any]) -> str:
    (card,) = (await service.call(request))["cards"]
    (link,) = (link["url"] for link in card["links"] if "/evidence/" in link["url"])
    answer = await service.client.get(link)
    assert answer.status_code == 200
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return answer.text


async def rule_pages(service: Running) -> list[str]:
    """Pages of rules hold nothing of a patient, so that they are the same whoever was seen."""
    listed = (await service.client.get("/rules")).text
    names = re.findall(r'href="rules/([a-z-]+)"', listed)
    assert names
    return [listed, *[(await service.client.get(f"/rules/{name}")).text for name in names]]


async def test_the_mock_ehr_receives_planted_text_as_json_that_no_browser_runs(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        clean = await complete(service, "demo-mixed", "patient-view")
        for name in ("script", "closing tags", "comment", "header", "line separators"):
            request = planted(clean, HOSTILE[name], among)
            correlation = f"planted-{list(HOSTILE).index(name)}"
            await service.client.post(CALL, json=request, headers={"x-correlation-id": correlation})
            told = await service.client.get(f"/sandbox/calls/{correlation}")
            assert told.status_code == 200
            assert told.headers["content-type"] == "application/json"
            assert told.headers["x-content-type-options"] == "nosniff"
            assert told.json()["decision"]["cards"]
        page = await service.client.get("/sandbox")
        assert "require-trusted-types-for 'script'" in page.headers["content-security-policy"]


OUR_COLOURS = ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;36m", "\x1b[1;31m", "\x1b[1;33m")
OBEYED = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f\u061c\ufeff\U000e0000-\U000e007f]"
)


async def test_a_terminal_obeys_nothing_of_what_it_shows(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        clean = await complete(service, "demo-red-flag", "patient-view")
    for name, hostile in HOSTILE.items():
        body = json.dumps(planted(clean, hostile, among)).encode()
        timed = await asyncio.to_thread(decide_offline, body, AT)
        decision = timed.decision.to_json()
        said = {
            "explain": explain(decision, timed.marked()),
            "cards": show_cards(timed.decision.response().to_json()),
            "decide": readable_json(decision),
        }
        for where, text in said.items():
            assert OBEYED.findall(text) == [], (name, where)


async def test_cards_of_another_service_cannot_drive_the_terminal_either() -> None:
    for hostile in HOSTILE.values():
        card = {
            "summary": hostile,
            "detail": f"**{hostile}**\n\n- {hostile}\n\n{hostile} &#27;[31m &#x9b;31m \\\x1b",
            "indicator": hostile,
            "source": {"label": hostile, "url": hostile, "topic": {"code": hostile}},
            "suggestions": [{"label": hostile, "actions": [{"resource": {"resourceType": hostile}}]}],
            "overrideReasons": [{"display": hostile}],
            "links": [{"label": hostile, "url": hostile}],
        }
        shown = show_cards({"cards": [card]}, colour=True)
        for ours in OUR_COLOURS:
            shown = shown.replace(ours, "")
        assert OBEYED.findall(shown + show_cards({"cards": [card]})) == [], hostile


async def test_an_error_of_another_service_cannot_drive_the_terminal_either() -> None:
    for hostile in HOSTILE.values():
        outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": f"it failed {hostile}"}]}
        answer = httpx.Response(400, content=json.dumps(outcome).encode())
        http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _, answer=answer: answer))
        with pytest.raises(CallFailed) as caught:
            await call(BASE, {}, http=http)
        assert "it failed" in str(caught.value)
        assert OBEYED.findall(str(caught.value)) == []


async def test_a_log_line_stays_one_line_and_ours(tmp_path: Path) -> None:
    with everything_logged() as out:
        async with running(settings_for(tmp_path)) as service:
            clean = await complete(service, "demo-mixed", "order-select")
            for hostile in HOSTILE.values():
                await service.call(planted(clean, hostile, among))
                for change in ({"hook": hostile}, {"hookInstance": hostile}, {"fhirServer": hostile}):
                    await service.client.post(CALL, json=deepcopy(clean) | change)
                await service.client.post(f"{CALL}/{quote(hostile)}", json=clean, params={"q": hostile})
    lines = out.getvalue().splitlines()

    assert sum(json.loads(line)["event"] == "hook call" for line in lines) >= len(HOSTILE)
    for line in lines:
        entry = json.loads(line)
        assert set(entry) <= logs.ALLOWED
        assert entry.get("cards", 0) < 2
    assert "evil" not in out.getvalue()


def test_nothing_exports_csv() -> None:
    """Should something do so one day, formulas have to be disarmed there: a cell that begins with = + - @ runs."""
    root = Path(__file__).parents[2]
    sources = [path for package in ("cds_hooks", "service") for path in (root / package).rglob("*.py")]
    assert not [path for path in sources if re.search(r"\bcsv\b", path.read_text("utf-8"), re.IGNORECASE)]
