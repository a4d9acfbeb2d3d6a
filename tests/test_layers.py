"""The house stays in order: imports run downward, and the core reaches no clock, no chance and nothing outside."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = ("chart", "evidence", "assessment", "cards", "knowledge/model.py", "decision.py", "moment.py")

# Modules by which a pure function could reach a clock, chance, a file or a network.
IMPURE = frozenset(
    {
        "alembic", "asyncio", "fastapi", "glob", "http", "httpx", "io", "jinja2", "logging",
        "multiprocessing", "os", "pathlib", "platformdirs", "psycopg", "random", "secrets", "shutil", "socket",
        "sqlalchemy", "sqlite3", "starlette",
        "structlog", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uvicorn", "yaml",
    }
)  # fmt: skip
IMPURE_CALLS = frozenset(
    {"now", "utcnow", "today", "fromtimestamp", "uuid1", "uuid4", "open", "print", "input", "eval"}
)


def core_files() -> list[Path]:
    found = [ROOT / "service" / part for part in CORE]
    return [file for part in found for file in ([part] if part.suffix else sorted(part.rglob("*.py")))]


def impurities(source: str) -> Iterator[str]:
    """Every import and call in a module that a pure one must not have."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            # `moment.today` is a property and `today(...)` never one of ours: a call by this name reads a clock.
            if called in IMPURE_CALLS:
                yield f"line {node.lineno}: calls {called}"
        for name in names:
            if name.split(".")[0] in IMPURE or name in IMPURE:
                yield f"line {node.lineno}: imports {name}"


def test_the_contracts_in_pyproject_are_kept() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )

    assert run.returncode == 0, run.stdout
    assert " 0 broken" in run.stdout


@pytest.mark.parametrize("file", core_files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_the_core_reads_no_clock_and_reaches_nothing_outside(file: Path) -> None:
    assert list(impurities(file.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from os import path",
        "from urllib import request",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date\ndate.today()",
        "import uuid\nuuid.uuid4()",
        "open('chart.json')",
    ],
)
def test_the_check_sees_what_it_is_there_for(source: str) -> None:
    assert list(impurities(source))


def test_every_module_of_the_service_has_its_place_in_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    placed = {name for layer in contract["layers"] for name in re.findall(r"service\.[a-z_.]+", layer)}
    parts = {
        f"service.{path.stem}"
        for path in (ROOT / "service").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }

    assert parts - {"service.__init__", "service.knowledge"} <= placed
    assert {"service.knowledge.model", "service.knowledge.load"} <= placed


def test_nothing_in_the_project_reads_a_path_outside_it() -> None:
    listed = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "*.py", "*.yaml", "*.toml", "Makefile", ".ci/run"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    sources = listed or [str(path) for path in ROOT.glob("[!.]*/**/*.py")]
    outside = re.compile(r"\.\./" + r"shared|/work" + r"/|/ro" + r"ot/")

    assert [name for name in sources if outside.search((ROOT / name).read_text("utf-8", "replace"))] == []
