"""From an assessment to cards. In: the assessment, the findings and the rules they were assessed by, the chart and what
is drafted, the library of cards and the moment. Out: each card whose definition is for this conclusion, complete and
valid, the first one leading. What is shown is decided afterwards, in `suppress`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cds_hooks import Action, Card, Coding, Source, Suggestion
from service.assessment.assess import deciding_rule
from service.assessment.definition import RuleDefinition
from service.assessment.evaluate import applies
from service.assessment.model import Assessment
from service.cards.definition import TOPIC_SYSTEM, CardDefinition, CardLibrary, Choice
from service.cards.detail import label_of, write_detail
from service.cards.options import Offer, offers
from service.cards.orders import draft_order
from service.cards.questions import worth_asking
from service.cards.quotes import found_in, newest, newest_first
from service.cards.summary import fill
from service.chart.model import Chart
from service.evidence.drafted import DraftedOrder, kinds_of
from service.evidence.model import Findings
from service.moment import Moment

SOURCE_LABEL: Final = "Cartsign"
# The hooks that come with draft orders.
ORDER_HOOKS: Final = frozenset({"order-select", "order-sign"})


@dataclass(frozen=True, slots=True)
class ComposedCard:
    """A card ready to be shown, and the definition it was made from.

    `not_now` says why it is not for this patient or not for this hook's orders, and is empty where it is.
    """

    card: Card
    definition: CardDefinition
    not_now: str = ""


@dataclass(frozen=True, slots=True)
class Composer:
    """Everything that the cards of one call have in common."""

    findings: Findings
    rules: Sequence[RuleDefinition]
    chart: Chart
    drafted: tuple[DraftedOrder, ...]
    library: CardLibrary
    moment: Moment

    def compose(self, assessment: Assessment) -> tuple[ComposedCard, ...]:
        """The cards for this conclusion in their order, red flags of the vessels and of the spine side by side."""
        return tuple(
            ComposedCard(self._card(card, assessment), card, self._not_now(card))
            for card in self._fitting(assessment.rule, self.findings)
        )

    def _fitting(self, rule: RuleDefinition | None, findings: Findings) -> Iterator[CardDefinition]:
        for card in self.library.cards:
            if card.status != "active" or rule is None or rule.state not in card.states:
                continue
            if card.rules and rule.id not in card.rules:
                continue
            if card.kinds and not any(e.kind in card.kinds for e in newest(found_in(findings, "R"), "present")):
                continue
            if (self.moment.hook in ORDER_HOOKS or not card.orders_only) and applies(card.when, findings):
                yield card

    def _not_now(self, card: CardDefinition) -> str:
        """A routine card stays away from some patients, and on the order hooks from orders that it is not about."""
        if card.red_flag:
            return ""
        for hold in self.library.holds.holds:
            if applies(hold.when, self.findings):
                return hold.reason
        if self.moment.hook not in ORDER_HOOKS:
            return ""
        drafts = card.drafts
        if drafts is None or kinds_of(self.drafted, selected=True).isdisjoint(drafts.answers):
            return "None of the orders being drafted concerns this card."
        if not kinds_of(self.drafted).isdisjoint(drafts.agrees_with) or not applies(drafts.when, self.findings):
            return "An order being drafted does already what this card would ask for."
        return ""

    def _offers(self, card: CardDefinition, findings: Findings) -> list[Offer]:
        kinds = kinds_of(self.drafted)
        drafted = {order.id: not kinds.isdisjoint(order.drafted_as) for order in self.library.orders.values()}
        return offers(card.options, self.library.options, findings, drafted)

    def _outcome(self, findings: Findings) -> Hashable:
        """What a reader would see otherwise: the conclusion, how urgent it is, and what is offered."""
        rule = deciding_rule(findings, self.rules)
        if rule is None:
            return None
        return rule.id, tuple(
            (card.id, _chosen(card.indicator, findings), tuple(self._offers(card, findings)))
            for card in self._fitting(rule, findings)
        )

    def _card(self, card: CardDefinition, assessment: Assessment) -> Card:
        findings, library, moment = self.findings, self.library, self.moment
        offered = self._offers(card, findings)
        questions = worth_asking(card.questions, library.questions.questions, findings, self._outcome)
        kinds = [e.kind for e in newest(found_in(findings, "R"), "present") if e.kind in card.kinds]
        suggestions = tuple(self._suggestions(card, offered, assessment))
        reasons = library.override_reasons
        return Card(
            uuid=moment.uuid("card", card.id),
            summary=fill(_chosen(card.summary, findings), findings, kinds, library.words),
            indicator=_chosen(card.indicator, findings),
            detail=write_detail(card, offered, questions, assessment, findings, self.chart, library),
            source=Source(label=SOURCE_LABEL, topic=Coding(code=card.topic, system=TOPIC_SYSTEM)),
            suggestions=suggestions,
            selection_behavior="any" if suggestions else None,
            override_reasons=tuple(
                Coding(code=reason.code, system=reasons.system, display=reason.display) for reason in reasons.reasons
            ),
        )

    def _suggestions(
        self, card: CardDefinition, offered: Iterable[Offer], assessment: Assessment
    ) -> Iterator[Suggestion]:
        reasons = [piece.ref for piece in sorted((s.evidence for s in assessment.evidence), key=newest_first)]
        for offer in offered:
            if not offer.variant.order or offer.drafted:
                continue
            label = label_of(offer, self.library)
            in_short = [part.in_short for _, part in offer.parts if part.in_short]
            note = " ".join(text for text, _ in offer.parts)
            order = draft_order(
                self.library.orders[offer.variant.order],
                self.chart.patient.id,
                self.moment,
                reasons,
                f"Proposed by {SOURCE_LABEL} as a draft. {label}: {note}",
            )
            yield Suggestion(
                label=f"{label} ({'; '.join(in_short)})" if in_short else label,
                uuid=self.moment.uuid("suggestion", card.id, offer.id),
                is_recommended=False,
                actions=(
                    Action(
                        type="create",
                        description=f"Creates a draft order for you to complete or delete: {label}",
                        resource=order,
                    ),
                ),
            )


def _chosen(choices: Iterable[Choice], findings: Findings) -> str:
    """The first choice whose criterion is met; a loaded card ends with one that has none."""
    return next(choice.use for choice in choices if applies(choice.when, findings))
