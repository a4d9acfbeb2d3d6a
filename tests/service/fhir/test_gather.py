"""Gathering a chart: prefetch first, then the server, gaps for the rest, and 412 only where nothing else is left."""

import asyncio
import time
from dataclasses import replace
from datetime import date

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from cds_hooks.contexts import PatientViewContext
from cds_hooks.errors import PrefetchUnavailable
from cds_hooks.prefetch import expand, read_answers
from cds_hooks.request import CDSRequest, FHIRAuthorization, read_request
from service.chart.read import read_chart
from service.fhir.client import FHIRReader
from service.fhir.gather import RESERVE_SECONDS, gather
from service.fhir.origins import Origins
from service.fhir.prefetch_table import TEMPLATES
from service.sandbox.demo import DEMO_PATIENTS, demo_request
from service.sandbox.server import create_router
from service.sandbox.store import Store

BASE = "http://127.0.0.1:8000/sandbox/fhir"
PATIENT = {"resourceType": "Patient", "id": "p"}
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": "Zed"}],
}
EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}
KEYS = [template.key for template in TEMPLATES]
AUTHORIZATION = FHIRAuthorization("secret", "Bearer", 300, "patient/*.read", "cartsign")


def searchset(kind, *ids, following=None):
    links = [{"relation": "next", "url": following}] if following else []
    entry = [{"resource": {"resourceType": kind, "id": one}, "search": {"mode": "match"}} for one in ids]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": links}


class EHR:
    """A FHIR server: what it answers by resource type, and what it was asked, in order."""

    def __init__(self, **answers):
        self.answers = {"Patient": PATIENT, **answers}
        self.asked = []

    async def __call__(self, request):
        query = str(request.url).removeprefix(f"{BASE}/")
        self.asked.append(query)
        answer = self.answers.get(query, self.answers.get(query.split("?")[0].split("/")[0], EMPTY))
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, asyncio.Event):
            await answer.wait()
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def reader(self, **more):
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return FHIRReader(http, Origins(loopback=True), **{"anonymous": True, **more})

    @property
    def kinds(self):
        return [query.split("?")[0].split("/")[0] for query in self.asked]


def request(prefetch=None, *, server=BASE, authorization=None):
    context = PatientViewContext(user_id="Practitioner/1", patient_id="p")
    raw = {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in (prefetch or {}).items()}
    return CDSRequest("patient-view", "i", context, server, authorization, raw)


async def gathered(call, client, *, seconds=5.0):
    answers = read_answers(TEMPLATES, call.prefetch)
    return await gather(call, answers, client=client, deadline=time.monotonic() + seconds)


def ids(resources):
    return [resource["id"] for resource in resources]


def full(**changed):
    """A prefetch that answers every key with nothing, but for the patient and what is `changed`."""
    return {**dict.fromkeys(KEYS, EMPTY), "patient": PATIENT, **changed}


# --- all ways lead to the same chart ----------------------------------------------------------


@pytest.fixture
async def sandbox():
    app = FastAPI()
    app.include_router(create_router(Store.demo(date(2026, 11, 30)), page_limit=9))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as http:
        yield http


async def prefetched(http, call):
    """What an EHR would send along: the very queries of the templates, with every page in one Bundle."""
    sent = {}
    for template in TEMPLATES:
        url, entry, bundle = f"{BASE}/{expand(template, call.context)}", [], {}
        while url:
            bundle = (await http.get(url)).json()
            entry += bundle.get("entry", [])
            url = next((link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), None)
        sent[template.key] = {**bundle, "entry": entry, "link": []} if bundle["resourceType"] == "Bundle" else bundle
    return sent


@pytest.mark.parametrize("patient", [patient.id for patient in DEMO_PATIENTS])
async def test_prefetch_in_full_in_part_or_not_at_all_gives_the_same_chart(sandbox, patient):
    """PRE-1, PRE-2, PRE-5, PRE-15, PRE-37, PRE-38: the pages of the sandbox are short, so `next` links are followed."""
    reader = FHIRReader(sandbox, Origins(loopback=True), anonymous=True, max_pages=20)
    body = demo_request(patient, "patient-view", BASE, "6b1d0c8a-2b33-4b3c-9d43-7f1a7a9d1c11")
    sent = await prefetched(sandbox, read_request(msgspec.json.encode(body)))
    first_pages = {"observations": (await sandbox.get(f"{BASE}/Observation?patient={patient}&_sort=-date")).json()}
    charts = []
    for prefetch in (
        sent,
        {},
        {key: sent[key] for key in KEYS[::2]},
        {key: sent[key] for key in KEYS[1::2]},
        first_pages,
    ):
        call = read_request(msgspec.json.encode({**body, "prefetch": prefetch}))
        charts.append(read_chart(await gathered(call, reader), patient))
    assert charts[0].gaps == ()
    assert len(charts[0].observed) > 10
    assert all(chart == charts[0] for chart in charts[1:])


# --- what is asked, and what is not -----------------------------------------------------------


@pytest.mark.parametrize("left_out", KEYS)
async def test_only_the_key_that_is_missing_is_fetched(left_out):
    """PRE-9, PRE-10, PRE-15."""
    ehr = EHR()
    prefetch = full()
    del prefetch[left_out]
    await gathered(request(prefetch), ehr.reader())
    (template,) = [template for template in TEMPLATES if template.key == left_out]
    assert ehr.asked == [template.query.replace("{{context.patientId}}", "p")]


@pytest.mark.parametrize(
    "nothing", [None, EMPTY, {"resourceType": "Bundle", "type": "searchset"}, searchset("Condition")]
)
async def test_an_empty_answer_is_an_answer_and_is_not_asked_for_again(nothing):
    """PRE-11, PRE-12, PRE-13, PRE-14."""
    ehr = EHR()
    result = await gathered(request(full(conditions=nothing)), ehr.reader())
    assert ehr.asked == []
    assert result.resources["conditions"] == ()
    assert result.gaps == ()


async def test_a_patient_answered_with_null_leaves_the_age_unknown_and_a_gap():
    """PRE-11, PRE-12: not a 412, the client looked."""
    ehr = EHR()
    result = await gathered(request(full(patient=None)), ehr.reader())
    assert ehr.asked == []
    assert result.patient is None
    assert [(gap.key, gap.code) for gap in result.gaps] == [("patient", "empty-patient")]


@pytest.mark.parametrize("failed", [OUTCOME, searchset("X") | {"entry": [{"resource": OUTCOME}]}, "<html>", ["x"]])
async def test_a_failed_prefetch_is_fetched_from_the_server(failed):
    """PRE-7, PRE-8."""
    ehr = EHR(Condition=searchset("Condition", "c"))
    result = await gathered(request(full(conditions=failed)), ehr.reader())
    assert ehr.kinds == ["Condition"]
    assert ids(result.resources["conditions"]) == ["c"]
    assert result.gaps == ()


async def test_a_resource_of_another_type_under_a_key_is_never_taken_for_the_data():
    """PRE-8."""
    ehr = EHR(Condition=searchset("Condition", "c"))
    result = await gathered(request(full(conditions=PATIENT, patient=searchset("Observation", "o"))), ehr.reader())
    assert sorted(ehr.kinds) == ["Condition", "Patient"]
    assert ids(result.resources["conditions"]) == ["c"]
    assert result.patient == PATIENT


async def test_a_patient_inside_a_searchset_is_found():
    ehr = EHR()
    result = await gathered(request(full(patient=searchset("Patient", "p"))), ehr.reader())
    assert result.patient == PATIENT
    assert ehr.asked == []


async def test_an_error_among_the_results_is_a_gap_and_the_results_stay():
    """PRE-8: its words may be about the patient and are not repeated."""
    among = searchset("Condition", "c")
    among["entry"].append({"resource": OUTCOME, "search": {"mode": "outcome"}})
    for result in (
        await gathered(request(full(conditions=among)), EHR().reader()),
        await gathered(request(), EHR(Condition=among).reader()),
    ):
        assert ids(result.resources["conditions"]) == ["c"]
        assert [(gap.key, gap.code) for gap in result.gaps] == [("conditions", "failed")]
        assert "Zed" not in result.gaps[0].detail


async def test_entries_without_a_resource_are_passed_over_silently():
    odd = searchset("Condition", "c")
    odd["entry"].append({"fullUrl": "urn:uuid:1"})
    result = await gathered(request(full(conditions=odd)), EHR().reader())
    assert ids(result.resources["conditions"]) == ["c"]
    assert result.gaps == ()


async def test_a_draft_in_the_context_is_never_asked_for_by_its_id():
    """REQ-15."""
    ehr = EHR()
    body = demo_request("p", "order-select", BASE, "6b1d0c8a-2b33-4b3c-9d43-7f1a7a9d1c11")
    await gathered(read_request(msgspec.json.encode(body)), ehr.reader())
    assert sorted(ehr.kinds) == sorted(template.query.split("?")[0].split("/")[0] for template in TEMPLATES)
    assert not [query for query in ehr.asked if "draft" in query]


# --- pages of a prefetched Bundle -------------------------------------------------------------


async def test_the_next_pages_of_a_prefetched_bundle_are_read_with_the_token():
    """PRE-5, PRE-37."""
    page = searchset("Observation", "a", following=f"{BASE}?_getpages=2")
    ehr = EHR(**{f"{BASE}?_getpages=2": searchset("Observation", "b")})
    call = request(full(observations=page), authorization=AUTHORIZATION)
    result = await gathered(call, ehr.reader(anonymous=False))
    assert ids(result.resources["observations"]) == ["a", "b"]
    assert result.gaps == ()


@pytest.mark.parametrize("server", [None, "https://elsewhere.example/fhir"])
async def test_a_first_page_without_a_way_to_the_rest_counts_as_obtained_with_a_gap(server):
    """PRE-5, PRE-16."""
    page = searchset("Observation", "a", following=f"{BASE}?_getpages=2")
    result = await gathered(request(full(observations=page), server=server), EHR().reader())
    assert ids(result.resources["observations"]) == ["a"]
    assert [(gap.key, gap.code) for gap in result.gaps] == [("observations", "cut-short")]


@pytest.mark.parametrize(
    ("following", "answer"),
    [
        ("https://evil.example/fhir?p=2", EMPTY),
        (f"{BASE}?p=2", httpx.Response(500)),
        (f"{BASE}?p=2", httpx.ConnectError("gone")),
        (f"{BASE}?p=2", OUTCOME),
    ],
)
async def test_a_required_search_cut_short_on_a_later_page_counts_as_obtained_with_a_gap(following, answer):
    """PRE-6, PRE-16: from prefetch and from the server alike."""
    page = searchset("Observation", "a", following=following)
    ehr = EHR(Observation=page, **{following: answer})
    for call in (request(full(observations=page)), request()):
        result = await gathered(call, ehr.reader())
        assert ids(result.resources["observations"]) == ["a"]
        assert [(gap.key, gap.code) for gap in result.gaps] == [("observations", "cut-short")]


async def test_the_deadline_on_a_later_page_keeps_the_pages_before_it():
    """REQ-12: and what is answered is answered in time for the decision."""
    stuck = asyncio.Event()
    ehr = EHR(Observation=searchset("Observation", "a", following=f"{BASE}?p=2"), **{f"{BASE}?p=2": stuck})
    result = await gathered(request(), ehr.reader(), seconds=RESERVE_SECONDS + 0.2)
    assert ids(result.resources["observations"]) == ["a"]
    assert [(gap.key, gap.code) for gap in result.gaps] == [("observations", "cut-short")]


async def test_more_pages_than_the_cap_are_not_read():
    pages = {f"{BASE}?p={n}": searchset("Observation", str(n), following=f"{BASE}?p={n + 1}") for n in range(1, 30)}
    ehr = EHR(Observation=searchset("Observation", "0", following=f"{BASE}?p=1"), **pages)
    result = await gathered(request(), ehr.reader(max_pages=4))
    assert ids(result.resources["observations"]) == ["0", "1", "2", "3"]
    assert [(gap.key, gap.code) for gap in result.gaps] == [("observations", "cut-short")]


# --- 412, and gaps ----------------------------------------------------------------------------


@pytest.mark.parametrize("subset", [[], ["patient"], ["conditions", "observations"], KEYS[3:]])
async def test_required_keys_that_nobody_can_provide_are_named_in_a_412(subset):
    """PRE-1, PRE-16: no server, an unlisted one, or no token where one is needed."""
    prefetch = {key: value for key, value in full().items() if key in subset}
    for call, client in (
        (request(prefetch, server=None), EHR().reader()),
        (request(prefetch, server="https://elsewhere.example/fhir"), EHR().reader()),
        (request(prefetch), EHR().reader(anonymous=False)),
        (request(prefetch), None),
    ):
        with pytest.raises(PrefetchUnavailable) as caught:
            await gathered(call, client)
        assert caught.value.keys == tuple(key for key in KEYS[:3] if key not in subset)
        assert caught.value.status == 412


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401),
        httpx.Response(403),
        httpx.Response(404),
        httpx.Response(410),
        httpx.Response(200, text="<html>"),
        OUTCOME,
        PATIENT,
        httpx.ConnectError("refused"),
    ],
)
async def test_a_server_that_fails_on_a_required_key_means_412_and_on_an_optional_one_a_gap(answer):
    """PRE-16, AUTH-14."""
    prefetch = full()
    del prefetch["conditions"], prefetch["procedures"]
    with pytest.raises(PrefetchUnavailable) as caught:
        await gathered(request(prefetch, authorization=AUTHORIZATION), EHR(Condition=answer).reader(anonymous=False))
    assert caught.value.keys == ("conditions",)
    result = await gathered(request(prefetch), EHR(Procedure=answer).reader())
    assert result.resources["procedures"] == ()
    assert [(gap.key, gap.code) for gap in result.gaps] == [("procedures", "failed")]


async def test_a_server_that_does_not_answer_a_required_key_in_time_means_412():
    """PRE-16, REQ-12."""
    with pytest.raises(PrefetchUnavailable, match="in time") as caught:
        await gathered(request(), EHR(Condition=asyncio.Event()).reader(), seconds=RESERVE_SECONDS + 0.1)
    assert caught.value.keys == ("conditions",)


async def test_a_call_that_comes_too_late_asks_nothing():
    """REQ-12."""
    ehr = EHR()
    with pytest.raises(PrefetchUnavailable, match="no time left"):
        await gathered(request(), ehr.reader(), seconds=RESERVE_SECONDS / 2)
    assert ehr.asked == []


async def test_optional_keys_that_nobody_provides_are_gaps_that_say_so():
    """PRE-9, PRE-16."""
    required = {key: value for key, value in full().items() if key in KEYS[:3]}
    result = await gathered(request(required, server=None), EHR().reader())
    assert [(gap.key, gap.code) for gap in result.gaps] == [(key, "not-provided") for key in KEYS[3:]]


async def test_keys_that_the_token_does_not_open_are_gaps_of_their_own():
    """AUTH-8, PRE-15: they are not asked for, and it is no failure of the server."""
    ehr = EHR()
    scope = "patient/Patient.read patient/Condition.read patient/Observation.rs?category=laboratory"
    allowed = replace(AUTHORIZATION, scope=scope)
    result = await gathered(request(authorization=allowed), ehr.reader(anonymous=False))
    assert sorted(ehr.kinds) == ["Condition", "Observation", "Patient"]
    codes = {gap.key: gap.code for gap in result.gaps}
    assert codes == {"observations": "cut-short", **dict.fromkeys(KEYS[3:], "not-allowed")}
    assert all("scopes of the access token" in gap.detail for gap in result.gaps)


async def test_a_token_for_another_patient_is_used_for_nothing():
    """AUTH-7, PRE-16: what the client sent stays; without it, 412."""
    ehr = EHR()
    other = replace(AUTHORIZATION, patient="q")
    with pytest.raises(PrefetchUnavailable, match="another patient"):
        await gathered(request(authorization=other), ehr.reader(anonymous=False))
    sent = {key: value for key, value in full().items() if key in KEYS[:3]}
    result = await gathered(request(sent, authorization=other), ehr.reader(anonymous=False))
    assert {gap.code for gap in result.gaps} == {"not-allowed"}
    assert ehr.asked == []


@pytest.mark.parametrize("client", [None, FHIRReader(httpx.AsyncClient(), Origins())])
async def test_of_a_client_that_sends_everything_nothing_is_asked_and_that_is_said_plainly(client):
    """PRE-9, PRE-16."""
    sent = {key: value for key, value in full().items() if key in KEYS[:3]}
    result = await gathered(request(sent, authorization=AUTHORIZATION), client)
    said = "the EHR did not send it, and this client sends everything with the call"
    assert [(gap.code, gap.detail) for gap in result.gaps] == [("not-provided", said)] * len(KEYS[3:])


async def test_a_failed_optional_prefetch_without_a_server_is_a_failed_key():
    """PRE-13: failed is not the same as missing."""
    result = await gathered(request(full(devices=OUTCOME), server=None), EHR().reader())
    assert [(gap.key, gap.code) for gap in result.gaps] == [("devices", "failed")]


async def test_a_failed_required_prefetch_without_a_server_is_a_412():
    """PRE-8, PRE-16."""
    with pytest.raises(PrefetchUnavailable) as caught:
        await gathered(request(full(observations=OUTCOME), server=None), EHR().reader())
    assert caught.value.keys == ("observations",)


async def test_no_gap_and_no_412_holds_anything_of_the_patient_or_the_token():
    """AUTH-10, and gaps are shown in places where charts are not."""
    prefetch = full(conditions={"resourceType": "Zed-secret"}, devices={"Zed-secret": 1}, documents=OUTCOME)
    call = request(prefetch, authorization=AUTHORIZATION)
    ehr = EHR(Condition=EMPTY, Device=httpx.Response(403, text="Zed"), DocumentReference=OUTCOME)
    result = await gathered(call, ehr.reader(anonymous=False))
    said = [f"{gap.key} {gap.code} {gap.detail} {gap.ref}" for gap in result.gaps]
    with pytest.raises(PrefetchUnavailable) as caught:
        await gathered(call, EHR(Condition=httpx.Response(500, text="Zed-secret")).reader(anonymous=False))
    text = "\n".join([*said, caught.value.message, str(caught.value)])
    assert len(said) == 2
    assert "Zed" not in text
    assert "secret" not in text
    assert "127.0.0.1" not in text


async def test_all_missing_keys_are_asked_for_at_the_same_time():
    """REQ-12: no answer is waited for before the next question."""
    everybody = asyncio.Event()
    waiting = []

    async def answer(asked):
        waiting.append(asked)
        if len(waiting) == len(TEMPLATES):
            everybody.set()
        await everybody.wait()
        return httpx.Response(200, json=PATIENT if "/Patient/" in str(asked.url) else EMPTY)

    reader = FHIRReader(
        httpx.AsyncClient(transport=httpx.MockTransport(answer)), Origins(loopback=True), anonymous=True
    )
    assert (await gathered(request(), reader)).gaps == ()
