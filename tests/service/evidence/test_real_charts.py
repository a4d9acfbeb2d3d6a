"""Real-shaped charts in which nobody documented a leg symptom: nothing is found of one, in whatever order they come;
what changes the options is found where it stands."""

import gzip
import json
import random
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from service.assessment.definition import ATOMS
from service.chart.model import Chart
from service.chart.read import Gathered, read_chart
from service.evidence.extract import extract
from service.evidence.reading import Reading
from service.knowledge.load import load_knowledge

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 2)


@cache
def shipped() -> Reading:
    return load_knowledge().reading


def chart(path: Path, shuffler: random.Random | None = None) -> Chart:
    with gzip.open(path) as file:
        resources = [entry["resource"] for entry in json.load(file)["entry"]]
    if shuffler is not None:
        shuffler.shuffle(resources)
    (patient,) = (resource for resource in resources if resource["resourceType"] == "Patient")
    others = tuple(resource for resource in resources if resource is not patient)
    return read_chart(Gathered(patient, {"everything": others}), patient["id"])


SYNTHEA = sorted((DATA / "synthea").glob("*.json.gz"))


CAUTIONS = {"diabetes", "blood-thinner", "osteoporosis", "implant", "kidney-disease", "cancer-history"}
OTHER_CAUSES = {"hip-osteoarthritis", "knee-osteoarthritis", "peripheral-neuropathy"}


@pytest.mark.parametrize("path", SYNTHEA, ids=lambda path: path.name.split("_")[0])
def test_a_synthea_patient_has_an_age_and_no_finding_of_the_decision_table(path):
    findings = extract(chart(path), shipped(), TODAY)
    documented = {found.atom for found in findings if found.status != "not-documented"}
    assert documented & set(ATOMS) <= {"G"}
    assert documented - set(ATOMS) <= CAUTIONS | OTHER_CAUSES


def named(path: Path, atom: str) -> set[str]:
    return {piece.quote for piece in extract(chart(path), shipped(), TODAY)[atom].supporting()}


def test_what_changes_the_options_is_found_in_the_words_of_the_records():
    whole: dict[str, set[str]] = {
        atom: set().union(*(named(path, atom) for path in SYNTHEA))
        for atom in ("diabetes", "blood-thinner", "osteoporosis", "implant")
    }
    assert "Diabetes" in whole["diabetes"]
    assert not any("screening" in quote for quote in whole["diabetes"])
    assert whole["blood-thinner"] >= {"Warfarin Sodium 5 MG Oral Tablet", "Clopidogrel 75 MG Oral Tablet"}
    assert "Osteoporosis (disorder)" in whole["osteoporosis"]
    assert whole["implant"] == {"Insertion of biventricular implantable cardioverter defibrillator"}


@pytest.mark.parametrize("path", SYNTHEA[:3], ids=lambda path: path.name.split("_")[0])
def test_the_order_of_resources_changes_nothing(path):
    shuffler = random.Random(3)  # noqa: S311 (an order to try, no secret)
    assert extract(chart(path, shuffler), shipped(), TODAY) == extract(chart(path), shipped(), TODAY)


def test_the_us_core_examples_together_document_no_finding():
    resources = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "us-core").glob("*.json"))]
    found = 0
    for patient in (resource for resource in resources if resource["resourceType"] == "Patient"):
        read = read_chart(Gathered(patient, {"everything": tuple(resources)}), patient["id"])
        findings = extract(read, shipped(), TODAY)
        assert {one.atom for one in findings if one.status != "not-documented"} <= {"G"}
        found += len(read.problems) + len(read.observed)
    assert found > 50
