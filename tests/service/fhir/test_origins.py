"""Which FHIR servers may be contacted, and where a link may lead."""

import pytest
from support.hostile_urls import hostile_urls

from service.fhir.origins import FHIRBase, Origins

BASE = FHIRBase.parse("https://ehr.example.org/fhir/r4")


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://ehr.example.org/fhir/r4", "https://ehr.example.org/fhir/r4"),
        ("https://ehr.example.org/fhir/r4/", "https://ehr.example.org/fhir/r4"),
        ("HTTPS://EHR.example.org:443/fhir/r4", "https://ehr.example.org/fhir/r4"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/fhir", "http://[::1]:8000/fhir"),
    ],
)
def test_one_base_has_one_spelling(written, url):
    assert FHIRBase.parse(written).url == url


@pytest.mark.parametrize(
    "url",
    [
        "ftp://ehr.example.org/fhir",
        "file:///etc/passwd",
        "ehr.example.org/fhir",
        "https://",
        "https://user@ehr.example.org/fhir",
        "https://user:secret@ehr.example.org/fhir",
        "https://ehr.example.org/fhir?tenant=1",
        "https://ehr.example.org/fhir?",
        "https://ehr.example.org/fhir#x",
        "https://ehr.example.org/fhir/../admin",
        "https://ehr.example.org/fhir/%2e%2E/admin",
        "https://ehr.example.org\\@evil.example/fhir",
        "https://ehr.example.org/fhir r4",
        "https://ehr.example.org:port/fhir",
        "https://ehr.example.org:0/fhir",
        "https://ehr.example.örg/fhir",
        "http://[::1/fhir",
        "http://[::1].evil.example:8080/fhir",
        "http://[::1]evil/fhir",
    ],
)
def test_what_could_be_read_in_two_ways_is_no_base(url):
    with pytest.raises(ValueError, match="base URL"):
        FHIRBase.parse(url)
    assert Origins.of(["https://ehr.example.org/fhir"], loopback=True).permit(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://ehr.example.org/fhir/r4",
        "https://ehr.example.org:8443/fhir/r4",
        "https://ehr.example.org/fhir",
        "https://ehr.example.org/fhir/r4x",
        "https://ehr.example.org/fhir/r4/tenant",
        "https://ehr.example.org.evil.example/fhir/r4",
        "https://other.example.org/fhir/r4",
        "https://10.0.0.5/fhir/r4",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8000/fhir",
    ],
)
def test_only_the_very_base_that_is_listed_may_be_contacted(url):
    """AUTH-16: scheme, host, port and path, compared by their parts and never by how the text begins."""
    origins = Origins.of(["https://ehr.example.org/fhir/r4"], loopback=False)
    assert origins.permit("https://ehr.example.org/fhir/r4/") == BASE
    assert origins.permit(url) is None


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8000/sandbox/fhir", True),
        ("http://localhost:9999/any/path", True),
        ("http://[::1]/fhir", True),
        ("http://127.8.8.8/fhir", True),
        ("http://localhost.example.org/fhir", False),
        ("http://127.0.0.1.example.org/fhir", False),
        ("http://0.0.0.0/fhir", False),
        ("http://2130706433/fhir", False),
        ("http://192.168.0.1/fhir", False),
    ],
)
def test_with_loopback_allowed_any_server_on_this_machine_may_be_contacted_and_no_other(url, allowed):
    """AUTH-16: what open trust permits."""
    assert (Origins(loopback=True).permit(url) is not None) is allowed


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://ehr.example.org/fhir/r4?_getpages=1", "https://ehr.example.org/fhir/r4?_getpages=1"),
        ("https://EHR.example.org:443/fhir/r4/Condition?page=2", "https://ehr.example.org/fhir/r4/Condition?page=2"),
        ("Condition?page=2", "https://ehr.example.org/fhir/r4/Condition?page=2"),
        ("/fhir/r4/Condition?code=a|b", "https://ehr.example.org/fhir/r4/Condition?code=a|b"),
    ],
)
def test_a_link_to_the_same_server_below_the_same_path_is_followed(link, url):
    """PRE-6."""
    assert BASE.within(link) == url


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/fhir/r4/Condition",
        "//evil.example/fhir/r4/Condition",
        "http://ehr.example.org/fhir/r4/Condition",
        "https://ehr.example.org:444/fhir/r4/Condition",
        "https://ehr.example.org/fhir/r4x/Condition",
        "https://ehr.example.org/other/Condition",
        "https://ehr.example.org/fhir/r4/../../admin",
        "https://ehr.example.org/fhir/r4/%2e%2e/admin",
        "https://ehr.example.org/fhir/r4/..%2fadmin",
        "https://ehr.example.org@evil.example/fhir/r4",
        "https://user@ehr.example.org/fhir/r4",
        "../../admin",
        "/admin",
        "javascript:alert(1)",
        "http://[",
    ],
)
def test_a_link_that_leads_anywhere_else_is_refused(link):
    """PRE-6: same origin and base path only, so that the token goes nowhere else."""
    assert BASE.within(link) is None


@pytest.mark.parametrize("hostile", hostile_urls(), ids=str)
def test_what_only_looks_like_a_registered_server_is_neither_contacted_nor_followed(hostile):
    """AUTH-16, PRE-6: each of them, as `fhirServer` and as a link to the next page."""
    base = "http://ehr.example.org:8080/fhir"
    assert Origins.of([base], loopback=False).permit(hostile.url) is None
    assert FHIRBase.parse(base).within(hostile.url) is None


def test_there_are_hundreds_of_them():
    assert len(hostile_urls()) >= 300
    assert len({hostile.kind for hostile in hostile_urls()}) >= 15
