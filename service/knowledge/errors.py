"""What an author is told when a knowledge file cannot be used. In: what is wrong, where, and what to do. Out: one
exception that carries every refusal of a run, so that an author mends all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple


class Refusal(NamedTuple):
    """One thing that is wrong: in which file of the folder, under which key, what it is, what to do about it.

    `line` is the line of the file, counted from 1, or 0 where it is not known.
    """

    file: str
    key: str
    problem: str
    remedy: str
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.problem}; {self.remedy}"


class KnowledgeError(Exception):
    """A knowledge folder that cannot be used, and why: at least one refusal; as text, one line each."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("\n".join(map(str, refusals)))
        self.refusals = tuple(refusals)

    def lines(self) -> Iterator[str]:
        """The refusals for people, in three lines each: where, what, what to do."""
        for refusal in self.refusals:
            yield f"{refusal.file}{f', line {refusal.line}' if refusal.line else ''}: {refusal.key}"
            yield f"    {refusal.problem}"
            yield f"    -> {refusal.remedy}"
        count = len(self.refusals)
        yield f"{count} problem{'' if count == 1 else 's'}; nothing was checked beyond"


@contextmanager
def gathered(refusals: list[Refusal]) -> Iterator[None]:
    """Goes on where a `KnowledgeError` is raised inside, with its refusals added to `refusals`."""
    try:
        yield
    except KnowledgeError as error:
        refusals += error.refusals
