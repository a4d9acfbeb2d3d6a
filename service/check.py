"""Does the knowledge do what its examples and vignettes say? Runs every one of them. In: a knowledge folder.
Out: a report that, for each failure, shows the sentence, what was seen in it, which phrase and modifier
decided, and what was expected. The command line, the console and the tests all call this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from fhir.resources.R4B.servicerequest import ServiceRequest
from pydantic import ValidationError

from service.chart.model import Chart, Concept, Passage, Patient, Report, Span
from service.chart.read import read_chart
from service.decision import Decision, decide
from service.evidence.definition import Example, FindingDefinition
from service.evidence.extract import extract
from service.evidence.model import Found
from service.knowledge.errors import KnowledgeError, Refusal, gathered
from service.knowledge.load import SHIPPED, load_knowledge
from service.knowledge.model import Knowledge
from service.knowledge.vignette import Vignette, load_vignettes
from service.knowledge.vignette_parts import PATIENT
from service.moment import Moment

# Examples are read as notes of this day, a little before the day they are judged on.
NOTED = date(2026, 10, 20)
JUDGED = date(2026, 11, 1)

_STATUS = {"present": "present", "absent": "absent", "possible": "possible", "not_found": "not-documented"}


@dataclass(frozen=True, slots=True)
class Case:
    """One example or vignette and how it went; `problems` is empty when it passed.

    A known miss is expected to fail: it passes as long as it does, and fails the day it is read rightly, so that
    it gets moved.
    """

    file: str
    name: str
    kind: str
    problems: tuple[str, ...] = ()
    known_miss: bool = False


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All cases of one run, and how many rules say of themselves what they must and name who has reviewed them."""

    cases: tuple[Case, ...]
    fingerprint: str
    rules: int = 0
    reviewed: int = 0

    @property
    def failed(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if case.problems)

    @property
    def known_misses(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if case.known_miss)

    @property
    def passed(self) -> bool:
        return not self.failed

    def lines(self) -> Iterator[str]:
        """The report for people: every failure in full, then the counts."""
        for case in self.failed:
            yield f"FAILED  {case.file}  {case.kind}: {case.name}"
            yield from (f"        {line}" for line in case.problems)
        for kind in ("example", "vignette"):
            cases = [c for c in self.cases if c.kind == kind and not c.known_miss]
            passed = sum(not c.problems for c in cases)
            yield f"{kind}s: {passed} of {len(cases)} pass"
        if self.known_misses:
            yield f"known misses, kept in sight: {len(self.known_misses)}"
        if self.rules:
            yield f"rules with source attributes: {self.rules}, reviewed by a named clinician: {self.reviewed}"


def run_checks(folder: Path | None = None, at: datetime | None = None) -> CheckReport:
    """Every example and vignette of `folder` (the shipped knowledge by default).

    Vignettes carry their own date; `at` replaces the day that examples are judged on. Raises `KnowledgeError`
    with everything that keeps the folder from being loaded.
    """
    root = folder or SHIPPED
    refusals: list[Refusal] = []
    with gathered(refusals):
        knowledge = load_knowledge(root)
    with gathered(refusals):
        vignettes = load_vignettes(root / "vignettes")
    if refusals:
        raise KnowledgeError(refusals)
    judged = at.date() if at is not None else JUDGED
    cases = [case for finding in knowledge.reading.findings for case in _examples(finding, knowledge, judged)]
    for file, vignette in vignettes:
        cases.append(_vignette(file, vignette, knowledge))
    reviewed = sum(rule.reviewed_by is not None for rule in knowledge.rules)
    return CheckReport(tuple(cases), knowledge.fingerprint, len(knowledge.rules), reviewed)


def note_chart(text: str, noted: date = NOTED) -> Chart:
    """A chart that holds nothing but one note."""
    note = Report(
        "DocumentReference/note",
        Concept(text="Progress note"),
        when=Span(noted),
        passages=(Passage("content[0].attachment", text),),
    )
    return Chart(Patient(PATIENT), reports=(note,))


def _examples(finding: FindingDefinition, knowledge: Knowledge, judged: date) -> Iterator[Case]:
    file = f"findings/{finding.id}.yaml"
    noted = NOTED if judged == JUDGED else judged
    for label in ("present", "absent", "possible", "not_found"):
        for written in getattr(finding.examples, label):
            example = written if isinstance(written, Example) else Example(text=written)
            found = extract(note_chart(example.text, noted), knowledge.reading, judged)[finding.atom]
            problems = () if _agrees(found, label, example.kind) else tuple(_why(found, label, example))
            yield Case(file, example.text, "example", problems)
    for example in finding.examples.known_misses:
        found = extract(note_chart(example.text, noted), knowledge.reading, judged)[finding.atom]
        right = _agrees(found, example.should_be, example.kind)
        moved = (f"is read rightly now: move it from known_misses to {example.should_be}",) if right else ()
        yield Case(file, example.text, "example", moved, known_miss=True)


def _agrees(found: Found, label: str, kind: str) -> bool:
    if label == "not_found" and found.status == "possible" and found.atom == "R":
        return True  # a red-flag word without the symptom it needs is kept as possible and shows nothing
    if found.status != _STATUS[label]:
        return False
    return not kind or any(e.kind == kind for e in found.evidence if e.status == found.status)


def _why(found: Found, label: str, example: Example) -> Iterator[str]:
    wanted = f"{_STATUS[label]} ({example.kind})" if example.kind else _STATUS[label]
    yield f"expected {found.atom} {wanted}, found {found.status}"
    if not found.evidence:
        yield "nothing in the sentence bears on it"
    for evidence in found.evidence:
        kind = f" {evidence.kind}" if evidence.kind else ""
        yield f"{evidence.status}{kind}: {evidence.quote!r}: {evidence.reason}"
        for mark in evidence.marks:
            yield f"    {mark.role} {mark.concept}: {mark.phrase!r}"


def _vignette(file: str, vignette: Vignette, knowledge: Knowledge) -> Case:
    chart = read_chart(vignette.gathered(), PATIENT)
    now = datetime.combine(vignette.at, time(12), UTC)
    decision = decide(chart, knowledge, Moment(now=now, hook=vignette.hook, seed=vignette.name))
    problems = tuple(_differences(vignette, decision, knowledge))
    if vignette.known_miss:
        moved = () if problems else ("comes out as expected now: delete known_miss",)
        return Case(f"vignettes/{file}", vignette.name, "vignette", moved, known_miss=True)
    return Case(f"vignettes/{file}", vignette.name, "vignette", problems)


def _draft_problems(decision: Decision) -> Iterator[str]:
    """Why a draft order on a card is no valid R4 resource; none for what ships, but a site may write its own
    orders."""
    for card in decision.cards:
        for suggestion in card.suggestions:
            for action in suggestion.actions:
                try:
                    ServiceRequest.model_validate(action.resource)
                except ValidationError as error:
                    yield f"the draft of {suggestion.label!r} is no valid ServiceRequest: {error}"


def _differences(vignette: Vignette, decision: Decision, knowledge: Knowledge) -> Iterator[str]:
    yield from _draft_problems(decision)
    expected = vignette.expect
    if decision.state != expected.state:
        yield f"expected state {expected.state}, decided {decision.state}"
    if decision.topic != expected.topic:
        yield f"expected topic {expected.topic}, decided {decision.topic}"
    if expected.flag and decision.flag != expected.flag:
        yield f"expected flag {expected.flag}, decided {decision.flag}"
    for atom, status in expected.findings.items():
        found = decision.findings.by_atom.get(atom)
        if found is None:
            yield f"there is no finding {atom!r}; write the letter of one, or the name of an auxiliary one"
        elif found.status != status:
            yield f"expected {atom} {status}, found {found.status}"
            for evidence in found.evidence:
                yield f"    {evidence.status}: {evidence.quote!r}: {evidence.reason}"
    if expected.held and expected.held not in {held.topic for held in decision.held}:
        yield f"expected a card of topic {expected.held} to be held back, {_named(h.topic for h in decision.held)} is"
    yield from _card_differences(vignette, decision, knowledge)


def _card_differences(vignette: Vignette, decision: Decision, knowledge: Knowledge) -> Iterator[str]:
    """How the first card shown differs from what is expected of it."""
    expected, library = vignette.expect, knowledge.cards
    card = decision.cards[0] if decision.cards else None
    if expected.indicator and (card is None or card.indicator != expected.indicator):
        yield f"expected indicator {expected.indicator}, shown is {card.indicator if card else 'no card'}"
    # An order is known by its text, a caution or a question by standing in the detail.
    orders = {order.text: order.id for order in library.orders.values()}
    drafts = [a.resource["code"]["text"] for s in (card.suggestions if card else ()) for a in s.actions if a.resource]
    detail = (card.detail if card else None) or ""
    seen = {
        "suggestions": [orders.get(text, text) for text in drafts],
        "cautions": [c.id for c in library.options.cautions if c.text.strip() in detail],
        "questions": [q.id for q in library.questions.questions if q.text in detail],
    }
    for name, ids in seen.items():
        wanted = getattr(expected, name)
        if wanted is not None and list(wanted) != ids:
            yield f"expected {name} {_named(wanted)}, shown are {_named(ids)}"


def _named(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
