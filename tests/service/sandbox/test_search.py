"""Searching the sandbox: what each parameter finds, and what is refused."""

import pytest

from service.sandbox.search import SearchError, find
from service.sandbox.store import Store


def observation(identifier, when=None, *, patient="p", code="8302-2", category="exam", updated=None, **more):
    resource = {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "category": [{"coding": [{"system": "urn:cat", "code": category}]}],
        "subject": {"reference": f"Patient/{patient}"},
        **more,
    }
    if when:
        resource["effectiveDateTime"] = when
    if updated:
        resource["meta"] = {"lastUpdated": updated}
    return resource


def store(*resources):
    return Store.from_bundles([{"entry": [{"resource": resource} for resource in resources]}])


def ids(held, *asked, kind="Observation", limit=200):
    return [resource["id"] for resource in find(held, kind, asked, page_limit=limit).resources]


CHART = store(
    observation("a", "2026-01-10", code="8579-5", updated="2026-01-12T00:00:00Z"),
    observation("b", "2026-03-05T10:00:00+01:00", category="vital-signs", updated="2026-03-06T00:00:00Z"),
    observation("c", "2025", status="entered-in-error"),
    observation("d", effectivePeriod={"end": "2026-02-01"}),
    observation("e"),
    observation("f", "2026-03-05", patient="other"),
)
MINE = ("patient", "p")


@pytest.mark.parametrize("value", ["p", "Patient/p", "https://ehr.example.org/fhir/Patient/p"])
@pytest.mark.parametrize("name", ["patient", "subject"])
def test_a_patient_is_asked_for_by_id_by_reference_or_by_url(name, value):
    assert ids(CHART, (name, value)) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("http://loinc.org|8579-5", ["a"]),
        ("8579-5", ["a"]),
        ("http://loinc.org|", ["a", "b", "c", "d", "e"]),
        ("http://snomed.info/sct|8579-5", []),
        ("|8579-5", []),
        ("8579-5,8302-2", ["a", "b", "c", "d", "e"]),
    ],
)
def test_a_token_is_a_code_with_or_without_its_system_and_commas_mean_or(value, found):
    assert ids(CHART, MINE, ("code", value)) == found


def test_a_code_without_a_system_is_found_by_a_bar_in_front():
    assert ids(CHART, MINE, ("status", "|final")) == ["a", "b", "d", "e"]
    assert ids(CHART, MINE, ("status", "entered-in-error")) == ["c"]


def test_repeated_parameters_narrow_the_search_and_different_ones_do_too():
    """PRE-36: two `date` parameters mean AND."""
    assert ids(CHART, MINE, ("date", "ge2026-01-01"), ("date", "lt2026-02-01")) == ["a", "d"]
    assert ids(CHART, MINE, ("code", "8579-5"), ("code", "8302-2")) == []
    assert ids(CHART, MINE, ("category", "vital-signs"), ("date", "ge2026")) == ["b"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-03", ["b"]),
        ("eq2026-03-05", ["b"]),
        ("2026-03-06", []),
        ("gt2026-01-10", ["b", "d"]),
        ("ge2026-01-10", ["a", "b", "d"]),
        ("lt2026-01-10", ["c", "d"]),
        ("le2026-01-10", ["a", "c", "d"]),
        ("2025", ["c"]),
        ("gt2026-03-05T09:00:00Z", []),
        ("ge2026-03-05T09:00:00Z", ["b"]),
    ],
)
def test_a_date_is_compared_as_the_span_it_was_written_for(value, found):
    """R4 3.1.1.4.7; `d` is a Period of which only the end is known, so it may have begun at any time before."""
    assert ids(CHART, MINE, ("date", value)) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("date", ["d", "c", "a", "b", "e"]),
        ("-date", ["b", "a", "c", "d", "e"]),
        ("-_lastUpdated", ["b", "a", "c", "d", "e"]),
        ("-_id", ["e", "d", "c", "b", "a"]),
    ],
)
def test_the_order_is_the_one_asked_for_and_what_has_no_date_comes_last(sort, found):
    assert ids(CHART, MINE, ("_sort", sort)) == found


def test_equals_of_a_sort_stay_as_they_were_loaded():
    told = [{"resourceType": "Condition", "id": name, "recordedDate": "2026-01-02"} for name in ("b", "c", "a")]
    store = Store.from_bundles([{"entry": [{"resource": resource} for resource in told]}])
    for sort in ("date", "-date"):
        found = find(store, "Condition", [("_sort", sort)], page_limit=10).resources
        assert [resource["id"] for resource in found] == ["b", "c", "a"]


def test_pages_together_are_the_whole_and_total_counts_all():
    pages, offset = [], 0
    while offset is not None:
        page = find(CHART, "Observation", [MINE, ("_count", "2"), ("_offset", str(offset))], page_limit=200)
        assert page.total == 5
        pages.append([resource["id"] for resource in page.resources])
        offset = page.following
    assert pages == [["a", "b"], ["c", "d"], ["e"]]


def test_no_page_is_longer_than_the_server_allows_and_none_at_all_counts_only():
    assert len(ids(CHART, MINE, ("_count", "1000"), limit=3)) == 3
    page = find(CHART, "Observation", [MINE, ("_count", "0")], page_limit=200)
    assert (page.resources, page.total, page.following) == ((), 5, None)


def test_a_condition_is_searched_by_clinical_status():
    held = store(
        {"resourceType": "Condition", "id": "x", "clinicalStatus": {"coding": [{"system": "s", "code": "active"}]}},
        {"resourceType": "Condition", "id": "y", "clinicalStatus": {"coding": [{"system": "s", "code": "resolved"}]}},
    )
    assert ids(held, ("clinical-status", "active"), kind="Condition") == ["x"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("patent", "p"), "patent cannot be searched by"),
        (("code:in", "x"), "code:in cannot be searched by"),
        (("_revinclude", "Provenance:target"), "_revinclude cannot be searched by"),
        (("patient", ""), "patient has no value"),
        (("date", "yesterday"), "must be a date"),
        (("date", "ap2026"), "must be a date"),
        (("date", "2026-13"), "must be a date"),
        (("_count", "-1"), "whole number"),
        (("_count", "many"), "whole number"),
        (("_offset", "1.5"), "whole number"),
        (("_sort", "code"), "is not known"),
    ],
)
def test_what_is_not_understood_is_refused_rather_than_ignored(asked, says):
    with pytest.raises(SearchError, match=says):
        find(CHART, "Observation", [MINE, asked], page_limit=200)
