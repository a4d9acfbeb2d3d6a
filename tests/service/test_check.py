"""`check` runs every example and vignette of a folder and shows, for a failure, what decided."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.check import Case, CheckReport, note_chart, run_checks
from service.knowledge.errors import KnowledgeError
from service.knowledge.load import SHIPPED, load_knowledge

CART = "Right leg aches when walking, eased by leaning on a shopping cart."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped knowledge without any example or vignette: its findings end where their examples begin."""
    for name in ("rules", "cards", "value_sets", "language", "product"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    (tmp_path / "findings").mkdir()
    for path in (SHIPPED / "findings").glob("*.yaml"):
        (tmp_path / "findings" / path.name).write_text(path.read_text("utf-8").split("\nexamples:")[0] + "\n", "utf-8")
    (tmp_path / "vignettes").mkdir()
    return tmp_path


def examples(folder: Path, finding: str, text: str) -> None:
    path = folder / "findings" / f"{finding}.yaml"
    path.write_text(path.read_text("utf-8") + f"examples:\n{text}\n", "utf-8")


def vignettes(folder: Path, text: str) -> None:
    (folder / "vignettes" / "made-up.yaml").write_text(f"id: made-up\ntitle: Made up\nvignettes:\n{text}\n", "utf-8")


def told(folder: Path) -> list[str]:
    """The report but for the count of rules, which is the same in every test."""
    return [line for line in run_checks(folder).lines() if not line.startswith("rules ")]


def test_the_shipped_knowledge_does_what_its_examples_and_vignettes_say():
    report = run_checks()
    assert report.passed, "\n".join(report.lines())
    assert report.fingerprint == load_knowledge().fingerprint
    assert {case.kind for case in report.cases} == {"example", "vignette"}


def test_a_folder_without_examples_has_nothing_to_check(folder):
    assert told(folder) == ["examples: 0 of 0 pass", "vignettes: 0 of 0 pass"]
    assert run_checks(folder).passed


def test_rules_are_counted_and_those_that_somebody_has_reviewed(folder):
    rules = len(load_knowledge(folder).rules)
    last = list(run_checks(folder).lines())[-1]
    assert last == f"rules with source attributes: {rules}, reviewed by a named clinician: 0"


def test_an_example_passes_that_is_read_as_it_says(folder):
    examples(folder, "flexion-relief", f'  present:\n    - "{CART}"')
    report = run_checks(folder)
    assert report.cases == (Case("findings/flexion-relief.yaml", CART, "example"),)
    assert report.passed


def test_a_failure_shows_the_sentence_what_was_expected_what_was_seen_and_which_words_decided(folder):
    examples(folder, "flexion-relief", f'  absent:\n    - "{CART}"')
    lines = told(folder)
    assert lines[0] == f"FAILED  findings/flexion-relief.yaml  example: {CART}"
    assert lines[1] == "        expected F absent, found present"
    assert lines[2] == f"        present: {CART!r}: eased by flexion"
    marked = [line.strip() for line in lines[3:-2]]
    assert all(line.startswith("target ") for line in marked)
    assert any("'shopping cart'" in line or "'leaning on a shopping cart'" in line for line in marked)
    assert lines[-2:] == ["examples: 0 of 1 pass", "vignettes: 0 of 0 pass"]


def test_a_failure_shows_the_modifier_that_decided(folder):
    examples(folder, "arterial-disease", '  present:\n    - "Mother had PAD."')
    assert "            modifier mother: 'Mother'" in told(folder)


def test_a_sentence_in_which_nothing_was_seen_says_so(folder):
    examples(folder, "flexion-relief", '  present:\n    - "The weather was fine."')
    assert told(folder)[1:3] == [
        "        expected F present, found not-documented",
        "        nothing in the sentence bears on it",
    ]


def test_an_example_may_ask_for_a_kind(folder):
    text = "Leg pain. Numbness in the saddle area."
    examples(
        folder,
        "red-flag",
        f'  present:\n    - {{text: "{text}", kind: saddle-sensory-change}}\n    - {{text: "{text}", kind: fracture}}',
    )
    right, wrong = run_checks(folder).cases
    assert right.problems == ()
    assert wrong.problems[0] == "expected R present (fracture), found present"


def test_a_red_flag_word_without_its_symptom_counts_as_not_found(folder):
    examples(folder, "red-flag", '  not_found:\n    - "Foot drop on the left."')
    assert run_checks(folder).passed


def test_a_known_miss_is_counted_while_it_is_missed(folder):
    examples(folder, "flexion-relief", '  known_misses:\n    - {text: "The weather was fine.", should_be: present}')
    report = run_checks(folder)
    assert report.passed
    assert [case.name for case in report.known_misses] == ["The weather was fine."]
    assert told(folder) == [
        "examples: 0 of 0 pass",
        "vignettes: 0 of 0 pass",
        "known misses, kept in sight: 1",
    ]


def test_a_known_miss_that_is_read_rightly_fails_until_it_is_moved(folder):
    examples(folder, "flexion-relief", f'  known_misses:\n    - {{text: "{CART}", should_be: present}}')
    assert told(folder)[:2] == [
        f"FAILED  findings/flexion-relief.yaml  example: {CART}",
        "        is read rightly now: move it from known_misses to present",
    ]


VIGNETTE = f"""
- name: A cart
  at: 2026-11-02
  patient: {{birth_date: 1954-03-01}}
  notes:
    - {{date: 2026-10-20, text: "{CART}"}}
  expect: {{state: STATE, topic: TOPIC, flag: FLAG, findings: {{A: present, F: SEEN}}}}
  why: Made up
"""


def filled(state: str, topic: str, flag: str, seen: str) -> str:
    return VIGNETTE.replace("STATE", state).replace("TOPIC", topic).replace("FLAG", flag).replace("SEEN", seen)


def test_a_vignette_passes_that_is_decided_as_it_says(folder):
    vignettes(folder, filled("possible", "neurogenicClaudication", "present", "present"))
    assert run_checks(folder).cases == (Case("vignettes/made-up.yaml", "A cart", "vignette"),)


def test_a_failed_vignette_shows_everything_that_differs(folder):
    vignettes(folder, filled("vascular", "vascularClaudication", "absent", "absent"))
    assert told(folder) == [
        "FAILED  vignettes/made-up.yaml  vignette: A cart",
        "        expected state vascular, decided possible",
        "        expected topic vascularClaudication, decided neurogenicClaudication",
        "        expected flag absent, decided present",
        "        expected F absent, found present",
        f"            present: {CART!r}: eased by flexion",
        "examples: 0 of 0 pass",
        "vignettes: 0 of 1 pass",
    ]


def test_a_draft_order_that_is_no_valid_resource_is_told(folder):
    orders = folder / "cards" / "orders.yaml"
    text = orders.read_text("utf-8")
    assert text.count('code: "308447003"') == 1
    orders.write_text(text.replace('code: "308447003"', 'code: " spaced  out "'), "utf-8")
    vignettes(folder, filled("possible", "neurogenicClaudication", "present", "present"))
    (case,) = run_checks(folder).failed
    assert "is no valid ServiceRequest" in case.problems[0]


def test_what_a_vignette_does_not_settle_is_not_compared(folder):
    vignettes(
        folder,
        """
- name: A cart
  at: 2026-11-02
  patient: {}
  notes: [{date: 2026-10-20, text: "Leg pain when walking, eased by leaning on a cart."}]
  expect: {state: possible, topic: neurogenicClaudication}
  why: Made up
""",
    )
    assert run_checks(folder).passed


ORDERED = f"""
- name: A cart and a scan
  at: 2026-11-02
  patient: {{birth_date: 1960-03-01}}
  hook: HOOK
  drafts: [{{text: MRI LUMBAR SPINE}}]
  notes:
    - {{date: 2026-10-20, text: "{CART}"}}
  expect: EXPECTED
  why: Made up
"""


def ordered(hook: str, expected: str) -> str:
    return ORDERED.replace("HOOK", hook).replace("EXPECTED", expected)


def test_a_vignette_may_ask_for_the_indicator_the_orders_the_cautions_and_the_card_held_back(folder):
    expected = "{state: possible, topic: imagingStewardship, indicator: info, suggestions: [physical-therapy],"
    vignettes(folder, ordered("order-select", f"{expected} cautions: [], held: neurogenicClaudication}}"))
    assert run_checks(folder).failed == ()


def test_a_vignette_is_asked_through_its_hook(folder):
    vignettes(folder, ordered("encounter-start", "{state: possible, topic: neurogenicClaudication}"))
    assert run_checks(folder).passed


def test_a_failed_vignette_shows_what_else_its_card_says(folder):
    expected = "{state: possible, topic: imagingStewardship, indicator: warning, suggestions: [lumbar-mri],"
    expected += " cautions: [device], questions: [pulses], held: vascularClaudication}"
    vignettes(folder, ordered("order-sign", expected))
    (failed,) = run_checks(folder).failed
    assert failed.problems == (
        "expected a card of topic vascularClaudication to be held back, neurogenicClaudication is",
        "expected indicator warning, shown is info",
        "expected suggestions lumbar-mri, shown are physical-therapy",
        "expected cautions device, shown are none",
        "expected questions pulses, shown are none",
    )


def test_where_no_card_is_shown_nothing_is_offered(folder):
    expected = "{state: possible, topic: null, indicator: info, suggestions: [], held: imagingStewardship}"
    vignettes(folder, ordered("order-sign", expected).replace("  why:", "  not_received: [procedures]\n  why:"))
    (failed,) = run_checks(folder).failed
    assert failed.problems == ("expected indicator info, shown is no card",)


def test_examples_are_judged_on_the_day_that_is_given(folder):
    examples(folder, "flexion-relief", f'  present:\n    - "{CART}"')
    assert run_checks(folder, datetime(2031, 5, 1, tzinfo=UTC)).passed


def test_a_folder_that_cannot_be_loaded_is_refused(folder):
    (folder / "rules" / "already-diagnosed.yaml").write_text("id: [")
    with pytest.raises(KnowledgeError, match=r"rules/already-diagnosed\.yaml"):
        run_checks(folder)


def test_rules_and_vignettes_that_cannot_be_loaded_are_refused_together(folder):
    (folder / "rules" / "already-diagnosed.yaml").write_text("id: [")
    (folder / "vignettes" / "odd.yaml").write_text("id: even")
    with pytest.raises(KnowledgeError) as refused:
        run_checks(folder)
    assert [refusal.file for refusal in refused.value.refusals] == [
        "rules/already-diagnosed.yaml",
        "vignettes/odd.yaml",
    ]


def test_a_report_with_a_failed_case_has_not_passed():
    assert not CheckReport((Case("f", "n", "example", ("wrong",)),), "x").passed
    assert CheckReport((Case("f", "n", "example"),), "x").passed


def test_a_note_chart_holds_the_note_and_nothing_else():
    chart = note_chart("Zorp.")
    assert [passage.text for report in chart.reports for passage in report.passages] == ["Zorp."]
    assert (chart.problems, chart.observed, chart.deeds, chart.patient.birth_date) == ((), (), (), None)


def test_a_draft_order_that_is_no_valid_resource_fails_the_vignette_that_leads_to_it(folder):
    orders = folder / "cards" / "orders.yaml"
    orders.write_text(orders.read_text("utf-8").replace("code: 30679-5", 'code: " 30679-5"'), "utf-8")
    vignettes(
        folder,
        f"""  - name: A cart
    at: 2026-11-02
    patient: {{}}
    notes: [{{date: 2026-10-20, text: "{CART}"}}]
    expect: {{state: possible, topic: neurogenicClaudication}}
    why: Made up.""",
    )
    (failed,) = run_checks(folder).failed
    (problem,) = failed.problems
    assert "MRI of the lumbar spine" in problem
    assert "no valid ServiceRequest" in problem
