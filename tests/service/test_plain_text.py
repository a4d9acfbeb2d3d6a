"""Text for places that render nothing."""

import json

import pytest

from service.plain_text import inert, plain, readable_json


def test_a_cards_markdown_is_read_as_its_words():
    assert plain(r"**Found** \*not bold\* 5 &lt; 6 &amp; \\") == "Found *not bold* 5 < 6 & \\"


@pytest.mark.parametrize(
    "odd", ["\x1b", "\x07", "\x7f", "\x9b", "\u202e", "\u200b", "\ufeff", "\U000e0041", "\ud800", "\ue000"]
)
def test_what_moves_a_cursor_or_hides_becomes_a_space(odd):
    assert inert(f"leg{odd}pain") == "leg pain"


def test_json_for_people_keeps_letters_and_escapes_what_nobody_sees():
    value = {"said": "Gehstörung “歩行” \x1b[31m \x7f\x9b \u202eniap \U000e0041 \ue000\nnext", "list": [1, None, {}]}
    written = readable_json(value)
    assert json.loads(written) == value
    assert "Gehstörung “歩行”" in written
    assert set(written) - {"\n"} <= {c for c in written if c.isprintable()}
    assert readable_json({"plain": "\x7f"}) == '{\n  "plain": "\\u007f"\n}'
