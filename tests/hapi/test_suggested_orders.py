"""The orders that cards suggest, judged by HAPI's validator: what an EHR would store on a click is valid R4."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import httpx
from support.running import a_request, running, settings_for, shipped_knowledge

from service.chart.read import read_chart
from service.decision import decide
from service.knowledge.load import SHIPPED
from service.knowledge.vignette import load_vignettes
from service.knowledge.vignette_parts import PATIENT
from service.moment import Moment
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


def suggested_by_vignettes() -> list[dict[str, Any]]:
    """Every different resource in any action of any card, shown on the day of each vignette."""
    found: list[dict[str, Any]] = []
    for _, vignette in load_vignettes(SHIPPED / "vignettes"):
        noon = datetime.combine(vignette.at, time(12), UTC)
        moment = Moment(now=noon, hook=vignette.hook, seed=vignette.name)
        cards = decide(read_chart(vignette.gathered(), PATIENT), shipped_knowledge(), moment).cards
        actions = [action for card in cards for suggestion in card.suggestions for action in suggestion.actions]
        found += [action.resource for action in actions if action.resource not in (None, *found)]
    return found


async def expect_valid(hapi: str, resources: list[dict[str, Any]]) -> None:
    orders = [each for each in resources if each["resourceType"] == "ServiceRequest"]
    assert len(orders) > len(DEMO_PATIENTS)
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        for order in orders:
            answer = await http.post(f"{hapi}/ServiceRequest/$validate", json=order)
            assert answer.status_code == 200, answer.text
            severe = [each for each in answer.json()["issue"] if each["severity"] in ("error", "fatal")]
            assert severe == [], order


async def test_every_order_that_a_demo_patients_card_suggests_is_valid(hapi: str, tmp_path: Path) -> None:
    await expect_valid(hapi, await suggested(tmp_path))


async def test_every_order_that_a_vignettes_card_suggests_is_valid(hapi: str) -> None:
    await expect_valid(hapi, suggested_by_vignettes())


async def test_the_validator_finds_what_is_wrong(hapi: str) -> None:
    """An order without intent and subject, beside the valid ones above."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        faulty = {"resourceType": "ServiceRequest", "status": "draft"}
        issues = (await http.post(f"{hapi}/ServiceRequest/$validate", json=faulty)).json()["issue"]
    said = " ".join(each["diagnostics"] for each in issues if each["severity"] == "error")
    assert ("ServiceRequest.intent" in said, "ServiceRequest.subject" in said) == (True, True)
