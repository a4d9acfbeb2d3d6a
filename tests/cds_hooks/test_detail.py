"""The same words in every form, and no markup but ours in any of them."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cds_hooks.detail import added, read_blocks, rendered

DETAIL = "**What was found**\n\n- Leg pain: “a \\*b\\* &lt;c&gt; &amp; d”\n- Age 71\n\nSources: x, y\nand z."
HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</p>", "</li></ul>", "<!--", "]]>", "<a href='//x'>",
    "[x](https://evil.example)", "![x](https://evil.example/x.png)", "<https://evil.example>", "https://evil.example",
    "&lt;b&gt;", "&#60;i&#62;", "&#x3C;u&#x3E;", "&amp;lt;s&amp;gt;", "&nosuch;", "&#0;", "&#10;", "&#x202e;",
    "&#xD800;", "**", "*", "\\", "\\*", "\\<", "- ", "+ ", "\n", "\n\n", "\r", " ", '" onload="x', "'", "`",
    "\x00", "\u202e", "# ", "word", "1. ", "é", "javascript:alert(1)", "<", ">", "&",
]  # fmt: skip
mixtures = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=4)), max_size=14).map("".join)


class Reader(HTMLParser):
    """What a browser would make of it: the tags, each one checked, and the text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        assert tag in {"p", "ul", "li", "strong"}
        assert attrs == []
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag != "strong":
            self.text.append(" ")

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError("a comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def words_of(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return " ".join("".join(reader.text).split())


def test_markdown_becomes_html_of_four_tags():
    assert rendered(DETAIL, (), "html") == (
        "<p><strong>What was found</strong></p>"
        "<ul><li>Leg pain: “a *b* &lt;c&gt; &amp; d”</li><li>Age 71</li></ul>"
        "<p>Sources: x, y and z.</p>"
    )


def test_markdown_becomes_plain_text():
    assert rendered(DETAIL, (), "plain") == (
        "What was found\n\n- Leg pain: “a *b* < c> & d”\n- Age 71\n\nSources: x, y and z."
    )


def test_markdown_stays_as_it_was_written():
    """CARD-3"""
    assert rendered(DETAIL, (), "gfm") == DETAIL
    assert rendered(DETAIL, added("More", ["a"]), "gfm") == f"{DETAIL}\n\n**More**\n\n- a"
    assert rendered("", added("More", ["a"]), "gfm") == "**More**\n\n- a"


@pytest.mark.parametrize(
    ("markdown", "page"),
    [
        ("a\n- b\nc\n\n- d", "<p>a</p><ul><li>b c</li></ul><ul><li>d</li></ul>"),
        ("- a\n  - b", "<ul><li>a</li><li>b</li></ul>"),
        ("- **a**: b **c**", "<ul><li><strong>a</strong>: b <strong>c</strong></li></ul>"),
        ("a **b", "<p>a **b</p>"),
        ("2 ** 3 ** 4", "<p>2 ** 3 ** 4</p>"),
        ("**a ** b", "<p>**a ** b</p>"),
        ("****", "<p>****</p>"),
        ("\\**a**", "<p>**a**</p>"),
        ("\\- a", "<p>- a</p>"),
        ("&lt;b&gt; &amp;lt; &nosuch; AT&T", "<p>&lt;b&gt; &amp;lt; &amp;nosuch; AT&amp;T</p>"),
        ("a&#10;b&#x202e;c", "<p>a bc</p>"),
        ("# a", "<p># a</p>"),
        ("[a](https://example.org) <b>", "<p>[a](https://example.org) &lt;b&gt;</p>"),
        ("", ""),
    ],
)
def test_what_is_not_understood_is_shown_as_it_was_typed(markdown, page):
    """CARD-4"""
    assert rendered(markdown, (), "html") == page


@given(mixtures)
@example("**<b>**")
@example("- <li>\n</ul>")
def test_no_tag_attribute_or_link_but_ours_is_in_the_html(markdown):
    """CARD-4: and what a browser shows is what a reader of plain text is told."""
    page = rendered(markdown, added(markdown, [markdown]) if markdown.strip() else (), "html")
    shown = words_of(page)
    assert "\u202e" not in shown
    assert set(re.findall(r"<[^>]*>", page)) <= {
        f"<{slash}{tag}>" for tag in ("p", "ul", "li", "strong") for slash in ("", "/")
    }


@given(mixtures)
def test_html_and_plain_text_say_the_same(markdown):
    flat = " ".join(
        "".join(span.text for span in line) for block in read_blocks(markdown) for line in block.lines
    )  # fmt: skip
    assert words_of(rendered(markdown, (), "html")) == " ".join(flat.split())
    plain = re.sub(r"^- ", "", rendered(markdown, (), "plain"), flags=re.MULTILINE)
    assert "".join(plain.split()) == "".join(flat.split())


@given(st.text(alphabet="abc .,;-()<>&[]!", max_size=40))
def test_every_word_of_the_markdown_is_in_the_html(markdown):
    letters = re.findall(r"[a-c]", markdown)
    assert re.findall(r"[a-c]", words_of(rendered(markdown, (), "html"))) == letters


@given(mixtures)
def test_plain_text_holds_nothing_a_browser_takes_for_a_tag(markdown):
    assert not re.search(r"<[A-Za-z/!?]", rendered(markdown, (), "plain"))


@given(mixtures.filter(lambda text: text.strip()))
def test_an_added_line_is_read_back_word_for_word(line):
    """What is added in Markdown means to a reader of Markdown exactly the words that were added."""
    markdown = rendered("", added("Title", [line]), "gfm")
    wanted = rendered("", added("Title", [line]), "html")
    assert words_of(rendered(markdown, (), "html")) == words_of(wanted)
    assert not re.search(r"<|(?<!\\)[\[\]`]|(?<!\\)://|(?i:www)\.", markdown)
