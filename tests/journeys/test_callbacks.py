"""Calls to the EHR's FHIR server go to registered servers and nowhere else, whatever a request or an answer says: the
service with its real HTTP client, real servers that remember who came, and a name server that leads all names there."""

from pathlib import Path
from typing import Any

import pytest
from support.canary import CANARY, EHR, Names, Place, listening, networked, not_found
from support.hostile_urls import HOST, KINDS, hostile_urls
from support.registered import Signed, a_row, lent, registered_settings
from support.running import a_request

from cds_hooks.testing import PretendEHR
from service.fhir.origins import FHIRBase
from service.fhir.prefetch_table import TEMPLATES

TOKEN = "lent-token-5d1c"
BEARER = f"Bearer {TOKEN}"
PATIENT = {"resourceType": "Patient", "id": "demo-probable"}
EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}
LOOPBACK = ("127.0.0.0/8",)


def asking(server: str, prefetch: dict[str, Any] | None = None) -> dict[str, Any]:
    """A call that lends a token; with `prefetch`, all that it does not give is given as empty."""
    call = a_request(fhirServer=server, **lent(access_token=TOKEN))
    if prefetch is not None:
        call["prefetch"] = {**{template.key: EMPTY for template in TEMPLATES}, "patient": PATIENT, **prefetch}
    return call


def pointing(url: str) -> dict[str, Any]:
    """A search result that leads to `url` in every way that FHIR has."""
    subject = {"reference": "Patient/demo-probable"}
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "subject": subject,
        "asserter": {"reference": url},
        "encounter": {"reference": f"{url}/Encounter/1"},
        "evidence": [{"detail": [{"reference": url}]}],
        "extension": [{"url": url, "valueReference": {"reference": url}}],
        "meta": {"source": url, "profile": [url]},
    }
    document = {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "subject": subject,
        "content": [{"attachment": {"contentType": "text/plain", "url": url}}],
    }
    links = [{"relation": relation, "url": url} for relation in ("next", "self", "first", "last", "previous")]
    entries = [{"fullUrl": url, "resource": each} for each in (condition, document)]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links}


def a_client(place: Place, *, origins: tuple[str, ...] = (), networks: tuple[str, ...] = LOOPBACK) -> Any:
    ehr = PretendEHR()
    return ehr, a_row(ehr, fhir_origins=origins or (place.base,), fhir_networks=networks, calls_per_minute=1_000_000)


@pytest.mark.parametrize("kind", KINDS)
async def test_no_hostile_url_gets_a_connection_or_the_token(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-16, PRE-6: as `fhirServer`, as a link to the next page, as a reference. Every address on this machine is
    registered, so it is the URL alone that is refused."""
    reached = []
    async with listening() as place:
        ehr, row = a_client(place)
        async with networked(registered_settings(tmp_path), row) as service:
            names = Names({HOST: [EHR]})
            names.answer(monkeypatch)
            caller = Signed(service, ehr)
            hostile = [each.url for each in hostile_urls(place.port, place.other_port) if each.kind == kind]
            for url in hostile:
                as_server = await caller.post(asking(url))
                assert as_server.status_code in (400, 412), url
                leads = asking(place.base, {"conditions": pointing(url), "documents": pointing(url)})
                led = await caller.post(leads)
                assert led.status_code == 200, (url, led.text)
                if names.asked or names.dialled or any(each.connections for each in place.everybody):
                    reached.append(url)
                    names.asked.clear()
                    names.dialled.clear()
                    for each in place.everybody:
                        each.connections = 0
    assert len(hostile) >= 8
    assert reached == []


async def test_the_same_urls_are_reached_with_the_token_once_they_are_registered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-1, AUTH-15: of the hostile URLs, all those that name a server on this machine which could be registered."""
    async with listening() as place:
        bases = {}
        for hostile in hostile_urls(place.port, place.other_port):
            try:
                base = FHIRBase.parse(hostile.url)
            except ValueError:
                continue
            here = base.host in (EHR, CANARY) or (not base.host.replace(".", "").isdigit() and ":" not in base.host)
            if here and base.scheme == "http" and base.port in (place.port, place.other_port):
                bases[hostile.url] = base
        ehr, row = a_client(place, origins=tuple(bases))
        async with networked(registered_settings(tmp_path), row) as service:
            Names({HOST: [EHR], "localhost": [EHR]}).answer(monkeypatch)
            caller = Signed(service, ehr)
            missed = []
            for url, base in bases.items():
                for each in place.everybody:
                    each.requests.clear()
                call = asking(url, {})
                del call["prefetch"]["conditions"]
                assert (await caller.post(call)).status_code == 412, url
                came = [request for each in place.everybody for request in each.requests]
                if [(target.startswith(f"{base.path}/Condition?"), sent["authorization"], sent["host"])
                    for target, sent in came] != [(True, BEARER, base.authority)]:  # fmt: skip
                    missed.append(url)
    assert missed == []
    assert len(bases) >= 70
    assert len({FHIRBase.parse(url).host for url in bases}) >= 40


@pytest.mark.parametrize("url", ["http://{host}:{port}/fhir", "http://127.0.0.2:{port}/fhir"])
async def test_a_next_link_is_followed_with_the_token_where_its_server_is_the_one_registered(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRE-5, PRE-6."""
    async with listening() as place:
        server = url.format(host=HOST, port=place.port)
        ehr, row = a_client(place, origins=(server,))
        async with networked(registered_settings(tmp_path), row) as service:
            Names({HOST: [CANARY]}).answer(monkeypatch)
            answer = await Signed(service, ehr).post(asking(server, {"conditions": pointing(f"{server}?page=2")}))
            assert answer.status_code == 200
        assert [target for target, _ in place.canary.requests] == ["/fhir?page=2"]
        assert place.canary.tokens == [BEARER]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_the_token_nowhere(status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AUTH-16: nor to another path of the same server."""
    locations = iter([f"http://{CANARY}:{{port}}/fhir", "http://evil.example:{port}/fhir", "//evil.example:{port}/",
                      "/elsewhere", "http://{host}:{port}/fhir/Condition"] * 10)  # fmt: skip

    def redirecting(_target: str) -> Any:
        return status, {"Location": next(locations).format(port=place.port, host=HOST)}, {}

    async with listening(redirecting) as place:
        ehr, row = a_client(place)
        async with networked(registered_settings(tmp_path), row) as service:
            names = Names({HOST: [EHR]})
            names.answer(monkeypatch)
            assert (await Signed(service, ehr).post(asking(place.base))).status_code == 412
        assert len(place.ehr.requests) == len(TEMPLATES)
        assert (place.canary.connections, place.beside.connections) == (0, 0)
        assert set(names.asked) == {HOST}


async def test_a_name_server_that_answers_differently_the_second_time_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-16: one call asks once and goes to what it checked; the next call asks and checks again."""
    async with listening() as place:
        ehr, row = a_client(place, networks=(f"{EHR}/32",))
        async with networked(registered_settings(tmp_path), row) as service:
            names = Names({HOST: [EHR, CANARY]})
            names.answer(monkeypatch)
            caller = Signed(service, ehr)
            assert (await caller.post(asking(place.base))).status_code == 412
            assert names.asked == [HOST]
            assert set(names.dialled) == {(EHR, place.port)}
            assert len(place.ehr.tokens) == len(TEMPLATES)
            refused = await caller.post(asking(place.base))
            assert refused.status_code == 412
            assert "an address that may not be contacted" in refused.text
        assert names.asked == [HOST, HOST]
        assert len(place.ehr.requests) == len(TEMPLATES)
        assert place.canary.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        CANARY, "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to be refused; nothing is bound
        "224.0.0.1", "::1", "::ffff:127.0.0.2", "64:ff9b::7f00:2", "2002:7f00:2::", "fd00:ec2::254", "fe80::1",
    ],
)  # fmt: skip
async def test_a_registered_name_leads_to_no_address_off_the_public_internet(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-16: the canary listens at one of them, and nothing comes."""
    async with listening() as place:
        ehr, row = a_client(place, networks=(f"{EHR}/32",))
        async with networked(registered_settings(tmp_path), row) as service:
            Names({HOST: [address]}).answer(monkeypatch)
            refused = await Signed(service, ehr).post(asking(place.base))
            assert refused.status_code == 412
            assert "an address that may not be contacted" in refused.text
        assert [each.connections for each in place.everybody] == [0, 0, 0]


async def test_what_one_client_registered_opens_nothing_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-12, AUTH-16: the same name, the same server, but only one client may reach the address it has."""
    async with listening() as place:
        one, other = PretendEHR("https://one.example.org"), PretendEHR("https://other.example.org")
        rows = (
            a_row(one, "one", fhir_origins=(place.base,), fhir_networks=LOOPBACK),
            a_row(other, "other", fhir_origins=(place.base,)),
        )
        async with networked(registered_settings(tmp_path), *rows) as service:
            Names({HOST: [EHR]}).answer(monkeypatch)
            for ehr in (one, other):
                assert (await Signed(service, ehr).post(asking(place.base))).status_code == 412
        assert len(place.ehr.requests) == len(TEMPLATES)


async def test_the_token_is_in_no_answer_no_log_and_no_metric_whatever_the_server_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """AUTH-9, AUTH-10: a server that repeats the token it was given, and one that is not there."""

    def echoing(_target: str) -> Any:
        return 500, {"X-Echo": BEARER}, {"token": BEARER}

    said = []
    for answer in (echoing, not_found):
        async with listening(answer) as place:
            folder = tmp_path / answer.__name__
            folder.mkdir()
            gone = f"http://{HOST}:1/fhir"
            ehr, row = a_client(place, origins=(place.base, gone))
            async with networked(registered_settings(folder), row) as service:
                Names({HOST: [EHR]}).answer(monkeypatch)
                caller = Signed(service, ehr)
                said += [(await caller.post(asking(server))).text for server in (place.base, gone)]
                said.append((await service.client.get("/metrics")).text)
            assert set(place.ehr.tokens) == {BEARER}
            said += [file.read_bytes().decode("latin-1") for file in folder.iterdir()]
    printed = capfd.readouterr()
    assert TOKEN not in "\n".join([*said, printed.out, printed.err])
