import pytest
from support.hook_calls import example

from cds_hooks import entries

LAB = {"resourceType": "Observation", "id": "1"}
NOTE = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
FAULT = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}


def bundle(*listed, **members):
    return {"resourceType": "Bundle", "type": "searchset", "entry": list(listed), **members}


def test_the_official_paged_bundle_gives_its_resource_and_its_next_page():
    """PRE-5"""
    page = example("spec3--request--order-sign--paginated-prefetch")["prefetch"]["orders"]
    resources, next_url, problems = entries(page)
    assert [resource["resourceType"] for resource in resources] == ["MedicationRequest"]
    assert next_url == "https://ehr.example.org/fhir/MedicationRequest?patient=1288992&_count=1&_page=2"
    assert problems == ()


def test_an_operation_outcome_among_the_entries_is_never_taken_for_data():
    """PRE-8"""
    outcome = {"resource": FAULT, "search": {"mode": "outcome"}}
    resources, _, problems = entries(bundle({"resource": LAB}, outcome, {"resource": NOTE}))
    assert resources == (LAB,)
    assert problems == ("entry[1] is an OperationOutcome that reports an error",)


@pytest.mark.parametrize("entry", [{}, None, "x", {"fullUrl": "urn:x"}, {"resource": None}, {"resource": {"id": "1"}}])
def test_an_entry_without_a_resource_costs_only_itself(entry):
    assert entries(bundle(entry, {"resource": LAB})) == ((LAB,), None, ("entry[0] holds no resource",))


def test_a_resource_wrapped_once_more_is_found():
    assert entries(bundle({"resource": {"response": {"status": "200"}, "resource": LAB}}))[0] == (LAB,)


def test_a_total_that_does_not_match_is_told_but_not_held_against_a_page():
    included = {"resource": {"resourceType": "Patient"}, "search": {"mode": "include"}}
    assert entries(bundle({"resource": LAB}, included, total=1))[2] == ()
    assert entries(bundle({"resource": LAB}, total=40))[2] == ("total is 40 and 1 came",)
    paged = bundle({"resource": LAB}, total=40, link=[{"relation": "previous", "url": "https://x"}])
    assert entries(paged)[2] == ()


@pytest.mark.parametrize("link", [None, {}, [None], [{"relation": "next"}], [{"relation": "next", "url": 3}], "x"])
def test_links_that_cannot_be_followed_are_no_links(link):
    assert entries(bundle({"resource": LAB}, link=link))[1] is None


def test_a_single_resource_is_its_own_only_entry():
    assert entries(LAB) == ((LAB,), None, ())
