"""Findings in codes: a problem or a procedure whose code stands in one of a finding's value sets. In: a
finding's definition and the chart. Out: evidence with the code's label as its quote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from service.chart.model import Chart, Concept, Observed, Standing
from service.evidence.definition import FindingDefinition
from service.evidence.model import Evidence, Status
from service.evidence.reading import Reading


def coded_evidence(finding: FindingDefinition, chart: Chart, reading: Reading) -> Iterator[Evidence]:
    """Evidence from codes; a coded observation counts as its value says (yes, no, positive, absent)."""
    for coded in finding.codes:
        for resource, ref, concept, standing, when in _coded(chart):
            if resource not in coded.resources or coded.value_set not in reading.value_sets_of(concept):
                continue
            yield _evidence(finding, ref, "code", concept, standing, when, coded.kind, "present")
        if "Observation" not in coded.resources:
            continue
        for observed in chart.observed:
            for path, concept, status in _observed(observed, coded.value_set, reading):
                yield _evidence(
                    finding,
                    observed.ref,
                    path,
                    concept,
                    observed.standing,
                    observed.when.latest,
                    coded.kind,
                    status,
                )


def _coded(chart: Chart) -> Iterator[tuple[str, str, Concept, Standing, date | None]]:
    for problem in chart.problems:
        yield "Condition", problem.ref, problem.concept, problem.standing, problem.dated
    for report in chart.reports:
        yield report.ref.partition("/")[0], report.ref, report.concept, report.standing, report.when.latest
    for deed in chart.deeds:
        yield deed.kind, deed.ref, deed.concept, deed.standing, deed.when.latest


def _observed(observed: Observed, value_set: str, reading: Reading) -> Iterator[tuple[str, Concept, Status]]:
    """A finding may be the question (answered yes or no) or the answer (a coded value)."""
    for measure in observed.measures:
        prefix = f"{measure.path}." if measure.path else ""
        if value_set in reading.value_sets_of(measure.concept):
            status = _answer(measure.values, reading)
            if status is not None:
                yield f"{prefix}code", measure.concept, status
        for value in measure.values:
            if isinstance(value, Concept) and value_set in reading.value_sets_of(value):
                yield f"{prefix}valueCodeableConcept", value, "present"


def _answer(values: tuple[object, ...], reading: Reading) -> Status | None:
    for value in values:
        if isinstance(value, bool):
            return "present" if value else "absent"
        words = value if isinstance(value, str) else value.label if isinstance(value, Concept) else ""
        first = words.strip().lower()
        if first in reading.yes or first.partition(" ")[0].strip(",.;:") == "yes":
            return "present"
        if first in reading.no or first.partition(" ")[0].strip(",.;:") == "no":
            return "absent"
    return None


def _evidence(
    finding: FindingDefinition,
    ref: str,
    path: str,
    concept: Concept,
    standing: Standing,
    when: date | None,
    kind: str,
    status: Status,
) -> Evidence:
    code = next((c.code for c in concept.codings), "")
    reason = f"coded {code}" if code else "coded"
    if standing == "resolved" and not finding.history:
        status, reason = "not-documented", "the record marks it as resolved"
    elif standing == "possible" and status == "present":
        status, reason = "possible", f"{reason}, not confirmed"
    return Evidence(ref, path, concept.label, status, reason, when, kind)
