"""Statements of the record as a card quotes them. In: findings, the letters wanted, and with which
status. Out: lines such as "eased on sitting: “fine once I sit” (20 Oct 2026, clinical note)", newest
first, each quotation once with everything it says, at most three for each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from service.cards.content import Words
from service.cards.escape import escape, excerpt
from service.evidence.model import Evidence, Findings, Found, Mark, Status

QUOTES_EACH: Final = 3
# Beyond this many lines only a finding without any other quotation gets one more.
LINES: Final = 8
# Other causes that a card names; the rest is counted.
ALTERNATIVES: Final = 2
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class _Said:
    place: int
    atom: str
    piece: Evidence
    words: str


# A finding's letter, and what the record has to say of it.
Wanted = tuple[str, Status]


def statements(findings: Findings, wanted: Iterable[Wanted], words: Words) -> list[str]:
    """Lines for what the record says; red flags come first, then the newest, then the order of `wanted`."""
    by_quote: dict[tuple[str, str, str], list[_Said]] = {}
    more: set[tuple[str, str, str]] = set()
    for rank, said in _ranked(findings, wanted, words):
        quote = _quote(said.piece)
        if quote in by_quote or rank == 0 or (rank < QUOTES_EACH and len(by_quote) < LINES):
            by_quote.setdefault(quote, []).append(said)
        else:
            more.add(quote)
    quoted = sorted(
        by_quote.values(),
        key=lambda said: (
            not _is_red_flag(said, words),
            newest_first(said[0].piece)[0],
            min(s.place for s in said),
            newest_first(said[0].piece),
        ),
    )
    lines = [_line(said, words) for said in quoted]
    unseen = len(more - by_quote.keys())
    if unseen:
        lines.append(f"{unseen} more {'statement is' if unseen == 1 else 'statements are'} not shown here.")
    return lines


def _ranked(findings: Findings, wanted: Iterable[Wanted], words: Words) -> list[tuple[int, _Said]]:
    """Every finding's newest statement, then every finding's second, and so on: none crowds out another."""
    ranked = [
        (rank, _Said(place, atom, piece, _says(found_in(findings, atom), piece, status, words)))
        for place, (atom, status) in enumerate(dict.fromkeys(wanted))
        for rank, piece in enumerate(newest(found_in(findings, atom), status))
    ]
    return sorted(ranked, key=lambda each: (each[0], each[1].place))


def quoted(findings: Findings, atoms: Iterable[str], words: Words) -> str:
    """The newest statement that says each finding is present, as `“...” (date, place)`; empty where none does."""
    pieces = (next(iter(newest(found_in(findings, atom), "present")), None) for atom in atoms)
    return "; ".join(dict.fromkeys(_cited(piece, piece.marks, words) for piece in pieces if piece is not None))


def alternatives(findings: Findings, atoms: Iterable[str], words: Words) -> list[str]:
    """One line for other causes of leg symptoms that the record documents; empty where it documents none."""
    present = [atom for atom in atoms if found_in(findings, atom).present]
    if not present:
        return []
    named = [f"{words.findings[atom].found}: {quoted(findings, [atom], words)}" for atom in present[:ALTERNATIVES]]
    left = len(present) - len(named)
    more = [f"and {left} more"] if left else []
    return [f"Also documented, and able to cause leg symptoms: {'; '.join((*named, *more))}."]


def found_in(findings: Findings, atom: str) -> Found:
    """The finding `atom`; not documented where no definition of it is in force."""
    return findings.by_atom.get(atom) or Found(atom, atom, "not-documented")


def newest(found: Found, status: Status) -> tuple[Evidence, ...]:
    """The pieces of evidence with `status`, the newest first."""
    return tuple(sorted(_pieces(found, status), key=newest_first))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pieces(found: Found, status: Status) -> Iterator[Evidence]:
    """A doubt is worth a line only where it is all there is, except for red flags; a denial always is."""
    if status == "possible" and found.status != "possible" and found.atom != "R":
        return
    if status == "present" and not found.present:
        return
    yield from (e for e in found.evidence if e.status == status)


def _quote(piece: Evidence) -> tuple[str, str, str]:
    return piece.ref, piece.path, piece.quote


def newest_first(piece: Evidence) -> tuple[int, str, str, str, str]:
    """A sorting key: the newest first, the undated last, and among equals always the same order."""
    return -(piece.when or date.min).toordinal(), piece.ref, piece.path, piece.quote, piece.kind


def _says(found: Found, piece: Evidence, status: Status, words: Words) -> str:
    if piece.kind in words.kinds:
        return f"{'no ' if status == 'absent' else ''}{words.kinds[piece.kind]}"
    named = words.findings[found.atom]
    return named.absent if status == "absent" else named.found


def _is_red_flag(said: Sequence[_Said], words: Words) -> bool:
    return any(s.piece.kind in words.kinds for s in said)


def _line(said: Sequence[_Said], words: Words) -> str:
    atoms = {s.atom for s in said}
    told = (s for s in said if atoms.isdisjoint(words.findings[s.atom].weaker_than))
    says = "; ".join(dict.fromkeys(s.words for s in told))
    first = said[0].piece
    marks = tuple(mark for s in said for mark in s.piece.marks)
    return f"{says}: {_cited(first, marks, words)}"


def _cited(piece: Evidence, marks: Iterable[Mark], words: Words) -> str:
    """The words of the record with date and place."""
    place = words.places.get(piece.ref.partition("/")[0], "record")
    return f"“{escape(excerpt(piece.quote, tuple(marks)))}” ({_day(piece.when)}, {place})"


def _day(when: date | None) -> str:
    return "undated" if when is None else f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
