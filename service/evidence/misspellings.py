"""Words that are one slip away from a word that matters: `walkng`, `claudicaton`, `releived`. In: the words to be
recognised, and words that are to be left alone. Out: each misspelling with the word it stands for. One letter left out,
doubled, put in, replaced, or exchanged with its neighbour; never the first letter, which is rarely mistyped and sets
most real words apart (talking, walking)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import ascii_lowercase


def misspellings_of(corrected: Iterable[str], untouched: frozenset[str]) -> dict[str, str]:
    """The misspellings of `corrected` words and what they stand for.

    What is itself one of `untouched`, or one slip away from two words, stands for nothing.
    """
    found: dict[str, str] = {}
    unclear: set[str] = set()
    words = dict.fromkeys(corrected)
    for word in words:
        for slip in set(_slips(word)) - untouched - words.keys():
            if found.setdefault(slip, word) != word:
                unclear.add(slip)
    return {slip: word for slip, word in found.items() if slip not in unclear}


def _slips(word: str) -> Iterator[str]:
    for at in range(1, len(word)):
        before, behind = word[:at], word[at:]
        yield before + behind[1:]
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]
        for letter in ascii_lowercase:
            yield before + letter + behind
            yield before + letter + behind[1:]
    for letter in ascii_lowercase:
        yield word + letter
