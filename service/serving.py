"""Running the application on its sockets until somebody ends it. In: an app, an address. Out: a served process
that stops cleanly on Ctrl-C or SIGTERM, or one sentence on why the address cannot be had."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from types import FrameType

import uvicorn
from fastapi import FastAPI

# How long calls under way may take to end once the service has been asked to stop.
FAREWELL_SECONDS = 3
# How many more objects than now may exist before garbage is looked for.
GARBAGE_OBJECTS = 50_000


class CannotListen(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything else is started; raises `CannotListen`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(1024)
    except OSError as problem:
        taken.close()
        if problem.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"Port {port} on {host} is in use by another program; end that, or set CARTSIGN_PORT to a free port."
            ) from problem
        if problem.errno == errno.EACCES:
            raise CannotListen(f"Port {port} is not allowed for this user; set CARTSIGN_PORT above 1023.") from problem
        raise CannotListen(f"Cannot listen on {host}, port {port}: {problem.strerror}.") from problem
    return taken


def serve(
    app: FastAPI, listening: Sequence[socket.socket], *, started: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; `started` runs beside it once the first request can be answered."""
    config = uvicorn.Config(
        app,
        log_config=None,
        # Paths hold evidence tokens and searches hold patient ids; our own log line stands for a call.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=FAREWELL_SECONDS,
    )
    collect_rarely()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(_Server(config), listening, started))


def collect_rarely() -> None:
    """Spare what is loaded now from garbage collection, and collect less often from here on."""
    # The knowledge is some hundred thousand small objects that live as long as the process. Without this a full
    # collection walks them all and holds up a call for more than a tenth of a second.
    gc.collect()
    gc.freeze()
    # A long chart is a hundred thousand objects, none of them garbage before the call ends: looking for cycles among
    # them after every 700 costs more than decoding them.
    gc.set_threshold(GARBAGE_OBJECTS, 20, 20)


async def _serve(
    server: _Server, listening: Sequence[socket.socket], started: Callable[[], Awaitable[None]] | None
) -> None:
    beside = asyncio.create_task(_once_started(server, started))
    beside.add_done_callback(server.stop_if_failed)
    try:
        await server.serve(sockets=list(listening))
    finally:
        beside.cancel()
        await asyncio.wait([beside])
    if not beside.cancelled() and (problem := beside.exception()) is not None:
        raise problem
    if not server.started:
        raise CannotListen("The service could not start; the lines above say why.")


class _Server(uvicorn.Server):
    """Uvicorn, which otherwise raises the signal again once it has stopped: a clean stop is no failure."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    def stop_if_failed(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.should_exit = True


async def _once_started(server: uvicorn.Server, then: Callable[[], Awaitable[None]] | None) -> None:
    if then is None:
        return
    while not server.started:
        await asyncio.sleep(0.01)
    await then()
