"""Texts that are not in English. In: a chart, and the commonest words of English and of other languages. Out: the chart
with what cannot be read taken out, and a gap that names it: what is not found there is unknown, not absent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from service.chart.model import Chart, Gap, Measure, Observed, Passage, Value
from service.chart.read import folded

# Fewer words than these are not judged: a name, a drug, a heading. A line in English company needs more of them.
_PARAGRAPH_WORDS: Final = 6
_LINE_WORDS: Final = 8
# Of all words of a stretch. A third of any prose are function words; a telegraphic English note has few of its own
# language, but none of another's.
_FOREIGN_SHARE: Final = 0.15
_FOREIGN_WORDS: Final = 2
_WORD: Final = re.compile(r"[^\W\d_]+")
_PARAGRAPH: Final = re.compile(r"[^\n]+(?:\n[^\n]*\S[^\n]*)*")
_LINE: Final = re.compile(r"[^\n]+")
# Letters beyond Latin with its accents; marks put upon letters are none.
_OTHER_SCRIPT: Final = re.compile(
    r"(?=[^\W\d_])[\u0370-\u1dff\u2c00-\ua7ff\uac00-\ufaff\ufb1d-\ufdff\ufe70-\ufefe\uff66-\uffdc]"
)

# The prefetch key under which a kind of resource arrives.
_KEYS: Final = {
    "AllergyIntolerance": "allergies",
    "Condition": "conditions",
    "Device": "devices",
    "DeviceUseStatement": "devices",
    "DiagnosticReport": "reports",
    "DocumentReference": "documents",
    "MedicationRequest": "medications",
    "MedicationStatement": "medications",
    "Observation": "observations",
    "Procedure": "procedures",
    "ServiceRequest": "serviceRequests",
}


@dataclass(frozen=True, slots=True)
class Tongues:
    """The commonest words of English, and those of each other language that English does not have."""

    english: frozenset[str]
    others: Mapping[str, frozenset[str]]
    any_other: frozenset[str]

    @classmethod
    def of(cls, english: Iterable[str], others: Mapping[str, Iterable[str]]) -> Tongues:
        """The tongues with what follows from their lists."""
        lists = {name: frozenset(words) for name, words in others.items()}
        return cls(frozenset(english), lists, frozenset().union(*lists.values()))

    def foreign(self, stretch: str, least: int) -> bool:
        """Whether a stretch of text of `least` words or more is in another language, or in another script."""
        words = _WORD.findall(stretch.lower())
        if len(_OTHER_SCRIPT.findall(stretch)) * 2 > sum(map(len, words)) > 12:
            return True
        if len(words) < least:
            return False
        most = max((sum(word in known for word in words) for known in self.others.values()), default=0)
        if most < max(_FOREIGN_WORDS, _FOREIGN_SHARE * len(words)):
            return False
        return most > 2 * sum(word in self.english for word in words)

    def legible(self, text: str) -> str:
        """The text with every foreign paragraph and line blanked, so that what is left keeps its place."""
        if self.any_other.isdisjoint(_WORD.findall(text.lower())) and not _OTHER_SCRIPT.search(text):
            return text
        left = _blanked(text, _PARAGRAPH, lambda stretch: self.foreign(stretch, _PARAGRAPH_WORDS))
        return _blanked(left, _LINE, lambda stretch: self.foreign(stretch, _LINE_WORDS))


def _blanked(text: str, stretches: re.Pattern[str], foreign: Callable[[str], bool]) -> str:
    return stretches.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if foreign(m[0]) else m[0], text)


def in_english(chart: Chart, tongues: Tongues) -> Chart:
    """The chart without what is in another language, with a gap for each resource that holds such text."""
    reader = _Reader(tongues, [])
    read = replace(
        chart,
        problems=tuple(replace(p, passages=reader.passages(p.ref, p.passages)) for p in chart.problems),
        observed=tuple(reader.observed(o) for o in chart.observed),
        reports=tuple(replace(r, passages=reader.passages(r.ref, r.passages)) for r in chart.reports),
        deeds=tuple(replace(d, passages=reader.passages(d.ref, d.passages)) for d in chart.deeds),
    )
    return replace(read, gaps=folded([*chart.gaps, *dict.fromkeys(reader.gaps)])) if reader.gaps else chart


@dataclass(frozen=True, slots=True)
class _Reader:
    tongues: Tongues
    gaps: list[Gap]

    def passages(self, ref: str, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
        if not passages:
            return passages
        read = ((p, self._text(ref, p.text)) for p in passages)
        return tuple(p if text is p.text else Passage(p.path, text) for p, text in read if text.strip())

    def observed(self, observed: Observed) -> Observed:
        passages = self.passages(observed.ref, observed.passages)
        measures = tuple(self._measure(observed.ref, m) for m in observed.measures)
        if passages == observed.passages and measures == observed.measures:
            return observed
        return msgspec.structs.replace(observed, passages=passages, measures=measures)

    def _measure(self, ref: str, measure: Measure) -> Measure:
        if not any(isinstance(value, str) for value in measure.values):
            return measure
        values = tuple(self._value(ref, value) for value in measure.values)
        return msgspec.structs.replace(measure, values=tuple(v for v in values if v != ""))

    def _value(self, ref: str, value: Value) -> Value:
        return self._text(ref, value) if isinstance(value, str) else value

    def _text(self, ref: str, text: str) -> str:
        left = self.tongues.legible(text)
        if left == text:
            return text
        kind = ref.partition("/")[0]
        part = "part of its text is" if left.strip() else "its text is"
        self.gaps.append(Gap(_KEYS.get(kind, kind), "not-english", f"{part} not in English", ref))
        return left if left.strip() else ""
