"""What editors know of knowledge files is what the loader goes by."""

import json
from datetime import date
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import pytest
import yaml

from service.cards.definition import CardFile
from service.cli import main
from service.knowledge.load import FOLDERS, SHIPPED
from service.knowledge.schemas import KINDS, Kind, schema_of, schema_text, write_schemas

FILES = sorted(path for folder in {kind.folder for kind in KINDS} for path in (SHIPPED / folder).glob("*.yaml"))


def read(path: Path) -> Any:
    """The file as JSON has it: a day is a text."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text("utf-8")), default=date.isoformat))


def kind_of(path: Path) -> Kind:
    """The kind a file is of; several share the folder of cards, and `content` tells them apart."""
    kinds = [kind for kind in KINDS if kind.folder == path.parent.name]
    return kinds[0] if len(kinds) == 1 else next(kind for kind in kinds if kind.name == read(path)["content"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_schema_that_is_kept_is_the_one_the_definitions_give(kind):
    kept = (SHIPPED / "schemas" / f"{kind.name}.schema.json").read_text("utf-8")
    assert kept == schema_text(kind), "run `cartsign check --schemas`"


def test_no_schema_is_kept_that_nothing_gives():
    assert {path.name for path in (SHIPPED / "schemas").iterdir()} == {f"{kind.name}.schema.json" for kind in KINDS}


def test_everything_that_is_loaded_has_a_schema():
    by_folder: dict[str, set[Any]] = {}
    for kind in KINDS:
        by_folder.setdefault(kind.folder, set()).add(kind.definition)
    loaded = {folder: set(get_args(kind) if kind is CardFile else [kind]) for folder, kind in FOLDERS.items()}
    assert {folder: kinds for folder, kinds in by_folder.items() if folder != "vignettes"} == loaded


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_file_is_as_its_schema_says(path):
    validator = jsonschema_rs.Draft202012Validator(schema_of(kind_of(path)))
    assert [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(read(path))] == []


def test_a_schema_says_what_a_misspelt_key_is():
    finding = next(kind for kind in KINDS if kind.name == "finding")
    validator = jsonschema_rs.Draft202012Validator(schema_of(finding))
    odd = {**read(SHIPPED / "findings" / "rest-relief.yaml"), "colour": "blue"}
    assert ["colour" in error.message for error in validator.iter_errors(odd)] == [True]


def test_a_schema_explains_what_it_is_about():
    finding = next(kind for kind in KINDS if kind.name == "finding")
    told = schema_of(finding)["$defs"]["FindingDefinition"]["description"]
    assert told.startswith("One finding: how it is said in relations")
    assert "\n    " not in told


def test_schemas_are_written_beside_the_folders_they_describe(tmp_path):
    write_schemas(tmp_path)
    assert {path.name for path in (tmp_path / "schemas").iterdir()} == {f"{kind.name}.schema.json" for kind in KINDS}


def test_check_writes_them_before_it_looks_at_anything_else(tmp_path, capsys):
    assert main(["check", "--schemas", str(tmp_path)]) == 2
    assert (tmp_path / "schemas" / "finding.schema.json").is_file()
    assert "findings/: the folder\n    holds no .yaml file" in capsys.readouterr().err


def test_check_says_where_it_cannot_write_them(tmp_path, capsys):
    (tmp_path / "schemas").write_text("a file")
    assert main(["check", "--schemas", str(tmp_path)]) == 2
    assert "schemas cannot be written: File exists" in capsys.readouterr().err


def test_check_of_no_folder_says_so(tmp_path, capsys):
    assert main(["check", str(tmp_path / "nowhere")]) == 2
    assert "nowhere is no folder" in capsys.readouterr().err
