"""Dates that cannot all be true: the chart is still read, and nothing that needs a date is made up."""

import base64
from pathlib import Path
from typing import Any

import pytest
from support.running import a_request, running, settings_for, topics

CLAUDICATION = "Both thighs ache when he walks a block, better leaning on the cart."
SUBJECT = {"subject": {"reference": "Patient/p"}}


def note(date: Any, text: str = CLAUDICATION) -> dict[str, Any]:
    attachment = {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}
    body = {"resourceType": "DocumentReference", "id": "note", "status": "current", **SUBJECT, "date": date}
    return {**body, "content": [{"attachment": attachment}]}


def request(*documents: dict[str, Any], birth: str = "1954-03-01", conditions: tuple[Any, ...] = ()) -> dict[str, Any]:
    def bundle(resources: tuple[Any, ...]) -> dict[str, Any]:
        return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}

    made = a_request()
    made["context"]["patientId"] = "p"
    del made["fhirServer"]
    made["prefetch"] = {
        "patient": {"resourceType": "Patient", "id": "p", "birthDate": birth},
        "conditions": bundle(conditions),
        "observations": bundle(()),
        "documents": bundle(documents),
    }
    return made


async def shown(tmp_path: Path, made: dict[str, Any]) -> dict[str, Any]:
    async with running(settings_for(tmp_path)) as service:
        return await service.call(made)


@pytest.mark.parametrize("date", ["2026-11-02T09:00:00Z", "2099-01-01", "2026-02-31", "yesterday", None, 20261102])
async def test_a_note_with_an_impossible_date_is_read_all_the_same(tmp_path: Path, date: Any) -> None:
    assert topics(await shown(tmp_path, request(note(date)))) == ["neurogenicClaudication"]


@pytest.mark.parametrize("birth", ["2030-01-01", "1850-01-01", "1954-02-31"])
async def test_an_impossible_birth_date_is_an_unknown_age_and_excludes_nobody(tmp_path: Path, birth: str) -> None:
    response = await shown(tmp_path, request(note("2026-11-02"), birth=birth))
    assert topics(response) == ["neurogenicClaudication"]
    assert "Age" not in response["cards"][0]["detail"]


async def test_a_problem_that_ended_before_it_began_is_over(tmp_path: Path) -> None:
    """The record says that it has ended: it says the least, and a known diagnosis that is over silences nothing."""
    ended = {
        "resourceType": "Condition",
        "id": "c",
        **SUBJECT,
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M48.062"}]},
        "onsetDateTime": "2026-10-01",
        "abatementDateTime": "2025-10-01",
    }
    response = await shown(tmp_path, request(note("2026-11-02"), conditions=(ended,)))
    assert topics(response) == ["neurogenicClaudication"]


async def test_an_older_note_wins_over_nothing_and_a_newer_denial_is_shown_beside_it(tmp_path: Path) -> None:
    denial = {**note("2026-11-20", "Leg pain on walking is not eased by leaning forward."), "id": "later"}
    response = await shown(tmp_path, request(note("2026-01-10"), denial))
    assert topics(response) == ["historyIncomplete"]
    detail = response["cards"][0]["detail"]
    assert "better leaning on the cart" in detail
    assert "not eased by leaning forward" in detail
