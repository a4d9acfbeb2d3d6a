"""The whole path from a chart to cards, on the shipped knowledge."""

import dataclasses
import json
import random
from datetime import UTC, date, datetime
from functools import cache

import pytest

from service.assessment.definition import ATOMS
from service.chart.model import Chart, Coding, Concept, Draft, Gap, Passage, Patient, Problem, Report, Span
from service.chart.read import Gathered, read_chart
from service.decision import Decision, decide
from service.knowledge.load import load_knowledge
from service.knowledge.model import Knowledge
from service.moment import CardEvent, Moment

MOMENT = Moment(
    now=datetime(2026, 11, 2, 10, tzinfo=UTC),
    hook="patient-view",
    seed="a seed",
    user="Practitioner/7",
    encounter="e1",
)
BORN = date(1960, 3, 1)
CART = "Right leg aches when walking, eased by leaning on a shopping cart."


@cache
def knowledge() -> Knowledge:
    return load_knowledge()


def note(text: str, number: int = 1, day: date = date(2026, 10, 20)) -> Report:
    passages = (Passage("content[0].attachment", text),)
    return Report(f"DocumentReference/{number}", Concept(text="Progress note"), when=Span(day), passages=passages)


def chart(*texts: str, **changed) -> Chart:
    reports = tuple(note(text, number) for number, text in enumerate(texts, 1))
    return Chart(**{"patient": Patient("p1", BORN), "reports": reports, **changed})


def decision(of: Chart, moment: Moment = MOMENT) -> Decision:
    return decide(of, knowledge(), moment)


def printed(of: Chart, moment: Moment = MOMENT) -> dict:
    return decision(of, moment).to_json()


def test_a_note_about_a_shopping_cart_becomes_one_card_with_its_evidence():
    told = printed(chart(CART))
    assert (told["state"], told["topic"], told["flag"]) == ("possible", "neurogenicClaudication", "present")
    assert told["rule"] == {"id": "possible-neurogenic-claudication", "version": "1.0.0"}
    assert len(told["cards"]) == 1
    assert "eased by leaning on a shopping cart" in told["cards"][0]["detail"]
    assert told["held"] == []


def test_the_keys_of_a_decision_stand_in_their_order():
    assert list(printed(chart(CART))) == [
        "state",
        "topic",
        "flag",
        "rule",
        "findings",
        "context",
        "drafts",
        "criteria",
        "scores",
        "cards",
        "held",
        "gaps",
        "knowledge",
    ]


def test_every_finding_is_printed_once_by_its_letter_in_the_order_of_the_table():
    assert [found["atom"] for found in printed(chart())["findings"]] == list(ATOMS)


def test_an_empty_chart_is_silent_and_says_why():
    told = printed(chart())
    assert (told["state"], told["topic"], told["cards"], told["held"]) == ("silent", None, [], [])
    open_ = {c["atom"]: c["outcome"] for c in told["criteria"] if c.get("atom") in {"A", "F"}}
    assert open_ == {"A": "unknown", "F": "unknown"}


def test_a_red_flag_replaces_the_routine_card():
    told = printed(chart(CART, "New numbness in the saddle area since yesterday."))
    assert told["state"] == "redFlag"
    assert [card["indicator"] for card in told["cards"]] == ["critical"]
    assert "suggestions" not in told["cards"][0]


def test_a_known_diagnosis_gives_no_card_and_says_why():
    known = Problem("Condition/1", Concept((Coding("http://hl7.org/fhir/sid/icd-10-cm", "M48.062"),)))
    told = printed(chart(CART, problems=(known,)))
    assert (told["state"], told["cards"]) == ("alreadyDiagnosed", [])
    assert "already on the problem list" in told["held"][0]["reason"]


def test_in_shadow_mode_the_card_is_held_and_the_topic_is_none():
    told = printed(chart(CART), dataclasses.replace(MOMENT, mode="shadow"))
    assert (told["state"], told["topic"], told["cards"]) == ("possible", None, [])
    assert told["held"][0]["card"]["summary"].startswith("Documented features compatible with")


def test_the_response_holds_the_cards_that_are_shown():
    made = decision(chart(CART))
    assert made.response().to_json() == {"cards": made.to_json()["cards"]}
    assert decision(chart()).response().to_json() == {"cards": []}


def test_gaps_are_printed_as_they_were_recorded():
    gaps = (Gap("observations", "cut-short", "page cap"), Gap("conditions", "unreadable", "no code", "Condition/9"))
    assert printed(chart(gaps=gaps))["gaps"] == [
        {"key": "observations", "code": "cut-short", "detail": "page cap"},
        {"key": "conditions", "code": "unreadable", "detail": "no code", "ref": "Condition/9"},
    ]


TEXTS = (CART, "Legs ache when walking. Eases on sitting.", "ABI 0.84 on the left.", "Denies saddle numbness.")


def test_the_same_inputs_give_the_same_bytes():
    once = json.dumps(printed(chart(*TEXTS)))
    assert json.dumps(printed(chart(*TEXTS))) == once


def test_the_order_of_the_record_does_not_matter():
    reports = [note(text, number) for number, text in enumerate(TEXTS)]
    once = printed(chart(reports=tuple(reports)))
    for seed in range(5):
        random.Random(seed).shuffle(reports)  # noqa: S311 - an order, not a secret
        assert printed(chart(reports=tuple(reports))) == once


def test_an_encounter_that_starts_is_answered_like_a_chart_that_opens():
    assert printed(chart(CART), dataclasses.replace(MOMENT, hook="encounter-start")) == printed(chart(CART))


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_an_order_hook_without_a_draft_of_ours_shows_no_routine_card_and_says_why(hook: str):
    told = printed(chart(CART), dataclasses.replace(MOMENT, hook=hook))
    assert (told["state"], told["topic"], told["cards"]) == ("possible", None, [])
    assert all(held["reason"].startswith("None of the orders being drafted") for held in told["held"])


MRI = Draft("ServiceRequest/1", Concept((Coding("http://loinc.org", "30679-5"),)))


def test_a_drafted_lumbar_mri_is_asked_about_therapy():
    told = printed(chart(CART, drafts=(MRI,)), dataclasses.replace(MOMENT, hook="order-select"))
    assert told["topic"] == "imagingStewardship"
    assert told["cards"][0]["summary"] == "No physical therapy found in the data received; was it tried?"


def test_an_answer_that_teaches_the_diagnosis_silences_the_neurogenic_card():
    said = CardEvent(
        "neurogenicClaudication", "e", "overridden", MOMENT.now, user="Practitioner/1", reason="knownDiagnosis"
    )
    told = printed(chart(CART), dataclasses.replace(MOMENT, history=(said,)))
    assert (told["state"], told["topic"]) == ("alreadyDiagnosed", None)


def test_another_seed_changes_identifiers_and_nothing_else():
    one, other = decision(chart(CART)), decision(chart(CART), dataclasses.replace(MOMENT, seed="another"))
    assert one.cards[0].uuid != other.cards[0].uuid
    assert (one.assessment, one.cards[0].detail) == (other.assessment, other.cards[0].detail)


def read(**demographics) -> Chart:
    patient = {"resourceType": "Patient", "id": "p1", "birthDate": "1960-03-01", **demographics}
    ache = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "recordedDate": "2026-10-20",
        "code": {"text": "Leg pain"},
        "note": [{"text": CART}],
    }
    return read_chart(Gathered(patient, {"conditions": (ache,)}), "p1")


US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"


@pytest.mark.parametrize(
    "demographics",
    [
        {"gender": "male"},
        {"gender": "female"},
        {"extension": [{"url": f"{US_CORE}/us-core-race", "extension": [{"url": "text", "valueString": "any"}]}]},
        {"extension": [{"url": f"{US_CORE}/us-core-ethnicity", "extension": [{"url": "text", "valueString": "any"}]}]},
        {"extension": [{"url": f"{US_CORE}/us-core-birthsex", "valueCode": "F"}]},
        {"extension": [{"url": f"{US_CORE}/us-core-genderIdentity", "valueCodeableConcept": {"text": "any"}}]},
        {"communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, "preferred": True}]},
        {"maritalStatus": {"text": "any"}, "address": [{"postalCode": "00000"}], "name": [{"family": "Any"}]},
    ],
)
def test_sex_race_ethnicity_language_and_the_like_change_nothing(demographics: dict):
    plain = printed(read())
    assert plain["state"] == "possible"
    assert printed(read(**demographics)) == plain


def test_a_chart_has_no_place_for_sex_race_ethnicity_or_language():
    """What a decision cannot see it cannot use."""
    assert {field.name for field in dataclasses.fields(Patient)} == {"id", "birth_date", "deceased"}
