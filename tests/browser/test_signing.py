"""Who signs: the server of `cartsign ehr` does for its page, and the embedded page says that nobody does for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from support.chromium import ACCEPTED, Desk, served

from cds_hooks.testing import PretendEHR
from service.sandbox.ehr import Neighbours, create_ehr
from service.serving import listen

CARD = "#patient=demo-probable&hook=patient-view"


@contextmanager
def mock_ehr(service: str) -> Iterator[str]:
    """The URL of a mock EHR for `service`; it holds the demo patients itself."""
    listening = listen("127.0.0.1", 0)
    own = f"http://127.0.0.1:{listening.getsockname()[1]}"
    http = httpx.AsyncClient(timeout=30, trust_env=False)
    with served(create_ehr(PretendEHR(issuer=own), Neighbours(service), http, lambda: datetime.now(UTC)), listening):
        yield own


@pytest.fixture(scope="module")
def ehr(base: str) -> Iterator[str]:
    with mock_ehr(base) as url:
        yield url


async def refused_discovery(desk: Desk) -> str:
    """What the page says where the service answers its discovery with 401."""
    desk.refusals_expected = True
    await desk.page.route("**/cds-services", lambda route: route.fulfill(status=401, json={}))
    await desk.page.goto(f"{desk.base}/sandbox")
    await desk.page.get_by_role("heading", level=1).wait_for()
    said: str = await desk.page.locator("#view").inner_text()
    return said


async def test_the_embedded_page_says_that_it_cannot_sign_and_what_can(desk: Desk) -> None:
    said = await refused_discovery(desk)
    assert "This page works in open trust only" in said
    assert "cartsign ehr" in said
    assert "could not be reached" not in said


async def test_a_mock_ehr_that_nobody_registered_says_so(desks: Any, ehr: str) -> None:
    async with desks(at=ehr) as desk:
        said = await refused_discovery(desk)
    assert "The service does not know this mock EHR" in said
    assert ehr in said


async def test_the_page_says_as_whom_its_calls_are_signed_and_what_was_added_on_the_way(
    desks: Any, ehr: str, base: str
) -> None:
    async with desks(at=ehr) as desk:
        await desk.open(CARD)
        signer = await desk.page.locator("#signer").inner_text()
        request = await (await desk.tab("Request")).inner_text()
    assert f"signs it as {ehr}" in signer
    assert f"a JWT (ES384, five minutes, issuer {ehr}, audience {base}/cds-services/neurogenic-claudication)" in request
    assert "fhirAuthorization" not in request


async def test_the_embedded_page_claims_no_signature(desk: Desk) -> None:
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
