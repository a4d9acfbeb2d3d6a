"""Whether storage was tested on PostgreSQL too: one skip that says why not, or a failure where it must be."""

import os

import pytest
from support.postgres import why_no_postgres


def test_the_tests_on_postgresql_have_one() -> None:
    if missing := why_no_postgres():
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail(f"REQUIRE_POSTGRES is set, and {missing}")
        pytest.skip(f"storage was tested on SQLite only: {missing}")
