"""From findings to a conclusion: the first active rule that is met decides. In: findings, rules, and
what each finding is called. Out: `Assessment`, with every criterion of the deciding rule met, unmet or
unknown, and, where nothing is said, those of the rule that would have been the nearest: why there is no
card has an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.assessment.definition import RuleDefinition
from service.assessment.evaluate import Evaluated, Titles, evaluate, outcome_of
from service.assessment.model import Assessment, Criterion, Outcome, fingerprint, in_order
from service.evidence.model import Findings, Status


def assess(findings: Findings, rules: Iterable[RuleDefinition], titles: Titles | None = None) -> Assessment:
    """The state of a chart with these findings; `silent` where no active rule is met."""
    rules = tuple(rules)
    rule = deciding_rule(findings, rules)
    if rule is None:
        return Assessment("silent", None, flag(findings), _nearest(rules, findings, titles))
    evaluated = evaluate(rule.when, findings, titles)
    criteria = tuple(_criteria(rule, evaluated, findings))
    if rule.state == "silent":
        criteria += _nearest(rules, findings, titles)
    evidence = in_order(evaluated.evidence)
    return Assessment(rule.state, rule, flag(findings), criteria, evidence, fingerprint(evidence))


def deciding_rule(findings: Findings, rules: Iterable[RuleDefinition]) -> RuleDefinition | None:
    """The first active rule, by its order, whose age and criteria are met."""
    for rule in _in_force(rules):
        if _old_enough(rule, findings) != "unmet" and outcome_of(rule.when, findings) == "met":
            return rule
    return None


def _in_force(rules: Iterable[RuleDefinition]) -> list[RuleDefinition]:
    return sorted((rule for rule in rules if rule.status == "active"), key=lambda rule: (rule.order, rule.id))


def flag(findings: Findings) -> Status:
    """Whether a leg or buttock symptom on walking that eases with lumbar flexion is documented.

    Present when it is eased by flexion; possible when by sitting only, while nothing is known of flexion
    and nothing points to the arteries (or, if something does, standing still is documented not to ease it);
    absent when the symptom, or its relief by flexion, is documented as absent.
    """
    symptom, flexion = _status(findings, "A"), _status(findings, "F")
    if symptom == "absent":
        return "absent"
    if symptom != "present":
        return "not-documented"
    if flexion == "present":
        return "present"
    if flexion == "absent":
        return "absent"
    vascular = any(_status(findings, atom) == "present" for atom in ("V1", "V3", "V4", "V5"))
    if _status(findings, "S") == "present" and (not vascular or _status(findings, "V1") == "absent"):
        return "possible"
    return "not-documented"


def _status(findings: Findings, atom: str) -> Status:
    found = findings.by_atom.get(atom)
    return found.status if found else "not-documented"


def _old_enough(rule: RuleDefinition, findings: Findings) -> Outcome:
    """Routine rules have a floor; an unknown age is not excluded."""
    if rule.minimum_age is None:
        return "met"
    if findings.age is None:
        return "unknown"
    return "met" if findings.age >= rule.minimum_age.years else "unmet"


def _nearest(rules: Iterable[RuleDefinition], findings: Findings, titles: Titles | None) -> tuple[Criterion, ...]:
    """The criteria of the plainest routine rule, for a chart about which nothing is said."""
    rule = next((r for r in _in_force(rules) if r.state == "possible"), None)
    if rule is None:
        return ()
    return tuple(_criteria(rule, evaluate(rule.when, findings, titles), findings))


def _criteria(rule: RuleDefinition, evaluated: Evaluated, findings: Findings) -> Iterator[Criterion]:
    if rule.minimum_age is not None:
        words = f"Age at least {rule.minimum_age.years} (an unknown age is not excluded)"
        yield Criterion(rule.id, words, _old_enough(rule, findings))
    if rule.when.all_of is not None and not rule.when.text:
        for part in evaluated.parts:
            yield from _lines(rule.id, part, 0)
    else:
        yield from _lines(rule.id, evaluated, 0)


def _lines(rule: str, evaluated: Evaluated, level: int) -> Iterator[Criterion]:
    yield Criterion(rule, evaluated.text, evaluated.outcome, evaluated.atom, level)
    for part in evaluated.parts:
        yield from _lines(rule, part, level + 1)
