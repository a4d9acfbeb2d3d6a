"""The mock EHR in front of a registered service: what it signs, for which address, what it passes on, and whom it
refuses. The service is a double that keeps what it is sent."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from cds_hooks.testing import PretendEHR
from cds_hooks.trust import Reason, Untrusted, bearer_token, verify
from service.sandbox.demo import DEMO_PATIENTS, demo_request
from service.sandbox.ehr import Neighbours, create_ehr

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
OWN = "http://127.0.0.1:8001"
SERVICE = "https://cds.example.org"
FHIR = "http://fhir.example.org/fhir"
CALL = "/cds-services/neurogenic-claudication"
CLIENT = PretendEHR(issuer=OWN)
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


@dataclass
class Elsewhere(httpx.AsyncBaseTransport):
    """Every server but the mock EHR: keeps the requests, answers each with the same status."""

    status: int = 200
    body: Any = field(default_factory=lambda: {"cards": []})
    away: bool = False
    requests: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        if self.away:
            raise httpx.ConnectError("refused")
        headers = {"X-Correlation-ID": request.headers.get("x-correlation-id", ""), "Set-Cookie": "a=b"}
        return httpx.Response(self.status, json=self.body, headers=headers)


@asynccontextmanager
async def ehr(elsewhere: Elsewhere, **neighbours: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's connection to the mock EHR."""
    given = {"service": SERVICE, "fhir": FHIR} | neighbours
    app = create_ehr(CLIENT, Neighbours(**given), httpx.AsyncClient(transport=elsewhere), lambda: NOW)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=OWN) as c,
    ):
        yield c


def proven(request: httpx.Request, audience: str) -> str:
    """The jti of a signed request, verified as a service does."""
    token = bearer_token(request.headers.get_list("authorization"))
    return verify(token, [CLIENT.as_client()], CLIENT.key_set, audience, NOW).jti


async def test_discovery_call_and_feedback_are_each_signed_for_the_address_called_and_never_twice_with_one_jti() -> (
    None
):
    """SEC-2, SEC-3, SEC-17, SEC-20."""
    elsewhere = Elsewhere()
    async with ehr(elsewhere) as browser:
        await browser.get("/cds-services")
        await browser.post(CALL, json=demo_request("demo-probable", "patient-view", FHIR, INSTANCE))
        await browser.post(f"{CALL}/feedback", json={"feedback": []})
        await browser.get("/cds-services")

    paths = ["/cds-services", CALL, f"{CALL}/feedback", "/cds-services"]
    assert [str(request.url) for request in elsewhere.requests] == [f"{SERVICE}{path}" for path in paths]
    spent = {proven(request, f"{SERVICE}{path}") for request, path in zip(elsewhere.requests, paths, strict=True)}
    assert len(spent) == 4
    with pytest.raises(Untrusted, match=Reason.AUDIENCE_OTHER):
        proven(elsewhere.requests[0], f"{SERVICE}{CALL}")


async def test_a_token_lives_five_minutes_and_no_longer() -> None:
    """SEC-18."""
    elsewhere = Elsewhere()
    async with ehr(elsewhere) as browser:
        await browser.get("/cds-services")

    (request,) = elsewhere.requests
    token = bearer_token(request.headers.get_list("authorization"))
    with pytest.raises(Untrusted, match=Reason.EXPIRED):
        verify(token, [CLIENT.as_client()], CLIENT.key_set, f"{SERVICE}/cds-services", NOW.replace(minute=6))


async def test_behind_a_proxy_it_connects_elsewhere_and_still_signs_for_the_public_address() -> None:
    elsewhere = Elsewhere()
    async with ehr(elsewhere, via="http://inside:8000") as browser:
        await browser.get("/cds-services")

    (request,) = elsewhere.requests
    assert str(request.url) == "http://inside:8000/cds-services"
    assert proven(request, f"{SERVICE}/cds-services")


async def test_a_call_that_names_a_fhir_server_is_lent_a_token_for_its_patient_and_another_each_time() -> None:
    """AUTH-1, AUTH-2."""
    elsewhere = Elsewhere()
    async with ehr(elsewhere) as browser:
        for _ in range(2):
            await browser.post(CALL, json=demo_request("demo-mixed", "patient-view", FHIR, INSTANCE))
        await browser.post(CALL, json={"hook": "patient-view", "prefetch": {}})

    first, second, plain = (json.loads(request.content) for request in elsewhere.requests)
    lent = first["fhirAuthorization"]
    assert (lent["token_type"], lent["expires_in"], lent["scope"], lent["patient"]) == (
        "Bearer",
        300,
        "patient/*.rs",
        "demo-mixed",
    )
    assert lent["access_token"] != second["fhirAuthorization"]["access_token"]
    assert plain == {"hook": "patient-view", "prefetch": {}}


async def test_the_answer_comes_back_with_status_body_and_correlation_and_nothing_else() -> None:
    elsewhere = Elsewhere(412, {"resourceType": "OperationOutcome", "issue": []})
    async with ehr(elsewhere) as browser:
        answer = await browser.post(CALL, json={}, headers={"X-Correlation-ID": "abc-123"})

    assert (answer.status_code, answer.json()) == (412, elsewhere.body)
    assert answer.headers["x-correlation-id"] == "abc-123"
    assert "set-cookie" not in answer.headers
    assert elsewhere.requests[0].headers["x-correlation-id"] == "abc-123"


async def test_a_service_or_fhir_server_that_is_away_is_a_502_that_names_it() -> None:
    async with ehr(Elsewhere(away=True)) as browser:
        answers = [await browser.get("/cds-services"), await browser.get("/sandbox/fhir/Patient/demo-mixed")]

    assert [answer.status_code for answer in answers] == [502, 502]
    for answer, named in zip(answers, (SERVICE, FHIR), strict=True):
        assert named in answer.json()["issue"][0]["diagnostics"]


async def test_charts_are_read_from_the_fhir_server_and_nothing_else_of_it() -> None:
    elsewhere = Elsewhere(body={"resourceType": "Bundle"})
    async with ehr(elsewhere) as browser:
        found = await browser.get("/sandbox/fhir/Condition?patient=demo-mixed&_count=200")
        for path in ("", "$reindex", "Patient/1/_history", "..%2Fadmin", "%2e%2e/%2e%2e/admin", "Patient/a%3Fb"):
            assert (await browser.get(f"/sandbox/fhir/{path}")).status_code == 404, path
        written = await browser.put("/sandbox/fhir/Patient/demo-mixed", json={})

    assert found.json() == {"resourceType": "Bundle"}
    assert [str(request.url) for request in elsewhere.requests] == [f"{FHIR}/Condition?patient=demo-mixed&_count=200"]
    assert "authorization" not in elsewhere.requests[0].headers
    assert written.status_code == 405


async def test_without_a_fhir_server_it_holds_the_demo_patients_itself() -> None:
    elsewhere = Elsewhere()
    async with ehr(elsewhere, fhir=None) as browser:
        patient = await browser.get("/sandbox/fhir/Patient/demo-mixed")
        told = (await browser.get("/sandbox/patients")).json()

    assert patient.json()["id"] == "demo-mixed"
    assert told["fhirServer"] is None
    assert elsewhere.requests == []


async def test_the_page_learns_who_signs_and_for_whom_and_where_the_charts_are() -> None:
    async with ehr(Elsewhere()) as browser:
        page = await browser.get("/", follow_redirects=True)
        told = (await browser.get("/sandbox/patients")).json()
        rules = await browser.get("/rules")

    assert "mock EHR" in page.text
    assert [person["id"] for person in told["patients"]] == [patient.id for patient in DEMO_PATIENTS]
    assert told["signs"] == {"issuer": OWN, "algorithm": "ES384", "service": SERVICE}
    assert told["fhirServer"] == FHIR
    assert rules.headers["location"] == f"{SERVICE}/rules"


async def test_its_public_keys_are_at_jwks_json_and_its_private_one_nowhere() -> None:
    """SEC-14."""
    async with ehr(Elsewhere()) as browser:
        published = (await browser.get("/jwks.json")).json()

    assert published == CLIENT.jwks
    assert "d" not in published["keys"][0]


async def test_nothing_is_signed_for_another_sites_page() -> None:
    elsewhere = Elsewhere()
    async with ehr(elsewhere) as browser:
        stranger = await browser.post(CALL, json={}, headers={"Origin": "https://evil.example"})
        rebound = await browser.post(CALL, json={}, headers={"Host": "evil.example:8001"})
        form = await browser.post(CALL, content=b"{}", headers={"Content-Type": "text/plain"})
        broken = await browser.post(CALL, content=b"[1]", headers={"Content-Type": "application/json"})
        elsewhere_on_it = await browser.post("/cds-services/a%2Fb", json={})
        assert elsewhere.requests == []
        own = await browser.post(CALL, json={}, headers={"Origin": OWN})

    refused = [answer.status_code for answer in (stranger, rebound, form, broken, elsewhere_on_it)]
    assert refused == [403, 421, 415, 400, 404]
    assert (own.status_code, len(elsewhere.requests)) == (200, 1)


async def test_every_answer_is_inert_and_uncached() -> None:
    async with ehr(Elsewhere()) as browser:
        for path in ("/cds-services", "/jwks.json", "/livez", "/nothing"):
            answer = await browser.get(path)
            assert answer.headers["content-security-policy"].startswith("default-src 'none'"), path
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
        page = await browser.get("/sandbox")
    assert "require-trusted-types-for 'script'" in page.headers["content-security-policy"]
