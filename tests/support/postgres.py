"""A PostgreSQL cluster of our own: Debian's programs, a temporary folder, a free port; durable enough for tests only.
Its clock stands in another zone and its texts are UTF-8, as a site's may well be."""

import functools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "timezone": "America/St_Johns",
    "listen_addresses": "127.0.0.1",
}
START_SECONDS = 60


@functools.cache
def programs() -> Path | None:
    """The folder with `initdb` and `postgres`: in the PATH, else where Debian puts the newest."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).resolve().parent
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda folder: int(re.sub(r"\D", "", folder.parent.name) or 0), default=None)


def why_no_postgres() -> str | None:
    """What is missing, and how to get it; None where a cluster can be started."""
    if programs() is None:
        return "there is no PostgreSQL; on Debian: apt-get install --no-install-recommends postgresql"
    if os.geteuid() == 0 and _user() is None:
        return "PostgreSQL refuses to run as root, and there is no user `postgres` to run it"
    return None


def _user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


class Cluster:
    """One cluster, which can be stopped, killed and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.server: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        # PostgreSQL keeps its texts where only its user can read them, and refuses to run as root.
        self.folder.chmod(0o700)
        if user := self._user():
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = self._run("initdb", "-D", str(self.folder / "data"), *options)
        output, _ = made.communicate()
        assert made.returncode == 0, output.decode()

    def start(self) -> None:
        """Start the server and wait until it answers; once more where a killed one has left its lock."""
        for attempt in range(2):
            given = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
            sockets = ["-c", f"unix_socket_directories={self.folder}", "-p", str(self.port)]
            with open(self.folder / "log", "ab") as log:
                self.server = self._run("postgres", "-D", str(self.folder / "data"), *sockets, *given, output=log)
            if self._answers():
                return
            said = (self.folder / "log").read_text(errors="replace")
            assert attempt == 0 and ("already exists" in said or "pre-existing shared memory" in said), said[-2000:]

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT closes every connection, SIGKILL is what a power cut does."""
        if self.server is not None:
            self.server.send_signal(how)
            self.server.wait(30)
            self.server = None

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str = "template0") -> None:
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")

    def run(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _answers(self) -> bool:
        assert self.server is not None
        until = time.monotonic() + START_SECONDS
        while self.server.poll() is None and time.monotonic() < until:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _run(self, program: str, *arguments: str, output: object = subprocess.PIPE) -> "subprocess.Popen[bytes]":
        folder, user = programs(), self._user()
        assert folder is not None
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        return subprocess.Popen(
            [str(folder / program), *arguments],
            cwd=self.folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            **as_user,
        )

    @staticmethod
    def _user() -> pwd.struct_passwd | None:
        return _user() if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A cluster until the block ends; its folder goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="cartsign-postgresql-"))
    cluster = Cluster(folder)
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)
