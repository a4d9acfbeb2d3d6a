"""What an assessment says: the state of the chart, the rule that decided, each criterion with its
outcome, and the evidence the conclusion rests on. In: nothing; these are values. Out: `Assessment`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from service.assessment.definition import RuleDefinition, State
from service.evidence.model import Evidence, Status

# `unknown` is never `unmet`: nothing in the record speaks for it or against it.
Outcome = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class Support:
    """A piece of evidence together with the finding it speaks for or against."""

    atom: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of one rule, in plain words; `level` tells how deep it stands below a group."""

    rule: str
    text: str
    outcome: Outcome
    atom: str = ""
    level: int = 0

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"rule": self.rule, "text": self.text, "outcome": self.outcome}
        if self.atom:
            body["atom"] = self.atom
        if self.level:
            body["level"] = self.level
        return body


@dataclass(frozen=True, slots=True)
class Assessment:
    """The conclusion about one chart.

    `rule` is the rule that decided, None where no rule is met. `criteria` are the deciding rule's, and for
    a silent chart also those of the nearest routine rule. `evidence` is what the deciding rule rests on, in
    a fixed order, and `fingerprint` stands for it: the same evidence gives the same one, whatever order it
    was found in.
    """

    state: State
    rule: RuleDefinition | None
    flag: Status
    criteria: tuple[Criterion, ...] = ()
    evidence: tuple[Support, ...] = ()
    fingerprint: str = ""


def in_order(evidence: Iterable[Support]) -> tuple[Support, ...]:
    """Each piece once, in an order that depends on nothing but the pieces."""
    unique = {_key(support): support for support in evidence}
    return tuple(unique[key] for key in sorted(unique))


def fingerprint(evidence: Iterable[Support]) -> str:
    """A SHA-256 over what was said where; empty where there is no evidence."""
    keys = sorted({_key(support) for support in evidence})
    if not keys:
        return ""
    return hashlib.sha256("\x1e".join("\x1f".join(key) for key in keys).encode("utf-8", "replace")).hexdigest()


def _key(support: Support) -> tuple[str, str, str, str, str]:
    piece = support.evidence
    return support.atom, piece.ref, piece.path, piece.quote, piece.kind
