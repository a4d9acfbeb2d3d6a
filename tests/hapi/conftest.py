"""One HAPI FHIR server for the run, with the charts in it. Where it is not asked for, only the test that says so is
collected."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.hapi import SYNTHEA, running_hapi, synthea, transaction, us_core, why_no_hapi
from support.running import AT

from service.sandbox.load import load

HERE = Path(__file__).parent
SAYS_SO = "test_hapi_installed.py"

if why_no_hapi():
    collect_ignore = [path.name for path in HERE.glob("test_*.py") if path.name != SAYS_SO]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.hapi)


@pytest.fixture(scope="session")
def hapi() -> Iterator[str]:
    """The base URL of a real FHIR server that holds the demo patients, some of Synthea's and US Core's."""
    with running_hapi() as base:
        asyncio.run(loaded(base))
        yield base


async def loaded(base: str) -> None:
    async with httpx.AsyncClient(timeout=120, trust_env=False) as http:
        await load(base, AT.date(), http, patience=60)
        for store in (*map(synthea, SYNTHEA), us_core()):
            answer = await http.post(base, json=transaction(store), headers={"Content-Type": "application/fhir+json"})
            assert answer.status_code == 200, answer.text[:2000]
