"""The table of requirements tells the truth about the tests."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = {
    "JSON": 8, "DISC": 17, "REQ": 15, "PRE": 38, "AUTH": 16,
    "RESP": 7, "CARD": 18, "SUG": 7, "ACT": 7, "LINK": 9, "CODE": 3,
    "FB": 15, "SEC": 32, "EXT": 4,
}  # fmt: skip
REASONS = ("Client duty", "Waits for", "Out of scope", "Not offered")
TABLE = (ROOT / "tests" / "requirements.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([A-Z]+-\d+) \| (.+?) \| (.*?) \| ?(.*?) ?\|$", TABLE, re.MULTILINE)


@cache
def sources_of(path):
    """The source of each test function of a file, by name."""
    source = (ROOT / path).read_text("utf-8")
    functions = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name: ast.get_source_segment(source, function) for function in functions}


def test_every_requirement_has_one_row():
    listed = [requirement for requirement, *_ in ROWS]
    assert listed == [f"{chapter}-{number}" for chapter, last in CHAPTERS.items() for number in range(1, last + 1)]


@pytest.mark.parametrize(("requirement", "asks", "tested", "reason"), ROWS, ids=[row[0] for row in ROWS])
def test_every_row_names_tests_that_name_the_requirement_or_a_reason(requirement, asks, tested, reason):
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tested)
    assert named or reason.startswith(REASONS)
    for path, name in named:
        assert name.startswith("test_")
        assert re.search(rf"\b{requirement}\b", sources_of(path)[name]), f"{name} does not name {requirement}"
