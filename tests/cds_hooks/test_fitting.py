"""A response fits its reader, and what its reader cannot show is told in the detail of the card."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hook_calls import DRAFT

from cds_hooks.detail import rendered
from cds_hooks.fitting import BY_HAND, CONTENT_TYPE, NOT_LINKED, ONE_OF_THEM, fit
from cds_hooks.profiles import ATHENAHEALTH, EPIC, GENERIC, ORACLE_HEALTH, PROFILES, SANDBOX, Fact
from cds_hooks.response import Action, Card, CDSResponse, Coding, Link, Source, Suggestion

CREATE = Action("create", "Creates a draft order to complete: Lumbar MRI", DRAFT)
DELETE = Action("delete", "Removes the earlier order", resource_id="ServiceRequest/7")
UPDATE = Action("update", "Notes the result on the order", {**DRAFT, "id": "7"})
LINK = Link("Evidence behind this card", "https://cds.example.org/evidence/1", "absolute")
TOPIC = Coding("spinalRedFlag", "urn:example:topic")
DETAIL = "**What was found**\n\n- Saddle numbness: “numb \\*since\\* Monday &lt; 2 days” (2027-03-01, note)\n\nRule: x."
EVIDENCE = "What was found Saddle numbness: “numb *since* Monday < 2 days” (2027-03-01, note) Rule: x."
profiles = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)


def suggestion(uuid="s1", label="Lumbar MRI (when a deficit is new)", *actions, **changes):
    return Suggestion(label, uuid, actions or (CREATE,), **{"is_recommended": False, **changes})


def card(**changes):
    given = {
        "uuid": "c1",
        "summary": "Documented features compatible with cauda equina syndrome",
        "indicator": "critical",
        "source": Source("Example", "https://cds.example.org/rules/x", topic=TOPIC),
        "detail": DETAIL,
        "suggestions": (suggestion(),),
        "selection_behavior": "any",
        "override_reasons": (Coding("seen", "urn:example:reasons", "Seen already"),),
        "links": (LINK,),
    }
    return Card(**given | changes)


def fitted(profile, **changes):
    (one,) = fit(CDSResponse((card(**changes),)), profile).response.cards
    return one


def words(one):
    """What a reader sees of the detail, however it is written, on one line without bullets."""
    is_html = (one.extension or {}).get(CONTENT_TYPE) == "text/html"
    text = one.detail if is_html else rendered(one.detail, (), "html")
    for markup, plain in (
        (r"<[^>]*>", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ):
        text = re.sub(markup, plain, text)
    return " ".join(text.split())


@profiles
@pytest.mark.parametrize("form", ["gfm", "plain", "html"])
@pytest.mark.parametrize("change", [{}, {"suggestions": (), "selection_behavior": None}, {"links": ()}])
def test_a_critical_card_keeps_its_summary_indicator_and_evidence(profile, form, change):
    """CARD-2, CARD-5: for every reader, in whichever form it takes the detail."""
    one = fitted(replace(profile, detail=Fact(form, "site", "agreed")), **change)
    before = card()
    assert (one.uuid, one.summary, one.indicator) == (before.uuid, before.summary, "critical")
    assert (one.source, one.override_reasons) == (before.source, before.override_reasons)
    assert EVIDENCE in (words(one) if form != "plain" else " ".join(one.detail.replace("\n- ", "\n").split()))


@pytest.mark.parametrize("profile", [GENERIC, SANDBOX], ids=lambda profile: profile.name)
def test_a_reader_that_takes_everything_gets_the_response_itself(profile):
    both = (suggestion("s1", "One", CREATE, DELETE), suggestion("s2", "Two", is_recommended=True))
    response = CDSResponse((card(), card(uuid="c2", suggestions=both, selection_behavior="at-most-one")))
    assert fit(response, profile).response is response
    assert fit(response, profile).changes == ()


@profiles
def test_nothing_to_say_stays_nothing_to_say(profile):
    """RESP-2"""
    assert fit(CDSResponse(), profile).response.encode() == b'{"cards":[]}'


@profiles
def test_system_actions_are_left_out_unless_they_are_agreed(profile):
    """SYS-2"""
    got = fit(CDSResponse(system_actions=(CREATE, UPDATE)), profile)
    kept, told = ((UPDATE,), "1 system action ") if profile is EPIC else ((), "2 system actions ")
    assert got.response.system_actions == kept
    assert got.changes[0].startswith(told)
    agreed = replace(profile, system_actions=Fact("all", "site", "agreed"))
    assert fit(CDSResponse(system_actions=(CREATE, UPDATE)), agreed).changes == ()


def test_where_the_label_is_not_shown_the_action_says_what_it_says():
    """ACT-2"""
    (only,) = fitted(EPIC).suggestions
    assert only.actions[0].description == "Creates a draft order to complete: Lumbar MRI (when a deficit is new)"
    assert (only.label, only.uuid, only.is_recommended) == ("Lumbar MRI (when a deficit is new)", "s1", False)
    assert only.actions[0].resource == DRAFT


@pytest.mark.parametrize(
    ("label", "description", "shown"),
    [
        ("Order it", "Order it", "Order it"),
        ("MRI", "Creates an MRI order", "Creates an MRI order"),
        ("Lumbar MRI if needed", "Creates an order", "Lumbar MRI if needed: Creates an order"),
        ("MRI if needed", "Drafts: MRI", "Drafts: MRI if needed"),
        ("RI scan", "Drafts: MRI", "RI scan: Drafts: MRI"),
    ],
)
def test_label_and_description_are_both_there_and_not_twice(label, description, shown):
    action = replace(CREATE, description=description)
    assert fitted(EPIC, suggestions=(suggestion("s1", label, action),)).suggestions[0].actions[0].description == shown


@given(st.text(alphabet="ab .", min_size=1, max_size=12), st.text(alphabet="ab .", min_size=1, max_size=12))
def test_no_word_of_a_label_or_a_description_is_lost(label, description):
    if not label.strip() or not description.strip():
        return
    one = fitted(EPIC, suggestions=(suggestion("s1", label, replace(CREATE, description=description)),))
    shown = one.suggestions[0].actions[0].description
    assert label in shown
    assert description in shown


@pytest.mark.parametrize("actions", [(CREATE, DELETE), (CREATE, CREATE)])
@pytest.mark.parametrize("profile", [EPIC, ATHENAHEALTH], ids=lambda profile: profile.name)
def test_actions_that_belong_together_are_told_and_not_taken_apart(profile, actions):
    """SUG-4: to a reader of one action each."""
    both = Suggestion("Replace the order", "s2", actions, is_recommended=True)
    got = fit(CDSResponse((card(suggestions=(suggestion(), both)),)), profile)
    (one,) = got.response.cards
    assert [each.uuid for each in one.suggestions] == ["s1"]
    said = f"Replace the order: {'; '.join(action.description for action in actions)} (recommended)"
    assert f"{BY_HAND} {said}" in words(one)
    assert any("1 suggestion told" in change for change in got.changes)


def test_a_suggestion_without_an_action_is_told_where_its_label_is_not_shown():
    one = fitted(EPIC, suggestions=(Suggestion("Ask about leaning forward", "s1"),))
    assert (one.suggestions, one.selection_behavior) == ((), None)
    assert words(one).endswith(f"{BY_HAND} Ask about leaning forward")


def test_a_reader_that_shows_no_suggestions_is_told_them():
    got = fit(CDSResponse((card(),)), ORACLE_HEALTH)
    (one,) = got.response.cards
    assert (one.suggestions, one.selection_behavior) == ((), None)
    assert one.detail.startswith(DETAIL)
    told = "Creates a draft order to complete: Lumbar MRI (when a deficit is new)"
    assert words(one) == f"{EVIDENCE} {BY_HAND} {told}"
    assert got.changes == ("Card c1: 1 suggestion told in the detail, since this reader shows none.",)


def test_alternatives_are_said_to_be_alternatives_where_only_any_is_known():
    """CARD-12"""
    two = (suggestion("s1", "One"), suggestion("s2", "Two"))
    one = fitted(EPIC, suggestions=two, selection_behavior="at-most-one")
    assert one.selection_behavior == "any"
    assert words(one).endswith(f"{ONE_OF_THEM} One Two")
    assert ONE_OF_THEM in words(fitted(ORACLE_HEALTH, suggestions=two, selection_behavior="at-most-one"))
    assert fitted(EPIC, selection_behavior="at-most-one").selection_behavior == "any"
    assert ONE_OF_THEM not in words(fitted(EPIC, selection_behavior="at-most-one"))


def topic_of(code, profile=EPIC):
    return fitted(profile, source=Source("Example", topic=Coding(code, "urn:example:topic"))).source.topic.code


def test_a_topic_of_letters_and_digits_stays_as_it_is():
    assert topic_of("spinalRedFlag") == "spinalRedFlag"
    assert topic_of("a" * 100) == "a" * 100
    assert topic_of("spinal-red-flag", GENERIC) == "spinal-red-flag"


@given(st.lists(st.text(min_size=1, max_size=130).filter(str.strip), min_size=2, max_size=2, unique=True))
def test_topics_fit_stay_the_same_and_stay_apart(codes):
    made = [topic_of(code) for code in codes]
    assert all(re.fullmatch(r"[A-Za-z0-9]{1,100}", code) for code in made)
    assert made == [topic_of(code) for code in codes]
    assert made[0] != made[1]


def test_html_comes_with_the_extension_that_says_so():
    """CARD-18, EXT-1"""
    one = fitted(EPIC, extension={"org.example.more": 1})
    assert one.extension == {"org.example.more": 1, CONTENT_TYPE: "text/html"}
    assert one.detail.startswith("<p><strong>What was found</strong></p><ul><li>Saddle")
    assert fitted(EPIC, detail=None).extension is None


@profiles
def test_markdown_is_never_passed_off_as_html(profile):
    """CARD-3: Markdown may hold what a browser would run."""
    claimed = {CONTENT_TYPE: "text/html"}
    for form in ("gfm", "plain"):
        assert fitted(replace(profile, detail=Fact(form, "site", "agreed")), extension=claimed).extension is None
    hostile = fitted(replace(profile, detail=Fact("html", "site", "agreed")), detail="<script>", extension=claimed)
    assert "<script" not in hostile.detail


def links_kept(bases, *urls):
    links = tuple(Link(f"Link {n}", url, "absolute") for n, url in enumerate(urls))
    profile = replace(EPIC, allowed_links=Fact(bases, "site", "the site's list"))
    return [link.url for link in fitted(profile, links=links).links]


def test_links_on_the_list_of_the_site_stay():
    kept = ["https://cds.example.org/evidence/1", "https://CDS.example.org:443/evidence", "https://b.example.org/"]
    assert links_kept(("https://cds.example.org/evidence/", "https://b.example.org"), *kept) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://cds.example.org/evidence/1",
        "https://cds.example.org:8443/evidence/1",
        "https://cds.example.org.evil.example/evidence/1",
        "https://cds.example.org@evil.example/evidence/1",
        "https://user@cds.example.org/evidence/1",
        "https://cds.example.org/evidences",
        "https://cds.example.org/evidence/../admin",
        "https://cds.example.org/evidence/%2e%2E/admin",
        "https://cds.example.org/evidence/%252e%252e/admin",
        "https://cds.example.org/evidence/..\\admin",
        "https://cds.example.org:99999/evidence/1",
    ],
)
def test_links_that_only_look_like_those_on_the_list_do_not(url):
    assert links_kept(("https://cds.example.org/evidence",), url) == []


def test_a_link_that_is_left_out_is_told():
    got = fit(CDSResponse((card(),)), replace(GENERIC, allowed_links=Fact((), "site", "none")))
    assert words(got.response.cards[0]) == f"{EVIDENCE} {NOT_LINKED} Evidence behind this card"
    assert got.changes == ("Card c1: 1 link told in the detail, since the site's list does not have them.",)


@profiles
def test_what_was_changed_names_cards_and_holds_nothing_of_what_they_say(profile):
    marked = card(
        summary="SENTINEL", detail="SENTINEL", suggestions=(suggestion("s1", "SENTINEL", CREATE, DELETE),),
        selection_behavior="at-most-one", source=Source("SENTINEL", topic=Coding("SENTI-NEL", "urn:x")),
        links=(Link("SENTINEL", "https://sentinel.example.org", "absolute"),),
    )  # fmt: skip
    got = fit(CDSResponse((marked,)), replace(profile, allowed_links=Fact((), "site", "none")))
    assert got.changes
    assert "SENTI" not in str(got.changes).upper()
    assert all(change.startswith("Card c1: ") for change in got.changes)


@profiles
def test_fitting_again_changes_no_more_than_the_form_of_the_detail(profile):
    plain = replace(profile, detail=Fact("gfm", "site", "agreed"))
    once = fit(CDSResponse((card(),)), plain).response
    assert fit(once, plain).response == once
