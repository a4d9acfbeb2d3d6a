"""Text for places that render nothing: a terminal, a line on a page. In: the markdown of a card, or any text. Out: the
words alone."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any


def plain(markdown: str) -> str:
    """A card's markdown with emphasis, backslash escapes and entities resolved."""
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", re.sub(r"(?<!\\)\*\*", "", markdown)))


def inert(text: Any) -> str:
    """Any value as text without control or invisible characters: nothing in it moves a terminal's cursor."""
    return "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"} else " " for c in str(text)).strip()
