"""Which posture does what to which symptom: the relation between `leg pain`, `eases` and `leaning forward`.
In: one sentence with the concepts mentioned in it, its modifiers, and the symptom the note has been
speaking of. Out: links, each with the effect, the body regions concerned, the assertion, and the words that
decided. Nothing here knows a phrase; it knows how cues, postures and symptoms are put together in a
sentence."""

from __future__ import annotations

from service.evidence.context import Judgement, judge
from service.evidence.cues import (
    BRINGING,
    CUE_REACH,
    EASY,
    LACKING,
    Stretch,
    answers_another,
    collective_for,
    conditional,
    cue_for,
    stopped,
)
from service.evidence.definition import Outcome
from service.evidence.echoes import echoed, ticked, told_at_last
from service.evidence.effects import effect_of, negates, said_to
from service.evidence.lexicon import Mention
from service.evidence.link import Link, made
from service.evidence.remedies import answering, lacked, left_without, without_it
from service.evidence.symptoms import LEG, Symptom

# How far a symptom may stand from a posture that no cue speaks of.
_SYMPTOM_REACH = 14
# A posture as near as this to a symptom is what the symptom comes in: `knee pain sitting`.
_TOUCHING = 2
# A pronoun among the first words speaks of what the sentence before named; further on it may be a relative one.
_OPENING = 3
_CONTRASTS = frozenset({"than", "unlike", "instead"})
_PRONOUNS = frozenset({"that", "this", "it", "which", "neither", "both"})
_TRIED = EASY | {"still", "standing", "rest", "lying", "extension"}
_ELSE = frozenset({"otherwise", "else"})
_EXCEPTING = frozenset({"unless", "except", "save", "barring"})
_UNABLE = frozenset({"cannot", "can't", "couldn't", "unable", "never"})
# These tie a denied symptom to what came before, over a comma too: `behind the cart, ... without the burning`.
_ATTACHED = frozenset({"without", "w/o", "with"})


def links_of(stretch: Stretch, topic: Symptom | None) -> list[Link]:
    """Every link the sentence states, with `topic` standing in where it names no symptom itself."""
    links: list[Link] = []
    for posture in stretch.postures:
        links.extend(_links(stretch, posture, topic))
    links = told_at_last(stretch, links)
    # "Has a folding stool, but plopping on it brings nothing": what is turned to is not taken to ease then.
    useless = {k.posture for k in links if k.effect == "not-eased"}
    links = [k for k in links if not (k.turned_to and k.posture in useless)]
    if stretch.pending is not None and stretch.cues and not any(stretch.cues[0] in k.mentions for k in links):
        links.extend(_referring(stretch, stretch.pending, topic))
    links.extend(without_it(stretch, topic))
    links.extend(
        Link(
            "walking",
            outcome,
            s.regions or frozenset({"leg"}),
            s.both,
            s.qualities,
            judgement,
            s.mentions,
            s.single,
        )
        for s in stretch.symptoms
        if s.on_walking
        for outcome, judgement in _syndrome(s)
    )
    return links


def _syndrome(symptom: Symptom) -> list[tuple[Outcome, Judgement]]:
    """A named syndrome is a symptom on walking; a negated diagnosis says nothing about the symptom."""
    if symptom.judgement.assertion != "negated":
        return [("provokes", symptom.judgement)]
    if symptom.mentions[0].concept.denial == "diagnosis":
        return []
    return [("not-provoked", Judgement("affirmed", symptom.judgement.by))]


def _links(stretch: Stretch, posture: Mention, topic: Symptom | None) -> list[Link]:
    if lacked(stretch, posture):
        return left_without(stretch, posture, topic)
    if (posture.concept.linked and _gives_way(stretch, posture)) or _contrasted(stretch, posture):
        return []
    verdict = collective_for(stretch, posture)
    if verdict is not None and posture.concept.posture in _TRIED:
        return [made(stretch, posture, verdict, _symptom_for(stretch, posture, None), topic, "not-eased")]
    if posture.concept.posture in EASY and (
        _EXCEPTING & {*stretch.norms(posture.first - 5, posture.first - 1)} or _or_else(stretch, posture)
    ):
        symptom = _symptom_for(stretch, posture, None)
        if symptom is None or not symptom.negated:
            return [made(stretch, posture, None, symptom, topic, "eases")]  # "unless she is pushing a trolley"
    said = echoed(stretch, posture) or ticked(stretch, posture)
    if said is not None:
        return [made(stretch, posture, None, _symptom_for(stretch, posture, None), topic, said)]
    cue = cue_for(stretch, posture)
    if cue is not None and posture.concept.implies is not None and "," in stretch.norms(cue.last, posture.first):
        cue = None  # "worse standing, + shopping cart sign": its name says what it does, whatever came before the comma
    symptom = _symptom_for(stretch, posture, cue)
    outcome: Outcome | None
    if cue is not None:
        outcome = _cued(stretch, posture, cue, symptom)
        return [] if outcome is None else [made(stretch, posture, cue, symptom, topic, outcome)]
    if posture.concept.implies is not None:
        negated = judge(stretch.scopes, posture.first, posture.last).assertion == "negated"
        outcome = said_to(posture.concept.implies, negated=negated)
        return [made(stretch, posture, None, symptom, topic, outcome)]
    near = [s for s in stretch.symptoms if _within(stretch, posture, s) and not _claimed(stretch, posture, s)]
    found = [
        made(stretch, posture, None, s, topic, outcome)
        for s in near
        if (outcome := _uncued(stretch, posture, s)) is not None
    ]
    if found or not posture.concept.turned_to:
        return found
    return answering(stretch, posture, topic)


def _or_else(stretch: Stretch, posture: Mention) -> bool:
    """`I lean on the counter, otherwise my legs tingle`: what comes else is what the posture keeps off."""
    otherwise = next((n for n in range(posture.last + 1, len(stretch.words)) if stretch.words[n].norm in _ELSE), None)
    if otherwise is None or any(
        posture.last < p.first < otherwise and p.concept.posture in EASY for p in stretch.postures
    ):
        return False
    return any(s.first > posture.last and not s.negated for s in stretch.symptoms)


def _cued(stretch: Stretch, posture: Mention, cue: Mention, symptom: Symptom | None) -> Outcome | None:
    """What the cue says, a denied symptom counted.

    "denies leg pain made worse by walking" denies the symptom, and what eases it is then not at issue; but "gets round
    on the rollator without the leg ache" tells what the posture does.
    """
    outcome = effect_of(stretch, posture, cue)
    if symptom is None or not symptom.negated or negates(stretch, cue):
        return outcome
    if stopped(stretch, cue, symptom.mentions[0]) and not stopped(stretch, cue, posture):
        return outcome  # "denies relief of the pain sitting but has it bending": the pain itself is not denied
    by = symptom.judgement.by
    if posture.concept.posture in EASY and stretch.norms(cue.first, cue.first) == ["only"]:
        return "eases"  # "only with the rollator can she walk without her legs hurting"
    if by is not None and by.phrase in LACKING and cue.last < by.first and outcome == "provokes":
        return outcome  # "cannot walk to the gate without the leg seizing up"
    if outcome == "provokes":
        return outcome if _comes_back(stretch, cue, symptom) else "not-provoked"
    inside = by is not None and by.first > min(cue.first, posture.first)
    return "free" if outcome == "free" or inside else None


def _comes_back(stretch: Stretch, cue: Mention, symptom: Symptom) -> bool:
    """Whether the symptom is denied of a posture in which it eases, and comes behind a comma: `no leg pain leaning on
    the cart, returns when she walks upright`."""
    between = stretch.norms(symptom.last + 1, cue.first - 1)
    return "," in between and any(
        symptom.last < p.first < cue.first and p.concept.posture in EASY for p in stretch.postures
    )


def _referring(stretch: Stretch, posture: Mention, topic: Symptom | None) -> list[Link]:
    """`That did not ease them at all`: a cue without a posture speaks of the one just named, if a pronoun says so."""
    cue = stretch.cues[0]
    if not any(w in _PRONOUNS for w in stretch.norms(0, min(cue.first, _OPENING))) or any(
        p.first < cue.first for p in stretch.postures
    ):
        return []
    outcome = said_to(cue.concept.effect or "eases", negated=negates(stretch, cue))
    symptom = next((s for s in stretch.symptoms if s.regions), None)
    about = symptom or topic
    judgement = judge([s for s in stretch.scopes if s.modifier.asserts != "negated"], cue.first, cue.last)
    return [
        Link(
            posture.concept.posture,
            outcome,
            about.regions if about else frozenset(),
            about.both if about else False,
            about.qualities if about else frozenset(),
            judgement,
            (cue,),
        )
    ]


def _contrasted(stretch: Stretch, posture: Mention) -> bool:
    """`better bent over than upright`, `unlike standing`, `walking > standing`: the posture is named as what the
    statement is not about."""
    compared = any(other.last == posture.first - 2 for other in stretch.postures)
    if compared and ">" in stretch.norms(posture.first - 1, posture.first - 1):
        return True
    return bool(_CONTRASTS & {*stretch.norms(posture.first - 2, posture.first - 1)})


def _gives_way(stretch: Stretch, posture: Mention) -> bool:
    """`stop and sit`, `stop to lean on the fence`: the stopping is on the way to another posture."""
    return any(
        other is not posture and 0 < other.first - posture.last <= 9 and not stopped(stretch, posture, other)
        for other in stretch.postures
        if other.concept.posture in {"sitting", "flexion", "rest", "lying", "still"}
    )


def _symptom_for(stretch: Stretch, posture: Mention, cue: Mention | None) -> Symptom | None:
    best: Symptom | None = None
    best_cost = CUE_REACH
    # "Limited by leg pain, not breathlessness": what is denied of another part is not what the posture eases.
    told = [s for s in stretch.symptoms if not s.negated or not s.regions or s.regions & LEG]
    for symptom in told or stretch.symptoms:
        cost = min(
            stretch.cost(m, other)
            for m in symptom.mentions
            for other in ((posture,) if cue is None else (posture, cue))
        )
        if symptom.first > posture.last and (cue is None or symptom.first > cue.last):
            cost += 3
        if cost < best_cost:
            best, best_cost = symptom, cost
    return best


def _within(stretch: Stretch, posture: Mention, symptom: Symptom) -> bool:
    return min(stretch.cost(m, posture) for m in symptom.mentions) <= _SYMPTOM_REACH


def _claimed(stretch: Stretch, posture: Mention, symptom: Symptom) -> bool:
    """Whether the symptom belongs to another posture: it stands between the two and nearer to that one, or it has had
    its posture before the next symptom came (`calf cramp walking, knee pain sitting`)."""
    mine = min(stretch.cost(m, posture) for m in symptom.mentions)
    for other in stretch.postures:
        theirs = min(stretch.cost(m, other) for m in symptom.mentions)
        if posture.last < symptom.first < other.first and theirs <= mine:
            if symptom.negated and posture.concept.posture in EASY and other.concept.posture == "walking":
                continue
            # "amb 80 ft, thigh burning, seated rest 2 min": what follows the symptom may be what ends it.
            return theirs <= _TOUCHING or other.concept.posture not in EASY or posture.concept.posture in EASY
        if other.last < symptom.first < posture.first and theirs < mine and not _well_in(stretch, other):
            return True
        if symptom.first < other.first < posture.first or posture.first < other.first < symptom.first:
            beyond = sorted((other.first, posture.first))
            if any(beyond[0] < s.first < beyond[1] for s in stretch.symptoms):
                return True
    return False


def _walked_in(stretch: Stretch, walking: Mention, symptom: Symptom) -> bool:
    """`leaning on it my legs don't tire when I walk`: the walking is done in the posture, and nothing says that it does
    not bring the symptom on without."""
    return any(
        p.concept.posture == "flexion"
        and p.last < symptom.first < walking.first
        and "," not in stretch.norms(p.last + 1, symptom.first - 1)
        and not stopped(stretch, p, walking)
        for p in stretch.postures
    )


def _well_in(stretch: Stretch, posture: Mention) -> bool:
    """`comfortable bent over the cart and ache when he walks`: nothing comes in a posture that is said to be well."""
    return any(cue.concept.effect == "free" and stretch.cost(cue, posture) <= 1 for cue in stretch.cues)


def _uncued(stretch: Stretch, posture: Mention, symptom: Symptom) -> Outcome | None:
    """No cue: `thigh ache on walking` provokes, `no pain when seated` is free; a posture merely near says nothing."""
    if symptom.negated:
        low, high = sorted((symptom.first, posture.first))
        by = symptom.judgement.by
        attached = (
            by is not None and by.first > posture.last and bool(_ATTACHED & {*stretch.norms(by.first - 1, by.first)})
        )
        walked = (
            posture.concept.posture in {"walking", "cycling"}
            and by is not None
            and stretch.norms(by.first - 1, by.first - 1) == [","]
        )
        if "," in stretch.norms(low, high) and not (attached or walked or conditional(stretch, posture)):
            return None  # "chest pain leaning forward, no leg pain": two statements; not "walks a mile, no leg pain"
        if attached and _UNABLE & {*stretch.norms(posture.first - 2, posture.first - 1)}:
            return "provokes"  # "cannot cycle without leg pain"
        if posture.concept.posture == "walking" and _walked_in(stretch, posture, symptom):
            return None
        return "free" if posture.concept.posture != "walking" else "not-provoked"
    if posture.concept.posture in {"walking", "standing", "extension"}:
        return "provokes"
    if answers_another(stretch, posture, symptom.mentions[0]):
        return None
    before = stretch.norms(posture.first - 2, posture.first - 1)
    joined = any(word in BRINGING for word in before)
    return "provokes" if joined and symptom.last < posture.first else None
