"""Every vignette, each a test by its name: the whole way from resources to cards."""

import re
from collections import Counter

import pytest
from support.knowledge_cases import cases

from service.knowledge.load import SHIPPED
from service.knowledge.vignette import load_vignettes

VIGNETTES = load_vignettes(SHIPPED / "vignettes")


@pytest.mark.parametrize("case", cases("vignette"))
def test_it_is_decided_as_its_author_says(case):
    assert case.problems == (), f"{case.name}\n" + "\n".join(case.problems)


def test_the_fourteen_rows_of_acceptance_stand_in_their_order_with_what_their_cards_offer():
    rows = [vignette for file, vignette in VIGNETTES if file == "acceptance.yaml"]
    assert [row.name.partition(",")[0] for row in rows] == [f"Row {number}" for number in range(1, 15)]
    assert [row.name for row in rows if row.expect.suggestions is None or row.known_miss] == []
    assert [row.name for row in rows if row.expect.topic and not row.expect.indicator] == []


def test_no_two_vignettes_have_one_name():
    assert [name for name, times in Counter(v.name for _, v in VIGNETTES).items() if times > 1] == []


def test_every_vignette_says_why():
    assert [v.name for _, v in VIGNETTES if not v.why.strip()] == []


def test_the_vignettes_lead_to_every_state():
    assert {v.expect.state for _, v in VIGNETTES} == {
        *("redFlag", "redFlagUrgent", "alreadyDiagnosed", "mixed", "vascular"),
        *("conflict", "probable", "possible", "insufficient", "silent"),
    }


def test_the_vignettes_speak_through_every_hook_that_drafts_orders_and_before():
    assert {v.hook for _, v in VIGNETTES} >= {"patient-view", "order-select", "order-sign"}


def test_orders_are_drafted_on_order_hooks_alone():
    assert [v.name for _, v in VIGNETTES if v.drafts and not v.hook.startswith("order-")] == []


def test_a_vignette_expects_a_topic_where_it_expects_a_card():
    for _, vignette in VIGNETTES:
        expected = vignette.expect
        if expected.state == "silent" or (expected.state == "alreadyDiagnosed" and not vignette.drafts):
            assert expected.topic is None, vignette.name
        if expected.state in {"redFlag", "redFlagUrgent"}:
            assert expected.topic in {"spinalRedFlag", "vascularRedFlag"}, vignette.name
        elif not vignette.drafts and expected.topic is None and expected.state not in {"silent", "alreadyDiagnosed"}:
            assert expected.held or vignette.hook != "patient-view", vignette.name


def test_no_vignette_looks_like_a_record_of_somebody():
    identifying = re.compile(r"\b\d{3}-\d{2}-\d{4}\b|\b\d{7,}\b|@\w+\.\w+|https?:")
    texts = [
        (v.name, text)
        for _, v in VIGNETTES
        for text in (*(n.text for n in v.notes), *(c.note for c in v.conditions), *(o.note for o in v.observations))
    ]
    assert [name for name, text in texts if identifying.search(text)] == []
