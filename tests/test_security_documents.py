"""The threat model names what is there: every module and every test in it exists, and each threat has both."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
THREATS = TEXT.partition("## Threats, controls, tests")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| (?!threat|-)(.+?) \| (.+?) \| (.+?) \|$", THREATS, re.MULTILINE)


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 20


@pytest.mark.parametrize(("threat", "control", "tested"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_every_threat_has_a_control_that_exists_and_a_test_that_exists(threat: str, control: str, tested: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tested)
    assert named, threat
    for path, name in named:
        assert name in functions_of(path), f"{path} has no {name}"
    for path in re.findall(r"`((?:service|cds_hooks)/[\w/.]*|docker-compose.yml)`", control):
        assert (ROOT / path).exists(), path


def test_settings_and_metrics_in_it_are_real() -> None:
    from service.metrics import Metrics
    from service.settings import READERS

    assert set(re.findall(r"CARTSIGN_[A-Z_]+", TEXT)) <= set(READERS)
    exposed = Metrics().text().decode()
    for name in set(re.findall(r"`(cartsign_[a-z_]+)`", TEXT)):
        assert name in exposed


def test_every_page_it_links_to_is_there() -> None:
    for document in ("security.md", "intended-use.md"):
        links = re.findall(r"\]\(([\w./-]+)\)", (ROOT / "docs" / document).read_text("utf-8"))
        assert links
        assert all((ROOT / "docs" / link).exists() for link in links)


def test_nobody_is_said_to_have_reviewed_it() -> None:
    assert "No named clinician has reviewed this content" in (ROOT / "docs" / "intended-use.md").read_text("utf-8")
