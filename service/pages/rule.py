"""What a rule says of itself, for whoever must judge it: its criteria in words, its source attributes, all that it
reads, and what proves the claims. In: a rule and the knowledge it is part of. Out: the same record as JSON and as a
page, and a list of all rules. No patient's data are in it, so that anyone may read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from service.assessment.attributes import LABELS, USE_REFS, SourceAttributes
from service.assessment.definition import RuleDefinition
from service.assessment.evaluate import Evaluated, evaluate
from service.evidence.definition import SourceDefinition
from service.evidence.model import Findings
from service.knowledge.attributes import PROVED_BY, rule_hash
from service.knowledge.inputs import Inputs, ReadFinding, inputs_of, leads_to, offered_by
from service.knowledge.model import Knowledge
from service.pages.document import page
from service.pages.evidence import STATES

_SYSTEMS: Final = {
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.ama-assn.org/go/cpt": "CPT",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
}


def rule_record(rule: RuleDefinition, knowledge: Knowledge) -> dict[str, Any]:
    """The machine-readable record of one rule in its present version; `rule` is one that was loaded."""
    attributes = _attributes_of(rule)
    inputs = inputs_of(rule, knowledge.reading.findings, knowledge.cards)
    return {
        "interventionId": rule.id,
        "title": rule.title,
        "ruleVersion": rule.version,
        "ruleHash": rule_hash(rule),
        "type": "evidence-based",
        "status": rule.status,
        "decides": {"state": rule.state, "order": rule.order, "criteria": list(_criteria(rule, knowledge))},
        "attributes": [
            *_written(rule, attributes, knowledge),
            *_used(attributes, inputs),
        ],
        "inputs": {
            "findings": [_input(each, knowledge) for each in inputs.findings],
            "alsoRead": list(knowledge.product.also_read),
        },
        "reviewedBy": _reviewers(rule, attributes),
        "review": rule.reviewer,
        "evidenceSearchedOn": attributes.evidence_searched.last.isoformat(),
        "reviewDue": attributes.review_due.isoformat(),
        "voluntary": {
            "preface": knowledge.product.preface,
            "groups": [
                {"title": group.title, "answers": [{"label": a.label, "answer": a.answer} for a in group.answers]}
                for group in knowledge.product.voluntary
            ],
        },
        "notMeasured": list(knowledge.product.not_measured),
        "knowledge": knowledge.fingerprint,
    }


def rule_page(rule: RuleDefinition, knowledge: Knowledge) -> str:
    """The same record for people."""
    return page("rule.html", rule=rule_record(rule, knowledge), state=STATES[rule.state], systems=_SYSTEMS)


def rules_page(knowledge: Knowledge) -> str:
    """Every rule with its version and status, in the order in which they are tried."""
    return page("rules.html", rules=knowledge.rules, states=STATES, fingerprint=knowledge.fingerprint)


def unknown_rule_page() -> str:
    """The page for an address under which there is no rule."""
    return page("no-rule.html")


def _attributes_of(rule: RuleDefinition) -> SourceAttributes:
    if rule.attributes is None:
        raise ValueError(f"rule {rule.id} was not loaded from a knowledge folder: it has no source attributes")
    return rule.attributes


def _written(rule: RuleDefinition, attributes: SourceAttributes, knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    """A1 to A4."""
    cited = [_evidence(source, "the rule") for source in rule.sources]
    seen = {source.citation for source in rule.sources}
    for card in knowledge.cards.cards:
        if leads_to(rule, card):
            offered = (source for part in offered_by(card, knowledge.cards) for source in part.sources)
            for source in (*card.cited, *offered):
                if source.citation not in seen:
                    seen.add(source.citation)
                    cited.append(_evidence(source, f"the card {card.id}"))
    searched = attributes.evidence_searched
    dates = (
        f"Version {rule.version}, released {rule.released}; first released {attributes.first_released}. "
        f"Evidence last searched {searched.last}: {searched.how} To be reviewed by {attributes.review_due}."
    )
    policy = f"This project's policy: {rule.policy}" if rule.policy.strip() else "It adds no policy of this project."
    basis = "The rule rests on sources." if rule.sources else "The rule rests on no published source."
    yield _attribute("A1", f"{basis} {policy}", evidence=cited)
    yield _attribute("A2", f"{attributes.developer}. {rule.reviewer}")
    yield _attribute("A3", attributes.funding)
    yield _attribute("A4", dates)


def _used(attributes: SourceAttributes, inputs: Inputs) -> Iterator[dict[str, Any]]:
    """A5 to A13."""
    for key, ref in USE_REFS.items():
        said = _attribute(ref, attributes.uses.said()[key])
        said["used"] = attributes.uses.uses(key)
        if key == "date_of_birth":
            said["derived"] = list(inputs.ages)
        yield {**said, "provedBy": list(PROVED_BY[key])}


def _attribute(ref: str, value: str, **more: Any) -> dict[str, Any]:
    return {"ref": ref, "label": LABELS[ref], "value": " ".join(value.split()), **more}


def _evidence(source: SourceDefinition, cited_by: str) -> dict[str, str]:
    where = {"doi": source.doi, "url": source.url}
    filled = {key: text for key, text in where.items() if text}
    return {"citation": source.citation, **filled, "supports": source.supports, "citedBy": cited_by}


def _reviewers(rule: RuleDefinition, attributes: SourceAttributes) -> list[dict[str, str]]:
    review = attributes.review
    if rule.reviewed_by is None or review is None:
        return []
    return [
        {
            "name": rule.reviewed_by,
            "credential": review.credential,
            "date": review.signed.isoformat(),
            "signatureRef": review.rule_hash,
        }
    ]


def _criteria(rule: RuleDefinition, knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    """The rule in words, each line with its depth."""
    if rule.minimum_age is not None:
        yield {"text": f"Age at least {rule.minimum_age.years} (an unknown age is not excluded)", "level": 0}
    whole = evaluate(rule.when, Findings(), knowledge.cards.titles)
    bare = rule.when.all_of is not None and not rule.when.text
    yield from _lines(whole.parts if bare else (whole,), 0)


def _lines(nodes: Iterable[Evaluated], level: int) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield {"text": node.text, "level": level}
        yield from _lines(node.parts, level + 1)


def _input(read: ReadFinding, knowledge: Knowledge) -> dict[str, Any]:
    sets = knowledge.reading.value_sets
    purposes = {"criteria": read.criteria, "cards": read.cards}
    return {
        "finding": read.definition.id,
        "title": read.definition.title,
        "for": [purpose for purpose, counts in purposes.items() if counts],
        "resources": list(read.resources),
        "codeSystems": sorted({system for name in read.value_sets for system, _ in sets.get(name, ())}),
        "words": read.in_words,
    }
