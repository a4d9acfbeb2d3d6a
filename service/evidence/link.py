"""A link: a posture, what it does, and to what symptom. In: the words that were put together. Out: `Link`, with the
body regions concerned, what is asserted of the whole, and the mentions that decided."""

from __future__ import annotations

from msgspec import Struct

from service.evidence.context import Judgement, judge
from service.evidence.cues import Stretch
from service.evidence.definition import Assertion, Outcome
from service.evidence.lexicon import Mention
from service.evidence.symptoms import LEG, Symptom


class Link(Struct, frozen=True, gc=False):
    """A posture, what it does, and to what: `regions` of the body, empty when the text does not say."""

    posture: str
    effect: Outcome
    regions: frozenset[str]
    both: bool
    qualities: frozenset[str]
    judgement: Judgement
    mentions: tuple[Mention, ...]
    single: bool = False
    # Nothing says that the posture eases; it is what the patient turns to when the symptom comes.
    turned_to: bool = False

    @property
    def assertion(self) -> Assertion:
        return self.judgement.assertion

    @property
    def anchor(self) -> str:
        """`leg` when a leg or buttock symptom is concerned, `other` when another part, `unknown` when nothing
        says."""
        if self.regions & LEG:
            return "leg"
        return "other" if self.regions else "unknown"


def made(
    stretch: Stretch,
    posture: Mention,
    cue: Mention | None,
    symptom: Symptom | None,
    topic: Symptom | None,
    outcome: Outcome,
) -> Link:
    about = symptom if symptom is not None and (symptom.regions or topic is None) else None
    if about is None:
        about = merged(symptom, topic)
    mentions = [
        posture,
        *((cue,) if cue is not None else ()),
        *(symptom.mentions if symptom is not None else ()),
    ]
    return Link(
        posture.concept.posture,
        outcome,
        about.regions if about else frozenset(),
        about.both if about else False,
        about.qualities if about else frozenset(),
        judgement_of(stretch, posture, cue, symptom),
        tuple(mentions),
        about.single if about else False,
    )


def merged(symptom: Symptom | None, topic: Symptom | None) -> Symptom | None:
    """`the pain`, `it`, or nothing at all: the sentence speaks of what the note has been speaking of."""
    if topic is None or symptom is None:
        return topic or symptom
    return Symptom(
        symptom.mentions,
        topic.regions,
        symptom.both or topic.both,
        symptom.qualities | topic.qualities if symptom.generic else symptom.qualities,
        symptom.judgement,
    )


def judgement_of(stretch: Stretch, posture: Mention, cue: Mention | None, symptom: Symptom | None) -> Judgement:
    """The assertion of the whole link; negation has already been spent on the effect."""
    worst = Judgement("affirmed")
    rank = {"affirmed": 0, "possible": 1, "historical": 3, "hypothetical": 4, "other-person": 5}
    spans = [(posture.first, posture.last)]
    if cue is not None:
        spans.append((cue.first, cue.last))
    if symptom is not None:
        spans.extend((m.first, m.last) for m in symptom.mentions)
    reaching = [s for s in stretch.scopes if s.modifier.asserts != "negated"]
    for first, last in spans:
        found = judge(reaching, first, last)
        if rank[found.assertion] > rank[worst.assertion]:
            worst = found
    return worst
