"""Whether the service was tested against a real FHIR server: one skip that says why not, or a failure where it must."""

import pytest
from support.hapi import REQUIRED, why_no_hapi


def test_the_tests_on_hapi_have_one() -> None:
    if missing := why_no_hapi():
        if REQUIRED:
            pytest.fail(f"REQUIRE_HAPI is set, and {missing}")
        pytest.skip(f"the service was not tested against a HAPI FHIR server: {missing}")
