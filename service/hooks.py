"""Our CDS Services: one id, listed for four hooks, and what happens when one is called. In: a checked request, and
whose it is. Out: the response, after the steps gather, read, decide, record, fit. What is clinical about it is decided
elsewhere."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from cds_hooks import CDSRequest, CDSResponse, CDSService, Feedback, FeedbackBatch, Link, Unavailable, fit, read_answers
from cds_hooks.router import CallInfo, HookedService
from service.admission import Caller, caller_of
from service.chart.read import Gathered, read_chart
from service.clients import Client
from service.decision import decide
from service.fhir.gather import gather
from service.fhir.prefetch_table import TEMPLATES
from service.knowledge.model import Knowledge
from service.moment import Moment
from service.recording import Recorder
from service.storage import feedback
from service.storage.errors import StorageUnavailable

SERVICE_ID: Final = "neurogenic-claudication"
HOOKS: Final = ("patient-view", "encounter-start", "order-select", "order-sign")


class NeurogenicClaudication:
    """The CDS Service. `clock` is the time of day decisions are made at."""

    def __init__(
        self,
        knowledge: Knowledge,
        recorder: Recorder,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self.knowledge = knowledge
        self.recorder = recorder
        self.clock = clock

    def listed(self) -> tuple[HookedService, ...]:
        """The service once per hook, each with the same handler (DISC-12)."""
        return tuple(HookedService(service_on(hook), self.answer) for hook in HOOKS)

    async def answer(self, request: CDSRequest, call: CallInfo) -> CDSResponse:
        """One hook call. Raises PrefetchUnavailable (412) when a required key can be had nowhere."""
        caller = caller_of(call)
        if caller.client.mode == "off":
            self.recorder.passed_over(request, call)
            return CDSResponse()
        moment = await self._moment(request, caller)
        gathered = await self._gather(request, call, caller.client)
        gathered_at = time.monotonic()
        chart = read_chart(gathered, request.context.patient_id)
        decision = decide(chart, self.knowledge, moment)
        evidence = self.recorder.record(request, call, moment, decision, gathered_at)
        rule = decision.assessment.rule
        response = with_evidence(decision.response(), evidence)
        response = with_source(response, self.recorder.settings.url, rule.id) if rule else response
        return fit(response, caller.client.profile).response

    async def keep_feedback(self, service_id: str, batch: FeedbackBatch, call: CallInfo) -> None:
        """Commit the well-formed items (FB-4, FB-9); raises Unavailable (503) when that is impossible."""
        tenant = caller_of(call).tenant
        rows = [feedback_row(tenant, service_id, item, self.clock()) for item in batch.items]
        try:
            await feedback.store(self.recorder.database, rows)
        except StorageUnavailable as problem:
            raise Unavailable("The feedback could not be stored.") from problem
        for row in rows:
            self.recorder.metrics.feedback.labels(row.outcome).inc()

    async def _moment(self, request: CDSRequest, caller: Caller) -> Moment:
        context = request.context
        settled = request.hook == "order-sign"
        return Moment(
            now=self.clock(),
            hook=request.hook,
            seed=secrets.token_hex(16),
            user=context.user_id,
            encounter=context.encounter_id,
            history=await self.recorder.history(
                caller.tenant, context.patient_id, within=caller.client.deadline, settled=settled
            ),
            mode="shadow" if caller.client.mode == "shadow" else "on",
        )

    async def _gather(self, request: CDSRequest, call: CallInfo, client: Client) -> Gathered:
        answers = read_answers(TEMPLATES, request.prefetch)
        until = call.received_monotonic + client.deadline
        return await gather(request, answers, client=client.reader, deadline=until)


def service_on(hook: str) -> CDSService:
    """What discovery says about the service on one hook."""
    return CDSService(
        id=SERVICE_ID,
        hook=hook,
        title="Neurogenic claudication: what the record documents",
        description=(
            "Looks for documented leg symptoms on walking that ease on leaning forward or sitting, shows the words "
            "they rest on and what speaks against, and offers physical therapy, imaging or a pain consult with the "
            "condition of each. Silent otherwise."
        ),
        prefetch=TEMPLATES,
        usage_requirements=(
            "Needs patient, conditions and observations, as prefetch or through fhirServer; reads notes and reports "
            "when it gets them. Supports a clinician's judgement and replaces none."
        ),
    )


def with_evidence(response: CDSResponse, url: str | None) -> CDSResponse:
    """The response with a link to the evidence on each card, where there is one."""
    if url is None:
        return response
    link = Link(label="Evidence behind this card", url=url, type="absolute")
    return replace(response, cards=tuple(replace(card, links=(*card.links, link)) for card in response.cards))


def with_source(response: CDSResponse, base_url: str, rule: str) -> CDSResponse:
    """The response with our icon, and each card's source pointing to what its rule says of itself (CARD-8, CARD-9)."""
    url, icon = f"{base_url}/rules/{rule}", f"{base_url}/icon.png"
    cards = (replace(card, source=replace(card.source, url=url, icon=icon)) for card in response.cards)
    return replace(response, cards=tuple(cards))


def feedback_row(tenant: str, service_id: str, item: Feedback, received_at: datetime) -> feedback.FeedbackRow:
    """One item of feedback as storage keeps it."""
    reason = item.override_reason
    return feedback.FeedbackRow(
        tenant=tenant,
        received_at=received_at,
        service_id=service_id,
        card=item.card,
        outcome=item.outcome,
        outcome_at=item.outcome_timestamp,
        accepted=tuple(suggestion.id for suggestion in item.accepted_suggestions),
        reason_code=reason.code if reason else None,
        reason_system=reason.system if reason else None,
        comment=reason.user_comment if reason else None,
    )
