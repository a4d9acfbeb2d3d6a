"""What a hook call leaves behind, and what it knows of earlier ones. In: the call, the moment it was decided in, the
decision. Out: storage rows, log line and counts, the link to the evidence; and a patient's history of cards. Storage
that is away changes no answer: it is counted and logged."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import structlog

from cds_hooks import CDSRequest
from cds_hooks.router import CallInfo
from service.admission import caller_of
from service.decision import Decision
from service.metrics import Metrics
from service.moment import CardEvent, Moment, Outcome
from service.settings import Settings
from service.storage import invocations
from service.storage.database import Database
from service.storage.errors import StorageUnavailable
from service.storage.history import CardEventRow, history

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of one call: until everything was gathered, the decision, and both together."""

    gather: float
    decide: float
    total: float

    @classmethod
    def between(cls, received: float, gathered: float, now: float) -> Timings:
        """From three readings of the monotonic clock, in seconds."""
        return cls((gathered - received) * 1000, (now - gathered) * 1000, (now - received) * 1000)


class Recorder:
    """Keeps calls and reads history, on one database; `token` makes the secret of a link."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        metrics: Metrics,
        *,
        token: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self.database = database
        self.settings = settings
        self.metrics = metrics
        self.token = token

    async def history(
        self, tenant: str, patient: str, *, within: float, settled: bool = False
    ) -> tuple[CardEvent, ...]:
        """What became of the cards of this tenant's patient; nothing, with an alarm, while storage is away.

        Takes a quarter of the call's time, which is `within` seconds, at most: rather no history than a late answer.
        With `settled` it waits within that time for rows on their way: what was shown a moment ago.
        """
        seconds = within / 4
        try:
            if settled:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.database.writer.settled(), seconds)
            rows = await history(self.database, tenant, patient, seconds=seconds)
        except StorageUnavailable:
            self.metrics.history_unread.inc()
            log.error("history could not be read; deciding without it")
            return ()
        return tuple(_event(row) for row in rows)

    def record(
        self, request: CDSRequest, call: CallInfo, moment: Moment, decision: Decision, gathered_at: float
    ) -> str | None:
        """Count, log and store a call; the URL of the page behind its cards, None where there is to be none.

        `gathered_at` is the monotonic second at which everything to decide on was there.

        Nothing here waits for the disk. The link is sent although its row may still be queued, because the page waits
        for the queue before it looks; and it is left out while writing fails, since then it would lead nowhere.
        """
        timings = Timings.between(call.received_monotonic, gathered_at, time.monotonic())
        self._count(request, decision, timings)
        self._log(request, call, moment, decision, timings)
        link = self._link() if decision.cards else None
        kept = invocations.record(
            self.database,
            self._row(request, call, moment, decision, timings),
            [
                invocations.CardRow(
                    id=card.uuid,
                    topic=card.source.topic.code if card.source.topic else "",
                    indicator=card.indicator,
                    evidence=decision.assessment.fingerprint,
                    once=each.definition.said_once,
                )
                for each in decision.shown
                for card in (each.card,)
            ],
            link,
        )
        return f"{self.settings.url}/evidence/{link.token}" if link and kept else None

    def passed_over(self, request: CDSRequest, call: CallInfo) -> None:
        """Count and log a call of a client that is switched off: nothing was decided, and nothing is kept."""
        self.metrics.calls.labels(request.hook, "off", "none").inc()
        log.info(
            "hook call",
            correlation_id=call.correlation_id,
            client=caller_of(call).client.name,
            mode="off",
            service_id=call.service_id,
            hook=request.hook,
            cards=0,
        )

    def _link(self) -> invocations.LinkRow | None:
        """Whoever has the link sees the page: not without sign-in where clients are other people's (registered)."""
        if self.settings.trust == "registered" or self.database.writer.failing:
            return None
        expires = datetime.now(UTC) + timedelta(minutes=self.settings.evidence_minutes)
        return invocations.LinkRow(self.token(), expires)

    def _row(
        self, request: CDSRequest, call: CallInfo, moment: Moment, decision: Decision, timings: Timings
    ) -> invocations.InvocationRow:
        caller = caller_of(call)
        return invocations.InvocationRow(
            id=str(uuid.uuid4()),
            tenant=caller.tenant,
            issuer=caller.identity.issuer if caller.identity else None,
            jti=caller.identity.jti if caller.identity else None,
            mode=moment.mode,
            received_at=call.received_at,
            correlation_id=call.correlation_id,
            service_id=call.service_id,
            hook=request.hook,
            hook_instance=request.hook_instance,
            patient=request.context.patient_id,
            user=moment.user,
            encounter=moment.encounter,
            state=decision.assessment.state,
            topic=decision.topic,
            decision=msgspec.json.encode(decision.to_json()),
            moment=msgspec.json.encode(moment),
            knowledge=decision.knowledge,
            request_sha256=hashlib.sha256(call.body).hexdigest(),
            request=without_token(call.body) if self.settings.record == "full" else None,
            gather_ms=timings.gather,
            decide_ms=timings.decide,
            total_ms=timings.total,
        )

    def _count(self, request: CDSRequest, decision: Decision, timings: Timings) -> None:
        state, topic = decision.assessment.state, decision.topic or "none"
        self.metrics.calls.labels(request.hook, state, topic).inc()
        self.metrics.seconds.labels(request.hook).observe(timings.total / 1000)
        for gap in decision.gaps:
            self.metrics.gaps.labels(gap.key, gap.code).inc()
        for held in decision.held:
            self.metrics.held.labels(held.topic).inc()

    def _log(self, request: CDSRequest, call: CallInfo, moment: Moment, decision: Decision, timings: Timings) -> None:
        foreign = sum(gap.code == "other-patient" for gap in decision.gaps)
        if foreign:
            log.warning(
                "resources of another patient were left out",
                correlation_id=call.correlation_id,
                client=caller_of(call).client.name,
                count=foreign,
            )
        log.info(
            "hook call",
            correlation_id=call.correlation_id,
            client=caller_of(call).client.name,
            mode=moment.mode,
            service_id=call.service_id,
            hook=request.hook,
            state=decision.assessment.state,
            topic=decision.topic,
            cards=len(decision.cards),
            held=len(decision.held),
            gaps=len(decision.gaps),
            gather_ms=round(timings.gather, 1),
            decide_ms=round(timings.decide, 1),
            total_ms=round(timings.total, 1),
        )


def without_token(body: bytes) -> bytes:
    """A request body without `fhirAuthorization`; every other member keeps its bytes."""
    members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    members.pop("fhirAuthorization", None)
    return msgspec.json.encode(members)


_OUTCOMES: Final[Mapping[str, Outcome]] = {"accepted": "accepted", "shown": "shown"}


def _event(row: CardEventRow) -> CardEvent:
    return CardEvent(
        topic=row.topic,
        evidence=row.evidence,
        outcome=_OUTCOMES.get(row.outcome, "overridden"),
        at=row.at,
        user=row.user,
        encounter=row.encounter,
        reason=row.reason,
    )
