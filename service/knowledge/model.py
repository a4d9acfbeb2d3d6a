"""What a decision knows: how to read a chart, the rules, the cards, and one fingerprint of it all. In:
compiled definitions. Out: `Knowledge`, frozen, that `decide` receives; where it came from is `load`'s
affair."""

from __future__ import annotations

from dataclasses import dataclass

from service.assessment.attributes import ProductAttributes
from service.assessment.definition import RuleDefinition
from service.assessment.scores import ScoreDefinition
from service.cards.definition import CardLibrary
from service.evidence.reading import Reading


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All content in force, and the SHA-256 of the files it was loaded from; `product` is what holds for
    every rule alike and decides nothing, and `scores`, in the order of their ids, only explain."""

    reading: Reading
    rules: tuple[RuleDefinition, ...]
    cards: CardLibrary
    fingerprint: str
    product: ProductAttributes
    scores: tuple[ScoreDefinition, ...] = ()
