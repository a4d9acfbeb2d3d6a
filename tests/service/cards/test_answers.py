"""Earlier answers, made up for a test: what they silence, what they teach, for whom and how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import yaml
from support.findings import findings
from support.rules import shipped_cards

from service.cards.answers import OverrideReasons, silenced, taught
from service.cards.definition import ROUTINE_TOPICS
from service.moment import CardEvent, Moment

TEXT = """
content: override-reasons
id: override-reasons
title: Override reasons
system: urn:made:up
policy: Made up
reasons:
  - code: never
    display: Never again
    unmapped: Made up
    consequences:
      - {topics: [mixedClaudication], silence: true, days: 10, whom: everyone, why: Somebody said never}
  - code: notNow
    display: Not now
    unmapped: Made up
    consequences:
      - topics: [mixedClaudication]
        silence: true
        days: 10
        whom: same-user
        until_new_evidence: true
        why: You said not now
  - code: done
    display: Done
    unmapped: Made up
    consequences:
      - {topics: [mixedClaudication], teaches: Q2, days: 10, whom: everyone, why: Somebody said that it was done}
without_reason:
  - topics: [mixedClaudication]
    silence: true
    days: 1
    whom: same-user
    until_new_evidence: true
    why: You dismissed it
accepted:
  - {topics: [mixedClaudication], silence: true, days: 2, whom: same-user, why: You took it}
"""
REASONS = msgspec.convert(yaml.safe_load(TEXT), OverrideReasons)
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
MOMENT = Moment(now=NOW, hook="patient-view", seed="s", user="Practitioner/7")


def said(reason: str | None = "never", **changed) -> Moment:
    event = CardEvent(
        topic="mixedClaudication",
        evidence="e",
        outcome="overridden",
        at=NOW - timedelta(hours=1),
        user="Practitioner/7",
        reason=reason,
    )
    return replace(MOMENT, history=(replace(event, **changed),))


def silent(moment: Moment, topic: str = "mixedClaudication", evidence: str = "e") -> bool:
    return silenced(topic, evidence, REASONS, moment) is not None


def test_an_answer_silences_the_topics_it_names():
    assert silenced("mixedClaudication", "e", REASONS, said()) == (
        "Somebody said never (answered on 2026-11-02, until 2026-11-12)."
    )
    assert not silent(said(), topic="vascularClaudication")
    assert not silent(MOMENT)


def test_an_answer_to_another_card_silences_nothing():
    assert not silent(said(topic="vascularClaudication"))


def test_an_answer_holds_for_its_days_and_not_before_it_was_given():
    assert silent(said(at=NOW - timedelta(days=10)))
    assert not silent(said(at=NOW - timedelta(days=10, seconds=1)))
    assert not silent(said(at=NOW + timedelta(seconds=1)))


def test_an_answer_for_everyone_holds_for_others_and_one_for_the_user_does_not():
    assert silent(said("never", user="Practitioner/8"))
    assert silent(said("notNow"))
    assert not silent(said("notNow", user="Practitioner/8"))
    assert not silent(replace(said("notNow", user=None), user=None))


def test_new_evidence_ends_an_answer_that_holds_until_then():
    assert silent(said("never"), evidence="new")
    assert not silent(said("notNow"), evidence="new")


@pytest.mark.parametrize("reason", [None, "", "a-reason-of-somebody-else"])
def test_without_a_reason_of_ours_the_plain_dismissal_counts(reason: str | None):
    assert silent(said(reason, at=NOW - timedelta(days=1)))
    assert not silent(said(reason, at=NOW - timedelta(days=2)))


def test_a_reason_adds_to_what_a_plain_dismissal_does():
    assert silent(said("done", at=NOW - timedelta(days=1)))
    assert not silent(said("done", at=NOW - timedelta(days=2)))
    assert not silent(said("done", user="Practitioner/8"))


def test_an_accepted_suggestion_has_its_own_consequence():
    assert silent(said(None, outcome="accepted", at=NOW - timedelta(days=2)))


def test_a_card_that_was_only_shown_has_none():
    assert not silent(said(None, outcome="shown"))


def test_an_answer_can_teach_what_the_record_lacks():
    learnt = taught(findings(A="present"), REASONS, said("done")).by_atom["Q2"]
    assert learnt.present
    (piece,) = learnt.evidence
    assert (piece.ref, piece.quote, piece.when) == ("Feedback", "Somebody said that it was done", NOW.date())


def test_what_the_record_says_itself_needs_no_teaching():
    known = findings(Q2="present")
    assert taught(known, REASONS, said("done")) == known


def test_what_was_taught_is_forgotten_in_time():
    plain = findings(A="present")
    assert taught(plain, REASONS, said("done", at=NOW - timedelta(days=11))) == plain
    assert taught(plain, REASONS, said("never")) == plain


def test_every_shipped_reason_does_something_and_none_reaches_a_red_flag():
    reasons = shipped_cards().override_reasons
    assert all(reason.consequences for reason in reasons.reasons)
    assert not list(reasons.problems(["Q2", "Q3", "vascular-referral-open"], ROUTINE_TOPICS))


@pytest.mark.parametrize(
    ("change", "to", "expected"),
    [
        ("policy: Made up", "policy: ''", "the numbers rest on nothing"),
        ("topics: [mixedClaudication], silence", "topics: [spinalRedFlag], silence", "'spinalRedFlag' is no topic"),
        ("teaches: Q2", "teaches: Z", "'Z' is no finding"),
        ("silence: true, days: 10", "days: 10", "an answer silences or teaches"),
        ("silence: true, days: 10", "silence: true, teaches: Q2, days: 10", "an answer silences or teaches"),
        ("days: 10, whom: everyone, why: Somebody said never", "days: 0, whom: everyone, why: x", "0 days"),
        (
            "unmapped: Made up\n    consequences:\n      - {topics",
            "consequences:\n      - {topics",
            "never: either a mapping",
        ),
    ],
)
def test_a_reason_that_makes_no_sense_is_refused(change: str, to: str, expected: str):
    assert change in TEXT
    broken = msgspec.convert(yaml.safe_load(TEXT.replace(change, to, 1)), OverrideReasons)
    assert any(problem.startswith(expected) for _, problem, _ in broken.problems({"Q2"}, ROUTINE_TOPICS))


def test_a_reason_without_consequence_is_refused():
    reason = {"code": "x", "display": "X", "unmapped": "Made up", "consequences": []}
    body = {"content": "override-reasons", "id": "x", "title": "x", "system": "s", "policy": "p", "reasons": [reason]}
    (problem,) = msgspec.convert(body, OverrideReasons).problems({"Q2"}, ROUTINE_TOPICS)
    assert problem[1] == "x: does nothing next time"
