"""The bench, run by `make bench`. In: nothing, or `--memory`. Out: a table of what a call of `patient-view` costs the
server, beside the baseline in the same run; every answer has been compared with what `decide` says."""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import expected, load, steps
from bench.bodies import body, hook_instance
from bench.servers import Server, baseline, cartsign

from service.knowledge.load import load_knowledge
from service.knowledge.model import Knowledge
from service.logs import configure
from service.serving import collect_rarely

# How many Observations a chart has, and how many calls make a round.
SIZES = {50: 300, 1000: 40}
ROUNDS = 5
CONNECTIONS = 4
# Of each round this share is sent one call at a time, which is when latency means something.
ALONE = 3
MEMORY_CALLS = 10_000
HEADER = (
    f"{'observations':>12} {'server':>9} {'CPU ms/call':>12} {'ratio':>6} {'calls/s':>8} {'p50 ms':>7} {'p95 ms':>7}"
)
# The records of the last calls are written after their answers; they belong to the calls.
SETTLE_SECONDS = 0.3


@dataclass(slots=True)
class Tally:
    """What one server spent on the calls of one size."""

    calls: int = 0
    cpu: float = 0.0
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        return self.cpu / self.calls * 1000

    def latency(self, percent: int) -> float:
        """A percentile of the latencies in milliseconds."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help=f"measure memory over {MEMORY_CALLS:,} calls instead")
    given = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(memory(Path(folder)) if given.memory else cpu(Path(folder)))


async def cpu(folder: Path) -> None:
    knowledge = load_knowledge()
    print("patient-view, recording on (SQLite on disk, CARTSIGN_RECORD=decision), CARTSIGN_TRUST=open, one worker,")
    print("every body distinct, half of the charts positive, a note of about 2 kB in each; baseline: orjson.loads of")
    print("the same bodies and a constant card.\n")
    print(HEADER)
    with cartsign(folder / "bench.sqlite3") as ours, baseline(folder / "baseline.log") as theirs:
        for observations, calls in SIZES.items():
            tallies = {server.name: Tally() for server in (ours, theirs)}
            for number in range(ROUNDS + 1):
                bodies = [body(n, observations) for n in range(number * calls, (number + 1) * calls)]
                answers: Sequence[bytes] = ()
                for server in (theirs, ours):
                    # The first round warms up.
                    tally = tallies[server.name] if number else Tally()
                    answers = await measured(server, bodies, tally)
                await check(bodies, answers, number * calls, observations, knowledge, folder / "bench.sqlite3")
            for server in (ours, theirs):
                print(row(observations, server.name, tallies[server.name], tallies[theirs.name]))
    print(f"\nAll {sum(SIZES.values()) * (ROUNDS + 1)} answers agree with `decide` in state, topic and summary.\n")
    await breakdown(knowledge, folder)


async def measured(server: Server, bodies: Sequence[bytes], tally: Tally) -> tuple[bytes, ...]:
    """Send a round, some calls one at a time and the others side by side; the answers in order."""
    before = server.cpu()
    alone = len(bodies) // ALONE
    first = await load.send(server.port, bodies[:alone], 1)
    others = await load.send(server.port, bodies[alone:], CONNECTIONS)
    await asyncio.sleep(SETTLE_SECONDS)
    tally.cpu += server.cpu() - before
    tally.calls += len(bodies)
    tally.rates.append((len(bodies) - alone) / others.elapsed)
    tally.latencies.extend(first.seconds)
    return first.bodies + others.bodies


async def check(
    bodies: Sequence[bytes],
    answers: Sequence[bytes],
    first: int,
    observations: int,
    knowledge: Knowledge,
    database: Path,
) -> None:
    """End the run at the first answer that is not what `decide` says, or that left no record."""
    states = expected.recorded_states(database)
    for number, (sent, answer) in enumerate(zip(bodies, answers, strict=True), first):
        right = await expected.decided(sent, knowledge)
        outcome = expected.answered(answer, states.get(hook_instance(number, observations), "not recorded"))
        if outcome != right:
            sys.exit(f"call {number} with {observations} Observations: {outcome} instead of {right}")


def row(observations: int, name: str, tally: Tally, base: Tally) -> str:
    return (
        f"{observations:>12} {name:>9} {tally.milliseconds:>12.2f} {tally.milliseconds / base.milliseconds:>6.2f}"
        f" {statistics.median(tally.rates):>8.0f} {tally.latency(50):>7.1f} {tally.latency(95):>7.1f}"
    )


async def breakdown(knowledge: Knowledge, folder: Path) -> None:
    """Where the CPU time goes, the steps called in this process."""
    parts = {}
    # As in the service: log lines go to a file, garbage is collected rarely.
    log = (folder / "steps.log").open("w")
    configure("info", log)
    collect_rarely()
    for observations, calls in SIZES.items():
        bodies = [body(n, observations) for n in range(10**6, 10**6 + calls // 2)]
        await steps.milliseconds(bodies[:10], knowledge, folder)
        parts[observations] = await steps.milliseconds(bodies, knowledge, folder)
    log.close()
    print(f"{'CPU ms/call, steps called in process (HTTP excluded)':<53}" + "".join(f"{n:>7}" for n in SIZES))
    for step in steps.STEPS:
        print(f"{step:<53}" + "".join(f"{parts[n][step]:>7.2f}" for n in SIZES))


async def memory(folder: Path) -> None:
    """Resident memory after the start, and after many distinct calls, one in fifty with 1,000 Observations."""
    with cartsign(folder / "bench.sqlite3") as server:
        await load.send(server.port, [body(0, 50)], 1)
        print(f"after the first call: {server.memory():.0f} MB")
        began, step = time.monotonic(), MEMORY_CALLS // 10
        for done in range(0, MEMORY_CALLS, step):
            bodies = [body(n, 50 if n % 50 else 1000) for n in range(done + 1, done + 1 + step)]
            await load.send(server.port, bodies, CONNECTIONS)
            print(f"after {done + step:>6,} calls: {server.memory():.0f} MB ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
