"""One decision without a server, a network or a database: `cartsign decide`. In: the bytes of a hook request with its
prefetch, and the time to decide at. Out: a `Decision` that is the same whenever the same two come in."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass
from datetime import datetime

from cds_hooks import read_answers, read_request
from service.chart.model import Chart
from service.chart.read import read_chart
from service.decision import Decision, decide
from service.evidence.marked import Marked, mark
from service.fhir.gather import gather
from service.fhir.prefetch_table import TEMPLATES
from service.knowledge.load import load_knowledge
from service.knowledge.model import Knowledge
from service.moment import Moment


@dataclass(frozen=True, slots=True)
class Timed:
    """A decision, what it was made of, and the milliseconds that loading the knowledge and deciding took."""

    decision: Decision
    chart: Chart
    knowledge: Knowledge
    loading: float
    deciding: float

    def marked(self) -> Marked:
        """The chart's text as it was read; the decision does not need it."""
        return mark(self.chart, self.knowledge.reading, self.decision.findings)


def decide_offline(body: bytes, at: datetime) -> Timed:
    """Decide about a request from its prefetch alone.

    The uuids of the cards are derived from request and time. Raises CDSHooksError for a request that the service would
    refuse, 412 included, and KnowledgeError.
    """
    started = time.perf_counter()
    knowledge = load_knowledge()
    loaded = time.perf_counter()
    request = read_request(body)
    moment = Moment(
        now=at,
        hook=request.hook,
        seed=hashlib.sha256(body + at.isoformat().encode()).hexdigest(),
        user=request.context.user_id,
        encounter=request.context.encounter_id,
    )
    answers = read_answers(TEMPLATES, request.prefetch)
    gathered = asyncio.run(gather(request, answers, client=None, deadline=float("inf")))
    chart = read_chart(gathered, request.context.patient_id)
    decision = decide(chart, knowledge, moment)
    return Timed(decision, chart, knowledge, (loaded - started) * 1000, (time.perf_counter() - loaded) * 1000)
