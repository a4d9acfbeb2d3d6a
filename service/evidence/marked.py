"""The text of a chart with everything recognised in it, for people who want to see how it was read. In: the chart, the
compiled reading, and the findings that were made of them. Out: `Marked`: in the chart's order every sentence in which
something was recognised, with its marks and with the findings it gave, those that do not count included. It decides
nothing: targets and modifiers are looked up again with the same language, and the findings are those of `extract`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from service.chart.model import Chart
from service.evidence.definition import Assertion, ConceptKind
from service.evidence.foreign import in_english
from service.evidence.model import Evidence, Findings, Status
from service.evidence.passages import Read, every_text
from service.evidence.questions import answered
from service.evidence.reading import Reading
from service.evidence.sentences import Sentence, sentences_of

Role = Literal["site", "symptom", "posture", "cue", "target", "detail", "modifier"]

ROLES: Final[Mapping[ConceptKind, Role]] = {
    "site": "site",
    "side": "site",
    "symptom": "symptom",
    "syndrome": "symptom",
    "posture": "posture",
    "cue": "cue",
    "target": "target",
    "detail": "detail",
}
# A resource and the element in it.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Marking:
    """A phrase recognised in a sentence; `start` and `end` count its characters, `asserts` belongs to modifiers."""

    start: int
    end: int
    role: Role
    concept: str
    phrase: str
    asserts: Assertion | None = None

    def to_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "start": self.start,
            "end": self.end,
            "role": self.role,
            "concept": self.concept,
            "phrase": self.phrase,
        }
        return body if self.asserts is None else {**body, "asserts": self.asserts}


@dataclass(frozen=True, slots=True)
class Given:
    """A finding that a sentence gave: its letter, what the sentence says of it, why, and of which sub-kind."""

    atom: str
    status: Status
    reason: str
    kind: str = ""

    def to_json(self) -> dict[str, str]:
        return {"atom": self.atom, "status": self.status, "reason": self.reason, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence of the chart, or a code or number whose words were not read: where it stands and what was made of it.

    `section` is the heading it stands under, empty where there is none. Marks are in order and do not overlap.
    """

    ref: str
    path: str
    text: str
    when: date | None = None
    section: str = ""
    marks: tuple[Marking, ...] = ()
    findings: tuple[Given, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "ref": self.ref,
            "resource": self.ref.partition("/")[0],
            "path": self.path,
            "date": self.when.isoformat() if self.when else None,
            "section": self.section or None,
            "text": self.text,
            "marks": [mark.to_json() for mark in self.marks],
            "findings": [given.to_json() for given in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Marked:
    """The sentences in which something was recognised, and how many there are in which nothing was."""

    sentences: tuple[MarkedSentence, ...] = ()
    unread: int = 0


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence of a text; `asked` where it is a question that the text answers."""

    read: Read
    sentence: Sentence
    asked: bool

    @property
    def text(self) -> str:
        return self.read.text[self.sentence.start : self.sentence.end]


def mark(chart: Chart, reading: Reading, findings: Findings) -> Marked:
    """The chart's text as it was read; `findings` are those that `extract` made of the same chart and reading."""
    chart = in_english(chart, reading.language.tongues)
    spoken: dict[Place, list[_Unit]] = defaultdict(list)
    for read in every_text(chart, reading):
        spoken[read.ref, read.path] += _units(read, reading)
    given: dict[Place, list[tuple[str, Evidence]]] = defaultdict(list)
    for found in findings:
        for evidence in found.evidence:
            given[evidence.ref, evidence.path].append((found.atom, evidence))
    every = [
        one
        for place in dict.fromkeys((*spoken, *given))
        for one in _sentences(place, spoken.get(place, ()), given.get(place, ()), reading)
    ]
    shown = [one for one in every if one.findings or any(m.role != "modifier" for m in one.marks)]
    # Codes and numbers speak without a sentence: they follow the sentences of their resource.
    order = {ref: at for at, ref in enumerate(_refs(chart))}
    in_order = sorted(shown, key=lambda one: order.get(one.ref, len(order)))
    return Marked(tuple(in_order), len(every) - len(shown))


def _refs(chart: Chart) -> Iterator[str]:
    yield f"Patient/{chart.patient.id}"
    for held in (chart.problems, chart.observed, chart.reports, chart.deeds):
        yield from (item.ref for item in held)


def _units(read: Read, reading: Reading) -> list[_Unit]:
    """The sentences as they are read and, in their places, those that reading leaves out: questions nobody answered,
    boxes nobody ticked."""
    sentences = sentences_of(read.text, reading.language.layout)
    asked = list(answered(sentences, reading.language.answers))
    units = [_Unit(read, sentence, answer != "plain") for sentence, answer in asked]
    spoken = {word.start for unit in units for word in unit.sentence.words}
    units += [_Unit(read, s, asked=False) for s in sentences if spoken.isdisjoint(w.start for w in s.words)]
    return sorted(units, key=lambda unit: unit.sentence.start)


def _sentences(
    place: Place, units: Sequence[_Unit], given: Sequence[tuple[str, Evidence]], reading: Reading
) -> Iterator[MarkedSentence]:
    """What stands at one place, each piece of evidence with the sentence that it quotes."""
    by_unit: dict[int, list[tuple[str, Evidence]]] = defaultdict(list)
    alone: dict[tuple[str, date | None], list[tuple[str, Evidence]]] = defaultdict(list)
    texts = [unit.text for unit in units]
    for atom, evidence in given:
        quoted = _quoted(evidence.quote, texts)
        for at in quoted:
            by_unit[at].append((atom, evidence))
        if not quoted:
            alone[evidence.quote, evidence.when].append((atom, evidence))
    for at, unit in enumerate(units):
        marks = _marks(unit, reading, [evidence for _, evidence in by_unit[at]])
        heading = unit.sentence.heading.capitalize() if unit.sentence.section is not None else ""
        yield MarkedSentence(*place, unit.text, unit.read.when, heading, marks, _given(by_unit[at]))
    for (quote, when), pieces in alone.items():
        yield MarkedSentence(*place, quote, when, findings=_given(pieces))


def _quoted(quote: str, texts: Sequence[str]) -> list[int]:
    """Which sentences a quote is of: those of the same words, else the first that holds it (a long sentence is quoted
    in part) or is held by it (a label of several sentences is quoted as a whole)."""
    same = [at for at, text in enumerate(texts) if text == quote]
    if same:
        return same
    return [at for at, text in enumerate(texts) if quote in text or text in quote][:1]


def _marks(unit: _Unit, reading: Reading, evidence: Iterable[Evidence]) -> tuple[Marking, ...]:
    """What is recognised in the sentence, overlaps settled: what decided comes first, then the longer phrase.

    Details (`new`, `with`, `normal`) are worth a mark only where they decided.
    """
    decided = {(m.concept, m.phrase) for e in evidence for m in e.marks}
    seen = sorted(
        (m for m in _recognised(unit, reading) if m.role != "detail" or (m.concept, m.phrase) in decided),
        key=lambda m: ((m.concept, m.phrase) not in decided, m.start - m.end, m.start),
    )
    taken: set[int] = set()
    kept = []
    for marking in seen:
        characters = range(marking.start, marking.end)
        if taken.isdisjoint(characters):
            taken.update(characters)
            kept.append(marking)
    return tuple(sorted(kept, key=lambda m: m.start))


def _recognised(unit: _Unit, reading: Reading) -> Iterator[Marking]:
    language, words = reading.language, unit.sentence.words

    def place(first: int, last: int) -> tuple[int, int]:
        return words[first].start - unit.sentence.start, words[last].end - unit.sentence.start

    for mention in (*language.felt.find(words), *language.named.find(words)):
        role = ROLES.get(mention.concept.kind)
        if role is not None:
            start, end = place(mention.first, mention.last)
            yield Marking(start, end, role, mention.id, unit.text[start:end])
    scopes, _ = language.context.scopes(words)
    for scope in scopes:
        asserts = scope.modifier.asserts
        if unit.asked and asserts == "hypothetical":
            continue  # "does it ease if you bend?" asks, and the answer decides
        start, end = place(scope.first, scope.last)
        yield Marking(start, end, "modifier", scope.modifier.id, unit.text[start:end], asserts)


def _given(pieces: Iterable[tuple[str, Evidence]]) -> tuple[Given, ...]:
    return tuple(dict.fromkeys(Given(atom, e.status, e.reason, e.kind) for atom, e in pieces))
