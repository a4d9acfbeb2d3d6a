"""The load generator: connections that are kept open, each sending its next call when the last is answered. In: a port
and bodies. Out: the answers in the order of the bodies, and how long each took. It is written for little CPU of its
own, since it shares the machine with what it measures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.servers import PATH


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to a run of calls, the seconds each took, and the seconds of the whole run."""

    bodies: tuple[bytes, ...]
    seconds: tuple[float, ...]
    elapsed: float


async def send(port: int, bodies: Sequence[bytes], connections: int) -> Answered:
    """Send every body once, over so many connections at the same time; raises RuntimeError for an answer but 200."""
    answers = [b""] * len(bodies)
    seconds = [0.0] * len(bodies)
    numbers = iter(range(len(bodies)))
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_one_connection(port, bodies, numbers, answers, seconds))
    return Answered(tuple(answers), tuple(seconds), time.perf_counter() - began)


async def _one_connection(
    port: int, bodies: Sequence[bytes], numbers: Iterator[int], answers: list[bytes], seconds: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in numbers:
        sent = time.perf_counter()
        body = bodies[number]
        writer.write(
            b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % (PATH.encode(), len(body))
        )
        writer.write(body)
        await writer.drain()
        answers[number] = await _answer(reader)
        seconds[number] = time.perf_counter() - sent
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"a call was answered with {head[:40]!r}: {body[:200]!r}")
    return body
