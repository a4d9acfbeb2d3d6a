"""Numbers said of a measurement in a sentence: which numbers are its results, of which side, taken when and how. In:
a sentence that was read, and what a definition says of the measurement's names and phases. Out: `Numeral`s; a limit
that is only mentioned, a range of normal values, another unit or another measurement's number is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from service.evidence.definition import Measured
from service.evidence.narrative import ReadSentence, Said
from service.evidence.words import Word

# No two parts of it match the same digits, or a number of a hundred thousand of them would be tried at each.
NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LEFT = frozenset({"left", "lt", "l", "lle"})
_RIGHT = frozenset({"right", "rt", "r", "rle"})
_BOTH = frozenset({"bilaterally", "bilateral", "bilat", "both", "b/l"})
# What may stand between a number and the side or the phase behind it: `0.7 on the left`.
_LINKING = frozenset({"on", "in", "at", "the", "for", "(", "foot", "leg", "side"})
_THRESHOLDS = frozenset({"<", ">", "below", "under", "than", "above", "least", "most"})
_LOWER = frozenset({"lower", "less", "below", "under", "higher", "above"})
_UNITS = frozenset(
    {"%", "cm", "mm", "mmhg", "mile", "miles", "mi", "km", "metres", "meters", "m", "kg", "mg", "g", "ml", "hours"}
)
# And between a number and its phase: `0.71 after 5 minutes of exercise`.
_TIMING = frozenset({"after", "following", "with", "of", "min", "minute", "minutes", ")", *_BOTH, *_LINKING})
_RANGE = frozenset({"-", "–", "to"})
_STOPS = frozenset({",", ";", ".", "and", "&"})
# How many words behind the name of a measurement its number may stand, where two numbers may be one range, and how far
# behind its number a side or a year may stand.
_FAR = 14
_DIRECT = 2
_SIDE_NEAR = 6
_YEAR_NEAR = 3


class Numeral(Struct, frozen=True):
    """A number said of a measurement; `more` where the record gives it with a `>` before it."""

    value: float
    norm: str
    said: Said
    side: str
    phase: Said | None
    more: bool
    # The last day of the year that stands beside the number, where one does.
    until: date | None


def numerals(measured: Measured, sentence: ReadSentence, *, carried: bool) -> Iterator[Numeral]:
    """The numbers of `sentence` that are results of the measurement, in their order.

    `carried` says that the sentence before named it: `Post exercise 0.71.` then speaks of it too.
    """
    words = sentence.sentence.words
    phases = [s for s in sentence.said if s.mention.id in measured.phases]
    targets = names_of(measured, sentence)
    if not targets and carried:
        targets = phases
    ends = [s.mention.first for s in sentence.said if s.mention.id in measured.others]
    ends += [said.mention.first for said in targets]
    ranges = [at for at in range(1, len(words) - 1) if _is_range(words, at)]
    for said in targets:
        if said.judgement.assertion in {"hypothetical", "other-person"}:
            continue
        after = said.mention.last + 1
        end = min([after + _FAR, len(words), *(e for e in ends if e >= after)])
        first = True
        for at in range(after, end):
            norm = words[at].norm.replace(",", ".")
            if not NUMBER.fullmatch(norm) or ("." not in norm and norm not in {"0", "1"}):
                continue
            in_range = not {at - 1, at + 1}.isdisjoint(ranges)
            direct = at - after <= _DIRECT or (at - 1 in ranges and at - 2 - after <= _DIRECT)
            more = first and not ranges and _is_more(words, at)
            stands = more or _stands_alone(words, at)
            if stands and not _is_denied(said, at) and (not in_range or (first and direct)):
                side = _side(words, said.mention.first, at, phases)
                until = _year(words, after, at)
                yield Numeral(float(norm), norm, said, side, _phase(words, phases, at), more, until)
            # The second number of a range belongs to the first: `0.6-0.7`, and to none where that is none.
            first = first and at + 1 in ranges


def names_of(measured: Measured, sentence: ReadSentence) -> list[Said]:
    """Where the sentence names the measurement."""
    return [s for s in sentence.said if s.mention.id == measured.target or s.mention.id in measured.also]


def _is_denied(said: Said, at: int) -> bool:
    """Whether the name is negated; by words behind the number (`1.06 with absent pulses`) it is not."""
    by = said.judgement.by
    return said.judgement.assertion == "negated" and (by is None or by.first < at)


def _is_number(word: Word) -> bool:
    return NUMBER.fullmatch(word.norm.replace(",", ".")) is not None


def _is_range(words: Sequence[Word], at: int) -> bool:
    """Whether two numbers stand around a hyphen: `1.00-1.40`; a fall `from 1.02 to 0.71` is none."""
    if words[at].norm not in _RANGE or not (_is_number(words[at - 1]) and _is_number(words[at + 1])):
        return False
    return words[at].norm != "to" or at < 2 or words[at - 2].norm != "from"


def _is_more(words: Sequence[Word], at: int) -> bool:
    before = [w.norm for w in words[max(0, at - 2) : at]]
    return before[-1:] == [">"] or before == [">", "="]


def _stands_alone(words: Sequence[Word], at: int) -> bool:
    """Not a threshold (`<= 0.90`, `below 0.9`, `0.90 or lower`), not a difference, and not another unit."""
    before = [w.norm for w in words[max(0, at - 2) : at]]
    after = [w.norm for w in words[at + 1 : at + 3]]
    if any(word in _THRESHOLDS for word in before) or before[-1:] == ["by"]:
        return False
    if after[:1] == ["or"] and after[1:] and after[1] in _LOWER:
        return False
    return not after or after[0] not in _UNITS


def _side(words: Sequence[Word], first: int, at: int, phases: Sequence[Said]) -> str:
    """The side a number is said of: the word right before it, else one right behind it (`0.84 (R)`, `0.7 on the
    left`), its phase passed over, else the nearest before it that no other number stands between."""
    timing = {step for phase in phases for step in range(phase.mention.first, phase.mention.last + 1)}
    adjacent = _named(words[at - 1].norm) if at else ""
    if adjacent:
        return adjacent
    for step in range(at + 1, min(at + 1 + _SIDE_NEAR, len(words))):
        norm = words[step].norm
        if _named(norm) or norm in _BOTH:
            return _named(norm) or "both"
        if norm not in _TIMING and step not in timing:
            break
    for step in range(at - 1, max(first - 3, -1), -1):
        if _named(words[step].norm) or NUMBER.fullmatch(words[step].norm):
            return _named(words[step].norm)
    return ""


def _named(norm: str) -> str:
    return "left" if norm in _LEFT else "right" if norm in _RIGHT else ""


def _phase(words: Sequence[Word], phases: Sequence[Said], at: int) -> Said | None:
    """When the number was taken, as the words nearest to it say: those right behind it (`0.71 after exercise`), else
    the last before it (`post exercise 0.71`) unless they belong to a number of their own."""
    before: Said | None = None
    for phase in phases:
        first = phase.mention.first
        if first > at:
            between = words[at + 1 : first]
            if all(_named(w.norm) or w.norm in _TIMING or w.norm.isdigit() for w in between):
                return phase
        elif not _behind_a_number(words, first, phase.mention.last):
            before = phase
    return before


def _behind_a_number(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether the phase from `first` to `last` is said of the number before it: `1.02 at rest, 0.71 ...`."""
    step = first - 1
    while step >= 0 and (_named(words[step].norm) or words[step].norm in _TIMING or words[step].norm.isdigit()):
        step -= 1
    if step < 0 or not _is_number(words[step]):
        return False
    # What follows at once is meant rather: `0.71 post exercise 0.68`.
    return last + 1 >= len(words) or not _is_number(words[last + 1])


def _year(words: Sequence[Word], first: int, at: int) -> date | None:
    """The end of the year named right behind the number or right before it, else before all numbers."""
    for step in range(at + 1, min(at + 1 + _YEAR_NEAR, len(words))):
        if words[step].norm in _STOPS:
            break
        if _YEAR.fullmatch(words[step].norm):
            return date(int(words[step].norm), 12, 31)
    for step in range(at - 1, first - 1, -1):
        if _YEAR.fullmatch(words[step].norm):
            direct = all(w.norm == ":" for w in words[step + 1 : at])
            alone = not any("." in w.norm and _is_number(w) for w in words[first:step])
            return date(int(words[step].norm), 12, 31) if direct or alone else None
    return None
