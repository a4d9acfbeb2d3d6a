from datetime import UTC, datetime

import pytest
from support.hook_calls import body, example

from cds_hooks import AcceptedSuggestion, Feedback, InvalidRequest, MalformedJSON, OverrideReason, read_feedback

WHEN = datetime(2020, 12, 11, tzinfo=UTC)


def item(**changes):
    changed = {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2020-12-11T00:00:00Z"} | changes
    return {name: value for name, value in changed.items() if value is not ...}


def accepted(**changes):
    return item(**{"outcome": "accepted", "acceptedSuggestions": [{"id": "s1"}]} | changes)


def read(*items):
    return read_feedback(body({"feedback": list(items)}))


def problem(one):
    batch = read(one)
    assert batch.items == ()
    return batch.problems[0].path


def test_the_official_acceptance_is_read():
    """FB-3, FB-4, FB-6"""
    (feedback,) = read_feedback(body(example("spec3--feedback--accepted-suggestion"))).items
    assert feedback == Feedback(
        "4e0a3a1e-3283-4575-ab82-028d55fe2719",
        "accepted",
        datetime(2021, 12, 11, 10, 5, 31, tzinfo=UTC),
        (AcceptedSuggestion("e56e1945-20b3-4393-8503-a1a20fd73152"),),
    )


def test_the_official_overrides_are_read_with_and_without_reason():
    """FB-5, FB-7, CODE-3: a reason needs no display here."""
    (bare,) = read_feedback(body(example("spec3--feedback--overridden-no-reason"))).items
    (reasoned,) = read_feedback(body(example("spec3--feedback--overridden-with-reason-and-comment"))).items
    assert bare == Feedback("f6b95768-b1c8-40dc-8385-bf3504b82ffb", "overridden", WHEN)
    assert reasoned.override_reason == OverrideReason(
        "d7ecf885",
        "https://example.com/cds-hooks/override-reason-system",
        user_comment="A comment entered by the clinician.",
    )


@pytest.mark.parametrize("message", [{}, {"feedback": None}, {"feedback": {}}, {"feedback": "x"}, {"Feedback": []}])
def test_a_body_without_a_feedback_array_is_refused(message):
    """FB-3"""
    with pytest.raises(InvalidRequest) as caught:
        read_feedback(body(message))
    assert caught.value.expression == ("feedback",)


@pytest.mark.parametrize("text", [b"[]", body([item()])])
def test_a_bare_array_is_refused(text):
    """FB-3"""
    with pytest.raises(InvalidRequest):
        read_feedback(text)


def test_a_body_that_is_no_json_is_refused():
    with pytest.raises(MalformedJSON):
        read_feedback(b'{"feedback": [{"card": NaN}]}')


def test_a_bad_item_costs_only_itself():
    """FB-3, FB-11: items stand alone, one card each."""
    batch = read(item(card="a"), item(card=5), accepted(card="b"), "x", item(outcome="ignored"), item(card="c"))
    assert [feedback.card for feedback in batch.items] == ["a", "b", "c"]
    assert [(bad.index, bad.path) for bad in batch.problems] == [
        (1, "feedback[1].card"),
        (3, "feedback[3]"),
        (4, "feedback[4].outcome"),
    ]


def test_an_empty_array_is_an_empty_batch():
    assert read().items == read().problems == ()


@pytest.mark.parametrize("name", ["card", "outcome", "outcomeTimestamp"])
@pytest.mark.parametrize("value", [..., None, "", 5, []])
def test_each_item_needs_its_card_outcome_and_time(name, value):
    """FB-4, FB-5, FB-8"""
    assert problem(item(**{name: value})) == f"feedback[0].{name}"


@pytest.mark.parametrize("outcome", ["ignored", "Accepted", "rejected"])
def test_a_card_was_accepted_or_overridden(outcome):
    """FB-5"""
    assert problem(item(outcome=outcome)) == "feedback[0].outcome"


@pytest.mark.parametrize("suggestions", [..., None, [], "s1", {}])
def test_an_acceptance_names_its_suggestions(suggestions):
    """FB-6"""
    assert problem(accepted(acceptedSuggestions=suggestions)) == "feedback[0].acceptedSuggestions"


def test_each_accepted_suggestion_has_an_id():
    """FB-6"""
    assert problem(accepted(acceptedSuggestions=[{"id": "s1"}, {}])) == "feedback[0].acceptedSuggestions[1].id"
    (feedback,) = read(accepted(acceptedSuggestions=[{"id": "s1"}, {"id": "s2"}])).items
    assert [each.id for each in feedback.accepted_suggestions] == ["s1", "s2"]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (..., None),
        (None, None),
        ({}, None),
        ({"userComment": "Not now"}, OverrideReason(user_comment="Not now")),
        ({"reason": {"code": "a", "system": "b"}}, OverrideReason("a", "b")),
        ({"reason": {"code": "a", "display": "c"}, "userComment": "d"}, OverrideReason("a", None, "c", "d")),
    ],
)
def test_an_override_may_have_a_reason_a_comment_both_or_neither(sent, reason):
    """FB-7"""
    assert read(item(overrideReason=sent)).items[0].override_reason == reason


def test_a_reason_that_was_never_offered_is_taken_also_without_a_system():
    """CARD-15, CODE-2: the official sandbox leaves the system out."""
    assert read(item(overrideReason={"reason": {"code": "ours"}})).items[0].override_reason == OverrideReason("ours")


def test_a_reason_without_a_code_is_refused():
    """CODE-1"""
    assert problem(item(overrideReason={"reason": {"system": "x"}})) == "feedback[0].overrideReason.reason.code"


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        ("1985-04-12T23:20:50.52Z", datetime(1985, 4, 12, 23, 20, 50, 520000, UTC)),
        ("1985-04-12t23:20:50z", datetime(1985, 4, 12, 23, 20, 50, 0, UTC)),
        ("1985-04-12T23:20:50.123456789Z", datetime(1985, 4, 12, 23, 20, 50, 123456, UTC)),
        ("1996-12-19T16:39:57-08:00", datetime(1996, 12, 20, 0, 39, 57, 0, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_of_rfc_3339_are_read_into_utc(sent, read_as):
    """FB-8"""
    moment = read(item(outcomeTimestamp=sent)).items[0].outcome_timestamp
    assert (moment, moment.tzinfo) == (read_as, UTC)


@pytest.mark.parametrize(
    "sent",
    [
        "2020-12-11",
        "2020-12-11T00:00:00",
        "2020-12-11 00:00:00Z",
        "2020-13-11T00:00:00Z",
        "2020-12-11T00:00:61Z",
        "2020-12-11T24:01:00Z",
        "2020-12-11T00:00:00+99:99",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:60Z",
        "٢٠٢٠-12-11T00:00:00Z",
        "1607644800",
    ],
)
def test_other_times_are_refused(sent):
    """FB-8"""
    assert problem(item(outcomeTimestamp=sent)) == "feedback[0].outcomeTimestamp"


def test_the_same_card_may_be_reported_twice_in_one_call():
    """FB-9"""
    assert len(read(item(), item(), accepted(), accepted()).items) == 4


def test_a_comment_stays_out_of_any_text_made_of_it():
    """FB-15"""
    batch = read(item(overrideReason={"reason": {"code": "a"}, "userComment": "SENTINEL"}))
    assert "SENTINEL" not in f"{batch!r} {batch} {batch.items[0].override_reason}"
    assert batch.items[0].override_reason.user_comment == "SENTINEL"


def test_duplicate_members_of_an_item_are_its_problem():
    text = b'{"feedback": [{"card": "a", "card": "b", "outcome": "overridden"}]}'
    assert read_feedback(text).problems[0].path == "feedback[0].card"
