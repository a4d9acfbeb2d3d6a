import json
from copy import deepcopy

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from hypothesis import given
from hypothesis import strategies as st
from support.hook_calls import DRAFT, example

from cds_hooks import Action, Card, CDSResponse, Coding, Link, Source, Suggestion

SOURCE = Source("Example")
CREATE = Action("create", "Create the order", DRAFT)
REASON = Coding("r1", "http://example.org/reasons", "Patient refused")


def card(**changes):
    return Card(**{"uuid": "c1", "summary": "Summary", "indicator": "info", "source": SOURCE} | changes)


def suggestion(uuid="s1", **changes):
    return Suggestion(**{"label": "Do it", "uuid": uuid, "actions": (CREATE,)} | changes)


def link(**changes):
    return Link(**{"label": "Read", "url": "https://example.org/x", "type": "absolute"} | changes)


def refused(requirement, build):
    with pytest.raises(ValueError, match=rf"\b{requirement}\b"):
        build()


def test_a_response_is_an_object_with_cards():
    """RESP-1, RESP-2: nothing to say is an empty list of cards, exactly."""
    assert CDSResponse().encode() == b'{"cards":[]}'
    assert json.loads(CDSResponse().encode()) == example("spec3--response--empty-cards")
    assert CDSResponse((card(),)).to_json()["cards"][0]["summary"] == "Summary"


def test_system_actions_are_left_out_when_there_are_none_and_cards_never_are():
    """JSON-8"""
    assert CDSResponse().to_json().keys() == {"cards"}
    assert CDSResponse(system_actions=(CREATE,)).to_json().keys() == {"cards", "systemActions"}


def test_the_official_response_can_be_built_again():
    """CARD-17, LINK-1, LINK-4: with links, a smart one among them, and override reasons."""
    wanted = deepcopy(example("spec3--response--two-cards-links-and-overrideReasons"))
    wanted["cards"][1]["uuid"] = "added: none was printed"
    app_context = wanted["cards"][0]["links"][2]["appContext"]
    first, second = wanted["cards"]
    built = CDSResponse(
        (
            card(
                uuid=first["uuid"],
                summary="Example Card",
                detail="This is an example card.",
                source=Source("Static CDS Service Example", "https://example.com", first["source"]["icon"]),
                links=(
                    Link("Google", "https://google.com", "absolute"),
                    Link("Github", "https://github.com", "absolute"),
                    Link("SMART Example App", "https://smart.example.com/launch", "smart", app_context),
                ),
            ),
            card(
                uuid=second["uuid"],
                summary="Another card",
                indicator="warning",
                source=Source("Static CDS Service Example"),
                override_reasons=tuple(Coding(**reason) for reason in second["overrideReasons"]),
            ),
        )
    )
    assert built.to_json() == wanted


def test_official_responses_that_break_the_rules_cannot_be_built():
    """CARD-5, CARD-8, CARD-6: no indicator; `success`; no source."""
    printed = example("spec3--response--autolaunchable-link")["cards"][0]
    refused("CARD-5", lambda: card(summary=printed["summary"], indicator=printed.get("indicator")))
    refused("CARD-5", lambda: card(indicator=example("docs--response--quickstart")["cards"][0]["indicator"]))
    refused("CARD-6", lambda: card(source=example("docs--card-only--opioid-guideline").get("source")))


def test_a_card_needs_a_uuid_of_its_own():
    """CARD-1, FB-12"""
    refused("CARD-1", lambda: card(uuid=""))
    refused("CARD-1", lambda: CDSResponse((card(), card())))


@pytest.mark.parametrize("character", ["x", "é", "😀", "\u0301"])
def test_a_summary_is_shorter_than_140_characters(character):
    """CARD-2: characters are counted, not bytes."""
    assert len(card(summary=character * 139).to_json()["summary"]) == 139
    refused("CARD-2", lambda: card(summary=character * 140))


@pytest.mark.parametrize("summary", ["", "  ", None, 5, "\ud800"])
def test_a_summary_is_text(summary):
    """CARD-2"""
    refused("CARD-2", lambda: card(summary=summary))


def test_detail_is_sent_as_it_was_written_or_not_at_all():
    """CARD-3, CARD-4: markdown, to which nothing is added, HTML least of all."""
    assert card(detail="**a** <b> & _c_").to_json()["detail"] == "**a** <b> & _c_"
    assert "detail" not in card(detail="").to_json()
    refused("CARD-3", lambda: card(detail=["a"]))


@pytest.mark.parametrize("indicator", ["info", "warning", "critical"])
def test_there_are_three_indicators(indicator):
    """CARD-5"""
    assert card(indicator=indicator).to_json()["indicator"] == indicator


@pytest.mark.parametrize("indicator", ["hard-stop", "error", "success", "Info", "", None])
def test_there_is_no_other_indicator(indicator):
    """CARD-5"""
    refused("CARD-5", lambda: card(indicator=indicator))


@pytest.mark.parametrize("source", [None, "Example", {"label": "Example"}])
def test_a_card_needs_a_source(source):
    """CARD-6"""
    refused("CARD-6", lambda: card(source=source))


def test_a_source_needs_a_label():
    """CARD-7"""
    refused("CARD-7", lambda: Source(""))
    refused("CARD-7", lambda: Source(" "))


@pytest.mark.parametrize(
    "url", ["example.org", "/x", "//example.org", "data:text/plain,x", "https://", "https://a b", 5]
)
def test_the_urls_of_a_source_are_absolute(url):
    """CARD-8, CARD-9"""
    refused("CARD-8", lambda: Source("Example", url=url))
    refused("CARD-9", lambda: Source("Example", icon=url))


def test_an_empty_url_of_a_source_is_left_out():
    """CARD-8, JSON-6: the official quick start prints null for it."""
    printed = example("docs--card-only--quickstart")["source"]
    assert Source(printed["label"], printed["url"]).to_json() == {"label": "Intermountain"}
    assert Source(printed["label"], "").to_json() == {"label": "Intermountain"}


def test_a_source_may_have_a_topic():
    """CARD-10, CODE-3: a topic needs no display."""
    topic = Coding("topic1", "http://example.org/topics")
    assert Source("Example", topic=topic).to_json()["topic"] == {
        "code": "topic1",
        "system": "http://example.org/topics",
    }
    printed = example("spec3--card-source--with-topic")["source"]
    assert Source(printed["label"], printed["url"], printed["icon"], Coding(**printed["topic"])).to_json() == printed


def test_optional_lists_vanish_when_they_are_empty():
    """CARD-11, CARD-13, CARD-17, JSON-6"""
    assert card().to_json().keys() == {"uuid", "summary", "indicator", "source"}


@pytest.mark.parametrize("behavior", [None, "", "all", "one"])
def test_suggestions_need_a_selection_behavior(behavior):
    """CARD-12"""
    refused("CARD-12", lambda: card(suggestions=(suggestion(),), selection_behavior=behavior))


@pytest.mark.parametrize("behavior", ["at-most-one", "any"])
def test_both_selection_behaviors_are_sent(behavior):
    """CARD-11, CARD-12"""
    sent = card(suggestions=(suggestion(),), selection_behavior=behavior).to_json()
    assert (sent["selectionBehavior"], len(sent["suggestions"])) == (behavior, 1)


def test_a_selection_behavior_without_suggestions_is_a_mistake():
    """CARD-13"""
    refused("CARD-13", lambda: card(selection_behavior="any"))


def test_an_override_reason_needs_a_display():
    """CARD-14, CODE-3"""
    assert card(override_reasons=(REASON,)).to_json()["overrideReasons"] == [REASON.to_json()]
    refused("CARD-14", lambda: card(override_reasons=(Coding("r1", "http://example.org/reasons"),)))


def test_an_extension_is_passed_through_and_is_an_object():
    """CARD-18, EXT-1, EXT-2"""
    extension = {"com.example.timestamp": "2017-11-27T22:13:25Z"}
    assert card(extension=extension).to_json()["extension"] == extension
    assert CDSResponse(extension=extension).to_json()["extension"] == extension
    assert "extension" not in card(extension={}).to_json()
    refused("EXT-2", lambda: card(extension=[extension]))
    refused("JSON-4", lambda: card(extension={"com.example.x": None}))


def test_a_suggestion_needs_a_label():
    """SUG-1"""
    refused("SUG-1", lambda: suggestion(label=""))


def test_a_suggestion_needs_a_uuid_of_its_own():
    """SUG-2, FB-12"""
    refused("SUG-2", lambda: suggestion(uuid=""))
    refused("SUG-2", lambda: card(suggestions=(suggestion(), suggestion()), selection_behavior="any"))


def test_one_suggestion_may_be_recommended_or_several_where_several_can_be_chosen():
    """SUG-3"""
    both = tuple(suggestion(uuid, is_recommended=True) for uuid in "ab")
    assert card(suggestions=both, selection_behavior="any")
    refused("SUG-3", lambda: card(suggestions=both, selection_behavior="at-most-one"))
    assert card(suggestions=both[:1], selection_behavior="at-most-one")


@pytest.mark.parametrize(("given", "sent"), [(None, None), (False, False), (True, True)])
def test_not_recommended_is_said_when_it_is_said(given, sent):
    """SUG-3: false is a value; only None is left out."""
    wire = suggestion(is_recommended=given).to_json()
    assert wire.get("isRecommended") is sent
    assert ("isRecommended" in wire) is (sent is not None)


def test_the_actions_of_a_suggestion_stay_together_in_order():
    """SUG-4"""
    delete = Action("delete", "Delete the other", resource_id="ServiceRequest/2")
    types = [action["type"] for action in suggestion(actions=(delete, CREATE)).to_json()["actions"]]
    assert types == ["delete", "create"]
    assert "actions" not in suggestion(actions=()).to_json()


@pytest.mark.parametrize("type_", ["", "patch", "Create", None])
def test_there_are_three_types_of_action(type_):
    """ACT-1"""
    refused("ACT-1", lambda: Action(type_, "What", DRAFT))


def test_an_action_needs_a_description():
    """ACT-2"""
    refused("ACT-2", lambda: Action("create", "", DRAFT))


@pytest.mark.parametrize("name", ["create", "update", "delete-by-resourceId"])
def test_the_official_actions_can_be_built_again(name):
    """ACT-1, ACT-3, ACT-4, ACT-5"""
    printed = example(f"spec3--action--{name}")
    action = Action(printed["type"], printed["description"], printed.get("resource"), printed.get("resourceId"))
    assert action.to_json() == printed


@pytest.mark.parametrize("resource", [None, {}, [], "ServiceRequest/1", {"id": "1"}])
def test_a_create_holds_the_resource(resource):
    """ACT-3"""
    with pytest.raises(ValueError, match=r"ACT-3|JSON-2"):
        Action("create", "What", resource)


def test_an_update_holds_the_whole_resource_with_its_id_and_version():
    """ACT-4, ACT-7"""
    refused("ACT-4", lambda: Action("update", "What"))
    refused("ACT-4", lambda: Action("update", "What", {"resourceType": "ServiceRequest"}))
    resource = DRAFT | {"meta": {"versionId": "3"}}
    assert Action("update", "What", resource).to_json()["resource"] == resource


@pytest.mark.parametrize("resource_id", [None, "", "1", "https://ehr.example.org/fhir/ServiceRequest/1", "A/b/c", "A/"])
def test_a_delete_names_the_resource_by_type_and_id(resource_id):
    """ACT-5"""
    refused("ACT-5", lambda: Action("delete", "What", resource_id=resource_id))


def test_only_a_delete_names_and_a_delete_only_names():
    """ACT-5, ACT-6"""
    refused("ACT-5", lambda: Action("create", "What", DRAFT, "ServiceRequest/1"))
    refused("ACT-6", lambda: Action("delete", "What", DRAFT, "ServiceRequest/1"))
    refused("ACT-6", lambda: Action("delete", "What", "1"))


def test_an_emitted_resource_is_the_fhir_it_was():
    """JSON-2: a FHIR parser reads it, and nothing was lost or renamed."""
    resource = DRAFT | {
        "authoredOn": "2024-02-29T10:00:00+01:00",
        "note": [{"text": "Schmerzen beim Gehen, „nach 100 m“"}],
        "quantityQuantity": {"value": 1.50, "unit": "x"},
    }
    sent = json.loads(CDSResponse(system_actions=(Action("create", "What", resource),)).encode())
    received = sent["systemActions"][0]["resource"]
    assert received == resource
    assert json.loads(ServiceRequest.model_validate(received).model_dump_json()).keys() == resource.keys()


@pytest.mark.parametrize(
    "resource",
    [
        {"note": None},
        {"note": []},
        {"note": [{"text": ""}]},
        {"code": {}},
        {"value": float("nan")},
        {"value": {1, 2}},
        {"text": "\ud800"},
        {1: "x"},
    ],
    ids=repr,
)
def test_a_resource_with_null_or_empty_or_unsendable_parts_is_refused(resource):
    """JSON-2, JSON-4, JSON-5"""
    refused("JSON-2", lambda: Action("create", "What", DRAFT | resource))


def test_null_is_allowed_where_fhir_uses_it_to_keep_arrays_in_step():
    """JSON-2"""
    resource = {"resourceType": "Patient", "name": [{"given": ["A", None], "_given": [None, {"id": "x"}]}]}
    assert Action("create", "What", resource)


def test_a_link_needs_a_label():
    """LINK-1"""
    refused("LINK-1", lambda: link(label=""))


@pytest.mark.parametrize("type_", ["absolute", "smart"])
@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "data:text/html,x", "file:///x", "/path", "example.org", "http:"]
)
def test_the_url_of_a_link_is_absolute_and_loaded_by_get(url, type_):
    """LINK-2"""
    refused("LINK-2", lambda: link(url=url, type=type_))


def test_a_link_is_absolute_or_smart():
    """LINK-3"""
    refused("LINK-3", lambda: link(type="relative"))


def test_only_a_smart_link_has_an_app_context_and_it_is_a_string():
    """LINK-4"""
    assert link(type="smart", app_context='{"a":1}').to_json()["appContext"] == '{"a":1}'
    refused("LINK-4", lambda: link(app_context="x"))
    refused("LINK-4", lambda: link(type="smart", app_context={"a": 1}))


@pytest.mark.parametrize(("given", "sent"), [(None, False), (False, False), (True, True)])
def test_autolaunchable_is_said_only_when_it_is_true(given, sent):
    """LINK-6"""
    assert ("autolaunchable" in link(autolaunchable=given).to_json()) is sent


def test_other_guidance_beside_an_autolaunchable_link_is_advised_against():
    """LINK-7"""
    launching = card(links=(link(autolaunchable=True),))
    assert CDSResponse((launching,)).advice() == ()
    for response in (
        CDSResponse((launching, card(uuid="c2"))),
        CDSResponse((card(indicator="critical", links=launching.links),)),
    ):
        assert [advice.split(":")[0] for advice in response.advice()] == ["LINK-7"]


def test_a_smart_link_leaves_the_launch_parameters_to_the_client():
    """LINK-8"""
    refused("LINK-8", lambda: link(type="smart", url="https://app.example.org/?iss=https://ehr.example.org"))
    refused("LINK-8", lambda: link(type="smart", url="https://app.example.org/?a=1&launch=xyz"))
    assert link(url="https://example.org/?launch=xyz")


def test_a_coding_needs_its_code():
    """CODE-1"""
    refused("CODE-1", lambda: Coding("", "http://example.org"))


def test_a_coding_needs_its_system():
    """CODE-2"""
    refused("CODE-2", lambda: Coding("a", ""))


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(str.strip)
OPTIONAL_TEXTS = st.none() | st.just("") | TEXTS
CODINGS = st.builds(Coding, TEXTS, TEXTS, TEXTS)
URLS = st.sampled_from(["https://example.org/a", "http://example.org:8080/?b=c"])
SUGGESTIONS = st.lists(
    st.builds(Suggestion, TEXTS, TEXTS, st.sampled_from([(), (CREATE,)]), st.sampled_from([None, False])),
    max_size=3,
    unique_by=lambda each: each.uuid,
).map(tuple)


@st.composite
def cards(draw):
    suggestions = draw(SUGGESTIONS)
    return Card(
        uuid=draw(TEXTS),
        summary=draw(TEXTS),
        indicator=draw(st.sampled_from(["info", "warning", "critical"])),
        source=Source(draw(TEXTS), draw(st.none() | st.just("") | URLS), topic=draw(st.none() | CODINGS)),
        detail=draw(OPTIONAL_TEXTS),
        suggestions=suggestions,
        selection_behavior=draw(st.sampled_from(["any", "at-most-one"])) if suggestions else None,
        override_reasons=tuple(draw(st.lists(CODINGS, max_size=2))),
        links=tuple(draw(st.lists(st.builds(Link, TEXTS, URLS, st.just("smart"), st.none() | TEXTS), max_size=2))),
        extension=draw(st.none() | st.just({}) | st.just({"com.example.a": 1})),
    )


def empties(value, path=""):
    if value is None or value in ("", [], {}):
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from empties(member, f"{path}.{name}")


@given(st.lists(cards(), max_size=3, unique_by=lambda each: each.uuid))
def test_nothing_on_the_wire_is_null_or_empty_but_the_list_of_cards(listed):
    """JSON-3, JSON-4, JSON-5, JSON-6: and a strict parser reads it."""
    sent = json.loads(CDSResponse(tuple(listed)).encode(), parse_constant=pytest.fail)
    assert list(empties(sent)) == ([] if listed else [".cards"])
    assert len(sent["cards"]) == len(listed)
