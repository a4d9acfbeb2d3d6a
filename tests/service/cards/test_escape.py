import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cards.escape import QUOTE_LENGTH, escape, excerpt
from service.evidence.model import Mark

# Markup, links and invisible characters, strung together with plain letters.
PIECES = st.sampled_from(
    [
        *"<>[]()`*_~|#-+.!&\\@:/^$={}\"' \n\r\t\v\x00\x7f\x85\u2028\u2029aB1é字",
        *("http://", "https://", "ftp://", "www.", "WWW.", "mailto:", "javascript:", "a@b.co", "evil.com", "//x"),
        *(
            "](",
            "![",
            "<b>",
            "</p>",
            "<!--",
            "<a href=x>",
            "&lt;",
            "&#60;",
            "1.",
            "- ",
            "```",
            "~~~",
            "|-|",
            "\n\n",
            "    ",
        ),
        *(
            "\u200b",
            "\u200d",
            "\u202e",
            "\u2066",
            "\ufeff",
            "\u00ad",
            "\u034f",
            "\u3164",
            "\u2800",
            "\ufe0f",
            "\U000e0041",
        ),
        *("\ud800", "\ue000", "\U0010ffff", "\u0301\u0301\u0301\u0301"),
    ]
)
ADVERSARIAL = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))

ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")


def unescaped(text: str) -> str:
    """What is left once every backslash escape and entity is taken out: this is all that a renderer could act on."""
    return re.sub(r"&(?:amp|lt|gt);", "", ESCAPED.sub("", text))


@given(ADVERSARIAL)
def test_no_character_is_left_that_opens_html(text: str):
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert not re.search(r"&(?!(?:amp|lt|gt);)", escaped)


@given(ADVERSARIAL)
def test_no_character_is_left_that_means_something_in_markdown(text: str):
    escaped = escape(text)
    assert not set(unescaped(escaped)) & set("\\`*_[]{}~|#!$^")
    assert "](" not in escaped


@given(ADVERSARIAL)
def test_nothing_is_left_that_a_renderer_would_link(text: str):
    escaped = escape(text)
    assert "//" not in escaped
    assert not re.search(r"www\.\S", escaped, re.IGNORECASE)
    assert not re.search(r"\w@|@\w", escaped)
    assert not re.search(r"[A-Za-z]:[A-Za-z/]", escaped)
    assert not re.search(r"\w\.[A-Za-z]{2}", escaped)


@given(ADVERSARIAL)
def test_it_stays_on_one_line_and_opens_no_block(text: str):
    escaped = escape(text)
    assert escaped == escaped.strip()
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", escaped)
    assert not re.match(r"[-+=:>#]|\d+[.)]", escaped)


@given(ADVERSARIAL)
def test_nothing_invisible_or_reversed_is_left_and_it_can_be_encoded(text: str):
    escaped = escape(text)
    assert not re.search(r"[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]", escaped)
    escaped.encode("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "b/l thigh heaviness after 1 block, better leaning on cart (4/10)",
        "walks 200 m; at 12:30 pain 6/10, ratio 3:1",
        "Légère douleur 歩行時",
        "b.i.d., e.g. after 1-2 blocks",
        'he says "fine once I sit"',
    ],
)
def test_ordinary_clinical_words_stay_as_they_are(text: str):
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ABI < 0.9 & pain > 5", "ABI &lt; 0.9 &amp; pain &gt; 5"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[click](http://evil.example)", "\\[click\\]\\(http: / /evil. example)"),
        ("pain **worse**", "pain \\*\\*worse\\*\\*"),
        ("ask nurse@clinic.example", "ask nurse @ clinic. example"),
        ("see www.evil.example", "see www. evil. example"),
        ("# Plan", "\\# Plan"),
        ("1. walk", "1\\. walk"),
        ("- walk", "\\- walk"),
        ("one\n\ntwo", "one two"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_what_could_take_effect_is_disarmed_and_stays_readable(text: str, expected: str):
    assert escape(text) == expected


def test_a_short_quote_is_not_cut():
    assert excerpt("eases when sitting") == "eases when sitting"
    assert excerpt("x" * QUOTE_LENGTH) == "x" * QUOTE_LENGTH


def test_a_long_quote_is_cut_between_words_with_an_ellipsis():
    cut = excerpt("leg pain on walking " * 20)
    assert cut.endswith("walking …")
    assert len(cut) <= QUOTE_LENGTH + 2


def test_a_long_quote_shows_the_words_that_decided():
    quote = "He was seen for a cough. " * 8 + "Leg pain on walking eases leaning on the cart. " + "More text. " * 20
    start = quote.index("eases")
    cut = excerpt(quote, [Mark("target", "c", "eases leaning", start, start + 13)])
    assert cut.startswith("… ")
    assert "eases leaning on the cart" in cut


@given(st.text(max_size=400), st.integers(0, 400), st.integers(0, 60))
def test_an_excerpt_is_never_longer_than_its_limit_and_two_ellipses(quote: str, start: int, length: int):
    assert len(excerpt(quote, [Mark("target", "c", "p", start, start + length)])) <= QUOTE_LENGTH + 4
