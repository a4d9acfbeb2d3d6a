"""Plain text from what records really hold: control characters, escaped line ends, markup. In: a string. Out:
a string that is safe to quote and whose lines and words stand where a reader would see them."""

from __future__ import annotations

import html
import re
from typing import Final

# No note is longer in practice; a text beyond it is read as far as this and the rest is a gap.
MAX_CHARACTERS: Final = 1_000_000

# Anything that a plain printable string does not need: controls, soft hyphens, odd spaces, zero-width and
# direction marks, lone surrogates, and the two ways in which line ends arrive escaped.
_ODD: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f]"
    r"|\\r\\n|\\n|\\\.br\\"
)
_LINE_ENDS: Final = frozenset("\r\x0b\x0c\x85\u2028\u2029")
# Invisible inside a word: they are taken out, since a space would split the word. The last are tag characters, which
# spell words that nobody sees.
_INVISIBLE: Final = frozenset("\xad\u180e\u200c\u200d\u2060\ufeff\ufff9\ufffa\ufffb") | frozenset(
    map(chr, range(0xE0000, 0xE0080))
)


def clean(text: str) -> str:
    """`text` without characters that could hide, reorder or split words; length is kept where it can be.

    Direction marks, NUL and other controls become spaces, odd line ends `\\n`, lone surrogates U+FFFD.
    """
    if (text.isascii() and text.isprintable() and "\\" not in text) or not _ODD.search(text):
        return text
    text = text.replace("\r\n", "\n")
    # A literal backslash and n is a line end only where no real one stands: otherwise it may be part of a
    # file path.
    escaped = "\n" not in text
    return _ODD.sub(lambda match: _plain(match.group(), escaped), text)


def _plain(odd: str, escaped: bool) -> str:
    if odd[0] == "\\":
        # `\.br\` is the line end of HL7 v2 messages, wherever it survived; it never means anything else.
        if odd == "\\.br\\" or escaped:
            return " " * (len(odd) - 1) + "\n"
        return odd
    if odd in _LINE_ENDS:
        return "\n"
    if odd in _INVISIBLE:
        return ""
    return "\ufffd" if "\ud800" <= odd <= "\udfff" else " "


# A tag opens with a letter: `ABI < 0.9` written without escaping stays text. `[^<>]` keeps the search linear
# whatever comes; the standard library's parser needs time with the square of the length for `<a <a <a`, and
# raises AssertionError for `<![<`.
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>|<[!?][^<>]*>")
_SPACES: Final = re.compile(r"[ \t\r\n\f]+")
# fmt: off
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "div", "dl", "dt",
    "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr",
    "html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "title",
    "tr", "ul",
})
# fmt: on
_CELLS: Final = frozenset({"td", "th"})
# Not part of what a reader takes as said: code, styling, and words that somebody struck out.
_UNREAD: Final = frozenset({"script", "style", "template", "del", "s", "strike"})


def markup_to_text(markup: str) -> str:
    """The words of an HTML or XHTML document, one line per block, without comments, scripts, struck-out
    words."""
    markup = _without_comments(markup).replace("<![CDATA[", "").replace("]]>", "")
    tags = list(_TAG.finditer(markup))
    # An element that is never closed hides nothing: better a stray word of script than half a note unread.
    last_close = {tag[2].lower(): i for i, tag in enumerate(tags) if tag[1]}
    pieces: list[str] = []
    hidden = ""
    depth = preformatted = at = 0

    def take(end: int) -> None:
        text = html.unescape(markup[at:end])
        pieces.append(text if preformatted else _SPACES.sub(" ", text))

    for i, tag in enumerate(tags):
        closing, name = bool(tag[1]), (tag[2] or "").lower()
        if hidden:
            if name == hidden:
                depth += -1 if closing else 1
                if depth == 0:
                    hidden, at = "", tag.end()
            # Nested openings can outnumber the closings; the last closing ends it all the same.
            if hidden and i == last_close[hidden]:
                hidden, at = "", tag.end()
            continue
        take(tag.start())
        at = tag.end()
        if name in _UNREAD and not closing and last_close.get(name, -1) > i:
            hidden, depth = name, 1
        elif name in _BLOCKS:
            pieces.append("\n")
            if name == "pre":
                preformatted = max(0, preformatted + (-1 if closing else 1))
        elif name in _CELLS and not closing:
            pieces.append("\t")
    take(len(markup))
    lines = (line.strip() for line in "".join(pieces).splitlines())
    return "\n".join(line for line in lines if line)


def _without_comments(markup: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := markup.find("<!--", at)) >= 0:
        kept.append(markup[at:start])
        end = markup.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        at = end + 3
    kept.append(markup[at:])
    return "".join(kept)
