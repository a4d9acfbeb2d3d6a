"""How much text of a chart is read. In: what was read of the chart's resources. Out: the same, unless they hold so much
text that nobody waits for the answer: then the newest of it, and a gap for each kind of resource left out. Reading
costs about a second for a million characters of ordinary notes, and several where somebody wants it to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, TypeVar

from service.chart.model import Concept, Deed, Gap, Observed, Problem, Quantity, Report

# A hundred notes of four thousand characters and a hundred reports are about half of it.
MAX_TEXT: Final = 1_000_000
# The name of a problem or a drug is shorter, a note is longer. Each sort has all of the allowance for itself: no flood
# of notes pushes a problem out.
SHORT: Final = 200

_KEYS: Final = {
    "Condition": "conditions",
    "Observation": "observations",
    "DiagnosticReport": "reports",
    "DocumentReference": "documents",
    "ServiceRequest": "serviceRequests",
    "Procedure": "procedures",
    "MedicationRequest": "medications",
    "Device": "devices",
    "AllergyIntolerance": "allergies",
}

Thing = Problem | Observed | Report | Deed
T = TypeVar("T", bound=Thing)


def within_budget(things: Sequence[T], gaps: list[Gap], limit: int = MAX_TEXT) -> list[T]:
    """The things whose texts fit into `limit` characters, the newest first to be taken; `gaps` learns of the others."""
    lengths = [0 if _is_number(thing) else sum(_lengths(thing)) for thing in things]
    if sum(lengths) <= limit:
        return list(things)
    left = {True: limit, False: limit}
    kept: list[T] = []
    left_out: Counter[str] = Counter()
    for thing, length in sorted(zip(things, lengths, strict=True), key=lambda pair: _newest_first(*pair)):
        if length <= left[length <= SHORT]:
            left[length <= SHORT] -= length
            kept.append(thing)
        else:
            left_out[_KEYS[thing.ref.partition("/")[0]]] += 1
    gaps += [
        Gap(key, "cut-short", f"{count} of them were left out: only the newest {limit} characters of text are read")
        for key, count in left_out.items()
    ]
    return kept


def _newest_first(thing: Thing, length: int) -> tuple[int, str, int, str]:
    when = thing.dated if isinstance(thing, Problem) else thing.when.latest
    # Those without an id differ by what they say, whatever order they came in.
    return -(when or date.min).toordinal(), thing.ref, length, "" if "/" in thing.ref else repr(thing)


def _is_number(thing: Thing) -> bool:
    """Whether it is a number and nothing else, as nearly all of a long chart are."""
    return (
        isinstance(thing, Observed)
        and not thing.passages
        and not thing.body_sites
        and len(thing.measures) == 1
        and all(isinstance(value, Quantity) for value in thing.measures[0].values)
    )


def _lengths(thing: Thing) -> Iterator[int]:
    """The lengths of all that is read of it as language."""
    if isinstance(thing, Observed):
        for measure in thing.measures:
            words = [value for value in measure.values if not isinstance(value, Quantity | bool)]
            if words:
                yield len(measure.concept.label)
                yield from (len(value) if isinstance(value, str) else len(value.label) for value in words)
    else:
        yield len(thing.concept.label)
    if not isinstance(thing, Report):
        yield from _labels(thing.body_sites)
    for passage in thing.passages:
        # A value stands among the passages as well.
        if not isinstance(thing, Observed) or "value" not in passage.path:
            yield len(passage.text)


def _labels(concepts: Iterable[Concept]) -> Iterator[int]:
    return (len(concept.label) for concept in concepts)
