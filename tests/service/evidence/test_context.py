"""ConText: which modifier reaches what, and which of several decides (Harkema 2009)."""

import pytest
from support.tiny_language import tiny

from service.evidence.context import Context, Judgement, judge, trimmed, unspent
from service.evidence.definition import ModifierDefinition
from service.evidence.words import words_of


def modifier(name: str = "deny", asserts: str = "negated", *phrases: str, **given) -> ModifierDefinition:
    return ModifierDefinition(id=name, asserts=asserts, phrases=phrases or (name,), **given)


def judged(text: str, *modifiers: ModifierDefinition, target: str = "zorp") -> list[str]:
    """What holds of every `target` in the text."""
    words = words_of(text)
    scopes, _ = Context(modifiers, ["but", "apart from"]).scopes(words)
    return [judge(scopes, at, at).assertion for at, word in enumerate(words) if word.norm == target]


def test_what_no_modifier_reaches_is_affirmed():
    assert judged("a zorp", modifier()) == ["affirmed"]
    assert judge([], 0, 0) == Judgement("affirmed")


def test_a_forward_scope_reaches_what_follows_and_nothing_before():
    assert judged("zorp deny zorp and zorp", modifier(reaches="forward")) == ["affirmed", "negated", "negated"]


def test_a_backward_scope_reaches_what_stands_before_and_nothing_after():
    assert judged("zorp deny zorp", modifier(reaches="backward")) == ["negated", "affirmed"]


def test_a_scope_in_both_directions_reaches_both():
    assert judged("zorp deny zorp", modifier(reaches="both")) == ["negated", "negated"]


@pytest.mark.parametrize(("reaches", "text"), [("forward", "deny a b zorp"), ("backward", "zorp a b deny")])
def test_a_scope_ends_after_its_number_of_words(reaches, text):
    assert judged(text, modifier(reaches=reaches, words=3)) == ["negated"]
    assert judged(text, modifier(reaches=reaches, words=2)) == ["affirmed"]


def trimmed_scope(text: str, **given: object) -> str:
    """The words that the modifier of a text still reaches once it is trimmed."""
    words = words_of(text)
    scopes, _ = Context([modifier(words=20, **given)], []).scopes(words)
    [scope] = trimmed(scopes, words, [], [])
    return " ".join(w.norm for w in words[scope.start : scope.end + 1])


def test_a_scope_of_one_item_ends_at_its_comma_unless_a_list_goes_on():
    assert trimmed_scope("deny zorp, quill", one_item=True) == "zorp"
    assert trimmed_scope("deny zorp, quill or blue", one_item=True) == "zorp , quill or blue"
    assert trimmed_scope("deny zorp, quill") == "zorp , quill"


@pytest.mark.parametrize("stop", ["but", "apart from"])
def test_a_scope_ends_at_a_terminator_of_one_word_or_two(stop):
    assert judged(f"deny zorp {stop} zorp", modifier()) == ["negated", "affirmed"]
    assert judged(f"zorp {stop} zorp deny", modifier(reaches="backward")) == ["affirmed", "negated"]
    assert judged(f"zorp {stop} deny zorp", modifier(reaches="both")) == ["affirmed", "negated"]


def test_a_sentence_wide_modifier_passes_terminators_and_any_distance():
    text = "zorp but deny " + "so " * 80 + "but zorp"
    assert judged(text, modifier(reaches="sentence")) == ["negated", "negated"]


def test_the_places_of_terminators_are_told():
    words = words_of("zorp but zorp apart from zorp")
    assert Context([], ["but", "apart from"]).scopes(words) == ([], [1, 3])


def test_a_pseudo_modifier_hides_the_modifier_in_it():
    pseudo = modifier("pseudo", "negated", "deny wonder", pseudo=True)
    assert judged("deny wonder zorp", modifier(), pseudo) == ["affirmed"]
    assert judged("deny zorp", modifier(), pseudo) == ["negated"]


@pytest.mark.parametrize("end", ["", ".", ", then", ";"])
def test_a_closing_modifier_counts_where_its_clause_ends(end):
    assert judged(f"zorp: no{end}", modifier("no", "negated", ": no", reaches="backward", closing=True)) == ["negated"]


def test_a_closing_modifier_with_a_word_behind_it_says_nothing():
    assert judged("zorp: no quill", modifier("no", "negated", ": no", reaches="backward", closing=True)) == ["affirmed"]


def test_a_modifier_does_not_reach_words_of_its_own_phrase():
    assert judged("deny zorp quickly", modifier("long", "negated", "deny zorp", reaches="both")) == ["affirmed"]


RANKED = ["affirmed", "possible", "negated", "historical", "hypothetical", "other-person"]


@pytest.mark.parametrize("weaker", range(1, 5), ids=lambda at: RANKED[at])
@pytest.mark.parametrize("turned", [False, True], ids=["weaker-first", "stronger-first"])
def test_of_two_modifiers_the_one_further_from_the_patients_present_decides(weaker, turned):
    one, other = modifier("one", RANKED[weaker]), modifier("other", RANKED[weaker + 1])
    text = "other one zorp" if turned else "one other zorp"
    assert judged(text, one, other) == [RANKED[weaker + 1]]


def test_the_judgement_names_the_modifier_that_decided():
    words = words_of("perhaps deny zorp")
    scopes, _ = Context([modifier("perhaps", "possible"), modifier()], []).scopes(words)
    decided = judge(scopes, 2, 2).by
    assert decided is not None
    assert (decided.modifier.id, decided.phrase, decided.first, decided.last) == ("deny", "deny", 1, 1)


def test_a_mention_that_a_scope_reaches_only_in_part_is_not_judged_by_it():
    scopes, _ = Context([modifier(words=2)], []).scopes(words_of("deny a blue zorp"))
    assert judge(scopes, 2, 2).assertion == "negated"
    assert judge(scopes, 2, 3).assertion == "affirmed"


def spent(text: str, *modifiers: ModifierDefinition) -> list[str]:
    """What holds of every `zorp` once negations are trimmed at `hot` (a posture) and `cools` (a cue)."""
    words = words_of(text)
    scopes, _ = Context(modifiers, []).scopes(words)
    cues = [(at, at) for at, word in enumerate(words) if word.norm == "cools"]
    placed = [*cues, *((at, at) for at, word in enumerate(words) if word.norm == "hot")]
    cut = trimmed(scopes, words, placed, cues)
    return [judge(cut, at, at).assertion for at, word in enumerate(words) if word.norm == "zorp"]


def test_a_negation_is_spent_on_the_cue_right_behind_it():
    assert spent("deny cools the zorp", modifier()) == ["affirmed"]
    assert spent("deny quite really cools the zorp", modifier()) == ["affirmed"]


def test_a_negation_is_not_spent_on_a_cue_further_on():
    assert spent("deny the blue big cools zorp", modifier()) == ["negated"]


def test_a_negation_ends_at_the_comma_once_it_holds_a_posture():
    assert spent("deny zorp hot, zorp", modifier()) == ["negated", "affirmed"]
    assert spent("deny zorp, zorp", modifier()) == ["negated", "negated"]


def test_a_negation_that_governs_lists_goes_on_behind_commas_and_cues():
    assert spent("deny zorp hot, zorp", modifier(lists=True)) == ["negated", "negated"]
    assert spent("deny cools the zorp", modifier(lists=True)) == ["negated"]


def test_doubt_is_not_trimmed():
    assert spent("perhaps zorp hot, zorp", modifier("perhaps", "possible")) == ["possible", "possible"]


def test_the_tiny_language_finds_each_of_its_modifiers():
    words = words_of("denies zorp but maybe quill")
    scopes, stops = tiny().context.scopes(words)
    assert [(scope.modifier.id, scope.start, scope.end) for scope in scopes] == [("denies", 1, 1), ("maybe", 4, 4)]
    assert stops == [2]


def test_of_several_terminators_the_nearest_ends_a_scope():
    assert judged("deny a but zorp but b", modifier()) == ["affirmed"]
    assert judged("a but zorp but deny", modifier(reaches="backward")) == ["affirmed"]


def test_a_negation_that_ends_at_a_comma_reaches_up_to_it():
    assert spent("deny hot zorp, zorp", modifier()) == ["negated", "affirmed"]


@pytest.mark.parametrize("opening", ["although", "though", "despite", "whereas", "even though"])
def test_what_is_granted_at_the_beginning_ends_at_its_comma(opening):
    assert judged(f"{opening} deny quill, zorp", modifier(reaches="forward")) == ["affirmed"]


@pytest.mark.parametrize("text", ["although deny quill, a b, or zorp", "although deny quill, or a b c d zorp"])
def test_a_list_inside_what_is_granted_goes_on(text):
    assert judged(text, modifier(reaches="forward")) == ["negated"]


def test_what_is_granted_further_on_goes_on_over_its_comma():
    assert judged("quill although deny quill, zorp", modifier(reaches="forward")) == ["negated"]


@pytest.mark.parametrize(
    "anew", [", she zorp", ", without it they zorp", ", and now it zorp", ", so he zorp", ", it's zorp"]
)
def test_a_negation_ends_where_somebody_does_something_anew(anew):
    assert judged(f"deny quill{anew}", modifier(reaches="forward")) == ["affirmed"]


@pytest.mark.parametrize("goes_on", [", a zorp", ", or his zorp", " that she zorp"])
def test_a_negation_goes_on_where_nobody_does_anything(goes_on):
    assert judged(f"deny quill{goes_on}", modifier(reaches="forward")) == ["negated"]


def test_what_is_thought_of_somebody_goes_on_over_his_doing_something_else():
    assert judged("maybe quill, she zorp", modifier("maybe", "possible", reaches="forward")) == ["possible"]


def test_a_negation_that_a_symptom_holds_in_its_own_words_denies_nothing_else():
    scopes, _ = Context([modifier("there is no", reaches="forward")], []).scopes(words_of("there is no power, zorp"))
    assert judge(unspent(scopes, [(2, 3)]), 5, 5).assertion == "affirmed"
    assert judge(unspent(scopes, [(4, 5)]), 5, 5).assertion == "negated"


@pytest.mark.parametrize("reason", ["since", "because"])
def test_the_reason_for_what_is_thought_is_a_fact(reason):
    assert judged(f"maybe zorp, {reason} zorp", modifier("maybe", "possible")) == ["possible", "affirmed"]


@pytest.mark.parametrize("today", ["now", "nowadays", "currently", "today"])
def test_what_is_past_ends_where_today_begins(today):
    assert judged(f"once zorp, {today} zorp", modifier("once", "historical")) == ["historical", "affirmed"]


def test_what_is_lacking_ends_before_the_next_thing_with_an_article():
    words = words_of("without her quill the zorp and the blue")
    scopes, _ = Context([modifier("without")], []).scopes(words)
    (cut,) = trimmed(scopes, words, [], [])
    assert (cut.start, cut.end) == (1, 2)


@pytest.mark.parametrize("listed", ["without the quill and the zorp", "without any quill the zorp"])
def test_what_is_lacking_may_be_a_list_of_things_with_articles(listed):
    words = words_of(listed)
    scopes, _ = Context([modifier("without")], []).scopes(words)
    (cut,) = trimmed(scopes, words, [], [])
    assert cut.end == len(words) - 1


def test_a_few_words_between_commas_that_grant_something_end_nothing():
    text = "zorp deny, although quill, zorp"
    assert judged(text, modifier(reaches="forward")) == ["affirmed", "negated"]
    assert Context([], ["although"]).within([w.norm for w in words_of(text)])[1] == []
    assert Context([], ["although"]).within([w.norm for w in words_of("deny although quill, zorp")])[1] == [1]


def test_a_denial_of_one_thing_ends_where_another_begins_with_its_article():
    assert judged("deny quill, and the zorp", modifier(reaches="forward")) == ["affirmed"]
    assert judged("deny quill, blue, and the zorp", modifier(reaches="forward")) == ["negated"]
    assert judged("deny quill, and zorp", modifier(reaches="forward")) == ["negated"]
    assert judged("deny quill, and the zorp", modifier(reaches="forward", lists=True)) == ["negated"]
