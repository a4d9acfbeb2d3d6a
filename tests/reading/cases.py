"""Labelled cases for measuring how well the record is read. In: a YAML text of statements (a sentence or a few, as one
note says them) and of vignettes (whole small charts). Out: `CaseFile`, every case with its label, the linguistic or
clinical phenomenon it is there for, and nothing of how the reading works: the authors of these cases have not seen
it."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec
import yaml
from msgspec import Struct

from service.knowledge.vignette import Vignette

Status = Literal["present", "absent", "possible", "not-documented"]

Phenomenon = Literal[
    "plain",
    "idiom",
    "pronoun-or-ellipsis",
    "negation",
    "negated-relief",
    "time",
    "person",
    "certainty",
    "hypothetical",
    "contrast",
    "misspelling",
    "abbreviation",
    "homonym",
    "patient-words",
    "dictation",
    "telegraphic",
    "list-or-table",
    "form-or-questionnaire",
    "section-or-template",
    "copied-forward",
    "coded",
    "measurement",
    "vascular",
    "mixed",
    "mimic",
    "other-body-part",
    "red-flag",
    "red-flag-near-miss",
    "care-history",
    "education",
    "not-english",
]


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence or a few, judged as the only note of a chart, written some days before.

    `flag` is `present` when a leg or buttock symptom on walking eases with flexion, `possible` when only with sitting,
    `no` otherwise. `red_flag` says whether a red-flag card must come of it. `atoms` are the findings the author is
    sure of; the others are not looked at. `born` gives the patient an age (none by default).
    """

    text: str
    phenomenon: Phenomenon
    flag: Literal["present", "possible", "no"]
    red_flag: bool = False
    atoms: dict[str, Status] = {}
    born: date | None = None
    why: str = ""


class ReadVignette(Vignette, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A vignette with the phenomenon it is there for."""

    phenomenon: Phenomenon


class CaseFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one author wrote."""

    author: str
    statements: tuple[Statement, ...]
    vignettes: tuple[ReadVignette, ...]


def cases(text: str) -> CaseFile:
    """The cases of one file's text. Raises `msgspec.ValidationError` naming the place that is wrong."""
    return msgspec.convert(yaml.safe_load(text), CaseFile, strict=False)
