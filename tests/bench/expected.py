"""What the server must have answered. In: the body of a call. Out: the state, topic and summaries that `decide` comes
to without a server, and the same three as the server answered and recorded them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import msgspec
from bench.bodies import AT

from cds_hooks import read_answers, read_request
from service.chart.read import Gathered, read_chart
from service.decision import Decision, decide
from service.fhir.gather import gather
from service.fhir.prefetch_table import TEMPLATES
from service.knowledge.model import Knowledge
from service.moment import Moment


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call."""

    state: str
    topic: str | None
    summaries: tuple[str, ...]


async def decided(body: bytes, knowledge: Knowledge) -> Outcome:
    """What `decide` makes of the body."""
    decision = await decision_on(body, knowledge)
    return Outcome(decision.state, decision.topic, tuple(card.summary for card in decision.cards))


async def decision_on(body: bytes, knowledge: Knowledge) -> Decision:
    """The decision on the body's own prefetch, without server, network or database."""
    request = read_request(body)
    moment = Moment(now=AT, hook=request.hook, seed=request.hook_instance, user=request.context.user_id)
    answers = read_answers(TEMPLATES, request.prefetch)
    gathered: Gathered = await gather(request, answers, client=None, deadline=float("inf"))
    return decide(read_chart(gathered, request.context.patient_id), knowledge, moment)


def answered(answer: bytes, state: str) -> Outcome:
    """What the server answered, with the state that it recorded."""
    cards = msgspec.json.decode(answer)["cards"]
    topic = cards[0]["source"]["topic"]["code"] if cards else None
    return Outcome(state, topic, tuple(card["summary"] for card in cards))


def recorded_states(database: Path) -> dict[str, str]:
    """The state of every recorded call by its hookInstance."""
    with sqlite3.connect(database) as connection:
        return dict(connection.execute("SELECT hook_instance, state FROM invocations"))
