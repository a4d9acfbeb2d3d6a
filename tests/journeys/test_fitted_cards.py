"""Every card of the demo patients fits every EHR we have a profile of: valid, whole, and with all that it says."""

import json
from datetime import UTC, date, datetime
from functools import cache

import pytest

from cds_hooks import CDSResponse
from cds_hooks.detail import rendered
from cds_hooks.fitting import CONTENT_TYPE, fit
from cds_hooks.profiles import PROFILES
from service.chart.read import Gathered, read_chart
from service.decision import decide
from service.fhir.prefetch_table import TEMPLATES
from service.hooks import with_evidence, with_source
from service.knowledge.load import load_knowledge
from service.moment import Moment
from service.sandbox.demo import DEMO_PATIENTS, demo_request
from service.sandbox.search import find
from service.sandbox.store import Store

TODAY = date(2027, 3, 2)
URL = "https://cds.example.org"


@cache
def responses() -> tuple[CDSResponse, ...]:
    """What each demo patient's chart is answered with, on opening it and on signing a lumbar MRI."""
    store, knowledge = Store.demo(TODAY), load_knowledge()
    found = []
    for patient in DEMO_PATIENTS:
        resources = {
            template.key: find(store, template.query.split("?")[0], [("patient", patient.id)], page_limit=500).resources
            for template in TEMPLATES
            if "?" in template.query
        }
        for hook in ("patient-view", "order-sign"):
            context = demo_request(patient.id, hook, URL, "i", drafts=["lumbar-mri"])["context"]
            drafts = tuple(entry["resource"] for entry in context.get("draftOrders", {}).get("entry", ()))
            gathered = Gathered(store.read("Patient", patient.id), resources, drafts=drafts)
            moment = Moment(now=datetime(2027, 3, 2, 12, tzinfo=UTC), hook=hook, seed="demo")
            decision = decide(read_chart(gathered, patient.id), knowledge, moment)
            found.append(with_source(with_evidence(decision.response(), f"{URL}/evidence/1"), URL, "x"))
    return tuple(found)


def flat(text: str) -> str:
    return " ".join(text.replace("\n- ", "\n").split())


def test_there_are_cards_to_fit_critical_ones_among_them():
    cards = [card for response in responses() for card in response.cards]
    assert len(cards) >= 20
    assert {card.indicator for card in cards} == {"info", "warning", "critical"}
    assert sum(len(card.suggestions) for card in cards) >= 20


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_card_fits_is_valid_and_says_all_it_said(profile):
    for response in responses():
        fitted = fit(response, profile).response
        json.loads(fitted.encode())
        assert len(fitted.cards) == len(response.cards)
        for before, after in zip(response.cards, fitted.cards, strict=True):
            same = ("uuid", "summary", "indicator", "source", "override_reasons", "links")
            assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
            evidence = flat(rendered(before.detail, (), "plain"))
            if (after.extension or {}).get(CONTENT_TYPE):
                assert after.detail.startswith(rendered(before.detail, (), "html"))
            else:
                assert evidence in flat(rendered(after.detail, (), "plain"))
            offered = {suggestion.uuid: suggestion for suggestion in after.suggestions}
            for suggestion in before.suggestions:
                shown = offered.get(suggestion.uuid)
                if shown is None:
                    assert flat(suggestion.label) in flat(rendered(after.detail, (), "plain"))
                    continue
                assert shown.is_recommended is False
                assert [action.resource for action in shown.actions] == [a.resource for a in suggestion.actions]
                assert profile.label_shown.value or suggestion.label in shown.actions[0].description


def test_to_a_reader_that_keeps_to_the_specification_nothing_changes():
    assert all(fit(response, PROFILES["generic"]).response is response for response in responses())
    assert all(fit(response, PROFILES["sandbox"]).response is response for response in responses())


def test_our_topics_need_no_change_for_the_reader_that_is_strictest_about_them():
    assert not any("topic" in change for response in responses() for change in fit(response, PROFILES["epic"]).changes)
