"""Ways covered on foot that no list can hold: `along the seafront`, `past the second bus stop`, `by the third stall`.
In: the words of a sentence and what was recognised in them. Out: mentions of walking, one for each such way. A word
that leads along something, or an ordinal that counts what was passed, makes a way of whatever noun follows, unless it
is a part of the body, a time, or another word that is known to be no place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.evidence.definition import ConceptDefinition, Ways
from service.evidence.lexicon import Mention
from service.evidence.words import Word

_ARTICLES: Final = frozenset({"the", "a", "an", "my", "his", "her", "our", "their", "its", "that", "this", "any"})
_BEFORE_ORDINALS: Final = _ARTICLES | {"every", "each"}
# The ends of ordinals in figures, and what a stretch begins with.
_IN_FIGURES: Final = frozenset({"st", "nd", "rd", "th"})
_FROM: Final = "from"
# How many words may describe the noun: `along the left leg` is seen not to be a way.
_DESCRIBING: Final = 1


_WAY: Final = ConceptDefinition(id="a-way-on-foot", kind="posture", posture="walking", phrases=("along the way",))


@dataclass(frozen=True, slots=True)
class Journeys:
    """`along` are words that lead along something, `before` those that an ordinal may follow, `ordinals` words that
    count what was passed, `near` words before a place where something comes on, `elsewhere` nouns that are no place."""

    along: frozenset[str]
    before: frozenset[str]
    ordinals: frozenset[str]
    near: frozenset[str]
    elsewhere: frozenset[str]
    # Every word that a way is seen by: without any of them none needs to be looked for.
    seen_by: frozenset[str]

    @classmethod
    def of(cls, definitions: Sequence[Ways]) -> Journeys:
        """The words of all files together."""
        along = frozenset(w for d in definitions for w in d.along)
        ordinals = frozenset(w for d in definitions for w in d.ordinals)
        near = frozenset(w for d in definitions for w in d.near)
        return cls(
            along,
            frozenset(w for d in definitions for w in d.before),
            ordinals,
            near,
            frozenset(w for d in definitions for w in d.elsewhere),
            along | ordinals | near | _IN_FIGURES | {_FROM},
        )

    def found(self, words: Sequence[Word], mentions: Sequence[Mention]) -> list[Mention]:
        """The mentions with every way added in its place; a way overlaps nothing that was recognised already.

        Where the sentence says that something comes on, the place where it does is a way, too.
        """
        if self.seen_by.isdisjoint([w.norm for w in words]):
            return list(mentions)
        comes = any(m.concept.effect == "provokes" for m in mentions)
        ways = [
            w
            for w in self._ways(words, comes=comes)
            if not any(m.first <= w.last and w.first <= m.last for m in mentions)
        ]
        return sorted((*mentions, *ways), key=lambda m: m.first) if ways else list(mentions)

    def _ways(self, words: Sequence[Word], *, comes: bool) -> Iterator[Mention]:
        for at, word in enumerate(words):
            last = None
            if word.norm in self.along or (comes and word.norm in self.near):
                last = self._noun(words, at + 1, articles=True)
            elif (word.norm in self.ordinals or _numbered(words, at)) and self._counting(words, at):
                last = self._noun(words, at + 1, articles=False)
            elif word.norm == _FROM:
                last = self._stretch(words, at)
            if last is not None:
                yield Mention(_WAY, " ".join(w.norm for w in words[at : last + 1]), at, last)

    def _counting(self, words: Sequence[Word], at: int) -> bool:
        """Whether the ordinal at `at` counts what was passed: `by the third`, `at every second`, `past the 2nd`."""
        first = at - 1 if _numbered(words, at) else at
        if first < 2 or words[first - 1].norm not in _BEFORE_ORDINALS:
            return False
        return words[first - 2].norm in self.before or words[first - 2].norm in self.along

    def _stretch(self, words: Sequence[Word], at: int) -> int | None:
        """The end of a stretch beginning at `at`: `from the car to the bleachers`."""
        start = self._noun(words, at + 1, articles=True)
        if start is None:
            return None
        to = next((n for n in range(start + 1, min(start + 4, len(words))) if words[n].norm == "to"), None)
        return None if to is None else self._noun(words, to + 1, articles=True)

    def _noun(self, words: Sequence[Word], at: int, *, articles: bool) -> int | None:
        """The place of the noun that follows, None where none does or it is no place."""
        if articles:
            if at == len(words) or words[at].norm not in _ARTICLES:
                return None
            at += 1
        following = [w.norm for w in words[at : at + 1 + _DESCRIBING]]
        if not following or not following[0].isalpha() or not self.elsewhere.isdisjoint(following):
            return None
        return at


def _numbered(words: Sequence[Word], at: int) -> bool:
    """Whether an ordinal in figures ends at `at`: the `nd` of `2nd`."""
    return words[at].norm in _IN_FIGURES and at > 0 and words[at - 1].norm.isdecimal()
