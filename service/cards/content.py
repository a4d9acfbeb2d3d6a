"""What cards are made of besides their own texts: words for findings, the orders they offer, the
questions they ask, and the override reasons. In: YAML, one file each, converted by the loader. Out:
frozen definitions."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from service.evidence.definition import Problem


class FindingWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding in plain words: where it is documented, where it is documented as absent, and what is
    missing."""

    found: str
    absent: str
    missing: str


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="words"):
    """How cards speak of findings, red flags, places in the record and things that could not be read."""

    id: str
    title: str
    findings: dict[str, FindingWords]
    kinds: dict[str, str]
    # Resource type to what a clinician calls the place: `DocumentReference` is a clinical note.
    places: dict[str, str]
    # Prefetch keys whose gaps a card mentions, and what each gap code means; other gaps are counted, not
    # printed.
    received: dict[str, str]
    gaps: dict[str, str]


class OrderDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft order: one code, its public source, and our own words for it.

    `display` stays empty where the code system's wording may not be reproduced.
    """

    id: str
    label: str
    text: str
    system: str
    code: str
    display: str = ""
    source: str


class Orders(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="orders"):
    """Every order a card can offer."""

    id: str
    title: str
    orders: tuple[OrderDefinition, ...]


class QuestionDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to the clinician, left out once one of the findings in `settled_by` is documented
    either way."""

    id: str
    text: str
    settled_by: tuple[str, ...]
    source: str


class Questions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="questions"):
    """The questions in the order in which they are worth asking."""

    id: str
    title: str
    questions: tuple[QuestionDefinition, ...]


class SeenCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of another system, with the page it was read on."""

    system: str
    code: str
    display: str
    source: str


class OverrideReasonDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a clinician sets a card aside; `hl7` is the nearest published code, or None with the reason in
    `unmapped`."""

    code: str
    display: str
    hl7: SeenCode | None = None
    unmapped: str = ""

    def problems(self) -> Iterator[Problem]:
        if (self.hl7 is None) == (not self.unmapped.strip()):
            yield (
                "hl7",
                f"{self.code}: either a mapping or the reason for none",
                "write hl7, or unmapped, not both",
            )


class OverrideReasons(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="override-reasons"
):
    """The override reasons offered on every card."""

    id: str
    title: str
    system: str
    reasons: tuple[OverrideReasonDefinition, ...]
