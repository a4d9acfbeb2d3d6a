"""A template that is copied under a name of its own is a file that loads."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from service.check import run_checks
from service.knowledge.load import FOLDERS, SHIPPED, load_knowledge
from service.knowledge.schemas import KINDS, schema_of

TEMPLATES = sorted((SHIPPED / "templates").glob("*.yaml"))
# Where a copy goes, by the name of the schema that the template opens with.
FOLDER = {f"{kind.name}.schema.json": kind.folder for kind in KINDS}


def schema_named(template: Path) -> str:
    """The schema in its first line, which editors go by."""
    line = template.read_text("utf-8").splitlines()[0]
    (name,) = re.findall(r"^# yaml-language-server: \$schema=\.\./schemas/([a-z-]+\.schema\.json)$", line)
    return name


def copied(template: Path, root: Path) -> Path:
    """A copy in its folder, its name and id set."""
    path = root / FOLDER[schema_named(template)] / "made-up.yaml"
    text, count = re.subn(rf"^id: {template.stem}$", "id: made-up", template.read_text("utf-8"), flags=re.M)
    assert count == 1
    path.write_text(text.replace(f"\natom: {template.stem}\n", "\natom: made-up\n"), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FOLDERS:
        shutil.copytree(SHIPPED / name, tmp_path / name)
    (tmp_path / "vignettes").mkdir()
    return tmp_path


def test_there_is_a_template_for_all_that_an_author_adds():
    assert {path.stem for path in TEMPLATES} == {"finding", "phrase", "value-set", "rule", "score", "card", "vignette"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_copied_template_loads(template, folder):
    copied(template, folder)
    assert load_knowledge(folder).fingerprint != load_knowledge().fingerprint or template.stem == "vignette"


def test_copies_of_all_templates_change_no_decision(folder):
    shutil.copytree(SHIPPED / "vignettes", folder / "vignettes", dirs_exist_ok=True)
    before = len(run_checks(folder).cases)
    for template in TEMPLATES:
        copied(template, folder)
    report = run_checks(folder)
    assert [case for case in report.failed if case.kind == "vignette"] == []
    assert len(report.cases) == before + 1


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_as_its_schema_says(template):
    kind = next(kind for kind in KINDS if f"{kind.name}.schema.json" == schema_named(template))
    value = json.loads(json.dumps(yaml.safe_load(template.read_text("utf-8")), default=date.isoformat))
    errors = jsonschema_rs.Draft202012Validator(schema_of(kind)).iter_errors(value)
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_what_has_a_status_is_a_draft(template):
    value = yaml.safe_load(template.read_text("utf-8"))
    assert value.get("status", "draft") == "draft"


def test_templates_are_no_knowledge(folder):
    shutil.copytree(SHIPPED / "templates", folder / "templates")
    assert load_knowledge(folder).fingerprint == load_knowledge().fingerprint
