"""What a slow, failing or unwilling FHIR server costs: its own call and its own client, and what is said of it."""

import asyncio

import httpx
import pytest

from cds_hooks.request import FHIRAuthorization
from service.fhir.answer import NotAllowed, Unread
from service.fhir.breaker import Breaker
from service.fhir.client import PREFETCH_ONLY, FHIRReader
from service.fhir.origins import Origins

BASE = "https://ehr.example.org/fhir"
PATIENT = {"resourceType": "Patient", "id": "1"}


async def public(_host):
    return ["93.184.216.34"]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def a_reader(answer, *, origins=(BASE,), **more):
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return FHIRReader(http, Origins.of(origins, loopback=False), **{"resolve": public, **more})


def connection(reader, *, seconds=5.0, patient="1", base=BASE, **more):
    given = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read", "subject": "c"}
    return reader.connect(base, FHIRAuthorization(**given | more), reader.clock() + seconds, patient)


async def why(reader, **more):
    """The reason why a read is refused, empty when it is not."""
    try:
        await connection(reader, **more).read("Patient/1", "Patient")
    except Unread as reason:
        return str(reason)
    return ""


# --- where requests go ------------------------------------------------------------------------


async def test_a_request_goes_to_the_address_and_names_the_host_for_the_server_and_for_its_certificate():
    """AUTH-16."""
    asked = []

    def answer(request):
        asked.append((str(request.url), request.headers["Host"], request.extensions.get("sni_hostname")))
        return httpx.Response(200, json=PATIENT)

    bases = BASE, "https://ehr.example.org:8443", "https://10.0.0.5/fhir", "https://[fd00::5]:444/fhir"
    for base in bases:
        assert await why(a_reader(answer, origins=bases), base=base) == ""
    assert asked == [
        ("https://93.184.216.34/fhir/Patient/1", "ehr.example.org", "ehr.example.org"),
        ("https://93.184.216.34:8443/Patient/1", "ehr.example.org:8443", "ehr.example.org"),
        ("https://10.0.0.5/fhir/Patient/1", "10.0.0.5", None),
        ("https://[fd00::5]:444/fhir/Patient/1", "[fd00::5]:444", None),
    ]


async def test_one_address_that_is_not_permitted_among_others_refuses_them_all():
    """AUTH-16."""

    async def both(_host):
        return ["93.184.216.34", "10.0.0.1"]

    asked = []
    assert "may not be contacted" in await why(a_reader(asked.append, resolve=both))
    assert asked == []


async def test_an_address_that_takes_no_connection_is_passed_over_for_the_next():
    async def two(_host):
        return ["2606:2800:220:1::1", "93.184.216.34"]

    def answer(request):
        if ":" in request.url.host:
            raise httpx.ConnectError("no route")
        return httpx.Response(200, json=PATIENT)

    assert await why(a_reader(answer, resolve=two)) == ""


async def test_all_questions_of_a_call_share_one_look_up():
    """AUTH-16: so the answer to a second one could not matter."""
    asked = []

    async def counted(host):
        asked.append(host)
        return ["93.184.216.34"]

    reader = a_reader(lambda _request: httpx.Response(200, json=PATIENT), resolve=counted)
    call = connection(reader)
    await asyncio.gather(*(call.read("Patient/1", "Patient") for _ in range(5)))
    await call.read("Patient/1", "Patient")
    assert asked == ["ehr.example.org"]


# --- one deadline -----------------------------------------------------------------------------


async def test_a_name_server_that_does_not_answer_is_left_at_the_deadline():
    """REQ-12."""
    stuck = asyncio.Event()

    async def never(_host):
        await stuck.wait()
        return []

    assert "not resolved in time" in await why(a_reader(lambda _request: None, resolve=never), seconds=0.02)
    stuck.set()
    await asyncio.sleep(0)


async def test_a_client_with_too_many_requests_under_way_waits_no_longer_than_its_call_may():
    """REQ-12: and another client does not wait at all."""
    go_on, started = asyncio.Event(), asyncio.Event()

    async def slow(_request):
        started.set()
        await go_on.wait()
        return httpx.Response(200, json=PATIENT)

    full = a_reader(slow, max_requests=1)
    first = asyncio.create_task(why(full))
    await started.wait()
    assert "too many requests" in await why(full, seconds=0.02)
    assert await why(a_reader(lambda _request: httpx.Response(200, json=PATIENT))) == ""
    go_on.set()
    assert await first == ""
    assert await why(full) == ""


async def test_no_more_requests_than_allowed_are_under_way_at_a_time():
    under_way, most = 0, 0

    async def counting(_request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json=PATIENT)

    reader = a_reader(counting, max_requests=3)
    assert await asyncio.gather(*(why(reader) for _ in range(12))) == [""] * 12
    assert most == 3


# --- failing in a row -------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ReadError("gone"), 500, 503])
async def test_a_server_that_keeps_failing_is_not_asked_for_a_while_and_then_once(failure):
    """AUTH-14: each refusal is a plain reason, which becomes a gap."""
    clock, asked = Clock(), []
    answer = [failure]

    def failing(request):
        asked.append(request)
        if isinstance(answer[0], Exception):
            raise answer[0]
        return httpx.Response(answer[0], json=PATIENT)

    reader = a_reader(failing, clock=clock, breaker=Breaker(failures=3, rest=10))
    for _ in range(3):
        assert "left alone" not in await why(reader)
    assert "left alone for some seconds" in await why(reader)
    assert len(asked) == 3
    clock.now += 10
    answer[0] = 200
    assert await why(reader) == ""
    assert await why(reader) == ""
    assert len(asked) == 5


async def test_a_call_of_which_everything_fails_is_one_failure():
    """So that one bad moment of a server costs the calls of that moment and no later one."""
    asked = []

    def failing(request):
        asked.append(request)
        return httpx.Response(500)

    reader = a_reader(failing, breaker=Breaker(failures=3, rest=10))
    call = connection(reader)
    for _ in range(10):
        with pytest.raises(Unread, match="status 500"):
            await call.read("Patient/1", "Patient")
    assert len(asked) == 10


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
async def test_a_server_that_refuses_is_not_failing(status):
    reader = a_reader(lambda _request: httpx.Response(status), clock=Clock())
    assert {await why(reader) for _ in range(9)} == {f"the FHIR server answered with status {status}"}


async def test_time_that_runs_out_counts_as_a_failure_and_a_trial_that_is_cancelled_frees_the_next():
    clock, stuck = Clock(), asyncio.Event()

    async def never(_request):
        await stuck.wait()
        return httpx.Response(200, json=PATIENT)

    reader = a_reader(never, clock=clock, breaker=Breaker(failures=1, rest=10))
    assert "in time" in await why(reader, seconds=0.01)
    assert "left alone" in await why(reader)
    clock.now += 10
    trial = asyncio.create_task(why(reader))
    await asyncio.sleep(0.01)
    assert "left alone" in await why(reader)
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    stuck.set()
    assert await why(reader) == ""


async def test_one_clients_failing_server_is_no_other_clients():
    """AUTH-12: each client has a reader of its own."""
    broken = a_reader(lambda _request: httpx.Response(500))
    for _ in range(4):
        await why(broken)
    assert "left alone" in await why(broken)
    assert await why(a_reader(lambda _request: httpx.Response(200, json=PATIENT))) == ""


# --- what the token allows --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"scope": "patient/Observation.rs"}, "do not allow reading Patient"),
        ({"scope": "patient/*.write launch"}, "do not allow reading Patient"),
        ({"scope": "patient/*.read", "patient": "1"}, ""),
        ({"scope": "EPIC.FHIR.R4.SERVICES"}, ""),
    ],
)
async def test_what_the_token_does_not_allow_is_not_asked_for(more, reason):
    """AUTH-8, AUTH-14."""
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(200, json=PATIENT)

    assert reason in await why(a_reader(answer), **more)
    assert len(asked) == (0 if reason else 1)


async def test_a_token_for_another_patient_is_sent_nowhere():
    """AUTH-7, AUTH-12."""
    asked = []
    reader = a_reader(asked.append)
    given = FHIRAuthorization("t", "Bearer", 300, "patient/*.read", "c", "2")
    call = reader.connect(BASE, given, reader.clock() + 5, "1")
    for question in (call.read("Patient/1", "Patient"), call.search("Condition?patient=1")):
        with pytest.raises(NotAllowed, match="another patient"):
            await question
    page = {"resourceType": "Bundle", "entry": [{"resource": PATIENT}], "link": [{"relation": "next", "url": BASE}]}
    followed = await call.follow(page, "Condition")
    assert (followed.resources, asked) == ((PATIENT,), [])
    assert "another patient" in followed.cut_short


async def test_a_search_that_a_scope_narrows_is_a_part_and_says_so():
    """AUTH-8."""
    found = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": {"resourceType": "Observation"}}]}
    reader = a_reader(lambda _request: httpx.Response(200, json=found))
    searched = await connection(reader, scope="user/Observation.rs?category=laboratory").search("Observation?patient=1")
    assert len(searched.resources) == 1
    assert "open only a part of Observation" in searched.cut_short


# --- prefetch only ----------------------------------------------------------------------------


async def test_a_client_without_servers_sends_everything_with_the_call():
    asked = []
    reader = a_reader(asked.append, origins=())
    for server in (None, BASE):
        with pytest.raises(Unread) as caught:
            reader.connect(server, None, reader.clock() + 5)
        assert str(caught.value) == PREFETCH_ONLY
    assert asked == []
