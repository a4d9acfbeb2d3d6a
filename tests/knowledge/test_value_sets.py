"""The shipped value sets: each code with its source, each set of use."""

import re

import msgspec
import pytest
import yaml

from service.evidence.definition import ValueSetDefinition
from service.knowledge.load import SHIPPED, load_knowledge

SETS = [
    msgspec.convert(yaml.safe_load(path.read_text("utf-8")), ValueSetDefinition)
    for path in sorted((SHIPPED / "value_sets").glob("*.yaml"))
]
SHAPES = {
    "http://hl7.org/fhir/sid/icd-10-cm": r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?",
    "http://snomed.info/sct": r"\d{6,18}",
    "http://loinc.org": r"\d{1,7}-\d",
    "http://www.nlm.nih.gov/research/umls/rxnorm": r"\d{1,8}",
    "http://www.ama-assn.org/go/cpt": r"\d{4}[0-9A-Z]",
}


@pytest.mark.parametrize("value_set", SETS, ids=lambda value_set: value_set.id)
def test_every_code_is_written_as_its_system_writes_codes(value_set):
    assert value_set.codes
    for code in value_set.codes:
        assert re.fullmatch(SHAPES[code.system], code.code), code


@pytest.mark.parametrize("value_set", SETS, ids=lambda value_set: value_set.id)
def test_no_code_stands_twice(value_set):
    codes = [(code.system, code.code) for code in value_set.codes]
    assert len(codes) == len(set(codes))


def test_every_code_was_seen_on_a_page_that_can_be_opened_or_says_that_its_source_is_weak():
    assert [
        (s.id, c.code) for s in SETS for c in s.codes if not c.source.startswith(("https://", "http://", "weak: "))
    ] == []


def test_codes_of_cpt_come_without_their_words():
    assert [c.code for s in SETS for c in s.codes if "ama-assn" in c.system and c.display] == []


def test_every_other_code_has_its_words():
    assert [c.code for s in SETS for c in s.codes if "ama-assn" not in c.system and not c.display] == []


def verhoeff(code: str) -> bool:
    """Whether the last digit is the check digit of the ones before it, as SNOMED CT identifiers carry it."""
    times = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6]]
    times += [[3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1]]
    times += [[6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4]]
    times += [[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]]
    turn = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    for _ in range(6):
        turn.append([turn[-1][at] for at in turn[1]])
    check = 0
    for at, digit in enumerate(reversed(code)):
        check = times[check][turn[at % 8][int(digit)]]
    return check == 0


def test_the_check_digit_of_a_known_snomed_code_is_right_and_of_a_mistyped_one_wrong():
    assert verhoeff("73211009")
    assert not verhoeff("73211008")
    assert not verhoeff("72311009")


def test_every_snomed_code_has_a_right_check_digit():
    assert [c.code for s in SETS for c in s.codes if "snomed" in c.system and not verhoeff(c.code)] == []


def mod10(code: str) -> bool:
    """Whether the digit behind the hyphen is the Luhn check digit, as LOINC codes carry it."""
    digits, check = code.split("-")
    doubled = (int(d) * (2 if at % 2 == 0 else 1) for at, d in enumerate(reversed(digits)))
    return (10 - sum(d // 10 + d % 10 for d in doubled) % 10) % 10 == int(check)


def test_every_loinc_code_has_a_right_check_digit():
    assert mod10("8867-4")
    assert not mod10("8876-4")
    assert [c.code for s in SETS for c in s.codes if "loinc" in c.system and not mod10(c.code)] == []


def test_the_value_set_by_which_the_chart_knows_of_a_leg_symptom_exists():
    assert "leg-or-buttock-symptom" in load_knowledge().reading.value_sets
