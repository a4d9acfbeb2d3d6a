"""`Standing does not shift it, but sitting does`, `relief: sitting - yes, standing - no`: an auxiliary or an answer
that repeats what was said before of another posture or of a whole list. In: a sentence prepared as a `Stretch` and one
of its postures. Out: the effect that is repeated, for better or for worse, or None where nothing is."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from service.evidence.context import Judgement
from service.evidence.cues import EASY, HARD, Stretch
from service.evidence.definition import Outcome
from service.evidence.effects import said_to, turned
from service.evidence.lexicon import Mention
from service.evidence.link import Link

_CLOSERS = frozenset({".", ",", ";", "so", "and", "but", ")", "!", "-"})
# Auxiliaries that echo a cue, and whether they negate it; a copula does so only where it negates.
_COPULAS = frozenset({"is", "are", "was", "were"})
_ECHO_REACH = 6
_CONTRASTING = frozenset({"but", "yet", "it", "they", "that", "pain"})
_BETWEEN = frozenset({"not", "so", "he", "she", "they", "i", "the", "patient", "pt", "only"})
_AUXILIARIES = {"does": False, "do": False, "did": False, "doesn't": True, "don't": True, "didn't": True}
# What closes a sentence that says at last how it was.
_AT_LAST = _AUXILIARIES | {"has": False, "hasn't": True}
_AT_LAST_REACH = 6
_IT = frozenset({"it", "that", "this", "they"})
_TURNS = frozenset({"but", "and", "yet", ",", ";", "-"})
# An answer to one item of a list, what may stand before it, and what ends it.
_ANSWERS = {"yes": True, "y": True, "no": False, "n": False}
_DASHES = ([":"], ["-"], ["="], ["("])
_ENDS = frozenset({",", ";", ".", ")", "/", "and", "but"})


def echoed(stretch: Stretch, posture: Mention) -> Outcome | None:
    """`Standing does not shift it, but sitting does`: a bare auxiliary repeats the last cue, for better or for
    worse."""
    opening = tuple(stretch.norms(0, 1))
    if stretch.echo is not None and len(opening) == 2 and opening[1] in _AUXILIARIES and not stretch.cues:
        if opening[0] in {"so", "as"}:
            return stretch.echo
        if opening[0] in {"nor", "neither"}:
            return stretch.echo if stretch.echo.startswith("not-") else turned(stretch.echo)
    negated = _echo_behind(stretch, posture)
    at = posture.first
    if negated is None:
        negated, at = _echo_before(stretch, posture)
    before = [c for c in stretch.cues if c.last < at]
    if negated is None or not before:
        return None
    effect = before[-1].concept.effect or "eases"
    if negated and effect == "free" and posture.concept.posture in HARD:
        return "provokes"  # "the bike is fine, the treadmill is not"
    return said_to(effect, negated=negated)


def ticked(stretch: Stretch, posture: Mention) -> Outcome | None:
    """`Relief: sitting - yes, standing - no`: the answer right behind an item of a list is said of that item alone."""
    at = posture.last + 1
    at += stretch.norms(at, at)[:1] in _DASHES
    answer = stretch.norms(at, at)
    before = [c for c in stretch.cues if c.last < posture.first]
    if not before or not answer or answer[0] not in _ANSWERS:
        return None
    behind = stretch.norms(at + 1, at + 1)
    if behind and behind[0] not in _ENDS:
        return None
    return said_to(before[-1].concept.effect or "eases", negated=not _ANSWERS[answer[0]])


def told_at_last(stretch: Stretch, links: Sequence[Link]) -> list[Link]:
    """`I thought bending would help, but it doesn't`, `told that leaning might help, and it does`: what a sentence says
    at last of a posture in which symptoms ease, whatever was thought or advised before."""
    norms = stretch.norms(0, len(stretch.words))
    while norms and not norms[-1][0].isalnum():
        norms.pop()
    denied = norms[-1:] == ["not"]
    aux = len(norms) - 1 - denied
    if aux < 3 or norms[aux] not in _AT_LAST:
        return list(links)
    if norms[aux - 2 : aux] == ["no", "longer"]:
        denied = True
    elif norms[aux - 1] not in _IT or _TURNS.isdisjoint(norms[max(0, aux - _AT_LAST_REACH) : aux]):
        return list(links)
    told: Outcome = "not-eased" if denied or _AT_LAST[norms[aux]] else "eases"
    return [
        replace(link, effect=told, judgement=Judgement("affirmed"))
        if link.posture in EASY and link.effect in {"eases", "not-eased"} and link.mentions[0].first < aux
        else link
        for link in links
    ]


def _echo_behind(stretch: Stretch, posture: Mention) -> bool | None:
    """Whether the auxiliary right behind the posture negates, None if there is none that ends its clause."""
    following = stretch.norms(posture.last + 1, posture.last + 2)
    denied = following[1:] == ["not"]
    if not following or not (following[0] in _AUXILIARIES or (following[0] in _COPULAS and denied)):
        return None
    after = stretch.norms(posture.last + 2 + denied, posture.last + 2 + denied)
    if after and after[0] not in _CLOSERS:
        return None
    return _AUXILIARIES.get(following[0], False) or denied


def _echo_before(stretch: Stretch, posture: Mention) -> tuple[bool | None, int]:
    """The same of an auxiliary before the posture, and where it stands: `does not settle standing but does with
    bending`."""
    for at in range(posture.first - 1, max(0, posture.first - _ECHO_REACH), -1):
        word = stretch.words[at].norm
        if word in _AUXILIARIES and stretch.words[at - 1].norm in _CONTRASTING:
            return _AUXILIARIES[word] or stretch.words[at + 1].norm == "not", at
        if word not in stretch.connectors and word not in _BETWEEN:
            break
    return None, posture.first
