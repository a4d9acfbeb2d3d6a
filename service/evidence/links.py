"""Which posture does what to which symptom: the relation between `leg pain`, `eases` and `leaning forward`.
In: one sentence with the concepts mentioned in it, its modifiers, and the symptom the note has been
speaking of. Out: links, each with the effect, the body regions concerned, the assertion, and the words that
decided. Nothing here knows a phrase; it knows how cues, postures and symptoms are put together in a
sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.evidence.context import Judgement, Scope, judge
from service.evidence.definition import Assertion, Outcome
from service.evidence.lexicon import Mention
from service.evidence.symptoms import LEG, Symptom, gap
from service.evidence.words import Word

# How far a cue may stand from its posture, in the cost of `Stretch.cost`; beyond it they are strangers.
_CUE_REACH = 24
_SYMPTOM_REACH = 14
_WRONG_WAY = 7
_NEGATION_REACH = 4
_PRONOUNS = frozenset({"that", "this", "it", "which", "neither", "both"})
_TIES = frozenset({"by", "with", "when", "whenever", "if", "once", "on", "upon", "while", "w/", "until", "unless"})
# Behind these a posture without a cue brings the symptom on: `pain with sitting`, never `by sitting`.
_BRINGING = frozenset({"with", "on", "when", "while", "during", "after", "if", "upon", "w/", "whenever"})
# These tie a denied symptom to what came before, over a comma too: `behind the cart, ... without the burning`.
_ATTACHED = frozenset({"without", "w/o", "with"})
_CLOSERS = frozenset({".", ",", ";", "so", "and", "but", ")", "!"})
# Auxiliaries that echo a cue, and whether they negate it.
_AUXILIARIES = {"does": False, "do": False, "did": False, "doesn't": True, "don't": True, "didn't": True}


@dataclass(frozen=True, slots=True)
class Link:
    """A posture, what it does, and to what: `regions` of the body, empty when the text does not say."""

    posture: str
    effect: Outcome
    regions: frozenset[str]
    both: bool
    qualities: frozenset[str]
    judgement: Judgement
    mentions: tuple[Mention, ...]
    single: bool = False

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


@dataclass(frozen=True, slots=True)
class Stretch:
    """One sentence prepared for linking."""

    words: Sequence[Word]
    postures: Sequence[Mention]
    cues: Sequence[Mention]
    symptoms: Sequence[Symptom]
    scopes: Sequence[Scope]
    stops: Sequence[int]
    connectors: frozenset[str]
    exceptions: frozenset[str]
    # A posture that the sentence before named and said nothing of: `She tried bending. It did nothing.`
    pending: Mention | None = None
    # What the sentence before said last, for `So does bending.`
    echo: Outcome | None = None

    def cost(self, one: Mention, other: Mention) -> int:
        """The distance between two mentions: words, with commas and above all new clauses counting more."""
        return gap(self.words, self.stops, one, other)

    def norms(self, first: int, last: int) -> list[str]:
        return [w.norm for w in self.words[max(0, first) : last + 1]]


def links_of(stretch: Stretch, topic: Symptom | None) -> list[Link]:
    """Every link the sentence states, with `topic` standing in where it names no symptom itself."""
    links: list[Link] = []
    for posture in stretch.postures:
        links.extend(_links(stretch, posture, topic))
    if stretch.pending is not None and stretch.cues and not any(stretch.cues[0] in k.mentions for k in links):
        links.extend(_referring(stretch, stretch.pending, topic))
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
    if posture.concept.linked and _gives_way(stretch, posture):
        return []
    outcome: Outcome | None = _echoed(stretch, posture)
    cue = _cue_for(stretch, posture) if outcome is None else None
    symptom = _symptom_for(stretch, posture, cue)
    if outcome is not None:
        pass
    elif cue is not None:
        outcome = _effect(stretch, posture, cue)
        if symptom is not None and symptom.negated and not _negates(stretch, cue):
            # "denies leg pain made worse by walking" denies the symptom, and what eases it is then not at issue;
            # but "gets
            # round on the rollator without the leg ache" tells what the posture does.
            by = symptom.judgement.by
            inside = by is not None and by.first > min(cue.first, posture.first)
            outcome = "not-provoked" if outcome == "provokes" else "free" if outcome == "free" or inside else None
    elif posture.concept.implies is not None:
        negated = judge(stretch.scopes, posture.first, posture.last).assertion == "negated"
        outcome = _turned(posture.concept.implies) if negated else _plain(posture.concept.implies)
    else:
        near = [s for s in stretch.symptoms if _within(stretch, posture, s)]
        return [
            _made(stretch, posture, None, s, topic, outcome)
            for s in near
            if (outcome := _uncued(stretch, posture, s)) is not None
        ]
    return [] if outcome is None else [_made(stretch, posture, cue, symptom, topic, outcome)]


def _made(
    stretch: Stretch,
    posture: Mention,
    cue: Mention | None,
    symptom: Symptom | None,
    topic: Symptom | None,
    outcome: Outcome,
) -> Link:
    about = symptom if symptom is not None and (symptom.regions or topic is None) else None
    if about is None:
        about = _merged(symptom, topic)
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
        _judgement(stretch, posture, cue, symptom),
        tuple(mentions),
        about.single if about else False,
    )


def _referring(stretch: Stretch, posture: Mention, topic: Symptom | None) -> list[Link]:
    """`That did not ease them at all`: a cue without a posture speaks of the one just named, if a pronoun says so."""
    cue = stretch.cues[0]
    if not any(w in _PRONOUNS for w in stretch.norms(0, cue.first)) or any(
        p.first < cue.first for p in stretch.postures
    ):
        return []
    negated = _negates(stretch, cue)
    effect = cue.concept.effect or "eases"
    outcome: Outcome
    if effect == "persists":
        outcome = "eases" if negated else "not-eased"
    else:
        outcome = _turned(effect) if negated else _plain(effect)
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


def _echoed(stretch: Stretch, posture: Mention) -> Outcome | None:
    """`Standing does not shift it, but sitting does`: a bare auxiliary repeats the last cue, for better or for
    worse."""
    opening = tuple(stretch.norms(0, 1))
    if stretch.echo is not None and len(opening) == 2 and opening[1] in _AUXILIARIES and not stretch.cues:
        if opening[0] in {"so", "as"}:
            return stretch.echo
        if opening[0] in {"nor", "neither"}:
            return stretch.echo if stretch.echo.startswith("not-") else _turned(stretch.echo)
    following = stretch.norms(posture.last + 1, posture.last + 2)
    if not following or following[0] not in _AUXILIARIES:
        return None
    negated = _AUXILIARIES[following[0]] or following[1:] == ["not"]
    after = stretch.norms(posture.last + 2 + (following[1:] == ["not"]), posture.last + 2 + (following[1:] == ["not"]))
    if after and after[0] not in _CLOSERS:
        return None
    before = [c for c in stretch.cues if c.last < posture.first]
    if not before:
        return None
    effect = before[-1].concept.effect or "eases"
    if effect == "persists":
        return "not-eased" if not negated else "eases"
    return _turned(effect) if negated else _plain(effect)


def _merged(symptom: Symptom | None, topic: Symptom | None) -> Symptom | None:
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


def _gives_way(stretch: Stretch, posture: Mention) -> bool:
    """`stop and sit`, `stop to lean on the fence`: the stopping is on the way to another posture."""
    return any(
        other is not posture and 0 < other.first - posture.last <= 5 and not _stopped(stretch, posture, other)
        for other in stretch.postures
        if other.concept.posture in {"sitting", "flexion", "rest", "lying", "still"}
    )


def _stopped(stretch: Stretch, one: Mention, other: Mention) -> bool:
    low, high = sorted((one.first, other.first))
    return any(low < s < high for s in stretch.stops)


def _cue_for(stretch: Stretch, posture: Mention) -> Mention | None:
    best: Mention | None = None
    best_cost = _CUE_REACH
    for cue in stretch.cues:
        if cue.first <= posture.first <= cue.last and cue.concept.id != posture.concept.id:
            continue
        if cue.concept.only_for and posture.concept.posture not in cue.concept.only_for:
            continue
        if _taken(stretch, cue, posture):
            continue
        cost = stretch.cost(cue, posture)
        ahead = cue.first < posture.first
        looks = _looks(stretch, cue)
        if not ahead and _joined(stretch, cue):
            continue  # "standing, relieved by sitting": what stands before `relieved by` is not what relieves
        if (looks == "forward" and not ahead) or (looks == "backward" and ahead):
            cost += _WRONG_WAY
        # Between a cue and a posture another cue that looks the posture's way has the better claim; distance sees
        # to it.
        if cost < best_cost:
            best, best_cost = cue, cost
    return best


def _taken(stretch: Stretch, cue: Mention, posture: Mention) -> bool:
    """Whether the cue belongs to another statement: a comma and a new symptom stand between it and the
    posture, or the posture is walking and a symptom stands nearer than the relief (`ache after walking,
    eased by sitting`)."""
    low, high = sorted(((cue.first, cue.last), (posture.first, posture.last)))
    if posture.first < cue.first and _stopped(stretch, posture, cue):
        # "..., no leg pain hunched over; walking upright brings it on": the cue has a posture in its own clause.
        own = [p for p in stretch.postures if p is not posture and not _stopped(stretch, p, cue)]
        if any(p.first < cue.first for p in own):
            return True
    for symptom in stretch.symptoms:
        if low[1] < symptom.first < high[0] and not symptom.generic:
            if cue.concept.effect == "free":
                return True
            if "," in stretch.norms(low[1] + 1, symptom.first - 1) and cue.first < posture.first:
                return True
    if posture.concept.posture in {"walking", "extension"} and cue.concept.effect == "persists":
        # "pain when walking, unchanged" still comes on walking; "unchanged by walking" does not.
        return not (cue.first < posture.first and _looks(stretch, cue) == "forward")
    if posture.concept.posture == "walking" and cue.concept.effect in {"eases", "free"}:
        near = min((stretch.cost(m, posture) for s in stretch.symptoms for m in s.mentions), default=None)
        return near is not None and near <= stretch.cost(cue, posture)
    return False


def _joined(stretch: Stretch, cue: Mention) -> bool:
    """Whether `by`, `with`, `when` or the like ties the cue to the posture that follows it."""
    following = stretch.norms(cue.last + 1, cue.last + 1)
    return bool(following) and following[0] in _TIES and any(p.first > cue.last for p in stretch.postures)


def _looks(stretch: Stretch, cue: Mention) -> str:
    """A connector behind the cue (`with`, `when`, `by`) turns it towards what follows."""
    following = stretch.norms(cue.last + 1, cue.last + 2)
    if following and following[0] in stretch.connectors:
        return "forward"
    return cue.concept.looks


def _effect(stretch: Stretch, posture: Mention, cue: Mention) -> Outcome:
    negated = _negates(stretch, cue) != _negates(stretch, posture, after=cue)
    effect = cue.concept.effect or "eases"
    between = stretch.norms(cue.last + 1, posture.first - 1)
    excepted = any(word in stretch.exceptions for word in between)
    if excepted and (negated or effect == "persists"):
        return "eases"
    if effect == "persists":
        if posture.concept.posture in {"walking", "extension"}:
            return "not-provoked"
        return "eases" if negated else "not-eased"
    return _turned(effect) if negated else _plain(effect)


def _plain(effect: str) -> Outcome:
    return "free" if effect == "free" else "provokes" if effect == "provokes" else "eases"


def _turned(effect: str) -> Outcome:
    return "not-provoked" if effect == "provokes" else "not-eased"


def _negates(stretch: Stretch, target: Mention, after: Mention | None = None) -> bool:
    """Whether a negation stands close before `target`, with neither comma nor symptom between them.

    With `after`, only a negation that stands behind that mention counts: `eased by sitting but not by standing`.
    """
    for scope in stretch.scopes:
        if scope.modifier.asserts != "negated" or scope.modifier.reaches not in {"forward", "both"}:
            continue
        distance = target.first - scope.last - 1
        if not 0 <= distance <= _NEGATION_REACH:
            continue
        if after is not None and not (after.last < scope.first):
            continue
        if "," in stretch.norms(scope.last + 1, target.first - 1):
            continue
        if after is None and any(scope.last < s.first < target.first for s in stretch.symptoms):
            continue
        if any(scope.last < p.first < target.first for p in stretch.postures if p is not target):
            continue
        return True
    return False


def _symptom_for(stretch: Stretch, posture: Mention, cue: Mention | None) -> Symptom | None:
    best: Symptom | None = None
    best_cost = _CUE_REACH
    for symptom in stretch.symptoms:
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


def _uncued(stretch: Stretch, posture: Mention, symptom: Symptom) -> Outcome | None:
    """No cue: `thigh ache on walking` provokes, `no pain when seated` is free; a posture merely near says nothing."""
    if symptom.negated:
        low, high = sorted((symptom.first, posture.first))
        by = symptom.judgement.by
        attached = (
            by is not None and by.first > posture.last and bool(_ATTACHED & {*stretch.norms(by.first - 1, by.first)})
        )
        if "," in stretch.norms(low, high) and not attached:
            return None  # "chest pain leaning forward, no leg pain": two statements
        return "free" if posture.concept.posture != "walking" else "not-provoked"
    if posture.concept.posture in {"walking", "standing", "extension"}:
        return "provokes"
    before = stretch.norms(posture.first - 2, posture.first - 1)
    joined = any(word in _BRINGING for word in before)
    return "provokes" if joined and symptom.last < posture.first else None


def _judgement(stretch: Stretch, posture: Mention, cue: Mention | None, symptom: Symptom | None) -> Judgement:
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
