"""Settings: what a site writes in the environment, and what it is told when that cannot work."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.settings import READERS, Settings, SettingsError, read_instant, read_settings


def test_serve_asks_for_registered_clients_and_records_only_the_decision() -> None:
    settings = read_settings({}, "serve")

    assert (settings.trust, settings.record, settings.sandbox) == ("registered", "decision", False)
    assert (settings.host, settings.port, settings.deadline_ms) == ("127.0.0.1", 8000, 400)


def test_demo_is_open_on_this_machine_with_the_sandbox_and_keeps_the_requests() -> None:
    settings = read_settings({}, "demo")

    assert (settings.trust, settings.record, settings.sandbox) == ("open", "full", True)


def test_every_variable_reaches_its_field() -> None:
    settings = read_settings(
        {
            "CARTSIGN_TRUST": "open",
            "CARTSIGN_HOST": "::1",
            "CARTSIGN_PORT": "8123",
            "CARTSIGN_PUBLIC_URL": "https://cds.example.org/cartsign/",
            "CARTSIGN_DATABASE_URL": "sqlite+aiosqlite:////tmp/x.sqlite3",
            "CARTSIGN_RECORD": "full",
            "CARTSIGN_RETENTION_DAYS": "7",
            "CARTSIGN_MAX_BODY_MB": "4",
            "CARTSIGN_DEADLINE_MS": "900",
            "CARTSIGN_EVIDENCE_MINUTES": "5",
            "CARTSIGN_FHIR_ORIGINS": "https://hapi.fhir.org/baseR4, https://r4.smarthealthit.org",
            "CARTSIGN_CORS_ORIGINS": "https://sandbox.cds-hooks.org",
            "CARTSIGN_SANDBOX": "on",
            "PATH": "/usr/bin",
        }
    )

    assert settings == Settings(
        trust="open",
        host="::1",
        port=8123,
        public_url="https://cds.example.org/cartsign",
        database_url="sqlite+aiosqlite:////tmp/x.sqlite3",
        record="full",
        retention_days=7,
        max_body_mb=4,
        deadline_ms=900,
        evidence_minutes=5,
        fhir_origins=("https://hapi.fhir.org/baseR4", "https://r4.smarthealthit.org"),
        cors_origins=("https://sandbox.cds-hooks.org",),
        sandbox=True,
    )


def test_each_setting_of_the_environment_is_a_field() -> None:
    fields = set(Settings.__dataclass_fields__) - {"at"}

    assert {name.removeprefix("CARTSIGN_").lower() for name in READERS} == fields


def test_the_public_url_follows_the_listening_address() -> None:
    assert Settings().url == "http://127.0.0.1:8000"
    assert Settings(host="::1", port=1).url == "http://[::1]:1"
    assert Settings(port=0).listening_on(4321).url == "http://127.0.0.1:4321"
    assert Settings(public_url="https://cds.example.org").listening_on(4321).url == "https://cds.example.org"


def test_the_database_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert Settings().database == f"sqlite+aiosqlite:///{tmp_path}/cartsign/cartsign.sqlite3"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CARTSIGN_PORT", "80000", "whole number from 0 to 65535"),
        ("CARTSIGN_PORT", "eight", "whole number"),
        ("CARTSIGN_PORT", "٣", "whole number"),
        ("CARTSIGN_DEADLINE_MS", "-1", "milliseconds"),
        ("CARTSIGN_RETENTION_DAYS", "0", "from 1"),
        ("CARTSIGN_TRUST", "none", "registered or open"),
        ("CARTSIGN_RECORD", "all", "decision or full"),
        ("CARTSIGN_SANDBOX", "maybe", "on or off"),
        ("CARTSIGN_HOST", "http://127.0.0.1", "without scheme or port"),
        ("CARTSIGN_PUBLIC_URL", "cds.example.org", "a URL such as"),
        ("CARTSIGN_PUBLIC_URL", "https://cds.example.org:port", "a URL such as"),
        ("CARTSIGN_PUBLIC_URL", "https://user@cds.example.org", "without user"),
        ("CARTSIGN_FHIR_ORIGINS", "https://a.example, ftp://b.example", "ftp://b.example"),
        ("CARTSIGN_CORS_ORIGINS", "https://a.example/path", "is no origin"),
        (
            "CARTSIGN_DATABASE_URL",
            "mysql://localhost/x",
            "mysql:// is not supported; expected sqlite:///FILE or postgr",
        ),
        ("CARTSIGN_DATABASE_URL", "/var/lib/cartsign.sqlite3", "expected sqlite:///FILE or postgresql://"),
        ("CARTSIGN_DATABASE_URL", "sqlite:///:memory:", "the name of a file"),
        ("CARTSIGN_DATABASE_URL", "sqlite+aiosqlite:///", "the name of a file"),
        ("CARTSIGN_DATABASE_URL", "sqlite://cartsign.sqlite3", "the name of a file"),
        ("CARTSIGN_DATABASE_URL", "postgresql://localhost", "no database is named"),
        ("CARTSIGN_DATABASE_URL", "postgresql://localhost:db/x", "the port cannot be made out"),
        ("CARTSIGN_PROT", "8001", "no setting of Cartsign"),
    ],
)
def test_a_value_that_cannot_work_is_refused_with_what_would_be_right(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({name: value})

    assert name in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////tmp/x.sqlite3",
        "sqlite+aiosqlite:///x.sqlite3",
        "postgresql://cartsign:pass%40word@db.example.org:5433/cartsign?sslmode=verify-full",
        "postgresql+psycopg://db/cartsign",
        "postgresql:///cartsign",
    ],
)
def test_a_database_is_an_sqlite_file_or_on_postgresql(url: str) -> None:
    assert read_settings({"CARTSIGN_DATABASE_URL": url}).database == url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://cartsign:hunter2@db:port/x",
        "postgresql://cartsign:hunter2@db",
        "postgresql://cartsign:hunter2/more@db/x",
        "postgresql://cartsign:hunter2@more@db/x",
        "postgresql://cartsign:hunter2#more@db/x",
        "postgresql://cartsign:hunter2?more@db/x",
        "postgresql://cartsign:[hunter2]@db/x",
        "mysql://cartsign:hunter2@db/x",
        "cartsign:hunter2@db/x",
        "cartsign:hunter2@://db/x",
    ],
)
def test_a_refused_database_url_is_not_repeated_because_it_may_hold_a_password(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"CARTSIGN_DATABASE_URL": url})

    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_settings_that_are_printed_do_not_show_the_database_url() -> None:
    assert "hunter2" not in repr(Settings(database_url="postgresql://cartsign:hunter2@db/x"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "cds.example.org"])  # noqa: S104  # the point of the test
def test_open_trust_stays_on_this_machine(host: str) -> None:
    with pytest.raises(SettingsError, match="reachable from other machines"):
        read_settings({"CARTSIGN_TRUST": "open", "CARTSIGN_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_open_trust_takes_any_loopback_address(host: str) -> None:
    assert read_settings({"CARTSIGN_TRUST": "open", "CARTSIGN_HOST": host}).trust == "open"


def test_an_instant_is_read_as_utc_and_a_date_as_its_noon() -> None:
    assert read_instant("--at", "2026-03-01T10:00:00+02:00") == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert read_instant("--at", "2026-03-01") == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2026-03-01T10:00:00", "2026-13-01", "0001-01-01T00:00:00+05:00"])
def test_an_instant_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="expected a time such as"):
        read_instant("--at", text)


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"CARTSIGN_PUBLIC_URL": "http://cds.example.org"}, True),
        ({"CARTSIGN_PUBLIC_URL": "http://cds.example.org", "CARTSIGN_INSECURE_HTTP": "1"}, False),
        ({"CARTSIGN_PUBLIC_URL": "https://cds.example.org", "CARTSIGN_HOST": "10.1.2.3"}, False),
        ({"CARTSIGN_HOST": "10.1.2.3"}, True),
        ({"CARTSIGN_PUBLIC_URL": "http://localhost:9000"}, False),
        ({}, False),
    ],
)
def test_what_signed_clients_call_is_https_unless_it_is_this_machine(given: dict[str, str], refused: bool) -> None:
    """JSON-1, DISC-17, SEC-1"""
    if not refused:
        assert read_settings(given).trust == "registered"
        return
    with pytest.raises(SettingsError, match="CARTSIGN_INSECURE_HTTP=1"):
        read_settings(given)


def test_health_cannot_have_the_port_of_the_calls() -> None:
    with pytest.raises(SettingsError, match="CARTSIGN_HEALTH_PORT=8000"):
        read_settings({"CARTSIGN_HEALTH_PORT": "8000"})
