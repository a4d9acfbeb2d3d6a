"""What extraction finds in a chart: for every finding a status and the pieces of evidence behind it, each with
the quoted words, where they stand, when, and the phrase and modifier that decided. In: nothing; values.
Out: `Findings`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Status = Literal["present", "absent", "possible", "not-documented"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A target or modifier seen in a quote: `start` and `end` count characters of the quote."""

    role: Literal["target", "modifier"]
    concept: str
    phrase: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One statement of the record that speaks for or against a finding.

    `ref` is the resource (`Condition/12`), `path` the element in it, `quote` the words (or the code's label),
    `when` the date that counts for recency, `status` what this statement alone says, `reason` how it was decided,
    in one phrase. `kind` names the sub-kind of a red flag, `side` left, right or both; `value` a number or band
    where there is one.
    """

    ref: str
    path: str
    quote: str
    status: Status
    reason: str
    when: date | None = None
    kind: str = ""
    side: str = ""
    value: str = ""
    marks: tuple[Mark, ...] = ()
    # The id of the section of its note, empty outside any.
    section: str = ""

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "ref": self.ref,
            "path": self.path,
            "quote": self.quote,
            "status": self.status,
            "reason": self.reason,
        }
        if self.when is not None:
            body["date"] = self.when.isoformat()
        for name in ("kind", "side", "value"):
            if getattr(self, name):
                body[name] = getattr(self, name)
        if self.marks:
            body["marks"] = [
                {"role": m.role, "concept": m.concept, "phrase": m.phrase, "start": m.start, "end": m.end}
                for m in self.marks
            ]
        return body


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as the whole chart documents it. `atom` is its short letter (`A`, `V3`), `id` its file name."""

    atom: str
    id: str
    status: Status
    evidence: tuple[Evidence, ...] = ()

    @property
    def present(self) -> bool:
        return self.status == "present"

    def supporting(self) -> tuple[Evidence, ...]:
        """The evidence that made it present or possible, newest first."""
        return tuple(e for e in self.evidence if e.status == self.status)


@dataclass(frozen=True, slots=True)
class Findings:
    """Every defined finding once, in the order of the definitions; `age` in completed years where known."""

    by_atom: Mapping[str, Found] = field(default_factory=dict)
    age: int | None = None

    def __getitem__(self, atom: str) -> Found:
        return self.by_atom[atom]

    def __iter__(self) -> Iterator[Found]:
        return iter(self.by_atom.values())
