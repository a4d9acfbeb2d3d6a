"""Text to words: the smallest units that reading works on. In: a piece of chart text. Out: words with their
place in the text and a normal form (lower case, without possessive and typographic variants). Every word
keeps its place, so that a quote can always be cut out of the original."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

# Clinicians write `b/l`, `w/o`, `s/p`: one word each. A slash elsewhere separates words.
_SLASHED = r"(?:b/l|w/o|w/|c/o|h/o|s/p|r/o|y/o|d/t|n/t|f/u)(?![^\W\d_])"
# What is tried first is what there is most of: a long note is nothing but letters and blanks.
_WORD = re.compile(
    rf"(?:(?=[BCDFHNRSWYbcdfhnrswy]/)(?i:{_SLASHED}))|[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)*"
    r"|(?P<break>\n\s*)|(?P<leader>\.{3,}|…)|(?<!\w)\.\d+|(?P<sign>\([-–−+]\)(?=\s*\w))|[^\w\s]|_"
)
_HYPHENS = frozenset("-‐‑–")
# Ticks and crosses answer what they stand at.
_TICKS = {"✓": True, "✔": True, "✗": False, "✘": False, "❌": False, "✅": True}
# What stands before an age: `44M with leg pain`, `This is a 44M`. Elsewhere a capital M can be metres.
_BEFORE_AGE = frozenset({".", "\n", "\n\n", "a", "an", "this"})
_AGE_DIGITS = 3
_TYPOGRAPHY = str.maketrans({"’": "'", "–": "-", "—": "-", "−": "-", "“": '"', "”": '"', "≤": "<", "≥": ">"})


class Word(Struct, frozen=True, gc=False):
    """One word, number or sign; `norm` is what phrases are compared with, `start` and `end` count characters.

    A line break is a word whose norm is `\\n` (or `\\n\\n` for a blank line).
    """

    norm: str
    start: int
    end: int


def words_of(text: str, spelling: Mapping[str, str] | None = None) -> list[Word]:
    """The words of `text` in order; `spelling` maps known variants and misspellings to the lexicon's form."""
    spelled = spelling or {}
    words: list[Word] = []
    for match in _WORD.finditer(text):
        raw = match[0]
        start, end = match.span()
        if not raw.isalpha():
            kind = match.lastgroup
            if kind == "break":
                words.append(Word("\n\n" if raw.count("\n") > 1 else "\n", start, end))
                continue
            if raw in _HYPHENS and text[start - 1 : start].isalpha() and text[end : end + 1].isalpha():
                continue  # pain-free, wide-based: written either way, read one way
            if kind == "leader":
                words.append(Word(":", start, end))  # `Numbness.......No`: what dots lead to is the answer
                continue
            if kind == "sign" or raw in _TICKS:
                words.append(Word("yes" if raw == "(+)" or _TICKS.get(raw) else "no", start, end))
                continue
        elif raw == "M" and _is_sex(words, start):
            words.append(Word("male", start, end))
            continue
        norm = raw.lower() if raw.isascii() else raw.lower().translate(_TYPOGRAPHY)
        known = spelled.get(norm)
        if known is None and norm.endswith("'s"):
            norm = norm[:-2]
            known = spelled.get(norm)
        if known is None:
            words.append(Word(norm, start, end))
        else:
            words.extend(Word(part, start, end) for part in known.split())
    return words


def _is_sex(before: Sequence[Word], start: int) -> bool:
    """Whether a capital M at `start` ends `44M`, a man of 44 years, and not a distance of 44 metres."""
    if not before or not before[-1].norm.isdecimal():
        return False
    # Python refuses to read a number of thousands of digits.
    if len(before[-1].norm) > _AGE_DIGITS or not 0 < int(before[-1].norm) <= 120:
        return False
    if len(before) == 1 or before[-2].norm in _BEFORE_AGE:
        return True
    return before[-2].norm == ":" and before[-1].end == start
