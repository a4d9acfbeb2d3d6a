"""`cartsign client ...` as its administrator meets it: what it prints, what it keeps, how it ends."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support.databases import unusable

from cds_hooks.testing import PretendEHR
from service.cli import main

EHR = PretendEHR()
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def keys(tmp_path: Path) -> str:
    (tmp_path / "keys.json").write_text(json.dumps(EHR.jwks))
    return str(tmp_path / "keys.json")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CARTSIGN_DATABASE_URL", f"sqlite:///{tmp_path}/cartsign.sqlite3")

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["client", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def add(run: Run, keys: str, name: str = "north", *more: str) -> tuple[int, str, str]:
    return run("add", name, "--issuer", f"https://{name}.example.org", "--jwks", keys, *more)


def test_a_client_is_registered_and_the_careful_way_is_advised(run: Run, keys: str) -> None:
    code, out, err = add(run, keys, "north", "--fhir-origin", "https://fhir.example.org/r4", "--profile", "epic")
    assert (code, err) == (0, "")
    assert "Client north is registered." in out
    assert "--mode shadow" in out
    code, out, _ = run("list")
    assert code == 0
    assert out.splitlines()[1].split() == [
        "north",
        "on",
        "epic",
        "https://fhir.example.org/r4",
        "https://north.example.org",
    ]


def test_without_any_client_the_list_says_that_nobody_may_call(run: Run) -> None:
    assert "nobody may call" in run("list")[1]


def test_a_name_is_taken_once(run: Run, keys: str) -> None:
    add(run, keys)
    code, out, err = add(run, keys, "north", "--tenant", "other")
    assert (code, out) == (2, "")
    assert "`cartsign client set north`" in err


def test_set_changes_what_is_named_clears_what_is_empty_and_leaves_the_rest(run: Run, keys: str) -> None:
    add(
        run,
        keys,
        "north",
        "--tenant",
        "a",
        "--tenant",
        "b",
        "--deadline-ms",
        "900",
        "--fhir-origin",
        "https://f.example.org",
    )
    assert run("set", "north", "--mode", "shadow", "--tenant", "", "--deadline-ms", "")[0] == 0
    shown = json.loads(run("show", "north", "--json")[1])
    assert (shown["mode"], shown["tenants"], shown["deadline_ms"]) == ("shadow", [], None)
    assert shown["fhir_origins"] == ["https://f.example.org"]
    assert run("set", "north", "--prefetch-only")[0] == 0
    assert json.loads(run("show", "north", "--json")[1])["fhir_origins"] == []
    assert "prefetch only" in run("show", "north")[1]


def test_a_client_is_disabled_and_let_in_again(run: Run, keys: str) -> None:
    add(run, keys)
    assert "401" in run("disable", "north")[1]
    assert "disabled" in run("list")[1]
    assert run("set", "north", "--enable")[0] == 0
    assert "disabled" not in run("list")[1]


def test_keys_are_rotated(run: Run, keys: str, tmp_path: Path) -> None:
    add(run, keys)
    (tmp_path / "new.json").write_text(json.dumps(PretendEHR(kid="key-2").jwks))
    code, out, _ = run("rotate", "north", "--jwks", str(tmp_path / "new.json"))
    assert code == 0
    assert "key-2" in out
    assert run("rotate", "north", "--jku", "https://north.example.org/jwks.json")[0] == 0
    shown = json.loads(run("show", "north", "--json")[1])
    assert (shown["jku"], shown["jwks"]) == ("https://north.example.org/jwks.json", None)
    code, _, err = run("rotate", "north")
    assert code == 2
    assert "--jwks or --jku" in err


@pytest.mark.parametrize(
    "action",
    [("set", "--mode", "on"), ("show",), ("disable",), ("rotate", "--jku", "https://a.example.org/k"), ("sheet",)],
)
def test_a_client_that_is_not_there_is_named(run: Run, action: tuple[str, ...]) -> None:
    first, *options = action
    code, out, err = run(first, "nobody", *options)
    assert (code, out) == (2, "")
    assert "there is no client nobody" in err


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--deadline-ms", "soon"), "--deadline-ms soon"),
        (("--deadline-ms", "5"), "from 10 to 60000"),
        (("--max-body-mb", "9999"), "--max-body-mb 9999"),
        (("--calls-per-minute", "-1"), "--calls-per-minute -1"),
        (("--prefetch-only", "--fhir-origin", "https://f.example.org"), "--prefetch-only"),
        (("--profile", "cerner"), "--profile cerner"),
    ],
)
def test_a_refusal_names_the_option_and_stores_nothing(
    run: Run, keys: str, options: tuple[str, ...], named: str
) -> None:
    code, out, err = add(run, keys, "north", *options)
    assert (code, out) == (2, "")
    assert named in err
    assert "nobody may call" in run("list")[1]


@pytest.mark.parametrize("file", ["none.json", "."])
def test_a_file_of_keys_that_cannot_be_read_is_named(run: Run, tmp_path: Path, file: str) -> None:
    code, _, err = add(run, str(tmp_path / file))
    assert code == 2
    assert f"--jwks {tmp_path / file}" in err


def test_a_private_key_is_neither_stored_nor_printed(run: Run, tmp_path: Path) -> None:
    secret = "c2VjcmV0LW51bWJlcg"
    (tmp_path / "private.json").write_text(json.dumps({"keys": [{**EHR.jwks["keys"][0], "d": secret}]}))
    code, out, err = add(run, str(tmp_path / "private.json"))
    assert code == 2
    assert secret not in out + err
    assert not any(secret.encode() in file.read_bytes() for file in tmp_path.glob("cartsign*"))


def test_the_sheet_is_printed(run: Run, keys: str) -> None:
    add(run, keys, "north", "--profile", "epic")
    code, out, _ = run("sheet", "north")
    assert code == 0
    assert out.startswith("# Cartsign for north")


def test_a_database_that_is_away_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTSIGN_DATABASE_URL", f"sqlite:///{unusable(tmp_path)}")
    code, out, err = run("list")
    assert (code, out) == (1, "")
    assert "CARTSIGN_DATABASE_URL" in err


def test_what_is_registered_is_on_the_disk_when_the_command_has_ended(run: Run, keys: str, tmp_path: Path) -> None:
    add(run, keys)
    with sqlite3.connect(tmp_path / "cartsign.sqlite3") as connection:
        assert connection.execute("SELECT name, mode FROM clients").fetchall() == [("north", "on")]
    connection.close()
