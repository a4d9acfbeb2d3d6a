"""Every example of every shipped finding, each a test by the name of its sentence."""

from collections import Counter

import pytest
from support.knowledge_cases import cases

from service.evidence.definition import Example
from service.knowledge.load import load_knowledge

FINDINGS = load_knowledge().reading.findings
LABELS = ("present", "absent", "possible", "not_found", "known_misses")


@pytest.mark.parametrize("case", cases("example"))
def test_it_is_read_as_its_author_says(case):
    assert case.problems == (), f"{case.name}\n" + "\n".join(case.problems)


@pytest.mark.parametrize(
    "finding", [f for f in FINDINGS if not f.auxiliary and not f.age_bands], ids=lambda finding: finding.id
)
def test_a_finding_that_is_read_from_text_has_examples_and_near_misses(finding):
    assert finding.examples.present
    assert finding.examples.not_found


@pytest.mark.parametrize(
    "finding",
    [f for f in FINDINGS if f.auxiliary and f.atom not in {"symptom", "rest-relief"}],
    ids=lambda finding: finding.id,
)
def test_what_changes_the_options_is_shown_both_ways(finding):
    examples = finding.examples
    assert len(examples.present) >= 6
    # A number that is not there is no denial.
    deniable = finding.relations or any(s.negated != "ignore" for s in finding.statements)
    assert len(examples.absent) + len(examples.possible) >= 3 or not deniable
    assert len(examples.not_found) >= 5


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.id)
def test_no_sentence_stands_twice_among_the_examples_of_a_finding(finding):
    written = [
        one.text if isinstance(one, Example) else one for label in LABELS for one in getattr(finding.examples, label)
    ]
    assert [text for text, times in Counter(written).items() if times > 1] == []


def test_a_known_miss_says_what_it_should_be():
    misses = [(f.id, miss) for f in FINDINGS for miss in f.examples.known_misses]
    assert [(name, miss.text) for name, miss in misses if not miss.should_be] == []


def test_every_kind_of_red_flag_has_an_example():
    (red_flag,) = (f for f in FINDINGS if f.atom == "R")
    kinds = {s.kind for s in red_flag.statements if s.says == "present"} | {c.kind for c in red_flag.codes}
    shown = {one.kind for one in red_flag.examples.present if isinstance(one, Example)}
    assert kinds - shown == set()
