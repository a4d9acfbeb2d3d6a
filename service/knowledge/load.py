"""The knowledge folder to `Knowledge`: reads every YAML file, checks it, compiles it. In: a folder with
findings/, rules/, cards/, value_sets/, language/ and product/. Out: frozen knowledge with the fingerprint of its
files. A file that cannot be used is refused here, with its name, the key, what is wrong and what to do;
nothing half-loaded is ever returned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from service.assessment.attributes import ProductAttributes
from service.assessment.definition import ATOMS, RuleDefinition
from service.cards.definition import CardDefinition, CardFile, CardLibrary
from service.evidence.consistency import Names, finding_problems, language_problems, twice, value_set_problems
from service.evidence.definition import (
    FindingDefinition,
    LanguageDefinition,
    Problem,
    ValueSetDefinition,
)
from service.evidence.lexicon import PhraseError
from service.evidence.reading import compile_reading
from service.knowledge.attributes import attribute_problems
from service.knowledge.inputs import inputs_of
from service.knowledge.model import Knowledge

SHIPPED = Path(__file__).parent
_FOLDERS = ("findings", "rules", "cards", "value_sets", "language", "product")


class _Loader(yaml.CSafeLoader):
    """Safe YAML that refuses a key written twice, where plain YAML would forget the first in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} is written twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class KnowledgeError(Exception):
    """A knowledge file that cannot be used: `file`, `key`, `problem` and `remedy`, all in words for its author."""

    def __init__(self, file: str, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {problem}; {remedy}")
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy


def load_knowledge(folder: Path | None = None) -> Knowledge:
    """The knowledge in `folder`, or the one shipped with the service. Raises `KnowledgeError` for the first
    bad file."""
    root = folder or SHIPPED
    findings: list[tuple[str, FindingDefinition]] = _files(root, "findings", FindingDefinition)
    rules: list[tuple[str, RuleDefinition]] = _files(root, "rules", RuleDefinition)
    languages: list[tuple[str, LanguageDefinition]] = _files(root, "language", LanguageDefinition)
    value_sets: list[tuple[str, ValueSetDefinition]] = _files(root, "value_sets", ValueSetDefinition)
    cards: list[tuple[str, CardFile]] = _files(root, "cards", CardFile)
    _check(findings, languages, value_sets)
    atoms = frozenset(finding.atom for _, finding in findings)
    _check_rules(rules, atoms)
    try:
        library = CardLibrary.of(card for _, card in cards)
    except ValueError as error:
        raise KnowledgeError("cards/", "content", str(error), "keep one file of each kind") from error
    for name, card in cards:
        if isinstance(card, CardDefinition):
            _refuse(f"cards/{name}", card.problems(atoms))
    _refuse("cards/", library.problems(atoms, {value_set.id for _, value_set in value_sets}))
    try:
        reading = compile_reading(
            sorted((f for _, f in findings), key=_place),
            [d for _, d in languages],
            [v for _, v in value_sets],
        )
    except PhraseError as error:
        raise KnowledgeError("language/", "phrases", str(error), "correct the phrase") from error
    product = _product(root, atoms)
    for name, rule in rules:
        _refuse(f"rules/{name}", attribute_problems(rule, inputs_of(rule, reading.findings, library), product))
    ordered = tuple(sorted((r for _, r in rules), key=lambda r: r.order))
    return Knowledge(reading, ordered, library, _fingerprint(root), product)


def read_definition(path: Path, kind: Any) -> Any:
    """One YAML file as a definition of `kind`, a Struct or a union of them; its `id` must be its file name."""
    name = f"{path.parent.name}/{path.name}"
    try:
        raw = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506 - a CSafeLoader, only stricter
    except (
        yaml.YAMLError,
        ValueError,
        TypeError,
    ) as error:  # a day no calendar has is a ValueError, a list as key a TypeError
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise KnowledgeError(
            name, where, f"cannot be read as YAML: {problem}", "check keys, quotes, colons and indentation there"
        ) from error
    try:
        definition = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at ")
        key = where.strip("`").removeprefix("$").lstrip(".") or "the file"
        raise KnowledgeError(name, key, problem, "see the neighbouring files for the shape") from error
    given = getattr(definition, "id", path.stem)
    if given != path.stem:
        raise KnowledgeError(
            name, "id", f"{given!r} is not the file's name", f"write id: {path.stem}, or rename the file"
        )
    return definition


def _files(root: Path, folder: str, kind: Any) -> list[tuple[str, Any]]:
    paths = sorted((root / folder).glob("*.yaml"))
    if not paths:
        raise KnowledgeError(
            f"{folder}/",
            "the folder",
            f"holds no .yaml file (looked in {root.name})",
            "add one, or give another folder",
        )
    return [(path.name, read_definition(path, kind)) for path in paths]


def _product(root: Path, atoms: frozenset[str]) -> ProductAttributes:
    files: list[tuple[str, ProductAttributes]] = _files(root, "product", ProductAttributes)
    if len(files) > 1:
        raise KnowledgeError(f"product/{files[1][0]}", "the file", "there is one already", "keep one of them")
    name, product = files[0]
    _refuse(f"product/{name}", product.problems(atoms))
    return product


def _check(
    findings: list[tuple[str, FindingDefinition]],
    languages: list[tuple[str, LanguageDefinition]],
    value_sets: list[tuple[str, ValueSetDefinition]],
) -> None:
    names = Names.of([f for _, f in findings], [d for _, d in languages], [v for _, v in value_sets])
    for name, problem in twice(languages):
        _refuse(f"language/{name}", iter((problem,)))
    for name, language in languages:
        _refuse(f"language/{name}", language_problems(language, names))
    for name, value_set in value_sets:
        _refuse(f"value_sets/{name}", value_set_problems(value_set))
    seen: dict[str, str] = {}
    for name, finding in findings:
        file, atom = f"findings/{name}", finding.atom
        if (atom in ATOMS) == finding.auxiliary:
            known = ", ".join(ATOMS)
            raise KnowledgeError(
                file,
                "atom",
                f"{atom!r} is {'a' if finding.auxiliary else 'no'} letter of the decision table",
                f"use one of {known}; an auxiliary finding has a name of its own",
            )
        if atom in seen:
            raise KnowledgeError(file, "atom", f"{seen[atom]} defines {atom!r} already", "retire one of them")
        seen[atom] = name
        _refuse(file, finding_problems(finding, names))
    missing = [atom for atom in ATOMS if atom not in seen]
    if missing:
        raise KnowledgeError("findings/", "atom", f"no finding for {', '.join(missing)}", "add a file for each")


def _place(finding: FindingDefinition) -> tuple[int, str]:
    """The decision table's atoms in its order, the auxiliary findings behind them."""
    return (ATOMS.index(finding.atom) if finding.atom in ATOMS else len(ATOMS)), finding.id


def _check_rules(rules: list[tuple[str, RuleDefinition]], atoms: frozenset[str]) -> None:
    orders: dict[int, str] = {}
    for name, rule in rules:
        _refuse(f"rules/{name}", rule.problems(atoms))
        if rule.status != "active":
            continue
        if rule.order in orders:
            raise KnowledgeError(
                f"rules/{name}",
                "order",
                f"{orders[rule.order]} has order {rule.order} already",
                "the first rule that is met decides: give each its own place",
            )
        orders[rule.order] = name


def _refuse(file: str, found: Iterator[Problem]) -> None:
    for key, problem, remedy in found:
        raise KnowledgeError(file, key, problem, remedy)


def _fingerprint(root: Path) -> str:
    """SHA-256 over the names and bytes of all files that decide; examples and vignettes in them count,
    comments too."""
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((root / folder).glob("*.yaml")):
            digest.update(f"{folder}/{path.name}".encode())
            digest.update(b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()
