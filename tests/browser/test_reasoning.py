"""What stands behind an answer: the chart as it was read, findings, criteria, messages."""

import json

from support.chromium import Desk

OPEN = "#patient=demo-{}&hook=patient-view"


async def test_sentences_show_what_was_recognised_and_what_they_gave(desk: Desk) -> None:
    await desk.open(OPEN.format("probable"))
    panel = desk.page.get_by_role("tabpanel")

    sentence = panel.locator(".sentences li", has_text="leaning on cart").first
    assert await sentence.locator("mark.m-posture", has_text="leaning on cart").count() == 1
    assert "Eased by bending or leaning forward" in await sentence.locator(".gave").inner_text()
    denied = panel.locator("li", has_text="saddle numbness").first
    assert await denied.locator("mark.m-modifier").inner_text() == "Denies negated"
    assert "Absent" in await denied.locator(".gave").inner_text()
    assert await panel.get_by_text("Clinical note").count() == 1


async def test_a_sentence_that_does_not_count_says_why(desk: Desk) -> None:
    await desk.open(OPEN.format("family-history"))
    told = await desk.page.get_by_role("tabpanel").locator("li", has_text="mother other person").first.inner_text()

    assert "Does not count" in told
    assert "said of somebody else" in told


async def test_each_role_of_a_mark_has_a_line_of_its_own_besides_its_colour(desk: Desk) -> None:
    await desk.open(OPEN.format("probable"))
    legend = desk.page.locator(".legend mark")
    lines = await legend.evaluate_all(
        "marks => marks.map((m) => { const s = getComputedStyle(m); return s.borderTopStyle + s.borderBottom; })"
        ".map((line) => line.replace(/rgb.*|color.*|oklch.*/, ''))"
    )
    assert len(lines) == len(set(lines)) == 7


async def test_marks_can_go_unnamed_and_idle_sentences_can_be_left_out(desk: Desk) -> None:
    await desk.open(OPEN.format("probable"))
    name = desk.page.locator("mark.m-site .role").first
    idle = desk.page.locator(".sentences li.idle").first
    assert await name.is_visible()
    assert await idle.is_visible()

    await desk.page.get_by_label("Name each mark").uncheck()
    await desk.page.get_by_label("Only sentences that gave a finding").check()

    assert not await name.is_visible()
    assert not await idle.is_visible()


async def test_findings_have_status_quote_date_and_reason(desk: Desk) -> None:
    await desk.open(OPEN.format("probable"))
    panel = await desk.tab("Findings")

    flexion = await panel.locator(".findings > li", has_text="Eased by bending or leaning forward").inner_text()
    assert "better leaning on cart" in flexion
    assert "Eased by flexion · " in flexion
    assert "14 Nov 2026" in flexion
    headings = " ".join(await panel.get_by_role("heading").all_inner_texts())
    assert all(status in headings for status in ("Present (", "Absent (", "Not documented ("))


async def test_criteria_are_a_tree_with_met_unmet_and_unknown(desk: Desk) -> None:
    await desk.open(OPEN.format("probable") + "&tab=criteria")
    panel = desk.page.get_by_role("tabpanel")

    nested = panel.locator("li.met", has_text="At least two distinct supporting features").last
    assert await nested.locator("ul > li").count() >= 5
    stenosis = panel.locator("li.unknown", has_text="Lumbar stenosis in imaging or on the problem list").last
    assert "unknown" in await stenosis.locator(".outcome").first.inner_text()
    assert await panel.locator("li.unmet").count() == 1
    rule = panel.get_by_role("link", name="Probable neurogenic claudication")
    assert (await rule.get_attribute("href") or "").endswith("/rules/probable-neurogenic-claudication")


async def test_request_response_and_decision_are_the_exact_ones(desk: Desk) -> None:
    sent: list[str] = []
    desk.page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" else None)
    await desk.open(OPEN.format("red-flag"))

    shown = await (await desk.tab("Request")).locator("pre").nth(1).inner_text()
    assert json.loads(shown) == json.loads(sent[-1])
    response = json.loads(await (await desk.tab("Response")).locator("pre").nth(1).inner_text())
    decision = json.loads(await (await desk.tab("Decision")).locator("pre").inner_text())
    assert response["cards"][0]["uuid"] == decision["cards"][0]["uuid"]
    assert decision["state"] == "redFlag"


async def test_json_can_be_copied(desk: Desk) -> None:
    await desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await desk.open(OPEN.format("possible"))
    panel = await desk.tab("Decision")
    await panel.get_by_role("button", name="Copy the decision").click()
    await panel.get_by_text("Copied").wait_for()

    copied = json.loads(await desk.page.evaluate("navigator.clipboard.readText()"))
    assert copied["state"] == "possible"


async def test_the_address_keeps_patient_hook_drafts_data_and_tab(desk: Desk) -> None:
    fragment = "#patient=demo-mixed&hook=order-sign&drafts=lumbar-mri,blood-count&data=fhir&tab=criteria"
    await desk.open(fragment)

    assert desk.page.url.endswith(fragment)
    assert await desk.page.get_by_label("order-sign").is_checked()
    assert await desk.page.get_by_label("Complete blood count").is_checked()
    assert not await desk.page.get_by_label("CT of the lumbar spine").is_checked()
    assert await desk.page.get_by_role("tab", name="Criteria").get_attribute("aria-selected") == "true"


async def test_an_address_that_names_nobody_says_so(desk: Desk) -> None:
    await desk.page.goto(f"{desk.base}/sandbox#patient=nobody&hook=made-up")

    await desk.page.get_by_role("heading", name="No such patient").wait_for()


async def test_patients_are_found_by_what_their_chart_shows(desk: Desk) -> None:
    await desk.open()
    listed = desk.page.locator("#patients li:visible")
    everyone = await listed.count()
    await desk.page.get_by_label("Find a patient").fill("mother")
    assert await listed.count() == 1 < 14 <= everyone
    await desk.page.get_by_label("Find a patient").fill("nobody at all")
    assert await desk.page.get_by_text("No patient matches.").is_visible()
