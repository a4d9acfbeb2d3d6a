"""Plain text out of what records hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.chart.text import clean, markup_to_text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("leg pain\twhen walking\n", "leg pain\twhen walking\n"),
        (
            "Schmerzen im Bein, 5 µg, ≤ 0.9 “quoted” — naïve",
            "Schmerzen im Bein, 5 µg, ≤ 0.9 “quoted” — naïve",
        ),
        ("leg\x00pain\x07", "leg pain "),
        ("\u202eniap gel\u202c", " niap gel "),
        ("leg\u00a0pain\u2003here", "leg pain here"),
        ("clau\u00addi\u200dcation\ufeff", "claudication"),
        ("cl\u180eaudi\U000e0063cation\ufff9", "claudication"),
        ("leg \ud800 pain", "leg \ufffd pain"),
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        (r"LUNGS:\n Clear.\r\nHEART", "LUNGS: \n Clear.   \nHEART"),
        (r"LUNGS:\.br\Clear", "LUNGS:    \nClear"),
    ],
)
def test_text_is_cleaned_without_losing_words(written, read):
    assert clean(written) == read


def test_an_escaped_line_end_beside_real_ones_is_left_alone():
    assert clean("see C:\\notes\nleg pain") == "see C:\\notes\nleg pain"


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_cleaning_twice_changes_nothing_more_and_leaves_text_that_can_be_encoded(text):
    once = clean(text)
    once.encode("utf-8")
    assert "\x00" not in once
    assert clean(once) == once


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain words", "plain words"),
        (
            "<p>Leg pain <b>worse</b>\n on walking.</p><p>No weakness.</p>",
            "Leg pain worse on walking.\nNo weakness.",
        ),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        (
            "<table><tr><td>Bladder</td><td>normal</td></tr><tr><td>Bowel</td></tr></table>",
            "Bladder\tnormal\nBowel",
        ),
        ("<style>p {}</style><script>if (a<b) {}</script>words", "words"),
        ("pain <!-- no <b> pain --> here", "pain here"),
        ("pain <!-- never closed", "pain"),
        ("ABI &lt; 0.9 &amp; falling&#33;", "ABI < 0.9 & falling!"),
        ("ABI < 0.9 and > 0.5", "ABI < 0.9 and > 0.5"),
        ("<del>no </del>weakness", "weakness"),
        ("<s>a<s>b</s>c</s>d", "d"),
        ("<s>a<s>b</s>c", "c"),
        ("<s>never closed", "never closed"),
        ("<pre>HPI:\n  leg pain</pre>", "HPI:\nleg pain"),
        (
            "<?xml version='1.0'?><!DOCTYPE html><html><head><title>Note</title></head><body>x</body></html>",
            "Note\nx",
        ),
        ("<![CDATA[leg pain]]>", "leg pain"),
        ("<p class='a' data-x=\"1\">x</p>", "x"),
        ("<o:p></o:p>x<span\nstyle='a'>y</span>", "xy"),
    ],
)
def test_markup_becomes_the_words_a_reader_sees(markup, text):
    assert markup_to_text(markup) == text


PIECES = [
    "<p>",
    "</p>",
    "<s>",
    "</s>",
    "<!--",
    "-->",
    "<",
    ">",
    "<a ",
    "&",
    "&#",
    "<![",
    "]]>",
    "<script>",
    "leg",
    " ",
    "\n",
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_markup_however_broken_raises(pieces):
    lines = markup_to_text("".join(pieces)).split("\n")
    assert all(line == line.strip() for line in lines)
