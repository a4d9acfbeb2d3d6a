import msgspec
import pytest
import yaml
from support.rules import KNOWLEDGE, shipped_atoms, shipped_card_files, shipped_cards

from service.cards.definition import CardDefinition, CardFile, CardLibrary

VALUE_SETS = {path.stem for path in (KNOWLEDGE / "value_sets").glob("*.yaml")}

CARD = """
content: card
id: a-card
title: A card
status: active
version: 1.0.0
released: 2026-11-20
states: [possible]
topic: neurogenicClaudication
indicator: [{use: info}]
summary: [{use: A sentence}]
found: [A]
"""


def card(**changed) -> CardDefinition:
    return msgspec.convert({**yaml.safe_load(CARD), **changed}, CardDefinition)


def problems(**changed) -> list[str]:
    return [f"{key}: {problem}" for key, problem, _ in card(**changed).problems(shipped_atoms())]


def library_problems(**changed) -> list[str]:
    files = [*(f for f in shipped_card_files().values() if not isinstance(f, CardDefinition)), card(**changed)]
    return [f"{key}: {problem}" for key, problem, _ in CardLibrary.of(files).problems(shipped_atoms(), VALUE_SETS)]


def test_every_shipped_card_and_the_library_are_sound():
    assert list(shipped_cards().problems(shipped_atoms(), VALUE_SETS)) == []
    for shipped in shipped_cards().cards:
        assert list(shipped.problems(shipped_atoms())) == [], shipped.id


def test_a_file_is_named_after_what_it_holds():
    assert all(name == file.id for name, file in shipped_card_files().items())
    assert len(shipped_card_files()) == len(list((KNOWLEDGE / "cards").glob("*.yaml")))


def test_every_code_of_an_order_has_a_public_source():
    for order in shipped_cards().orders.values():
        assert order.source.startswith("http") or not order.code, order.id


def test_the_override_reasons_are_ours_and_each_mapping_says_where_it_was_read():
    library = shipped_cards()
    assert library.override_reasons.system == "urn:cartsign:override-reason"
    assert [reason.code for reason in library.override_reasons.reasons] == [
        "knownDiagnosis",
        "vascularWorkupUnderWay",
        "imagingDone",
        "patientDeclines",
        "notRelevant",
    ]
    for reason in library.override_reasons.reasons:
        assert (reason.hl7 is None) == bool(reason.unmapped), reason.code
        if reason.hl7 is not None:
            assert reason.hl7.source.startswith("https://build.fhir.org/")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"states": []}, "states: the card is for no state"),
        ({"indicator": []}, "indicator: no choice is left when no criterion is met"),
        ({"indicator": [{"use": "loud"}]}, "indicator: 'loud' is no indicator"),
        (
            {"summary": [{"use": "x", "when": {"finding": "A"}}]},
            "summary: no choice is left when no criterion is met",
        ),
        ({"summary": [{"use": "x"}, {"use": "y"}]}, "summary: no choice is left when no criterion is met"),
        ({"summary": [{"use": "Dear {name}"}]}, "summary: {name} is no slot"),
        ({"summary": [{"use": "lone {"}]}, "summary: {{} is no slot"),
        ({"found": ["Z"]}, "found: 'Z' is no finding"),
        ({"missing": ["Z"]}, "missing: 'Z' is no finding"),
        ({"remarks": [{"text": "x", "when": {"finding": "Z"}}]}, "finding: 'Z' is no finding"),
        ({"sources": [{"citation": "A paper"}]}, "sources: 'A paper' has neither doi nor url"),
        ({"orders_only": True}, "orders_only: no draft order ever calls for the card"),
        ({"drafts": {"answers": [], "when": {"finding": "Z"}}}, "finding: 'Z' is no finding"),
    ],
)
def test_a_card_that_could_not_be_composed_is_refused(changed: dict, expected: str):
    assert expected in problems(**changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"options": ["surgery"]}, "a-card: options: no option 'surgery'"),
        ({"drafts": {"answers": ["surgery"]}}, "a-card: drafts: no value set 'surgery'"),
        ({"questions": ["why"]}, "a-card: questions: no question 'why'"),
        ({"kinds": ["hiccups"]}, "a-card: kinds: no words for 'hiccups'"),
    ],
)
def test_a_card_that_refers_to_nothing_is_refused(changed: dict, expected: str):
    assert expected in library_problems(**changed)


def test_a_summary_that_can_grow_to_140_characters_is_refused_and_139_pass():
    assert not library_problems(summary=[{"use": "x" * 139}])
    assert any("can grow to 140 characters" in p for p in library_problems(summary=[{"use": "x" * 140}]))
    assert any("can grow to" in p for p in library_problems(summary=[{"use": "x" * 120 + "{abi}"}]))


def test_a_library_needs_each_of_its_lists_once():
    files = list(shipped_card_files().values())
    with pytest.raises(ValueError, match="0 files hold Words"):
        CardLibrary.of(f for f in files if f.id != "words")
    with pytest.raises(ValueError, match="2 files hold Orders"):
        CardLibrary.of([*files, shipped_card_files()["orders"]])


def test_an_unknown_topic_or_key_is_refused():
    with pytest.raises(msgspec.ValidationError, match="topic"):
        card(topic="somethingElse")
    with pytest.raises(msgspec.ValidationError, match="colour"):
        card(colour="red")
    with pytest.raises(msgspec.ValidationError, match="content"):
        msgspec.convert({"content": "poster", "id": "x"}, CardFile)


def test_no_shipped_card_offers_an_injection_a_drug_or_recoding():
    assert sorted(shipped_cards().orders) == [
        "ankle-brachial-index",
        "exercise-ankle-brachial-index",
        "lumbar-ct",
        "lumbar-mri",
        "pain-consult",
        "physical-therapy",
        "toe-brachial-index",
        "vascular-referral",
    ]
