"""Real-shaped charts through the whole path: 40 Synthea patients by prefetch and by FHIR, and every US Core example.

None of these patients has a leg symptom on walking, so nothing may be said about any of them.
"""

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from cds_hooks import read_answers, read_request
from service.chart.read import Gathered, read_chart
from service.decision import Decision, decide
from service.fhir.client import FHIRReader
from service.fhir.gather import gather
from service.fhir.origins import Origins
from service.fhir.prefetch_table import TEMPLATES
from service.knowledge.load import load_knowledge
from service.moment import Moment
from service.sandbox.server import create_router
from service.sandbox.store import Store

DATA = Path(__file__).parents[1] / "data"
SERVER = "http://127.0.0.1:8000/sandbox/fhir"
# Synthea's charts end on 2021-03-31.
NOW = datetime(2021, 4, 1, 12, tzinfo=UTC)

KNOWLEDGE = load_knowledge()
KINDS = {template.key: template.query.partition("?")[0] for template in TEMPLATES if template.key != "patient"}
SYNTHEA = sorted((DATA / "synthea").glob("*.json.gz"))
US_CORE = sorted((DATA / "us-core").glob("*.json"))


def decided(gathered: Gathered, patient: str) -> Decision:
    moment = Moment(now=NOW, hook="patient-view", seed="real charts", user="Practitioner/1")
    return decide(read_chart(gathered, patient), KNOWLEDGE, moment)


def request_for(patient: str, **members: Any) -> Any:
    return read_request(
        msgspec.json.encode(
            {
                "hook": "patient-view",
                "hookInstance": "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
                "context": {"userId": "Practitioner/1", "patientId": patient},
                **members,
            }
        )
    )


def prefetch_of(store: Store, patient: str) -> dict[str, Any]:
    """Every key answered as a client would that sends whole searches as one Bundle."""
    answered: dict[str, Any] = {"patient": store.read("Patient", patient)}
    for key, kind in KINDS.items():
        entries = [{"resource": r, "search": {"mode": "match"}} for r in store.of_type(kind)]
        answered[key] = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    return answered


@pytest.mark.parametrize("path", SYNTHEA, ids=lambda p: p.name.partition("_")[0])
async def test_nothing_is_said_about_a_synthea_patient_whichever_way_the_chart_comes(path: Path) -> None:
    store = Store.from_bundles([json.loads(gzip.decompress(path.read_bytes()))])
    (patient,) = (str(r["id"]) for r in store.of_type("Patient"))
    app = FastAPI()
    app.include_router(create_router(store, base_url=SERVER))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as http:
        asked = request_for(patient, fhirServer=SERVER)
        reader = FHIRReader(http, Origins.of((), loopback=True), anonymous=True)
        answers = read_answers(TEMPLATES, asked.prefetch)
        fetched = await gather(asked, answers, client=reader, deadline=time.monotonic() + 60)
    sent = request_for(patient, prefetch=prefetch_of(store, patient))
    answers = read_answers(TEMPLATES, sent.prefetch)
    prefetched = await gather(sent, answers, client=None, deadline=time.monotonic() + 60)

    by_fhir, by_prefetch = decided(fetched, patient), decided(prefetched, patient)

    assert by_fhir.gaps == by_prefetch.gaps == ()
    assert by_prefetch.state == "silent"
    assert not by_prefetch.cards
    assert not by_prefetch.held
    assert msgspec.json.encode(by_fhir.to_json()) == msgspec.json.encode(by_prefetch.to_json())


@pytest.mark.parametrize("path", US_CORE, ids=lambda p: p.stem)
def test_a_us_core_example_is_read_without_error_and_leads_to_nothing(path: Path) -> None:
    resource = json.loads(path.read_text("utf-8"))
    if resource["resourceType"] == "Patient":
        patient, gathered = resource["id"], Gathered(resource)
    else:
        patient = resource["subject"]["reference"].partition("/")[2]
        gathered = Gathered({"resourceType": "Patient", "id": patient}, {"observations": (resource,)})

    decision = decided(gathered, patient)

    assert decision.gaps == ()
    assert not decision.cards


def test_there_are_as_many_charts_as_the_documents_say() -> None:
    assert (len(SYNTHEA), len(US_CORE)) == (40, 113)
