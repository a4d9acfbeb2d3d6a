"""The page's own markdown: what cards use, and nothing that could do harm."""

from support.chromium import Desk

RENDER = """async ([source, base]) => {
  const { markdown } = await import(`${base}/sandbox/static/markdown.js`);
  const place = document.createElement("div");
  place.append(...markdown(source));
  return place.innerHTML;
}"""


MADE = (
    ("one\ntwo\n\nthree", "<p>one two</p><p>three</p>"),
    ("- a\n- b\n  more", "<ul><li>a</li><li>b more</li></ul>"),
    ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
    ("# Title", "<h4>Title</h4>"),
    ("**bold** and *soft* and _soft_", "<p><strong>bold</strong> and <em>soft</em> and <em>soft</em></p>"),
    ("**open and `code * here`", "<p>**open and <code>code * here</code></p>"),
    (r"\*\*not bold\*\* \[x\]\(y\) \\", r"<p>**not bold** [x](y) \</p>"),
    ("a\\*b **c\\*\\*d**", "<p>a*b <strong>c**d</strong></p>"),
    ("snake_case_name 2 * 3 * 4", "<p>snake_case_name 2 * 3 * 4</p>"),
    ("&lt;b&gt; &amp;amp; &#x3c;i&#62;", "<p>&lt;b&gt; &amp;amp; &lt;i&gt;</p>"),
    ("&#0; &#xd800; &nothing;", "<p>\ufffd \ufffd &amp;nothing;</p>"),
    ("<script>x</script> <img src=x>", "<p>&lt;script&gt;x&lt;/script&gt; &lt;img src=x&gt;</p>"),
    ("[a](javascript:x) [b](data:text/html,x)", "<p>[a](javascript:x) [b](data:text/html,x)</p>"),
    ("![p](x) [c](/here)", "<p>![p](x) [c](/here)</p>"),
)


async def test_markdown_becomes_nodes_and_never_more_than_it_should(desk: Desk) -> None:
    await desk.page.goto(f"{desk.base}/sandbox#view=note")
    for source, made in MADE:
        assert await desk.page.evaluate(RENDER, [source, desk.base]) == made, source


async def test_a_web_link_opens_a_tab_that_knows_nothing_of_ours(desk: Desk) -> None:
    await desk.page.goto(f"{desk.base}/sandbox#view=note")
    made = await desk.page.evaluate(RENDER, ["[a *b*](https://example.org/x?y=1)", desk.base])
    assert made.startswith(
        '<p><a href="https://example.org/x?y=1" target="_blank" rel="noopener noreferrer">a <em>b</em>'
    )
