"""Two worker processes on one SQLite file, as `cartsign serve` runs them: what one has seen, the other knows."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from support.registered import DISCOVERY, PUBLIC

from cds_hooks.testing import PretendEHR

CARTSIGN = Path(sys.executable).parent / "cartsign"
ROUNDS = 20


def environment(folder: Path, **more: str) -> dict[str, str]:
    return os.environ | {
        "CARTSIGN_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/shared.sqlite3",
        "CARTSIGN_PUBLIC_URL": PUBLIC,
        "CARTSIGN_PORT": "0",
        **more,
    }


@contextmanager
def worker(folder: Path, **more: str) -> Iterator[tuple[str, list[str]]]:
    """A serving process: where it listens, and what it said of itself."""
    process = subprocess.Popen(
        [CARTSIGN, "serve"],
        env=environment(folder, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break
        (here,) = [line.split()[-1] for line in said if line.startswith("Listening")]
        yield here, said
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.fixture
def ehr(tmp_path: Path) -> PretendEHR:
    client = PretendEHR()
    (tmp_path / "keys.json").write_text(json.dumps(client.jwks))
    command = ["client", "add", "north", "--issuer", client.issuer, "--jwks", str(tmp_path / "keys.json")]
    subprocess.run([CARTSIGN, *command], env=environment(tmp_path), check=True, capture_output=True)
    return client


def at_once(urls: list[str], headers: dict[str, str]) -> list[int]:
    """The statuses of the same request to each of the workers, sent at the same time."""
    together = threading.Barrier(len(urls))
    statuses: list[int] = []

    def ask(url: str) -> None:
        with httpx.Client(trust_env=False, timeout=30) as http:
            together.wait()
            statuses.append(http.get(f"{url}{DISCOVERY}", headers=headers).status_code)

    asking = [threading.Thread(target=ask, args=[url]) for url in urls]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    return statuses


def test_a_token_sent_to_two_workers_at_the_same_time_passes_once(tmp_path: Path, ehr: PretendEHR) -> None:
    """SEC-20"""
    with ExitStack() as stack:
        urls = [stack.enter_context(worker(tmp_path))[0] for _ in range(2)]
        for _ in range(ROUNDS):
            token = ehr.token(f"{PUBLIC}{DISCOVERY}", datetime.now(UTC))
            headers = {"Authorization": f"Bearer {token}"}
            assert sorted(at_once(urls, headers)) == [200, 401]
            assert at_once(urls, headers) == [401, 401]


def test_health_has_a_port_of_its_own_when_asked(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with worker(tmp_path, CARTSIGN_HEALTH_PORT=str(port)) as (here, said), httpx.Client(trust_env=False) as http:
        health = f"http://127.0.0.1:{port}"
        assert any(f"{health}/readyz" in line for line in said)
        for path in ("/livez", "/readyz", "/metrics"):
            assert http.get(f"{health}{path}").status_code == 200
            assert http.get(f"{here}{path}").status_code == 404
        assert http.get(f"{health}{DISCOVERY}").status_code == 404
        assert http.get(f"{here}{DISCOVERY}").status_code == 401
