"""Draft orders are known by their codes, else by their words."""

from support.running import shipped_knowledge

from service.chart.model import Chart, Coding, Concept, Draft, Patient
from service.evidence.drafted import DraftedOrder, drafted_orders, kinds_of

READING = shipped_knowledge().reading
BY_CODE = Concept((Coding("http://loinc.org", "30679-5"),))


def drafted(*drafts: Draft) -> tuple[DraftedOrder, ...]:
    return drafted_orders(Chart(Patient("p"), drafts=drafts), READING)


def test_a_draft_is_known_by_its_code_and_by_its_words():
    for concept in (BY_CODE, Concept(text="MRI L-SPINE W/O CONTRAST")):
        (order,) = drafted(Draft("ServiceRequest/1", concept))
        assert "lumbar-mri" in order.kinds


def test_a_draft_of_another_kind_has_no_kind_and_is_still_a_draft():
    assert drafted(Draft("ServiceRequest/1", Concept(text="Complete blood count"))) == (
        DraftedOrder("ServiceRequest/1", frozenset()),
    )


def test_the_kinds_of_all_drafts_or_of_those_just_picked():
    orders = (DraftedOrder("1", frozenset({"a"})), DraftedOrder("2", frozenset({"b", "c"}), selected=False))
    assert kinds_of(orders) == {"a", "b", "c"}
    assert kinds_of(orders, selected=True) == {"a"}
