"""Words to concepts: the lexicon that clinicians write, compiled into one tree of words. In: definitions of
concepts with their phrases. Out: for a sentence's words, the mentions found in it, the longest phrase
winning at each place. Matching walks the tree word by word, so its cost is linear in the text whatever the
phrases are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from service.evidence.definition import ConceptDefinition
from service.evidence.inflection import forms
from service.evidence.words import Word, words_of


class Mention(Struct, frozen=True, gc=False):
    """A concept seen in a sentence: words `first` to `last` (inclusive) of that sentence spell `phrase`."""

    concept: ConceptDefinition
    phrase: str
    first: int
    last: int

    @property
    def id(self) -> str:
        return self.concept.id


_NUMBER = "<n>"
# What follows the last word: no word of any phrase.
_END = "\n"
# Behind a verb: all its forms.
_VERB = "~"
_PART = re.compile(r"\([^()]*\)|\S+")


class PhraseError(ValueError):
    """A phrase that cannot be compiled; the message says what is wrong and what to write instead."""


def spell_out(phrase: str) -> Iterator[tuple[str, ...]]:
    """Every word sequence that `phrase` stands for.

    `leaning/bending` offers alternatives for one word, `lean~` all forms of a verb, `(over)` and `(of the leg/legs)`
    may be left out, `<n>` is any number. A word is what `words_of` makes of it, so `b/l` and `w/o` are written as they
    are. Raises `PhraseError` on an empty phrase, an empty alternative or an unclosed bracket.
    """
    slots = _slots(phrase)
    if all(() in slot for slot in slots):
        raise _nothing(phrase)
    for pick in itertools.product(*slots):
        yield tuple(itertools.chain.from_iterable(pick))


def _slots(phrase: str) -> list[list[tuple[str, ...]]]:
    """The choices for each part of a phrase, one behind the other; the empty choice is a part that is left out."""
    if phrase.count("(") != phrase.count(")") or re.search(r"\([^)]*\(", phrase):
        raise PhraseError(f"{phrase!r}: a bracket is not closed; write optional words as (over) or (of the leg/legs)")
    slots: list[list[tuple[str, ...]]] = []
    for part in _PART.findall(phrase):
        if part.startswith("("):
            inside = [_alternatives(phrase, word) for word in part[1:-1].split()]
            slots.append([*_sequences(inside), ()])
        else:
            slots.append(_alternatives(phrase, part))
    return slots


def _nothing(phrase: str) -> PhraseError:
    return PhraseError(f"{phrase!r}: a phrase needs at least one word that is not optional")


def _alternatives(phrase: str, word: str) -> list[tuple[str, ...]]:
    if _VERB in word:
        spelled = (forms(one[:-1]) if one.endswith(_VERB) else (one,) for one in word.split("/"))
        choices = [tuple(w.norm for w in words_of(form)) for form in itertools.chain.from_iterable(spelled)]
        if any(not choice or _VERB in choice for choice in choices):
            raise PhraseError(f"{phrase!r}: write ~ behind a verb in its base form, as in lean~")
        return choices
    if _NUMBER in word:
        parts = word.split("/")
        choices = [(_NUMBER,) if one == _NUMBER else tuple(w.norm for w in words_of(one)) for one in parts]
        if any(_NUMBER in one and one != _NUMBER for one in parts) or not all(choices):
            raise PhraseError(f"{phrase!r}: <n> is a word of its own; write <n> m or <n>/few")
        return choices
    whole = tuple(w.norm for w in words_of(word))
    choices = [whole]
    if len(whole) > 1 and "/" in whole:
        choices = [tuple(w.norm for w in words_of(one)) for one in word.split("/")]
    if any(not choice for choice in choices):
        raise PhraseError(f"{phrase!r}: an alternative is empty; write word/other without spaces")
    return choices


def _sequences(slots: list[list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    return [tuple(itertools.chain.from_iterable(pick)) for pick in itertools.product(*slots)]


@dataclass(slots=True, eq=False)
class _Place:
    """A place between two words of a phrase: the words that may follow, and whether the phrase may end here."""

    phrase: int
    following: dict[str, list[_Place]] = field(default_factory=dict)
    ends: bool = False


def _first_place(phrase: str, number: int) -> _Place:
    """Where `phrase` begins; `number` is its own among all phrases. Built from its end, so that what is common to many
    of its wordings is there once: a phrase may stand for millions of them."""
    place = _Place(number, ends=True)
    for slot in reversed(_slots(phrase)):
        before = _Place(number)
        for words in slot:
            if not words:
                before.ends = place.ends
                for word, places in place.following.items():
                    before.following.setdefault(word, []).extend(places)
                continue
            behind = place
            for word in reversed(words[1:]):
                behind = _Place(number, {word: [behind]})
            before.following.setdefault(words[0], []).append(behind)
        place = before
    if place.ends:
        raise _nothing(phrase)
    return place


# The places a text may have reached, each with its rank: 0 for those that came by the words as written, above it for
# those that took a number for any number where another phrase names it.
_Places = frozenset[tuple[int, _Place]]


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    concepts: list[tuple[ConceptDefinition, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Tree:
    """Makes one node of all places that the same words lead to."""

    phrases: Sequence[tuple[ConceptDefinition, str]]
    known: dict[_Places, _Node] = field(default_factory=dict)

    def node(self, places: _Places) -> _Node:
        if places in self.known:
            return self.known[places]
        made = self.known[places] = _Node()
        ends = sorted((rank, place.phrase) for rank, place in places if place.ends)
        told: dict[str, tuple[ConceptDefinition, str]] = {}
        for rank, phrase in ends:
            if rank == ends[0][0]:
                told.setdefault(self.phrases[phrase][0].id, self.phrases[phrase])
        made.concepts = list(told.values())
        following: dict[str, list[tuple[int, _Place]]] = {}
        for rank, place in places:
            for word, behind in place.following.items():
                following.setdefault(word, []).extend((2 * rank, one) for one in behind)
        any_number = [(rank + 1, place) for rank, place in following.get(_NUMBER, ())]
        for word, then in following.items():
            # A number that is spelled out leads on to what any number leads to as well, its own phrases first.
            made.children[word] = self.node(_ranked(then + any_number if word[0].isdigit() else then))
        return made


def _ranked(places: Sequence[tuple[int, _Place]]) -> _Places:
    """The places with their ranks as small as they can be, so that equal ones are known again."""
    ranks = {rank: place for place, rank in enumerate(sorted({rank for rank, _ in places}))}
    return frozenset((ranks[rank], place) for rank, place in places)


class Lexicon:
    """All concepts, ready to be found. Immutable once built."""

    __slots__ = ("_counts", "_root", "concepts")

    def __init__(self, concepts: Iterable[ConceptDefinition]) -> None:
        self.concepts: Mapping[str, ConceptDefinition] = {c.id: c for c in concepts}
        phrases = [(concept, phrase) for concept in self.concepts.values() for phrase in concept.phrases]
        starts = (_first_place(phrase, number) for number, (_, phrase) in enumerate(phrases))
        self._root = _Tree(phrases).node(frozenset((0, start) for start in starts))
        # Whether a phrase begins with any number.
        self._counts = _NUMBER in self._root.children

    def find(self, words: Sequence[Word]) -> list[Mention]:
        """The mentions in one sentence, in order."""
        return self.within([w.norm for w in words])

    def within(self, norms: Sequence[str]) -> list[Mention]:
        """The mentions among these words, in order; at each place the longest phrase wins and uses up its words.

        One phrase may stand for several concepts; then all of them are mentioned there.
        """
        found: list[Mention] = []
        begins, counts = self._root.children, self._counts
        if not counts and begins.keys().isdisjoint(norms):
            return found
        free = 0
        for at, (norm, behind) in enumerate(zip(norms, (*norms[1:], _END), strict=True)):
            node, last = begins.get(norm), at
            if node is None:
                if not (counts and norm[0].isdigit()):
                    continue
                # A number without a spelling of its own leads where any number does.
                node = begins[_NUMBER]
            # Most words that begin a phrase are not followed by the next word of one.
            if behind in node.children or (behind[0].isdigit() and _NUMBER in node.children):
                node, last = _longest(node, norms, at)
            if at < free or not node.concepts:
                continue
            for concept, phrase in node.concepts:
                found.append(Mention(concept, phrase, at, last))
            free = last + 1
        return found


def _longest(node: _Node, norms: Sequence[str], at: int) -> tuple[_Node, int]:
    """The end of the longest phrase that begins at `at`, where `node` is, and the place of its last word."""
    best, best_last = node, at
    for step in range(at + 1, len(norms)):
        norm = norms[step]
        following = node.children.get(norm)
        if following is None and norm[0].isdigit():
            following = node.children.get(_NUMBER)
        if following is None:
            break
        node = following
        if node.concepts:
            best, best_last = node, step
    return best, best_last
