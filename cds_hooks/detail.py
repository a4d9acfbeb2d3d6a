"""The detail of a card in the form its reader can show. In: GitHub Flavored Markdown, of which paragraphs, bullet
lists, bold, backslash escapes and entities are understood, and lines to add. Out: the same words as Markdown, as plain
text or as HTML of four tags without attributes. Whatever else the Markdown holds is shown as it was typed."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

DetailFormat = Literal["gfm", "plain", "html"]

_BULLET = re.compile(r"\s*[-*+][ \t]+(?P<text>\S.*)")
_PART = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<stars>\*\*)"
    r"|(?P<text>[^\\&*]+|.)",
    re.DOTALL,
)
# Entities can spell what moves a cursor or turns the direction of reading; neither belongs on a card.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DIRECTION = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What a browser would take for the start of a tag, should a reader of plain text turn out to be one.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")

_MARKUP = re.compile(r"([\\`*_\[\]{}~|$^#!@])")
_OPENING = re.compile(r"(?P<number>\d+)?(?P<mark>(?(number)[.)]|[-+=:]))")
_LINKED = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Words in one weight; the text is what is read, without any markup."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, which has one line, or a bullet list with one line for each bullet."""

    lines: tuple[tuple[Span, ...], ...]
    bullets: bool = False


def added(title: str, lines: Iterable[str]) -> tuple[Block, ...]:
    """A bold title and a bullet for each of `lines`, all of it plain text in which no markup counts."""
    spans = tuple((Span(line),) for line in map(_one_line, lines) if line)
    return Block(((Span(_one_line(title), bold=True),),)), Block(spans, bullets=True)


def rendered(detail: str, more: tuple[Block, ...], to: DetailFormat) -> str:
    """`detail` with `more` below it, in the form `to`; Markdown itself stays as it was written (CARD-3)."""
    if to == "gfm":
        return "\n\n".join([*([detail] if detail else []), *map(_gfm_block, more)])
    blocks = (*read_blocks(detail), *more)
    return "".join(map(_html_block, blocks)) if to == "html" else "\n\n".join(map(_plain_block, blocks))


def read_blocks(detail: str) -> tuple[Block, ...]:
    """The paragraphs and bullet lists of `detail` in order; lists are flat, however they were indented."""
    blocks: list[Block] = []
    lines: list[str] = []
    bullets = False

    def close() -> None:
        if lines:
            blocks.append(Block(tuple(tuple(_spans(line)) for line in lines), bullets))
            lines.clear()

    for line in re.split(r"\r\n|\r|\n", detail):
        bullet = _BULLET.fullmatch(line)
        if not line.strip():
            close()
        elif bullet:
            if not bullets:
                close()
            bullets = True
            lines.append(bullet["text"])
        elif lines:
            # A line without a bullet goes on with the paragraph or the bullet above it.
            lines[-1] += f" {line.strip()}"
        else:
            bullets = False
            lines.append(line.strip())
    close()
    return tuple(blocks)


def _spans(line: str) -> Iterator[Span]:
    """Bold opens before a word and closes behind one, as in Markdown; stars without a partner are stars."""
    before: list[str] = []
    bold: list[str] | None = None
    for part in _PART.finditer(line):
        if part["stars"]:
            follows, precedes = line[part.end() : part.end() + 1], line[part.start() - 1 : part.start()]
            if bold is None and follows.strip():
                bold = []
                continue
            if bold and precedes.strip():
                yield from _spelled(before, bold=False)
                yield from _spelled(bold, bold=True)
                before, bold = [], None
                continue
        words = part["escaped"] or (html.unescape(part["entity"]) if part["entity"] else part[0])
        (before if bold is None else bold).append(words)
    yield from _spelled([*before, "**", *bold] if bold is not None else before, bold=False)


def _spelled(parts: list[str], *, bold: bool) -> Iterator[Span]:
    text = _clean("".join(parts))
    if text:
        yield Span(text, bold)


def _clean(text: str) -> str:
    return _DIRECTION.sub("", _CONTROL.sub(" ", text))


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())


def _html_block(block: Block) -> str:
    lines = ["".join(map(_html_span, line)) for line in block.lines]
    if block.bullets:
        return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    return f"<p>{''.join(lines)}</p>"


def _html_span(span: Span) -> str:
    text = html.escape(span.text)
    return f"<strong>{text}</strong>" if span.bold else text


def _plain_block(block: Block) -> str:
    lines = ["".join(span.text for span in line) for line in block.lines]
    return _TAG.sub("< ", "\n".join(f"- {line}" if block.bullets else line for line in lines))


def _gfm_block(block: Block) -> str:
    lines = ["".join(map(_gfm_span, line)) for line in block.lines]
    return "\n".join(f"- {line}" if block.bullets else line for line in lines)


def _gfm_span(span: Span) -> str:
    """Plain text as Markdown in which nothing of it takes effect, links without markup included."""
    opening = _OPENING.match(span.text)
    start = (opening["number"] or "") if opening else ""
    rest = _MARKUP.sub(r"\\\1", span.text[len(start) :])
    rest = _LINKED.sub(lambda found: f"\\{found[0]}", f"\\{rest}" if opening else rest)
    text = start + html.escape(rest, quote=False)
    return f"**{text}**" if span.bold else text
