"""Registered clients in storage, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.databases import open_database

from service.storage import clients
from service.storage.clients import AlreadyRegistered, ClientRow, NotRegistered

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
NORTH = ClientRow("north", ("https://north.example.org",), ("ES384",), AT, jwks='{"keys":[]}')
FULL = ClientRow(
    name="full",
    issuers=("https://a.example.org", "https://b.example.org"),
    algorithms=("ES384", "RS384"),
    changed_at=AT,
    jku="https://a.example.org/jwks.json",
    tenants=("t",),
    audiences=("https://cds.example.org",),
    fhir_origins=("https://fhir.example.org/r4",),
    fhir_networks=("10.0.0.0/8",),
    profile="epic",
    mode="shadow",
    deadline_ms=900,
    max_body_mb=2,
    calls_per_minute=60,
    disabled=True,
)


async def test_what_was_registered_is_read_again_as_it_was(database_url: str) -> None:
    async with open_database(database_url) as database:
        await clients.add(database, NORTH)
        await clients.add(database, FULL)
        assert await clients.every(database) == (FULL, NORTH)
        assert await clients.find(database, "north") == NORTH
        assert await clients.find(database, "south") is None


async def test_a_change_is_seen_through_another_connection(database_url: str) -> None:
    async with open_database(database_url) as here, open_database(database_url) as there:
        await clients.add(here, NORTH)
        assert await clients.every(there) == (NORTH,)
        await clients.change(here, replace(NORTH, mode="off", disabled=True))
        assert await clients.every(there) == (replace(NORTH, mode="off", disabled=True),)


async def test_a_name_is_registered_once_and_what_is_not_there_is_not_changed(database_url: str) -> None:
    async with open_database(database_url) as database:
        await clients.add(database, NORTH)
        with pytest.raises(AlreadyRegistered):
            await clients.add(database, replace(NORTH, mode="off"))
        with pytest.raises(NotRegistered):
            await clients.change(database, FULL)
        assert await clients.every(database) == (NORTH,)


async def test_of_two_who_add_one_name_at_once_one_is_told(database_url: str) -> None:
    async with open_database(database_url) as here, open_database(database_url) as there:
        tried = [clients.add(here, NORTH), clients.add(there, replace(NORTH, mode="off"))]
        told = await asyncio.gather(*tried, return_exceptions=True)
        assert sorted(type(one).__name__ for one in told) == ["AlreadyRegistered", "NoneType"]
