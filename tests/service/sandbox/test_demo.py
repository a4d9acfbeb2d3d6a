"""The requests an EHR would make for the demo patients."""

import pytest

from service.sandbox.demo import DEMO_PATIENTS, demo_request

SERVER = "http://127.0.0.1:8000/sandbox/fhir"
INSTANCE = "6b1d0c8a-2b33-4b3c-9d43-7f1a7a9d1c11"


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


def test_there_are_at_least_ten_demo_patients_with_readable_ids_and_one_line_each():
    assert len(DEMO_PATIENTS) >= 10
    assert len({patient.id for patient in DEMO_PATIENTS}) == len(DEMO_PATIENTS)
    for patient in DEMO_PATIENTS:
        assert patient.id.startswith("demo-")
        assert patient.shows
