"""Words from a chart made safe to stand on a card. In: any text. Out: one line in which no markdown,
HTML, link or invisible character can take effect, whether the card is rendered as GitHub Flavored
Markdown with or without raw HTML, as HTML, or shown as plain text, where it stays readable (CARD-3,
CARD-4)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from service.evidence.model import Mark

QUOTE_LENGTH: Final = 120

# ASCII punctuation that means something to some markdown dialect in the middle of a line, and takes a
# backslash escape. `<` and `&` become entities, since a renderer that takes HTML may know no backslashes.
_MARKS: Final = re.compile(r"([\\`*_\[\]{}~|$^#!])")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What stands for a link without any markup: a scheme, `www.`, an address with `@`, a name with a top-level
# domain. Some renderers look for these after escapes are resolved, so that nothing but a changed text
# prevents them.
_SCHEME: Final = re.compile(r":(?=/|\\)|(?<=[^\W\d_]):(?=[^\W\d_])")
_SLASHES: Final = re.compile(r"/(?=/)")
_WWW: Final = re.compile(r"(?<=www)\.(?=\S)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"\s*@\s*")
_DOMAIN: Final = re.compile(r"(?<=\w)([.\u3002\uff0e\uff61])(?=[^\W\d_][\w-])")
# What opens a heading, a list or a quotation at the start of a line.
_OPENING: Final = re.compile(r"(?:\d+(?=[.)])|(?=[-+=:>]))")
# Letters and marks that show nothing: joiners, fillers, variation selectors, the empty braille cell.
_BLANK: Final = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_MARKS_PER_LETTER: Final = 2
_SPACES: Final = re.compile(r"\s+")


def escape(text: str) -> str:
    """`text` on one line, with nothing in it that a renderer could act on."""
    plain = _visible(text)
    plain = _SLASHES.sub("/ ", _SCHEME.sub(": ", plain))
    plain = _ADDRESS.sub(" @ ", plain)
    plain = _SPACES.sub(" ", _WWW.sub(". ", _DOMAIN.sub(r"\1 ", plain))).strip()
    opening = _OPENING.match(plain)
    at = opening.end() if opening else None
    head, tail = ("", plain) if at is None else (plain[:at], plain[at:])
    marked = _MARKS.sub(r"\\\1", tail).replace("](", "]\\(")
    if at is not None and not marked.startswith(">"):
        marked = "\\" + marked
    return head + "".join(_ENTITIES.get(c, c) for c in marked)


def excerpt(quote: str, marks: Iterable[Mark] = (), limit: int = QUOTE_LENGTH) -> str:
    """At most `limit` characters of a quote, cut between words, with the marked words in it as far as
    they fit."""
    if len(quote) <= limit:
        return quote
    first = min((m.start for m in marks), default=0)
    last = max((m.end for m in marks), default=0)
    start = 0 if last < limit else min(first, len(quote) - limit)
    if start:
        space = quote.find(" ", start - 1)
        start = space + 1 if 0 <= space < start + 20 else start
    end = min(start + limit, len(quote))
    if end < len(quote):
        space = quote.rfind(" ", start, end)
        end = space if space > end - 20 else end
    return f"{'… ' if start else ''}{quote[start:end].strip()}{' …' if end < len(quote) else ''}"


def _visible(text: str) -> str:
    """Control characters and line ends become spaces; what is invisible, reverses the text or piles up
    on it is dropped."""
    shown: list[str] = []
    piled = 0
    for character in text:
        category = unicodedata.category(character)
        piled = piled + 1 if category in {"Mn", "Me"} else 0
        if category in {"Cc", "Zl", "Zp", "Zs"}:
            shown.append(" ")
        elif category in {"Co", "Cs", "Cn"}:
            shown.append("\ufffd")
        elif category != "Cf" and character not in _BLANK and piled <= _MARKS_PER_LETTER:
            shown.append(character)
    return "".join(shown)
