"""The embedded sandbox beside HAPI: every search that the service makes gets the same resources in the same order and
pages. One thing is left open, because HAPI itself answers it differently from run to run: which of several resources
of one moment comes first when a sorted search takes more than one page."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from support.hapi import PAGE_LIMIT, SYNTHEA, US_CORE, searches, synthea, us_core
from support.running import AT

from service.sandbox.demo import DEMO_PATIENTS
from service.sandbox.server import create_router
from service.sandbox.store import Store

SANDBOX = "http://127.0.0.1:8000/fhir"
Page = list[dict[str, Any]]


def sandbox(store: Store | None = None) -> httpx.AsyncClient:
    """A client of the sandbox with the demo patients, or with `store`; its pages are as long as HAPI's at most."""
    app = FastAPI()
    held = store or Store.demo(AT.date())
    app.include_router(create_router(held, base_url=SANDBOX, prefix="/fhir", page_limit=PAGE_LIMIT))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app))


async def pages(http: httpx.AsyncClient, url: str) -> list[Page]:
    """All pages of a search, without what a server adds to a resource (`meta`)."""
    read, following = [], url
    while following:
        answer = await http.get(following)
        assert answer.status_code == 200, answer.text
        bundle = answer.json()
        assert bundle["type"] == "searchset"
        assert all(entry["search"]["mode"] == "match" for entry in bundle.get("entry", ()))
        read.append([{**entry["resource"], "meta": None} for entry in bundle.get("entry", ())])
        following = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    return read


def day(resource: dict[str, Any]) -> str:
    """What `_sort=-date` goes by; the charts tell it in one of these."""
    told = (resource.get(name) for name in ("effectiveDateTime", "effectiveInstant", "date"))
    return next(filter(None, told), resource.get("effectivePeriod", {}).get("start", ""))


def as_promised(found: list[Page], asked: list[str]) -> Iterator[Page]:
    """All resources in their order; in several pages of a sorted search, those of one moment by their ids."""
    every = [resource for page in found for resource in page]
    if "_sort=-date" not in asked or len(found) == 1:
        yield every
    else:
        for _, equal in groupby(every, key=day):
            yield sorted(equal, key=lambda resource: str(resource["id"]))


def as_the_service_asks(asked: list[str]) -> list[str]:
    return asked


def in_small_pages(asked: list[str]) -> list[str]:
    """Small enough for several pages: there are a dozen Observations in a demo chart, and a handful of all else."""
    count = 4 if "_sort=-date" in asked else 2
    return [part for part in asked if not part.startswith("_count=")] + [f"_count={count}"]


async def compare(hapi: str, store: Store | None, patient: str, put: Callable[[list[str]], list[str]]) -> list[str]:
    """Make every search about a patient of both servers; the types of which HAPI gave several pages."""
    several = []
    async with sandbox(store) as ours, httpx.AsyncClient(timeout=60, trust_env=False) as theirs:
        for _, kind, template in searches(patient):
            asked = put(template)
            query = f"{kind}?{'&'.join(asked)}"
            embedded, real = await pages(ours, f"{SANDBOX}/{query}"), await pages(theirs, f"{hapi}/{query}")
            assert [len(page) for page in embedded] == [len(page) for page in real], query
            assert list(as_promised(embedded, asked)) == list(as_promised(real, asked)), query
            several += [kind] * (len(real) > 1)
    return several


async def test_each_search_about_a_demo_patient_gets_the_same_in_the_same_order(hapi: str) -> None:
    """Each in one page, so that the order is compared to the last resource."""
    store = Store.demo(AT.date())
    assert [await compare(hapi, store, patient.id, as_the_service_asks) for patient in DEMO_PATIENTS] == [
        [] for _ in DEMO_PATIENTS
    ]


async def test_each_search_about_a_demo_patient_gets_the_same_small_pages(hapi: str) -> None:
    store = Store.demo(AT.date())
    several = [kind for patient in DEMO_PATIENTS for kind in await compare(hapi, store, patient.id, in_small_pages)]
    assert several.count("Observation") == len(DEMO_PATIENTS)
    assert len(set(several)) > 1


async def test_each_search_about_a_chart_of_synthea_or_us_core_gets_the_same_pages(hapi: str) -> None:
    """More Observations than the servers give at once, with times of day and partial dates among them."""
    charts = [(store, str(next(iter(store.of_type("Patient")))["id"])) for store in map(synthea, SYNTHEA)]
    charts += [(us_core(), patient) for patient in US_CORE]
    several = [await compare(hapi, store, patient, as_the_service_asks) for store, patient in charts]
    assert several.count(["Observation"]) == 3


@pytest.mark.parametrize("query", ["Condition?nobody-knows-this=1", "Nonsense?patient=1", "Patient/nobody"])
async def test_both_refuse_alike(query: str, hapi: str) -> None:
    async with sandbox() as ours, httpx.AsyncClient(timeout=60, trust_env=False) as theirs:
        embedded, real = await ours.get(f"{SANDBOX}/{query}"), await theirs.get(f"{hapi}/{query}")
    assert embedded.status_code == real.status_code
    assert embedded.json()["resourceType"] == real.json()["resourceType"] == "OperationOutcome"


async def test_only_the_sandbox_says_that_it_is_a_stand_in(hapi: str) -> None:
    async with sandbox() as ours, httpx.AsyncClient(timeout=60, trust_env=False) as theirs:
        embedded = (await ours.get(f"{SANDBOX}/metadata")).json()
        real = (await theirs.get(f"{hapi}/metadata")).json()
    assert embedded["implementation"]["description"].startswith("A stand-in for an EHR's FHIR server")
    assert embedded["experimental"] is True
    assert "HAPI" in real["software"]["name"]
