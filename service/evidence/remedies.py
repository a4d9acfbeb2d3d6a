"""What patients do about a symptom, and how they fare without it: `she hangs over a gate`, `without the trolley both
legs ache`. In: a sentence prepared as a `Stretch`, a posture in it, and the symptom the note speaks of. Out: links.
Nobody says there that a posture eases; it is what the symptom is answered with."""

from __future__ import annotations

import itertools

from msgspec.structs import replace

from service.evidence.context import Judgement, judge
from service.evidence.cues import ALIKE, BRINGING, LACKING, Stretch
from service.evidence.lexicon import Mention
from service.evidence.link import Link, made, merged
from service.evidence.symptoms import LEG, Symptom

# What stands as early as this is what the sentence is about: `Finds the picnic table and sits at it.`
_EARLY = 6
# Behind these a posture is what the symptom comes with, or what somebody examined or ordered, and no answer to it.
_NO_ANSWER = frozenset(
    {"for", "of", "from", "than", "not", "without", "no", "never", "instead", "while", "whilst", "whenever"}
)
_ADVICE = frozenset(
    {"advised", "told", "asked", "about", "encouraged", "suggested", "recommended", "try", "avoid", "should"}
)
# What one leans on things for that is no symptom of the legs.
_FOR_ANOTHER_REASON = frozenset(
    {"balance", "unsteadiness", "dizziness", "safety", "stability", "vertigo", "eyesight", "confidence", "breath"}
)
_REASON_REACH = 6
# How near behind a posture a denial speaks of it.
_DENIAL_REACH = 4
_IT = frozenset({"it", "one", "them", "that"})
_TOUCHING = 3
_CLOSING = frozenset({".", ";", ")", "!"})


def answering(stretch: Stretch, posture: Mention, topic: Symptom | None) -> list[Link]:
    """`Both thighs burn at the corner and she hangs over a gate`: what a patient does about a symptom that comes on
    walking is taken to ease it, unless the sentence says that it does not, or what else it is for."""
    before = [s for s in stretch.symptoms if s.first < posture.first]
    symptom = before[-1] if before else None
    about = symptom if symptom is not None and symptom.regions else topic
    if about is None or not about.regions & LEG or (symptom is not None and symptom.negated):
        return []
    if any(s.regions and not s.regions & LEG for s in stretch.symptoms) or stretch.foreign:
        return []
    walked = stretch.walked or any(p.concept.posture == "walking" and p.first < posture.first for p in stretch.postures)
    if symptom is None and not walked:
        return []
    if posture.concept.posture == "sitting" and symptom is None and not _opens(stretch, posture):
        return []
    if any(c.concept.effect in {"provokes", "persists"} and c.first > posture.first - 4 for c in stretch.cues):
        return []
    if judge(stretch.scopes, posture.first, posture.last).assertion != "affirmed" or _denied_of(stretch, posture):
        return []
    if not _FOR_ANOTHER_REASON.isdisjoint(stretch.norms(posture.last + 1, posture.last + _REASON_REACH)):
        return []
    ahead = stretch.norms(posture.first - 2, posture.first - 1)
    if (_NO_ANSWER | BRINGING) & {*ahead} or _ADVICE & {*stretch.norms(posture.first - 4, posture.first - 1)}:
        return []
    others = [p for p in stretch.postures if p.last < posture.first]
    if others and {*stretch.norms(others[-1].last + 1, posture.first - 1)} <= ALIKE and not others[-1].concept.linked:
        return []  # "pain walking and sitting", "standing, bending or lifting": postures of one list fare alike
    return [replace(made(stretch, posture, None, symptom, topic, "eases"), turned_to=True)]


def _denied_of(stretch: Stretch, posture: Mention) -> bool:
    """Whether something that is no symptom is denied right behind the posture: `leaning on the trolley, no joy`."""
    return any(
        scope.modifier.asserts == "negated"
        and 0 < scope.first - posture.last <= _DENIAL_REACH
        and not any(scope.reaches(s.first, s.last) for s in stretch.symptoms)
        for scope in stretch.scopes
    )


def _opens(stretch: Stretch, posture: Mention) -> bool:
    """Whether sitting is what the sentence is about: it comes early, or the walk is broken off before it."""
    if posture.first <= _EARLY:
        return True
    return any(p.concept.posture in {"still", "walking"} and p.first < posture.first for p in stretch.postures)


def lacked(stretch: Stretch, posture: Mention) -> bool:
    """`without the trolley both legs ache`: what is told is how the patient fares without it."""
    near = stretch.norms(posture.first - 3, posture.first)
    return posture.concept.posture == "flexion" and bool(LACKING & {*near})


def left_without(stretch: Stretch, posture: Mention, topic: Symptom | None) -> list[Link]:
    """A symptom that comes without what one leans on comes on walking, and what one leans on keeps it off."""
    behind = [s for s in stretch.symptoms if s.first > posture.last and not s.negated and not s.on_walking]
    if not behind or any(posture.last < stop < behind[0].first for stop in stretch.stops):
        return []
    kept_off = made(stretch, posture, None, behind[0], topic, "eases")
    return [replace(kept_off, posture="walking", effect="provokes"), replace(kept_off, turned_to=True)]


def without_it(stretch: Stretch, topic: Symptom | None) -> list[Link]:
    """`Without it both legs ache`, said of the aid named before: the symptom comes on walking, and not with it."""
    aids = [p for p in stretch.postures if p.concept.posture == "flexion"]
    if not (stretch.aided or aids):
        return []
    norms = stretch.norms(0, len(stretch.words))
    pairs = enumerate(itertools.pairwise((*norms, ".")))
    at = next((n for n, (word, behind) in pairs if word in LACKING and (behind in _IT or behind in _CLOSING)), None)
    if at is None or not (stretch.aided or aids[0].first < at):
        return []
    behind = [s for s in stretch.symptoms if s.first > at and not _denied(stretch, s)]
    if not behind and norms[at + 1 : at + 2] != ["it"]:
        behind = [s for s in stretch.symptoms if at - s.last <= _TOUCHING and not s.negated][-1:]  # "pain without"
    if not behind and norms[at + 3 : at + 4] in (["do"], ["does"], ["did"]):
        behind = [s for s in stretch.symptoms if s.negated][-1:]  # "my legs don't hurt, but without it they do"
    about = merged(behind[0], topic) if behind and not behind[0].regions else next(iter(behind), None)
    if about is None or not about.regions & LEG:
        return []
    told = about.judgement if about.judgement.assertion not in {"affirmed", "negated"} else Judgement("affirmed")
    comes = Link("walking", "provokes", about.regions, about.both, about.qualities, told, about.mentions)
    return [comes, replace(comes, posture="flexion", effect="eases", turned_to=True)]


def _denied(stretch: Stretch, symptom: Symptom) -> bool:
    """Whether the symptom is denied by more than the `without` of what is lacked: `without it no leg aches`."""
    return any(
        scope.modifier.asserts == "negated"
        and scope.phrase not in LACKING
        and scope.reaches(symptom.first, symptom.last)
        for scope in stretch.scopes
    )
