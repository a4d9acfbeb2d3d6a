"""Whether the browser tests could run at all. CI sets REQUIRE_BROWSER=1, which turns the skip into a failure."""

import os

import pytest
from support.chromium import why_no_browser


def test_the_browser_tests_have_a_browser() -> None:
    missing = why_no_browser()
    if missing and os.environ.get("REQUIRE_BROWSER") != "1":
        pytest.skip(f"the mock EHR is not tested in a browser: {missing}")
    assert missing is None
