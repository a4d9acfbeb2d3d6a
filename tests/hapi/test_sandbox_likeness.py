"""The embedded sandbox beside HAPI: every search that the service makes about the demo patients gets the same resources
in pages of the same size, newest first where that was asked for. Where HAPI promises no order, none is compared."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from support.hapi import searches
from support.running import AT

from service.sandbox.demo import DEMO_PATIENTS
from service.sandbox.server import create_router
from service.sandbox.store import Store

SANDBOX = "http://127.0.0.1:8000/fhir"
Page = list[dict[str, Any]]


def sandbox() -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(create_router(Store.demo(AT.date()), base_url=SANDBOX, prefix="/fhir"))
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
    """What `_sort=-date` goes by; the demo charts tell it in one of these."""
    told = (resource.get(name) for name in ("effectiveDateTime", "effectiveInstant", "date"))
    return next(filter(None, told), resource.get("effectivePeriod", {}).get("start", ""))


def by_id(resources: Page) -> Page:
    return sorted(resources, key=lambda resource: str(resource["id"]))


def ordered(found: list[Page], asked: list[str]) -> Iterator[Page]:
    """The resources as far as their order was asked for: those of one moment together, or all together."""
    every = [resource for page in found for resource in page]
    if "_sort=-date" not in asked:
        yield by_id(every)
    else:
        for _, equal in groupby(every, key=day):
            yield by_id(list(equal))


@pytest.mark.parametrize("count", [None, 4], ids=["as the service asks", "by fours"])
async def test_each_search_gets_the_same_resources_pages_and_order(count: int | None, hapi: str) -> None:
    compared = several = 0
    async with sandbox() as ours, httpx.AsyncClient(timeout=60, trust_env=False) as theirs:
        for patient in DEMO_PATIENTS:
            for _, kind, asked in searches(patient.id):
                if count is not None:
                    asked = [part for part in asked if not part.startswith("_count=")] + [f"_count={count}"]
                query = f"{kind}?{'&'.join(asked)}"
                embedded, real = await pages(ours, f"{SANDBOX}/{query}"), await pages(theirs, f"{hapi}/{query}")
                assert [len(page) for page in embedded] == [len(page) for page in real], query
                assert list(ordered(embedded, asked)) == list(ordered(real, asked)), query
                compared += 1
                several += len(real) > 1
    assert compared == 9 * len(DEMO_PATIENTS)
    assert several > 0 if count else several == 0


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
