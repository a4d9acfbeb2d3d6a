"""From a chart to findings: for each defined finding every statement of the record that bears on it, and the
status they add up to. In: the chart, the compiled reading, today's date. Out: `Findings`, each with its
evidence. A statement about somebody else, about the past, about what might happen, or too old to count
stays in the evidence with the reason, and decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from service.chart.model import Chart, Patient
from service.evidence.coded import coded_evidence, coded_statements
from service.evidence.definition import FindingDefinition
from service.evidence.measured import measured_evidence
from service.evidence.model import Evidence, Findings, Found, Status
from service.evidence.passages import Read, readings, telling
from service.evidence.reading import Reading
from service.evidence.sayings import Sayings
from service.evidence.stated import felt_evidence, related_evidence, stated_evidence, told_beside

_MONTH = 30.44
_REVIEW = "review-of-systems"
# What is written on a day and speaks of it.
_NOTES = ("DocumentReference/", "DiagnosticReport/", "Observation/")
# What holds until the record ends it, whenever it was written down.
_LASTING = frozenset({"AllergyIntolerance", "Device", "MedicationRequest"})


def extract(chart: Chart, reading: Reading, today: date) -> Findings:
    """Every active finding of `reading` as `chart` documents it on `today`."""
    chart = telling(chart, reading)
    reads = readings(chart, reading)
    sayings = Sayings.of(reads)
    coded = coded_statements(chart, reading)
    leg_known = _leg_symptom_known(reads, chart, reading)
    found: dict[str, Found] = {}
    for finding in reading.findings:
        if finding.age_bands:
            evidence: list[Evidence] = _age(chart.patient, finding, today)
        else:
            evidence = [
                *coded_evidence(finding, coded, reading),
                *measured_evidence(finding, chart, reads, reading),
                *related_evidence(finding, sayings, leg_known),
                *stated_evidence(finding, sayings),
            ]
            evidence = [_aged(e, finding, chart, today) for e in evidence]
        found[finding.id] = _found(finding, evidence)
    _add_felt(found, reading, reads, chart, today)
    _add_beside(found, reading, reads, chart, today)
    _take_back(found, reading)
    in_order = {f.atom: found[f.id] for f in reading.findings}
    return Findings(in_order, chart.patient.age_on(today))


def _superseded(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Statements that a later note denies, set aside; those of problems that are still on the list are not."""
    denied = [e for e in evidence if e.status == "absent" and e.when and e.section != _REVIEW and _told(e)]
    last = max((e.when for e in denied if e.when), default=None)
    if last is None:
        return evidence
    later = [e.when for e in evidence if e.status == "present" and e.when and e.when >= last]
    if later or any(e.status == "present" and (e.when is None or not _told(e)) for e in evidence):
        return evidence
    return [_set_aside(e, "a later note says otherwise") if e.status == "present" else e for e in evidence]


def _told(evidence: Evidence) -> bool:
    return evidence.ref.startswith(_NOTES)


def _found(finding: FindingDefinition, evidence: Iterable[Evidence]) -> Found:
    """Present beats absent beats possible: a denial in one place does not undo what another place describes."""
    evidence = tuple(evidence)
    if finding.superseded:
        evidence = tuple(_superseded(evidence))
    if not evidence:
        return Found(finding.atom, finding.id, "not-documented")
    unique = {(e.ref, e.path, e.quote, e.status, e.kind, e.side, e.value): e for e in evidence}
    # "no calf pain but the thighs ache on walking" says one thing of the finding, not two.
    shown = {(e.ref, e.path, e.quote) for e in unique.values() if e.status == "present"}
    unique = {k: e for k, e in unique.items() if e.status != "absent" or k[:3] not in shown}
    ordered = tuple(
        sorted(
            unique.values(),
            key=lambda e: (
                -(e.when or date.min).toordinal(),
                e.ref,
                e.path,
                e.quote,
                e.status,
                e.kind,
                e.side,
                e.value,
            ),
        )
    )
    said = {e.status for e in ordered}
    status: Status = next((s for s in ("present", "absent", "possible") if s in said), "not-documented")
    return Found(finding.atom, finding.id, status, ordered)


def _aged(evidence: Evidence, finding: FindingDefinition, chart: Chart, today: date) -> Evidence:
    """Evidence past the finding's time limit no longer decides.

    An active problem does not age, nor does a drug, device or allergy in force, unless the finding passes by itself.
    """
    if finding.months is None or evidence.when is None or evidence.status == "not-documented":
        return evidence
    if evidence.when >= today - timedelta(days=round(finding.months * _MONTH)):
        return evidence
    if not finding.passes and _lasts(evidence.ref, chart):
        return evidence
    return _set_aside(evidence, f"older than {finding.months} months")


def _lasts(ref: str, chart: Chart) -> bool:
    return any(p.ref == ref and p.standing == "current" for p in chart.problems) or any(
        deed.ref == ref and deed.standing == "current" and deed.kind in _LASTING for deed in chart.deeds
    )


def _set_aside(evidence: Evidence, reason: str) -> Evidence:
    return replace(evidence, status="not-documented", reason=reason)


def _age(patient: Patient, finding: FindingDefinition, today: date) -> list[Evidence]:
    age = patient.age_on(today)
    if age is None:
        return []
    band = next(label for upper, label in finding.age_bands if upper is None or age < upper)
    return [
        Evidence(
            f"Patient/{patient.id}",
            "birthDate",
            f"{age} years",
            "present",
            "age from the birth date",
            value=band,
        )
    ]


def _leg_symptom_known(reads: list[Read], chart: Chart, reading: Reading) -> bool:
    """Whether the chart speaks of a leg or buttock symptom at all: then `pain, worse walking` without a place
    means it."""
    for problem in chart.problems:
        if problem.standing == "current" and "leg-or-buttock-symptom" in reading.value_sets_of(problem.concept):
            return True
    return any(
        link.anchor == "leg" and link.assertion == "affirmed" and link.effect in {"provokes", "eases"}
        for r in reads
        for s in r.sentences
        for link in s.links
    ) or any(
        symptom.judgement.assertion == "affirmed" and symptom.regions & frozenset({"leg", "buttock", "thigh", "calf"})
        for r in reads
        if r.standing != "resolved"
        for s in r.sentences
        if s.section is None or s.section.asserts == "affirmed"
        for symptom in s.symptoms
    )


def _add_felt(found: dict[str, Found], reading: Reading, reads: list[Read], chart: Chart, today: date) -> None:
    """Sites told beside the finding they belong to: `It is in both thighs.`"""
    for finding in reading.findings:
        if not finding.felt:
            continue
        evidence = list(found[finding.id].evidence)
        for felt in finding.felt:
            if felt.alongside:
                shown = {e.ref for e in found[felt.alongside].evidence if e.status == "present"}
                beside = [r for r in reads if r.ref in shown]
            else:
                beside = reads
            evidence.extend(
                _aged(e, finding, chart, today) for read in beside for e in felt_evidence(finding, felt, read)
            )
        found[finding.id] = _found(finding, evidence)


def _add_beside(found: dict[str, Found], reading: Reading, reads: list[Read], chart: Chart, today: date) -> None:
    """What is told of a finding only beside another one: both in one text, and nothing said against it anywhere."""
    for finding in reading.findings:
        if not finding.told_beside or found[finding.id].status != "not-documented":
            continue
        shown = {e.ref for other in finding.told_beside for e in found[other].evidence if e.status == "present"}
        evidence = [
            *found[finding.id].evidence,
            *(_aged(e, finding, chart, today) for r in reads if r.ref in shown for e in told_beside(finding, r)),
        ]
        found[finding.id] = _found(finding, evidence)


def _take_back(found: dict[str, Found], reading: Reading) -> None:
    """Gates and precedence between findings, once all are known."""
    for finding in reading.findings:
        this = found[finding.id]
        elsewhere = [e for other in finding.yields_to for e in found[other].evidence if e.status == "present"]
        if elsewhere:
            evidence = [replace(e, status="absent", reason="another site is documented") for e in elsewhere]
            found[finding.id] = _found(finding, evidence)
        if finding.gate is not None and not found[finding.gate.needs].present:
            gate = finding.gate
            evidence = [
                replace(e, status="possible", reason="no current back, buttock or leg symptom is documented")
                if e.status == "present" and e.kind not in gate.free
                else e
                for e in this.evidence
            ]
            found[finding.id] = _found(finding, evidence)
