"""Who signs: the server of `cartsign ehr` does for its page, and the embedded page says that nobody does for it."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.chromium import ACCEPTED, Desk, served, serving
from support.registered import a_row, register
from support.running import AT, settings_for

from cds_hooks.testing import PretendEHR
from service.sandbox.ehr import Neighbours, create_ehr
from service.serving import listen

CARD = "#patient=demo-probable&hook=patient-view"


@contextmanager
def mock_ehr(service: str, registered_in: Path | None = None) -> Iterator[str]:
    """The URL of a mock EHR for `service`, with charts of its own; registered in the service's folder, or nowhere."""
    listening = listen("127.0.0.1", 0)
    own = f"http://127.0.0.1:{listening.getsockname()[1]}"
    client = PretendEHR(issuer=own)
    if registered_in is not None:
        row = a_row(client, "mock-ehr", fhir_origins=(f"{own}/sandbox/fhir",), fhir_networks=("127.0.0.1/32",))
        # A loop of its own, in a thread of its own: the browser's tests have another.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, register(settings_for(registered_in), row)).result()
    http = httpx.AsyncClient(timeout=30, trust_env=False)
    with served(create_ehr(client, Neighbours(service), http, lambda: AT), listening):
        yield own


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the registered service keeps its database."""
    return tmp_path_factory.mktemp("registered")


@pytest.fixture(scope="module")
def service(place: Path) -> Iterator[str]:
    """A service in registered trust, which has the embedded page as well."""
    with serving(place, trust="registered") as url:
        yield url


@pytest.fixture(scope="module")
def ehr(service: str, place: Path) -> Iterator[str]:
    with mock_ehr(service, place) as url:
        until_known(url)
        yield url


def until_known(ehr: str) -> None:
    """Wait until the service has read the registration."""
    with httpx.Client(trust_env=False) as client:
        for _ in range(600):
            if client.get(f"{ehr}/cds-services").status_code == httpx.codes.OK:
                return
            time.sleep(0.1)
    raise AssertionError("the service never read the registration")


async def test_the_embedded_page_says_that_it_cannot_sign_and_what_can(desks: Any, service: str) -> None:
    """SEC-2."""
    async with desks(at=service) as desk:
        desk.refusals_expected = True
        await desk.page.goto(f"{service}/sandbox")
        await desk.page.get_by_role("heading", name="This page works in open trust only").wait_for()
        said = await desk.page.locator("#view").inner_text()
    assert "cartsign ehr" in said
    assert "could not be reached" not in said


async def test_a_mock_ehr_that_nobody_registered_says_so(desks: Any, service: str) -> None:
    with mock_ehr(service) as url:
        async with desks(at=url) as desk:
            desk.refusals_expected = True
            await desk.page.goto(f"{url}/sandbox")
            await desk.page.get_by_role("heading", name="The service does not know this mock EHR").wait_for()
            assert url in await desk.page.locator("#view").inner_text()


async def test_the_page_says_as_whom_its_calls_are_signed_and_what_was_added_on_the_way(
    desks: Any, ehr: str, service: str
) -> None:
    async with desks(at=ehr) as desk:
        await desk.open(CARD)
        signer = await desk.page.locator("#signer").inner_text()
        request = await (await desk.tab("Request")).inner_text()
    assert f"signs it as {ehr}" in signer
    assert (
        f"a JWT (ES384, five minutes, issuer {ehr}, audience {service}/cds-services/neurogenic-claudication)" in request
    )
    assert "fhirAuthorization" not in request


async def test_the_embedded_page_of_open_trust_claims_no_signature(desk: Desk) -> None:
    await desk.open(CARD)
    assert await desk.page.locator("#signer").is_hidden()
    assert "JWT" not in await (await desk.tab("Request")).inner_text()


@pytest.mark.parametrize(("data", "patient"), [("prefetch", "demo-probable"), ("fhir", "demo-possible")])
async def test_a_card_comes_through_the_signing_server_and_feedback_goes_back(
    desks: Any, ehr: str, data: str, patient: str
) -> None:
    async with desks(at=ehr) as desk:
        await desk.open(f"#patient={patient}&hook=patient-view&data={data}")
        assert await desk.card.count() == 1
        await desk.card.get_by_role("button", name="Physical therapy referral").click()
        await desk.page.get_by_text(ACCEPTED).wait_for()


async def test_a_service_that_is_away_is_named(desks: Any) -> None:
    with mock_ehr("http://127.0.0.1:9") as url:
        async with desks(at=url) as desk:
            desk.refusals_expected = True
            await desk.page.goto(f"{url}/sandbox")
            await desk.page.get_by_text("http://127.0.0.1:9 did not answer").wait_for()
