"""Mutants sent to the service. In: a seed, how many, and perhaps a single number. Out: how they were answered, and what
was wrong, each with the number that brings it back. The whole service runs in this process, with a file of SQLite and
the sandbox as its FHIR server; as a program this is `make fuzz`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from fuzz.answers import complaints
from fuzz.mutants import Mutant, Originals
from fuzz.strangers import chart_of
from support.hook_calls import example, examples
from support.running import BASE, CALL, HOOKS, Running, a_request, running, settings_for

import service.hooks
from service.decision import Decision
from service.sandbox.demo import DEMO_PATIENTS

SEED = 20_261_130
MUTANTS = 100_000
DEADLINE_MS = 2_000
# An answer takes milliseconds. What has not come after so many seconds will not.
WATCHDOG = 60
# The whole requests among the official examples; the others are fragments, or of another time.
OFFICIAL = (
    "docs--request--quickstart",
    "docs--request--radiology-appropriateness",
    "spec3--request--order-sign--paginated-prefetch",
    "spec3--request--patient-view--with-prefetch-and-token",
)
# Their charts are given to somebody else: red flags, arteries, findings of every kind.
STRANGERS = ("demo-red-flag", "demo-mixed", "demo-acute-limb", "demo-pacemaker", "demo-vendor-shaped")


class Hung(BaseException):
    """The watchdog has bitten. No handler of the service can catch it by accident."""


@dataclass
class Tally:
    """How mutants were answered; `wrong` holds what must not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    cards: int = 0
    strangers: int = 0
    left_out: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return self.statuses.total()

    def __str__(self) -> str:
        shares = ", ".join(f"{status}: {count / self.sent:.1%}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.sent} mutants ({shares}), {self.cards} cards, {self.strangers} with another patient's data, "
            f"which were left out in {self.left_out}; the slowest took {self.slowest:.2f} s; {len(self.wrong)} wrong"
        )


class Campaign:
    """Sends mutants to a running service, one after the other, and looks at every answer."""

    def __init__(self, service: Running, originals: Originals, decided: list[Decision]) -> None:
        self.service = service
        self.originals = originals
        self.decided = decided

    async def send(self, seed: int, numbers: range) -> Tally:
        tally = Tally()
        for number in numbers:
            mutant = self.originals.mutant(seed, number)
            for complaint in [each async for each in self.attempt(mutant, tally)]:
                tally.wrong.append(f"seed {seed}, mutant {number} ({', '.join(mutant.changes)}): {complaint}")
        return tally

    async def attempt(self, mutant: Mutant, tally: Tally) -> AsyncIterator[str]:
        """Send one mutant; everything that is wrong with what came."""
        self.decided.clear()
        began = time.perf_counter()
        path = f"{CALL}/feedback" if mutant.feedback else CALL
        headers = {"content-type": "application/json"}
        try:
            with watchdog():
                answer = await self.service.client.post(path, content=mutant.body, headers=headers)
        except Hung:
            yield f"no answer came within {WATCHDOG} s"
            return
        tally.slowest = max(tally.slowest, time.perf_counter() - began)
        tally.statuses[answer.status_code] += 1
        decision = self.decided[0].to_json() if self.decided else None
        for complaint in complaints(answer, decision, feedback=mutant.feedback):
            yield complaint
        if decision is not None:
            tally.cards += len(decision["cards"])
            tally.strangers += any(change.startswith("another patient: ") for change in mutant.changes)
            tally.left_out += any(gap["code"] in ("other-patient", "no-subject") for gap in decision["gaps"])
        if answer.status_code == 200 and not mutant.feedback and mutant.number % 25 == 0:
            for card in answer.json()["cards"]:
                page = await self.service.client.get(card["links"][0]["url"].removeprefix(BASE))
                if page.status_code != 200:
                    yield f"the page behind a card answers {page.status_code}"


@contextmanager
def watchdog() -> Iterator[None]:
    """Ends what holds the processor as well as what waits for ever."""

    def bite(_signal: int, _frame: FrameType | None) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, bite)
    signal.alarm(WATCHDOG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@asynccontextmanager
async def campaign(folder: Path) -> AsyncIterator[Campaign]:
    """The service while it runs, with what mutants of its requests are made of."""
    decided: list[Decision] = []
    decide = service.hooks.decide

    def watched(*given: Any) -> Decision:
        decided.append(decide(*given))
        return decided[-1]

    service.hooks.decide = watched
    try:
        async with running(settings_for(folder, record="decision", deadline_ms=DEADLINE_MS)) as running_service:
            yield Campaign(running_service, await originals(running_service), decided)
    finally:
        service.hooks.decide = decide


async def originals(running_service: Running) -> Originals:
    """Every demo patient on every hook with full prefetch, and the official examples with a chart."""
    requests = []
    charts = []
    for patient in DEMO_PATIENTS:
        prefetch = await running_service.prefetch(patient.id)
        for hook in HOOKS:
            request = json.dumps(a_request(patient.id, hook, prefetch=prefetch)).encode()
            # order-sign waits for what was just written, so there are fewer of it.
            requests += [request] * (1 if hook == "order-sign" else 3)
        if patient.id in STRANGERS:
            charts.append(chart_of(requests[-1]))
    for name in OFFICIAL:
        request = example(name)
        chart = {"patient": {"resourceType": "Patient", "id": request["context"]["patientId"]}, "conditions": None}
        held = json.loads(requests[0])["prefetch"]["observations"]
        requests.append(json.dumps(request | {"prefetch": chart | {"observations": held}}).encode())
    reports = [json.dumps(report).encode() for report in examples("spec3--feedback").values()]
    return Originals(requests, reports, charts)


async def main(seed: int, numbers: range, keep: Path | None) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with campaign(Path(folder)) as each:
            if keep:
                keep.write_bytes(each.originals.mutant(seed, numbers[0]).body)
            began = time.monotonic()
            tally = Tally()
            for start in range(0, len(numbers), 1000):
                part = await each.send(seed, numbers[start : start + 1000])
                print("\n".join([f"{part}", *part.wrong]), flush=True)
                tally.statuses += part.statuses
                tally.cards += part.cards
                tally.strangers += part.strangers
                tally.left_out += part.left_out
                tally.slowest = max(tally.slowest, part.slowest)
                tally.wrong += part.wrong
    print(f"Seed {seed}: {tally}; {time.monotonic() - began:.0f} s")
    return 1 if tally.wrong or tally.statuses[200] < 0.3 * tally.sent else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Send mutated requests to the service, in this process.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--mutants", type=int, default=MUTANTS)
    parser.add_argument("--only", type=int, help="send this mutant alone, and keep its body in a file")
    given = parser.parse_args()
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    chosen = range(given.mutants) if given.only is None else range(given.only, given.only + 1)
    kept = None if given.only is None else Path(f"fuzz-{given.seed}-{given.only}.json")
    sys.exit(asyncio.run(main(given.seed, chosen, kept)))
