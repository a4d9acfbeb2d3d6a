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
    if phrase.count("(") != phrase.count(")") or re.search(r"\([^)]*\(", phrase):
        raise PhraseError(f"{phrase!r}: a bracket is not closed; write optional words as (over) or (of the leg/legs)")
    slots: list[list[tuple[str, ...]]] = []
    for part in _PART.findall(phrase):
        if part.startswith("("):
            inside = [_alternatives(phrase, word) for word in part[1:-1].split()]
            slots.append([*_sequences(inside), ()])
        else:
            slots.append(_alternatives(phrase, part))
    spelled = _sequences(slots)
    if not spelled or any(not words for words in spelled):
        raise PhraseError(f"{phrase!r}: a phrase needs at least one word that is not optional")
    yield from spelled


def _alternatives(phrase: str, word: str) -> list[tuple[str, ...]]:
    if word == _NUMBER:
        return [(_NUMBER,)]
    if _VERB in word:
        spelled = (forms(one[:-1]) if one.endswith(_VERB) else (one,) for one in word.split("/"))
        choices = [tuple(w.norm for w in words_of(form)) for form in itertools.chain.from_iterable(spelled)]
        if any(not choice or _VERB in choice for choice in choices):
            raise PhraseError(f"{phrase!r}: write ~ behind a verb in its base form, as in lean~")
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


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    concepts: list[tuple[ConceptDefinition, str]] = field(default_factory=list)

    def settle(self) -> None:
        """Let every number that is spelled out lead on to what any number leads to as well, its own phrases first."""
        any_number = self.children.get(_NUMBER)
        for norm, child in self.children.items():
            if any_number is not None and norm[0].isdigit():
                self.children[norm] = child.joined(any_number)
        for child in self.children.values():
            child.settle()

    def joined(self, other: _Node) -> _Node:
        """Both trees as one; where phrases of both end, those of this one count."""
        both = _Node({**self.children}, self.concepts or other.concepts)
        for norm, child in other.children.items():
            mine = both.children.get(norm)
            both.children[norm] = child if mine is None else mine.joined(child)
        return both


class Lexicon:
    """All concepts, ready to be found. Immutable once built."""

    __slots__ = ("_counts", "_root", "concepts")

    def __init__(self, concepts: Iterable[ConceptDefinition]) -> None:
        self.concepts: Mapping[str, ConceptDefinition] = {c.id: c for c in concepts}
        self._root = _Node()
        for concept in self.concepts.values():
            for phrase in concept.phrases:
                for words in spell_out(phrase):
                    node = self._root
                    for word in words:
                        node = node.children.setdefault(word, _Node())
                    if all(known.id != concept.id for known, _ in node.concepts):
                        node.concepts.append((concept, phrase))
        self._root.settle()
        # Whether a phrase begins with any number.
        self._counts = _NUMBER in self._root.children

    def find(self, words: Sequence[Word]) -> list[Mention]:
        """The mentions in one sentence, in order; at each place the longest phrase wins and uses up its words.

        One phrase may stand for several concepts; then all of them are mentioned there.
        """
        found: list[Mention] = []
        norms = [w.norm for w in words]
        begins = self._root.children
        if not self._counts and begins.keys().isdisjoint(norms):
            return found
        free = 0
        for at, norm in enumerate(norms):
            # Most words begin no phrase, and are passed by here.
            if at < free or not (norm in begins or (self._counts and norm[0].isdigit())):
                continue
            best, last = self._longest(norms, at)
            if best is not None:
                found += [Mention(concept, phrase, at, last) for concept, phrase in best.concepts]
                free = last + 1
        return found

    def _longest(self, norms: Sequence[str], at: int) -> tuple[_Node | None, int]:
        """The end of the longest phrase that begins at `at`, and the place of its last word."""
        best: _Node | None = None
        best_last, node = at, self._root
        for step in range(at, len(norms)):
            norm = norms[step]
            following = node.children.get(norm)
            if following is None and norm[0].isdigit():
                # A number without a spelling of its own leads where any number does.
                following = node.children.get(_NUMBER)
            if following is None:
                break
            node = following
            if node.concepts:
                best, best_last = node, step
        return best, best_last
