"""Cards in the mock EHR: shown, taken up, dismissed, absent, refused."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support.chromium import ACCEPTED, OVERRIDDEN, Desk

NOTE = "Aching in both thighs on walking two blocks, eases when she leans forward on the shopping cart."
CALL = "**/cds-services/neurogenic-claudication"
A_CARD = {
    "uuid": "5a0c7a0e-6f6c-4f0b-9b0e-1f2f3c4d5e6f",
    "summary": "First of two",
    "indicator": "warning",
    "source": {"label": "Somebody", "topic": {"code": "aTopic", "system": "urn:example"}},
}


async def answer_with(desk: Desk, *cards: dict[str, Any]) -> None:
    """Every call is answered with these cards, made up here; the service has no record of such a call."""
    desk.refusals_expected = True
    body = json.dumps({"cards": cards})
    await desk.page.route(CALL, lambda route: route.fulfill(status=200, content_type="application/json", body=body))
    await desk.open("#patient=demo-probable&hook=patient-view")


def feedback_in(folder: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(f"file:{folder / 'cartsign.sqlite3'}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("SELECT * FROM feedback ORDER BY id")]
    database.close()
    return rows


async def test_a_patient_is_picked_from_the_list_and_the_card_is_shown(desk: Desk) -> None:
    await desk.open()
    await desk.page.get_by_role("navigation", name="Patients").get_by_role("link", name="Walter Okonjo").click()
    await desk.page.get_by_role("heading", name="Walter Okonjo", level=1).wait_for()
    await desk.answered()

    card = desk.page.get_by_role("article", name="Warning Neurogenic and vascular features")
    assert await desk.card.count() == await card.count() == 1
    assert await card.locator(".indicator").inner_text() == "Warning"
    assert await card.locator(".indicator svg").count() == 1
    assert await card.locator(".topic").inner_text() == "mixedClaudication"
    assert "0.84" in await card.locator(".detail").inner_text()
    assert await card.locator(".detail strong").first.inner_text() == "What was found"
    link = card.get_by_role("link", name="Evidence behind this card")
    assert await link.get_attribute("target") == "_blank"
    assert "noopener" in (await link.get_attribute("rel") or "")
    assert "demo-mixed" in desk.page.url
    assert "1 card. warning: Neurogenic" in await desk.page.locator("#announce").inner_text()


async def test_an_accepted_suggestion_becomes_a_draft_order_and_feedback_is_stored(desk: Desk, folder: Path) -> None:
    await desk.read_note(NOTE)
    await desk.page.get_by_role("button", name="Physical therapy referral").click()
    taken = desk.page.get_by_role("region", name="Draft order")
    await taken.get_by_text(ACCEPTED).wait_for()

    words = await taken.inner_text()
    assert "Referral to physical therapy" in words
    assert "SNOMED CT 308447003" in words
    assert "draft, proposal" in words
    await taken.get_by_text("The ServiceRequest as FHIR").click()
    order = json.loads(await taken.locator("pre").inner_text())
    assert (order["resourceType"], order["status"]) == ("ServiceRequest", "draft")
    response = json.loads(await (await desk.tab("Response")).locator("pre").nth(1).inner_text())
    card = response["cards"][0]
    row = next(row for row in feedback_in(folder) if row["card"] == card["uuid"])
    assert row["outcome"] == "accepted"
    assert card["suggestions"][0]["uuid"] in row["accepted"]
    assert await desk.page.get_by_role("button", name="Physical therapy referral").is_disabled()
    assert await desk.page.get_by_role("button", name="Interventional pain consult").is_enabled()


async def test_a_card_is_dismissed_with_a_reason_and_a_comment(desk: Desk, folder: Path) -> None:
    await desk.read_note(NOTE)
    await desk.page.get_by_text("Dismiss…").click()
    await desk.page.get_by_label("Not relevant for this patient").check()
    await desk.page.get_by_label("Comment (optional)").fill("Seen elsewhere")
    await desk.page.get_by_role("button", name="Dismiss this card").click()
    await desk.page.get_by_text(OVERRIDDEN).wait_for()

    assert "Not relevant for this patient, “Seen elsewhere”" in await desk.card.inner_text()
    row = feedback_in(folder)[-1]
    assert (row["outcome"], row["reason_code"], row["comment"]) == ("overridden", "notRelevant", "Seen elsewhere")
    await desk.page.get_by_text("Show the card again").click()
    assert await desk.page.get_by_role("button", name="Physical therapy referral").is_disabled()


async def test_what_was_dismissed_is_held_back_next_time_and_the_page_says_why(desk: Desk) -> None:
    await desk.open("#patient=demo-boilerplate&hook=patient-view")
    await desk.page.get_by_text("Dismiss…").click()
    await desk.page.get_by_label("Not relevant for this patient").check()
    await desk.page.get_by_role("button", name="Dismiss this card").click()
    await desk.page.get_by_text(OVERRIDDEN).wait_for()

    await desk.page.get_by_role("button", name="Call patient-view").click()
    await desk.page.get_by_text("The service answered with no card: nothing to say").wait_for()
    await desk.page.get_by_text("A card was composed and held back:").wait_for()
    assert await desk.page.locator(".why li").count() == 1


async def test_a_silent_chart_says_why(desk: Desk) -> None:
    await desk.open("#patient=demo-family-history&hook=patient-view")

    why = await desk.page.locator(".notice").inner_text()
    assert "The service answered with no card: nothing to say" in why
    assert "No current leg or buttock symptom on walking is documented" in why
    assert "The nearest other rule, possible neurogenic claudication, lacks:" in why
    lacking = await desk.page.locator(".why li").all_inner_texts()
    assert [" ".join(each.split()) for each in lacking] == [
        "not met Leg or buttock symptom on walking A",
        "unknown Eased by bending or leaning forward F",
    ]
    assert await desk.page.locator("#announce").inner_text() == "The service answered with no card."


async def test_an_order_hook_sends_the_drafts_that_are_ticked(desk: Desk) -> None:
    await desk.open("#patient=demo-vascular&hook=patient-view")
    assert not await desk.page.get_by_role("group", name="Draft orders").is_visible()
    await desk.page.get_by_label("order-select").check()
    await desk.page.get_by_label("Lumbar epidural injection").check()
    await desk.page.get_by_role("button", name="Call order-select").click()
    await desk.page.get_by_text("order-select for Ruth Castellane, 2 draft orders").wait_for()
    await desk.answered()

    request = json.loads(await (await desk.tab("Request")).locator("pre").nth(1).inner_text())
    orders = [entry["resource"] for entry in request["context"]["draftOrders"]["entry"]]
    assert [order["subject"]["reference"] for order in orders] == ["Patient/demo-vascular"] * 2
    assert request["context"]["selections"] == [f"ServiceRequest/{order['id']}" for order in orders]
    assert await desk.card.first.locator(".topic").inner_text() == "vascularClaudication"
    drafts = await (await desk.tab("Cards and gaps")).inner_text()
    assert "ServiceRequest/draft-spine-injection" in drafts


@pytest.mark.parametrize("data", ["prefetch", "fhir"])
async def test_the_answer_is_the_same_whether_data_are_sent_or_fetched(desk: Desk, data: str) -> None:
    await desk.open(f"#patient=demo-mixed&hook=patient-view&data={data}")

    assert await desk.card.locator(".topic").inner_text() == "mixedClaudication"
    request = json.loads(await (await desk.tab("Request")).locator("pre").nth(1).inner_text())
    assert ("prefetch" in request, "fhirServer" in request) == (data == "prefetch", data == "fhir")
    assert await (await desk.tab("Chart")).locator("mark").count() > 10


async def test_a_call_without_data_is_refused_in_the_services_own_words(desk: Desk) -> None:
    desk.refusals_expected = True
    await desk.open("#patient=demo-probable&hook=patient-view&data=none")

    notice = await desk.page.locator(".notice").inner_text()
    assert "412 Precondition Failed" in notice
    assert "Required prefetch 'patient', 'conditions', 'observations'" in notice
    assert await desk.page.get_by_role("tab").all_inner_texts() == ["Request", "Response"]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"issue": [{"severity": "error", "code": "value", "diagnostics": "hook is wrong"}]}, "hook is wrong"),
        (503, {"issue": [{"severity": "fatal", "code": "transient", "details": {"text": "later"}}]}, "later"),
        (502, "<b>Bad gateway</b>", "The answer is no OperationOutcome"),
    ],
)
async def test_other_errors_are_shown_as_what_they_are(desk: Desk, status: int, body: Any, said: str) -> None:
    desk.refusals_expected = True
    text = body if isinstance(body, str) else json.dumps({"resourceType": "OperationOutcome"} | body)
    await desk.page.route(CALL, lambda route: route.fulfill(status=status, body=text))
    await desk.open("#patient=demo-probable&hook=patient-view")

    notice = await desk.page.locator(".notice").inner_text()
    assert str(status) in notice
    assert said in notice


async def test_a_lost_connection_is_not_mistaken_for_silence(desk: Desk) -> None:
    desk.refusals_expected = True
    await desk.page.route(CALL, lambda route: route.abort())
    await desk.page.goto(f"{desk.base}/sandbox#patient=demo-probable&hook=patient-view")

    await desk.page.get_by_role("heading", name="The service could not be reached").wait_for()
    assert await desk.page.locator("#announce").inner_text() == "The service could not be reached."


async def test_feedback_that_is_refused_is_said_to_be(desk: Desk) -> None:
    desk.refusals_expected = True
    outcome = {"issue": [{"severity": "error", "code": "transient", "diagnostics": "It could not be stored."}]}
    await desk.read_note(NOTE)
    await desk.page.route(f"{CALL}/feedback", lambda route: route.fulfill(status=503, body=json.dumps(outcome)))
    await desk.page.get_by_role("button", name="Physical therapy referral").click()

    await desk.page.get_by_text("The service refused the feedback (HTTP 503). It could not be stored.").wait_for()


async def test_several_cards_stand_beside_each_other_each_with_its_own_reasons(desk: Desk) -> None:
    reasons = [{"code": "a", "system": "urn:x", "display": "Reason of the second"}]
    second = A_CARD | {"uuid": "second", "summary": "Second of two", "indicator": "info", "overrideReasons": reasons}
    await answer_with(desk, A_CARD, second)

    assert await desk.card.count() == 2
    await desk.card.nth(1).get_by_text("Dismiss…").click()
    assert await desk.card.nth(1).get_by_label("Reason of the second").is_visible()
    assert await desk.card.nth(0).get_by_label("Reason of the second").count() == 0


async def test_one_suggestion_at_most_can_be_taken_where_the_card_says_so(desk: Desk) -> None:
    suggestions = [{"label": label, "uuid": label} for label in ("One", "Other")]
    await answer_with(desk, A_CARD | {"suggestions": suggestions, "selectionBehavior": "at-most-one"})
    await desk.page.get_by_role("button", name="One").click()

    assert await desk.page.get_by_role("button", name="Other").is_disabled()


async def test_only_web_links_are_links_and_only_our_own_pictures_are_loaded(desk: Desk) -> None:
    links = [
        {"label": "Script", "url": "javascript:window.ran = true", "type": "absolute"},
        {"label": "App", "url": "https://app.example.org/launch", "type": "smart"},
        {"label": "Page", "url": "https://page.example.org/", "type": "absolute"},
    ]
    ours = f"{desk.base}/sandbox/static/mark.svg"
    await answer_with(
        desk,
        A_CARD | {"links": links, "source": {"label": "Elsewhere", "icon": "https://other.example.org/icon.png"}},
        A_CARD | {"uuid": "second", "source": {"label": "Ours", "icon": ours}},
    )

    assert await desk.card.locator(".links a").evaluate_all("all => all.map((a) => a.href)") == [
        "https://page.example.org/"
    ]
    assert "a SMART app" in await desk.card.locator(".links").inner_text()
    assert await desk.card.nth(0).locator("img").count() == 0
    assert await desk.card.nth(1).locator("img").get_attribute("src") == ours
