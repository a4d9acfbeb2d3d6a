"""Where the words of a request may go, and that they go nowhere else. Every string of a request, of its headers, its
address and its tokens is given a mark of its own; then everything that leaves the service is searched for marks.

| what | may stand in |
|---|---|
| evidence in a chart | cards, and the page behind a card |
| who the patient, practitioners and family are | nowhere but the database, where requests are recorded in full |
| what feedback says | the database |
| `patientId`, `fhirServer` | addresses asked of that FHIR server |
| `patientId`, `userId`, `encounterId` | references in the orders that a card suggests |
| the EHR's access token | the Authorization header to its own FHIR server, and nothing else, the database included |
| a token of the client, other headers, the query | nowhere, but for the `jti` of a good token: the record of its call |
| a correlation id | where it belongs: the answer and the log |

Nothing of a request is in logs of any level, metrics, errors or traces.
"""

import base64
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.logged import everything_logged
from support.registered import PUBLIC, a_row, registered_service, registered_settings
from support.running import AT, BASE, CALL, FHIR, HOOKS, Running, ToItself, a_request, running, settings_for

import service.hooks
from cds_hooks import CDSResponse
from cds_hooks.testing import PretendEHR
from service.recording import Recorder

MARK = re.compile(r"zqm\d{5}x", re.IGNORECASE)
TOKEN = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read", "subject": "cartsign"}
# What is compared, or decides how the rest is read: with a mark in it nothing would be left to read.
STRUCTURE = re.compile(
    r"resourceType|id|reference|status|system|code|type|contentType|url|fullUrl|intent|mode|relation|versionId|.*[dD]ate.*"
    r"|.*DateTime|issued|start|end|lastUpdated|creation|method|comparator|gender|use|unit"
)
# Who somebody is; no evidence, so no card says it.
PERSONS = re.compile(
    r"prefetch\.patient\.|\.(performer|recorder|asserter|author|requester|authenticator|custodian|subject|encounter)\b"
)


class Marks:
    """Hands out marks, and knows what each was put into."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    def on(self, place: str) -> str:
        mark = f"zqm{len(self.places):05d}x"
        self.places[mark] = place
        return mark

    def found(self, text: str) -> list[str]:
        """The places whose marks are in a text, base64 in it included."""
        return sorted({self.places.get(mark.lower(), mark) for mark in MARK.findall(text)})

    def planted(self, value: Any, path: str = "", *, only: Callable[[str], bool] = lambda _: True) -> Any:
        """The value with a mark in every string whose member holds words; in a note, in every sentence."""
        if isinstance(value, dict):
            return {key: self.planted(member, f"{path}.{key}".lstrip("."), only=only) for key, member in value.items()}
        if isinstance(value, list):
            return [self.planted(element, f"{path}[{n}]", only=only) for n, element in enumerate(value)]
        name = re.sub(r"\[\d+\]$", "", path).rpartition(".")[2]
        if not isinstance(value, str) or STRUCTURE.fullmatch(name) or not only(path):
            return value
        if name == "data":
            text = base64.b64decode(value).decode()
            return base64.b64encode(self.sentences(text, path).encode()).decode()
        return self.sentences(value, path)

    def sentences(self, text: str, path: str) -> str:
        return re.sub(r"[^.;\n]+", lambda found: f"{found[0]} {self.on(path)}", text) or self.on(path)


class Watched:
    """A running service, and everything that has left it so far but answers to calls."""

    def __init__(self, service: Running, marks: Marks, lines: Any, folder: Path) -> None:
        self.service = service
        self.marks = marks
        self.lines = lines
        self.folder = folder

    async def post(self, content: Any, path: str = CALL, **options: Any) -> Any:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = {"content-type": "application/json", **options.pop("headers", {})}
        answer = await self.service.client.post(path, content=body, headers=headers, **options)
        if answer.status_code != 200:
            assert self.marks.found(answer.text) == [], "in an error"
        assert self.marks.found(str(answer.headers.raw)) == [], "in the headers of an answer"
        return answer

    async def is_silent(self) -> None:
        """No mark has left by a side door."""
        assert self.marks.found(self.lines.getvalue()) == [], "in the log"
        for path in ("/metrics", "/readyz", "/livez", "/cds-services", "/rules", "/sandbox/patients"):
            assert self.marks.found((await self.service.client.get(path)).text) == [], f"at {path}"

    def kept(self) -> str:
        """Everything on the disk."""
        files = (path.read_bytes() for path in self.folder.rglob("*") if path.is_file())
        return "".join(held.decode("latin-1") for held in files)


@asynccontextmanager
async def watched(tmp_path: Path, **changes: Any) -> AsyncIterator[Watched]:
    """A service in open trust that records whole requests, and everything it says."""
    with everything_logged() as lines:
        async with running(settings_for(tmp_path, **changes)) as service:
            yield Watched(service, Marks(), lines, tmp_path)


def of_a_chart(path: str) -> bool:
    return path.startswith("prefetch.") and not PERSONS.search(path)


@pytest.mark.parametrize("hook", HOOKS)
async def test_a_chart_is_quoted_on_cards_and_their_pages_and_nowhere_else(
    tmp_path: Path, hook: str, capfd: pytest.CaptureFixture[str]
) -> None:
    quoted: set[str] = set()
    async with watched(tmp_path) as each:
        for patient in ("demo-mixed", "demo-red-flag", "demo-vendor-shaped", "demo-anticoagulant"):
            request = a_request(patient, hook, prefetch=await each.service.prefetch(patient, hook))
            request = each.marks.planted(request, only=lambda path: path.startswith("prefetch."))
            answer = await each.post(request)
            assert answer.status_code == 200
            found = each.marks.found(answer.text)
            for card in answer.json()["cards"]:
                assert each.marks.found(json.dumps({**card, "detail": "", "suggestions": []})) == []
                for link in card["links"]:
                    page = await each.service.client.get(link["url"].removeprefix(BASE))
                    found += each.marks.found(page.text)
            assert [place for place in found if not of_a_chart(place)] == []
            quoted.update(found)
        await each.is_silent()
        assert each.service.asked == []

    assert len(quoted) > 5
    assert MARK.findall("".join(capfd.readouterr())) == []


async def test_ids_are_in_addresses_and_orders_only(tmp_path: Path) -> None:
    """AUTH-10 and the table above: `patientId` is what the FHIR server is asked about."""
    async with watched(tmp_path) as each:
        patient, user, encounter = (each.marks.on(name) for name in ("patientId", "userId", "encounterId"))
        for hook in HOOKS:
            request = a_request("demo-mixed", hook, prefetch=await each.service.prefetch("demo-mixed", hook))
            request["context"] |= {"userId": f"Practitioner/{user}", "encounterId": encounter}
            text = json.dumps(request).replace("demo-mixed", patient)
            answer = await each.post(text.encode())
            assert answer.status_code == 200
            for card in answer.json()["cards"]:
                assert each.marks.found(json.dumps({**card, "suggestions": []})) == []
                for suggestion in card.get("suggestions", ()):
                    (action,) = suggestion["actions"]
                    references = {"subject": 0, "encounter": 0, "requester": 0, "reasonReference": 0}
                    said = suggestion | {"actions": [action | {"resource": action["resource"] | references}]}
                    assert each.marks.found(json.dumps(said)) == []
            del request["prefetch"]
            await each.post(json.dumps(request).replace("demo-mixed", patient).encode())
        await each.is_silent()
        asked = each.service.asked

    assert asked
    assert {place for request in asked for place in each.marks.found(str(request.url))} == {"patientId"}


@pytest.mark.parametrize("hook", HOOKS)
async def test_no_string_of_an_envelope_is_repeated(tmp_path: Path, hook: str) -> None:
    statuses = []
    async with watched(tmp_path) as each:
        complete = await each.service.prefetch("demo-mixed", hook)
        request = a_request(
            "demo-mixed", hook, fhirAuthorization=TOKEN, extension={"org.example": {"a": "b"}}, more="x"
        )
        for path in leaves(request):
            for prefetch in ({}, {"prefetch": complete}):
                for spoil in (lambda old, mark: mark, lambda old, mark: f"{old}{mark}"):
                    mark = each.marks.on(".".join(map(str, path)))
                    answer = await each.post(replaced(request | prefetch, path, spoil, mark))
                    statuses.append(answer.status_code)
                    for card in answer.json().get("cards", ()):
                        assert each.marks.found(json.dumps({**card, "suggestions": []})) == []
            asked = " ".join(str(request.url) for request in each.service.asked)
            assert set(each.marks.found(asked)) <= {"fhirServer", "context.patientId"}
        await each.is_silent()

    assert {200, 400, 412} <= set(statuses)


def leaves(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, *path, key)
    elif isinstance(value, str):
        yield path


def replaced(request: dict[str, Any], path: tuple[Any, ...], spoil: Callable[[str, str], str], mark: str) -> Any:
    spoilt = deepcopy(request)
    *way, last = path
    place = spoilt
    for key in way:
        place = place[key]
    place[last] = spoil(place[last], mark)
    return spoilt


@pytest.mark.parametrize("record", ["full", "decision"])
async def test_the_access_token_goes_to_its_own_server_and_is_kept_nowhere(tmp_path: Path, record: str) -> None:
    """AUTH-9, AUTH-10"""
    async with watched(tmp_path, record=record) as each:
        token = each.marks.on("access_token")
        for changes in ({}, {"fhirServer": f"{FHIR}/nothing"}, {"fhirServer": "https://elsewhere.example/fhir"}):
            request = a_request("demo-mixed", **changes, fhirAuthorization={**TOKEN, "access_token": token})
            answer = await each.post(request)
            assert each.marks.found(answer.text) == []
        await each.is_silent()
        asked = each.service.asked

    assert {request.headers["authorization"] for request in asked} == {f"Bearer {token}"}
    for request in asked:
        assert request.url.host == "127.0.0.1"
        assert (
            each.marks.found(
                f"{request.url} {[pair for pair in request.headers.items() if pair[0] != 'authorization']}"
            )
            == []
        )
    assert token not in each.kept()


async def test_tokens_of_the_client_other_headers_and_the_query_stay_outside(tmp_path: Path) -> None:
    """SEC-22: a client may sign where nobody asks for it."""
    async with watched(tmp_path) as each:
        claims = {name: each.marks.on(f"claim {name}") for name in ("iss", "sub", "aud", "jti", "tenant")}
        header = {
            "alg": "ES384",
            "typ": "JWT",
            "kid": each.marks.on("kid"),
            "jku": f"https://{each.marks.on('jku')}.example",
        }
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
        headers = {
            "authorization": f"Bearer {parts[0]}.{parts[1]}.{each.marks.on('signature')}",
            **{
                name: each.marks.on(name)
                for name in ("cookie", "user-agent", "referer", "origin", "x-forwarded-for", "accept")
            },
            "x-correlation-id": f"not well formed {each.marks.on('correlation id')}",
            each.marks.on("name of a header"): "x",
        }
        request = a_request("demo-mixed", prefetch=await each.service.prefetch("demo-mixed"))
        query = {each.marks.on("name in the query"): each.marks.on("value in the query")}
        for body, path in ((request, CALL), ({}, CALL), ({"feedback": []}, f"{CALL}/feedback"), (request, f"{CALL}/x")):
            answer = await each.post(body, path, headers=headers, params=query)
            assert each.marks.found(answer.text) == []
        for path in ("/cds-services", "/metrics", "/nothing", "/evidence/x", "/rules/x", "/sandbox/calls/x"):
            answer = await each.service.client.get(path, headers=headers, params=query)
            assert each.marks.found(answer.text + str(answer.headers.raw)) == []
        await each.is_silent()
        assert not any(part in each.lines.getvalue() for part in parts)

    kept = each.kept()
    assert [mark for mark in each.marks.places if mark in kept] == []


async def test_a_well_formed_correlation_id_comes_back_and_is_logged(tmp_path: Path) -> None:
    async with watched(tmp_path) as each:
        answer = await each.service.client.post(CALL, json=a_request(), headers={"x-correlation-id": "visit-7.a_b"})

    assert answer.headers["x-correlation-id"] == "visit-7.a_b"
    assert '"correlation_id": "visit-7.a_b"' in each.lines.getvalue()


async def test_no_refusal_repeats_what_it_refuses(tmp_path: Path) -> None:
    async with watched(tmp_path, max_body_mb=1) as each:
        on = each.marks.on
        whole = json.dumps(a_request()).encode()
        deep = on("deep")
        refused = [
            await each.post(whole[:-1] + b', "x": ' + on("cut").encode()),
            await each.post(f'{{"hook": "{on("open string")}'.encode()),
            await each.post(f'["{on("array")}"]'.encode()),
            await each.post(f'"{on("string")}"'.encode()),
            await each.post(f'{{"hook": "{on("control")}\x01"}}'.encode()),
            await each.post(f'{{"hook": "{on("latin")}\xe9"}}'.encode("latin-1")),
            await each.post(f'{{"a": {"[" * 80}"{deep}"{"]" * 80}}}'.encode()),
            await each.post(a_request(context={"patientId": on("id")}, prefetch={on("key"): {on("member"): 1}})),
            await each.post(f'{{"hook": "{on("large")}", "x": "{"y" * 2**20}"}}'.encode()),
            await each.post(whole, headers={"content-type": f"text/{on('media type')}"}),
            await each.post(whole, headers={"content-encoding": on("encoding")}),
            await each.post(whole, f"/cds-services/{on('service')}"),
            await each.post(whole, f"{CALL}/feedback/{on('path')}"),
            await each.service.client.put(f"{CALL}?{on('query')}", content=whole),
            await each.post(a_request(prefetch={"patient": on("a gateway's page")}, fhirServer="https://e.example")),
        ]
        for answer in refused:
            assert each.marks.found(answer.text) == []
        await each.is_silent()

    assert {answer.status_code for answer in refused} == {400, 404, 405, 412, 413, 415}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (service.hooks, "read_answers"),
        (service.hooks, "read_chart"),
        (service.hooks, "decide"),
        (Recorder, "record"),
        (Recorder, "history"),
        (CDSResponse, "encode"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_a_failure_inside_tells_its_place_and_nothing_of_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    marks = Marks()

    def broken(*given: Any, **named: Any) -> Any:
        kept = marks.on("local variable")
        try:
            {}[kept]
        except KeyError as cause:
            problem = RuntimeError(f"{marks.on('message')} {given!r}", {marks.on("argument"): kept})
            problem.add_note(marks.on("note"))
            raise problem from cause

    async with watched(tmp_path) as each:
        each.marks.places |= marks.places
        request = a_request(prefetch=await each.service.prefetch("demo-mixed"))
        request = each.marks.planted(request, only=lambda path: path.startswith("prefetch."))
        monkeypatch.setattr(module, name, broken)
        answer = await each.post(request)
        assert MARK.findall(answer.text) == []
        assert MARK.findall(each.lines.getvalue()) == []
        await each.is_silent()

    assert answer.status_code == 500
    assert "RuntimeError" in each.lines.getvalue()
    assert answer.headers["x-correlation-id"] in each.lines.getvalue()
    assert MARK.findall("".join(capfd.readouterr())) == []


async def test_what_a_fhir_server_says_when_it_fails_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path) as each:
        on = each.marks.on
        page = f"<html>{on('error page')}</html>"
        outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": on("outcome")}]}
        challenge = {"www-authenticate": on("challenge"), "set-cookie": f"a={on('cookie')}"}
        failures: tuple[tuple[Exception | httpx.Response, int], ...] = (
            (httpx.ConnectError(on("network error")), 412),
            (httpx.Response(500, text=page), 412),
            (httpx.Response(200, text=page), 412),
            (httpx.Response(200, json=outcome), 412),
            (httpx.Response(302, headers={"location": f"https://{on('redirect')}.example"}), 412),
            (httpx.Response(401, headers=challenge), 412),
            (httpx.Response(200, json={"resourceType": on("type")}), 412),
            (RuntimeError(on("a fault of the library")), 500),
        )
        for failure, status in failures:

            async def answering(*_: Any, failure: Any = failure) -> httpx.Response:
                if isinstance(failure, Exception):
                    raise failure
                return httpx.Response(failure.status_code, headers=failure.headers, content=failure.content)

            monkeypatch.setattr(ToItself, "handle_async_request", answering)
            answer = await each.post(a_request())
            assert answer.status_code == status
            assert each.marks.found(answer.text) == []
        await each.is_silent()


async def test_feedback_is_kept_in_the_database_and_told_to_nobody(tmp_path: Path) -> None:
    """FB-15"""
    async with watched(tmp_path) as each:
        on = each.marks.on
        reason = {"reason": {name: on(name) for name in ("code", "system", "display")}, "userComment": on("comment")}
        item = {
            "card": on("card"),
            "outcome": "overridden",
            "outcomeTimestamp": "2026-11-30T09:01:00Z",
            "overrideReason": reason,
        }
        accepted = {
            **item,
            "outcome": "accepted",
            "acceptedSuggestions": [{"id": on("suggestion")}],
            "more": on("more"),
        }
        spoilt = [
            {**item, "outcome": on("outcome")},
            {**item, "outcomeTimestamp": on("time")},
            on("no object"),
            {**item, "card": [on("list")]},
        ]
        good = await each.post({"feedback": [item, accepted]}, f"{CALL}/feedback")
        bad = await each.post({"feedback": [*spoilt, item]}, f"{CALL}/feedback")
        assert each.marks.found(good.text + bad.text) == []
        await each.is_silent()

    assert (good.status_code, bad.status_code) == (200, 400)
    assert "comment" in each.marks.found(each.kept())


async def test_feedback_that_cannot_be_kept_is_told_to_nobody_either(tmp_path: Path) -> None:
    missing = tmp_path / "a file"
    missing.write_text("where a folder should be")
    async with watched(tmp_path, database_url=f"sqlite+aiosqlite:///{missing}/cartsign.sqlite3") as each:
        item = {"card": each.marks.on("card"), "outcome": "overridden", "outcomeTimestamp": "2026-11-30T09:01:00Z"}
        comment = {"overrideReason": {"userComment": each.marks.on("comment")}}
        answer = await each.post({"feedback": [item | comment]}, f"{CALL}/feedback")
        assert MARK.findall(each.lines.getvalue()) == []

    assert answer.status_code == 503


async def test_nothing_of_a_token_leaves_the_door_that_reads_it(tmp_path: Path) -> None:
    """SEC-22: whether it is let in or not; of one that was, the call's record keeps the jti."""
    ehr = PretendEHR(tenant="hospital-7")
    settings = registered_settings(tmp_path)
    with everything_logged() as lines:
        async with registered_service(settings, a_row(ehr)) as service:
            each = Watched(service, Marks(), lines, tmp_path)
            on = each.marks.on
            audience = f"{PUBLIC}{CALL}"
            plain = {"alg": "ES384", "typ": "JWT", "kid": ehr.kid}

            def token(header: dict[str, Any] | None = None, **claims: Any) -> str:
                return ehr.sign({**plain, **(header or {})}, ehr.claims(audience, AT, **claims))

            said = {
                "sub": on("sub"),
                "fhirUser": on("fhirUser"),
                on("name of a claim"): {on("inner name"): on("inner")},
            }
            # Its keys were handed over, so that an address of others is no part of the proof (SEC-14).
            good = token({"more": on("header"), "jku": f"https://{on('jku')}.example/keys"}, jti=on("jti"), **said)
            refused = [
                token({"kid": on("kid")}),
                token({"typ": on("typ")}),
                token({"alg": on("alg")}),
                token({"crit": [on("crit")]}),
                token(iss=f"https://{on('iss')}.example"),
                token(aud=f"https://{on('aud')}.example"),
                token(aud=[on("aud in a list")]),
                token(tenant=on("tenant")),
                token(exp=on("exp")),
                token(jti=[on("jti in a list")]),
                token(jti=f"{on('jti with a line')}\n"),
                f"{token(jti=on('forged'))[:-8]}AAAAAAAA",
                f"{token()}.{on('fourth part')}",
                on("no token"),
                good,
            ]
            request = a_request("demo-mixed", prefetch=await service.prefetch("demo-mixed"))
            first = await each.post(request, headers={"authorization": f"Bearer {good}"})
            assert first.status_code == 200
            assert [place for place in each.marks.found(first.text) if not of_a_chart(place)] == []
            for bad in refused:
                answer = await each.post(request, headers={"authorization": f"Bearer {bad}"})
                assert (answer.status_code, each.marks.found(answer.text)) == (401, [])
            await each.post(request, headers={"authorization": f"{on('scheme')} {token()}"})
            assert each.marks.found(lines.getvalue()) == []
            assert lines.getvalue().count("caller refused") == len(refused) + 1
            for path in ("/metrics", "/readyz", "/livez", "/rules"):
                assert each.marks.found((await service.client.get(path)).text) == []
            assert service.asked == []

        assert each.marks.found(each.kept()) == ["jti"]
        assert not any(part in each.kept() for bad in refused for part in bad.split(".") if len(part) > 40)
