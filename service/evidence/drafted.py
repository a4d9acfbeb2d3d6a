"""What kinds of orders are being drafted. In: the chart with its drafts, and the compiled reading. Out: each draft with
the value sets it belongs to, by code or, where an EHR sends none of the known codes, by its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.chart.model import Chart
from service.evidence.reading import Reading


@dataclass(frozen=True, slots=True)
class DraftedOrder:
    """A draft, the value sets it belongs to (none for an order of another kind), and whether it was just picked."""

    ref: str
    kinds: frozenset[str]
    selected: bool = True


def drafted_orders(chart: Chart, reading: Reading) -> tuple[DraftedOrder, ...]:
    """The chart's drafts in its order."""
    return tuple(
        DraftedOrder(draft.ref, reading.value_sets_named(draft.concept), draft.selected) for draft in chart.drafts
    )


def kinds_of(drafted: Iterable[DraftedOrder], *, selected: bool = False) -> frozenset[str]:
    """The value sets of all drafts, or of those just picked."""
    return frozenset(kind for draft in drafted if draft.selected or not selected for kind in draft.kinds)
