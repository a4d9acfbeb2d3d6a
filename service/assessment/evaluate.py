"""Whether a criterion is met. In: one criterion, the findings, and what each finding is called. Out: the
same tree with an outcome at every node (met, unmet or unknown), its words, and the evidence that met it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.assessment.definition import AgeTest, Criterion, ScoreTest
from service.assessment.model import Outcome, Support
from service.evidence.model import Findings, Found

# What a finding is called in plain words, by its atom.
Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A criterion, its outcome, and the evidence that met it; a group carries that of its parts that
    were met."""

    text: str
    outcome: Outcome
    atom: str = ""
    evidence: tuple[Support, ...] = ()
    parts: tuple[Evaluated, ...] = field(default=())

    @property
    def met(self) -> bool:
        return self.outcome == "met"


def evaluate(criterion: Criterion, findings: Findings, titles: Titles | None = None) -> Evaluated:
    """The outcome of `criterion`; a finding that is possible or not documented is unknown, never absent."""
    titles = titles or {}
    if criterion.finding:
        return _finding(criterion, findings.by_atom.get(criterion.finding), titles)
    if criterion.conflicting:
        return _conflicting(criterion, findings.by_atom.get(criterion.conflicting), titles)
    if criterion.age is not None:
        return Evaluated(criterion.text or _age_words(criterion.age), _age(criterion.age, findings.age))
    parts = tuple(evaluate(part, findings, titles) for part in criterion.parts)
    if criterion.none_of is not None:
        outcome: Outcome = "unmet" if any(p.met for p in parts) else "met"
        return Evaluated(criterion.text or "None of these is documented", outcome, parts=parts)
    outcome, words = _group(criterion, parts)
    met = tuple(support for part in parts if part.met for support in part.evidence)
    return Evaluated(criterion.text or words, outcome, evidence=met if outcome == "met" else (), parts=parts)


def applies(when: Criterion | None, findings: Findings) -> bool:
    """Whether a part of the knowledge that may carry a criterion counts; one without always does."""
    return when is None or evaluate(when, findings).met


def _group(criterion: Criterion, parts: Sequence[Evaluated]) -> tuple[Outcome, str]:
    met = sum(p.met for p in parts)
    open_ = sum(p.outcome == "unknown" for p in parts)
    if criterion.score is not None:
        return _score(criterion.score, parts)
    if criterion.all_of is not None:
        return _reaches(len(parts), met, open_), "All of these"
    if criterion.any_of is not None:
        return _reaches(1, met, open_), "At least one of these"
    needed = criterion.at_least or 0
    return _reaches(needed, met, open_), f"At least {needed} of these"


def _reaches(needed: int, lowest: int, open_: int) -> Outcome:
    if lowest >= needed:
        return "met"
    return "unknown" if lowest + open_ >= needed else "unmet"


def _score(score: ScoreTest, parts: Sequence[Evaluated]) -> tuple[Outcome, str]:
    lowest = highest = documented = 0
    for item, part in zip(score.items, parts, strict=True):
        if part.outcome == "unknown":
            lowest += min(item.points, 0)
            highest += max(item.points, 0)
        else:
            documented += 1
            lowest += item.points if part.met else 0
            highest += item.points if part.met else 0
    words = (
        f"A score of {score.at_least} or more: between {lowest} and {highest} points, "
        f"{documented} of {len(parts)} items documented"
    )
    return _reaches(score.at_least, lowest, highest - lowest), words


def _finding(criterion: Criterion, found: Found | None, titles: Titles) -> Evaluated:
    atom, wanted = criterion.finding, criterion.status
    words = criterion.text or _finding_words(criterion, titles)
    if found is None:
        return Evaluated(words, "unknown", atom)
    pieces = tuple(
        Support(atom, e)
        for e in found.evidence
        if e.status == wanted and (not criterion.kind or e.kind in criterion.kind)
    )
    if criterion.kind:
        denied = any(e.status == "absent" and e.kind in {"", *criterion.kind} for e in found.evidence)
        if found.status == wanted and pieces:
            return Evaluated(words, "met", atom, pieces)
        return Evaluated(words, "unmet" if denied and wanted == "present" else "unknown", atom)
    if found.status == wanted:
        return Evaluated(words, "met", atom, pieces)
    settled = found.status in {"present", "absent"}
    return Evaluated(words, "unmet" if settled else "unknown", atom)


def _finding_words(criterion: Criterion, titles: Titles) -> str:
    title = titles.get(criterion.finding, criterion.finding)
    name = title[:1].upper() + title[1:]
    if criterion.kind:
        name += f" ({', '.join(kind.replace('-', ' ') for kind in criterion.kind)})"
    if criterion.status == "absent":
        return f"{name}: documented as absent"
    if criterion.status == "possible":
        return f"{name}: documented as possible only"
    return name


def _conflicting(criterion: Criterion, found: Found | None, titles: Titles) -> Evaluated:
    atom = criterion.conflicting
    words = criterion.text or f"The record contradicts itself about: {titles.get(atom, atom)}"
    said = {e.status for e in found.evidence} if found else set()
    if found is None or not said >= {"present", "absent"}:
        return Evaluated(words, "unmet", atom)
    pieces = tuple(Support(atom, e) for e in found.evidence if e.status in {"present", "absent"})
    return Evaluated(words, "met", atom, pieces)


def _age(test: AgeTest, age: int | None) -> Outcome:
    if age is None:
        return "unknown"
    return "met" if test.holds(age) else "unmet"


def _age_words(test: AgeTest) -> str:
    limits = ((test.above, "above"), (test.at_least, "at least"), (test.below, "below"))
    return "Age " + " and ".join(f"{word} {years}" for years, word in limits if years is not None)
