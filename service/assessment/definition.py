"""What a clinician may write about deciding: rules, and the criteria they are made of. In: YAML,
converted by the loader. Out: frozen definitions, and `problems()` that say what a loader must refuse, in
words an author can act on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final, Literal

from msgspec import Struct, field

from service.assessment.attributes import SourceAttributes
from service.evidence.definition import Problem, SourceDefinition
from service.evidence.nearest import meant

State = Literal[
    "redFlag",
    "redFlagUrgent",
    "mixed",
    "vascular",
    "alreadyDiagnosed",
    "conflict",
    "probable",
    "possible",
    "insufficient",
    "silent",
]

# The findings a decision prints, by their letters, in the order of a decision table's reader.
ATOMS: Final = (
    *("A", "F", "S", "T", "B", "K", "N", "G", "W", "E", "P", "I", "D"),
    *("V1", "V2", "V3", "V4", "V5", "X", "R", "Q1", "Q2", "Q3"),
)
_SOURCE: Final = "write where the number comes from under source"
_FORMS: Final = ("all", "any", "none", "at_least", "score", "finding", "conflicting", "age")


class AgeTest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comparison with the age in completed years; `source` says where the number comes from."""

    source: str
    above: int | None = None
    at_least: int | None = None
    below: int | None = None

    def holds(self, age: int) -> bool:
        return (
            (self.above is None or age > self.above)
            and (self.at_least is None or age >= self.at_least)
            and (self.below is None or age < self.below)
        )

    def problems(self) -> Iterator[Problem]:
        if self.above is None and self.at_least is None and self.below is None:
            yield "age", "compares with no number", "write above, at_least or below"
        if not self.source.strip():
            yield "age", "a number without a source", _SOURCE


class Criterion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One node of a rule's tree: a group of criteria, or a question put to one finding or to the age.

    Exactly one form is written. Groups: `all`, `any`, `none` (met unless one of them is documented),
    `at_least: 2` with `of`, and `score`. Leaves: `finding` with an optional `status` and `kind`;
    `conflicting`, met where the record says both that a finding is present and that it is absent; `age`.
    `text` replaces the words that are otherwise made from the finding's name. A number needs its `source`.
    """

    text: str = ""
    all_of: tuple[Criterion, ...] | None = field(default=None, name="all")
    any_of: tuple[Criterion, ...] | None = field(default=None, name="any")
    none_of: tuple[Criterion, ...] | None = field(default=None, name="none")
    at_least: int | None = None
    of: tuple[Criterion, ...] | None = None
    score: ScoreTest | None = None
    source: str = ""
    finding: str = ""
    status: Literal["present", "absent", "possible"] = "present"
    kind: tuple[str, ...] = ()
    conflicting: str = ""
    age: AgeTest | None = None

    @property
    def atom(self) -> str:
        return self.finding or self.conflicting

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The criteria this one is made of; none for a leaf."""
        if self.score is not None:
            return tuple(item.when for item in self.score.items)
        for group in (self.all_of, self.any_of, self.none_of, self.of):
            if group is not None:
                return group
        return ()

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        """What is wrong in this node and below it; `atoms` are the findings that exist."""
        forms = self._forms()
        if len(forms) != 1:
            written = ", ".join(forms) or "none"
            yield (
                "when",
                f"a criterion has exactly one form, this one has {written}",
                f"write one of {', '.join(_FORMS)}",
            )
            return
        form = forms[0]
        if form not in {"finding", "conflicting", "age"} and not self.parts:
            yield form, "an empty list", "write at least one criterion in it"
        if form == "at_least":
            yield from self._count_problems()
        if self.of is not None and form != "at_least":
            yield "of", "`of` without `at_least`", "write how many are needed under at_least"
        if self.atom and self.atom not in atoms:
            remedy = f"{meant(self.atom, atoms)}write one of {', '.join(sorted(atoms))}"
            yield form, f"{self.atom!r} is no finding", remedy
        if (self.kind or self.status != "present") and form != "finding":
            yield form, "`kind` and `status` belong to `finding`", "move them beside a finding"
        if self.age is not None:
            yield from self.age.problems()
        if self.score is not None:
            yield from self.score.problems()
        for part in self.parts:
            yield from part.problems(atoms)

    def _forms(self) -> list[str]:
        values = {
            "all": self.all_of,
            "any": self.any_of,
            "none": self.none_of,
            "at_least": self.at_least,
            "score": self.score,
            "finding": self.finding or None,
            "conflicting": self.conflicting or None,
            "age": self.age,
        }
        return [name for name in _FORMS if values[name] is not None]

    def _count_problems(self) -> Iterator[Problem]:
        count, parts = self.at_least or 0, self.of or ()
        if not 1 <= count <= len(parts):
            yield (
                "at_least",
                f"{count} of {len(parts)} can never mean anything",
                f"write a number from 1 to {len(parts)}",
            )
        if not self.source.strip():
            yield "at_least", "a number without a source", _SOURCE


class ScoreItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points that count when a criterion is met; negative points speak against."""

    points: int
    when: Criterion


class ScoreTest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published score: met when its lowest possible total, unknown items open, reaches `at_least`."""

    items: tuple[ScoreItem, ...]
    at_least: int
    source: str

    def problems(self) -> Iterator[Problem]:
        most = sum(item.points for item in self.items if item.points > 0)
        if self.items and self.at_least > most:
            yield "score", f"{self.at_least} points can never be reached", f"write at most {most}"
        if any(item.points == 0 for item in self.items):
            yield "score", "an item with 0 points", "give it points or delete it"
        if not self.source.strip():
            yield (
                "score",
                "a number without a source",
                _SOURCE,
            )


class MinimumAge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The age in completed years below which a rule is not looked at; an unknown age is not excluded."""

    years: int
    source: str


class RuleDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: when its criteria are met, the chart is in its `state`.

    Active rules are tried in ascending `order` and the first that is met decides. `policy` says what of the
    rule is this project's or the site's own choice rather than something a source states. `reviewed_by`
    stays empty until a named clinician has reviewed this very version. `attributes` is what the rule says of itself; a
    loaded rule has them.
    """

    id: str
    title: str
    state: State
    order: int
    status: Literal["draft", "shadow", "active", "retired"]
    version: str
    released: date
    sources: tuple[SourceDefinition, ...] = ()
    policy: str = ""
    reviewed_by: str | None = None
    attributes: SourceAttributes | None = None
    minimum_age: MinimumAge | None = None
    when: Criterion

    @property
    def reviewer(self) -> str:
        """One sentence about who has reviewed it."""
        if self.reviewed_by:
            return f"Reviewed by {self.reviewed_by}."
        return "No named clinician has reviewed this rule."

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        """What a loader must refuse; `atoms` are the findings that exist."""
        if not self.sources and not self.policy.strip():
            yield (
                "sources",
                "the rule rests on nothing",
                "name a source, or say under policy whose choice it is",
            )
        for source in self.sources:
            yield from source.problems()
        if self.minimum_age is not None:
            if not 0 <= self.minimum_age.years <= 130:
                yield (
                    "minimum_age",
                    f"{self.minimum_age.years} years is no age",
                    "write a number from 0 to 130",
                )
            if not self.minimum_age.source.strip():
                yield (
                    "minimum_age",
                    "a number without a source",
                    "write where the number comes from under source",
                )
        if self.reviewed_by is not None and not self.reviewed_by.strip():
            yield "reviewed_by", "an empty name", "write the reviewer's name and credential, or leave it out"
        yield from self.when.problems(atoms)
