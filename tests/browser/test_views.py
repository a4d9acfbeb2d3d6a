"""Every view on a phone and on a desk, in light and dark: nothing runs off the side, and axe finds no fault."""

from pathlib import Path
from typing import Any

import pytest
from support.chromium import Desk

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
CHECK = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags });
  return found.violations.map(
    ({ help, nodes }) => [help, ...nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`)].join(" | "),
  );
}"""
TABS = ("Chart", "Findings", "Criteria", "Cards and gaps", "Request", "Response", "Decision")
VIEWS = {
    "a card": "#patient=demo-probable&hook=patient-view",
    "a red flag with drafts": "#patient=demo-red-flag&hook=order-select&drafts=lumbar-mri",
    "silence": "#patient=demo-family-history&hook=patient-view",
    "a refusal": "#patient=demo-probable&hook=patient-view&data=none",
    "a note": "#view=note",
}


async def unfolded(desk: Desk) -> None:
    """Everything that can be opened is open."""
    await desk.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")


@pytest.mark.parametrize("view", VIEWS)
async def test_nothing_runs_off_the_side_of_a_phone(desks: Any, view: str) -> None:
    async with desks(viewport={"width": 320, "height": 640}) as desk:
        desk.refusals_expected = True
        await desk.open(VIEWS[view])
        await unfolded(desk)
        assert await desk.width_needed() == 320
        for tab in TABS if await desk.page.get_by_role("tab", name="Chart").count() else ():
            await desk.tab(tab)
            await unfolded(desk)
            assert await desk.width_needed() == 320, tab


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_fault_in_any_view(desks: Any, scheme: str) -> None:
    async with desks(viewport={"width": 1280, "height": 900}, color_scheme=scheme) as desk:
        desk.refusals_expected = True
        for view, fragment in VIEWS.items():
            await desk.open(fragment)
            await unfolded(desk)
            await desk.page.evaluate(AXE)
            assert await desk.page.evaluate(CHECK) == [], view


async def test_axe_finds_no_fault_behind_an_answer(desk: Desk) -> None:
    await desk.open(VIEWS["a card"])
    await desk.page.evaluate(AXE)
    for tab in TABS:
        await desk.tab(tab)
        await unfolded(desk)
        assert await desk.page.evaluate(CHECK) == [], tab


async def test_axe_finds_no_fault_after_an_answer_was_given_on_a_phone(desks: Any) -> None:
    async with desks(viewport={"width": 320, "height": 640}, color_scheme="dark") as desk:
        await desk.read_note("Aching in both thighs on walking, eases when she leans on the shopping cart.")
        await desk.page.get_by_role("button", name="Physical therapy referral").click()
        await desk.page.get_by_text("Feedback sent").wait_for()
        await desk.page.evaluate(AXE)
        assert await desk.page.evaluate(CHECK) == []
        await desk.page.get_by_text("Dismiss…").click()
        await desk.page.get_by_role("button", name="Dismiss this card").click()
        await desk.page.get_by_text("Feedback sent: overridden").wait_for()
        assert await desk.page.evaluate(CHECK) == []
        assert await desk.width_needed() == 320


async def test_dark_is_dark_and_light_is_light(desks: Any) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        async with desks(color_scheme=scheme) as desk:
            await desk.open("#view=note")
            colour = await desk.page.evaluate(
                "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)"
            )
            seen[scheme] = sum(colour)
    assert seen["light"] > 600
    assert seen["dark"] < 150


async def test_nothing_moves_where_less_motion_is_asked_for(desk: Desk) -> None:
    await desk.open("#patient=demo-probable&hook=patient-view")
    moving = "[...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).animationName !== 'none').length"
    assert await desk.page.evaluate(moving) == 0


async def test_the_page_is_one_document_with_landmarks_and_one_heading_of_the_first_level(desk: Desk) -> None:
    await desk.open("#patient=demo-probable&hook=patient-view")
    for role in ("banner", "main", "contentinfo"):
        assert await desk.page.get_by_role(role).count() == 1
    assert await desk.page.get_by_role("heading", level=1).count() == 1
    assert await desk.page.get_by_role("status").first.get_attribute("id") == "announce"
