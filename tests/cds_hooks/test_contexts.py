import pytest
from support.hook_calls import CONTEXTS, HOOK_NAMES, body, examples

from cds_hooks import (
    HOOKS,
    EncounterStartContext,
    InvalidRequest,
    OrderSelectContext,
    OrderSignContext,
    PatientViewContext,
)
from cds_hooks.contexts import read_context
from cds_hooks.strict_json import MAX_ELEMENTS, read_object


def read(hook, context):
    return read_context(HOOKS[hook], read_object(body(context)))


def test_each_hook_reads_its_own_context():
    drafts = CONTEXTS["order-sign"]["draftOrders"]
    assert read("patient-view", CONTEXTS["patient-view"]) == PatientViewContext(
        "PractitionerRole/7", "1288992", "89284"
    )
    assert read("encounter-start", CONTEXTS["encounter-start"]) == EncounterStartContext(
        "Practitioner/7", "1288992", "89284"
    )
    assert read("order-sign", CONTEXTS["order-sign"]) == OrderSignContext("Practitioner/7", "1288992", None, drafts)
    assert isinstance(read("order-select", CONTEXTS["order-select"]), OrderSelectContext)


def test_drafts_come_from_the_context_whole_and_are_never_asked_for_again():
    """REQ-15: a draft is not on the FHIR server, so the context keeps all of it."""
    context = read("order-select", CONTEXTS["order-select"])
    assert context.draft_orders == CONTEXTS["order-select"]["draftOrders"]
    assert context.selections == ("ServiceRequest/draft-1",)


def test_more_drafts_than_anybody_orders_are_refused():
    drafts = {"resourceType": "Bundle", "entry": [{}] * (MAX_ELEMENTS + 1)}
    with pytest.raises(InvalidRequest, match="draftOrders has more than 1000 entries"):
        read("order-sign", CONTEXTS["order-sign"] | {"draftOrders": drafts})


@pytest.mark.parametrize(
    ("hook", "name"),
    [(hook, row.name) for hook in HOOK_NAMES for row in HOOKS[hook].fields if row.required],
)
def test_a_required_member_that_is_missing_or_null_is_named(hook, name):
    """REQ-8: the required context fields of each hook are checked."""
    without = {key: value for key, value in CONTEXTS[hook].items() if key != name}
    for context in (without, without | {name: None}):
        with pytest.raises(InvalidRequest) as caught:
            read(hook, context)
        assert caught.value.expression == (name,)


@pytest.mark.parametrize("absent", [None, ""])
def test_an_optional_member_may_be_null_or_empty(absent):
    assert read("patient-view", CONTEXTS["patient-view"] | {"encounterId": absent}).encounter_id is None


@pytest.mark.parametrize(
    ("hook", "name", "value"),
    [
        ("patient-view", "userId", "123"),
        ("patient-view", "userId", "Practitioner/1/2"),
        ("patient-view", "userId", "https://ehr.example.org/Practitioner/1"),
        ("patient-view", "userId", "Practitioner/1&x=2"),
        ("patient-view", "patientId", 1288992),
        ("patient-view", "patientId", "Patient/1288992"),
        ("patient-view", "patientId", "../Patient"),
        ("patient-view", "patientId", "1288992\n"),
        ("patient-view", "patientId", "x" * 65),
        ("patient-view", "patientId", "rx‑page‑1"),
        ("encounter-start", "encounterId", "a b"),
        ("order-select", "selections", "ServiceRequest/1"),
        ("order-select", "selections", [1]),
        ("order-sign", "draftOrders", []),
        ("order-sign", "draftOrders", "Bundle/1"),
        ("order-sign", "draftOrders", {"resourceType": "Patient"}),
    ],
)
def test_a_member_of_the_wrong_kind_is_named(hook, name, value):
    with pytest.raises(InvalidRequest) as caught:
        read(hook, CONTEXTS[hook] | {name: value})
    assert caught.value.expression[0].startswith(name)


@pytest.mark.parametrize(("name", "message"), examples("context--").items())
def test_official_contexts_of_every_fhir_version_are_read_or_refused(name, message):
    """REQ-14: DSTU2, STU3 and R4 drafts look different and must all end in an answer or a refusal."""
    hook = name.split("--")[1]
    if hook in HOOKS:
        assert read(hook, message["context"]).patient_id == "1288992"
        return
    for known in HOOKS:
        try:
            read(known, message["context"])
        except InvalidRequest as error:
            assert error.expression


@pytest.mark.parametrize(
    "build",
    [
        lambda: PatientViewContext("Practitioner/1", "1&patient=2"),
        lambda: PatientViewContext("nobody", "1"),
        lambda: EncounterStartContext("Practitioner/1", "1", "a/b"),
        lambda: OrderSignContext("Practitioner/1", "a#b", None, {}),
    ],
)
def test_a_context_with_an_id_that_could_change_a_url_cannot_be_built(build):
    with pytest.raises(ValueError, match="must be a"):
        build()


def test_the_table_offers_as_tokens_what_the_hook_definitions_offer():
    assert tuple(HOOKS) == HOOK_NAMES
    for definition in HOOKS.values():
        assert definition.tokens == {"userId", "patientId", "encounterId"}
