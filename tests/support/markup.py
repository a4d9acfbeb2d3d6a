"""Whether text from a chart takes effect on a card. In: the words of a card. Out: what a reader of GitHub Flavored
Markdown, of HTML or of plain text could act on, one complaint each; none for a card as it should be."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
OUR_ENTITIES = re.compile(r"&(?:amp|lt|gt);")
# A card of ours holds bold titles and flat bullet lists, and no other markup.
OUR_MARKUP = re.compile(r"\*\*")
LINKED = (
    ("a scheme", re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/|(?:javascript|data|vbscript|mailto|file):\S", re.IGNORECASE)),
    ("two slashes", re.compile(r"//")),
    ("www.", re.compile(r"www\.\S", re.IGNORECASE)),
    ("an address", re.compile(r"\w@\w")),
)


def unsafe_markdown(text: str) -> Iterator[str]:
    """What is wrong with the detail of a card."""
    yield from unsafe_text(text.replace("\n", " "))
    bare = OUR_ENTITIES.sub("", ESCAPED.sub("", text))
    if text.count("**") % 2:
        yield "bold is opened and not closed"
    for sign in sorted(set(OUR_MARKUP.sub("", bare)) & set("\\`*_[]{}~|#!$^<>&")):
        yield f"{sign!r} stands bare"
    for line in bare.split("\n"):
        if re.match(r"\s*(?:[-+*]\s+)?(?:[+=:>]|\d+[.)]\s|-{2,}|\t| {4})", line):
            yield f"a line opens a block: {line[:40]!r}"
    # Some renderers look for links after escapes are resolved.
    resolved = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    for name, pattern in LINKED:
        if pattern.search(resolved):
            yield f"{name} would be linked: {pattern.search(resolved)!r}"


def unsafe_text(text: str) -> Iterator[str]:
    """What is wrong with one line of text, wherever it is shown."""
    for character in sorted(set(text)):
        category = unicodedata.category(character)
        if category in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
            yield f"U+{ord(character):04X} ({category}) is in it"


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string inside a JSON value, member names included, with its path."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield f"{path}.{name} (name)", name
            yield from strings(member, f"{path}.{name}")
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from strings(element, f"{path}[{index}]")
    elif isinstance(value, str):
        yield path, value
