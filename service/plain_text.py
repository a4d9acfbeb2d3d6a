"""Text for places that render nothing: a terminal, a line on a page. In: the markdown of a card, or any text. Out: the
words alone."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any, Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs"})


def plain(markdown: str) -> str:
    """A card's markdown with emphasis, backslash escapes and entities resolved."""
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", re.sub(r"(?<!\\)\*\*", "", markdown)))


def readable_json(value: Any) -> str:
    """JSON for people: letters of every language as they are, whatever is invisible or moves a cursor escaped."""
    written = json.dumps(value, indent=2, ensure_ascii=False)
    if written.isascii() and "\x7f" not in written:
        return written
    return "".join(c if c == "\n" or unicodedata.category(c) not in _UNSEEN else json.dumps(c)[1:-1] for c in written)


def inert(text: Any) -> str:
    """Any value as text without control or invisible characters: nothing in it moves a terminal's cursor."""
    return "".join(c if unicodedata.category(c) not in _UNSEEN else " " for c in str(text)).strip()
