"""One decision about one chart. In: the chart, the knowledge in force, and the moment. Out: `Decision`,
which holds the answer to the EHR and everything that led to it. Live calls, replays, examples and tests
all go through `decide`; the same three inputs give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cds_hooks import Card, CDSResponse
from service.assessment.assess import assess
from service.assessment.definition import ATOMS, State
from service.assessment.model import Assessment
from service.assessment.scores import Score, score
from service.cards.answers import taught
from service.cards.compose import ComposedCard, Composer
from service.cards.suppress import Held, hold_back
from service.chart.model import Chart, Gap
from service.evidence.drafted import DraftedOrder, drafted_orders
from service.evidence.extract import extract
from service.evidence.foreign import in_english
from service.evidence.model import Findings, Status
from service.knowledge.model import Knowledge
from service.moment import Moment


@dataclass(frozen=True, slots=True)
class Decision:
    """What was found, what it was taken for, what is shown, what is held back and why, and what could
    not be read."""

    findings: Findings
    assessment: Assessment
    shown: tuple[ComposedCard, ...]
    held: tuple[Held, ...]
    drafts: tuple[DraftedOrder, ...]
    gaps: tuple[Gap, ...]
    knowledge: str
    # Explanation only: nothing above depends on them.
    scores: tuple[Score, ...] = ()

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards shown."""
        return tuple(each.card for each in self.shown)

    @property
    def state(self) -> State:
        """What the chart was taken for."""
        return self.assessment.state

    @property
    def flag(self) -> Status:
        """Whether a leg or buttock symptom on walking that eases with lumbar flexion is documented."""
        return self.assessment.flag

    @property
    def topic(self) -> str | None:
        """The topic code of the first card shown."""
        topic = self.cards[0].source.topic if self.cards else None
        return topic.code if topic else None

    def response(self) -> CDSResponse:
        """The answer to the hook call; links and what a given EHR accepts are added at the edge."""
        return CDSResponse(cards=self.cards)

    def to_json(self) -> dict[str, Any]:
        """The decision as `cartsign decide` prints it, keys in a fixed order."""
        rule = self.assessment.rule
        return {
            "state": self.state,
            "topic": self.topic,
            "flag": self.flag,
            "rule": {"id": rule.id, "version": rule.version} if rule else None,
            "findings": [
                {
                    "atom": found.atom,
                    "id": found.id,
                    "status": found.status,
                    "evidence": [piece.to_json() for piece in found.evidence],
                }
                for found in self.findings
                if found.atom in ATOMS
            ],
            # What was done already and what changes the options, as far as the record speaks of it.
            "context": [
                {"id": found.atom, "status": found.status, "evidence": [piece.to_json() for piece in found.evidence]}
                for found in self.findings
                if found.atom not in ATOMS and found.status != "not-documented"
            ],
            "drafts": [
                {"ref": draft.ref, "kinds": sorted(draft.kinds), "selected": draft.selected} for draft in self.drafts
            ],
            "criteria": [criterion.to_json() for criterion in self.assessment.criteria],
            "scores": [each.to_json() for each in self.scores],
            "cards": [card.to_json() for card in self.cards],
            "held": [held.to_json() for held in self.held],
            "gaps": [_gap(gap) for gap in self.gaps],
            "knowledge": self.knowledge,
        }


def decide(chart: Chart, knowledge: Knowledge, moment: Moment) -> Decision:
    """Read the findings, assess them, compose the cards, and hold back those that are not to be shown."""
    library = knowledge.cards
    chart = in_english(chart, knowledge.reading.language.tongues)
    findings = taught(extract(chart, knowledge.reading, moment.today), library.override_reasons, moment)
    drafted = drafted_orders(chart, knowledge.reading)
    assessment = assess(findings, knowledge.rules, library.titles)
    composed = Composer(findings, knowledge.rules, chart, drafted, library, moment).compose(assessment)
    shown, held = hold_back(composed, assessment, chart, library, moment)
    scores = tuple(score(findings, definition) for definition in knowledge.scores)
    return Decision(findings, assessment, shown, held, drafted, chart.gaps, knowledge.fingerprint, scores)


def _gap(gap: Gap) -> dict[str, str]:
    body = {"key": gap.key, "code": gap.code, "detail": gap.detail}
    return {**body, "ref": gap.ref} if gap.ref else body
