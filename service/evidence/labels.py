"""Orders, devices and medicines known by their own words. In: value sets with their `labels`, and a concept that
carries none of their codes. Out: the value sets whose label one of the concept's names fits, word by word. Labels are
for short names such as an order's; a problem or an observation is read as text instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.chart.model import Concept
from service.evidence.definition import ValueSetDefinition

# The kinds of resource whose concepts are names of things, not statements.
LABELLED = frozenset(
    {"AllergyIntolerance", "Device", "DiagnosticReport", "MedicationRequest", "Procedure", "ServiceRequest"}
)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Label:
    """What one label asks of a name, every phrase with a space at both ends."""

    value_set: str
    groups: tuple[tuple[str, ...], ...]
    never: tuple[str, ...]
    # The words that the phrases of its first group begin with: a name without any of them is passed by.
    begins: frozenset[str]

    def fits(self, name: str) -> bool:
        return all(any(phrase in name for phrase in group) for group in self.groups) and not any(
            phrase in name for phrase in self.never
        )


class Labels:
    """The words of all value sets, compiled. Immutable once built."""

    __slots__ = ("_elsewhere", "_here", "_labels")

    def __init__(self, value_sets: Sequence[ValueSetDefinition]) -> None:
        self._elsewhere = {v.id: tuple(_spaced(word) for word in v.elsewhere) for v in value_sets if v.elsewhere}
        self._here = {v.id: tuple(_spaced(word) for word in v.here) for v in value_sets}
        self._labels = tuple(
            _Label(
                value_set.id,
                tuple(tuple(_spaced(phrase) for phrase in group) for group in label.says),
                tuple(_spaced(phrase) for phrase in label.never),
                frozenset(word for phrase in label.says[0] for word in _spaced(phrase).split()[:1]),
            )
            for value_set in value_sets
            for label in value_set.labels
        )

    def of(self, concept: Concept) -> frozenset[str]:
        """The value sets with a label that the concept's text, or one of its displays, fits."""
        return frozenset(
            label.value_set
            for name in _names(concept)
            if (words := name.split())
            for label in self._labels
            if not label.begins.isdisjoint(words) and label.fits(name)
        )

    def elsewhere(self, value_set: str, texts: Iterable[str]) -> bool:
        """Whether these names, sites and reasons speak of another part of the body than the value set means."""
        words = self._elsewhere.get(value_set)
        if words is None:
            return False
        said = "".join(_spaced(text) for text in texts)
        return any(word in said for word in words) and not any(word in said for word in self._here[value_set])


def names_of(concept: Concept) -> tuple[str, ...]:
    """What a concept is called: its text and the display of each of its codes."""
    return tuple(name for name in (concept.text, *(c.display for c in concept.codings)) if name)


def _names(concept: Concept) -> Iterator[str]:
    """Each name once: an EHR often repeats the text as the display of every code."""
    yield from dict.fromkeys(_spaced(name) for name in names_of(concept))


def _spaced(text: str) -> str:
    """The words of `text` in lower case with one space around each: `MRI L-SPINE W/O` is ` mri l spine w o `."""
    return f" {' '.join(_WORD.findall(text.lower()))} "
