"""What the mock EHR asks of its own server: whom it can open, what it can draft, and the whole story of a call it has
made. In: the sandbox's store, the database and the knowledge. Out: JSON for the page; nothing here exists where the
sandbox is not mounted."""

from __future__ import annotations

import time
from typing import Final

import msgspec
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from cds_hooks import CDSHooksError, read_answers, read_request
from service.chart.read import read_chart
from service.clients import OPEN
from service.evidence.extract import extract
from service.evidence.marked import Marked, mark
from service.fhir.client import FHIRReader
from service.fhir.gather import gather
from service.fhir.prefetch_table import TEMPLATES
from service.knowledge.model import Knowledge
from service.moment import Moment
from service.sandbox.listing import listing
from service.sandbox.store import Store
from service.storage.database import Database
from service.storage.errors import StorageUnavailable
from service.storage.invocations import RecordedCall, recorded_call

# The chart of a call is read again to be shown; nobody waits for it in a consultation.
REREAD_SECONDS: Final = 10.0


def create_router(
    store: Store, database: Database | None, knowledge: Knowledge, reader: FHIRReader | None
) -> APIRouter:
    """The routes under `/sandbox` that the page reads; without a `database` no call is told.

    Recorded calls hold charts, and the page asks nobody who they are: they may be told in open trust only.
    """
    router = APIRouter(prefix="/sandbox", include_in_schema=False)

    @router.get("/patients")
    async def patients() -> Response:
        return JSONResponse(listing(store))

    if database is not None:
        titles = {finding.atom: finding.title for finding in knowledge.reading.findings} | knowledge.cards.titles

        @router.get("/calls/{correlation_id}")
        async def call(correlation_id: str) -> Response:
            try:
                recorded = await recorded_call(database, OPEN, correlation_id)
            except StorageUnavailable as problem:
                return JSONResponse({"detail": f"The record cannot be read: {problem}"}, 503)
            if recorded is None:
                return JSONResponse({"detail": "No call is recorded under this correlation id."}, 404)
            marked = await _marked(recorded, knowledge, reader)
            body = {
                "request": msgspec.json.decode(recorded.request) if recorded.request else None,
                "decision": msgspec.json.decode(recorded.decision),
                "titles": titles,
                "sentences": [sentence.to_json() for sentence in marked.sentences],
                "unread": marked.unread,
                # The decision stands as it was made; the sentences are read with what is known today.
                "knowledgeChanged": recorded.knowledge != knowledge.fingerprint,
            }
            return JSONResponse(body)

    return router


async def _marked(recorded: RecordedCall, knowledge: Knowledge, reader: FHIRReader | None) -> Marked:
    """The chart of a recorded call, read again from the same prefetch or the same FHIR server."""
    if recorded.request is None:
        return Marked()
    try:
        request = read_request(recorded.request)
        answers = read_answers(TEMPLATES, request.prefetch)
        until = time.monotonic() + REREAD_SECONDS
        gathered = await gather(request, answers, client=reader, deadline=until)
    except CDSHooksError:
        return Marked()
    moment = msgspec.json.decode(recorded.moment, type=Moment)
    chart = read_chart(gathered, request.context.patient_id)
    return mark(chart, knowledge.reading, extract(chart, knowledge.reading, moment.today))
