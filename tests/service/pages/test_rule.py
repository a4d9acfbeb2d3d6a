"""The page and the record of a rule: every attribute, what it rests on, what it reads, and nothing unsaid."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from support.running import shipped_knowledge

from service.assessment.attributes import LABELS, Review
from service.assessment.definition import RuleDefinition
from service.knowledge.attributes import rule_hash
from service.pages.rule import rule_page, rule_record, rules_page, unknown_rule_page

KNOWLEDGE = shipped_knowledge()
RULES = {rule.id: rule for rule in KNOWLEDGE.rules}
ROOT = Path(__file__).parents[3]


def record(rule: str) -> dict[str, Any]:
    return rule_record(RULES[rule], KNOWLEDGE)


def attribute(of: dict[str, Any], ref: str) -> dict[str, Any]:
    return next(each for each in of["attributes"] if each["ref"] == ref)


@pytest.mark.parametrize("rule", RULES)
def test_a_record_answers_all_thirteen_attributes_and_no_answer_is_empty(rule):
    answers = record(rule)["attributes"]
    assert [each["ref"] for each in answers] == list(LABELS) == [f"A{number}" for number in range(1, 14)]
    assert all(each["value"].strip() for each in answers)


@pytest.mark.parametrize("rule", RULES)
def test_a_record_is_plain_json_and_names_rule_version_and_knowledge(rule):
    body = record(rule)
    assert msgspec.json.decode(msgspec.json.encode(body)) == body
    assert (body["interventionId"], body["ruleVersion"], body["type"]) == (rule, RULES[rule].version, "evidence-based")
    assert (body["ruleHash"], body["knowledge"]) == (rule_hash(RULES[rule]), KNOWLEDGE.fingerprint)


@pytest.mark.parametrize("rule", RULES)
def test_no_reviewer_is_claimed_that_the_rule_does_not_name(rule):
    body = record(rule)
    assert body["reviewedBy"] == []
    assert "No named clinician has reviewed" in attribute(body, "A2")["value"]
    assert "No named clinician has reviewed" in rule_page(RULES[rule], KNOWLEDGE)


def test_a_reviewer_stands_there_with_credential_day_and_what_was_signed():
    rule = RULES["possible-neurogenic-claudication"]
    signed = Review(credential="MD", signed=rule.released, rule_hash=rule_hash(rule))
    attributes = msgspec.structs.replace(rule.attributes, review=signed)
    reviewed = msgspec.structs.replace(rule, reviewed_by="A. Fictional", attributes=attributes)
    (reviewer,) = rule_record(reviewed, KNOWLEDGE)["reviewedBy"]
    assert reviewer == {
        "name": "A. Fictional",
        "credential": "MD",
        "date": rule.released.isoformat(),
        "signatureRef": rule_hash(rule),
    }


def test_each_source_says_what_it_supports_and_who_cites_it():
    evidence = attribute(record("probable-neurogenic-claudication"), "A1")["evidence"]
    assert {"doi:10.1001/jama.2010.1833", "doi:10.1503/cjs.016512"} <= {f"doi:{each.get('doi')}" for each in evidence}
    assert all(each["supports"] and each["citedBy"] and (each.get("doi") or each.get("url")) for each in evidence)
    # What the options rest on is there too, not only what the criteria do.
    assert "long-term benefit of epidural steroid injection not demonstrated" in {e["supports"] for e in evidence}


def test_what_is_used_and_what_is_not_can_be_told_by_a_program():
    body = record("probable-neurogenic-claudication")
    used = {each["ref"]: each["used"] for each in body["attributes"] if "used" in each}
    assert used == {f"A{n}": n in (11, 13) for n in range(5, 14)}
    assert "a criterion asks for an age above 70" in attribute(body, "A11")["derived"]


def test_the_inputs_name_where_they_are_read_and_in_which_codes():
    inputs = {each["finding"]: each for each in record("mixed-claudication")["inputs"]["findings"]}
    arteries = inputs["arterial-disease"]
    assert {"Condition", "MedicationRequest"} <= set(arteries["resources"])
    assert "http://snomed.info/sct" in arteries["codeSystems"]
    assert arteries["words"] and "criteria" in arteries["for"]
    assert inputs["age-band"]["resources"] == ["Patient"]


def test_the_voluntary_answers_are_complete_and_carry_labels_without_paragraph_numbers():
    voluntary = record("red-flag-emergent")["voluntary"]["groups"]
    assert [len(group["answers"]) for group in voluntary] == [4, 4, 2, 4, 2, 4, 5, 4, 2]
    labels = [answer["label"] for group in voluntary for answer in group["answers"]]
    assert all(label[0].isupper() and "(" not in label for label in labels)
    assert {"Validity, external", "Fairness, external"} <= set(record("red-flag-emergent")["notMeasured"])


def test_the_tests_that_are_named_as_proof_exist():
    named = {test for rule in RULES for each in record(rule)["attributes"] for test in each.get("provedBy", ())}
    assert named
    for test in named:
        file, _, function = test.partition("::")
        assert f"def {function}(" in (ROOT / file).read_text("utf-8"), test


@pytest.mark.parametrize("rule", RULES)
def test_the_page_shows_every_attribute_and_every_input(rule):
    page, body = rule_page(RULES[rule], KNOWLEDGE), record(rule)
    for each in body["attributes"]:
        assert f"<h3>{each['label']}</h3>" in page
    for each in body["inputs"]["findings"]:
        assert each["title"] in page.replace("&#39;", "'")
    assert body["ruleVersion"] in page


def test_the_page_says_the_rule_in_words():
    page = rule_page(RULES["possible-neurogenic-claudication"], KNOWLEDGE)
    assert "Age at least 18 (an unknown age is not excluded)" in page
    assert "No vascular feature is documented" in page


def test_words_of_a_rule_are_escaped():
    rule: RuleDefinition = msgspec.structs.replace(
        RULES["relief-unclear"], title="<b>Bold</b>", policy="<script>x</script>"
    )
    pages = rule_page(rule, KNOWLEDGE), rules_page(replace(KNOWLEDGE, rules=(rule,)))
    assert all("<b>Bold" not in page and "<script" not in page and "&lt;b&gt;Bold" in page for page in pages)


def test_the_list_tells_status_and_version_of_each_rule():
    draft = msgspec.structs.replace(RULES["relief-unclear"], status="draft", version="9.8.7")
    page = rules_page(replace(KNOWLEDGE, rules=(draft,)))
    assert "version 9.8.7, draft" in page


def test_pages_load_nothing_from_elsewhere():
    for page in (*(rule_page(rule, KNOWLEDGE) for rule in KNOWLEDGE.rules), rules_page(KNOWLEDGE), unknown_rule_page()):
        assert "src=" not in page and "<link" not in page and "@import" not in page and "url(" not in page


def test_a_rule_that_was_never_loaded_has_no_record():
    with pytest.raises(ValueError, match="has no source attributes"):
        rule_record(msgspec.structs.replace(RULES["relief-unclear"], attributes=None), KNOWLEDGE)
