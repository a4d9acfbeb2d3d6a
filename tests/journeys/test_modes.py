"""What a client's mode does: on shows, shadow decides and records and shows nothing, off does nothing at all. And what
else is the client's own: profile, deadline, FHIR servers."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from support.databases import open_database
from support.registered import FEEDBACK, Signed, a_row, lent, registered_service, registered_settings
from support.running import AT, CALL, FHIR, a_request

from cds_hooks.testing import PretendEHR
from service.storage.history import history
from service.storage.schema import card_events, cards, evidence_links, invocations


async def kept(tmp_path: Path) -> dict[str, int]:
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        return {
            table.name: (await database.read(select(func.count()).select_from(table)))[0][0]
            for table in (invocations, cards, card_events, evidence_links)
        }


async def test_shadow_answers_exactly_as_if_there_were_nothing_to_say_and_records_the_decision(tmp_path: Path) -> None:
    row = a_row(ehr := PretendEHR(), mode="shadow")
    async with registered_service(registered_settings(tmp_path), row) as service:
        caller = Signed(service, ehr)
        found = await caller.post(a_request("demo-probable", **lent()))
        nothing = await caller.post(a_request("demo-silent", **lent()))
        assert (found.status_code, found.content) == (nothing.status_code, nothing.content) == (200, b'{"cards":[]}')
        assert set(found.headers) == set(nothing.headers)
        red = await caller.call("demo-red-flag")
        assert red == {"cards": []}
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        columns = (invocations.c.mode, invocations.c.state, invocations.c.decision)
        first, *others = await database.read(select(*columns).order_by(invocations.c.received_at))
    assert (first.mode, first.state) == ("shadow", "probable")
    assert [held["topic"] for held in json.loads(first.decision)["held"]] == ["neurogenicClaudication"]
    assert {row.mode for row in others} == {"shadow"}
    # No card was shown, so none can be answered, remembered or opened.
    assert await kept(tmp_path) == {"invocations": 3, "cards": 0, "card_events": 0, "evidence_links": 0}


async def test_a_card_that_was_never_shown_is_not_what_is_said_once(tmp_path: Path) -> None:
    draft = {
        "resourceType": "ServiceRequest", "id": "mri", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/demo-possible"}, "code": {"text": "MRI lumbar spine without contrast"},
    }  # fmt: skip

    def signing(hook: str) -> dict[str, Any]:
        request = a_request("demo-possible", hook, **lent())
        request["context"] |= {
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft}]}
        }
        request["context"] |= {"selections": ["ServiceRequest/mri"]} if hook == "order-select" else {}
        return request

    row = a_row(ehr := PretendEHR(), mode="shadow")
    async with registered_service(registered_settings(tmp_path), row) as service:
        caller = Signed(service, ehr)
        for hook in ("order-select", "order-sign"):
            assert (await caller.post(signing(hook))).json() == {"cards": []}
    async with open_database(tmp_path / "cartsign.sqlite3") as database:
        assert await history(database, "north", "demo-possible") == ()


async def test_off_decides_nothing_and_keeps_nothing(tmp_path: Path) -> None:
    row = a_row(ehr := PretendEHR(), mode="off")
    async with registered_service(registered_settings(tmp_path), row) as service:
        caller = Signed(service, ehr)
        assert await caller.call("demo-red-flag") == {"cards": []}
        # Required data that are missing are nobody's concern either.
        assert (await caller.post(a_request())).json() == {"cards": []}
        assert service.asked == []
        item = {"card": "late", "outcome": "overridden", "outcomeTimestamp": AT.isoformat()}
        assert (await caller.post({"feedback": [item]}, FEEDBACK)).status_code == 200
    assert (await kept(tmp_path))["invocations"] == 0


async def test_a_response_is_fitted_to_its_reader(tmp_path: Path) -> None:
    rows = [a_row(PretendEHR(f"https://{name}.example.org"), name, profile=name) for name in ("generic", "epic")]
    ehrs = {row.name: PretendEHR(row.issuers[0]) for row in rows}
    rows = [a_row(ehr, name, profile=name) for name, ehr in ehrs.items()]
    async with registered_service(registered_settings(tmp_path), *rows) as service:
        (plain,), (epic,) = [(await Signed(service, ehr).call())["cards"] for ehr in ehrs.values()]
    assert "extension" not in plain
    assert epic["extension"]["com.epic.cdshooks.card.detail.content-type"] == "text/html"
    assert epic["summary"] == plain["summary"]


async def test_only_the_servers_of_the_client_are_read(tmp_path: Path) -> None:
    """AUTH-16: what one client registered is nobody else's."""
    own, other = PretendEHR("https://own.example.org"), PretendEHR("https://other.example.org")
    rows = a_row(own, "own"), a_row(other, "other", fhir_origins=("https://elsewhere.example.org/fhir",))
    async with registered_service(registered_settings(tmp_path), *rows) as service:
        assert (await Signed(service, own).post(a_request(fhirServer=FHIR, **lent()))).status_code == 200
        asked = len(service.asked)
        assert asked > 0
        refused = await Signed(service, other).post(a_request(fhirServer=FHIR, **lent()))
        assert refused.status_code == 412
        assert len(service.asked) == asked


async def test_a_prefetch_only_client_is_answered_from_its_prefetch_and_nothing_is_asked(tmp_path: Path) -> None:
    row = a_row(ehr := PretendEHR(), fhir_origins=())
    async with registered_service(registered_settings(tmp_path), row) as service:
        caller = Signed(service, ehr)
        prefetch = await service.prefetch("demo-probable")
        answered = await caller.call("demo-probable", prefetch=prefetch)
        lacking = await caller.post(a_request("demo-probable", **lent()))
    assert len(answered["cards"]) == 1
    assert (lacking.status_code, service.asked) == (412, [])
    assert CALL.endswith("neurogenic-claudication")
