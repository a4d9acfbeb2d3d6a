"""The README's walk through a new finding, taken as its reader would take it: each command is run and each file is
written as the README has it, in a copy of the knowledge."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.check import run_checks
from service.knowledge.load import SHIPPED

SECTION = "## Add a finding, step by step\n"
STEP = re.compile(
    r"Let `(?P<whole>[^`]+)` say:\s+```yaml\n(?P<content>.*?)```"
    r"|Under\s+`(?P<key>[^`]+)` in `(?P<part>[^`]+)` add:\s+```yaml\n(?P<added>.*?)```"
    r"|In `(?P<changed>[^`]+)` change `(?P<old>[^`]+)` to `(?P<new>[^`]+)`"
    r"|```sh\n(?P<shell>.*?)```"
    r"|```text\n(?P<told>.*?)```",
    re.S,
)


def walk() -> str:
    text = (SHIPPED / "README.md").read_text("utf-8")
    return text.partition(SECTION)[2].partition("\n## ")[0]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the knowledge as it stands in the project, with a few of its vignettes."""
    folder = tmp_path / "service" / "knowledge"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "voices-*", "ordinary-*"))
    return tmp_path


def run(script: str, folder: Path) -> tuple[int, str, Path]:
    """The exit code of a block of shell, what it printed, and the folder it ended in."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", f"{script}\ncode=$?; pwd > '{folder}/where'; exit $code"],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    where = folder / "where"
    ended = Path(where.read_text("utf-8").strip())
    where.unlink()
    return done.returncode, done.stdout + done.stderr, ended


def test_a_reader_of_the_readme_adds_a_finding(house):
    folder, code, printed, checks = house, 0, "", []
    for step in STEP.finditer(walk()):
        if step["shell"]:
            code, printed, folder = run(step["shell"], folder)
            if "cartsign check" in step["shell"]:
                checks.append(code)
            else:
                assert code == 0, printed
        elif step["told"]:
            assert step["told"] in printed
        elif step["whole"]:
            assert (folder / step["whole"]).is_file(), "the README copies a template first"
            (folder / step["whole"]).write_text(step["content"], "utf-8")
        elif step["part"]:
            text = (folder / step["part"]).read_text("utf-8")
            assert text.count(f"\n{step['key']}\n") == 1
            added = text.replace(f"\n{step['key']}\n", f"\n{step['key']}\n{step['added']}")
            (folder / step["part"]).write_text(added, "utf-8")
        else:
            text = (folder / step["changed"]).read_text("utf-8")
            assert text.count(step["old"]) == 1
            (folder / step["changed"]).write_text(text.replace(step["old"], step["new"]), "utf-8")
    assert folder == house / "service" / "knowledge"
    assert checks == [2, 0], printed
    cases = {case.file for case in run_checks(folder).cases}
    assert {"findings/mri-not-tolerated.yaml", "vignettes/mri-not-tolerated.yaml"} <= cases


def test_the_walk_has_no_step_that_is_not_taken():
    text = walk()
    taken = list(STEP.finditer(text))
    assert len([step for step in taken if not step["changed"]]) == text.count("```") / 2
    assert [bool(step["changed"]) for step in taken].count(True) == 1


@pytest.mark.parametrize("path", re.findall(r"`(templates/[a-z-]+\.yaml)`", (SHIPPED / "README.md").read_text("utf-8")))
def test_every_template_that_the_readme_names_is_there(path):
    assert (SHIPPED / path).is_file()
