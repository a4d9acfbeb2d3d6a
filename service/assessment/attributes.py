"""What a rule says of itself for those who must judge it: the source attributes of an evidence-based decision
support intervention (45 CFR 170.315(b)(11)(iv)(A)). In: YAML, each rule its own; and the answers that hold for the
product as a whole. Out: frozen definitions, and `problems()` that say what a loader must refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

import msgspec
from msgspec import Struct

from service.evidence.definition import Problem

# The attributes that every rule answers, by their number in the list of the regulation.
LABELS: Final = {
    "A1": "Bibliographic citations",
    "A2": "Developer",
    "A3": "Funding source of the technical implementation",
    "A4": "Release and revision dates",
    "A5": "Use of race",
    "A6": "Use of ethnicity",
    "A7": "Use of language",
    "A8": "Use of sexual orientation",
    "A9": "Use of gender identity",
    "A10": "Use of sex",
    "A11": "Use of date of birth",
    "A12": "Use of social determinants of health data",
    "A13": "Use of health status assessments data",
}


class Uses(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the rule, its cards or their words depend on each of these, in the order A5 to A13.

    Each begins with `Used` or `Not used`; what follows says how, or what is used nevertheless.
    """

    race: str
    ethnicity: str
    language: str
    sexual_orientation: str
    gender_identity: str
    sex: str
    date_of_birth: str
    social_determinants: str
    health_status_assessments: str

    def said(self) -> dict[str, str]:
        """Each statement by its key."""
        return {key: getattr(self, key) for key in USE_KEYS}

    def uses(self, key: str) -> bool:
        """Whether the statement under `key` says that it is used."""
        return _first_words(getattr(self, key)).startswith("used")

    def problems(self) -> Iterator[Problem]:
        for key, text in self.said().items():
            if not _first_words(text).startswith(("used", "not used")):
                yield (
                    f"attributes.uses.{key}",
                    f"{text.strip() or 'an empty text'!r} does not say whether it is used",
                    "begin with Used or with Not used",
                )


USE_KEYS: Final = tuple(field.name for field in msgspec.structs.fields(Uses))
# A5 to A13, by the key a rule answers them under.
USE_REFS: Final = {key: f"A{number}" for number, key in enumerate(USE_KEYS, 5)}


def _first_words(text: str) -> str:
    return " ".join(text.split()[:2]).lower()


class EvidenceSearch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the evidence was last looked for, and how thoroughly."""

    last: date
    how: str


class Review(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `reviewed_by` signed: their credential, the day, and the hash of the rule as they read it."""

    credential: str
    signed: date
    rule_hash: str


class SourceAttributes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The attributes that stand nowhere else in the rule; `review` is there once somebody has signed it."""

    developer: str
    funding: str
    first_released: date
    evidence_searched: EvidenceSearch
    review_due: date
    uses: Uses
    review: Review | None = None

    def problems(self, released: date) -> Iterator[Problem]:
        """What is wrong with these by themselves; `released` is the day of the rule's version."""
        texts = {
            "developer": (self.developer, "say who turned the evidence into the rule"),
            "funding": (self.funding, "say who pays for it, or that nobody does"),
            "evidence_searched.how": (self.evidence_searched.how, "say how the evidence was looked for"),
        }
        for key, (text, remedy) in texts.items():
            if not text.strip():
                yield f"attributes.{key}", "an empty text", remedy
        if self.first_released > released:
            yield (
                "attributes.first_released",
                f"{self.first_released} is later than this version, released {released}",
                "write the day of the first version",
            )
        if self.review_due <= max(self.evidence_searched.last, released):
            yield (
                "attributes.review_due",
                f"{self.review_due} is not after the release and the search of the evidence",
                "write the day by which the evidence is to be reviewed again",
            )
        yield from self.uses.problems()


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question about the product, and what is true of it today."""

    label: str
    answer: str


class AnswerGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: str
    answers: tuple[Answer, ...]


class ProductAttributes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for every rule alike.

    `concerns` names the findings that rest on one of the uses, by the key of that use: a rule that reads such a finding
    must say so. `also_read` lists what every decision reads besides findings. `voluntary` answers what is asked of
    predictive interventions, which these rules are not.
    """

    id: str
    title: str
    concerns: dict[str, tuple[str, ...]]
    also_read: tuple[str, ...]
    preface: str
    voluntary: tuple[AnswerGroup, ...]

    @property
    def not_measured(self) -> tuple[str, ...]:
        """The labels of what nobody has measured yet."""
        return tuple(
            answer.label
            for group in self.voluntary
            for answer in group.answers
            if answer.answer.lower().startswith("not yet measured")
        )

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        """What a loader must refuse; `atoms` are the findings that exist."""
        for key, named in self.concerns.items():
            if key not in USE_KEYS:
                yield "concerns", f"{key!r} is no use that rules declare", f"write one of {', '.join(USE_KEYS)}"
            for atom in named:
                if atom not in atoms:
                    yield "concerns", f"{atom!r} is no finding", "write the letter or the name of a finding"
        for group in self.voluntary:
            for answer in group.answers:
                if not (answer.label.strip() and answer.answer.strip()):
                    yield (
                        "voluntary",
                        f"{answer.label.strip() or group.title!r} has an empty label or answer",
                        "write both; for a fact that nobody has, write Not yet measured",
                    )
