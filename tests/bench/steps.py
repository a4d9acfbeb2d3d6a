"""Where the CPU time of a call goes. In: bodies. Out: milliseconds a call for each step of `service/README.md`, the
steps called one after the other in this process, without HTTP."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
from bench.bodies import AT

from cds_hooks import read_answers, read_request
from cds_hooks.router import CallInfo
from service.admission import Caller
from service.chart.read import read_chart
from service.clients import anybody
from service.decision import decide
from service.evidence.coded import coded_statements
from service.evidence.extract import extract
from service.evidence.passages import readings, telling
from service.fhir.gather import gather
from service.fhir.prefetch_table import TEMPLATES
from service.hooks import with_evidence
from service.knowledge.model import Knowledge
from service.metrics import Metrics
from service.moment import Moment
from service.recording import Recorder
from service.settings import Settings
from service.storage.database import Database

STEPS: Final = (
    "receive and parse",
    "gather",
    "read the chart",
    "extract: read codes",
    "extract: read texts",
    "extract: ask for findings",
    "assess and compose",
    "history",
    "record (its rows, log line, counts)",
    "respond (the answer encoded)",
)


async def milliseconds(bodies: Sequence[bytes], knowledge: Knowledge, folder: Path) -> dict[str, float]:
    """The mean CPU time a call of each of `STEPS`; the rows are written to a database in `folder`, after measuring."""
    settings = Settings(trust="open", database_url=f"sqlite+aiosqlite:///{folder}/steps.sqlite3")
    database = Database(settings.database, alarm=lambda _count, _reason: None)
    recorder = Recorder(database, settings, Metrics())
    async with httpx.AsyncClient() as http:
        caller = Caller(client=anybody(settings, http))
    await database.start()
    spent = dict.fromkeys(STEPS, 0.0)
    try:
        for body in bodies:
            for step, seconds in (await _one(body, knowledge, recorder, caller)).items():
                spent[step] += seconds
            await database.writer.settled()
    finally:
        await database.stop()
    return {step: seconds / len(bodies) * 1000 for step, seconds in spent.items()}


async def _one(body: bytes, knowledge: Knowledge, recorder: Recorder, caller: Caller) -> dict[str, float]:
    clock = time.process_time
    marks = [clock()]
    request = read_request(body)
    answers = read_answers(TEMPLATES, request.prefetch)
    marks.append(clock())
    gathered = await gather(request, answers, client=None, deadline=float("inf"))
    marks.append(clock())
    chart = read_chart(gathered, request.context.patient_id)
    marks.append(clock())
    told = telling(chart, knowledge.reading)
    coded_statements(told, knowledge.reading)
    marks.append(clock())
    readings(told, knowledge.reading)
    marks.append(clock())
    extract(chart, knowledge.reading, AT.date())
    marks.append(clock())
    moment = Moment(now=AT, hook=request.hook, seed=request.hook_instance, user=request.context.user_id)
    decision = decide(chart, knowledge, moment)
    marks.append(clock())
    await recorder.history(caller.tenant, request.context.patient_id, within=caller.client.deadline)
    marks.append(clock())
    now = time.monotonic()
    call = CallInfo(request.hook_instance, datetime.now(UTC), now, "neurogenic-claudication", caller, body)
    link = recorder.record(request, call, moment, decision, now)
    marks.append(clock())
    with_evidence(decision.response(), link).encode()
    marks.append(clock())
    parse, gathering, reading, codes, texts, extracted, whole, history, record, respond = (
        after - before for before, after in itertools.pairwise(marks)
    )
    # `extract` and `decide` do again what the steps before them did.
    asked, composed = extracted - codes - texts, whole - extracted
    return dict(
        zip(
            STEPS,
            (parse, gathering, reading, codes, texts, asked, composed, history, record, respond),
            strict=True,
        )
    )
