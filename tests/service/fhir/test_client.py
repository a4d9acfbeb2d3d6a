"""Reading from a FHIR server: what is sent, what is believed, and where it stops."""

import asyncio
import json
import logging

import httpx
import pytest

from cds_hooks.request import FHIRAuthorization
from service.fhir.answer import Unread
from service.fhir.client import FHIRReader, open_http
from service.fhir.origins import Origins

BASE = "https://ehr.example.org/fhir"
SECRET = "secret-token-7f3a"
AUTHORIZATION = FHIRAuthorization(SECRET, "Bearer", 300, "patient/*.read", "cartsign")


def bundle(*ids, following=None, kind="Condition", **more):
    links = [{"relation": "next", "url": following}] if following else []
    entry = [{"resource": {"resourceType": kind, "id": one}} for one in ids]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": links, **more}


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


async def public(host):
    return ["93.184.216.34"]


class Server:
    """A FHIR server that answers from a table of URLs, and remembers what it was asked."""

    def __init__(self, pages):
        self.pages = pages
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        # Connections go to addresses; what the server serves goes by its name.
        answer = self.pages[str(request.url.copy_with(netloc=request.headers["Host"].encode()))]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def connect(pages, *, authorization=AUTHORIZATION, clock=None, seconds=5.0, **more):
    server = Server(pages)
    clock = clock or Clock()
    http = httpx.AsyncClient(transport=httpx.MockTransport(server))
    reader = FHIRReader(http, Origins.of([BASE], loopback=False), clock=clock, resolve=public, **more)
    return server, reader.connect(BASE, authorization, clock() + seconds)


def found(searched):
    return [resource["id"] for resource in searched.resources]


async def test_the_token_is_presented_on_every_page():
    """AUTH-15."""
    pages = {f"{BASE}/Condition?patient=1": bundle("a", following=f"{BASE}?p=2"), f"{BASE}?p=2": bundle("b")}
    server, connection = connect(pages)
    assert found(await connection.search("Condition?patient=1")) == ["a", "b"]
    assert [request.headers["Authorization"] for request in server.requests] == [f"Bearer {SECRET}"] * 2
    assert {request.headers["Accept"] for request in server.requests} == {"application/fhir+json"}


async def test_without_a_token_no_authorization_is_sent_and_only_where_that_is_allowed():
    pages = {f"{BASE}/Patient/1": {"resourceType": "Patient", "id": "1"}}
    server, connection = connect(pages, authorization=None, anonymous=True)
    await connection.read("Patient/1", "Patient")
    assert "Authorization" not in server.requests[0].headers
    with pytest.raises(Unread, match="no access token"):
        connect(pages, authorization=None)


@pytest.mark.parametrize("server", [None, "https://evil.example/fhir", "http://169.254.169.254/"])
def test_a_server_that_may_not_be_contacted_is_refused_before_anything_is_sent(server):
    """AUTH-16."""
    asked = Server({})
    reader = FHIRReader(httpx.AsyncClient(transport=httpx.MockTransport(asked)), Origins.of([BASE], loopback=False))
    with pytest.raises(Unread):
        reader.connect(server, AUTHORIZATION, 1e12)
    assert asked.requests == []


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/fhir?p=2",
        "http://ehr.example.org/fhir?p=2",
        "https://ehr.example.org/admin",
        "//evil.example/",
    ],
)
async def test_a_next_link_to_elsewhere_is_not_followed_and_the_token_not_sent_there(following):
    """PRE-6."""
    server, connection = connect({f"{BASE}/Condition?patient=1": bundle("a", following=following)})
    searched = await connection.search("Condition?patient=1")
    assert found(searched) == ["a"]
    assert "leads away" in searched.cut_short
    assert len(server.requests) == 1


async def test_pages_are_read_up_to_the_cap_and_the_rest_is_said_to_be_missing():
    pages = {f"{BASE}/Condition?patient=1": bundle("0", following=f"{BASE}?p=1")}
    pages |= {f"{BASE}?p={n}": bundle(str(n), following=f"{BASE}?p={n + 1}") for n in range(1, 9)}
    server, connection = connect(pages, max_pages=3)
    searched = await connection.search("Condition?patient=1")
    assert found(searched) == ["0", "1", "2"]
    assert "more than 3" in searched.cut_short
    assert len(server.requests) == 3


async def test_links_that_lead_round_in_a_circle_are_left():
    pages = {
        f"{BASE}/Condition?patient=1": bundle("a", following=f"{BASE}?p=2"),
        f"{BASE}?p=2": bundle("b", following=f"{BASE}?p=2"),
    }
    _, connection = connect(pages)
    searched = await connection.search("Condition?patient=1")
    assert found(searched) == ["a", "b"]
    assert "circle" in searched.cut_short


async def test_a_later_page_that_fails_costs_only_what_comes_after_it():
    pages = {
        f"{BASE}/Condition?patient=1": bundle("a", following=f"{BASE}?p=2"),
        f"{BASE}?p=2": httpx.Response(500),
    }
    _, connection = connect(pages)
    searched = await connection.search("Condition?patient=1")
    assert found(searched) == ["a"]
    assert "status 500" in searched.cut_short


OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (httpx.Response(401), "status 401"),
        (httpx.Response(403), "status 403"),
        (httpx.Response(404), "status 404"),
        (httpx.Response(410), "status 410"),
        (httpx.Response(503), "status 503"),
        (httpx.Response(302, headers={"Location": "https://evil.example/"}), "redirect"),
        (httpx.Response(307, headers={"Location": f"{BASE}/Patient/2"}), "redirect"),
        (httpx.Response(204), "status 204"),
        (httpx.Response(200, text="<html><body>Sign in</body></html>"), "not JSON"),
        (httpx.Response(200, content=b""), "not JSON"),
        (httpx.Response(200, content=b'{"resourceType": "Patient", "id": "\xff"}'), "not JSON"),
        (httpx.Response(200, content=b'{"resourceType":"Patient","x":NaN}'), "not JSON"),
        (httpx.Response(200, content=b'{"a":' * 5000 + b"1" + b"}" * 5000), "nests too deeply"),
        (httpx.Response(200, json=["Patient"]), "other than a Patient"),
        (httpx.Response(200, json={"resourceType": "Practitioner"}), "other than a Patient"),
        (httpx.Response(200, json=bundle("1", kind="Patient")), "other than a Patient"),
        (httpx.Response(200, json=OUTCOME), "OperationOutcome"),
        (httpx.ConnectError("refused"), "could not be reached"),
        (httpx.ReadTimeout("slow"), "could not be reached"),
        (httpx.RemoteProtocolError("broken"), "could not be reached"),
    ],
)
async def test_anything_but_the_resource_asked_for_is_unread_for_a_plain_reason(answer, says):
    """PRE-8, PRE-16: a 200 that holds an OperationOutcome, an error page or another type is a failure too."""
    server, connection = connect({f"{BASE}/Patient/1": answer})
    with pytest.raises(Unread, match=says) as caught:
        await connection.read("Patient/1", "Patient")
    assert BASE not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        bundle() | {"entry": [{"resource": OUTCOME, "search": {"mode": "outcome"}}]},
        bundle() | {"entry": {"resource": {"resourceType": "Condition"}}},
        bundle() | {"entry": [{"fullUrl": "urn:x"}]},
        bundle(total=7),
    ],
)
async def test_an_empty_result_that_may_have_lost_something_is_not_taken_for_nothing(answer):
    _, connection = connect({f"{BASE}/Condition?patient=1": answer})
    with pytest.raises(Unread):
        await connection.search("Condition?patient=1")


async def test_an_answer_is_read_no_further_than_the_cap():
    sent = []

    async def endless():
        while True:
            sent.append(1)
            yield b" " * 1000

    _, connection = connect({f"{BASE}/Patient/1": httpx.Response(200, content=endless())}, max_bytes=5000)
    with pytest.raises(Unread, match="more than 5000 bytes"):
        await connection.read("Patient/1", "Patient")
    assert len(sent) <= 7


async def test_a_compressed_answer_is_refused_since_no_cap_could_be_kept():
    packed = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"")
    server, connection = connect({f"{BASE}/Patient/1": packed})
    with pytest.raises(Unread, match="compressed"):
        await connection.read("Patient/1", "Patient")
    assert server.requests[0].headers["Accept-Encoding"] == "identity"


async def test_nothing_is_asked_after_the_deadline():
    """REQ-12."""
    clock = Clock()
    server, connection = connect({}, clock=clock, seconds=0.3)
    clock.now += 0.3
    with pytest.raises(Unread, match="no time left"):
        await connection.read("Patient/1", "Patient")
    assert server.requests == []


async def test_a_server_that_does_not_answer_is_left_at_the_deadline():
    """REQ-12: the wait ends by itself, and the slow request with it."""
    given_up = asyncio.Event()

    async def never(request):
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    http = httpx.AsyncClient(transport=httpx.MockTransport(never))
    reader = FHIRReader(http, Origins.of([BASE], loopback=False), resolve=public)
    connection = reader.connect(BASE, AUTHORIZATION, reader.clock() + 0.02)
    with pytest.raises(Unread, match="in time"):
        await connection.read("Patient/1", "Patient")
    assert given_up.is_set()


@pytest.mark.parametrize("expires_in", [0, -5])
async def test_an_expired_token_is_never_sent(expires_in):
    """AUTH-9: `expires_in` is honoured, also when the client sends a token that has already expired."""
    authorization = FHIRAuthorization(SECRET, "Bearer", expires_in, "s", "c")
    server, connection = connect({}, authorization=authorization)
    with pytest.raises(Unread, match="expired"):
        await connection.read("Patient/1", "Patient")
    assert server.requests == []


async def test_a_token_that_expires_between_two_pages_stops_the_reading():
    """AUTH-9."""
    clock = Clock()

    def slow(request):
        clock.now += 20
        return httpx.Response(200, json=bundle("a", following=f"{BASE}?p=2"))

    http = httpx.AsyncClient(transport=httpx.MockTransport(slow))
    reader = FHIRReader(http, Origins.of([BASE], loopback=False), clock=clock, resolve=public)
    authorization = FHIRAuthorization(SECRET, "Bearer", 10, "s", "c")
    searched = await reader.connect(BASE, authorization, clock() + 100).search("Condition?patient=1")
    assert found(searched) == ["a"]
    assert "expired" in searched.cut_short


async def test_the_token_shows_up_in_no_text_no_log_and_no_error(caplog):
    """AUTH-10."""
    caplog.set_level(logging.DEBUG)
    pages = {f"{BASE}/Patient/1": httpx.Response(500, text=SECRET), f"{BASE}/Patient/2": httpx.ConnectError(SECRET)}
    server, connection = connect(pages)
    said = [repr(connection), str(connection), repr(connection.reader)]
    for query in ("Patient/1", "Patient/2"):
        with pytest.raises(Unread) as caught:
            await connection.read(query, "Patient")
        said += [str(caught.value), repr(caught.value), str(caught.value.__cause__)]
    assert len(server.requests) == 2
    assert SECRET not in "\n".join([*said, caplog.text])


async def test_the_shared_client_keeps_no_cookie_and_follows_no_redirect():
    """AUTH-12: nothing of one user's exchange may reach the next one's."""
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(302, headers={"Set-Cookie": "session=1; Path=/", "Location": "https://evil.example/"})

    async with open_http() as http:
        http._transport = httpx.MockTransport(answer)
        await http.get("https://ehr.example.org/fhir/Patient/1")
        await http.get("https://ehr.example.org/fhir/Patient/2")
        assert len(http.cookies) == 0
    assert len(asked) == 2
    assert "cookie" not in asked[1].headers


async def test_entries_without_a_resource_are_passed_over_among_others():
    answer = bundle("a") | {"entry": [{"fullUrl": "x"}, {"resource": {"resourceType": "Condition", "id": "a"}}, None]}
    _, connection = connect({f"{BASE}/Condition?patient=1": json.loads(json.dumps(answer))})
    searched = await connection.search("Condition?patient=1")
    assert found(searched) == ["a"]
    assert searched.cut_short == ""
    assert not searched.failed
