"""The loader refuses what cannot be used, in words its author can act on: file, key, problem and remedy."""

import shutil
from pathlib import Path

import pytest

from service.assessment.definition import ATOMS
from service.evidence.definition import FindingDefinition
from service.knowledge.errors import KnowledgeError
from service.knowledge.load import FOLDERS, SHIPPED, load_knowledge, read_definition


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped knowledge, without its vignettes."""
    for name in FOLDERS:
        (tmp_path / name).mkdir()
        for path in (SHIPPED / name).glob("*.yaml"):
            shutil.copy(path, tmp_path / name)
    return tmp_path


def test_the_shipped_knowledge_can_be_used():
    knowledge = load_knowledge()
    assert len(knowledge.reading.findings) > 20
    assert [rule.order for rule in knowledge.rules] == sorted(rule.order for rule in knowledge.rules)
    assert knowledge.cards.cards


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
    (refusal,) = refused.value.refusals
    assert refusal.file == "findings/rest-relief.yaml"
    assert refusal.key
    assert refusal.remedy


def test_everything_that_is_wrong_with_the_shape_of_files_is_told_at_once(folder):
    (folder / "findings" / "rest-relief.yaml").write_text("id: [")
    (folder / "rules" / "already-diagnosed.yaml").write_text("id: already-diagnosed\n")
    with pytest.raises(KnowledgeError) as refused:
        load_knowledge(folder)
    assert [refusal.file for refusal in refused.value.refusals] == [
        "findings/rest-relief.yaml",
        "rules/already-diagnosed.yaml",
    ]


def test_everything_in_which_files_disagree_is_told_at_once(folder):
    (folder / "value_sets" / "one.yaml").write_text("id: one\ntitle: Made up\n")
    (folder / "language" / "two.yaml").write_text(
        "id: two\ntitle: Made up\nconcepts:\n  - {id: zorp, kind: cue, phrases: []}\n"
    )
    with pytest.raises(KnowledgeError) as refused:
        load_knowledge(folder)
    assert [(refusal.file, refusal.line) for refusal in refused.value.refusals] == [
        ("language/two.yaml", 4),
        ("language/two.yaml", 0),
        ("value_sets/one.yaml", 0),
    ]


def test_a_draft_finding_needs_no_words_and_may_be_asked_for_by_drafts_only(folder):
    text = "id: zorp\natom: zorp\ntitle: Made up\nstatus: draft\nversion: 0.1.0\nauxiliary: true\npolicy: Made up\n"
    (folder / "findings" / "zorp.yaml").write_text(text)
    assert load_knowledge(folder)
    rule = folder / "rules" / "no-leg-symptom-on-walking.yaml"
    rule.write_text(rule.read_text("utf-8").replace("- finding: A", "- finding: A\n    - finding: zorp"), "utf-8")
    with pytest.raises(KnowledgeError) as refused:
        load_knowledge(folder)
    (refusal,) = refused.value.refusals
    assert refusal.problem == "the finding 'zorp' is not in force"
    rule.write_text(rule.read_text("utf-8").replace("status: active", "status: draft"), "utf-8")
    assert load_knowledge(folder)
