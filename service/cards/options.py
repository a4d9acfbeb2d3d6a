"""What can be done, and what each option depends on. In: YAML (`options.yaml`), converted by the loader; then the
findings of one chart and what is drafted already. Out: definitions, and the options that a card offers for this
chart, each with the condition and the cautions that the record calls for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec import Struct

from service.assessment.definition import Criterion
from service.assessment.evaluate import applies
from service.evidence.definition import Problem, SourceDefinition
from service.evidence.model import Findings


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way an option can stand: the first whose `when` is met is taken.

    With `order` it becomes a suggestion that drafts that order; without, it is a line of text under `label`.
    `in_short` is the condition in a few words, printed on the suggestion itself. `quotes` names findings whose
    newest statement stands behind the condition: the report that was found, the referral that is open.
    """

    condition: str
    order: str = ""
    label: str = ""
    in_short: str = ""
    quotes: tuple[str, ...] = ()
    when: Criterion | None = None
    sources: tuple[SourceDefinition, ...] = ()


class OptionDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that can be done; where no variant is met it is not offered."""

    id: str
    variants: tuple[Variant, ...]


class Caution(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the record says against doing an order in the ordinary way: a device, a drug, an allergy.

    It is printed with every option that drafts one of the orders in `about`, and quoted from the findings in `quotes`.
    """

    id: str
    about: tuple[str, ...]
    text: str
    when: Criterion
    in_short: str = ""
    quotes: tuple[str, ...] = ()
    sources: tuple[SourceDefinition, ...] = ()


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="options"):
    """Every option a card can name, and the cautions that go with their orders."""

    id: str
    title: str
    options: tuple[OptionDefinition, ...]
    cautions: tuple[Caution, ...] = ()

    @property
    def by_id(self) -> dict[str, OptionDefinition]:
        return {option.id: option for option in self.options}

    def problems(self, atoms: Collection[str], orders: Collection[str]) -> Iterator[Problem]:
        """What a loader must refuse; `atoms` are the findings and `orders` the orders that exist."""
        seen: set[str] = set()
        for option in self.options:
            key = f"options: {option.id}"
            if option.id in seen:
                yield key, "is written twice", "keep one of them"
            seen.add(option.id)
            if not option.variants:
                yield key, "has no variant", "write at least one"
            if any(variant.when is None for variant in option.variants[:-1]):
                yield key, "nothing behind a variant without `when` is ever reached", "move it to the end"
            for variant in option.variants:
                if variant.order and variant.order not in orders:
                    yield key, f"no order {variant.order!r}", "add it to orders.yaml"
                if not (variant.order or variant.label):
                    yield key, "a variant without order and label", "write one of them"
                yield from _problems(key, variant, atoms)
        for caution in self.cautions:
            key = f"cautions: {caution.id}"
            for order in caution.about:
                if order not in orders:
                    yield key, f"no order {order!r}", "add it to orders.yaml"
            yield from _problems(key, caution, atoms)


def _problems(key: str, part: Variant | Caution, atoms: Collection[str]) -> Iterator[Problem]:
    for atom in part.quotes:
        if atom not in atoms:
            yield key, f"{atom!r} is no finding", "write the letter of a finding, or the id of an auxiliary one"
    if part.when is not None:
        for _, problem, remedy in part.when.problems(atoms):
            yield key, problem, remedy
    for source in part.sources:
        yield from source.problems()


@dataclass(frozen=True, slots=True)
class Offer:
    """An option as it stands for one chart; what is `drafted` already is told with its condition, not suggested."""

    id: str
    variant: Variant
    cautions: tuple[Caution, ...] = ()
    drafted: bool = False

    @property
    def parts(self) -> tuple[tuple[str, Variant | Caution], ...]:
        """The condition and each caution, with what it says."""
        return (self.variant.condition, self.variant), *((caution.text, caution) for caution in self.cautions)


def offers(wanted: Iterable[str], options: Options, findings: Findings, drafted: Mapping[str, bool]) -> list[Offer]:
    """The options in `wanted` that stand for these findings, in that order.

    `drafted` tells, by order id, whether such an order is being drafted already.
    """
    by_id = options.by_id
    found = []
    for name in wanted:
        variant = next((v for v in by_id[name].variants if applies(v.when, findings)), None)
        if variant is None:
            continue
        cautions = (c for c in options.cautions if variant.order in c.about and applies(c.when, findings))
        found.append(Offer(name, variant, tuple(cautions), drafted.get(variant.order, False)))
    return found
