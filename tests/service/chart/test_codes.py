"""Codes in every spelling that servers use, as the canonical systems that value sets are written in."""

from __future__ import annotations

from typing import Any

import pytest

from service.chart.codes import canonical_code, canonical_system, read_concept
from service.chart.entry import Entry
from service.chart.model import Coding, Concept

SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"


def read(code: Any) -> tuple[Concept, list[str]]:
    entry = Entry("conditions", "Condition", {"id": "1", "code": code})
    concept = read_concept(entry, entry.body, "code")
    return concept, [gap.detail for gap in entry.gaps]


@pytest.mark.parametrize(
    ("spelling", "system"),
    [
        ("urn:oid:2.16.840.1.113883.6.90", ICD),
        ("urn:oid:2.16.840.1.113883.6.96", SNOMED),
        ("urn:oid:2.16.840.1.113883.6.1", "http://loinc.org"),
        ("urn:oid:2.16.840.1.113883.6.88", "http://www.nlm.nih.gov/research/umls/rxnorm"),
        ("urn:oid:2.16.840.1.113883.6.12", "http://www.ama-assn.org/go/cpt"),
        ("2.16.840.1.113883.6.96", SNOMED),
        ("URN:OID:2.16.840.1.113883.6.96", SNOMED),
        ("https://snomed.info/sct", SNOMED),
        ("http://snomed.info/sct/", SNOMED),
        ("http://snomed.info/sct/731000124108/version/20230901", SNOMED),
        (" http://LOINC.org ", "http://loinc.org"),
        ("http://hl7.org/fhir/sid/ICD-10-CM", ICD),
        ("http://hl7.org/fhir/sid/icd-9-cm", "http://hl7.org/fhir/sid/icd-9-cm"),
        ("urn:oid:1.2.840.114350.1.13.0.1.7.2.696871", "urn:oid:1.2.840.114350.1.13.0.1.7.2.696871"),
        ("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10"),
        (" https://Vendor.example/Codes ", "https://Vendor.example/Codes"),
    ],
)
def test_a_code_system_is_known_in_every_spelling(spelling, system):
    assert canonical_system(spelling) == system


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("M48062", "M48.062"),
        ("m48.062", "M48.062"),
        (" M48.062 ", "M48.062"),
        ("G834", "G83.4"),
        ("I10", "I10"),
        ("M48.", "M48"),
        ("C7B00", "C7B.00"),
        ("not a code", "not a code"),
        ("M48.06212345", "M48.06212345"),
    ],
)
def test_icd_10_cm_codes_get_their_dot_and_capitals(written, code):
    assert canonical_code(ICD, written) == code


def test_codes_of_other_systems_are_left_as_they_are():
    assert canonical_code("http://hl7.org/fhir/sid/icd-9-cm", "72402") == "72402"
    assert canonical_code("urn:vendor", "m48062") == "m48062"


def test_three_codings_one_of_them_the_users_own_and_proprietary_are_all_kept():
    concept, gaps = read(
        {
            "coding": [
                {
                    "system": "https://fhir.vendor.example/codeSet/72",
                    "code": "4009",
                    "display": "SS",
                    "userSelected": True,
                },
                {"system": SNOMED, "code": "18347007"},
                {"system": "urn:oid:2.16.840.1.113883.6.90", "code": "M48061", "display": "Spinal stenosis"},
            ],
            "text": "Spinal stenosis of lumbar region",
        }
    )
    assert concept.codings == (
        Coding("https://fhir.vendor.example/codeSet/72", "4009", "SS"),
        Coding(SNOMED, "18347007"),
        Coding(ICD, "M48.061", "Spinal stenosis"),
    )
    assert concept.label == "Spinal stenosis of lumbar region"
    assert gaps == []


def test_one_code_under_its_oid_and_its_uri_is_one_coding():
    concept, _ = read(
        {
            "coding": [
                {"system": SNOMED, "code": "1"},
                {"system": "urn:oid:2.16.840.1.113883.6.96", "code": "1"},
            ]
        }
    )
    assert concept.codings == (Coding(SNOMED, "1"),)


def test_text_alone_a_plain_string_a_number_and_nothing_survive():
    assert read({"text": " Leg pain "})[0] == Concept(text="Leg pain")
    assert read("Leg pain")[0] == Concept(text="Leg pain")
    assert read({"coding": [{"system": SNOMED, "code": 18347007}]})[0] == Concept((Coding(SNOMED, "18347007"),))
    assert read({"coding": [{"display": "Leg pain"}]})[0] == Concept((Coding("", "", "Leg pain"),))
    assert read({"coding": {"system": SNOMED, "code": "1"}})[0] == Concept((Coding(SNOMED, "1"),))
    for nothing in (None, {}, {"coding": []}, {"coding": [{}]}, {"coding": [{"system": SNOMED}]}):
        assert read(nothing) == (Concept(), [])


@pytest.mark.parametrize(
    ("code", "gap"),
    [
        (5, "code is not a CodeableConcept"),
        ({"coding": 5}, "code.coding is not an object"),
        ({"coding": [None]}, "code.coding[0] is not an object"),
        ({"coding": [{"system": 5, "code": "1"}]}, "code.coding[0] is not a Coding"),
        ({"coding": [{"system": SNOMED, "code": True}]}, "code.coding[0] is not a Coding"),
        ({"text": ["Leg pain"]}, "code.text is not text"),
    ],
)
def test_a_code_of_the_wrong_shape_is_a_gap_that_names_its_path(code, gap):
    assert read(code) == (Concept(), [gap])


def test_control_characters_do_not_get_into_codes_and_displays():
    concept, _ = read(
        {
            "coding": [{"system": "urn:x", "code": "a\x00b", "display": "Leg\u202e pain"}],
            "text": "Leg\x00pain",
        }
    )
    assert concept == Concept((Coding("urn:x", "a b", "Leg  pain"),), "Leg pain")


def test_half_a_surrogate_pair_as_a_key_is_passed_over():
    assert read({"\ud800": None, "text": "Leg pain"})[0] == Concept(text="Leg pain")
