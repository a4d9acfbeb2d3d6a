"""The mock EHR as a client of a registered service: in one process, and from nothing to a signed card with three
commands, as docs/running.md tells it, with real processes and real sockets."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from support.registered import DISCOVERY, FEEDBACK, PUBLIC, a_row, registered_service, registered_settings
from support.running import AT, BASE, CALL, FHIR, INSTANCE, topics

from cds_hooks.testing import PretendEHR
from service.sandbox.demo import demo_request
from service.sandbox.ehr import Neighbours, create_ehr

CARTSIGN = Path(sys.executable).parent / "cartsign"
WITHIN = 60.0


async def test_what_its_page_sends_is_signed_verified_and_answered_and_its_fhir_token_used(tmp_path: Path) -> None:
    """SEC-2, SEC-3, AUTH-1."""
    client = PretendEHR(issuer="http://127.0.0.1:8001")
    row = a_row(client, "mock-ehr", fhir_networks=("127.0.0.1/32",))
    async with registered_service(registered_settings(tmp_path), row) as service:
        onward = httpx.AsyncClient(transport=httpx.ASGITransport(service.app))
        app = create_ehr(client, Neighbours(PUBLIC, BASE, FHIR), onward, lambda: AT)
        page = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=client.issuer)
        async with app.router.lifespan_context(app), page:
            discovery = await page.get(DISCOVERY)
            answer = await page.post(CALL, json=demo_request("demo-mixed", "patient-view", FHIR, INSTANCE))
            unknown = {"card": INSTANCE, "outcome": "overridden", "outcomeTimestamp": AT.isoformat()}
            feedback = await page.post(FEEDBACK, json={"feedback": [unknown]})
        unsigned = await service.client.get(DISCOVERY)

    assert [reply.status_code for reply in (discovery, answer, feedback, unsigned)] == [200, 200, 200, 401]
    assert topics(answer.json()) == ["mixedClaudication"]
    tokens = {request.headers["authorization"] for request in service.asked}
    assert len(tokens) == 1
    assert tokens.pop().startswith("Bearer demo-")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARTSIGN_")}
    return kept | {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")} | settings


@contextmanager
def serving(folder: Path, *command: str, **settings: str) -> Iterator[list[str]]:
    """What a command that serves has printed until it says how to end it; it has to end well when it is asked to."""
    with (folder / f"{command[0]}.log").open("w") as log:
        process = subprocess.Popen(
            [CARTSIGN, *command],
            env=environment(folder, **settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                break
        yield said
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def url_in(said: list[str]) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", "\n".join(said))
    assert found, said
    return found[0]


def once_known(ehr: httpx.Client) -> httpx.Response:
    """The discovery, once the service has read the new registration."""
    until = time.monotonic() + WITHIN
    while (answer := ehr.get(DISCOVERY)).status_code == 401 and time.monotonic() < until:
        time.sleep(0.1)
    return answer


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    settings = {"CARTSIGN_PORT": "0", "CARTSIGN_DEADLINE_MS": "30000"}
    with serving(tmp_path, "serve", **settings) as said:
        yield url_in(said)


def test_the_printed_command_registers_the_mock_ehr_and_its_signed_calls_are_answered(
    tmp_path: Path, service: str
) -> None:
    with serving(tmp_path, "ehr", "--port", "0", "--service", service) as said:
        url = url_in(said)
        (command,) = (line for line in said if line.startswith("  cartsign client add"))
        with httpx.Client(base_url=url, timeout=WITHIN, trust_env=False) as ehr:
            stranger = ehr.get(DISCOVERY)
            words = [str(CARTSIGN), *shlex.split(command)[1:]]
            registered = subprocess.run(words, env=environment(tmp_path), capture_output=True, text=True)
            assert registered.returncode == 0, registered.stderr

            discovery = once_known(ehr)
            request = demo_request("demo-probable", "patient-view", f"{url}/sandbox/fhir", INSTANCE)
            answer = ehr.post(CALL, json=request)
            (card,) = answer.json()["cards"]
            item = {
                "card": card["uuid"],
                "outcome": "accepted",
                "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}],
                "outcomeTimestamp": "2026-11-30T09:00:00Z",
            }
            feedback = ehr.post(FEEDBACK, json={"feedback": [item]})
        unsigned = httpx.post(f"{service}{CALL}", json=request, trust_env=False)

    assert stranger.status_code == 401
    assert len(discovery.json()["services"]) == 4
    assert card["source"]["topic"]["code"] == "neurogenicClaudication"
    assert feedback.status_code == 200
    assert unsigned.status_code == 401
    assert unsigned.content == stranger.content
