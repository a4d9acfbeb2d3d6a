"""The two servers that are compared, each a process of its own. In: which one, and where its database may lie. Out:
`Server`, which says what CPU time and memory its process has used so far, as Linux counts them under `/proc`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.bodies import AT

ROOT = Path(__file__).parents[2]
PATH = "/cds-services/neurogenic-claudication"
_START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its process and the port it listens on."""

    name: str
    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of CPU, user and system, of all threads since the process began; in steps of 10 ms."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


@contextmanager
def cartsign(database: Path) -> Iterator[Server]:
    """`cartsign serve` as it is by default, but for open trust and a pinned clock."""
    port = free_port()
    settings = {
        "CARTSIGN_TRUST": "open",
        "CARTSIGN_RECORD": "decision",
        "CARTSIGN_PORT": str(port),
        "CARTSIGN_DATABASE_URL": f"sqlite+aiosqlite:///{database}",
    }
    command = [str(Path(sys.executable).with_name("cartsign")), "serve", "--at", AT.isoformat()]
    with _started("Cartsign", command, port, settings, log=database.with_suffix(".log")) as server:
        yield server


@contextmanager
def baseline(log: Path) -> Iterator[Server]:
    """The same framework with a constant answer."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("baseline.py")), str(port)]
    with _started("baseline", command, port, {"PYTHONPATH": str(ROOT)}, log=log) as server:
        yield server


@contextmanager
def _started(name: str, command: list[str], port: int, settings: Mapping[str, str], log: Path) -> Iterator[Server]:
    """The server once it accepts connections; its log lines go to a file, as they do at a site."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("CARTSIGN_", "PYTHON"))}
    with log.open("wb") as lines, subprocess.Popen(command, env=own | settings, stdout=lines, stderr=lines) as process:
        try:
            _wait_for(port, process)
            yield Server(name, process.pid, port)
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start: {process.args!r}") from None
            time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
