"""Findings in numbers: an ankle-brachial index in an Observation or in a sentence, per side. In: a finding's
definition, the chart, and what was read. Out: evidence with the number, the side and, where it is told, whether it was
taken at rest or after exercise; which side of the limit is present, and which numbers say nothing, is the
definition's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from service.chart.model import Chart, Measure, Observed, Quantity
from service.evidence.definition import FindingDefinition, Measured
from service.evidence.model import Evidence, Status
from service.evidence.numerals import NUMBER, Numeral, names_of, numerals
from service.evidence.passages import Read
from service.evidence.reading import Reading
from service.evidence.words import words_of


def measured_evidence(
    finding: FindingDefinition, chart: Chart, reads: list[Read], reading: Reading
) -> Iterator[Evidence]:
    """Evidence from numbers, coded and in sentences."""
    for measured in finding.measured:
        yield from _in_codes(measured, chart, reading)
        if measured.target:
            for read in reads:
                if read.standing != "resolved":
                    yield from _in_text(measured, read)


def _in_codes(measured: Measured, chart: Chart, reading: Reading) -> Iterator[Evidence]:
    for observed in chart.observed:
        for measure in observed.measures:
            if measured.value_set not in reading.value_sets_of(measure.concept):
                continue
            if not _counts(measured, _phases(observed, measure, reading)):
                continue
            for value, comparator, text in _numbers(measure):
                if measured.lowest <= value <= measured.highest:
                    status, reason = _told(value, measured, comparator)
                    yield Evidence(
                        observed.ref,
                        f"{measure.path}.value" if measure.path else "value",
                        f"{measure.concept.label}: {text}",
                        status,
                        reason,
                        observed.when.latest,
                        side=_coded_side(measure, reading),
                        value=text,
                    )


def _phases(observed: Observed, measure: Measure, reading: Reading) -> frozenset[str]:
    """When a coded number was taken, as its name and its comments say: `at rest`, `after exercise`."""
    texts = (measure.concept.label, *(passage.text for passage in observed.passages))
    return frozenset(m.id for text in texts for m in reading.language.named.find(words_of(text)))


def _counts(measured: Measured, phases: frozenset[str]) -> bool:
    if measured.only:
        return not phases.isdisjoint(measured.only)
    return phases.isdisjoint(measured.never)


def _told(value: float, measured: Measured, comparator: str) -> tuple[Status, str]:
    """What a number says, and why; with a `>` or `<` before it, it says only what holds of all such numbers."""
    low = -math.inf if comparator.startswith("<") else value
    high = math.inf if comparator.startswith(">") else value
    if measured.mute_above is not None and _exceeds(low, measured.mute_above, comparator):
        return "not-documented", f"{value:g} is above {measured.mute_above:.2f} and says nothing about it"
    limit = measured.above if measured.above is not None else measured.at_most or 0.0
    above, below = _exceeds(low, limit, comparator), high <= limit
    if above == below:
        return "not-documented", f"{comparator}{value:g} leaves open which side of {limit:.2f} it is"
    status: Status = "present" if above == (measured.above is not None) else "absent"
    return status, f"{value:g} is {'above' if above else 'at or below'} {limit:.2f}"


def _exceeds(low: float, limit: float, comparator: str) -> bool:
    return low > limit or (comparator.startswith(">") and low == limit)


def _numbers(measure: Measure) -> Iterator[tuple[float, str, str]]:
    for value in measure.values:
        if isinstance(value, Quantity):
            yield value.value, value.comparator, f"{value.comparator}{value.value:g}"
        elif isinstance(value, str) and (match := NUMBER.search(value)):
            yield float(match.group()), "", match.group()


def _coded_side(measure: Measure, reading: Reading) -> str:
    sets = reading.value_sets_of(measure.concept)
    for side in ("left", "right"):
        if any(name.endswith(f"-{side}") for name in sets) or side in measure.concept.label.lower():
            return side
    return ""


def _in_text(measured: Measured, read: Read) -> Iterator[Evidence]:
    carried = False
    for sentence in read.sentences:
        named = bool(names_of(measured, sentence))
        if sentence.section is None or sentence.section.asserts == "affirmed":
            for numeral in numerals(measured, sentence, carried=carried):
                phase = numeral.phase.mention.id if numeral.phase else ""
                if not measured.lowest <= numeral.value <= measured.highest:
                    continue
                if not _counts(measured, frozenset({phase})):
                    continue
                status, reason = _told(numeral.value, measured, ">" if numeral.more else "")
                if numeral.said.judgement.assertion == "possible" and status != "not-documented":
                    status = "possible"
                mentions = [numeral.said.mention]
                if numeral.phase is not None and numeral.phase is not numeral.said:
                    mentions.append(numeral.phase.mention)
                yield Evidence(
                    read.ref,
                    read.path,
                    sentence.text,
                    status,
                    reason,
                    _when(read.when, sentence.sentence.dated, numeral),
                    side=numeral.side,
                    value=f">{numeral.norm}" if numeral.more else numeral.norm,
                    marks=sentence.marks(mentions, None),
                )
        carried = named


def _when(written: date | None, entered: date | None, numeral: Numeral) -> date | None:
    """The day that counts: that of the text, or an older one that the number itself, else its entry, names."""
    own = numeral.until or entered
    return min((day for day in (written, own) if day is not None), default=None)
