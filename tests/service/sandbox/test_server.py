"""The sandbox over HTTP: FHIR in, FHIR out, OperationOutcomes for the rest."""

from datetime import date
from importlib import import_module

import httpx
import pytest
from fastapi import FastAPI

from service.sandbox.server import create_router
from service.sandbox.store import Store

BASE = "http://ehr.test/sandbox/fhir"


@pytest.fixture
async def ehr():
    app = FastAPI()
    app.include_router(create_router(Store.demo(date(2026, 12, 24))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE + "/") as client:
        yield client


def valid(response):
    """The body, once it is known to be FHIR R4 with the right content type."""
    assert response.headers["content-type"] == "application/fhir+json"
    resource = response.json()
    kind = resource["resourceType"]
    getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind).model_validate(resource)
    return resource


async def test_metadata_says_openly_that_it_is_a_stand_in(ehr):
    statement = valid(await ehr.get("metadata"))
    assert "stand-in" in statement["implementation"]["description"]
    assert statement["implementation"]["url"] == BASE
    assert statement["fhirVersion"] == "4.0.1"


async def test_a_resource_is_read_by_its_id(ehr):
    assert valid(await ehr.get("Patient/demo-possible"))["id"] == "demo-possible"


async def test_a_search_answers_a_searchset_with_total_self_link_and_full_urls(ehr):
    bundle = valid(await ehr.get("Condition", params={"patient": "demo-mixed", "_count": "2"}))
    assert bundle["type"] == "searchset"
    assert bundle["total"] == 4
    assert [link["relation"] for link in bundle["link"]] == ["self", "next"]
    assert bundle["link"][0]["url"] == f"{BASE}/Condition?patient=demo-mixed&_count=2"
    first = bundle["entry"][0]
    assert first["fullUrl"] == f"{BASE}/Condition/{first['resource']['id']}"
    assert first["search"] == {"mode": "match"}


async def test_following_next_links_gives_every_match_once(ehr):
    seen, url = [], "Observation?patient=demo-mixed&_sort=-date&_count=7"
    while url:
        bundle = valid(await ehr.get(url))
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
    assert len(seen) == len(set(seen)) == bundle["total"] > 14


async def test_a_search_without_a_match_has_no_entry_at_all(ehr):
    bundle = valid(await ehr.get("Device", params={"patient": "demo-mixed"}))
    assert bundle["total"] == 0
    assert "entry" not in bundle


async def test_a_search_can_be_posted_as_a_form(ehr):
    asked = {"patient": "demo-vascular", "code": "http://loinc.org|8580-3"}
    posted = valid(await ehr.post("Observation/_search", data=asked))
    got = valid(await ehr.get("Observation", params=asked))
    assert posted == got
    assert posted["total"] == 1


async def test_links_are_built_on_the_base_url_when_one_is_given():
    app = FastAPI()
    app.include_router(
        create_router(Store.demo(date(2026, 12, 24)), prefix="", base_url="https://fhir.example.org/r4/")
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://inside") as client:
        bundle = valid(await client.get("/Patient", params={"_id": "demo-possible"}))
    assert bundle["link"][0]["url"].startswith("https://fhir.example.org/r4/Patient?")


@pytest.mark.parametrize(
    ("method", "path", "status", "issue"),
    [
        ("GET", "Patient/nobody", 404, "not-found"),
        ("GET", "Spaceship", 404, "not-supported"),
        ("GET", "Spaceship/1", 404, "not-supported"),
        ("GET", "Condition?patent=demo-mixed", 400, "not-supported"),
        ("GET", "Condition?patient=", 400, "invalid"),
        ("GET", "Condition?patient=demo-mixed&_format=xml", 406, "not-supported"),
        ("POST", "Patient", 405, "not-supported"),
        ("PUT", "Patient/demo-mixed", 405, "not-supported"),
        ("DELETE", "Patient/demo-mixed", 405, "not-supported"),
    ],
)
async def test_what_it_does_not_do_it_says_in_an_operation_outcome(ehr, method, path, status, issue):
    response = await ehr.request(method, path)
    assert response.status_code == status
    assert valid(response)["issue"][0]["code"] == issue


async def test_a_posted_search_that_is_no_form_is_refused(ehr):
    response = await ehr.post("Condition/_search", json={"patient": "demo-mixed"})
    assert response.status_code == 415
    valid(response)
