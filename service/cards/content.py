"""What cards are made of besides their own texts: words for findings, the orders they offer, and when they stay
away. In: YAML, one file each, converted by the loader. Out: frozen definitions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from service.assessment.definition import Criterion
from service.evidence.definition import Problem


class FindingWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding in plain words: where it is documented, where it is documented as absent, and what is
    missing.

    A quotation that says one of `weaker_than` too is not said to say this: `leg symptom on walking` has told it.
    """

    found: str
    absent: str
    missing: str
    weaker_than: tuple[str, ...] = ()


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

    `display` stays empty where the code system's wording may not be reproduced, and the code where none was read in
    a source: the text then stands alone. `drafted_as` names the value sets by which an order that is being drafted
    already is recognised.
    """

    id: str
    label: str
    text: str
    system: str = ""
    code: str = ""
    display: str = ""
    source: str = ""
    drafted_as: tuple[str, ...] = ()

    def problems(self, value_sets: Collection[str]) -> Iterator[Problem]:
        key = f"orders: {self.id}"
        if bool(self.system) != bool(self.code) or bool(self.code) != bool(self.source):
            yield key, "a code needs its system and its source", "write all three, or none"
        if not self.drafted_as:
            yield key, "nothing tells when it is drafted already", "name its value sets under drafted_as"
        for value_set in self.drafted_as:
            if value_set not in value_sets:
                yield key, f"no value set {value_set!r}", "add it to value_sets/"


class Orders(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="orders"):
    """Every order a card can offer."""

    id: str
    title: str
    orders: tuple[OrderDefinition, ...]


class HoldDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When no routine card is shown whatever it says; `reason` is what the trace tells."""

    id: str
    when: Criterion
    reason: str


class Holds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="holds"):
    """Patients for whom routine cards stay away; red flags are shown all the same. `policy` says whose choice it is."""

    id: str
    title: str
    policy: str
    holds: tuple[HoldDefinition, ...]

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        for hold in self.holds:
            if not hold.reason.strip():
                yield f"holds: {hold.id}", "no reason", "say why the cards stay away"
            for _, problem, remedy in hold.when.problems(atoms):
                yield f"holds: {hold.id}", problem, remedy
