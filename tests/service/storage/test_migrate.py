"""Migration: the file appears at first use, private, at the newest schema, whoever else starts at the same time."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from support.databases import unusable

from service.storage import migrations
from service.storage.engines import open_engine, place
from service.storage.errors import StorageUnavailable
from service.storage.migrate import HEAD, LOOKING, migrate, write_ahead
from service.storage.schema import metadata


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_and_its_folder_are_made_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cartsign.sqlite3"

    migrate(url(path))

    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_file_that_others_could_read_is_tightened(tmp_path: Path) -> None:
    path = tmp_path / "cartsign.sqlite3"
    path.touch(0o644)

    migrate(url(path))

    assert mode(path) == 0o600


def test_the_migrations_lead_to_the_tables_that_the_code_uses(empty_url: str) -> None:
    migrate(empty_url)

    engine = create_engine(place(empty_url))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []


def test_the_newest_revision_is_the_one_the_code_expects() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))

    assert scripts.get_current_head() == HEAD


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    migrate(url(path))
    before = path.read_bytes()

    migrate(url(path))

    assert path.read_bytes() == before


def test_several_processes_may_start_together(empty_url: str) -> None:
    code = "import sys; from service.storage.migrate import migrate; migrate(sys.argv[1])"
    starting = [subprocess.Popen([sys.executable, "-c", code, empty_url], stderr=subprocess.PIPE) for _ in range(4)]

    said = [process.communicate()[1].decode() for process in starting]
    assert [process.returncode for process in starting] == [0, 0, 0, 0], said


def test_many_may_turn_write_ahead_logging_on_at_once(tmp_path: Path) -> None:
    """SQLite answers "busy" at once there, whatever its timeout; about one file in six met it."""
    together = Barrier(4, timeout=10)

    def turned_on(path: Path) -> str:
        engine = open_engine(place(url(path)), LOOKING)
        with engine.connect() as connection:
            together.wait()
            write_ahead(connection)
            mode = connection.scalar(text("PRAGMA journal_mode"))
        engine.dispose()
        return str(mode)

    with ThreadPoolExecutor(4) as processes:
        for number in range(60):
            path = tmp_path / f"{number}.sqlite3"
            assert list(processes.map(turned_on, [path] * 4)) == ["wal"] * 4


def test_a_database_from_a_newer_version_is_left_alone(empty_url: str) -> None:
    migrate(empty_url)
    engine = create_engine(place(empty_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(StorageUnavailable, match="newer Cartsign"):
        migrate(empty_url)


def test_a_place_where_no_file_can_be_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="cannot be opened"):
        migrate(url(unusable(tmp_path)))


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.write_text("not a database, but somebody's notes" * 50)

    with pytest.raises(StorageUnavailable, match="cannot be opened"):
        migrate(url(path))
    assert path.read_text().startswith("not a database")
