"""The command line: what is printed where, and with which exit code."""

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.running import a_request, running, settings_for

from service import cli
from service.evidence.marked import Marked, MarkedSentence, Marking
from service.explain import explain

AT = ["--at", "2026-11-30T09:00:00Z"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def complete_request(tmp_path: Path, patient: str) -> str:
    """The path of a request that brings a demo patient's whole chart."""

    async def make() -> dict[str, Any]:
        async with running(settings_for(tmp_path)) as service:
            return a_request(patient, prefetch=await service.prefetch(patient))

    return written(tmp_path, asyncio.run(make()))


@pytest.fixture
def probable(tmp_path: Path) -> str:
    return complete_request(tmp_path, "demo-probable")


def written(tmp_path: Path, request: Any) -> str:
    path = tmp_path / "request.json"
    path.write_text(request if isinstance(request, str) else json.dumps(request))
    return str(path)


def test_decide_prints_the_decision_as_json_with_its_keys_in_order(run: Run, probable: str) -> None:
    code, out, err = run("decide", probable, *AT)

    decision = json.loads(out)
    assert code == 0
    assert list(decision) == [
        "state", "topic", "flag", "rule", "findings", "context", "drafts", "criteria", "scores", "cards", "held",
        "gaps", "knowledge",
    ]  # fmt: skip
    assert (decision["state"], decision["topic"], decision["flag"]) == ("probable", "neurogenicClaudication", "present")
    assert "ms" in err


def test_the_same_request_at_the_same_time_is_the_same_decision_byte_for_byte(run: Run, probable: str) -> None:
    first, second = run("decide", probable, *AT), run("decide", probable, *AT)
    later = run("decide", probable, "--at", "2026-11-30T09:00:01Z")

    assert first[1] == second[1]
    assert json.loads(first[1])["cards"][0]["uuid"] != json.loads(later[1])["cards"][0]["uuid"]


def test_explain_prints_state_quotes_reasons_and_criteria_for_people(run: Run, probable: str) -> None:
    code, out, _ = run("decide", probable, "--explain", *AT)

    assert code == 0
    assert out.startswith("Text of the chart: [words looked for]")
    assert "\nState: probable, by rule probable-neurogenic-claudication" in out
    for said in ("A leg-symptom-on-walking: present", "better leaning on cart", "Criteria of", "+ ", "not documented:"):
        assert said in out


def test_an_explanation_cannot_drive_the_terminal() -> None:
    evidence = {"ref": "O/1", "path": "", "quote": "pain\x1b[2J", "status": "present", "reason": "r"}
    decision = {
        "state": "silent", "flag": "absent", "rule": None, "criteria": [], "cards": [], "held": [], "knowledge": "k",
        "findings": [{"atom": "A", "id": "a", "status": "present", "evidence": [evidence]}],
        "gaps": [{"key": "documents", "code": "failed", "detail": "\x1b]0;x\x07"}],
    }  # fmt: skip

    text = MarkedSentence("O/1", "p\x1b", "pain\x1b[2J", marks=(Marking(0, 4, "symptom", "pain", "pain"),))

    said = explain(decision, Marked((text,)))

    assert "[pain]" in said
    assert not {"\x1b", "\x07"} & set(said)


def test_silence_is_a_success(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("decide", complete_request(tmp_path, "demo-silent"), *AT)

    assert (code, json.loads(out)["state"], json.loads(out)["cards"]) == (0, "silent", [])


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        ({"hook": "patient-view"}, "hookInstance"),
        (a_request(), "'patient', 'conditions', 'observations'"),
    ],
)
def test_a_request_the_service_would_refuse_exits_2_with_the_sentence(
    run: Run, tmp_path: Path, request_: Any, says: str
) -> None:
    code, out, err = run("decide", written(tmp_path, request_))

    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_file_that_is_not_there_exits_2(run: Run, tmp_path: Path) -> None:
    code, _, err = run("decide", str(tmp_path / "nowhere.json"))

    assert code == 2
    assert "cannot be read" in err


def test_decide_reads_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}")))

    assert run("decide", "-")[0] == 2


def test_a_time_without_a_zone_is_refused(run: Run, tmp_path: Path) -> None:
    code, _, err = run("decide", written(tmp_path, "{}"), "--at", "2026-11-30T09:00:00")

    assert code == 2
    assert "--at 2026-11-30T09:00:00: expected a time" in err


def test_serve_says_what_is_wrong_with_a_public_url_of_plain_http(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTSIGN_PUBLIC_URL", "http://cds.example.org")
    code, out, err = run("serve")

    assert (code, out) == (2, "")
    assert "CARTSIGN_PUBLIC_URL=http://cds.example.org" in err
    assert "CARTSIGN_INSECURE_HTTP=1" in err


def test_serve_refuses_open_trust_on_an_address_others_can_reach(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTSIGN_TRUST", "open")
    monkeypatch.setenv("CARTSIGN_HOST", "0.0.0.0")  # noqa: S104  # the point of the test
    code, _, err = run("serve")

    assert code == 2
    assert "CARTSIGN_HOST=0.0.0.0" in err


def test_a_setting_that_cannot_be_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTSIGN_PORT", "http")
    code, _, err = run("demo")

    assert code == 2
    assert err == "cartsign: CARTSIGN_PORT=http: expected a whole number from 0 to 65535\n"


def test_check_passes_on_the_shipped_knowledge(run: Run) -> None:
    code, out, _ = run("check")

    assert code == 0, out
    assert "examples:" in out
    assert "vignettes:" in out


def test_check_of_a_folder_that_is_no_knowledge_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    code, _, err = run("check", str(tmp_path / "nowhere"))

    assert code == 2
    assert err.startswith("cartsign: ")


def test_call_says_when_nobody_answers(run: Run) -> None:
    code, _, err = run("call", "--url", "http://127.0.0.1:9")

    assert code == 1
    assert "no answer from http://127.0.0.1:9" in err


def test_call_refuses_a_file_that_is_no_request(run: Run, tmp_path: Path) -> None:
    assert run("call", "--request", written(tmp_path, "{"))[0] == 1
    assert run("call", "--request", str(tmp_path / "nowhere"))[0] == 1
