"""Findings in codes: a problem, an observation or a procedure whose code stands in one of a finding's value
sets. In: the chart, walked once. Out: for each value set what the chart says with its codes, and from that the
evidence of a finding, with the code's label as its quote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from service.chart.model import Chart, Concept, Deed, Observed, Standing, Value
from service.evidence.definition import Coded, FindingDefinition
from service.evidence.labels import LABELLED, names_of
from service.evidence.model import Evidence, Status
from service.evidence.reading import Reading


@dataclass(frozen=True, slots=True)
class CodedStatement:
    """A code of some value set in the chart, and whether it is stated or denied there."""

    resource: str
    ref: str
    path: str
    concept: Concept
    standing: Standing
    when: date | None
    status: Status = "present"
    # What was ordered, done, given or worn, where the code is of such a resource.
    deed: Deed | None = None


def coded_statements(chart: Chart, reading: Reading) -> Mapping[str, tuple[CodedStatement, ...]]:
    """What the chart says in codes, by value set; codes of no value set are left out."""
    found: dict[str, list[CodedStatement]] = defaultdict(list)
    for statement in _all(chart, reading):
        named = statement.resource in LABELLED
        sets = reading.value_sets_named(statement.concept) if named else reading.value_sets_of(statement.concept)
        for value_set in sorted(sets):
            found[value_set].append(statement)
    return {name: tuple(statements) for name, statements in found.items()}


def coded_evidence(
    finding: FindingDefinition, statements: Mapping[str, tuple[CodedStatement, ...]], reading: Reading
) -> Iterator[Evidence]:
    """Evidence from codes; a coded observation counts as its value says (yes, no, positive, absent)."""
    for coded in finding.codes:
        for statement in statements.get(coded.value_set, ()):
            if statement.resource in coded.resources and _in_force(coded, statement.deed):
                yield _evidence(finding, statement, coded, reading)


def _in_force(coded: Coded, deed: Deed | None) -> bool:
    """Whether the status is one of those that count, and it lasted long enough."""
    if coded.statuses and (deed is None or deed.status not in coded.statuses):
        return False
    return coded.weeks is None or (_weeks(deed) or 0) >= coded.weeks


def _weeks(deed: Deed | None) -> int | None:
    """How many whole weeks it lasted, where the record gives its first and last day."""
    if deed is None or deed.when.start is None or deed.when.end is None:
        return None
    return (deed.when.end - deed.when.start).days // 7


def _all(chart: Chart, reading: Reading) -> Iterator[CodedStatement]:
    for problem in chart.problems:
        yield CodedStatement("Condition", problem.ref, "code", problem.concept, problem.standing, problem.dated)
    for report in chart.reports:
        kind, when = report.ref.partition("/")[0], report.when.latest
        yield CodedStatement(kind, report.ref, "code", report.concept, report.standing, when)
    for deed in chart.deeds:
        yield CodedStatement(deed.kind, deed.ref, "code", deed.concept, deed.standing, deed.when.latest, deed=deed)
    for observed in chart.observed:
        yield from _observed(observed, reading)


def _observed(observed: Observed, reading: Reading) -> Iterator[CodedStatement]:
    """A finding may be the question (answered yes or no) or the answer (a coded value)."""
    standing, when = observed.standing, observed.when.latest
    for measure in observed.measures:
        prefix = f"{measure.path}." if measure.path else ""
        status = _answer(measure.values, reading)
        if status is not None:
            path = f"{prefix}code"
            yield CodedStatement("Observation", observed.ref, path, measure.concept, standing, when, status)
        for value in measure.values:
            if isinstance(value, Concept):
                path = f"{prefix}valueCodeableConcept"
                yield CodedStatement("Observation", observed.ref, path, value, standing, when)


def _answer(values: tuple[Value, ...], reading: Reading) -> Status | None:
    for value in values:
        if isinstance(value, bool):
            return "present" if value else "absent"
        words = value if isinstance(value, str) else value.label if isinstance(value, Concept) else ""
        whole = words.strip().lower()
        first = whole.partition(" ")[0].strip(",.;:")
        if whole in reading.yes or first == "yes":
            return "present"
        if whole in reading.no or first == "no":
            return "absent"
    return None


def _evidence(finding: FindingDefinition, statement: CodedStatement, coded: Coded, reading: Reading) -> Evidence:
    code = next((c.code for c in statement.concept.codings), "")
    status, reason = statement.status, f"coded {code}" if code else "coded"
    if statement.standing == "resolved" and not finding.history:
        status, reason = "not-documented", "the record marks it as resolved"
    elif statement.standing == "possible" and status == "present":
        status, reason = "possible", f"{reason}, not confirmed"
    if statement.deed is not None and reading.labels.elsewhere(coded.value_set, _told_of(statement.deed)):
        status, reason = "not-documented", "it concerns another part of the body"
    quote, weeks = statement.concept.label, _weeks(statement.deed)
    value = f"{weeks} weeks" if weeks else ""
    return Evidence(statement.ref, statement.path, quote, status, reason, statement.when, coded.kind, value=value)


def _told_of(deed: Deed) -> Iterator[str]:
    """The words that say where and what for: names, sites and reasons, not the notes."""
    yield from names_of(deed.concept)
    for site in deed.body_sites:
        yield from names_of(site)
    yield from (passage.text for passage in deed.passages if passage.path.startswith("reasonCode"))
