"""The build sheet: everything on it is what the service goes by, for every client and every profile."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.registered import a_row, registered_settings
from support.running import a_request, running, settings_for, shipped_knowledge

from cds_hooks.profiles import PROFILES
from cds_hooks.testing import PretendEHR
from service.build_sheet import build_sheet
from service.fhir.prefetch_table import TEMPLATES
from service.fhir.scopes import Scopes
from service.hooks import HOOKS
from service.sandbox.demo import DEMO_PATIENTS

EHR = PretendEHR(tenant="north")


def sheet(tmp_path: Path, settings: dict[str, Any] | None = None, **changes: Any) -> str:
    return build_sheet(a_row(EHR, **changes), registered_settings(tmp_path, **settings or {}), shipped_knowledge())


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_a_sheet_whose_tables_are_whole(tmp_path: Path, profile: str) -> None:
    told = sheet(tmp_path, profile=profile, tenants=("a|b",))
    assert PROFILES[profile].title in told
    for table in re.findall(r"(?:^\|.*\n)+", told, re.MULTILINE):
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(columns) == 1


def test_hooks_prefetch_reasons_topics_and_orders_are_those_of_the_service(tmp_path: Path) -> None:
    told = sheet(tmp_path)
    library = shipped_knowledge().cards
    assert all(hook in told for hook in HOOKS)
    assert all(f"`{template.query}`" in told for template in TEMPLATES)
    assert all(f"`{reason.code}`" in told and reason.display in told for reason in library.override_reasons.reasons)
    assert all(f"`{card.topic}`" in told for card in library.cards)
    assert all(order.code in told and order.text in told for order in library.orders.values())


def test_the_endpoints_are_built_on_the_public_url(tmp_path: Path) -> None:
    told = sheet(tmp_path, {"public_url": "https://cds.example.org/cartsign"})
    service = "https://cds.example.org/cartsign/cds-services/neurogenic-claudication"
    assert all(
        url in told for url in ("https://cds.example.org/cartsign/cds-services ", service, f"{service}/feedback")
    )


def test_the_token_is_described_as_the_registration_has_it(tmp_path: Path) -> None:
    told = sheet(tmp_path, {"token_minutes": 10}, algorithms=("RS384",), audiences=("https://agreed.example.org",))
    assert "RS384; keys: RSA" in told
    assert EHR.issuer in told
    assert "https://agreed.example.org" in told
    assert "`north`" in told
    assert "10 minutes apart" in told
    fetched = sheet(tmp_path, jwks=None, jku="https://ehr.example.org/jwks.json")
    assert "https://ehr.example.org/jwks.json, and no other `jku`" in fetched
    assert json.dumps(EHR.jwks["keys"][0]["x"]) not in told


@pytest.mark.parametrize("version", ["SMART v1", "SMART v2"])
def test_the_scopes_to_grant_let_everything_through_that_is_asked_for(tmp_path: Path, version: str) -> None:
    """AUTH-8"""
    (words,) = re.findall(rf"{version}: `([^`]+)`", sheet(tmp_path))
    scopes = Scopes.read(words, None, None)
    for template in TEMPLATES:
        kind, mark = re.split(r"([/?])", template.query)[:2]
        assert scopes.allow("search" if mark == "?" else "read", kind).allowed
    assert not scopes.allow("search", "Encounter").allowed
    assert "write" not in words


def test_a_prefetch_only_client_grants_nothing(tmp_path: Path) -> None:
    told = sheet(tmp_path, fhir_origins=())
    assert "Prefetch only" in told
    assert "SMART" not in told.partition("## What is known")[0]


async def test_cards_link_nowhere_else_than_it_says(tmp_path: Path) -> None:
    """SEC-28: a client may drop other links without a word."""
    async with running(settings_for(tmp_path)) as service:
        hosts = set()
        for patient in DEMO_PATIENTS:
            for card in (await service.call(a_request(patient.id)))["cards"]:
                urls = [card["source"]["url"], card["source"]["icon"], *(link["url"] for link in card["links"])]
                hosts |= {urlsplit(url).netloc for url in urls}
    assert hosts == {"127.0.0.1:8000"}
