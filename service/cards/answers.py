"""What earlier answers to cards mean now. In: YAML (`override-reasons.yaml`), converted by the loader; then the answers
that clinicians gave for this patient. Out: definitions; what an answer teaches about the record; and whether a card is
to stay silent because of one. Red flags are no part of this: they have a rule of their own, in `suppress`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from service.evidence.definition import Problem
from service.evidence.model import Evidence, Findings, Found
from service.moment import CardEvent, Moment


class SeenCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of another system, with the page it was read on."""

    system: str
    code: str
    display: str
    source: str


class Consequence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer to a card of one of these `topics` does next time.

    `silence` keeps cards of those topics back; `teaches` counts a finding as documented by the answer. Both hold for
    `days`, for everyone who opens this patient's chart or only for the same user, and, with `until_new_evidence`,
    only as long as the conclusion rests on the same evidence. `why` is printed where the answer has its effect.
    """

    topics: tuple[str, ...]
    days: int
    whom: Literal["everyone", "same-user"]
    why: str
    silence: bool = False
    teaches: str = ""
    until_new_evidence: bool = False


class OverrideReasonDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a clinician sets a card aside, and what that does next time.

    `hl7` is the nearest published code, or None with the reason in `unmapped`.
    """

    code: str
    display: str
    consequences: tuple[Consequence, ...]
    hl7: SeenCode | None = None
    unmapped: str = ""


class OverrideReasons(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="override-reasons"
):
    """The override reasons offered on every card, and what answers without one of them do.

    `policy` says whose choice the numbers are.
    """

    id: str
    title: str
    system: str
    policy: str
    reasons: tuple[OverrideReasonDefinition, ...]
    without_reason: tuple[Consequence, ...] = ()
    accepted: tuple[Consequence, ...] = ()

    def of(self, event: CardEvent) -> tuple[Consequence, ...]:
        """What `event` does; a reason of ours adds to what a dismissal without one does."""
        if event.outcome == "overridden":
            known = {reason.code: reason.consequences for reason in self.reasons}
            return *known.get(event.reason or "", ()), *self.without_reason
        return self.accepted if event.outcome == "accepted" else ()

    def problems(self, atoms: Collection[str], topics: Collection[str]) -> Iterator[Problem]:
        """What a loader must refuse; `topics` are those an answer may keep silent."""
        if not self.policy.strip():
            yield "policy", "the numbers rest on nothing", "say whose choice they are"
        for reason in self.reasons:
            if (reason.hl7 is None) == (not reason.unmapped.strip()):
                yield (
                    "hl7",
                    f"{reason.code}: either a mapping or the reason for none",
                    "write hl7, or unmapped, not both",
                )
            if not reason.consequences:
                yield "consequences", f"{reason.code}: does nothing next time", "write at least one consequence"
        every = (*(c for reason in self.reasons for c in reason.consequences), *self.without_reason, *self.accepted)
        for consequence in every:
            for topic in consequence.topics:
                if topic not in topics:
                    yield (
                        "consequences",
                        f"{topic!r} is no topic that an answer may keep silent",
                        f"write one of {', '.join(sorted(topics))}; red flags have a rule of their own",
                    )
            if consequence.silence == bool(consequence.teaches):
                yield "consequences", "an answer silences or teaches", "write silence: true or teaches, one of them"
            if consequence.teaches and consequence.teaches not in atoms:
                yield "consequences", f"{consequence.teaches!r} is no finding", "write the letter of a finding"
            if consequence.days < 1:
                yield "consequences", f"{consequence.days} days", "write how many days it holds"


def silenced(topic: str, evidence: str, reasons: OverrideReasons, moment: Moment) -> str | None:
    """Why a card of `topic` stays silent after an earlier answer, or None; `evidence` is what it would rest on now."""
    for event, consequence in _in_force(reasons, moment):
        if consequence.silence and topic in consequence.topics:
            if consequence.until_new_evidence and event.evidence != evidence:
                continue
            until = (event.at + timedelta(days=consequence.days)).date()
            return f"{consequence.why} (answered on {event.at.date()}, until {until})."
    return None


def taught(findings: Findings, reasons: OverrideReasons, moment: Moment) -> Findings:
    """The findings with what earlier answers document: `imaging has been done`, though no report is in the record."""
    for event, consequence in _in_force(reasons, moment):
        known = findings.by_atom.get(consequence.teaches)
        if known is not None and not known.present:
            said = Evidence(
                "Feedback", "overrideReason", consequence.why, "present", "a clinician's answer to an earlier card",
                event.at.date(),
            )  # fmt: skip
            found = Found(known.atom, known.id, "present", (said, *known.evidence))
            findings = replace(findings, by_atom={**findings.by_atom, known.atom: found})
    return findings


def _in_force(reasons: OverrideReasons, moment: Moment) -> Iterable[tuple[CardEvent, Consequence]]:
    """Every consequence that still holds, the newest answer first."""
    for event in sorted(moment.history, key=lambda event: (event.at, event.topic), reverse=True):
        for consequence in reasons.of(event):
            held = timedelta(0) <= moment.now - event.at <= timedelta(days=consequence.days)
            whose = consequence.whom == "everyone" or (moment.user is not None and event.user == moment.user)
            if held and whose and event.topic in consequence.topics:
                yield event, consequence
