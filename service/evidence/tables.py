"""Tables whose columns answer: a heading line of yes and no, and below it lines with a mark in one of the columns. In:
the words of a text. Out: the same words with each mark turned into the answer it stands for, `Goes off on sitting | |
X` into `goes off on sitting | no`, and lines without a mark left out: nobody answered them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import takewhile
from operator import attrgetter
from typing import Final

from msgspec import Struct

from service.evidence.words import Word

_MARKS: Final = frozenset({"x", "*", "yes", "v"})
_BAR: Final = "|"
_offset: Final = attrgetter("offset")


class _Column(Struct, frozen=True):
    """The heading of a column: its word, and how far into the line it stands."""

    norm: str
    offset: int


def with_answers(words: Sequence[Word], answers: frozenset[str]) -> list[Word]:
    """The words with the marks of every table read; `answers` are the words that a column may be headed by."""
    if sum(word.norm in answers for word in words) < 2:
        return list(words)
    read: list[Word] = []
    columns: tuple[_Column, ...] = ()
    for line in _lines(words):
        headed = _columns(line, answers)
        if headed:
            columns = headed
            read += line[-1:] if line[-1].norm[0] == "\n" else ()
        else:
            read += _answered(line, columns) if columns else line
        if line[-1].norm == "\n\n":
            columns = ()  # a blank line ends the table
    return read


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Line by line, each with the break that ends it."""
    line: list[Word] = []
    for word in words:
        line.append(word)
        if word.norm[0] == "\n":
            yield line
            line = []
    if line:
        yield line


def _columns(line: Sequence[Word], answers: frozenset[str]) -> tuple[_Column, ...]:
    """The answering columns that a line heads: its last words, two or more, are answers and nothing else."""
    told = [word for word in line if word.norm[0].isalnum()]
    answering = sum(1 for _ in takewhile(lambda word: word.norm in answers, reversed(told)))
    headed = told[len(told) - answering :]
    signs = {word.norm for word in line if not word.norm[0].isalnum() and word.norm[0] != "\n"}
    if len(headed) < 2 or not signs <= {_BAR}:
        return ()
    start = line[0].start
    return tuple(_Column(word.norm, word.start - start) for word in headed)


def _answered(line: Sequence[Word], columns: Sequence[_Column]) -> list[Word]:
    """A line of the table with its answer, nothing of it where no column or none alone is marked."""
    broken = [word for word in line if word.norm[0] == "\n"]
    told = [word for word in line if word.norm[0] != "\n"]
    marks = [word for word in told if word.norm in _MARKS and word.end - word.start == 1]
    if not marks or not told[0].norm[0].isalnum():
        return broken
    mark = marks[-1]
    label = [word for word in told if word.end <= mark.start and word.norm != _BAR]
    bars = [word for word in told if word.norm == _BAR and word.start < mark.start]
    if bars:
        at = len(bars) - 1
        answer = columns[at].norm if at < len(columns) else ""
    else:
        offset = mark.start - told[0].start
        # The nearest column, the first of two that are as near.
        at = bisect_left(columns, offset, key=_offset)
        answer = min(columns[max(0, at - 1) : at + 1], key=lambda column: abs(column.offset - offset)).norm
    if not answer:
        return broken
    return [*label, Word(_BAR, mark.start, mark.start), Word(answer, mark.start, mark.end), *broken]
