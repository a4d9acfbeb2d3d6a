"""Which cue belongs to a posture. In: a sentence prepared as a `Stretch`. Out: the cue, if any. It knows that a cue
looks one way, that a connector turns it, and that commas and new clauses keep strangers apart."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from service.evidence.context import Scope
from service.evidence.definition import Outcome
from service.evidence.lexicon import Mention
from service.evidence.symptoms import Symptom, gap
from service.evidence.words import Word

# How far a cue may stand from its posture, in the cost of `Stretch.cost`; beyond it they are strangers.
CUE_REACH = 28
_WRONG_WAY = 7
# How far a list of what was tried goes.
_LIST_REACH = 16
# These open a clause with a condition of its own, and these any clause.
CONDITIONS = frozenset({"if", "when", "whenever", "once", "while"})
_TIMES = CONDITIONS | {"time", "as"}
_SUBJECTS = frozenset({"he", "she", "they", "i", "we", "patient", "pt"})
_OPENERS = CONDITIONS | {"as", "because", "since"}
# These part what eases from what went before.
_PARTING = frozenset({",", "which", "that"})
# Postures in which the symptom can be expected to be less, and those in which it comes.
EASY = frozenset({"flexion", "cycling", "sitting"})
HARD = frozenset({"walking", "standing"})
# Postures in which it may come, the two hard ones among them.
_COMING = HARD | {"extension", "still"}
# What stands between the items of a list.
ALIKE = frozenset({"and", "or", ",", "/", "&", "+"})
# What may stand before an item of a list behind a stop.
_ITEM = ALIKE | _SUBJECTS | CONDITIONS | {"not", "without", "even", "also", "only", "just", "especially", "sometimes"}
# Behind these a posture without a cue brings the symptom on: `pain with sitting`, never `by sitting`.
BRINGING = frozenset({"with", "on", "when", "while", "during", "after", "if", "upon", "w/", "whenever"})
# What a patient goes without.
LACKING = frozenset({"without", "w/o", "minus"})


class Stretch(Struct, frozen=True):
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
    # The sentence before said that walking brings the symptom on.
    walked: bool = False
    # The sentence before named what the patient leans on: `Without it both legs ache.`
    aided: bool = False
    # Another part of the body is spoken of.
    foreign: bool = False
    # What was measured already: a sentence crowded with postures and cues asks for the same distances again and again.
    _costs: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    _nearest: dict[tuple[int, int], int | None] = field(default_factory=dict)

    def cost(self, one: Mention, other: Mention) -> int:
        """The distance between two mentions: words, with commas and above all new clauses counting more."""
        places = (one.first, one.last, other.first, other.last)
        known = self._costs.get(places)
        if known is None:
            known = self._costs[places] = gap(self.words, self.stops, one, other)
        return known

    def nearest_symptom(self, posture: Mention) -> int | None:
        """The distance of the symptom nearest to a posture."""
        place = (posture.first, posture.last)
        if place not in self._nearest:
            near = (self.cost(m, posture) for symptom in self.symptoms for m in symptom.mentions)
            self._nearest[place] = min(near, default=None)
        return self._nearest[place]

    def norms(self, first: int, last: int) -> list[str]:
        return [w.norm for w in self.words[max(0, first) : last + 1]]


def cue_for(stretch: Stretch, posture: Mention) -> Mention | None:
    """The cue that belongs to the posture, if any stands near enough and belongs to no other statement."""
    best: Mention | None = None
    best_cost = CUE_REACH
    for cue in stretch.cues:
        if cue.first <= posture.first <= cue.last and cue.concept.id != posture.concept.id:
            continue
        if cue.concept.only_for and posture.concept.posture not in cue.concept.only_for:
            continue
        cost = stretch.cost(cue, posture)
        if cost >= best_cost or _taken(stretch, cue, posture):
            continue
        ahead = cue.first < posture.first
        looks = _looks(stretch, cue)
        if not ahead and _joined(stretch, cue):
            continue  # "standing, relieved by sitting": what stands before `relieved by` is not what relieves
        if ((looks == "forward" and not ahead) or (looks == "backward" and ahead)) and cost:
            cost += _WRONG_WAY  # unless it touches: "still fades hunched over the cart"
        # Between a cue and a posture another cue that looks the posture's way has the better claim; distance sees
        # to it.
        if cost < best_cost:
            best, best_cost = cue, cost
    return best


def collective_for(stretch: Stretch, posture: Mention) -> Mention | None:
    """What is said of several postures at once: behind them (`none of it helps`), or before them in the same clause
    (`whatever he does, stopping or stooping`)."""
    for cue in stretch.cues:
        if not cue.concept.collective:
            continue
        if cue.concept.looks != "forward":
            if cue.first > posture.last:
                return cue
        elif cue.last < posture.first and _listed(stretch, cue, posture):
            return cue
    return None


def _listed(stretch: Stretch, cue: Mention, posture: Mention) -> bool:
    """Whether the posture is one of several named behind the cue, and no other cue says there what they do."""
    end = min((s for s in stretch.stops if s > cue.last), default=len(stretch.words))
    named = [p for p in stretch.postures if cue.last < p.first < min(end, cue.last + _LIST_REACH)]
    others = [c for c in stretch.cues if c is not cue and c.concept.effect != "persists" and c.first < end]
    return posture in named and len(named) > 1 and not any(c.last > cue.first for c in others)


def _taken(stretch: Stretch, cue: Mention, posture: Mention) -> bool:
    """Whether the cue belongs to another statement: a comma and a new symptom stand between it and the
    posture, or the posture is walking and a symptom stands nearer than the relief (`ache after walking,
    eased by sitting`)."""
    low, high = sorted(((cue.first, cue.last), (posture.first, posture.last)))
    if posture.first < cue.first and stopped(stretch, posture, cue):
        # "..., no leg pain hunched over; walking upright brings it on": the cue has a posture in its own clause.
        own = [p for p in stretch.postures if p is not posture and not stopped(stretch, p, cue)]
        if any(p.first < cue.first for p in own) or (own and cue.concept.effect == "provokes"):
            return True
    beyond = posture.first > cue.last and stopped(stretch, cue, posture)
    if beyond and (_has_its_own(stretch, cue) or _in_a_clause_of_its_own(stretch, cue, posture)):
        return True  # "standing is useless; stooping will do", "relieved by standing; also likes cycling"
    if posture.first < cue.first and any(parted(stretch, posture, cue) for parted in _PARTED):
        return True
    brought = cue.first < posture.first and cue.concept.effect == "provokes"
    if brought and (answers_another(stretch, posture, cue) or _done_about_it(stretch, posture, cue)):
        return True
    for symptom in stretch.symptoms:
        if low[1] < symptom.first < high[0] and not symptom.generic and not symptom.bare:
            if cue.concept.effect == "free":
                return True
            if "," in stretch.norms(low[1] + 1, symptom.first - 1) and cue.first < posture.first:
                return True
    if posture.concept.posture in {"walking", "extension"} and cue.concept.effect == "persists":
        # "pain when walking, unchanged" still comes on walking; "unchanged by walking" does not.
        return not (cue.first < posture.first and _looks(stretch, cue) == "forward")
    if posture.concept.posture not in HARD or cue.concept.effect not in {"eases", "free"}:
        return False
    if _leads_on(stretch, posture, cue):
        return True
    if posture.concept.posture != "walking":
        return False
    if cue.concept.effect == "free" and all(s.bare for s in stretch.symptoms):
        return False  # "he does five miles and the legs are fine"
    near = stretch.nearest_symptom(posture)
    return near is not None and near <= stretch.cost(cue, posture)


def answers_another(stretch: Stretch, posture: Mention, behind: Mention) -> bool:
    """Whether a posture in which symptoms ease follows one in which they come (itself `behind` a symptom or a cue), and
    is not listed beside it: `they start by the bakery, so I stop and do up my laces`, but not `worse with walking,
    sitting and bending`."""
    if posture.concept.posture not in EASY:
        return False
    between = range(behind.last + 1, posture.first)
    before = [p for p in stretch.postures if p.first in between and p.concept.posture in HARD]
    return bool(before) and not {*stretch.norms(before[-1].last + 1, posture.first - 1)} <= ALIKE


def _done_about_it(stretch: Stretch, posture: Mention, cue: Mention) -> bool:
    """Whether somebody takes a posture in which symptoms ease whenever the symptom comes: `each time the ache builds up
    she bows forward`."""
    if posture.concept.posture not in EASY or _TIMES.isdisjoint(stretch.norms(0, cue.first - 1)):
        return False
    between = stretch.norms(cue.last + 1, posture.first - 1)
    return not _SUBJECTS.isdisjoint(between) and CONDITIONS.isdisjoint(between)


def _answers_beforehand(stretch: Stretch, posture: Mention, cue: Mention) -> bool:
    """Whether what brings the symptom on stands between a posture in which it eases and the cue, as the reason for it:
    `she leans on the counter since standing upright causes burning`; or behind the cue, after a comma: `none leaning on
    the cart, returns when she walks upright`."""
    if posture.concept.posture not in EASY or cue.concept.effect != "provokes":
        return False
    if "," in stretch.norms(posture.last + 1, cue.first - 1) and any(
        p.first > cue.last and p.concept.posture in _COMING and not stopped(stretch, cue, p) for p in stretch.postures
    ):
        return True
    between = [p for p in stretch.postures if posture.last < p.first < cue.first]
    if not between or between[-1].concept.posture not in _COMING:
        return False
    return not _OPENERS.isdisjoint(stretch.norms(posture.last + 1, between[-1].first - 1))


def _brings_it_on(stretch: Stretch, posture: Mention, cue: Mention) -> bool:
    """Whether the symptom is told to come in the posture, before a comma or a relative parts it from what eases it:
    `pain when bending, better walking`."""
    if cue.concept.effect not in {"eases", "free"} or posture.concept.posture not in EASY:
        return False
    at = posture.first - 1 - (stretch.norms(posture.first - 1, posture.first - 1) == ["the"])
    if BRINGING.isdisjoint(stretch.norms(at, at)) or _PARTING.isdisjoint(stretch.norms(posture.last + 1, cue.first)):
        return False
    return any(s.last in {at - 1, at - 2} and not s.negated for s in stretch.symptoms)


def _eased_nearer(stretch: Stretch, posture: Mention, cue: Mention) -> bool:
    """Whether what eases stands between a posture in which the symptom comes and the cue, behind a comma: `on walking,
    particularly downhill, and stooping eases it`."""
    if cue.concept.effect != "eases" or posture.concept.posture not in _COMING:
        return False
    return any(
        posture.last < p.first < cue.first
        and p.concept.posture in EASY
        and "," in stretch.norms(posture.last + 1, p.first - 1)
        for p in stretch.postures
    )


def _has_its_own(stretch: Stretch, cue: Mention) -> bool:
    """Whether the cue speaks of what stands before it, and a posture stands there in its own clause."""
    return _looks(stretch, cue) != "forward" and any(
        p.last < cue.first and not stopped(stretch, p, cue) for p in stretch.postures
    )


def _in_a_clause_of_its_own(stretch: Stretch, cue: Mention, posture: Mention) -> bool:
    """Whether the cue has had its posture before the stop, and behind it the posture is no bare item of a list."""
    stop = max(s for s in stretch.stops if cue.last < s < posture.first)
    had = any(cue.last < p.first < stop and not stopped(stretch, cue, p) for p in stretch.postures)
    return had and not {*stretch.norms(stop + 1, posture.first - 1)} <= _ITEM | stretch.connectors | stretch.exceptions


def _in_another_clause(stretch: Stretch, posture: Mention, cue: Mention) -> bool:
    """Whether a clause with a posture of its own begins between a posture and the cue behind it: `he walks bent
    forward, and if he straightens up the pain starts`."""
    for other in stretch.postures:
        if not posture.last < other.first < cue.first:
            continue
        between = stretch.norms(posture.last + 1, other.first - 1)
        if "," in between and not _OPENERS.isdisjoint(between):
            return True
    return False


# What may part a posture from a cue behind it.
_PARTED = (_in_another_clause, _answers_beforehand, _brings_it_on, _eased_nearer)


def _leads_on(stretch: Stretch, posture: Mention, cue: Mention) -> bool:
    """Whether a comma or a relative parts the cue from the posture before it, and it leads on to one behind it: `tingle
    after ten minutes of walking, better pushing the pram`, `pain on walking which goes if she sits`."""
    if cue.first < posture.first or _PARTING.isdisjoint(stretch.norms(posture.last + 1, cue.first)):
        return False
    return any(
        cue.last < other.first and other.concept.posture not in HARD and not stopped(stretch, cue, other)
        and "," not in stretch.norms(cue.last + 1, other.first - 1)
        for other in stretch.postures
    )  # fmt: skip


def _joined(stretch: Stretch, cue: Mention) -> bool:
    """Whether the cue is tied to a posture that follows it: by its form (`relieved within minutes by sitting`), or by a
    connector right behind it (`better after sitting`); no other cue and no new clause stands between."""
    following = stretch.norms(cue.last + 1, cue.last + 1)
    if cue.concept.looks != "forward" and not (following and following[0] in stretch.connectors):
        return False
    behind = [p for p in stretch.postures if p.first > cue.last and not stopped(stretch, cue, p)]
    if not behind:
        return False
    return not any(cue.last < other.first < behind[0].first for other in stretch.cues)


def _looks(stretch: Stretch, cue: Mention) -> str:
    """A connector behind the cue (`with`, `when`, `by`) turns it towards what follows."""
    following = stretch.norms(cue.last + 1, cue.last + 2)
    if following and following[0] in stretch.connectors:
        return "forward"
    return cue.concept.looks


def conditional(stretch: Stretch, posture: Mention) -> bool:
    """Whether the posture stands in a clause of condition, whose consequence follows its comma: `if I push the pram, my
    legs don't hurt`."""
    before = stretch.norms(0, posture.first - 1)
    opened = next((n for n in range(len(before) - 1, -1, -1) if before[n] == "," or before[n] in CONDITIONS), None)
    return opened is not None and before[opened] in CONDITIONS


def stopped(stretch: Stretch, one: Mention, other: Mention) -> bool:
    """Whether a new clause begins between two mentions."""
    low, high = sorted((one.first, other.first))
    return any(low < s < high for s in stretch.stops)
