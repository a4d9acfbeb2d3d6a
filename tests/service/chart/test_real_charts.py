"""Whole real-shaped charts: every Synthea patient and every US Core example is read completely and
without a gap."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.chart.model import Chart, Quantity
from service.chart.read import Gathered, read_chart

MANIFEST = json.loads((Path(__file__).parents[2] / "data/synthea/manifest.json").read_text("utf-8"))


@pytest.mark.parametrize("told", MANIFEST, ids=lambda told: told["file"].split("_")[0])
def test_every_synthea_patient_is_read_completely(told, synthea):
    patient_id, gathered = synthea(told["file"])
    chart = read_chart(gathered, patient_id)
    assert chart.gaps == ()
    assert len(chart.problems) == told["conditions"]
    assert len(chart.observed) == told["observations"]
    assert len(chart.reports) == len(gathered.resources.get("DiagnosticReport", ()))
    kinds = ("Procedure", "MedicationRequest", "AllergyIntolerance")
    assert Counter(d.kind for d in chart.deeds) == {
        kind: len(held) for kind in kinds if (held := gathered.resources.get(kind))
    }
    assert str(chart.patient.birth_date) == told["birthDate"]
    assert chart.patient.deceased == told["deceased"]
    active = Counter(p.concept.label for p in chart.problems if p.standing == "current")
    assert set(active) == set(told["active_conditions"])
    assert all(o.when.start and o.group and o.concept.codings for o in chart.observed)
    assert all(o.measures[0].values or len(o.measures) > 1 for o in chart.observed)
    assert all(d.standing == "resolved" for d in chart.deeds if d.status == "stopped")


def test_a_whole_chart_is_the_same_in_any_order(synthea):
    patient_id, gathered = synthea(MANIFEST[0]["file"])
    chance = random.Random(3)  # noqa: S311 - a fixed shuffle, no secret
    chart = read_chart(gathered, patient_id)
    for _ in range(3):
        keys = sorted(gathered.resources, key=lambda _: chance.random())
        mixed = {key: tuple(sorted(gathered.resources[key], key=lambda _: chance.random())) for key in keys}
        assert read_chart(replace(gathered, resources=mixed), patient_id) == chart


def test_one_patients_resources_are_no_evidence_for_another(synthea):
    _, gathered = synthea(MANIFEST[0]["file"])
    other_id, other = synthea(MANIFEST[1]["file"])
    chart = read_chart(Gathered(other.patient, gathered.resources), other_id)
    assert (chart.problems, chart.observed, chart.reports, chart.deeds) == ((), (), (), ())
    assert {gap.code for gap in chart.gaps} == {"other-patient"}


def us_core_chart(resources: list[dict[str, Any]], patient_id: str) -> Chart:
    def owner(resource: dict[str, Any]) -> str:
        return resource.get("subject", {"reference": f"Patient/{resource['id']}"})["reference"]

    own = tuple(resource for resource in resources if owner(resource) == f"Patient/{patient_id}")
    return read_chart(Gathered(None, {"examples": own}), patient_id)


@pytest.mark.parametrize(
    ("patient_id", "problems", "observed"),
    [("example", 5, 97), ("infant-example", 0, 7), ("child-example", 0, 0), ("deceased-example", 0, 0)],
)
def test_every_us_core_example_is_read_with_its_own_patient(us_core, patient_id, problems, observed):
    chart = us_core_chart(us_core, patient_id)
    assert (len(chart.problems), len(chart.observed), chart.gaps) == (problems, observed, ())
    assert chart.patient.birth_date is not None
    assert chart.patient.deceased == (patient_id == "deceased-example")


def test_us_core_values_statuses_dates_and_panels_are_as_the_examples_say(us_core):
    chart = us_core_chart(us_core, "example")
    observed = {o.ref.partition("/")[2]: o for o in chart.observed}
    problems = {p.ref.partition("/")[2]: p for p in chart.problems}
    assert problems["condition-duodenal-ulcer-res"].standing == "resolved"
    assert problems["condition-duodenal-ulcer"].standing == "current"
    assert [c.code for c in problems["encounter-diagnosis-example1"].concept.codings] == [
        "39065001",
        "T20.21",
    ]
    pressure = observed["average-blood-pressure"]
    assert [(m.path, m.values) for m in pressure.measures[1:]] == [
        ("component[0]", (Quantity(109, "mm[Hg]"),)),
        ("component[1]", (Quantity(72, "mm[Hg]"),)),
        ("component[2]", (Quantity(3, "#"),)),
    ]
    film = observed["xray-chest-findings"].passages[0]
    assert film.path == "valueString"
    assert " Clear lungs. Normal pulmonary vascularity. " in film.text.split("\n")
    panel = "Observation/PHQ9-panel-example-44249-1"
    # The panel, its eleven members, and the summary that is derived from it.
    assert sum(o.group == panel for o in chart.observed) == 13
