"""The loader refuses what cannot be used, in words its author can act on. Each file of tests/data/broken-knowledge says
what to change in a copy of the shipped knowledge, and which refusal must come of it; none of the loader's refusals is
without one."""

import ast
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml

from service.knowledge import load
from service.knowledge.errors import KnowledgeError, Refusal
from service.knowledge.load import FOLDERS, SHIPPED, load_knowledge

BROKEN = sorted((Path(__file__).parents[2] / "data" / "broken-knowledge").glob("*.yaml"))
SERVICE = SHIPPED.parent
# Where a file can be refused.
MODULES = [
    SERVICE / name
    for name in (
        "assessment/attributes.py",
        "assessment/definition.py",
        "assessment/scores.py",
        "cards/answers.py",
        "cards/content.py",
        "cards/definition.py",
        "cards/options.py",
        "cards/questions.py",
        "evidence/consistency.py",
        "evidence/definition.py",
        "evidence/lexicon.py",
        "knowledge/attributes.py",
        "knowledge/load.py",
        "knowledge/shape.py",
        "knowledge/yaml_files.py",
    )
]
Lines = set[tuple[str, int]]


def spoil(folder: Path, broken: dict[str, Any]) -> None:
    for name, change in broken.get("edit", {}).items():
        text = (folder / name).read_text("utf-8")
        assert text.count(change["from"]) == 1, f"{name} holds {change['from']!r} {text.count(change['from'])} times"
        (folder / name).write_text(text.replace(change["from"], change["to"]), "utf-8")
    for name, text in broken.get("write", {}).items():
        (folder / name).write_text(text, "utf-8")
    for name, part in broken.get("repeat", {}).items():
        (folder / name).write_text(part["text"] * part["times"], "utf-8")
    for pattern in broken.get("remove", ()):
        for path in folder.glob(pattern):
            path.unlink()


def refusals_of(folder: Path, lines: Lines) -> tuple[Refusal, ...]:
    """What the loader refuses in `folder`; `lines` takes the lines of MODULES that led to it."""
    watched = {str(path) for path in MODULES}

    def line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: line if frame.f_code.co_filename in watched else None)
    try:
        load_knowledge(folder)
    except KnowledgeError as error:
        return error.refusals
    finally:
        sys.settrace(before)
    return ()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[tuple[Refusal, ...], Lines]]:
    """What comes of each broken folder. Files that nothing was changed in are read once."""
    read, known = load.read_definition, {}

    def read_once(path: Path, kind: Any) -> Any:
        key = (path.name, path.read_bytes())
        if key not in known:
            known[key] = read(path, kind)
        return known[key]

    found: dict[str, tuple[tuple[Refusal, ...], Lines]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "read_definition", read_once)
        for path in BROKEN:
            folder = tmp_path_factory.mktemp(path.stem)
            for name in FOLDERS:
                shutil.copytree(SHIPPED / name, folder / name)
            spoil(folder, yaml.safe_load(path.read_text("utf-8")))
            lines: Lines = set()
            found[path.stem] = refusals_of(folder, lines), lines
            shutil.rmtree(folder)
    return found


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_with_its_file_key_problem_and_remedy(path, outcomes):
    expected = yaml.safe_load(path.read_text("utf-8"))["expect"]
    refusals, _ = outcomes[path.stem]
    assert [
        refusal
        for refusal in refusals
        if refusal.file == expected["file"]
        # A broken line is named with its number and column, which are YAML's affair.
        and (refusal.key == expected["key"] or (expected["key"] == "line" and refusal.key.startswith("line ")))
        and expected["problem"] in refusal.problem
        and expected["remedy"] in refusal.remedy
    ], refusals


def rules_in(path: Path) -> Iterator[ast.AST]:
    """Every statement of a module that refuses something: raises it, yields it, returns it or hands it on."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield node
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            # `yield key, problem, remedy` only hands on what another statement has found.
            parts = node.value.elts
            if not any(isinstance(part, ast.Name) and part.id == "problem" for part in parts):
                yield from [node] if len(parts) == 3 or isinstance(parts[-1], ast.Tuple) else []
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and path.name == "shape.py":
            yield node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "refuse":
            written = node.args[1]
            yield from [node] if isinstance(written, ast.List | ast.Tuple) else []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SERVICE)))
def test_no_refusal_is_without_a_broken_file_that_leads_to_it(path, outcomes):
    reached = {line for _, lines in outcomes.values() for file, line in lines if file == str(path)}
    rules = list(rules_in(path))
    assert rules
    unreached = [node for node in rules if not reached & set(range(node.lineno, (node.end_lineno or node.lineno) + 1))]
    told = [f"{path.name}:{node.lineno}: {ast.unparse(node)}" for node in unreached]
    assert not told, "\n".join(told)


def test_a_refusal_reads_as_one_sentence():
    refusal = Refusal("findings/a.yaml", "atom", "'Z' is no letter", "use one of A, F")
    assert str(refusal) == "findings/a.yaml: atom: 'Z' is no letter; use one of A, F"
    assert str(refusal._replace(line=7)) == "findings/a.yaml:7: atom: 'Z' is no letter; use one of A, F"


def test_all_refusals_are_told_to_people():
    one = Refusal("findings/a.yaml", "atom", "'Z' is no letter", "use one of A, F", 7)
    error = KnowledgeError([one, one._replace(line=0)])
    assert list(error.lines()) == [
        "findings/a.yaml, line 7: atom",
        "    'Z' is no letter",
        "    -> use one of A, F",
        "findings/a.yaml: atom",
        "    'Z' is no letter",
        "    -> use one of A, F",
        "2 problems; nothing was checked beyond",
    ]
    assert str(error).count("\n") == 1
