"""Our CDS Services: what discovery says, what a handler passes on, and how the call's time is kept."""

from datetime import UTC, datetime
from pathlib import Path

from support.running import CALL, a_request, running, settings_for

from cds_hooks import AcceptedSuggestion, CDSResponse, Feedback, OverrideReason
from service.hooks import HOOKS, SERVICE_ID, feedback_row, service_on, with_evidence


def test_the_service_is_defined_once_for_each_hook_without_advice_against_it() -> None:
    services = [service_on(hook) for hook in HOOKS]

    assert [(service.id, service.hook) for service in services] == [(SERVICE_ID, hook) for hook in HOOKS]
    assert all(service.title for service in services)


def test_feedback_becomes_a_plain_row() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    item = Feedback("card", "overridden", at, override_reason=OverrideReason("imagingDone", "urn:x", "Done", "by fax"))
    accepted = Feedback("card", "accepted", at, (AcceptedSuggestion("a"), AcceptedSuggestion("b")))

    row = feedback_row("north", SERVICE_ID, item, at)
    assert (row.card, row.outcome, row.outcome_at) == ("card", "overridden", at)
    assert (row.reason_code, row.reason_system, row.comment) == ("imagingDone", "urn:x", "by fax")
    assert feedback_row("north", SERVICE_ID, accepted, at).accepted == ("a", "b")


def test_without_a_link_the_response_is_left_as_it_is() -> None:
    response = CDSResponse()

    assert with_evidence(response, None) is response


async def test_a_card_names_its_rule_and_carries_an_icon_that_is_there(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        source = (await service.call(a_request("demo-probable")))["cards"][0]["source"]
        assert source["url"].endswith("/rules/probable-neurogenic-claudication")
        about, icon = [await service.client.get(source[key]) for key in ("url", "icon")]

    assert (about.status_code, icon.status_code, icon.headers["content-type"]) == (200, 200, "image/png")
    # The header of a PNG: width, height, and colour type 2, which is RGB without transparency.
    assert icon.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert (icon.content[16:24], icon.content[25]) == (b"\x00\x00\x00d\x00\x00\x00d", 2)


# Were the deadline not kept, the next two would wait for ever: the FHIR server never answers one of the searches.


async def test_an_optional_search_that_is_never_answered_is_a_gap(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, deadline_ms=1000), silent="/DocumentReference") as service:
        await service.call(a_request("demo-probable"))
        exposed = (await service.client.get("/metrics")).text

    assert 'cartsign_gaps_total{code="failed",key="documents"} 1.0' in exposed


async def test_a_required_search_that_is_never_answered_is_a_412(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, deadline_ms=1000), silent="/Condition") as service:
        answer = await service.client.post(CALL, json=a_request())

    assert (answer.status_code, answer.json()["issue"][0]["expression"]) == (412, ["prefetch.conditions"])
