"""The loader refuses what cannot be used, in words its author can act on: file, key, problem and remedy."""

import shutil
from pathlib import Path

import pytest
import yaml

from service.assessment.definition import ATOMS
from service.evidence.definition import FindingDefinition
from service.knowledge.load import SHIPPED, KnowledgeError, load_knowledge, read_definition

FOLDERS = ("findings", "rules", "cards", "value_sets", "language", "product")
BROKEN = sorted((Path(__file__).parents[2] / "data" / "broken-knowledge").glob("*.yaml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped knowledge, without its vignettes."""
    for name in FOLDERS:
        (tmp_path / name).mkdir()
        for path in (SHIPPED / name).glob("*.yaml"):
            shutil.copy(path, tmp_path / name)
    return tmp_path


def spoil(folder: Path, broken: dict) -> None:
    for name, change in broken.get("edit", {}).items():
        text = (folder / name).read_text("utf-8")
        assert text.count(change["from"]) == 1, f"{name} holds {change['from']!r} {text.count(change['from'])} times"
        (folder / name).write_text(text.replace(change["from"], change["to"]), "utf-8")
    for name, text in broken.get("write", {}).items():
        (folder / name).write_text(text, "utf-8")
    for pattern in broken.get("remove", ()):
        for path in folder.glob(pattern):
            path.unlink()


def test_the_shipped_knowledge_can_be_used():
    knowledge = load_knowledge()
    assert len(knowledge.reading.findings) > 20
    assert [rule.order for rule in knowledge.rules] == sorted(rule.order for rule in knowledge.rules)
    assert knowledge.cards.cards


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_with_its_file_key_problem_and_remedy(path, folder):
    broken = yaml.safe_load(path.read_text("utf-8"))
    spoil(folder, broken)
    with pytest.raises(KnowledgeError) as refused:
        load_knowledge(folder)
    error, expected = refused.value, broken["expect"]
    assert error.file == expected["file"]
    # A broken line is named with its number and column, which are YAML's affair.
    assert error.key == expected["key"] or (expected["key"] == "line" and error.key.startswith("line "))
    assert expected["problem"] in error.problem
    assert expected["remedy"] in error.remedy


def test_a_refusal_reads_as_one_sentence():
    error = KnowledgeError("findings/a.yaml", "atom", "'Z' is no letter", "use one of A, F")
    assert str(error) == "findings/a.yaml: atom: 'Z' is no letter; use one of A, F"


def test_an_untouched_copy_loads_with_the_same_fingerprint(folder):
    assert load_knowledge(folder).fingerprint == load_knowledge().fingerprint


@pytest.mark.parametrize("name", FOLDERS)
def test_any_change_to_a_file_changes_the_fingerprint(folder, name):
    before = load_knowledge(folder).fingerprint
    first = sorted((folder / name).glob("*.yaml"))[0]
    first.write_text(first.read_text("utf-8") + "# a remark\n", "utf-8")
    assert load_knowledge(folder).fingerprint != before


def test_a_file_that_is_no_yaml_file_changes_nothing(folder):
    before = load_knowledge(folder).fingerprint
    (folder / "findings" / "README.md").write_text("A remark.")
    (folder / "findings" / "rest-relief.yaml~").write_text("broken: [")
    assert load_knowledge(folder).fingerprint == before


def test_findings_come_in_the_order_of_the_decision_table():
    atoms = [finding.atom for finding in load_knowledge().reading.findings]
    assert atoms[:23] == list(ATOMS)
    assert {"symptom", "rest-relief"} <= set(atoms[23:])


def test_a_rule_that_is_not_active_may_share_its_place(folder):
    walk = folder / "rules" / "no-leg-symptom-on-walking.yaml"
    text = walk.read_text("utf-8").replace("order: 100", "order: 45").replace("status: active", "status: draft")
    walk.write_text(text, "utf-8")
    assert load_knowledge(folder).rules


def test_the_folder_that_was_looked_in_is_named(tmp_path):
    with pytest.raises(KnowledgeError, match=f"looked in {tmp_path.name}"):
        load_knowledge(tmp_path)


def test_one_file_can_be_read_by_itself():
    finding = read_definition(SHIPPED / "findings" / "rest-relief.yaml", FindingDefinition)
    assert finding.id == "rest-relief"


UNREADABLE = {
    "bytes that are no UTF-8": b"id: rest-relief\ntitle: \xff\xfe\xff\n",
    "a NUL": b"id: rest-relief\ntitle: a\x00b\n",
    "a tag that makes objects": b"id: !!python/object/apply:os.system ['true']\n",
    "a day that no calendar has": b"id: rest-relief\nreleased: 2026-02-30\n",
    "a list as a key": b"? [a, b]\n: c\n",
    "a map as a key": b"? {a: b}\n: c\n",
    "an alias of nothing": b"id: *nothing\n",
    "two documents": b"id: rest-relief\n---\nid: other\n",
    "a list": b"- id: rest-relief\n",
    "a word": b"rest-relief\n",
    "a number as an id": b"id: 7\n",
    "nothing at all": b"",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_of_anything_else_is_refused_by_name(content, folder):
    (folder / "findings" / "rest-relief.yaml").write_bytes(content)
    with pytest.raises(KnowledgeError) as refused:
        load_knowledge(folder)
    assert refused.value.file == "findings/rest-relief.yaml"
    assert refused.value.key
    assert refused.value.remedy
