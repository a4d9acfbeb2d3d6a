"""What became of the cards: the bytes of a feedback POST go in, well-formed items and named problems come out.

One call may report on many cards, some of them twice, late, or out of order (FB-9, FB-10). An item that cannot be
read never costs the others: `FeedbackBatch` holds both what was understood and what was not.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from cds_hooks.errors import BadRequest
from cds_hooks.strict_json import MAX_DEPTH, Members, read_object

# RFC 3339 section 5.6, with the lower-case letters it permits and any number of fraction digits.
_TIMESTAMP = re.compile(
    r"(?P<minute>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?(?P<zone>[Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class AcceptedSuggestion:
    """A suggestion that was accepted; `id` is its uuid."""

    id: str


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """Why a card was overridden: a reason picked from a list, the user's own words, or both (FB-7).

    Clients may offer reasons of their own and may leave out the system (CARD-15, CODE-2). `user_comment` may
    hold health information: it is left out of any text made of this object (FB-15).
    """

    code: str | None = None
    system: str | None = None
    display: str | None = None
    user_comment: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one card, at `outcome_timestamp` (in UTC). `card` is the card's uuid, known here or not (FB-4)."""

    card: str
    outcome: Literal["accepted", "overridden"]
    outcome_timestamp: datetime
    accepted_suggestions: tuple[AcceptedSuggestion, ...] = ()
    override_reason: OverrideReason | None = None


@dataclass(frozen=True, slots=True)
class FeedbackProblem:
    """Why the item at `index` could not be read, and at which path."""

    index: int
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class FeedbackBatch:
    """One feedback call: the items that were understood, and the problems of those that were not."""

    items: tuple[Feedback, ...]
    problems: tuple[FeedbackProblem, ...] = ()


def read_feedback(body: bytes, *, max_depth: int = MAX_DEPTH) -> FeedbackBatch:
    """The feedback in `body`; raises MalformedJSON or InvalidRequest unless it is `{"feedback": [...]}` (FB-3)."""
    items: list[Feedback] = []
    problems: list[FeedbackProblem] = []
    for index, raw in enumerate(read_object(body, max_depth=max_depth).array("feedback")):
        path = f"feedback[{index}]"
        try:
            items.append(_item(Members.of(bytes(raw), path)))
        except BadRequest as error:
            where = error.expression[0] if error.expression else path
            problems.append(FeedbackProblem(index, where, error.message))
    return FeedbackBatch(tuple(items), tuple(problems))


def _item(members: Members) -> Feedback:
    outcome = members.text("outcome")
    if outcome not in ("accepted", "overridden"):
        raise members.wrong("outcome", "must be accepted or overridden")
    accepted: tuple[AcceptedSuggestion, ...] = ()
    if outcome == "accepted" or members.given("acceptedSuggestions"):
        accepted = tuple(AcceptedSuggestion(each.text("id")) for each in members.objects("acceptedSuggestions"))
    if outcome == "accepted" and not accepted:
        raise members.wrong("acceptedSuggestions", "must name a suggestion when the outcome is accepted")
    return Feedback(
        card=members.text("card"),
        outcome="accepted" if outcome == "accepted" else "overridden",
        outcome_timestamp=_timestamp(members),
        accepted_suggestions=accepted,
        override_reason=_override_reason(members.optional_object("overrideReason")),
    )


def _override_reason(members: Members | None) -> OverrideReason | None:
    if members is None:
        return None
    reason = members.optional_object("reason")
    comment = members.optional_text("userComment")
    if reason is None:
        return OverrideReason(user_comment=comment) if comment else None
    return OverrideReason(
        code=reason.text("code"),
        system=reason.optional_text("system"),
        display=reason.optional_text("display"),
        user_comment=comment,
    )


def _timestamp(members: Members) -> datetime:
    """FB-8, liberally: other offsets are turned into UTC, digits beyond microseconds are dropped."""
    found = _TIMESTAMP.fullmatch(members.text("outcomeTimestamp"))
    if found:
        zone = "+00:00" if found["zone"] in "Zz" else found["zone"]
        # A leap second is 60, which datetime does not know; seconds and fraction are added instead.
        since_minute = timedelta(
            seconds=int(found["second"]), microseconds=int((found["fraction"] or "0")[:6].ljust(6, "0"))
        )
        try:
            minute = datetime.fromisoformat(f"{found['minute'].upper()}:00{zone}")
            if since_minute < timedelta(seconds=61):
                return minute.astimezone(UTC) + since_minute
        except (ValueError, OverflowError):
            pass
    raise members.wrong("outcomeTimestamp", "must be a date and time of RFC 3339, as in 2020-12-11T00:00:00Z")
