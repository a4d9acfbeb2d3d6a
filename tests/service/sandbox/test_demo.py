"""The demo patients: what an EHR would send for them, and what is concluded."""

from datetime import UTC, date, datetime
from typing import get_args

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from service.assessment.definition import State
from service.chart.read import Gathered, read_chart
from service.decision import decide
from service.evidence.drafted import drafted_orders
from service.fhir.prefetch_table import TEMPLATES
from service.knowledge.load import load_knowledge
from service.moment import Moment
from service.sandbox.demo import DEMO_PATIENTS, DRAFT_ORDERS, demo_request
from service.sandbox.search import find
from service.sandbox.store import Store

SERVER = "http://127.0.0.1:8000/sandbox/fhir"
INSTANCE = "6b1d0c8a-2b33-4b3c-9d43-7f1a7a9d1c11"
TODAY = date(2027, 3, 2)


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


def test_a_patient_view_request_names_patient_visit_user_and_server_and_has_no_prefetch():
    assert demo_request("demo-possible", "patient-view", SERVER, INSTANCE) == {
        "hook": "patient-view",
        "hookInstance": INSTANCE,
        "fhirServer": SERVER,
        "context": {
            "userId": "Practitioner/demo-clinician",
            "patientId": "demo-possible",
            "encounterId": "demo-possible-visit",
        },
    }


def test_the_order_hooks_carry_a_draft_and_only_order_select_carries_selections():
    select = demo_request("demo-possible", "order-select", SERVER, INSTANCE)["context"]
    sign = demo_request("demo-possible", "order-sign", SERVER, INSTANCE)["context"]
    (entry,) = select["draftOrders"]["entry"]
    assert select["selections"] == [f"ServiceRequest/{entry['resource']['id']}"]
    assert entry["resource"]["status"] == "draft"
    assert "selections" not in sign
    assert sign["draftOrders"] == select["draftOrders"]


def test_prefetch_is_sent_when_it_is_given_even_if_empty():
    assert demo_request("demo-possible", "encounter-start", SERVER, INSTANCE, prefetch={})["prefetch"] == {}


def test_another_hook_is_refused():
    with pytest.raises(ValueError, match="appointment-book"):
        demo_request("demo-possible", "appointment-book", SERVER, INSTANCE)


def test_any_of_the_draft_orders_can_be_put_in_and_the_last_one_is_picked():
    drafts = [order.id for order in DRAFT_ORDERS]
    context = demo_request("demo-possible", "order-select", SERVER, INSTANCE, drafts=drafts)["context"]
    orders = [entry["resource"] for entry in context["draftOrders"]["entry"]]

    assert context["selections"] == [f"ServiceRequest/demo-possible-{drafts[-1]}"]
    for order in orders:
        ServiceRequest.model_validate(order)
        assert order["subject"] == {"reference": "Patient/demo-possible"}
    with pytest.raises(ValueError, match="haircut"):
        demo_request("demo-possible", "order-sign", SERVER, INSTANCE, drafts=["haircut"])


def test_no_draft_order_repeats_the_wording_of_cpt():
    for order in DRAFT_ORDERS:
        for coding in order.resource["code"].get("coding", ()):
            assert not (coding["system"].endswith("/cpt") and "display" in coding)


def test_every_state_of_the_decision_table_has_a_demo_patient():
    assert {patient.state for patient in DEMO_PATIENTS} == set(get_args(State))


def test_what_each_draft_order_is_drafted_for_is_recognised(knowledge):
    expected = {
        "lumbar-mri": "lumbar-mri",
        "lumbar-mri-by-words": "lumbar-mri",
        "lumbar-ct": "lumbar-ct",
        "spine-injection": "spine-injection",
        "arterial-study": "arterial-study",
        "physical-therapy": "physical-therapy",
        "pain-referral": "pain-referral",
        "blood-count": None,
    }
    assert list(expected) == [order.id for order in DRAFT_ORDERS]
    for order in DRAFT_ORDERS:
        drafted = read_chart(Gathered(drafts=({"id": "d"} | order.resource,)), "p")
        (kinds,) = (one.kinds for one in drafted_orders(drafted, knowledge.reading))
        wanted = expected[order.id]
        assert (wanted in kinds) if wanted else not kinds


def test_there_are_at_least_sixteen_demo_patients_with_readable_ids_and_one_line_each():
    assert len(DEMO_PATIENTS) >= 16
    assert len({patient.id for patient in DEMO_PATIENTS}) == len(DEMO_PATIENTS)
    for patient in DEMO_PATIENTS:
        assert patient.id.startswith("demo-")
        assert patient.shows


@pytest.mark.parametrize("patient", DEMO_PATIENTS, ids=lambda patient: patient.id)
def test_the_shipped_rules_conclude_for_each_demo_patient_what_is_said_of_them(patient, knowledge):
    store = Store.demo(TODAY)
    resources = {
        template.key: find(store, template.query.split("?")[0], [("patient", patient.id)], page_limit=500).resources
        for template in TEMPLATES
        if "?" in template.query
    }
    chart = read_chart(Gathered(store.read("Patient", patient.id), resources), patient.id)
    moment = Moment(now=datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC), hook="patient-view", seed="demo")
    assert decide(chart, knowledge, moment).to_json()["state"] == patient.state
    assert chart.gaps == ()
