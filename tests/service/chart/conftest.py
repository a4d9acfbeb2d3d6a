"""What the tests of this folder share: a chart of the resources at hand, and the charts under tests/data."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.chart.model import Chart
from service.chart.read import Gathered, read_chart

DATA = Path(__file__).parents[2] / "data"

Resource = dict[str, Any]


@pytest.fixture(scope="session")
def chart_of() -> Callable[..., Chart]:
    """Reads resources, all under one key, as the chart of Patient/p."""

    def chart_of(*resources: Any, patient: Any = None, key: str = "things") -> Chart:
        whose = {"resourceType": "Patient", "id": "p", "birthDate": "1950-06-15"} if patient is None else patient
        return read_chart(Gathered(whose, {key: resources}), "p")

    return chart_of


@pytest.fixture(scope="session")
def synthea() -> Callable[[str], tuple[str, Gathered]]:
    """The patient id and resources of one Synthea file, the resources under their types as keys."""

    def load(name: str) -> tuple[str, Gathered]:
        with gzip.open(DATA / "synthea" / name) as file:
            resources = [entry["resource"] for entry in json.load(file)["entry"]]
        by_type: dict[str, list[Resource]] = {}
        for resource in resources:
            by_type.setdefault(resource["resourceType"], []).append(resource)
        (patient,) = by_type.pop("Patient")
        return patient["id"], Gathered(patient, {key: tuple(held) for key, held in by_type.items()})

    return load


@pytest.fixture(scope="session")
def us_core() -> list[Resource]:
    """Every US Core example."""
    return [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "us-core").glob("*.json"))]
