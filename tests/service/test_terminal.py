"""Cards at a terminal: what a clinician would read, in colour only where there is any."""

import io
from typing import Any

from service.terminal import show_cards, wants_colour

CARD: dict[str, Any] = {
    "summary": "Leg pain on walking that eases on leaning forward is documented",
    "indicator": "warning",
    "detail": "**What was found**\n\n- Quoted: leg pain &lt; 2 blocks, \\*both\\* legs\n\nSources: Katz 2022.",
    "source": {"label": "Cartsign", "topic": {"system": "urn:cartsign:card-topic", "code": "neurogenicClaudication"}},
    "suggestions": [
        {
            "label": "Refer to physical therapy",
            "actions": [{"resource": {"resourceType": "ServiceRequest", "code": {"coding": [{"code": "308447003"}]}}}],
        },
        {"label": "Nothing for now"},
    ],
    "overrideReasons": [{"code": "imagingDone", "display": "Imaging is done"}],
    "links": [{"label": "Evidence", "url": "http://127.0.0.1:8000/evidence/x", "type": "absolute"}],
}


def test_a_card_is_shown_whole() -> None:
    assert show_cards({"cards": [CARD]}, width=80) == (
        "[WARNING] Cartsign / neurogenicClaudication\n"
        "  Leg pain on walking that eases on leaning forward is documented\n"
        "\n"
        "  What was found\n"
        "  - Quoted: leg pain < 2 blocks, *both* legs\n"
        "\n"
        "  Sources: Katz 2022.\n"
        "\n"
        "  To choose from (nothing is preselected)\n"
        "  [ ] Refer to physical therapy (ServiceRequest 308447003)\n"
        "  [ ] Nothing for now\n"
        "  Not now, because: Imaging is done\n"
        "  Evidence: http://127.0.0.1:8000/evidence/x\n"
    )


def test_silence_is_said_in_words() -> None:
    assert "nothing to say" in show_cards({"cards": []})


def test_long_lines_are_wrapped_and_links_are_not() -> None:
    url = "https://cds.example.org/" + "x" * 100
    shown = show_cards(
        {"cards": [CARD | {"summary": "word " * 40, "links": [{"label": "Evidence", "url": url}]}]}, width=60
    )

    assert url in shown
    assert all(len(line) <= 60 for line in shown.splitlines() if url not in line)


def test_the_indicator_decides_the_colour() -> None:
    assert "\x1b[1;31m[CRITICAL]" in show_cards({"cards": [CARD | {"indicator": "critical"}]}, colour=True)
    assert "\x1b" not in show_cards({"cards": [CARD]}, colour=False)


def test_an_answer_cannot_drive_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\u202e"
    card = {
        "summary": hostile,
        "indicator": hostile,
        "detail": f"- {hostile}\n\n**{hostile}**\n\n{hostile}",
        "source": {"label": hostile},
        "suggestions": [{"label": hostile}],
        "links": [{"label": hostile, "url": hostile}],
    }

    assert not {"\x1b", "\x07", "\u202e"} & set(show_cards({"cards": [card]}))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_have_not_declined_it() -> None:
    assert wants_colour(Terminal(), {"TERM": "xterm"})
    assert not wants_colour(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})
    assert not wants_colour(Terminal(), {"TERM": "dumb"})
    assert not wants_colour(io.StringIO(), {"TERM": "xterm"})
    assert not wants_colour(None, {"TERM": "xterm"})
