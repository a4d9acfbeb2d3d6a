"""Draft orders become drafts; what cannot be read or is somebody else's becomes a gap."""

import pytest

from service.chart.model import Concept
from service.chart.read import Gathered, read_chart


def order(number="1", *, text="Lumbar MRI", patient="p", **members):
    body = {"resourceType": "ServiceRequest", "id": number, "status": "draft", "code": {"text": text}}
    return {**body, "subject": {"reference": f"Patient/{patient}"}, **members}


def read(*drafts, selections=None):
    chart = read_chart(Gathered(drafts=drafts, selections=selections), "p")
    return chart.drafts, [(gap.key, gap.code) for gap in chart.gaps]


def selected(*drafts, selections=None):
    return {draft.ref: draft.selected for draft in read(*drafts, selections=selections)[0]}


def test_a_draft_has_its_reference_and_its_concept():
    (draft,), gaps = read(order())
    assert (draft.ref, draft.concept, gaps) == ("ServiceRequest/1", Concept(text="Lumbar MRI"), [])


def test_where_the_hook_knows_no_selections_every_draft_is_selected():
    assert selected(order("1"), order("2")) == {"ServiceRequest/1": True, "ServiceRequest/2": True}


@pytest.mark.parametrize("name", ["ServiceRequest/2", "2", "https://ehr.example/fhir/ServiceRequest/2"])
def test_a_selection_picks_by_reference_or_by_bare_id(name):
    assert selected(order("1"), order("2"), selections=(name,)) == {
        "ServiceRequest/1": False,
        "ServiceRequest/2": True,
    }


def test_no_selection_at_all_selects_nothing():
    assert selected(order("1"), selections=()) == {"ServiceRequest/1": False}


def test_selections_that_point_nowhere_select_everything_and_leave_a_gap():
    drafts, gaps = read(order("1"), selections=("ServiceRequest/unknown",))
    assert [draft.selected for draft in drafts] == [True]
    assert gaps == [("draftOrders", "unreadable")]


def test_a_selection_of_another_kind_of_order_selects_none_of_ours():
    drug = {"resourceType": "MedicationRequest", "id": "9", "status": "draft"}
    assert selected(order("1"), drug, selections=("MedicationRequest/9",)) == {"ServiceRequest/1": False}


def test_a_draft_of_another_patient_is_left_out_with_a_gap():
    assert read(order(patient="somebody-else")) == ((), [("draftOrders", "other-patient")])


def test_a_draft_without_a_subject_belongs_to_the_patient_of_the_call():
    (draft,), gaps = read({key: value for key, value in order().items() if key != "subject"})
    assert (draft.ref, gaps) == ("ServiceRequest/1", [])


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Group/ward"},
        {"reference": "Location/theatre"},
        {"identifier": {"system": "urn:mrn", "value": "9"}},
        {"display": "somebody"},
        {"reference": "#contained"},
        {},
        "Patient/p",
    ],
)
def test_a_draft_whose_subject_cannot_be_told_is_left_out_with_a_gap(subject):
    assert read(order() | {"subject": subject}) == ((), [("draftOrders", "no-subject")])


@pytest.mark.parametrize("status", ["entered-in-error", "revoked", "cancelled", "completed"])
def test_a_withdrawn_draft_is_no_draft(status):
    assert read(order(status=status)) == ((), [])


def test_an_order_not_to_do_something_is_no_draft():
    assert read(order(doNotPerform=True)) == ((), [])


@pytest.mark.parametrize("broken", [None, 7, "order", {}, {"resourceType": 3}])
def test_something_that_is_no_resource_becomes_a_gap(broken):
    drafts, gaps = read(broken, order())
    assert ([draft.ref for draft in drafts], gaps) == (["ServiceRequest/1"], [("draftOrders", "unreadable")])


def test_the_drafts_are_the_same_in_whatever_order_they_came():
    one, other = order("1", text="Lumbar MRI"), order("2", text="Physical therapy")
    assert read(one, other) == read(other, one)
