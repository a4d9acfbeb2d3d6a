"""A pasted note: read without a patient, and harmless whatever stands in it."""

import json

from support.chromium import Desk

EXAMPLES = {
    "Leaning on a cart eases it": "Probable",
    "Calf cramp that eases on standing still": "Vascular",
    "Both patterns in one note": "Mixed",
    "New saddle numbness": "Red flag",
    "It was the mother": "Silent",
    "Relieved by rest, and no word on posture": "Insufficient",
}
HOSTILE = """<script>window.ran = 1</script><img src=x onerror="window.ran = 2">
[click me](javascript:window.ran=3) ![pixel](https://evil.example.org/p.png) <https://evil.example.org>
Leg pain on walking **<b>eases</b>** when he leans forward on a cart `x` \u202ednim\u202c, www.evil.example.org.
Leg pain when walking, [better](https://evil.example.org) bending forward \u2066x\u2069 & &lt;script&gt;."""


async def test_a_pasted_note_gives_cards_and_the_whole_reasoning(desk: Desk) -> None:
    await desk.read_note("Pain in both thighs on walking, eases when he leans on a shopping cart.", "72")

    assert await desk.card.count() == 1
    assert await desk.page.get_by_role("navigation", name="Patients").count() == 0
    request = json.loads(await (await desk.tab("Request")).locator("pre").nth(1).inner_text())
    assert request["prefetch"]["patient"]["birthDate"] == "1954-01-01"
    assert "fhirServer" not in request
    assert request["prefetch"]["conditions"]["total"] == 0
    assert "72 years" in await (await desk.tab("Findings")).inner_text()
    assert await (await desk.tab("Chart")).locator("mark.m-posture", has_text="leans on a shopping cart").count() == 1


async def test_every_example_shows_what_its_title_says(desk: Desk) -> None:
    await desk.open("#view=note")
    choice = desk.page.get_by_label("Start from an example")
    titles = (await choice.locator("option").all_inner_texts())[1:]
    shown = {}
    for title in titles:
        await choice.select_option(title)
        await desk.page.evaluate("document.getElementById('result').replaceChildren()")
        await desk.page.get_by_role("button", name="Read this note").click()
        await desk.answered()
        shown[title] = await desk.page.locator(".conclusion .pill").inner_text()

    assert shown == EXAMPLES


async def test_an_unknown_age_is_left_out(desk: Desk) -> None:
    await desk.read_note("Leg pain on walking, eases bending forward.", "")

    request = json.loads(await (await desk.tab("Request")).locator("pre").nth(1).inner_text())
    assert "birthDate" not in request["prefetch"]["patient"]
    assert await desk.card.count() == 1


async def test_it_is_said_that_real_text_must_not_be_pasted(desk: Desk) -> None:
    await desk.open("#view=note")

    assert await desk.page.get_by_text("Never paste anything from a real record").is_visible()
    described = await desk.page.get_by_label("Note", exact=True).get_attribute("aria-describedby")
    assert described == "note-warning"


async def test_the_note_stays_when_one_looks_elsewhere_and_never_enters_the_address(desk: Desk) -> None:
    await desk.read_note("Leg pain on walking, eases bending forward.")
    await desk.page.get_by_role("link", name="Patients").click()
    await desk.page.get_by_role("link", name="Try a note").click()

    assert "Leg pain on walking" in await desk.page.get_by_label("Note", exact=True).input_value()
    assert "Leg" not in desk.page.url


async def test_nothing_in_a_hostile_note_runs_loads_or_becomes_markup(desk: Desk) -> None:
    await desk.read_note(HOSTILE)
    assert await desk.card.count() == 1
    for tab in ("Chart", "Findings", "Criteria", "Cards and gaps", "Request", "Response", "Decision"):
        await desk.tab(tab)
        made = await desk.page.locator("#result :is(script, iframe, object, embed, style)").count()
        assert made == 0
        hosts = await desk.page.locator("#result a").evaluate_all("all => all.map((a) => new URL(a.href).origin)")
        assert set(hosts) <= {desk.base}
    assert await desk.page.evaluate("window.ran") is None
    quoted = await desk.card.locator(".detail").inner_text()
    assert "leans forward on a cart" in quoted
    assert "\u202e" not in await desk.page.locator("#result").inner_text()


async def test_invisible_characters_are_shown_as_their_numbers(desk: Desk) -> None:
    await desk.page.goto(f"{desk.base}/sandbox#view=note")
    made = await desk.page.evaluate(
        """async ([text, base]) => {
          const { shown } = await import(`${base}/sandbox/static/dom.js`);
          const place = document.createElement("p");
          place.append(...shown(text));
          return place.textContent;
        }""",
        ["a\u202eb\u2066c\u200bd\tx\U0001f600", desk.base],
    )

    assert made == "aU+202EbU+2066cU+200Bd\tx\U0001f600"
