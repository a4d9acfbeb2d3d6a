"""The shipped rules and cards as their definitions, read straight from the YAML files beside the code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import yaml

from service.assessment.definition import ATOMS, RuleDefinition
from service.cards.definition import CardFile, CardLibrary

KNOWLEDGE = Path(__file__).resolve().parents[2] / "service" / "knowledge"


def rule(text: str) -> RuleDefinition:
    return msgspec.convert(yaml.safe_load(text), RuleDefinition)


@cache
def shipped_atoms() -> tuple[str, ...]:
    """Every finding that rules and cards may name: those of the decision table, then the auxiliary ones."""
    files = (yaml.safe_load(path.read_text("utf-8")) for path in sorted((KNOWLEDGE / "findings").glob("*.yaml")))
    return (*ATOMS, *(file["atom"] for file in files if file.get("auxiliary")))


@cache
def shipped_rules() -> tuple[RuleDefinition, ...]:
    return tuple(rule(path.read_text("utf-8")) for path in sorted((KNOWLEDGE / "rules").glob("*.yaml")))


@cache
def shipped_card_files() -> dict[str, CardFile]:
    return {
        path.stem: msgspec.convert(yaml.safe_load(path.read_text("utf-8")), CardFile)
        for path in sorted((KNOWLEDGE / "cards").glob("*.yaml"))
    }


@cache
def shipped_cards() -> CardLibrary:
    return CardLibrary.of(shipped_card_files().values())
