import asyncio
import json
import logging
from datetime import UTC, datetime

import httpx
import pytest

from cds_hooks import Untrusted, recognise
from cds_hooks.jwks import MAX_DOCUMENT_BYTES, FetchedKeys, StaticKeys, prove_with
from cds_hooks.testing import PretendEHR
from cds_hooks.trust import Reason

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
HERE = "https://cds.example.org/cds-services/greeter"
JKU = "https://ehr.example.org/jwks.json"
EHR = PretendEHR(jku=JKU)
# Its next key, under an id of its own.
ROTATED = PretendEHR(jku=JKU, kid="key-2")
CLIENT = EHR.as_client("ehr")


class Server:
    """What stands at the address: answers in turn, the last one for ever, and the requests it had."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, request):
        self.requests.append(request)
        await self.open.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def keys_at(server, clock=None, **options):
    return FetchedKeys(JKU, httpx.AsyncClient(transport=httpx.MockTransport(server)), clock=clock or Clock(), **options)


def token_of(ehr):
    return recognise(ehr.token(HERE, NOW), [CLIENT], HERE, NOW)


async def reason_of(source, ehr):
    with pytest.raises(Untrusted) as caught:
        await prove_with(source, token_of(ehr))
    assert caught.value.client == "ehr"
    return caught.value.reason


async def test_keys_are_fetched_when_first_needed_and_then_kept():
    """SEC-13, SEC-24"""
    server = Server(EHR.jwks)
    source = keys_at(server)
    assert server.requests == []
    for _ in range(3):
        assert (await prove_with(source, token_of(EHR))).client == "ehr"
    assert [(request.method, str(request.url)) for request in server.requests] == [("GET", JKU)]
    assert "authorization" not in server.requests[0].headers


async def test_keys_that_were_handed_over_need_no_network():
    """SEC-14"""
    assert (await prove_with(StaticKeys(EHR.key_set), token_of(EHR))).client == "ehr"
    assert await reason_of(StaticKeys(EHR.key_set), ROTATED) == Reason.KEY_UNKNOWN


async def test_an_unknown_key_brings_newer_keys_once_an_interval():
    """SEC-11, SEC-24"""
    clock, server = Clock(), Server(EHR.jwks, ROTATED.jwks)
    source = keys_at(server, clock, interval=60)
    await prove_with(source, token_of(EHR))

    for _ in range(5):
        assert await reason_of(source, ROTATED) == Reason.KEY_UNKNOWN
    assert len(server.requests) == 1, "keys fetched a moment ago are not fetched again"
    clock.now += 60
    assert (await prove_with(source, token_of(ROTATED))).client == "ehr"
    for _ in range(5):
        assert await reason_of(source, EHR) == Reason.KEY_UNKNOWN
    assert len(server.requests) == 2


async def test_a_wrong_signature_brings_no_newer_keys():
    """SEC-24"""
    clock, server = Clock(), Server(EHR.jwks)
    source = keys_at(server, clock)
    await prove_with(source, token_of(EHR))
    clock.now += 600
    assert await reason_of(source, PretendEHR(jku=JKU)) == Reason.SIGNATURE_WRONG
    assert len(server.requests) == 1


async def test_a_key_that_was_withdrawn_proves_nothing_once_the_keys_are_no_longer_fresh():
    """SEC-24"""
    clock, server = Clock(), Server(EHR.jwks, ROTATED.jwks)
    source = keys_at(server, clock, fresh=900)
    await prove_with(source, token_of(EHR))
    clock.now += 899
    await prove_with(source, token_of(EHR))
    clock.now += 1
    assert await reason_of(source, EHR) == Reason.KEY_UNKNOWN


BAD_ANSWERS = {
    "an error": lambda: httpx.Response(500),
    "not found": lambda: httpx.Response(404, json=EHR.jwks),
    "a redirect": lambda: httpx.Response(
        302, headers={"Location": "https://attacker.example/jwks.json"}, json=EHR.jwks
    ),
    "a page": lambda: httpx.Response(200, html="<html>Log in</html>"),
    "no keys": lambda: httpx.Response(200, json={"keys": []}),
    "too much": lambda: httpx.Response(200, content=json.dumps(EHR.jwks).encode() + b" " * MAX_DOCUMENT_BYTES),
    "compressed": lambda: httpx.Response(
        200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(json.dumps(EHR.jwks).encode())
    ),
    "no connection": lambda: httpx.ConnectError("refused"),
    "no answer": lambda: httpx.ReadTimeout("slow"),
    "a broken answer": lambda: httpx.RemoteProtocolError("garbage"),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
async def test_during_an_outage_the_last_good_keys_serve(answer, caplog):
    """SEC-15, SEC-24"""
    clock, server = Clock(), Server(EHR.jwks, answer(), ROTATED.jwks)
    source = keys_at(server, clock, fresh=900, interval=60)
    await prove_with(source, token_of(EHR))
    assert not source.outage

    clock.now += 900
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            assert (await prove_with(source, token_of(EHR))).client == "ehr"
    assert source.outage
    assert len(server.requests) == 2, "a failure is not repeated within the interval"
    assert {str(request.url) for request in server.requests} == {JKU}
    assert len(caplog.records) == 1
    assert "kept=True" in caplog.text
    clock.now += 60
    assert await reason_of(source, EHR) == Reason.KEY_UNKNOWN
    assert not source.outage


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
async def test_without_any_keys_nobody_is_trusted_and_the_address_is_not_pressed(answer):
    """SEC-24"""
    clock, server = Clock(), Server(answer(), EHR.jwks)
    source = keys_at(server, clock, interval=60)
    for _ in range(5):
        assert await reason_of(source, EHR) == Reason.KEYS_UNAVAILABLE
    assert len(server.requests) == 1
    clock.now += 60
    assert (await prove_with(source, token_of(EHR))).client == "ehr"


async def test_many_calls_at_once_make_one_request():
    """SEC-24"""
    server = Server(EHR.jwks)
    server.open.clear()
    calls = [asyncio.create_task(prove_with(source, token_of(EHR))) for source in [keys_at(server)] * 20]
    while not server.requests:
        await asyncio.sleep(0)
    server.open.set()
    assert {identity.client for identity in await asyncio.gather(*calls)} == {"ehr"}
    assert len(server.requests) == 1


async def test_a_call_that_is_given_up_leaves_the_request_to_the_others():
    server = Server(EHR.jwks)
    server.open.clear()
    source = keys_at(server)
    given_up, patient = (asyncio.create_task(prove_with(source, token_of(EHR))) for _ in range(2))
    while not server.requests:
        await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait({given_up})
    server.open.set()
    assert (await patient).client == "ehr"
    assert given_up.cancelled()
    assert len(server.requests) == 1


async def test_a_slow_address_holds_up_no_call_for_which_there_are_keys():
    clock, server = Clock(), Server(EHR.jwks)
    source = keys_at(server, clock, patience=0.001)
    await prove_with(source, token_of(EHR))
    clock.now += 900
    server.open.clear()
    assert (await prove_with(source, token_of(EHR))).client == "ehr"
    before = await source.current()
    assert len(server.requests) == 2
    server.open.set()
    assert await source.newer(before) is not None, "the request under way was not lost"


async def test_an_address_that_never_answers_is_given_up():
    server = Server(EHR.jwks)
    server.open.clear()
    assert await reason_of(keys_at(server, timeout=0.01), EHR) == Reason.KEYS_UNAVAILABLE


async def test_only_an_address_that_may_be_pinned_is_fetched_from():
    """SEC-1, SEC-15"""
    async with httpx.AsyncClient() as http:
        with pytest.raises(ValueError, match="https"):
            FetchedKeys("http://ehr.example.org/jwks.json", http)
