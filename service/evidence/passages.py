"""The texts of a chart in the form that reading wants: each piece with its resource, date, standing, and what
its surroundings say it is about. In: a chart. Out: readable passages, coded questions turned into the
sentences they stand for (`Pain alleviating factors: leaning forward`), yes and no answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Literal

from service.chart.model import Chart, Concept, Measure, Observed, Problem, Quantity, Standing, Value
from service.evidence.context import Judgement
from service.evidence.narrative import ReadSentence, read_text
from service.evidence.reading import Reading
from service.evidence.symptoms import Symptom

Answer = Literal["stated", "denied"]
_PATHS: dict[type, str] = {bool: "valueBoolean", str: "valueString", Quantity: "valueQuantity"}


@dataclass(frozen=True, slots=True)
class Read:
    """A passage with its sentences read.

    `answer` is `denied` where the text is a question answered with no: what it says is then documented as not so.
    """

    ref: str
    resource: str
    path: str
    text: str
    when: date | None
    standing: Standing
    answer: Answer
    sentences: tuple[ReadSentence, ...]


def telling(chart: Chart, reading: Reading) -> Chart:
    """The chart without the Observations that bear on nothing: numbers alone, under codes of no value set.

    Most of a long chart are such: heights, weights, laboratory values, under the same few names.
    """
    counts = cache(reading.counts)
    return replace(chart, observed=tuple(o for o in chart.observed if _tells(o, reading, counts)))


def _tells(observed: Observed, reading: Reading, counts: Callable[[str], bool]) -> bool:
    if observed.passages:
        return True
    for measure in observed.measures:
        for value in measure.values:
            if not isinstance(value, Quantity) or counts(measure.concept.label):
                return True
        for coding in measure.concept.codings:
            if (coding.system, coding.code) in reading.by_code:
                return True
    return False


def readings(chart: Chart, reading: Reading) -> list[Read]:
    """Every text of the chart that says something, read; in the chart's order."""
    return [r for r in every_text(chart, reading) if r.sentences]


def every_text(chart: Chart, reading: Reading) -> list[Read]:
    """Every text of the chart, read, those that say nothing as well; in the chart's order."""
    reader = _Reader(reading)
    places = _places(chart, reader)
    found: list[Read] = []
    for problem in chart.problems:
        found.extend(_of_problem(problem, reader))
    for observed in chart.observed:
        found.extend(_of_observed(observed, reader, places.get(_together(observed))))
    for report in chart.reports:
        kind = report.ref.partition("/")[0]
        if report.concept.label:
            label = report.concept.label
            found.append(_read(reader, report.ref, kind, "code", label, report.when.latest, report.standing))
        for passage in report.passages:
            found.append(
                _read(reader, report.ref, kind, passage.path, passage.text, report.when.latest, report.standing)
            )
    for deed in chart.deeds:
        kind = deed.kind
        if deed.concept.label:
            found.append(_read(reader, deed.ref, kind, "code", deed.concept.label, deed.when.latest, deed.standing))
        for passage in deed.passages:
            found.append(_read(reader, deed.ref, kind, passage.path, passage.text, deed.when.latest, deed.standing))
    return found


@dataclass(slots=True)
class _Reader:
    """One chart's reader: a text that stands in the chart many times, as the names of codes do, is read once."""

    reading: Reading
    known: dict[tuple[str, Symptom | None], tuple[ReadSentence, ...]] = field(default_factory=dict)

    def sentences(self, text: str, topic: Symptom | None = None) -> tuple[ReadSentence, ...]:
        sentences = self.known.get((text, topic))
        if sentences is None:
            sentences = self.known[text, topic] = tuple(read_text(text, self.reading.language, topic=topic))
        return sentences


def _read(
    reader: _Reader,
    ref: str,
    resource: str,
    path: str,
    text: str,
    when: date | None,
    standing: Standing,
    *,
    answer: Answer = "stated",
    topic: Symptom | None = None,
) -> Read:
    return Read(ref, resource, path, text, when, standing, answer, reader.sentences(text, topic))


def _of_problem(problem: Problem, reader: _Reader) -> Iterator[Read]:
    topic: Symptom | None = None
    if problem.concept.label:
        label = _read(reader, problem.ref, "Condition", "code", problem.concept.label, problem.dated, problem.standing)
        yield label
        topic = _topic(label.sentences)
    if topic is None and "leg-or-buttock-symptom" in reader.reading.value_sets_of(problem.concept):
        topic = _somewhere(frozenset({"leg"}))
    for passage in problem.passages:
        yield _read(
            reader,
            problem.ref,
            "Condition",
            passage.path,
            passage.text,
            problem.dated,
            problem.standing,
            topic=topic,
        )


def _of_observed(observed: Observed, reader: _Reader, place: Symptom | None) -> Iterator[Read]:
    topic = next((t for site in observed.body_sites if (t := _topic_of(site.label, reader)) is not None), place)
    for measure in observed.measures:
        for path, text, answer in _sentences_for(measure, reader.reading):
            yield _read(
                reader,
                observed.ref,
                "Observation",
                path,
                text,
                observed.when.latest,
                observed.standing,
                answer=answer,
                topic=topic,
            )
    for passage in observed.passages:
        if "value" in passage.path:
            continue  # read above, together with the question it answers
        yield _read(
            reader,
            observed.ref,
            "Observation",
            passage.path,
            passage.text,
            observed.when.latest,
            observed.standing,
            topic=topic,
        )


def _sentences_for(measure: Measure, reading: Reading) -> Iterator[tuple[str, str, Answer]]:
    """The sentences a coded value stands for, with the path of the value."""
    sets = reading.value_sets_of(measure.concept)
    lead = next((reading.lead_ins[s] for s in sorted(sets) if s in reading.lead_ins), None)
    label = lead.says if lead is not None else measure.concept.label.strip(" ?:")
    prefix = f"{measure.path}." if measure.path else ""
    for value in measure.values:
        words = _words(value)
        if words is None and isinstance(value, Quantity) and not sets and reading.counts(label):
            words = f"{value.comparator}{value.value:g}"  # no code says what was measured, but its name does
        if words is None:
            continue
        path = prefix + _PATHS.get(type(value), "valueCodeableConcept")
        first, _, rest = words.strip().partition(" ")
        bare = first.strip(".,;:-").lower()
        plain = words.strip(" .").lower()
        if label and plain in reading.results and not measure.concept.label.rstrip().endswith("?"):
            yield path, f"{label}: {plain}", "stated"
            continue
        if plain in reading.yes or plain in reading.no or (bare in {"yes", "no"} and lead is None):
            if label:
                yield path, label, "denied" if (plain in reading.no or bare == "no") else "stated"
            if plain != bare and rest.strip(" ,;:-–—"):
                yield path, rest.strip(" ,;:-–—"), "stated"
            continue
        if lead is None and len(words) > 200:
            yield path, words, "stated"
            continue
        # Each part of a list answers the question: "sitting. leaning forward".
        for part in re.split(r"(?<=[a-z])[.;\n]+\s*", words):
            if part.strip():
                yield path, f"{label}: {part.strip()}" if label else part.strip(), "stated"


def _words(value: Value) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return value.label or None if isinstance(value, Concept) else None


def _places(chart: Chart, reader: _Reader) -> dict[str, Symptom]:
    """Where observations recorded together place the pain: an answer to `Pain location` places its siblings too."""
    reading = reader.reading
    places: dict[str, Symptom] = {}
    for observed in chart.observed:
        group = _together(observed)
        for measure in observed.measures if group else ():
            sets = reading.value_sets_of(measure.concept)
            if not any(reading.lead_ins[s].place for s in sets if s in reading.lead_ins):
                continue
            for value in measure.values:
                topic = _topic_of(_words(value) or "", reader)
                if topic is not None:
                    before = places.get(group, topic)
                    places[group] = _somewhere(
                        topic.regions | before.regions, both=topic.both or before.both, like=topic
                    )
    return places


def _together(observed: Observed) -> str:
    """What was recorded together: one encounter or panel where the record says so, else one day."""
    if observed.group:
        return observed.group
    return f"on {observed.when.latest}" if observed.when.latest else ""


def _topic_of(words: str, reader: _Reader) -> Symptom | None:
    """What is meant by a bare place such as `left thigh`: a symptom there."""
    if not words:
        return None
    return _topic(reader.sentences(f"pain in {words}"))


def _topic(sentences: tuple[ReadSentence, ...]) -> Symptom | None:
    placed = [s for sentence in sentences for s in sentence.symptoms if s.regions and not s.negated]
    if not placed:
        return None
    regions = frozenset(r for s in placed for r in s.regions)
    return _somewhere(regions, both=any(s.both for s in placed), like=placed[0])


def _somewhere(regions: frozenset[str], *, both: bool = False, like: Symptom | None = None) -> Symptom:
    return Symptom(
        like.mentions if like else (),
        regions,
        both,
        like.qualities if like else frozenset(),
        Judgement("affirmed"),
    )
