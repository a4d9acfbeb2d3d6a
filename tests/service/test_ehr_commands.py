"""`cartsign ehr` and `cartsign ehr load`: what they say, and what they refuse."""

from pathlib import Path

import pytest

from cds_hooks.testing import PretendEHR
from service import cli
from service.ehr_commands import introduction, own_url, registration
from service.sandbox.ehr import Neighbours

CLIENT = PretendEHR(issuer="http://127.0.0.1:8001")
JWKS = Path("mock-ehr.jwks.json")


def test_the_introduction_names_page_service_charts_and_the_command_that_registers_it() -> None:
    said = "\n".join(introduction(CLIENT, Neighbours("http://127.0.0.1:8000"), CLIENT.issuer, JWKS, loopback=True))

    assert "http://127.0.0.1:8001/sandbox " in said
    assert "never for production" in said
    assert (
        "cartsign client add mock-ehr --issuer http://127.0.0.1:8001 --jwks mock-ehr.jwks.json "
        "--fhir-origin http://127.0.0.1:8001/sandbox/fhir --fhir-network 127.0.0.1/32" in said
    )
    assert "Anybody" not in said


def test_on_an_address_that_others_reach_it_warns() -> None:
    said = introduction(CLIENT, Neighbours("http://127.0.0.1:8000"), CLIENT.issuer, JWKS, loopback=False)
    assert any(line.startswith("Anybody who reaches this address") for line in said)


@pytest.mark.parametrize(
    ("fhir", "network"),
    [
        ("http://10.1.2.3:8080/fhir", ("--fhir-network", "10.1.2.3/32")),
        ("http://localhost:8080/fhir", ("--fhir-network", "127.0.0.1/32")),
        ("http://[::1]:8080/fhir", ("--fhir-network", "::1/128")),
        ("https://fhir.example.org/r4", ()),
        ("http://8.8.8.8/fhir", ()),
    ],
)
def test_a_fhir_server_on_a_private_address_is_registered_with_its_network(fhir: str, network: tuple[str, ...]) -> None:
    assert registration(CLIENT, fhir, JWKS)[-2:] == (network or ("--fhir-origin", fhir))


def test_its_own_url_is_one_that_this_machine_can_open() -> None:
    assert own_url("0.0.0.0", 8001) == "http://127.0.0.1:8001"  # noqa: S104 - nothing is bound
    assert own_url("::1", 8001) == "http://[::1]:8001"
    assert own_url("192.0.2.7", 8001) == "http://192.0.2.7:8001"


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://a/b", "http://", "http://u@h", "http://h:99999", "http://h/?q"]
)
def test_what_is_no_plain_url_is_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["ehr", "--service", url])
    assert "is no URL such as" in capsys.readouterr().err


def test_a_key_that_cannot_be_used_ends_it_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "ehr.pem"
    key.write_text("no key")
    key.chmod(0o600)

    code = cli.main(["ehr", "--port", "0", "--key", str(key), "--jwks", str(tmp_path / "jwks.json")])
    assert code == 2
    assert "holds no private key" in capsys.readouterr().err


def test_loading_into_nothing_fails_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ehr", "load", "http://127.0.0.1:9/fhir"]) == 1
    assert "There is no FHIR server at http://127.0.0.1:9/fhir" in capsys.readouterr().err
