"""Statements of the record as a card quotes them. In: findings, the letters wanted, and with which
status. Out: lines such as "Eased on sitting: “fine once I sit” (20 Oct 2026, clinical note)", newest
first, each quotation once with everything it says, at most three for each finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from service.cards.content import Words
from service.cards.escape import escape, excerpt
from service.evidence.model import Evidence, Findings, Found, Status

QUOTES_EACH: Final = 3
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def statements(findings: Findings, atoms: Sequence[str], status: Status, words: Words) -> list[str]:
    """Lines for what the record says of `atoms` with `status`; red flags come first, then the newest."""
    by_quote: dict[tuple[str, str, str], list[tuple[str, Evidence]]] = {}
    left_out: set[tuple[str, str, str]] = set()
    for atom in dict.fromkeys(atoms):
        found = findings.by_atom.get(atom)
        if found is None:
            continue
        pieces = sorted(_pieces(found, status), key=_newest)
        for piece in pieces[:QUOTES_EACH]:
            by_quote.setdefault(_place(piece), []).append((_says(found, piece, status, words), piece))
        left_out.update(_place(piece) for piece in pieces[QUOTES_EACH:])
    quoted = sorted(by_quote.values(), key=lambda said: (not _is_red_flag(said, words), *_newest(said[0][1])))
    lines = [_line(said, words) for said in quoted]
    more = len(left_out - by_quote.keys())
    if more:
        lines.append(f"{more} more {'statement is' if more == 1 else 'statements are'} not shown here.")
    return lines


def newest(found: Found, status: Status) -> tuple[Evidence, ...]:
    """The pieces of evidence with `status`, the newest first."""
    return tuple(sorted(_pieces(found, status), key=_newest))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pieces(found: Found, status: Status) -> Iterator[Evidence]:
    """A doubt is worth a line only where it is all there is, except for red flags; a denial always is."""
    if status == "possible" and found.status != "possible" and found.atom != "R":
        return
    if status == "present" and not found.present:
        return
    yield from (e for e in found.evidence if e.status == status)


def _place(piece: Evidence) -> tuple[str, str, str]:
    return piece.ref, piece.path, piece.quote


def _newest(piece: Evidence) -> tuple[int, str, str, str, str]:
    return -(piece.when or date.min).toordinal(), piece.ref, piece.path, piece.quote, piece.kind


def _says(found: Found, piece: Evidence, status: Status, words: Words) -> str:
    if piece.kind in words.kinds:
        return f"{'no ' if status == 'absent' else ''}{words.kinds[piece.kind]}"
    named = words.findings[found.atom]
    return named.absent if status == "absent" else named.found


def _is_red_flag(said: Sequence[tuple[str, Evidence]], words: Words) -> bool:
    return any(piece.kind in words.kinds for _, piece in said)


def _line(said: Sequence[tuple[str, Evidence]], words: Words) -> str:
    pieces = [piece for _, piece in said]
    says = "; ".join(dict.fromkeys(text for text, _ in said))
    first = pieces[0]
    marks = tuple(mark for piece in pieces for mark in piece.marks)
    quote = escape(excerpt(first.quote, marks))
    place = words.places.get(first.ref.partition("/")[0], "record")
    return f"{capital(says)}: “{quote}” ({_day(first.when)}, {place})"


def _day(when: date | None) -> str:
    return "undated" if when is None else f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
