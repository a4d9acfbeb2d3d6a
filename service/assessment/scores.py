"""Published scores as explanation: how far what is documented reaches in each, never a verdict. In: a score as its file
defines it, and the findings. Out: the lowest and the highest total that are still possible, how many items are
documented, and each item met, unmet or unknown. No rule and no card depends on any of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from service.assessment.definition import AgeTest, Criterion
from service.assessment.evaluate import outcome_of
from service.assessment.model import Outcome
from service.evidence.definition import Problem, SourceDefinition
from service.evidence.model import Findings


class AgePoints(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The points of an age band. Where a source can be read in two ways, bands overlap, and an age in both of them
    gives an interval."""

    points: int
    age: AgeTest


class ScoreItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item: `points` where `when` is met, none where it is documented not to be, an interval where it is unknown.

    `ages` stands in for `when` and `points` where the age decides. `unread` stands in for `when` where the service
    has no finding that says just this: it tells why, and the item stays unknown.
    """

    text: str
    points: int = 0
    when: Criterion | None = None
    ages: tuple[AgePoints, ...] = ()
    unread: str = ""

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        """What is wrong with it; `atoms` are the findings it may ask for."""
        if [self.when is not None, bool(self.ages), bool(self.unread.strip())].count(True) != 1:
            yield "items", f"{self.text!r} has not exactly one form", "write one of when, ages or unread"
        if (self.points == 0) != bool(self.ages):
            yield "items", f"the points of {self.text!r} are not in one place", "write points, or ages with theirs"
        for band in self.ages:
            yield from band.age.problems()
        if self.when is not None:
            yield from self.when.problems(atoms)

    @property
    def reach(self) -> tuple[int, int]:
        """The fewest and the most points it can give."""
        points = [band.points for band in self.ages] or [0, self.points]
        return min(points), max(points)


class ScoreDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published score. `cut_off`, `accuracy` and `population` are as its source prints them, `limits` is what a
    reader must know before believing any of it here."""

    id: str
    title: str
    status: Literal["draft", "active", "retired"]
    version: str
    released: date
    sources: tuple[SourceDefinition, ...]
    population: str
    cut_off: int
    accuracy: str
    limits: tuple[str, ...]
    items: tuple[ScoreItem, ...]

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        """What a loader must refuse; `atoms` are the findings it may ask for."""
        if not self.sources:
            yield "sources", "a score nobody published", "write where its items and points come from"
        if not self.population.strip() or not self.limits:
            yield "limits", "a score that holds for everybody", "write population, and what limits its use"
        for item in self.items:
            yield from item.problems(atoms)
        highest = self.reach[1]
        if self.cut_off > highest:
            yield "cut_off", f"{self.cut_off} points can never be reached", f"write at most {highest}"

    @property
    def reach(self) -> tuple[int, int]:
        """The lowest and the highest total that its items allow."""
        return sum(item.reach[0] for item in self.items), sum(item.reach[1] for item in self.items)


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One item: its outcome, and the fewest and most points it can stand for; `unread` where it is never read."""

    text: str
    outcome: Outcome
    low: int
    high: int
    unread: str = ""

    def to_json(self) -> dict[str, Any]:
        body = {"text": self.text, "outcome": self.outcome, "low": self.low, "high": self.high}
        return {**body, "unread": self.unread} if self.unread else body


@dataclass(frozen=True, slots=True)
class Score:
    """How far what is documented reaches in one score: an interval, and the items it is made of."""

    definition: ScoreDefinition
    items: tuple[ScoredItem, ...]

    @property
    def low(self) -> int:
        return sum(item.low for item in self.items)

    @property
    def high(self) -> int:
        return sum(item.high for item in self.items)

    @property
    def documented(self) -> int:
        return sum(item.outcome != "unknown" for item in self.items)

    def to_json(self) -> dict[str, Any]:
        """As a decision keeps it, with all that must stand beside the numbers."""
        defined = self.definition
        return {
            "id": defined.id,
            "version": defined.version,
            "title": defined.title,
            "low": self.low,
            "high": self.high,
            "maximum": defined.reach[1],
            "cutOff": defined.cut_off,
            "documented": self.documented,
            "of": len(self.items),
            "population": defined.population,
            "accuracy": defined.accuracy,
            "limits": list(defined.limits),
            "sources": [source.citation for source in defined.sources],
            "items": [item.to_json() for item in self.items],
        }


def score(findings: Findings, definition: ScoreDefinition) -> Score:
    """The interval of one score for a chart with these findings; unknown is never absent."""
    return Score(definition, tuple(_scored(item, findings) for item in definition.items))


def _scored(item: ScoreItem, findings: Findings) -> ScoredItem:
    if item.ages:
        return _by_age(item, findings.age)
    outcome: Outcome = "unknown" if item.when is None else outcome_of(item.when, findings)
    if outcome == "unknown":
        return ScoredItem(item.text, outcome, *item.reach, item.unread)
    points = item.points if outcome == "met" else 0
    return ScoredItem(item.text, outcome, points, points)


def _by_age(item: ScoreItem, age: int | None) -> ScoredItem:
    if age is None:
        return ScoredItem(item.text, "unknown", *item.reach)
    points = [band.points for band in item.ages if band.age.holds(age)] or [0]
    return ScoredItem(item.text, "met" if max(points) else "unmet", min(points), max(points))
