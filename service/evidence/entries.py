"""Entries of a note that bear a date of their own: `Prior visit 03/2018: ...`, a line of a log, a part copied from an
older note. In: the words of a line. Out: the last day its date can mean, and whether a line ends what an earlier
date governed. Evidence from such an entry is as old as the entry, whatever the date of the note it stands in."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Final

from service.evidence.words import Word

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *(("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june")),
            *(("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october")),
            *(("nov", "november"), ("dec", "december")),
        ),
        1,
    )
    for name in names
}
# A label that holds a date is this short: `Copied from clinic letter of 14 March 2019:`.
_LABEL_WORDS: Final = 8
_LABEL_ENDS: Final = frozenset({":", "]"})
_SEPARATORS: Final = frozenset({"/", "-", "."})
_BEFORE_YEAR: Final = frozenset({"from", "in", "of", "dated", "visit", "note", "letter", "clinic"})
# What opens the present again.
_PRESENT: Final = frozenset({"today", "now", "current", "currently", "presently", "interval", "update", "addendum"})


def entry_date(words: Sequence[Word], at: int) -> date | None:
    """The last day that the date of the entry beginning at `at` can mean; None where it bears none.

    The date stands at the very beginning of the line, or in the label that opens it.
    """
    line = _line(words, at)
    first = _date_at(line, 0)
    if first is not None:
        return first
    end = next((n for n, word in enumerate(line[:_LABEL_WORDS]) if word.norm in _LABEL_ENDS), None)
    if end is None:
        return None
    found = (_date_at(line[:end], n) for n in range(end) if _told(line[:end], n))
    return next((day for day in found if day is not None), None)


def _told(label: Sequence[Word], at: int) -> bool:
    """Whether a number alone can be a year there: `ABI 2015:`, `from 2017 consult:`, and not `walks 2000 paces:`."""
    alone = label[at].norm.isdecimal() and len(label[at].norm) == 4
    return not alone or at == len(label) - 1 or label[at - 1].norm in _BEFORE_YEAR


def labels(words: Sequence[Word], at: int) -> bool:
    """Whether the line beginning at `at` is opened by a label, which holds for the lines below it as well."""
    return any(word.norm in _LABEL_ENDS for word in _line(words, at)[:_LABEL_WORDS])


def reopens(words: Sequence[Word], at: int) -> bool:
    """Whether the line beginning at `at` speaks of the present again: `Today: ...`, `Interval history: ...`."""
    return at < len(words) and words[at].norm in _PRESENT


def _line(words: Sequence[Word], at: int) -> Sequence[Word]:
    """The beginning of the line: what an entry's label can be."""
    line: list[Word] = []
    for word in words[at : at + _LABEL_WORDS + 1]:
        if word.norm[0] == "\n":
            break
        line.append(word)
    return line


def _date_at(line: Sequence[Word], at: int) -> date | None:
    """A date beginning at word `at`: 2018, 03/2018, 14/3/18, 2018-03-14, 14 March 2018, March 2018."""
    norms = [word.norm for word in line[at : at + 5]]
    numbers = [int(norm) if norm.isdecimal() and len(norm) <= 4 else None for norm in norms]
    match numbers, norms:
        case [int(y), None, int(m), None, int()], [_, sep, _, sep2, _] if (
            sep == sep2 and sep in _SEPARATORS and _year(y)
        ):
            return _last_day(y, m)
        case [int(a), None, int(b), None, int(y)], [_, sep, _, sep2, _] if sep == sep2 and sep in _SEPARATORS:
            # Day and month may stand either way round; where both could be months, the later one is meant kindly.
            return _last_day(_full(y), max(n for n in (a, b) if 1 <= n <= 12)) if min(a, b) <= 12 else None
        case [int(m), None, int(y), *_], [_, sep, *_] if sep in _SEPARATORS and _year(y):
            return _last_day(y, m)
        case [int(), None, int(y), *_], [_, name, *_] if name in _MONTHS and _year(y):
            return _last_day(y, _MONTHS[name])
        case [None, int(y), *_], [name, *_] if name in _MONTHS and _year(y):
            return _last_day(y, _MONTHS[name])
        case [int(y), *_], _ if _year(y):
            return _last_day(y, 12)
    return None


def _parted(sign: str, other: str) -> bool:
    return sign == other and sign in _SEPARATORS


def _year(number: int) -> bool:
    return 1950 <= number <= 2100


def _full(number: int) -> int:
    return number if number > 99 else 2000 + number


def _last_day(year: int, month: int) -> date | None:
    if not (_year(year) and 1 <= month <= 12):
        return None
    return date(year, month, monthrange(year, month)[1])
