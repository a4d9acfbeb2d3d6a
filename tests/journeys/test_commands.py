"""The commands as a newcomer starts them: real processes, real sockets, no terminal and no input."""

import functools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

CARTSIGN = Path(sys.executable).parent / "cartsign"
STARTS_WITHIN = 60
# Without whatever proxy the machine has: the service is on this one.
get = functools.partial(httpx.get, trust_env=False)


def environment(tmp_path: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARTSIGN_")}
    places = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "CARTSIGN_PORT": "0"}
    # A machine that is busy with other things decides the same, later.
    return kept | places | {"CARTSIGN_DEADLINE_MS": "30000"} | settings


@contextmanager
def started(tmp_path: Path, *command: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A command that serves, with what it has printed until it says how to end it."""
    with (tmp_path / "stderr").open("w") as stderr:
        process = subprocess.Popen(
            [CARTSIGN, *command],
            env=environment(tmp_path, **settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                break
        yield process, said
    finally:
        process.kill()
        process.communicate()


def url_in(said: list[str]) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", "\n".join(said))
    assert found, said
    return found[0]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_shows_a_card_serves_and_ends_cleanly(tmp_path: Path, end: signal.Signals) -> None:
    with started(tmp_path, "demo", "--at", "2026-11-30T09:00:00Z") as (process, said):
        url = url_in(said)
        shown = "\n".join(said)
        discovery = get(f"{url}/cds-services").json()
        link = re.search(r"http://\S+/evidence/\S+", shown)
        assert link
        page = get(link[0])

        process.send_signal(end)
        rest, _ = process.communicate(timeout=STARTS_WITHIN)

    assert process.returncode == 0
    assert rest.strip() == "Stopped."
    assert "[INFO] Cartsign / neurogenicClaudication" in shown
    assert "What was found" in shown
    assert "[ ] " in shown
    assert "\x1b" not in shown
    assert len(discovery["services"]) == 4
    assert page.status_code == 200
    assert (tmp_path / "stderr").read_text() == ""
    assert (tmp_path / "data" / "cartsign" / "cartsign.sqlite3").stat().st_mode & 0o777 == 0o600


def test_the_demo_needs_no_standard_streams_at_all(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {CARTSIGN} demo <&- >&- 2>&-"],
        env=environment(tmp_path, CARTSIGN_PORT=str(port)),
    )
    try:
        answer = when_it_answers(f"http://127.0.0.1:{port}/livez", process)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(STARTS_WITHIN)

    assert (answer.status_code, code) == (200, 0)


def when_it_answers(url: str, process: subprocess.Popen[bytes]) -> httpx.Response:
    while process.poll() is None:
        try:
            return get(url)
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the process ended with {process.returncode}")


def test_call_shows_what_a_running_service_answers(tmp_path: Path) -> None:
    with started(tmp_path, "demo", "--at", "2026-11-30T09:00:00Z") as (_, said):
        url = url_in(said)
        run = [CARTSIGN, "call", "--url", url]
        red_flag = subprocess.run(
            [*run, "demo-red-flag", "--hook", "order-sign"], capture_output=True, text=True, env=environment(tmp_path)
        )
        as_json = subprocess.run([*run, "silent", "--json"], capture_output=True, text=True, env=environment(tmp_path))
        unknown = subprocess.run([*run, "nobody"], capture_output=True, text=True, env=environment(tmp_path))

    assert (red_flag.returncode, red_flag.stdout.startswith("[CRITICAL] Cartsign / spinalRedFlag")) == (0, True)
    assert json.loads(as_json.stdout) == {"cards": []}
    assert unknown.returncode == 1
    assert "demo-vascular" in unknown.stderr


def test_a_port_in_use_gets_one_clear_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = subprocess.run(
            [CARTSIGN, "demo"],
            env=environment(tmp_path, CARTSIGN_PORT=port),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=STARTS_WITHIN,
        )

    assert run.returncode != 0
    assert len(run.stderr.splitlines()) == 1
    assert f"Port {port} on 127.0.0.1 is in use" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_in_open_trust_has_no_sandbox_and_logs_json(tmp_path: Path) -> None:
    with started(tmp_path, "serve", CARTSIGN_TRUST="open") as (process, said):
        url = url_in(said)
        ready = get(f"{url}/readyz")
        sandbox = get(f"{url}/sandbox/fhir/metadata")
        httpx.post(f"{url}/cds-services/neurogenic-claudication", json={}, trust_env=False)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=STARTS_WITHIN)

    assert (process.returncode, ready.status_code, sandbox.status_code) == (0, 200, 404)
    assert all(json.loads(line)["event"] for line in (tmp_path / "stderr").read_text().splitlines())


def test_decide_reads_standard_input_and_needs_no_network_or_home(tmp_path: Path) -> None:
    request = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p"},
        "prefetch": {"patient": {"resourceType": "Patient", "id": "p"}, "conditions": None, "observations": None},
    }
    run = subprocess.run(
        [CARTSIGN, "decide", "-", "--at", "2026-11-30T09:00:00Z"],
        env=environment(tmp_path, HOME="/nonexistent"),
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=STARTS_WITHIN,
    )

    assert run.returncode == 0
    assert json.loads(run.stdout)["state"] == "silent"
    assert "ms" in run.stderr
    assert not (tmp_path / "data").exists()


def test_deciding_loads_neither_web_server_nor_database() -> None:
    code = "import sys, service.cli, service.offline; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not {"fastapi", "uvicorn", "sqlalchemy", "alembic", "jinja2", "fhir"} & set(loaded)
