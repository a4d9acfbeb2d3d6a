"""Findings in numbers: an ankle-brachial index in an Observation or in a sentence, per side. In: a finding's
definition, the chart, and what was read. Out: evidence with the number and the side; which side of the limit is
present, and which numbers say nothing, is the definition's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.chart.model import Chart, Measure, Quantity
from service.evidence.definition import FindingDefinition, Measured
from service.evidence.model import Evidence, Status
from service.evidence.narrative import ReadSentence
from service.evidence.passages import Read
from service.evidence.reading import Reading
from service.evidence.words import Word

_NUMBER = re.compile(r"\d*\.?\d+")
_LEFT = frozenset({"left", "lt", "l", "lle"})
_RIGHT = frozenset({"right", "rt", "r", "rle"})
_FAR = 14
_THRESHOLDS = frozenset({"<", ">", "below", "under", "than", "above", "least", "most"})


def measured_evidence(
    finding: FindingDefinition, chart: Chart, reads: list[Read], reading: Reading
) -> Iterator[Evidence]:
    """Evidence from numbers, coded and in sentences."""
    for measured in finding.measured:
        for observed in chart.observed:
            for measure in observed.measures:
                if measured.value_set not in reading.value_sets_of(measure.concept):
                    continue
                for value, text in _numbers(measure):
                    if measured.lowest <= value <= measured.highest:
                        status, reason = _told(value, measured, at_least=text.startswith(">"))
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
        if measured.target:
            for read in reads:
                for sentence in read.sentences:
                    yield from _in_sentence(finding, measured, read, sentence)


def _told(value: float, measured: Measured, *, at_least: bool = False) -> tuple[Status, str]:
    """What a number says, and why; `at_least` where the record gives it with a `>` before it."""
    if measured.mute_above is not None and _exceeds(value, measured.mute_above, at_least):
        return "not-documented", f"{value:g} is above {measured.mute_above:.2f} and says nothing about it"
    if measured.above is not None:
        above = _exceeds(value, measured.above, at_least)
        return ("present" if above else "absent"), _compared(value, above, measured.above)
    limit = measured.at_most or 0.0
    above = value > limit
    return ("absent" if above else "present"), _compared(value, above, limit)


def _exceeds(value: float, limit: float, at_least: bool) -> bool:
    return value > limit or (at_least and value == limit)


def _compared(value: float, above: bool, limit: float) -> str:
    return f"{value:g} is {'above' if above else 'at or below'} {limit:.2f}"


def _numbers(measure: Measure) -> Iterator[tuple[float, str]]:
    for value in measure.values:
        if isinstance(value, Quantity):
            yield value.value, f"{value.comparator}{value.value:g}"
        elif isinstance(value, str) and (match := _NUMBER.search(value)):
            yield float(match.group()), match.group()


def _coded_side(measure: Measure, reading: Reading) -> str:
    sets = reading.value_sets_of(measure.concept)
    for side in ("left", "right"):
        if any(name.endswith(f"-{side}") for name in sets) or side in measure.concept.label.lower():
            return side
    return ""


def _in_sentence(
    finding: FindingDefinition, measured: Measured, read: Read, sentence: ReadSentence
) -> Iterator[Evidence]:
    words = sentence.sentence.words
    targets = [s for s in sentence.said if s.mention.id == measured.target]
    for i, said in enumerate(targets):
        if said.judgement.assertion in {"hypothetical", "other-person", "negated"}:
            continue
        section = sentence.section
        if section is not None and section.asserts != "affirmed":
            continue
        end = min(len(words), said.mention.last + 1 + _FAR)
        if i + 1 < len(targets):
            end = min(end, targets[i + 1].mention.first)
        for at in range(said.mention.last + 1, end):
            norm = words[at].norm.replace(",", ".")
            if not _NUMBER.fullmatch(norm) or not _stands_alone(words, at):
                continue
            value = float(norm)
            if not measured.lowest <= value <= measured.highest or ("." not in norm and value not in {0.0, 1.0}):
                continue
            if read.standing == "resolved":
                continue
            status, reason = _told(value, measured)
            if said.judgement.assertion == "possible" and status != "not-documented":
                status = "possible"
            yield Evidence(
                read.ref,
                read.path,
                sentence.text,
                status,
                reason,
                read.when,
                side=_side(words, said.mention.first, at),
                value=norm,
                marks=sentence.marks((said.mention,), None),
            )


def _stands_alone(words: tuple[Word, ...], at: int) -> bool:
    """Not a threshold (`<= 0.90`, `below 0.9`, `0.90 or lower`) and not another unit."""
    before = [w.norm for w in words[max(0, at - 2) : at]]
    after = [w.norm for w in words[at + 1 : at + 3]]
    if any(word in _THRESHOLDS for word in before):
        return False
    if after[:1] == ["or"] and after[1:] and after[1] in {"lower", "less", "below", "under", "higher", "above"}:
        return False
    return not after or after[0] not in {"%", "cm", "mm", "mmhg"}


def _side(words: tuple[Word, ...], first: int, at: int) -> str:
    """The side a number is said of: the word right before it, else one right behind it (`0.84 (R)`), else the nearest
    before it that no other number stands between."""
    adjacent = _named(words[at - 1].norm) if at else ""
    if adjacent:
        return adjacent
    for step in range(at + 1, min(at + 4, len(words))):
        if _named(words[step].norm):
            return _named(words[step].norm)
        if words[step].norm[0].isalnum() or words[step].norm in {",", ";"}:
            break
    for step in range(at - 1, max(first - 3, -1), -1):
        if _named(words[step].norm) or _NUMBER.fullmatch(words[step].norm):
            return _named(words[step].norm)
    return ""


def _named(norm: str) -> str:
    return "left" if norm in _LEFT else "right" if norm in _RIGHT else ""
