"""Cards for people at a terminal. In: a CDS Hooks response as JSON, from our own service or any other. Out: text as a
clinician would read it, in colour where the terminal has it, with nothing in it that a terminal would obey."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final, TextIO

from service.plain_text import inert, plain

_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLOURS: Final[Mapping[str, str]] = {"critical": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"}
_WIDTH: Final = 100
_HEADING: Final = re.compile(r"\*\*(?P<title>[^*]+)\*\*")


def wants_colour(stream: TextIO | None, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to send colours: to a terminal that can, unless NO_COLOR says otherwise (https://no-color.org)."""
    return (
        stream is not None and stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    )


def show_cards(response: Mapping[str, Any], *, colour: bool = False, width: int | None = None) -> str:
    """All cards of a response, or the sentence that there is nothing to say."""
    columns = width or min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDTH)
    cards = [card for card in response.get("cards", ()) if isinstance(card, Mapping)]
    if not cards:
        return "No card: the required data were read, and there is nothing to say.\n"
    lines = [line for card in cards for line in (*_card(card, _Pen(colour, max(columns, 40))), "")]
    return "\n".join(lines)


class _Pen:
    """Writes wrapped lines, with or without colour."""

    def __init__(self, colour: bool, width: int) -> None:
        self.colour = colour
        self.width = width

    def style(self, code: str, text: str) -> str:
        return f"{code}{text}{_END}" if self.colour and code else text

    def wrap(self, text: str, *, first: str = "  ", rest: str = "  ", style: str = "") -> Iterator[str]:
        for line in textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ):
            yield self.style(style, line)


def _card(card: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    indicator = str(card.get("indicator", "info"))
    source = card.get("source") or {}
    topic = (source.get("topic") or {}).get("code", "")
    tag = pen.style(_COLOURS.get(indicator, ""), f"[{inert(indicator).upper()}]")
    by = " / ".join(inert(part) for part in (source.get("label", ""), topic) if part)
    yield f"{tag} {pen.style(_DIM, by)}"
    yield from pen.wrap(inert(card.get("summary", "")), style=_BOLD)
    yield from _detail(str(card.get("detail", "")), pen)
    yield from _suggestions(card, pen)
    if reasons := [inert(reason.get("display", reason.get("code", ""))) for reason in card.get("overrideReasons", ())]:
        yield from pen.wrap("Not now, because: " + " / ".join(reasons), style=_DIM)
    for link in card.get("links", ()):
        yield f"  {inert(link.get('label', 'Link'))}: {inert(link.get('url', ''))}"


def _detail(markdown: str, pen: _Pen) -> Iterator[str]:
    for written in markdown.splitlines():
        heading = _HEADING.fullmatch(written.strip())
        if heading:
            yield ""
            yield from pen.wrap(inert(plain(heading["title"])), style=_BOLD)
        elif written.startswith("- "):
            yield from pen.wrap(inert(plain(written[2:])), first="  - ", rest="    ")
        elif written.strip():
            yield ""
            yield from pen.wrap(inert(plain(written)), style=_DIM)


def _suggestions(card: Mapping[str, Any], pen: _Pen) -> Iterator[str]:
    suggestions = card.get("suggestions", ())
    if suggestions:
        yield ""
        yield from pen.wrap("To choose from (nothing is preselected)", style=_BOLD)
    for suggestion in suggestions:
        codes = [_code(action.get("resource") or {}) for action in suggestion.get("actions", ())]
        named = ", ".join(code for code in codes if code)
        label = inert(suggestion.get("label", ""))
        yield from pen.wrap(f"{label} ({named})" if named else label, first="  [ ] ", rest="      ")


def _code(resource: Mapping[str, Any]) -> str:
    """What an offered resource orders: `ServiceRequest 30679-5`."""
    codings: list[dict[str, Any]] = (resource.get("code") or {}).get("coding") or []
    return inert(" ".join([str(resource.get("resourceType", "")), *(str(c.get("code", "")) for c in codings[:1])]))
