"""Real servers on this machine that remember who came, a name server that leads every name to one of them, and the
service with its real HTTP client, so that whatever leaves it arrives where it can be seen."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from support.registered import register
from support.running import BASE, Running, shipped_knowledge

from service.app import create_app
from service.fhir.client import open_http
from service.settings import Settings
from service.storage.clients import ClientRow

# Where names lead that nobody registered.
CANARY = "127.0.0.2"
EHR = "127.0.0.1"

Answered = tuple[int, Mapping[str, str], Any]


def not_found(_target: str) -> Answered:
    return 404, {}, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]}


@dataclass
class Listener:
    """A server on one address: how many connections it took, and the requests that came over them."""

    answer: Callable[[str], Answered] = not_found
    connections: int = 0
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        target = first.split(" ")[1]
        self.requests.append((target, headers))
        status, more, body = self.answer(target)
        content = json.dumps(body).encode()
        sent = {"Content-Length": str(len(content)), "Connection": "close", **more}
        writer.write(f"HTTP/1.1 {status} X\r\n".encode())
        writer.write("".join(f"{name}: {value}\r\n" for name, value in sent.items()).encode() + b"\r\n" + content)
        await writer.drain()
        writer.close()

    @property
    def tokens(self) -> list[str]:
        return [headers["authorization"] for _, headers in self.requests if "authorization" in headers]


@dataclass(frozen=True)
class Place:
    """The EHR and, at another address with the same port and at the same address with another, two canaries."""

    port: int
    other_port: int
    ehr: Listener
    canary: Listener
    beside: Listener

    @property
    def base(self) -> str:
        return f"http://ehr.example.org:{self.port}/fhir"

    @property
    def everybody(self) -> tuple[Listener, ...]:
        return self.ehr, self.canary, self.beside


@asynccontextmanager
async def listening(answer: Callable[[str], Answered] = not_found) -> AsyncIterator[Place]:
    """The three of them while they listen; `answer` is the EHR's, by target."""
    ehr, canary, beside = Listener(answer), Listener(), Listener()
    async with AsyncExitStack() as stack:
        port = await _bind(stack, ehr, EHR, 0)
        await _bind(stack, canary, CANARY, port)
        other = await _bind(stack, beside, EHR, 0)
        yield Place(port, other, ehr, canary, beside)


async def _bind(stack: AsyncExitStack, listener: Listener, address: str, port: int) -> int:
    server = await stack.enter_async_context(await asyncio.start_server(listener.serve, address, port))
    bound: int = server.sockets[0].getsockname()[1]
    return bound


class Names:
    """A name server: what it says of a name, one answer after the other, the last for ever; every other name leads to
    the canary. It keeps what it was asked, and where connections were tried, since nobody listens at most addresses."""

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self.known = {name: list(answers) for name, answers in known.items()}
        self.asked: list[str] = []
        self.dialled: list[tuple[str | None, int | None]] = []

    def __call__(self, host: str, port: Any, *_: Any, **__: Any) -> list[Any]:
        self.asked.append(host)
        answers = self.known.get(host, [CANARY])
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port or 0))]

    def answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be what the system asks, and stand beside every connection that is opened."""
        open_connection = asyncio.BaseEventLoop.create_connection

        async def noted(
            loop: asyncio.BaseEventLoop, made: Any, host: str | None = None, port: int | None = None, **more: Any
        ) -> Any:
            self.dialled.append((host, port))
            return await open_connection(loop, made, host, port, **more)

        monkeypatch.setattr(socket, "getaddrinfo", self)
        monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", noted)


@asynccontextmanager
async def networked(settings: Settings, *rows: ClientRow) -> AsyncIterator[Running]:
    """The application with the HTTP client that it really has."""
    await register(settings, *rows)
    app = create_app(settings, http=open_http(), knowledge=shipped_knowledge())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield Running(app, client, [])
