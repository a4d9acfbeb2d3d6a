"""Text to words that keep their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evidence.words import Word, words_of


def norms(text: str, spelling: dict[str, str] | None = None) -> list[str]:
    return [word.norm for word in words_of(text, spelling)]


def test_words_are_compared_in_lower_case():
    assert norms("Zonking DIMS it") == ["zonking", "dims", "it"]


def test_every_word_keeps_its_place_in_the_text():
    text = "The knoll's  glimmers, at 0.72"
    assert [text[word.start : word.end] for word in words_of(text)] == ["The", "knoll's", "glimmers", ",", "at", "0.72"]


def test_a_possessive_is_read_as_the_word_itself():
    assert norms("the knoll's reef and the dell’s") == ["the", "knoll", "reef", "and", "the", "dell"]


def test_a_contraction_stays_one_word_with_a_straight_apostrophe():
    assert norms("it doesn’t dim") == ["it", "doesn't", "dim"]


@pytest.mark.parametrize("hyphen", ["-", "‐", "‑", "–"], ids=["hyphen-minus", "hyphen", "non-breaking", "en-dash"])
def test_a_hyphen_between_letters_is_no_word_of_its_own(hyphen):
    assert norms(f"glimmer{hyphen}free") == ["glimmer", "free"]


def test_a_dash_between_words_and_a_hyphen_beside_a_number_stay():
    assert norms("glimmers - none, L4-5") == ["glimmers", "-", "none", ",", "l", "4", "-", "5"]


@pytest.mark.parametrize("number", ["0.72", "1,5", "10", "1.250,00"])
def test_a_number_is_one_word_with_its_decimals(number):
    assert norms(f"index {number} today") == ["index", number, "today"]


def test_a_number_may_begin_with_its_point():
    assert norms("came back at .69.") == ["came", "back", "at", ".69", "."]


@pytest.mark.parametrize("short", ["b/l", "w/o", "w/", "c/o", "h/o", "s/p", "r/o", "y/o", "f/u"])
def test_a_slashed_abbreviation_is_one_word_in_either_case(short):
    assert norms(f"{short} glimmers") == [short, "glimmers"]
    assert norms(f"{short.upper()} glimmers") == [short, "glimmers"]


def test_a_slash_elsewhere_separates_words():
    assert norms("reef/dell") == ["reef", "/", "dell"]
    assert norms("b/left") == ["b", "/", "left"]


def test_typographic_signs_are_read_as_their_plain_forms():
    assert norms("“index” ≤ 1 ≥ 2 — 3 − 4") == ['"', "index", '"', "<", "1", ">", "2", "-", "3", "-", "4"]


def test_a_line_break_is_a_word_and_a_blank_line_another():
    assert norms("one\ntwo\n\nthree\n   \nfour") == ["one", "\n", "two", "\n\n", "three", "\n\n", "four"]


def test_a_known_variant_is_read_as_the_form_of_the_lexicon():
    assert norms("Zonkin dims", {"zonkin": "zonking"}) == ["zonking", "dims"]


def test_a_variant_of_two_words_becomes_two_words_at_one_place():
    assert words_of("dellglims", {"dellglims": "dell glimmers"}) == [Word("dell", 0, 9), Word("glimmers", 0, 9)]


def test_a_variant_with_a_possessive_is_looked_up_before_the_possessive_is_dropped():
    assert norms("baker's", {"baker's": "popliteal"}) == ["popliteal"]


def test_letters_of_any_script_make_words():
    assert norms("Gehstörung naïve 痛み") == ["gehstörung", "naïve", "痛み"]


def test_a_text_without_words_has_none():
    assert words_of("  \t ") == []


@given(st.text())
def test_words_stand_in_order_do_not_overlap_and_leave_only_white_space_and_hyphens_between_them(text):
    words = words_of(text)
    ends = [0, *(word.end for word in words)]
    starts = [*(word.start for word in words), len(text)]
    for end, start in zip(ends, starts, strict=True):
        assert end <= start
        assert not text[end:start].strip(" -‐‑–\t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0").strip()
    assert all(word.norm for word in words)


@pytest.mark.parametrize("leader", ["...", "..........", "…"])
def test_what_dots_lead_to_stands_behind_a_colon(leader):
    assert norms(f"Fizzes{leader}No") == ["fizzes", ":", "no"]


def test_two_full_stops_are_no_leader():
    assert norms("Fizzes.. No") == ["fizzes", ".", ".", "no"]


@pytest.mark.parametrize(
    "text", ["44M with leg pain", "44 M, leg pain", "This is a 44M", "HPI: 44M with", "Seen.\n71M here"]
)
def test_a_capital_m_behind_an_age_is_a_man_and_no_distance(text):
    assert "male" in [word.norm for word in words_of(text)]


@pytest.mark.parametrize("text", ["walks 100M", "after 100 M", "44 m from the door", "Distance: 100 M", "900M", "M"])
def test_elsewhere_an_m_stays_an_m(text):
    assert "male" not in [word.norm for word in words_of(text)]
