"""Nothing of a patient and no token leaves by a side door: marked strings are planted in every field of a request, and
every log line, metric and error body is searched for them."""

import io
import logging
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import structlog
from support.running import CALL, FHIR, Running, a_request, running, settings_for

import service.hooks
from service import logs

MARK = "zqx7mark"
TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read", "subject": "cartsign"}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything logged while the test runs, by us and by every library, down to the finest level."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    out = io.StringIO()
    logs.configure("debug", out)
    root.setLevel(logging.DEBUG)
    yield out
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers, root.level = before


def leaves(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, *path, key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, *path, index)
    else:
        yield path


def planted(request: dict[str, Any], *paths: tuple[Any, ...]) -> dict[str, Any]:
    """The request with the mark put before, after, or in place of what stands at each path."""
    spoilt = deepcopy(request)
    for path in paths:
        *way, last = path
        place = spoilt
        for key in way:
            place = place[key]
        place[last] = f"{place[last]} {MARK}" if isinstance(place[last], str) else MARK
    return spoilt


async def asserting_silence(service: Running, lines: io.StringIO, request: dict[str, Any]) -> int:
    """Send a request, and look for the mark wherever it must not be."""
    answer = await service.client.post(CALL, json=request)
    if answer.status_code != 200:
        assert MARK not in answer.text
    assert MARK not in str(answer.headers)
    assert MARK not in (await service.client.get("/metrics")).text
    assert MARK not in (await service.client.get("/readyz")).text
    assert MARK not in lines.getvalue()
    return answer.status_code


async def test_no_field_of_the_envelope_shows_up_in_logs_metrics_or_errors(tmp_path: Path, lines: io.StringIO) -> None:
    async with running(settings_for(tmp_path)) as service:
        request = a_request("demo-probable", "order-select", fhirAuthorization=TOKEN, extension={"x": "y"})
        statuses = [await asserting_silence(service, lines, planted(request, path)) for path in leaves(request)]

    assert {200, 400} <= set(statuses)
    assert "hook call" in lines.getvalue()


async def test_no_text_of_a_chart_shows_up_in_logs_or_metrics(tmp_path: Path, lines: io.StringIO) -> None:
    async with running(settings_for(tmp_path)) as service:
        request = a_request(prefetch=await service.prefetch("demo-probable"))
        structure = {"resourceType", "id", "reference", "status", "system", "code", "type"}
        chart = [path for path in leaves(request["prefetch"]) if path[-1] not in structure]
        statuses = [
            await asserting_silence(service, lines, request | {"prefetch": planted(request["prefetch"], *chart[:cut])})
            for cut in (20, 60, len(chart))
        ]
        everywhere = planted(request["prefetch"], *leaves(request["prefetch"]))
        statuses.append(await asserting_silence(service, lines, request | {"prefetch": everywhere}))

    assert statuses[:3] == [200, 200, 200]


async def test_a_failure_inside_shows_nothing_of_what_it_failed_on(
    tmp_path: Path, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError(f"cannot decide on {MARK}")

    monkeypatch.setattr(service.hooks, "decide", broken)
    async with running(settings_for(tmp_path)) as running_service:
        status = await asserting_silence(running_service, lines, a_request())

    assert status == 500
    assert "RuntimeError" in lines.getvalue()


async def test_a_token_for_another_server_is_in_no_answer_and_no_log(tmp_path: Path, lines: io.StringIO) -> None:
    async with running(settings_for(tmp_path)) as service:
        request = a_request(
            fhirServer=f"{FHIR}/{MARK}", fhirAuthorization={**TOKEN, "access_token": MARK, "scope": MARK}
        )
        assert await asserting_silence(service, lines, request) == 412


async def test_the_evidence_token_is_in_no_log(tmp_path: Path, lines: io.StringIO) -> None:
    async with running(settings_for(tmp_path)) as service:
        (card,) = (await service.call(a_request()))["cards"]
        url = card["links"][0]["url"]
        assert (await service.client.get(url)).status_code == 200

    assert url.rsplit("/", 1)[-1] not in lines.getvalue()


async def test_feedback_comments_stay_in_the_database(tmp_path: Path, lines: io.StringIO) -> None:
    item = {
        "card": MARK,
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-30T09:01:00Z",
        "overrideReason": {"reason": {"code": MARK, "system": MARK, "display": MARK}, "userComment": MARK},
    }
    async with running(settings_for(tmp_path)) as service:
        good = await service.client.post(f"{CALL}/feedback", json={"feedback": [item]})
        bad = await service.client.post(f"{CALL}/feedback", json={"feedback": [{**item, "outcome": MARK}]})
        metrics = (await service.client.get("/metrics")).text

    assert (good.status_code, bad.status_code) == (200, 400)
    assert MARK not in good.text + bad.text + metrics + lines.getvalue()
