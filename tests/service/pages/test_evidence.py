"""The evidence page: everything that led to a card, and nothing from a chart that a browser would obey."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from service.pages.document import HEADERS, STYLE
from service.pages.evidence import evidence_page, marked, missing_page, named, unavailable_page

DECISION: dict[str, Any] = {
    "state": "probable",
    "topic": "neurogenicClaudication",
    "flag": "present",
    "rule": {"id": "probable", "version": "1.0"},
    "findings": [
        {
            "atom": "A",
            "id": "leg-symptom-on-walking",
            "status": "present",
            "evidence": [
                {
                    "ref": "Observation/1",
                    "path": "valueString",
                    "quote": "Leg pain when walking, not at rest.",
                    "status": "present",
                    "reason": "leg symptom with walking",
                    "date": "2026-02-01",
                    "marks": [
                        {"role": "target", "concept": "leg-pain", "phrase": "leg pain", "start": 0, "end": 8},
                        {"role": "modifier", "concept": "negated", "phrase": "not", "start": 23, "end": 26},
                    ],
                }
            ],
        },
        {"atom": "V5", "id": "arterial-disease", "status": "not-documented", "evidence": []},
        {"atom": "X", "id": "contrary-posture", "status": "absent", "evidence": []},
    ],
    "criteria": [
        {"rule": "probable", "text": "All of", "outcome": "met"},
        {"rule": "probable", "text": "Leg symptom on walking", "outcome": "met", "atom": "A", "level": 1},
        {"rule": "probable", "text": "Pulses are normal", "outcome": "unknown", "atom": "P", "level": 1},
    ],
    "cards": [
        {
            "summary": "Leg pain on walking that eases leaning forward",
            "indicator": "info",
            "detail": "**What was found**\n\n- x\n\nSources: Katz 2022\\. Rule: probable, version 1.0. Not reviewed.",
        }
    ],
    "held": [{"topic": "historyIncomplete", "reason": "Another routine card is shown already."}],
    "gaps": [{"key": "documents", "code": "failed", "detail": "the server answered 500", "ref": ""}],
    "knowledge": "0123456789abcdef",
}


def page_of(decision: dict[str, Any]) -> str:
    return evidence_page(json.dumps(decision).encode(), {"V5": "arterial disease of the legs"})


class Tags(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_state_quotes_criteria_gaps_and_what_is_not_documented() -> None:
    text = re.sub(r"\s+", " ", Tags(page_of(DECISION)).text)

    for said in (
        "Several documented features are compatible with neurogenic claudication",
        "Leg pain when walking, not at rest.",
        "Observation/1, valueString, 2026-02-01: present, leg symptom with walking",
        "Arterial disease of the legs",
        "Contrary posture",
        "met Leg symptom on walking",
        "unknown Pulses are normal",
        "Another routine card is shown already.",
        "documents: the server answered 500",
        "Sources: Katz 2022. Rule: probable, version 1.0. Not reviewed.",
        "Knowledge 0123456789ab",
    ):
        assert said in text


def test_the_phrases_that_decided_are_marked_in_the_quote() -> None:
    quote = marked(DECISION["findings"][0]["evidence"][0])

    assert quote == '<mark class="target">Leg pain</mark> when walking, <mark class="modifier">not</mark> at rest.'


def test_the_marks_are_explained_where_there_are_any() -> None:
    unmarked = {**DECISION, "findings": []}

    assert "In the quotations" in page_of(DECISION)
    assert "In the quotations" not in page_of(unmarked)


def test_the_marks_are_told_apart_without_colour() -> None:
    assert re.search(r"mark \{[^}]*border-bottom: 2px solid", STYLE)
    assert re.search(r"mark\.modifier \{[^}]*border-bottom-style: dotted", STYLE)


def test_what_else_is_on_record_and_may_change_the_options_is_shown() -> None:
    evidence = {"ref": "Device/1", "path": "type", "quote": "pacemaker", "status": "present", "reason": "coded 1"}
    context = [
        {"id": "implant", "status": "present", "evidence": [evidence]},
        {"id": "diabetes", "status": "absent", "evidence": [evidence]},
    ]

    text = Tags(page_of({**DECISION, "context": context})).text
    assert "Also on record" in text
    assert "Implant" in text
    assert "Diabetes" not in text
    assert "Also on record" not in page_of(DECISION)


def test_overlapping_or_misplaced_marks_never_lose_a_word() -> None:
    marks = [
        {"role": "target", "concept": "c", "phrase": "p", "start": start, "end": end}
        for start, end in ((0, 6), (3, 9), (2, 4), (8, 999), (500, 600))
    ]
    quote = "a <b> & c, and more"

    assert Tags(str(marked({"quote": quote, "marks": marks}))).text == quote


HOSTILE = '"><script src=//evil.example></script><img src=x onerror=alert(1)>{{7*7}}'


def planted(value: Any) -> Any:
    """The same decision with hostile text wherever text from a chart can stand."""
    if isinstance(value, dict):
        fixed = {"state", "status", "outcome", "level", "start", "end", "role"}
        return {key: item if key in fixed else planted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [planted(item) for item in value]
    return f"{value}{HOSTILE}" if isinstance(value, str) else value


def test_no_text_of_a_chart_becomes_markup() -> None:
    page = page_of(planted(DECISION))

    tags = Tags(page)
    assert not {"script", "img", "a", "iframe", "link"} & {tag for tag, _ in tags.tags}
    assert tags.text.count("onerror") > 10
    assert "49" not in tags.text


@pytest.mark.parametrize("page", [page_of(DECISION), missing_page(), unavailable_page()])
def test_a_page_asks_no_other_host_for_anything_and_needs_no_script(page: str) -> None:
    attributes = {name for _, attrs in Tags(page).tags for name in attrs}

    assert attributes <= {"lang", "charset", "name", "content", "class"}
    assert "url(" not in page
    assert "@import" not in page


def test_the_policy_allows_nothing_but_the_pages_own_style() -> None:
    policy = HEADERS["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert HEADERS["Cache-Control"] == "no-store"


def test_a_link_that_has_ended_is_explained_kindly() -> None:
    assert "expired" in missing_page()
    assert "again" in unavailable_page()


def test_an_identifier_reads_as_words() -> None:
    assert named("leg-symptom-on-walking") == "Leg symptom on walking"


SCORE: dict[str, Any] = {
    "title": "Made-up <tool>", "low": 3, "high": 5, "maximum": 9, "cutOff": 7, "documented": 1, "of": 2,
    "population": "40 people", "accuracy": "Not seen", "limits": ["Small."], "sources": ["Made up 2020"],
    "items": [{"text": "A reflex", "outcome": "unknown", "low": 0, "high": 2, "unread": "not read"}],
}  # fmt: skip


def test_a_score_is_shown_as_an_interval_with_its_population_and_limits():
    page = page_of({**DECISION, "scores": [SCORE]})
    assert "Made-up &lt;tool&gt;" in page
    assert "3 to 5 of 9 points, 1 of 2 items documented. Published cut-off 7." in page
    assert "Developed in: 40 people. As printed: Not seen." in page
    assert "A reflex (0 to 2): not read" in page
    assert "Small." in page


@pytest.mark.parametrize("state", ["redFlag", "redFlagUrgent"])
def test_no_score_stands_beside_a_red_flag(state):
    assert "40 people" not in page_of({**DECISION, "state": state, "scores": [SCORE]})


def test_a_decision_from_before_there_were_scores_shows_none():
    assert "Published scores" not in page_of(DECISION)
