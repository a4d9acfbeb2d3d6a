import json
from itertools import combinations

import msgspec
import pytest
from support.hook_calls import CONTEXTS, HOOK_NAMES, PATIENT, example, examples

from cds_hooks import (
    Data,
    Empty,
    Failed,
    MalformedJSON,
    Missing,
    OrderSelectContext,
    PatientViewContext,
    PayloadTooLarge,
    PrefetchTemplate,
    expand,
    lint,
    read_answers,
)
from cds_hooks.prefetch import MAX_RESOURCES

LABS = PrefetchTemplate("labs", "Observation?patient={{context.patientId}}&category=laboratory")
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
CONTEXT = PatientViewContext("Practitioner/7", "1288992")


def answer(value):
    return read_answers([LABS], {"labs": msgspec.Raw(json.dumps(value).encode())})["labs"]


def searchset(**members):
    return {"resourceType": "Bundle", "type": "searchset", **members}


def findings(query, hook="patient-view", level="2.0"):
    return {(found.requirement, found.severity) for found in lint(PrefetchTemplate("key", query), hook, level)}


# Answers


def test_the_four_states_of_a_key_are_kept_apart():
    """PRE-13"""
    assert read_answers([LABS], {})["labs"] == Missing()
    assert answer(None) == Empty()
    assert answer(OUTCOME) == Failed("The client sent an OperationOutcome", OUTCOME)
    assert answer(PATIENT) == Data(PATIENT)


def test_any_subset_of_the_keys_gives_an_answer_for_each_template():
    """PRE-1, PRE-9, PRE-10: what was not provided is missing, and nothing else is."""
    templates = [PrefetchTemplate(key, "Patient/{{context.patientId}}") for key in "abc"]
    for size in range(4):
        for keys in combinations("abc", size):
            answers = read_answers(templates, {key: msgspec.Raw(b"null") for key in keys})
            assert {key for key, state in answers.items() if state == Missing()} == set("abc") - set(keys)


@pytest.mark.parametrize("wrapping", ["{}", '{"resource": {}}'], ids=["plain", "wrapped"])
def test_more_resources_than_a_call_can_hold_are_refused_however_they_are_spread(wrapping):
    half = {"resourceType": "Bundle", "entry": [{"resource": PATIENT}] * (MAX_RESOURCES // 2)}
    templates = [PrefetchTemplate(key, f"Observation?code={key}") for key in ("a", "b", "c")]
    sent = {key: msgspec.Raw(wrapping.replace("{}", json.dumps(half)).encode()) for key in ("a", "b")}
    assert all(isinstance(answer, Data) for answer in read_answers(templates[:2], sent).values())
    with pytest.raises(PayloadTooLarge, match="more than 25000 resources") as caught:
        read_answers(templates, sent | {"c": msgspec.Raw(json.dumps(PATIENT).encode())})
    assert caught.value.expression == ("prefetch.c",)


def test_keys_that_nobody_asked_for_are_not_read():
    """PRE-3: not even when they cannot be read."""
    assert read_answers([LABS], {"other": msgspec.Raw(b"{"), "labs": msgspec.Raw(b"null")}) == {"labs": Empty()}


def test_null_means_that_the_client_looked_and_found_nothing():
    """PRE-11, PRE-14"""
    assert answer(None) == Empty()


@pytest.mark.parametrize(
    "value",
    [
        None,
        searchset(),
        searchset(entry=[]),
        searchset(entry=None),
        searchset(total=0),
        searchset(total=0, link=[{"relation": "self", "url": "https://ehr.example.org/fhir/Observation"}]),
        searchset(entry=[{"resource": OUTCOME | {"issue": [{"severity": "warning", "code": "not-found"}]}}]),
    ],
)
def test_nothing_found_may_be_null_or_a_bundle_of_nothing(value):
    """PRE-12"""
    assert answer(value) == Empty()


@pytest.mark.parametrize(
    "value",
    [
        OUTCOME,
        searchset(entry=[{"resource": OUTCOME, "search": {"mode": "outcome"}}]),
        searchset(entry=[{"resource": {"resourceType": "OperationOutcome"}}]),
        {"response": {"status": "500"}, "resource": OUTCOME},
    ],
)
def test_an_operation_outcome_is_a_failure_wherever_it_stands(value):
    """PRE-7, PRE-8"""
    state = answer(value)
    assert isinstance(state, Failed)
    assert state.outcome["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "value",
    [
        *("<html>502 Bad Gateway</html>", "123", 5, True, [], [PATIENT], {}, {"id": "1"}, {"resourceType": 5}),
        *(searchset(entry="x"), searchset(entry=[{}]), searchset(total=12)),
    ],
)
def test_what_is_no_resource_is_a_failure_and_not_an_absence(value):
    """PRE-13"""
    assert isinstance(answer(value), Failed)


def test_results_with_an_outcome_among_them_and_first_pages_are_data():
    assert isinstance(answer(searchset(entry=[{"resource": PATIENT}, {"resource": OUTCOME}])), Data)
    assert isinstance(answer(searchset(link=[{"relation": "next", "url": "https://ehr.example.org/2"}])), Data)


def test_a_resource_in_the_wrapping_of_old_sandboxes_is_data():
    assert answer({"response": {"status": "200 OK"}, "resource": PATIENT}) == Data(PATIENT)


@pytest.mark.parametrize("name", ["spec2--prefetch-data--one-key-missing", "spec3--prefetch-data--one-key-missing"])
def test_the_official_prefetch_data_with_one_key_missing_is_read(name):
    """PRE-9: the template of the missing key is among the four."""
    templates = [PrefetchTemplate(*item) for item in example("spec3--prefetch-template--four-keys")["prefetch"].items()]
    sent = {key: msgspec.Raw(json.dumps(value).encode()) for key, value in example(name)["prefetch"].items()}
    answers = read_answers(templates, sent)
    assert answers["diabetes-type2"] == Missing()
    assert isinstance(answers["hemoglobin-a1c"], Data)
    # 2.0.1 prints a bare string where the template asks for a search.
    assert isinstance(answers["user"], Failed if name.startswith("spec2") else Data)


@pytest.mark.parametrize("text", [b'{"a": 1e999}', b"{", b'"\xff"', b"NaN", rb'"\ud800"'])
def test_a_value_that_cannot_be_read_is_refused_by_its_key(text):
    with pytest.raises(MalformedJSON) as caught:
        read_answers([LABS], {"labs": msgspec.Raw(text)})
    assert caught.value.expression == ("prefetch.labs",)


# Queries


@pytest.mark.parametrize(
    ("query", "expanded"),
    [
        ("Patient/{{context.patientId}}", "Patient/1288992"),
        ("Patient/{{ context.patientId }}", "Patient/1288992"),
        ("{{context.userId}}", "Practitioner/7"),
        ("Encounter/{{context.encounterId}}", None),
        ("Observation?patient={{context.patientId}}&date=gt{{today()}}", None),
        ("Observation?code=http://loinc.org|38209-3&_sort=-date", "Observation?code=http://loinc.org%7C38209-3&_sort=-date"),
        ("Observation?code:text=walking distance#1", "Observation?code:text=walking%20distance%231"),
        (
            "Observation?patient={{context.patientId}}&date=ge2020-01-01&date=lt2021-01-01",
            "Observation?patient=1288992&date=ge2020-01-01&date=lt2021-01-01",
        ),
    ],
)  # fmt: skip
def test_a_template_becomes_an_encoded_query_or_nothing(query, expanded):
    """PRE-36: separators stay, everything else is encoded, and two dates remain two."""
    assert expand(PrefetchTemplate("key", query), CONTEXT) == expanded


@pytest.mark.parametrize("value", ["1&_count=9", "a#b", "a b", "a|b", "a/b", "a?b", "{{context.userId}}"])
def test_a_value_that_would_need_encoding_never_gets_into_a_query(value):
    """PRE-36"""
    with pytest.raises(ValueError, match="FHIR id"):
        PatientViewContext("Practitioner/7", value)


@pytest.mark.parametrize(
    ("user", "resolved"),
    [
        ("Practitioner/7", {"userPractitionerId"}),
        ("PractitionerRole/7", {"userPractitionerRoleId"}),
        ("Patient/7", {"userPatientId"}),
        ("RelatedPerson/7", {"userRelatedPersonId"}),
        ("Device/7", set()),
    ],
)
def test_a_user_token_has_a_value_only_for_a_user_of_its_type(user, resolved):
    """PRE-22"""
    context = PatientViewContext(user, "1")
    tokens = ("userPractitionerId", "userPractitionerRoleId", "userPatientId", "userRelatedPersonId")
    queries = {token: expand(PrefetchTemplate("user", f"X?_id={{{{{token}}}}}"), context) for token in tokens}
    assert {token for token, query in queries.items() if query == "X?_id=7"} == resolved
    assert all(query in ("X?_id=7", None) for query in queries.values())


# Lint


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_plain_reads_and_searches_are_not_criticised(hook):
    for query in (
        "Patient/{{context.patientId}}",
        "{{context.userId}}",
        "PractitionerRole?_id={{userPractitionerRoleId}}",
        "Condition?patient={{context.patientId}}&category=problem-list-item&_count=100&_sort=-recorded-date",
        "Observation?patient={{context.patientId}}&code:in=http://example.org/vs&date=ge2020-01-01",
    ):
        assert findings(query, hook) == set()


@pytest.mark.parametrize(
    "query",
    [
        "https://ehr.example.org/fhir/Patient/{{context.patientId}}",
        "/Patient/{{context.patientId}}",
        "Patient/{{context.patientId}}/$everything",
        "Patient/$match",
        "Patient/{{context.patientId}}/_history",
        "patient?x=1",
        "{{context.patientId}}",
        "?_id=1",
    ],
)
def test_a_template_is_a_read_or_a_search_relative_to_the_server(query):
    """PRE-17"""
    assert ("PRE-17", "error") in findings(query)


@pytest.mark.parametrize("token", ["{context.patientId}", "${context.patientId}", "{{context.patientId}"])
def test_tokens_stand_in_double_braces(token):
    """PRE-18"""
    assert ("PRE-18", "error") in findings(f"Patient/{token}")


def test_a_token_below_the_first_level_is_for_3_0_only():
    """PRE-19"""
    for name in ("draftOrders-traversal", "today-minus-90-days", "dependent-on-prior-prefetch"):
        for query in example(f"spec3--prefetch-template--{name}")["prefetch"].values():
            assert {severity for _, severity in findings(query, "order-sign", "2.0")} == {"error"}
            assert not {found for found in findings(query, "order-sign", "3.0") if found[1] == "error"}
    assert ("PRE-19", "error") in findings("X?_id={{context.draftOrders.entry.resource.id}}", "order-sign")


def test_a_token_names_the_context():
    """PRE-20, PRE-22: or the user, by one of four names."""
    assert findings("Patient/{{patientId}}") == {("PRE-20", "error")}
    assert findings("Practitioner/{{userId}}") == {("PRE-20", "error")}
    assert findings("Practitioner/{{userPractitionerId}}") == set()


@pytest.mark.parametrize("token", ["selections", "draftOrders", "medicationRequestId"])
def test_only_members_that_the_hook_offers_are_tokens(token):
    """PRE-21"""
    assert findings(f"Patient/{{{{context.{token}}}}}", "order-select") == {("PRE-21", "error")}


def test_the_user_id_already_holds_its_type():
    """PRE-23"""
    assert findings("{{context.userId}}") == set()
    assert findings("Practitioner/{{context.userId}}") == {("PRE-23", "warning")}
    assert expand(PrefetchTemplate("user", "{{context.userId}}"), CONTEXT) == "Practitioner/7"


@pytest.mark.parametrize(
    "parameter", ["_include=A:b", "_revinclude=A:b", "_has:A:b:c=1", "subject.name=x", "_filter=x"]
)
def test_rarely_supported_parameters_are_worth_a_warning(parameter):
    """PRE-24"""
    assert ("PRE-24", "warning") in findings(f"Observation?{parameter}")


@pytest.mark.parametrize(
    "parameter", ["code:text=x", "code:not=x", "date=ne2020", "date=sa2020-01-01", "sort:desc=date"]
)
def test_modifiers_and_prefixes_outside_the_subset_are_worth_a_warning(parameter):
    """PRE-25"""
    assert findings(f"Observation?{parameter}") == {("PRE-25", "warning")}


def test_a_cap_on_all_results_belongs_to_3_0():
    """PRE-26"""
    assert findings("Observation?_maxresults=5") == {("PRE-26", "warning")}
    assert findings("Observation?_maxresults=5", level="3.0") == set()


def test_the_official_templates_of_2_0_are_accepted():
    for name, template in examples("spec3--prefetch-template").items():
        if name.rpartition("--")[2] in ("a1c", "context-userId-read", "userPractitionerRoleId-search", "four-keys"):
            for query in template["prefetch"].values():
                assert not {found for found in findings(query) if found[1] == "error"}


def test_a_nested_id_becomes_a_token_only_when_the_hook_lifts_it_up():
    """PRE-19, PRE-21: the two official fragments, the nested one and its work-around."""
    lifted = example("spec2--context-fragment--order--medicationRequestId-added")["context"]
    assert "medicationRequestId" in lifted
    assert "medicationRequestId" not in example("spec2--context-fragment--order--nested-not-tokenizable")["context"]
    context = OrderSelectContext("Practitioner/7", "1", None, (), CONTEXTS["order-select"]["draftOrders"])
    assert expand(PrefetchTemplate("med", "MedicationRequest/{{context.medicationRequestId}}"), context) is None


def test_linting_for_a_hook_nobody_knows_is_a_mistake():
    with pytest.raises(ValueError, match="patient-transmogrify"):
        lint(LABS, "patient-transmogrify")


@pytest.mark.parametrize(("key", "query"), [("", "Patient/1"), ("patient", " ")])
def test_a_template_without_key_or_query_cannot_be_built(key, query):
    with pytest.raises(ValueError, match="DISC-8"):
        PrefetchTemplate(key, query)
