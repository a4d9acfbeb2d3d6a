"""From an assessment to cards. In: the assessment, the findings, the chart, the library of cards and the
moment. Out: each card whose definition is for this conclusion, complete and valid, the first one
leading. What is shown is decided afterwards, in `suppress`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cds_hooks import Action, Card, Coding, Source, Suggestion
from service.assessment.model import Assessment
from service.cards.definition import TOPIC_SYSTEM, CardDefinition, CardLibrary, Choice, Topic
from service.cards.detail import applies, label_of, write_detail
from service.cards.orders import draft_order
from service.cards.quotes import found_in, newest, newest_first
from service.cards.summary import fill
from service.chart.model import Chart
from service.evidence.model import Findings
from service.moment import Moment

SOURCE_LABEL: Final = "Cartsign"


@dataclass(frozen=True, slots=True)
class ComposedCard:
    """A card ready to be shown, its topic code, and whether it is a red flag rather than a routine card."""

    card: Card
    topic: Topic
    red_flag: bool


def compose(
    assessment: Assessment, findings: Findings, chart: Chart, cards: CardLibrary, moment: Moment
) -> tuple[ComposedCard, ...]:
    """The cards for this conclusion in the order of their ids, red flags of the spine and of the vessels
    side by side."""
    return tuple(
        ComposedCard(_card(card, assessment, findings, chart, cards, moment), card.topic, card.red_flag)
        for card in cards.cards
        if card.status == "active" and _is_for(card, assessment, findings)
    )


def _is_for(card: CardDefinition, assessment: Assessment, findings: Findings) -> bool:
    if assessment.state not in card.states:
        return False
    if card.rules and (assessment.rule is None or assessment.rule.id not in card.rules):
        return False
    if card.kinds and not any(support.evidence.kind in card.kinds for support in assessment.evidence):
        return False
    return applies(card.when, findings)


def _card(
    card: CardDefinition,
    assessment: Assessment,
    findings: Findings,
    chart: Chart,
    library: CardLibrary,
    moment: Moment,
) -> Card:
    kinds = [e.kind for e in newest(found_in(findings, "R"), "present") if e.kind in card.kinds]
    suggestions = _suggestions(card, assessment, findings, chart, library, moment)
    return Card(
        uuid=moment.uuid("card", card.id),
        summary=fill(_chosen(card.summary, findings), findings, kinds, library.words),
        indicator=_chosen(card.indicator, findings),
        detail=write_detail(card, assessment, findings, chart, library),
        source=Source(label=SOURCE_LABEL, topic=Coding(code=card.topic, system=TOPIC_SYSTEM)),
        suggestions=suggestions,
        selection_behavior="any" if suggestions else None,
        override_reasons=tuple(
            Coding(code=reason.code, system=library.override_system, display=reason.display)
            for reason in library.override_reasons
        ),
    )


def _chosen(choices: Iterable[Choice], findings: Findings) -> str:
    """The first choice whose criterion is met; a loaded card ends with one that has none."""
    return next(choice.use for choice in choices if applies(choice.when, findings))


def _suggestions(
    card: CardDefinition,
    assessment: Assessment,
    findings: Findings,
    chart: Chart,
    library: CardLibrary,
    moment: Moment,
) -> tuple[Suggestion, ...]:
    reasons = [piece.ref for piece in sorted((s.evidence for s in assessment.evidence), key=newest_first)]
    suggestions = []
    for place, option in enumerate(card.options):
        if not option.order or not applies(option.when, findings):
            continue
        label = label_of(option, library)
        note = f"Proposed by {SOURCE_LABEL} as a draft. {label}: {option.condition}"
        suggestions.append(
            Suggestion(
                label=f"{label} ({option.in_short})" if option.in_short else label,
                uuid=moment.uuid("suggestion", card.id, option.order, str(place)),
                is_recommended=False,
                actions=(
                    Action(
                        type="create",
                        description=f"Creates a draft order for you to complete or delete: {label}",
                        resource=draft_order(library.orders[option.order], chart.patient.id, moment, reasons, note),
                    ),
                ),
            )
        )
    return tuple(suggestions)
