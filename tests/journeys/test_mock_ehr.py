"""The mock EHR as a client of a registered service."""

import sys
from pathlib import Path

import httpx
from support.registered import DISCOVERY, FEEDBACK, a_row, registered_service, registered_settings
from support.running import AT, BASE, CALL, FHIR, INSTANCE, topics

from cds_hooks.testing import PretendEHR
from service.sandbox.demo import demo_request
from service.sandbox.ehr import Neighbours, create_ehr

CARTSIGN = Path(sys.executable).parent / "cartsign"
WITHIN = 60.0


async def test_what_its_page_sends_is_signed_verified_and_answered_and_its_fhir_token_used(tmp_path: Path) -> None:
    """SEC-2, SEC-3, AUTH-1."""
    client = PretendEHR(issuer="http://127.0.0.1:8001")
    row = a_row(client, "mock-ehr", fhir_networks=("127.0.0.1/32",))
    async with registered_service(registered_settings(tmp_path), row) as service:
        onward = httpx.AsyncClient(transport=httpx.ASGITransport(service.app))
        app = create_ehr(client, Neighbours(BASE, fhir=FHIR), onward, lambda: AT)
        page = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=client.issuer)
        async with app.router.lifespan_context(app), page:
            discovery = await page.get(DISCOVERY)
            answer = await page.post(CALL, json=demo_request("demo-mixed", "patient-view", FHIR, INSTANCE))
            unknown = {"card": INSTANCE, "outcome": "overridden", "outcomeTimestamp": AT.isoformat()}
            feedback = await page.post(FEEDBACK, json={"feedback": [unknown]})
        unsigned = await service.client.get(DISCOVERY)

    assert [reply.status_code for reply in (discovery, answer, feedback, unsigned)] == [200, 200, 200, 401]
    assert topics(answer.json()) == ["mixedClaudication"]
    tokens = {request.headers["authorization"] for request in service.asked}
    assert len(tokens) == 1
    assert tokens.pop().startswith("Bearer demo-")
