"""What is said of a mention: affirmed, negated, possible, hypothetical, historical, or about somebody else.
In: a sentence's words, the mentions in it, modifiers with their scope. Out: for any stretch of words the
assertion that holds there and the modifier that decided. The method is ConText (Harkema et al., J Biomed
Inform 2009, doi:10.1016/j.jbi.2009.05.002), with scopes that end at terminators and at a maximum number of
words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from service.evidence.definition import Assertion, ConceptDefinition, ModifierDefinition
from service.evidence.lexicon import Lexicon, spell_out
from service.evidence.words import Word

# Where several modifiers reach one mention, the one that takes it furthest from this patient's present decides.
_RANK: dict[Assertion, int] = {
    "other-person": 5,
    "hypothetical": 4,
    "historical": 3,
    "negated": 2,
    "possible": 1,
    "affirmed": 0,
}


# "Although he has no back pain, walking hurts": what is granted ends at a comma.
_GRANTING = frozenset({"although", "though", "despite", "whereas"})

# No longer than this is an item of a list.
_ITEM_WORDS = 4

# Who begins a clause of their own behind a comma, and what may stand before them there.
_SUBJECTS = frozenset({"he", "she", "they", "i", "we", "it", "they're", "they've", "i'm", "i've", "we've"})
_AND_NOW = frozenset({"and", "so", "then", "now", "still", "without", "that", "them"})

# A reason is a fact, and what is so now is not past: `probably spinal, since bending helps`, `used to walk miles, now`.
_REASONS = frozenset({"since", "because"})
_NOW = frozenset({"now", "nowadays", "currently", "today"})

_ARTICLES = frozenset({"the", "a", "an", "his", "her", "my", "their", "your", "it", "them"})
_TYING = frozenset({"of", "in", "on", "for", "to", "or", "and", "nor", "from", "with", "at", "over", "as", ","})

# What is lacking is what stands right behind: `without the trolley both legs ache`.
_LACKING = frozenset({"without", "w/o"})


class Scope(Struct, frozen=True, gc=False):
    """A modifier seen in a sentence and the words it reaches, `start` to `end` (inclusive)."""

    modifier: ModifierDefinition
    phrase: str
    first: int
    last: int
    start: int
    end: int

    def reaches(self, first: int, last: int) -> bool:
        return self.start <= first and last <= self.end and not (self.first <= first and last <= self.last)


class Judgement(Struct, frozen=True, gc=False):
    """What holds of a stretch of words, and the modifier behind it (None when simply affirmed)."""

    assertion: Assertion
    by: Scope | None = None


AFFIRMED = Judgement("affirmed")


class Context:
    """All modifiers and terminators, ready to be found. Immutable once built."""

    __slots__ = ("_begin_terminators", "_closing", "_lexicon", "_modifiers", "_terminators")

    def __init__(self, modifiers: Iterable[ModifierDefinition], terminators: Iterable[str]) -> None:
        self._modifiers = {m.id: m for m in modifiers}
        self._lexicon, self._closing = (
            Lexicon(
                ConceptDefinition(id=m.id, kind="ignore", phrases=m.phrases)
                for m in self._modifiers.values()
                if m.closing == closing
            )
            for closing in (False, True)
        )
        self._terminators = frozenset(words for t in terminators for words in spell_out(t))
        self._begin_terminators = frozenset(words[0] for words in self._terminators)

    def scopes(self, words: Sequence[Word]) -> tuple[list[Scope], list[int]]:
        """The modifiers of a sentence with what they reach, and the places of its terminators."""
        return self.within([w.norm for w in words])

    def within(self, norms: Sequence[str]) -> tuple[list[Scope], list[int]]:
        """The same, of words given by what they are compared with."""
        stops = [
            at
            for at, norm in enumerate(norms)
            if norm in self._begin_terminators and not (at and norms[at - 1] == "as")  # `as though` ends nothing
            for size in (1, 2)
            if tuple(norms[at : at + size]) in self._terminators and not _thrown_in(norms, at)
        ]
        stops = sorted({*stops, *_granted(norms)})
        closing = [
            m for m in self._closing.within(norms) if m.last + 1 == len(norms) or not norms[m.last + 1][0].isalnum()
        ]
        mentions = (*self._lexicon.within(norms), *closing)
        if not mentions:
            return [], stops
        scopes = []
        # Where what is denied, thought and past ends within its clause.
        ends = {
            "negated": _fresh(norms),
            "possible": [at for at, norm in enumerate(norms) if norm in _REASONS],
            "historical": [at for at, norm in enumerate(norms) if norm in _NOW],
        }
        for mention in mentions:
            modifier = self._modifiers[mention.id]
            if modifier.pseudo:
                continue
            first, last = mention.first, mention.last
            left = max((s + 1 for s in stops if s < first), default=0)
            right = min((s - 1 for s in stops if s > last), default=len(norms) - 1)
            if mention.phrase == "neither":
                right = min(right, _nor_end(norms, last, right))
            right = min((at - 1 for at in ends.get(modifier.asserts, ()) if last < at <= right), default=right)
            if modifier.asserts == "negated" and not modifier.lists:
                right = min(right, _another(norms, last, right))
            match modifier.reaches:
                case "forward":
                    start, end = last + 1, min(right, last + modifier.words)
                case "backward":
                    start, end = max(left, first - modifier.words), first - 1
                case "both":
                    start, end = max(left, first - modifier.words), min(right, last + modifier.words)
                case "sentence":
                    start, end = 0, len(norms) - 1
            scopes.append(Scope(modifier, mention.phrase, first, last, start, end))
        return scopes, stops


def _thrown_in(norms: Sequence[str], at: int) -> bool:
    """`the fizzing subsides, although never completely, while she bends`: what a few words between commas grant ends
    nothing."""
    return norms[at] in _GRANTING and norms[at - 1 : at] == [","] and "," in norms[at + 1 : at + _ITEM_WORDS + 1]


def _granted(norms: Sequence[str]) -> list[int]:
    """The comma behind a clause that only grants something, at the beginning of its sentence; lists inside it go on."""
    if not norms or not (norms[0] in _GRANTING or (norms[0] == "even" and norms[1:2] == ["though"])):
        return []
    commas = [at for at, norm in enumerate(norms) if norm == ","]
    for at, after in zip(commas, [*commas[1:], len(norms)], strict=True):
        listed = after < len(norms) and after - at <= _ITEM_WORDS
        if not listed and norms[at + 1] not in {"or", "nor", "and"}:
            return [at]
    return []


def _fresh(norms: Sequence[str]) -> list[int]:
    """The commas behind which somebody does something anew: `hardly ache with it, without it they ache`."""
    found = []
    for at, norm in enumerate(norms):
        if norm == ",":
            subject = at + 1
            while subject < len(norms) and norms[subject] in _AND_NOW:
                subject += 1
            if subject < len(norms) and norms[subject] in _SUBJECTS:
                found.append(at)
    return found


def _nor_end(norms: Sequence[str], last: int, right: int) -> int:
    """`neither standing nor lying helps the leg pain`: what is denied ends soon behind the last `nor`."""
    nor = max((at for at in range(last + 1, right) if norms[at] == "nor"), default=right)
    return min(right, nor + _ITEM_WORDS - 1)


def _another(norms: Sequence[str], last: int, right: int) -> int:
    """Where a denial of one thing ends and another thing with an article begins: `no stick, and the leg goes numb`."""
    comma = next((at for at in range(last + 1, right) if norms[at] == ","), None)
    if comma is None or norms[comma + 1] != "and" or norms[comma + 2 : comma + 3] == []:
        return right
    return comma - 1 if norms[comma + 2] in _ARTICLES else right


def judge(scopes: Sequence[Scope], first: int, last: int) -> Judgement:
    """What holds of words `first` to `last`: the furthest-reaching modifier decides; two negations that both
    reach cancel only where one lies inside the other's phrase, which the longest phrase rule already
    settles."""
    best = AFFIRMED
    for scope in scopes:
        if scope.reaches(first, last) and _RANK[scope.modifier.asserts] > _RANK[best.assertion]:
            best = Judgement(scope.modifier.asserts, scope)
    return best


def unspent(scopes: Sequence[Scope], placed: Iterable[tuple[int, int]]) -> list[Scope]:
    """The scopes without the negations that a symptom's own words hold: `there is no power in my legs` denies nothing,
    `no power` is what is felt."""
    held = {at for first, last in placed for at in range(first, last + 1)}
    return [s for s in scopes if s.modifier.asserts != "negated" or s.last not in held]


def trimmed(
    scopes: Sequence[Scope],
    words: Sequence[Word],
    placed: Sequence[tuple[int, int]],
    cues: Sequence[tuple[int, int]],
) -> list[Scope]:
    """Scopes cut where a negation is spent.

    In `does not relieve the leg pain` it is spent on the cue, one of `cues`, right behind it; in `without the trolley`
    on the trolley; in `no pain at rest, aching on walking` at the comma, once its stretch holds one of `placed` (a
    posture or a cue). A modifier that governs lists (`denies a, b or c`) goes on.
    """
    cut = []
    for scope in scopes:
        end = scope.end
        if scope.modifier.asserts == "negated" and not scope.modifier.lists:
            within = placed if scope.phrase in _LACKING else cues
            spent = next((c for c in within if 0 <= c[0] - scope.last - 1 <= 2), None)
            if spent is not None:
                end = min(end, spent[1])
            if scope.phrase in _LACKING or scope.modifier.one_item:
                end = min(end, _item_end(words, scope))
            for at in range(scope.last + 1, scope.end + 1):
                if words[at].norm in {",", "-"} and any(scope.last < p[0] < at for p in placed):
                    end = min(end, at - 1)
                    break
        cut.append(
            scope
            if end == scope.end
            else Scope(scope.modifier, scope.phrase, scope.first, scope.last, scope.start, end)
        )
    return cut


def _item_end(words: Sequence[Word], scope: Scope) -> int:
    """Where what is lacking ends: at its first comma, unless an `or` behind it shows that a list goes on; or before the
    next thing that has an article, `without her frame the pain ...`."""
    norms = [w.norm for w in words[scope.last + 1 : scope.end + 1]]
    if norms[:1] and norms[0] in _ARTICLES:
        anew = next((n for n in range(2, min(len(norms), _ITEM_WORDS)) if norms[n] in _ARTICLES), None)
        if anew is not None and norms[anew - 1] not in _TYING:
            return scope.last + anew
    if "," not in norms or {"or", "nor"} & {*norms[norms.index(",") :]}:
        return scope.end
    return scope.last + norms.index(",")


def carried_on(scope: Scope, end: int) -> Scope:
    """A negated list going on in a sentence that was cut off it: it reaches from the first word to `end`."""
    return Scope(scope.modifier, scope.phrase, -1, -1, 0, end)
