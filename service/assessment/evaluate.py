"""Whether a criterion is met. In: one criterion and the findings. Out: met, unmet or unknown; and, for who wants to see
why, the same tree with an outcome at every node, its words, and the evidence that met it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.assessment.definition import AgeTest, Criterion, ScoreTest
from service.assessment.model import Outcome, Support
from service.evidence.model import Evidence, Findings, Found

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


def applies(when: Criterion | None, findings: Findings) -> bool:
    """Whether a part of the knowledge that may carry a criterion counts; one without always does."""
    return when is None or outcome_of(when, findings) == "met"


def outcome_of(criterion: Criterion, findings: Findings) -> Outcome:
    """The outcome of `criterion`; a finding that is possible or not documented is unknown, never absent."""
    if criterion.finding:
        return _finding(criterion, findings.by_atom.get(criterion.finding))
    if criterion.conflicting:
        found = findings.by_atom.get(criterion.conflicting)
        said = {e.status for e in found.evidence} if found else set()
        return "met" if said >= {"present", "absent"} else "unmet"
    if criterion.age is not None:
        return _age(criterion.age, findings.age)
    return _group(criterion, [outcome_of(part, findings) for part in criterion.parts])


def evaluate(criterion: Criterion, findings: Findings, titles: Titles | None = None) -> Evaluated:
    """The outcome of `criterion` and of everything below it, in words, with the evidence that met it."""
    outcome = outcome_of(criterion, findings)
    parts = tuple(evaluate(part, findings, titles) for part in criterion.parts)
    words = criterion.text or _words(criterion, parts, titles or {})
    evidence: tuple[Support, ...] = ()
    if outcome == "met" and criterion.atom:
        found = findings.by_atom[criterion.atom]
        evidence = tuple(Support(criterion.atom, e) for e in found.evidence if _counts(criterion, e))
    elif outcome == "met" and criterion.none_of is None:
        evidence = tuple(support for part in parts if part.met for support in part.evidence)
    return Evaluated(words, outcome, criterion.atom, evidence, parts)


def _finding(criterion: Criterion, found: Found | None) -> Outcome:
    if found is None:
        return "unknown"
    if not criterion.kind:
        if found.status == criterion.status:
            return "met"
        return "unmet" if found.status in {"present", "absent"} else "unknown"
    if found.status == criterion.status and any(_counts(criterion, e) for e in found.evidence):
        return "met"
    denied = any(e.status == "absent" and e.kind in {"", *criterion.kind} for e in found.evidence)
    return "unmet" if denied and criterion.status == "present" else "unknown"


def _counts(criterion: Criterion, evidence: Evidence) -> bool:
    """Whether a statement is one that met a leaf."""
    if criterion.conflicting:
        return evidence.status in {"present", "absent"}
    return evidence.status == criterion.status and (not criterion.kind or evidence.kind in criterion.kind)


def _group(criterion: Criterion, parts: Sequence[Outcome]) -> Outcome:
    if criterion.none_of is not None:
        return "unmet" if "met" in parts else "met"
    if criterion.score is not None:
        lowest, highest, _ = _points(criterion.score, parts)
        return _reaches(criterion.score.at_least, lowest, highest)
    if criterion.all_of is not None:
        needed = len(parts)
    else:
        needed = 1 if criterion.any_of is not None else criterion.at_least or 0
    met = parts.count("met")
    return _reaches(needed, met, met + parts.count("unknown"))


def _reaches(needed: int, lowest: int, highest: int) -> Outcome:
    if lowest >= needed:
        return "met"
    return "unknown" if highest >= needed else "unmet"


def _points(score: ScoreTest, parts: Sequence[Outcome]) -> tuple[int, int, int]:
    """The lowest and the highest total that are possible, and how many items are documented."""
    lowest = highest = documented = 0
    for item, outcome in zip(score.items, parts, strict=True):
        if outcome == "unknown":
            lowest += min(item.points, 0)
            highest += max(item.points, 0)
        else:
            documented += 1
            lowest += item.points if outcome == "met" else 0
            highest += item.points if outcome == "met" else 0
    return lowest, highest, documented


def _age(test: AgeTest, age: int | None) -> Outcome:
    if age is None:
        return "unknown"
    return "met" if test.holds(age) else "unmet"


def _words(criterion: Criterion, parts: Sequence[Evaluated], titles: Titles) -> str:
    if criterion.finding:
        return _finding_words(criterion, titles)
    if criterion.conflicting:
        return f"The record contradicts itself about: {titles.get(criterion.conflicting, criterion.conflicting)}"
    if criterion.age is not None:
        return _age_words(criterion.age)
    if criterion.none_of is not None:
        return "None of these is documented"
    if criterion.score is not None:
        lowest, highest, documented = _points(criterion.score, [part.outcome for part in parts])
        return (
            f"A score of {criterion.score.at_least} or more: between {lowest} and {highest} points, "
            f"{documented} of {len(parts)} items documented"
        )
    if criterion.all_of is not None:
        return "All of these"
    return "At least one of these" if criterion.any_of is not None else f"At least {criterion.at_least} of these"


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


def _age_words(test: AgeTest) -> str:
    limits = ((test.above, "above"), (test.at_least, "at least"), (test.below, "below"))
    return "Age " + " and ".join(f"{word} {years}" for years, word in limits if years is not None)
