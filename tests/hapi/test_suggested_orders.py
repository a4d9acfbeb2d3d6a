"""The orders that cards suggest, judged by HAPI's validator: what an EHR would store on a click is valid R4."""

from pathlib import Path
from typing import Any

import httpx
from support.running import a_request, running, settings_for

from service.sandbox.demo import DEMO_PATIENTS, HOOKS


async def suggested(folder: Path) -> list[dict[str, Any]]:
    """Every different resource in any action of any card: all demo patients, all hooks, each call as if the first."""
    found: list[dict[str, Any]] = []
    for hook in HOOKS:
        (folder / hook).mkdir()
        async with running(settings_for(folder / hook)) as service:
            for patient in DEMO_PATIENTS:
                cards = (await service.call(a_request(patient.id, hook)))["cards"]
                suggestions = [suggestion for card in cards for suggestion in card.get("suggestions", ())]
                actions = [action for each in suggestions for action in each.get("actions", ())]
                found += [action["resource"] for action in actions if action.get("resource") not in (None, *found)]
    return found


async def test_every_order_that_a_card_suggests_is_valid(hapi: str, tmp_path: Path) -> None:
    orders = [each for each in await suggested(tmp_path) if each["resourceType"] == "ServiceRequest"]
    assert len(orders) > len(DEMO_PATIENTS)
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        for order in orders:
            answer = await http.post(f"{hapi}/ServiceRequest/$validate", json=order)
            assert answer.status_code == 200, answer.text
            severe = [each for each in answer.json()["issue"] if each["severity"] in ("error", "fatal")]
            assert severe == [], order


async def test_the_validator_finds_what_is_wrong(hapi: str) -> None:
    """An order without intent and subject, beside the valid ones above."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        faulty = {"resourceType": "ServiceRequest", "status": "draft"}
        issues = (await http.post(f"{hapi}/ServiceRequest/$validate", json=faulty)).json()["issue"]
    said = " ".join(each["diagnostics"] for each in issues if each["severity"] == "error")
    assert ("ServiceRequest.intent" in said, "ServiceRequest.subject" in said) == (True, True)
