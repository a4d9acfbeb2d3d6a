"""Bodies made to keep the service busy: each ends in a refusal that names the limit, or in an answer.

The watchdog bites after a minute; each of these takes a second or two, where some once took minutes.
"""

import json
from typing import Any

import httpx
import pytest
from fuzz.campaign import watchdog
from support.logged import everything_logged
from support.running import CALL, running, settings_for

S = {"reference": "Patient/p"}
CRUEL = "leg pain on walking eases on sitting "


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in resources]}


def condition(number: int, **members: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": f"c{number}", "subject": S, **members}


def observation(**members: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": "o", "status": "final", "subject": S, **members}


def body(context: dict[str, Any] | None = None, **prefetch: Any) -> bytes:
    request = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p"} | (context or {}),
        "prefetch": {"patient": {"resourceType": "Patient", "id": "p"}, "conditions": None, "observations": None}
        | prefetch,
    }
    return json.dumps(request).encode()


async def answered(tmp_path: Any, content: bytes, path: str = CALL) -> httpx.Response:
    with everything_logged():
        async with running(settings_for(tmp_path, record="decision", deadline_ms=10_000)) as service:
            with watchdog():
                return await service.client.post(path, content=content, headers={"content-type": "application/json"})


WHOLE = body()
TAGS = {"contentType": "text/html", "data": "PGEg" * 400_000}
DOCUMENT = {"resourceType": "DocumentReference", "status": "current", "subject": S, "content": [{"attachment": TAGS}]}
DEEP = b"[" * 10**5 + b"]" * 10**5
NESTED = b"[" * 10**6 + b"]" * 10**6
REFUSED: dict[str, tuple[bytes, int, str]] = {
    "tiny resources": (body(conditions=bundle(*[{}] * 30_000)), 413, "more than 25000 resources"),
    "resources over several keys": (
        body(conditions=bundle(*[{}] * 13_000), observations=bundle(*[{}] * 13_000)), 413, "more than 25000 resources",
    ),
    "entries that are numbers": (
        body(conditions={"resourceType": "Bundle", "entry": [1] * 900_000}), 413, "more than 25000 resources",
    ),
    "objects and arrays": (WHOLE[:-1] + b', "x": [' + b"{}," * 600_000 + b"0]}", 413, "more than 500000 objects"),
    "numbers": (WHOLE[:-1] + b', "x": [' + b"1," * 1_100_000 + b"0]}", 413, "more than 1000000 commas"),
    "members": (
        json.dumps({str(n): 0 for n in range(200_000)}).encode(), 400, "The body has more than 1000 members",
    ),
    "prefetch keys": (body(**{str(n): None for n in range(200_000)}), 400, "prefetch has more than 1000 members"),
    "arrays inside arrays": (WHOLE[:-1] + b', "x": ' + DEEP + b"}", 400, "nests deeper than 64 levels"),
    "nothing but nesting": (NESTED, 413, "more than 500000 objects and arrays"),
    "an exponent": (WHOLE.replace(b'"conditions": null', b'"conditions": [1e999999]'), 400, "prefetch.conditions"),
    "a name twice": (WHOLE[:-1] + b', "hook": "patient-view"}', 400, "hook is given more than once"),
    "the same name again and again": (b"{" + b'"x":1,' * 200_000 + b'"x":1}', 400, "x is given more than once"),
    "a byte order mark": (b"\xef\xbb\xbf" + WHOLE, 400, "not well-formed JSON"),
    "two byte letters": (WHOLE.decode().encode("utf-16"), 400, "not UTF-8"),
    "more than a body may hold": (WHOLE + b" " * (16 * 1024 * 1024), 413, "16777216 bytes"),
}  # fmt: skip
ANSWERED: dict[str, bytes] = {
    "text that could not be more crowded": body(conditions=bundle(condition(1, note=[{"text": CRUEL * 4000}]))),
    "a chart of long notes": body(
        conditions=bundle(*(condition(n, note=[{"text": f"{n} " + "walks well. " * 20_000}]) for n in range(12)))
    ),
    "components": body(observations=bundle(observation(component=[{"valueString": "leg"}] * 60_000))),
    "notes that are numbers": body(conditions=bundle(condition(1, note=[1] * 400_000))),
    "codings": body(conditions=bundle(condition(1, code={"coding": [{"code": str(n)} for n in range(60_000)]}))),
    "one resource again and again": body(conditions=bundle(*[condition(1, code={"text": "leg pain"})] * 10_000)),
    "panels of everything": body(
        observations=bundle(
            *(
                observation(id=f"o{n}", hasMember=[{"reference": f"Observation/o{m}"} for m in range(40)])
                for n in range(900)
            )
        )
    ),
    "identifiers": body(
        patient={
            "resourceType": "Patient",
            "id": "p",
            "identifier": [{"system": "s", "value": str(n)} for n in range(60_000)],
        }
    ),
    "contained resources": body(
        conditions=bundle(condition(1, contained=[{"resourceType": "Patient", "id": "x"}] * 60_000))
    ),
    "a long number": body(
        observations=bundle(observation(effectiveDateTime="2026-01-01", valueQuantity={"value": 10**3999, "unit": "m"}))
    ),
    "a number of no size": body(observations=bundle(observation(valueQuantity={"value": 5e-324, "unit": "m"}))),
    "a long string": body(conditions=bundle(condition(1, code={"text": "x" * 3_000_000}))),
    "a long name of a member": body(conditions=bundle(condition(1, **{"x" * 2_000_000: 1}))),
    "escapes": body(conditions=bundle(condition(1, note=[{"text": "\x01\x02" * 300_000}]))),
    "tags without end": body(documents=bundle(DOCUMENT)),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_nobody_needs_is_refused_by_the_name_of_its_limit(tmp_path: Any, name: str) -> None:
    """REQ-13"""
    content, status, limit = REFUSED[name]
    answer = await answered(tmp_path, content)

    assert answer.status_code == status, answer.text
    assert limit in answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("name", ANSWERED)
async def test_what_is_odd_and_not_too_much_is_answered(tmp_path: Any, name: str) -> None:
    answer = await answered(tmp_path, ANSWERED[name])

    assert answer.status_code == 200, answer.text


async def test_a_flood_of_feedback_or_selections_is_refused_by_the_name_of_its_limit(tmp_path: Any) -> None:
    item = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-30T09:01:00Z"}
    feedback = await answered(tmp_path, json.dumps({"feedback": [item] * 1001}).encode(), f"{CALL}/feedback")
    drafts = {"resourceType": "Bundle", "entry": [{}] * 1001}
    orders = json.loads(body({"selections": ["x"] * 1001, "draftOrders": drafts})) | {"hook": "order-select"}
    selections = await answered(tmp_path, json.dumps(orders).encode())
    orders["context"]["selections"] = []
    drafted = await answered(tmp_path, json.dumps(orders).encode())

    assert (feedback.status_code, selections.status_code, drafted.status_code) == (400, 400, 400)
    assert "feedback has more than 1000 elements" in feedback.text
    assert "context.selections has more than 1000 elements" in selections.text
    assert "context.draftOrders has more than 1000 entries" in drafted.text
