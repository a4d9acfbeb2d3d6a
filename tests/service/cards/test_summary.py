import pytest
from support.findings import evidence, findings
from support.rules import shipped_cards

from cds_hooks.response import SUMMARY_LIMIT
from service.cards.summary import fill, longest_summary, slots_of

WORDS = shipped_cards().words


def filled(template: str, *kinds: str, **given) -> str:
    return fill(template, findings(**given), kinds, WORDS)


def test_the_lowest_reduced_abi_is_named_with_its_side():
    measured = [evidence("V3", value="0.84", side="left"), evidence("V3", value="0.7", side="right")]
    assert filled("with {abi}", V3=measured) == "with an ABI of 0.70 on the right"


@pytest.mark.parametrize("value", ["", "<0.4", "low", "nan", "inf", "-1", "84", "0.8 **bold**"])
def test_an_abi_that_is_no_plain_number_is_not_repeated(value: str):
    assert filled("with {abi}", V3=[evidence("V3", value=value)]) == "with a reduced ABI"


def test_a_normal_abi_is_not_named():
    assert filled("with {abi}", V3=[evidence("V3", "absent", value="1.1")]) == "with a reduced ABI"


def test_red_flags_are_named_in_plain_words_and_counted_beyond_two():
    assert filled("{kinds}", "cauda-equina") == "cauda equina syndrome"
    assert filled("{kinds}", "cauda-equina", "motor-deficit-new", "cauda-equina") == (
        "cauda equina syndrome and new leg weakness"
    )
    assert filled("{kinds}", "cauda-equina", "motor-deficit-new", "fracture") == (
        "cauda equina syndrome, new leg weakness and more"
    )


def test_every_shipped_summary_stays_below_the_limit_however_it_is_filled():
    for card in shipped_cards().cards:
        for choice in card.summary:
            assert longest_summary(choice.use, WORDS, card.kinds) < SUMMARY_LIMIT, card.id


def test_slots_are_found_and_a_lone_brace_is_reported():
    assert slots_of("with {abi} and {kinds}") == {"abi", "kinds"}
    assert slots_of("plain") == set()
    assert slots_of("lone { brace") == {"{"}
