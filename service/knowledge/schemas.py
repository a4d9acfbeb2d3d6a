"""What editors know of knowledge files: one JSON Schema for each kind. In: the definitions. Out: schemas/, beside the
folders they describe; a file that begins with `# yaml-language-server: $schema=../schemas/finding.schema.json` is
completed and checked while it is written."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from service.assessment.attributes import ProductAttributes
from service.assessment.definition import RuleDefinition
from service.assessment.scores import ScoreDefinition
from service.cards.answers import OverrideReasons
from service.cards.content import Holds, Orders, Words
from service.cards.definition import CardDefinition
from service.cards.options import Options
from service.cards.questions import Questions
from service.evidence.definition import FindingDefinition, LanguageDefinition, ValueSetDefinition
from service.knowledge.vignette import VignetteFile


class Kind(NamedTuple):
    """A kind of file: what its schema is called, in which folder such files stand, and what one of them is."""

    name: str
    folder: str
    definition: Any


KINDS: Final = (
    Kind("finding", "findings", FindingDefinition),
    Kind("language", "language", LanguageDefinition),
    Kind("value-set", "value_sets", ValueSetDefinition),
    Kind("rule", "rules", RuleDefinition),
    Kind("score", "scores", ScoreDefinition),
    Kind("card", "cards", CardDefinition),
    Kind("holds", "cards", Holds),
    Kind("options", "cards", Options),
    Kind("orders", "cards", Orders),
    Kind("override-reasons", "cards", OverrideReasons),
    Kind("questions", "cards", Questions),
    Kind("words", "cards", Words),
    Kind("product", "product", ProductAttributes),
    Kind("vignettes", "vignettes", VignetteFile),
)


def schema_of(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind; what its docstrings say is what an editor shows."""
    schema = msgspec.json.schema(kind.definition)
    for definition in schema["$defs"].values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])
    title = f"Cartsign: {kind.name}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def schema_text(kind: Kind) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema_of(kind), indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schema of every kind into the schemas/ of a knowledge folder. Raises OSError."""
    schemas = folder / "schemas"
    schemas.mkdir(exist_ok=True)
    for kind in KINDS:
        (schemas / f"{kind.name}.schema.json").write_text(schema_text(kind), "utf-8")
