"""What a rule reads, worked out from the rule itself: the findings its criteria ask for, those its cards ask for or
print, where each is read from, and how the age counts. In: a rule, the findings, the library of cards. Out: `Inputs`.
A declared use is held against this, and the rule's page prints it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.assessment.definition import AgeTest, Criterion, RuleDefinition
from service.cards.definition import CardDefinition, CardLibrary
from service.cards.options import Caution, Variant
from service.evidence.definition import FindingDefinition

# Where words are read; a code of a drug or device comes with its words.
TEXTS = (
    *("AllergyIntolerance", "Condition", "Device", "DiagnosticReport", "DocumentReference"),
    *("MedicationRequest", "Observation", "Procedure", "ServiceRequest"),
)


@dataclass(frozen=True, slots=True)
class ReadFinding:
    """A finding that a rule reads: for its criteria, for the cards it leads to, or for both."""

    definition: FindingDefinition
    criteria: bool
    cards: bool

    @property
    def value_sets(self) -> tuple[str, ...]:
        """Whose codes say it."""
        finding = self.definition
        return tuple(sorted({*(c.value_set for c in finding.codes), *(m.value_set for m in finding.measured)}))

    @property
    def in_words(self) -> bool:
        """Whether it is read in text too."""
        finding = self.definition
        return bool(finding.statements or finding.relations or finding.felt or any(m.target for m in finding.measured))

    @property
    def resources(self) -> tuple[str, ...]:
        """The kinds of resource it is read from."""
        finding = self.definition
        if finding.age_bands:
            return ("Patient",)
        found = {resource for coded in finding.codes for resource in coded.resources}
        if finding.measured:
            found.add("Observation")
        if finding.relations or finding.felt or any(m.target for m in finding.measured):
            found.update(TEXTS)
        for statement in finding.statements:
            found.update(statement.resources or TEXTS)
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a rule reads. `ages` says in words each way the date of birth counts, `years` the numbers compared."""

    findings: tuple[ReadFinding, ...]
    ages: tuple[str, ...]
    years: tuple[int, ...]

    def reads(self, atom: str) -> str:
        """How a finding is read, in words; empty where it is not."""
        read = next((r for r in self.findings if r.definition.atom == atom), None)
        if read is None:
            return ""
        return "a criterion reads it" if read.criteria else "a card reads or prints it"


def inputs_of(rule: RuleDefinition, findings: Iterable[FindingDefinition], library: CardLibrary) -> Inputs:
    """What `rule` reads, directly and through the findings and the active cards it names."""
    by_atom = {finding.atom: finding for finding in findings}
    asked = _with_those_behind(set(_atoms(rule.when)), by_atom)
    cards = [card for card in library.cards if leads_to(rule, card)]
    shown = _with_those_behind({atom for card in cards for atom in _of_card(card, library)}, by_atom)
    read = tuple(
        ReadFinding(finding, atom in asked, atom in shown)
        for atom, finding in by_atom.items()
        if atom in asked or atom in shown
    )
    tests = [criterion.age for criterion in _tree(rule.when) if criterion.age is not None]
    return Inputs(read, tuple(_ages(rule, tests, read)), tuple(_years(rule, tests)))


def leads_to(rule: RuleDefinition, card: CardDefinition) -> bool:
    """Whether a chart that `rule` decides can show `card`."""
    return card.status == "active" and rule.state in card.states and (not card.rules or rule.id in card.rules)


def offered_by(card: CardDefinition, library: CardLibrary) -> Iterator[Variant | Caution]:
    """Every way its options can stand, and the cautions that can go with them."""
    variants = [variant for name in card.options for variant in library.options.by_id[name].variants]
    orders = {variant.order for variant in variants}
    yield from variants
    yield from (caution for caution in library.options.cautions if not orders.isdisjoint(caution.about))


def _tree(criterion: Criterion) -> Iterator[Criterion]:
    yield criterion
    for part in criterion.parts:
        yield from _tree(part)


def _atoms(*criteria: Criterion | None) -> Iterator[str]:
    for criterion in criteria:
        if criterion is not None:
            yield from (each.atom for each in _tree(criterion) if each.atom)


def _of_card(card: CardDefinition, library: CardLibrary) -> Iterator[str]:
    """The findings a card asks for or prints, those of its options, cautions and questions included."""
    yield from (*card.named, *card.alternatives)
    yield from (atom for remark in card.remarks for atom in remark.quotes)
    conditional = (card, *card.indicator, *card.summary, *card.remarks, *((card.drafts,) if card.drafts else ()))
    yield from _atoms(*(part.when for part in conditional))
    for part in offered_by(card, library):
        yield from (*_atoms(part.when), *part.quotes)
    for question in library.questions.questions:
        if question.id in card.questions:
            yield from (*(answer.finding for answer in question.answers), *question.settled_by)
    if not card.red_flag:
        yield from _atoms(*(hold.when for hold in library.holds.holds))
    # Every card tells of a red flag that is only possible.
    yield "R"


def _with_those_behind(atoms: set[str], by_atom: Mapping[str, FindingDefinition]) -> set[str]:
    """Those findings and the ones that they in turn need: gates, neighbours, and those they give way to."""
    by_id = {finding.id: finding for finding in by_atom.values()}
    seen: set[str] = set()
    left = [by_atom[atom] for atom in atoms if atom in by_atom]
    while left:
        finding = left.pop()
        if finding.atom not in seen:
            seen.add(finding.atom)
            needed = [*finding.yields_to, *(felt.alongside for felt in finding.felt)]
            needed += [finding.gate.needs] if finding.gate else []
            left += [by_id[name] for name in needed if name in by_id]
    return seen


def _ages(rule: RuleDefinition, tests: Iterable[AgeTest], read: Iterable[ReadFinding]) -> Iterator[str]:
    if rule.minimum_age is not None:
        yield f"the rule is looked at from {rule.minimum_age.years} years"
    for test in tests:
        words = {"above": test.above, "from": test.at_least, "below": test.below}
        yield f"a criterion asks for an age {' and '.join(f'{w} {n}' for w, n in words.items() if n is not None)}"
    for each in read:
        if each.definition.age_bands:
            yield "a criterion reads the age band" if each.criteria else "a card prints the age"
    # Onsets can be given as an age in Conditions alone.
    if any("Condition" in each.resources for each in read):
        yield "a problem whose onset is given as an age is dated by it"


def _years(rule: RuleDefinition, tests: Iterable[AgeTest]) -> Iterator[int]:
    if rule.minimum_age is not None:
        yield rule.minimum_age.years
    for test in tests:
        yield from (number for number in (test.above, test.at_least, test.below) if number is not None)
