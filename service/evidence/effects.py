"""What a cue says that a posture does. In: a sentence prepared as a `Stretch`, a posture and the cue that belongs to
it. Out: the effect, with negations counted: one that falls on the cue, one behind it that falls on the posture,
`neither` and `nor`, and exceptions such as `until`."""

from __future__ import annotations

from service.evidence.cues import CONDITIONS, EASY, Stretch
from service.evidence.definition import Outcome
from service.evidence.lexicon import Mention

_NEGATION_REACH = 4
_NOR = frozenset({"neither", "nor"})
_AFTER_NOR = frozenset({"by", "with", "on", "when", "does", "do", "did", "is", "was", "the", "a", "to", "if", "has"})
_NOR_REACH = 3
_CONDITION_REACH = 3
# Behind `nothing helps` these name what does not.
_NOT_EVEN = (["not", "even"], [",", "nor"], ["nor", "even"])


def effect_of(stretch: Stretch, posture: Mention, cue: Mention) -> Outcome:
    """What the cue says the posture does, negations and exceptions counted."""
    negated = negates(stretch, cue) != negates(stretch, posture, after=cue)
    if not negated and any(s.modifier.closing and s.reaches(cue.first, cue.last) for s in stretch.scopes):
        negated = True  # "eased by sitting: no"
    effect = cue.concept.effect or "eases"
    if _nor(stretch, posture):
        return "not-eased" if effect == "persists" else turned(effect)
    between = stretch.norms(cue.last + 1, posture.first - 1)
    excepted = any(word in stretch.exceptions for word in between)
    if effect == "persists" and between[-2:] in _NOT_EVEN:
        return "not-eased"  # "nothing helps, not even bending": said twice, not taken back
    if negated and effect == "provokes" and posture.concept.posture in EASY and _on_condition(stretch, posture):
        return "free"  # "it does not come on at all if she pushes the pram"
    if (excepted or "only" in between) and (negated or effect == "persists"):
        return "eases"  # "not relieved until he sits", "not by standing, only by bending"
    if effect == "persists" and posture.concept.posture in {"walking", "extension"}:
        return "not-provoked"
    return said_to(effect, negated=negated)


def _nor(stretch: Stretch, posture: Mention) -> bool:
    """`neither sitting nor bending helps`, `sitting does not help, nor does bending`: denied, whatever was denied
    before."""
    for norm in reversed(stretch.norms(posture.first - _NOR_REACH, posture.first - 1)):
        if norm in _NOR:
            return True
        if norm not in _AFTER_NOR:
            return False
    return False


def _on_condition(stretch: Stretch, posture: Mention) -> bool:
    """`if she pushes`, `when pushing`: the posture is the condition, not what a statement denies to be a cause."""
    return not CONDITIONS.isdisjoint(stretch.norms(posture.first - _CONDITION_REACH, posture.first - 1))


def plain(effect: str) -> Outcome:
    """A cue's effect as it stands."""
    return "free" if effect == "free" else "provokes" if effect == "provokes" else "eases"


def turned(effect: str) -> Outcome:
    """The documented opposite of an effect."""
    return "not-provoked" if effect == "provokes" else "not-eased"


def negates(stretch: Stretch, target: Mention, after: Mention | None = None) -> bool:
    """Whether a negation stands close before `target`, with neither comma nor symptom between them.

    With `after`, only a negation that stands behind that mention counts: `eased by sitting but not by standing`.
    """
    for scope in stretch.scopes:
        if scope.modifier.asserts != "negated" or scope.modifier.reaches not in {"forward", "both"}:
            continue
        if scope.modifier.clause:
            if after is None and scope.reaches(target.first, target.last):
                return True  # "has never noticed that stooping or sitting makes it go"
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


def said_to(effect: str, *, negated: bool) -> Outcome:
    """A cue's effect, or its opposite where it is negated; what leaves a symptom as it is does not ease it."""
    if effect == "persists":
        return "eases" if negated else "not-eased"
    return turned(effect) if negated else plain(effect)
