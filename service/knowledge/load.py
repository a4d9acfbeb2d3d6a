"""The knowledge folder to `Knowledge`: reads every YAML file, checks it, compiles it. In: a folder with
findings/, rules/, scores/, cards/, value_sets/, language/, product/. Out: frozen knowledge with the fingerprint of its
files. Files that cannot be used are refused here, each with its name, the key, what is wrong and what to do;
nothing half-loaded is ever returned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from service.assessment.attributes import ProductAttributes
from service.assessment.definition import ATOMS, RuleDefinition
from service.assessment.scores import ScoreDefinition
from service.cards.definition import CardDefinition, CardFile, CardLibrary
from service.evidence.consistency import (
    Names,
    finding_problems,
    language_problems,
    phrase_problems,
    twice,
    value_set_problems,
)
from service.evidence.definition import FindingDefinition, LanguageDefinition, Problem, ValueSetDefinition
from service.evidence.lexicon import PhraseError
from service.evidence.reading import Reading, compile_reading
from service.knowledge.attributes import attribute_problems
from service.knowledge.errors import KnowledgeError, Refusal, gathered
from service.knowledge.inputs import inputs_of
from service.knowledge.model import Knowledge
from service.knowledge.shape import explain
from service.knowledge.yaml_files import Unreadable, line_of, read_yaml

SHIPPED = Path(__file__).parent
# What decides, by its folder, and what a file of it is. Everything else in the folder is for authors only.
FOLDERS: dict[str, Any] = {
    "findings": FindingDefinition,
    "rules": RuleDefinition,
    "scores": ScoreDefinition,
    "cards": CardFile,
    "value_sets": ValueSetDefinition,
    "language": LanguageDefinition,
    "product": ProductAttributes,
}


# A folder that decides nothing may be missing or empty.
_OPTIONAL = frozenset({"scores"})


class _Files:
    """The files of a folder as they were read, and what was found wrong with them so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.refusals: list[Refusal] = []
        read = {folder: self._folder(folder, kind) for folder, kind in FOLDERS.items()}
        self.stop()
        self.findings: list[tuple[str, FindingDefinition]] = read["findings"]
        self.rules: list[tuple[str, RuleDefinition]] = read["rules"]
        self.scores: list[tuple[str, ScoreDefinition]] = read["scores"]
        self.cards: list[tuple[str, Any]] = read["cards"]
        self.value_sets: list[tuple[str, ValueSetDefinition]] = read["value_sets"]
        self.languages: list[tuple[str, LanguageDefinition]] = read["language"]
        self.products: list[tuple[str, ProductAttributes]] = read["product"]
        self.atoms = frozenset(finding.atom for _, finding in self.findings)
        self.active = frozenset(finding.atom for _, finding in self.findings if finding.status == "active")

    def _folder(self, folder: str, kind: Any) -> list[tuple[str, Any]]:
        paths = sorted((self.root / folder).glob("*.yaml"))
        if not paths and folder not in _OPTIONAL:
            problem = f"holds no .yaml file (looked in {self.root.name})"
            self.refuse(f"{folder}/", [("the folder", problem, "add one, or give another folder")])
        read = []
        for path in paths:
            with gathered(self.refusals):
                read.append((path.name, read_definition(path, kind)))
        return read

    def refuse(self, file: str, problems: Iterable[Problem]) -> None:
        """Keep what is wrong with `file`, with the line where that can be seen."""
        for key, problem, remedy in problems:
            path = self.root / file
            line = line_of(path.read_bytes(), key, problem) if path.is_file() else 0
            self.refusals.append(Refusal(file, key, problem, remedy, line))

    def stop(self) -> None:
        """Raises `KnowledgeError` if anything was refused so far: what comes next builds on it."""
        if self.refusals:
            raise KnowledgeError(list(dict.fromkeys(self.refusals)))


def load_knowledge(folder: Path | None = None) -> Knowledge:
    """The knowledge in `folder`, or the one shipped with the service. Raises `KnowledgeError` with everything that
    is wrong at the first step that finds anything: the shape of the files, their agreement, what rules say of
    themselves."""
    files = _Files(folder or SHIPPED)
    _check_words(files)
    _check_findings(files)
    _check_rules(files)
    for name, each in files.scores:
        files.refuse(f"scores/{name}", _in_force(each.problems(_askable(each.status, files)), files))
    library = _library(files)
    if len(files.products) > 1:
        files.refuse(f"product/{files.products[1][0]}", [("the file", "there is one already", "keep one of them")])
    name, product = files.products[0]
    files.refuse(f"product/{name}", product.problems(files.atoms))
    files.stop()
    assert library is not None  # noqa: S101 - else there was a refusal
    reading = _reading(files)
    for name, rule in files.rules:
        files.refuse(f"rules/{name}", attribute_problems(rule, inputs_of(rule, reading.findings, library), product))
    files.stop()
    ordered = tuple(sorted((r for _, r in files.rules), key=lambda r: r.order))
    scores = tuple(each for _, each in files.scores if each.status == "active")
    return Knowledge(reading, ordered, library, _fingerprint(files.root), product, scores)


def read_definition(path: Path, kind: Any) -> Any:
    """One YAML file as a definition of `kind`, a Struct or a union of them; its `id` must be its file name. Raises
    `KnowledgeError`."""
    name, content = f"{path.parent.name}/{path.name}", path.read_bytes()
    try:
        raw = read_yaml(content)
    except Unreadable as error:
        raise KnowledgeError([Refusal(name, error.key, error.problem, error.remedy, error.line)]) from error
    try:
        definition = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        key, problem, remedy = explain(error, raw, kind)
        raise KnowledgeError([Refusal(name, key, problem, remedy, line_of(content, key, problem))]) from error
    given = getattr(definition, "id", path.stem)
    if given != path.stem:
        remedy = f"write id: {path.stem}, or rename the file"
        problem = f"{given!r} is not the file's name"
        raise KnowledgeError([Refusal(name, "id", problem, remedy, line_of(content, "id"))])
    return definition


def _check_words(files: _Files) -> None:
    languages, value_sets = [d for _, d in files.languages], [v for _, v in files.value_sets]
    names = Names.of([f for _, f in files.findings], languages, value_sets)
    for name, problem in twice(files.languages):
        files.refuse(f"language/{name}", (problem,))
    for name, language in files.languages:
        files.refuse(f"language/{name}", language_problems(language, names))
    for name, value_set in files.value_sets:
        files.refuse(f"value_sets/{name}", value_set_problems(value_set))
    for name, finding in files.findings:
        files.refuse(f"findings/{name}", finding_problems(finding, names))


def _check_findings(files: _Files) -> None:
    seen: dict[str, str] = {}
    for name, finding in files.findings:
        file, atom = f"findings/{name}", finding.atom
        if (atom in ATOMS) == finding.auxiliary:
            problem = f"{atom!r} is {'a' if finding.auxiliary else 'no'} letter of the decision table"
            remedy = f"use one of {', '.join(ATOMS)}; an auxiliary finding has a name of its own"
            files.refuse(file, [("atom", problem, remedy)])
        if atom in seen:
            files.refuse(file, [("atom", f"{seen[atom]} defines {atom!r} already", "retire one of them")])
        seen[atom] = name
    missing = [atom for atom in ATOMS if atom not in seen]
    if missing:
        files.refuse("findings/", [("atom", f"no finding for {', '.join(missing)}", "add a file for each")])


def _check_rules(files: _Files) -> None:
    orders: dict[int, str] = {}
    for name, rule in files.rules:
        files.refuse(f"rules/{name}", _in_force(rule.problems(_askable(rule.status, files)), files))
        if rule.status != "active":
            continue
        if rule.order in orders:
            problem = f"{orders[rule.order]} has order {rule.order} already"
            remedy = "the first rule that is met decides: give each its own place"
            files.refuse(f"rules/{name}", [("order", problem, remedy)])
        orders[rule.order] = name


def _library(files: _Files) -> CardLibrary | None:
    """The cards and what they are made of; None where a needed file is missing or double, which is refused."""
    for name, card in files.cards:
        if isinstance(card, CardDefinition):
            files.refuse(f"cards/{name}", _in_force(card.problems(_askable(card.status, files)), files))
    try:
        library = CardLibrary.of(card for _, card in files.cards)
    except ValueError as error:
        files.refuse("cards/", [("content", str(error), "keep one file of each kind")])
        return None
    problems = library.problems(files.active, {value_set.id for _, value_set in files.value_sets})
    names = {card.id if isinstance(card, CardDefinition) else _content(card): name for name, card in files.cards}
    for key, problem, remedy in _in_force(problems, files):
        part, _, inside = key.partition(": ")
        files.refuse(f"cards/{names[part]}", [(inside, problem, remedy)])
    return library


def _content(card: Any) -> str:
    return str(card.__struct_config__.tag)


def _askable(status: str, files: _Files) -> frozenset[str]:
    """The findings that a definition may ask for: one that is in force needs them in force."""
    return files.active if status == "active" else files.atoms


def _in_force(problems: Iterable[Problem], files: _Files) -> Iterator[Problem]:
    """The problems, told apart where a finding exists and is not in force."""
    waiting = {f"{atom!r} is no finding": atom for atom in files.atoms - files.active}
    for key, problem, remedy in problems:
        atom = waiting.get(problem)
        if atom is None:
            yield key, problem, remedy
        else:
            yield (
                key,
                f"the finding {atom!r} is not in force",
                "write status: active in its file, or stop asking for it",
            )


def _reading(files: _Files) -> Reading:
    findings = sorted((f for _, f in files.findings), key=_place)
    try:
        return compile_reading(findings, [d for _, d in files.languages], [v for _, v in files.value_sets])
    except PhraseError:
        for name, language in files.languages:
            files.refuse(f"language/{name}", phrase_problems(language))
        files.stop()
        raise


def _place(finding: FindingDefinition) -> tuple[int, str]:
    """The decision table's atoms in its order, the auxiliary findings behind them."""
    return (ATOMS.index(finding.atom) if finding.atom in ATOMS else len(ATOMS)), finding.id


def _fingerprint(root: Path) -> str:
    """SHA-256 over the names and bytes of all files that decide; examples and vignettes in them count,
    comments too."""
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("*.yaml")):
            digest.update(f"{folder}/{path.name}".encode())
            digest.update(b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()
