"""The whole flow by keyboard: no mouse, no shortcut of the test's own."""

from support.chromium import ACCEPTED, OVERRIDDEN, Desk

FOCUS = """() => {
  const at = document.activeElement;
  const name = at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText || "";
  return `${at.tagName} ${name}`.replace(/\\s+/g, " ");
}"""
OUTLINE = """() => {
  const at = document.activeElement;
  // A radio drawn as a part of a bar has its line around the whole label.
  return [at, at.closest("label")].filter(Boolean).map((drawn) => getComputedStyle(drawn))
    .some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
}"""


async def tab_to(desk: Desk, wanted: str, *, back: bool = False) -> None:
    """Press Tab until what is wanted has the focus; each stop on the way shows that it has it."""
    for _ in range(120):
        await desk.page.keyboard.press("Shift+Tab" if back else "Tab")
        at = await desk.page.evaluate(FOCUS)
        if not at.startswith("BODY"):
            assert await desk.page.evaluate(OUTLINE), at
        if wanted in at:
            return
    raise AssertionError(f"{wanted} cannot be reached")


async def test_a_chart_is_opened_called_for_accepted_and_dismissed_by_keyboard(desk: Desk) -> None:
    keys = desk.page.keyboard
    await desk.open()
    await tab_to(desk, "Tomasz Kowalik")
    await keys.press("Enter")
    await desk.page.get_by_role("heading", name="Tomasz Kowalik", level=1).wait_for()
    await desk.answered()
    assert "Tomasz Kowalik" in await desk.page.evaluate(FOCUS)

    await tab_to(desk, "patient-view")
    await keys.press("ArrowRight")
    await keys.press("ArrowRight")
    assert "order-select" in await desk.page.evaluate(FOCUS)
    await tab_to(desk, "CT of the lumbar spine")
    await keys.press("Space")
    await tab_to(desk, "BUTTON Call order-select")
    await keys.press("Enter")
    await desk.page.get_by_text("order-select for Tomasz Kowalik, 2 draft orders").wait_for()
    await desk.answered()

    await desk.open("#patient=demo-vendor-shaped&hook=patient-view")
    await tab_to(desk, "BUTTON Physical therapy referral")
    await keys.press("Enter")
    await desk.page.get_by_text(ACCEPTED).wait_for()
    assert "Accepted: Physical therapy referral" in await desk.page.evaluate(FOCUS)
    await tab_to(desk, "SUMMARY Dismiss")
    await keys.press("Enter")
    await tab_to(desk, "INPUT")
    await keys.press("ArrowDown")
    await tab_to(desk, "Comment (optional)")
    await keys.type("by keyboard")
    await tab_to(desk, "Dismiss this card")
    await keys.press("Enter")
    await desk.page.get_by_text(OVERRIDDEN).wait_for()
    assert (await desk.page.evaluate(FOCUS)).startswith("H3 ")


async def test_tabs_have_one_stop_and_arrow_keys(desk: Desk) -> None:
    await desk.open("#patient=demo-probable&hook=patient-view")
    await tab_to(desk, "BUTTON Chart")
    for key, selected in [
        ("ArrowRight", "Findings"),
        ("End", "Decision"),
        ("ArrowRight", "Chart"),
        ("ArrowLeft", "Decision"),
    ]:
        await desk.page.keyboard.press(key)
        assert await desk.page.evaluate(FOCUS) == f"BUTTON {selected}"
        assert await desk.page.get_by_role("tab", selected=True).all_inner_texts() == [selected]
    await desk.page.keyboard.press("Tab")
    assert await desk.page.evaluate("document.activeElement.getAttribute('role')") == "tabpanel"


async def test_the_first_stop_skips_to_the_chart(desk: Desk) -> None:
    await desk.open()
    await desk.page.keyboard.press("Tab")
    assert "Skip to the chart" in await desk.page.evaluate(FOCUS)
    await desk.page.keyboard.press("Enter")
    assert await desk.page.evaluate("document.activeElement.id") == "main"
    assert "demo-" in desk.page.url


async def test_a_note_is_read_by_keyboard(desk: Desk) -> None:
    await desk.open()
    await tab_to(desk, "A Try a note")
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_role("heading", name="Try a note").wait_for()
    await tab_to(desk, "TEXTAREA Note")
    await desk.page.keyboard.press("Control+a")
    await desk.page.keyboard.type("No leg pain on walking.")
    await tab_to(desk, "BUTTON Read this note")
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_text("The service answered with no card: nothing to say").wait_for()
