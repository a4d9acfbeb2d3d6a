"""What every test runs under: one hypothesis profile without a stopwatch, no CARTSIGN_* of the caller's. And databases:
a fresh one for each test that asks, on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support.databases import BACKENDS, sqlite_url
from support.postgres import Cluster, running_cluster

from service.storage.migrate import migrate

# Derandomized: a run in CI and one on a laptop try the same cases. A slow machine is no failure.
settings.register_profile("cartsign", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cartsign")

for name in [name for name in os.environ if name.startswith("CARTSIGN_")]:
    del os.environ[name]

# Without PostgreSQL its own tests are not collected; tests/service/storage/test_postgresql_installed.py says so.
if "postgresql" not in BACKENDS:
    collect_ignore = ["journeys/test_postgresql.py", "service/storage/test_postgresql.py"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL cluster of this run."""
    with running_cluster() as started:
        yield started


@pytest.fixture(scope="session")
def migrated(cluster: Cluster) -> str:
    """The name of a database at the newest schema, to make others from."""
    cluster.create_database("migrated")
    migrate(cluster.url("migrated"))
    return "migrated"


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database that no other test has: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "cartsign.sqlite3")
    else:
        yield request.getfixturevalue("postgresql_url")


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same, but nothing has been made there: no file, no tables, and its folder is missing too."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "new" / "cartsign.sqlite3")
    else:
        cluster = request.getfixturevalue("cluster")
        cluster.create_database("bare")
        yield cluster.url("bare")
        cluster.run("DROP DATABASE bare WITH (FORCE)")


@pytest.fixture
def postgresql_url(cluster: Cluster, migrated: str) -> Iterator[str]:
    """The same, on PostgreSQL only."""
    cluster.create_database("mine", template=migrated)
    yield cluster.url("mine")
    cluster.run("DROP DATABASE mine WITH (FORCE)")
