"""What docker-compose.yml and the Dockerfile promise, as far as it can be read off them: Docker is not needed here."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import cli
from service.settings import READERS, read_settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "service" / "Dockerfile").read_text("utf-8")
OURS = ("cartsign", "ehr", "load", "register")


def plain(value: Any) -> Any:
    """With the variables that compose fills in at their defaults."""
    match value:
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case str():
            return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value).replace("$$", "$")
        case _:
            return value


COMPOSE: dict[str, Any] = plain(yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8")))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def registration() -> list[str]:
    """The arguments of the command that registers the mock EHR."""
    (script,) = SERVICES["register"]["command"]
    words = shlex.split(script.replace("$verb", "add").replace("\\\n", " "))
    return words[words.index("exec") + 2 :]


def copied() -> list[str]:
    """What the Dockerfile takes from the repository."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [name for line in lines for name in line.split()[:-1]]


def test_every_setting_in_them_is_one_that_cartsign_knows_and_accepts() -> None:
    named = set(re.findall(r"^\s*(CARTSIGN_\w+)[=:]", f"{yaml.safe_dump(COMPOSE)}\n{DOCKERFILE}", re.MULTILINE))
    assert {"CARTSIGN_DATABASE_URL", "CARTSIGN_PUBLIC_URL", "CARTSIGN_TRUST", "CARTSIGN_HOST"} <= named <= set(READERS)

    settings = read_settings({"CARTSIGN_HOST": "0.0.0.0"} | SERVICES["cartsign"]["environment"])  # noqa: S104
    assert settings.trust == "registered"


def test_every_command_in_it_is_one_that_cartsign_understands() -> None:
    for name in ("cartsign", "ehr", "load"):
        assert cli._parser().parse_args(SERVICES[name]["command"]).run
    assert cli._parser().parse_args(registration()).run


def test_who_registers_and_who_calls_name_the_same_issuer_keys_and_charts() -> None:
    ehr = cli._parser().parse_args(SERVICES["ehr"]["command"])
    given = dict(zip(registration()[3::2], registration()[4::2], strict=True))

    assert given["--issuer"] == ehr.issuer
    assert given["--jwks"] == str(ehr.jwks)
    assert given["--fhir-origin"] == ehr.fhir == SERVICES["load"]["command"][2]
    assert [given["--fhir-network"]] == [each["subnet"] for each in COMPOSE["networks"]["inside"]["ipam"]["config"]]
    assert SERVICES["cartsign"]["environment"]["CARTSIGN_PUBLIC_URL"] == ehr.service


def test_nothing_is_published_beyond_this_machine() -> None:
    for name, service in SERVICES.items():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ())), name


def test_what_has_a_password_in_this_file_or_none_at_all_is_on_the_inside_only() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("database", "fhir"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nowhere_and_gain_nothing(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_private_key_of_the_mock_ehr_is_in_nobody_elses_reach() -> None:
    holders = {name: service.get("volumes", []) for name, service in SERVICES.items()}
    assert [name for name, mounts in holders.items() if any(m.startswith("ehr-key:") for m in mounts)] == ["ehr"]
    assert "ehr-public-keys:/handover:ro" in holders["register"]


def test_every_image_from_elsewhere_is_pinned_by_a_tag_that_names_a_version() -> None:
    images = {service["image"] for name, service in SERVICES.items() if name not in OURS}
    (base,) = re.findall(r"^ARG PYTHON_IMAGE=(.+)$", DOCKERFILE, re.MULTILINE)
    assert len(images) == 2
    for image in (*images, base):
        assert re.fullmatch(r"[\w/]+:v?\d+\.\d+[\w.-]*", image), image


def test_the_fhir_server_offers_no_endpoint_for_language_models() -> None:
    assert SERVICES["fhir"]["environment"]["spring.ai.mcp.server.enabled"] == "false"


def test_the_dockerfile_copies_what_is_there_and_what_the_builder_is_given() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert copied()
    for name in copied():
        assert (ROOT / name).exists(), name
        assert name in allowed, name


def test_the_image_runs_as_a_fixed_user_that_is_not_root() -> None:
    (user,) = re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)
    assert user == "10001:10001"
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nENTRYPOINT ")


def test_the_image_is_built_with_the_uv_of_the_makefile() -> None:
    (wanted,) = re.findall(r"^UV := (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert f"uv=={wanted}" in DOCKERFILE
    assert "--frozen" in DOCKERFILE
