"""Real-shaped charts in which nobody documented a leg symptom: nothing is found, in whatever order they come."""

import gzip
import json
import random
from datetime import date
from functools import cache
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("path", SYNTHEA, ids=lambda path: path.name.split("_")[0])
def test_a_synthea_patient_has_an_age_and_no_finding(path):
    findings = extract(chart(path), shipped(), TODAY)
    assert {found.atom: found.evidence for found in findings if found.status != "not-documented"}.keys() <= {"G"}


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
