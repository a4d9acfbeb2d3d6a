"""What kinds of orders are being drafted. In: the chart with its drafts, and the compiled reading. Out: `Drafted`, the
value sets that the drafts belong to, by code or, where an EHR sends none of the known codes, by their words."""

from __future__ import annotations

from dataclasses import dataclass

from service.chart.model import Chart
from service.evidence.reading import Reading


@dataclass(frozen=True, slots=True)
class Drafted:
    """The value sets of all drafts, and of those just picked or about to be signed."""

    kinds: frozenset[str] = frozenset()
    selected: frozenset[str] = frozenset()


def drafted_orders(chart: Chart, reading: Reading) -> Drafted:
    """The kinds of the chart's draft orders; a draft of no known kind has none."""
    kinds = [(reading.value_sets_named(draft.concept), draft.selected) for draft in chart.drafts]
    return Drafted(
        frozenset().union(*(sets for sets, _ in kinds)),
        frozenset().union(*(sets for sets, selected in kinds if selected)),
    )
