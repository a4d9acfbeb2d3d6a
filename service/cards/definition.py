"""What a clinician may write about cards: for which charts a card is, and what it says. In: YAML,
converted by the loader. Out: frozen definitions gathered with orders, questions and words in one
`CardLibrary`, and `problems()` that say what a loader must refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeVar, get_args

from msgspec import Struct

from cds_hooks.response import SUMMARY_LIMIT
from service.assessment.definition import Criterion, State
from service.cards.answers import OverrideReasons
from service.cards.content import Holds, OrderDefinition, Orders, Words
from service.cards.options import Options
from service.cards.questions import Questions
from service.cards.summary import SLOTS, longest_summary, slots_of
from service.evidence.definition import Problem, SourceDefinition

Topic = Literal[
    "neurogenicClaudication",
    "mixedClaudication",
    "vascularClaudication",
    "spinalRedFlag",
    "vascularRedFlag",
    "historyIncomplete",
    "imagingStewardship",
]
Indicator = Literal["info", "warning", "critical"]
Status = Literal["draft", "shadow", "active", "retired"]

TOPIC_SYSTEM: Final = "urn:cartsign:card-topic"
RED_FLAG_TOPICS: Final = frozenset({"spinalRedFlag", "vascularRedFlag"})
ROUTINE_TOPICS: Final = frozenset(get_args(Topic)) - RED_FLAG_TOPICS


class Choice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several texts or indicators: the first whose `when` is met is taken; the last has no `when`."""

    use: str
    when: Criterion | None = None


class Remark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence for the second block, said when its criterion is met, with the newest statement of each finding in
    `quotes` behind it."""

    text: str
    when: Criterion | None = None
    quotes: tuple[str, ...] = ()
    sources: tuple[SourceDefinition, ...] = ()


class DraftsDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which draft orders a card answers, by the value sets they belong to.

    Shown for a selected draft among `answers` when `when` is met, unless one among `agrees_with` is drafted too: then
    the clinician does already what the card would ask for, and agreement is silence.
    """

    answers: tuple[str, ...]
    agrees_with: tuple[str, ...] = ()
    when: Criterion | None = None


class CardDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="card"):
    """One card: for which states it is, and what it says.

    It is shown for the states in `states`, narrowed to certain `rules`, to red flags of certain `kinds`, or
    by `when`. On the order hooks a routine card is shown only for the draft orders that `drafts` names; a card
    with `orders_only` is for these hooks alone, and one with `said_once` is not repeated at signing.
    `needs_received` are the prefetch keys without which it may not speak.

    `found` are the findings that speak for the picture, `found_absent` those whose documented absence does,
    `context` those worth showing that do neither. `against` are those that speak against it; the documented
    absence of a finding in `found` speaks against it too. `missing` are named when nothing is documented about
    them. `alternatives` are other causes of leg symptoms, in the order in which they are named where documented.
    """

    id: str
    title: str
    status: Status
    version: str
    released: date
    states: tuple[State, ...]
    # Where several are shown the lowest comes first, and gives the decision its topic.
    order: int = 0
    topic: Topic
    rules: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    when: Criterion | None = None
    drafts: DraftsDefinition | None = None
    orders_only: bool = False
    said_once: bool = False
    needs_received: tuple[str, ...] = ()
    indicator: tuple[Choice, ...]
    summary: tuple[Choice, ...]
    found: tuple[str, ...]
    found_absent: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    questions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    sources: tuple[SourceDefinition, ...] = ()
    # A rule about many red flags has sources for each; its card cites those of the options it shows.
    cites_rule: bool = True

    @property
    def red_flag(self) -> bool:
        return self.topic in RED_FLAG_TOPICS

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        """What is wrong with this card by itself, `atoms` being the findings that exist; `CardLibrary.problems`
        looks at what else it refers to."""
        if not self.states:
            yield "states", "the card is for no state", "name at least one state"
        for key, choices in (("indicator", self.indicator), ("summary", self.summary)):
            if not choices or choices[-1].when is not None or any(c.when is None for c in choices[:-1]):
                yield (
                    key,
                    "no choice is left when no criterion is met",
                    "end with one choice that has no `when`",
                )
        if self.orders_only and self.drafts is None:
            yield "orders_only", "no draft order ever calls for the card", "name them under drafts: answers"
        for choice in self.indicator:
            if choice.use not in {"info", "warning", "critical"}:
                yield "indicator", f"{choice.use!r} is no indicator", "write info, warning or critical"
        for choice in self.summary:
            for slot in sorted(slots_of(choice.use) - SLOTS):
                yield "summary", f"{{{slot}}} is no slot", f"write one of {', '.join(sorted(SLOTS))}"
        named = {key: getattr(self, key) for key in ("found", "found_absent", "context", "against", "missing")}
        named |= {"alternatives": self.alternatives, "remarks": tuple(a for r in self.remarks for a in r.quotes)}
        for key, mentioned in named.items():
            for atom in mentioned:
                if atom not in atoms:
                    yield key, f"{atom!r} is no finding", "write the letter of a finding, or the id of an auxiliary one"
        for criterion in self._criteria():
            yield from criterion.problems(atoms)
        for source in self.cited:
            yield from source.problems()

    @property
    def named(self) -> tuple[str, ...]:
        """The findings it has a place for."""
        return (*self.found, *self.found_absent, *self.context, *self.against, *self.missing)

    @property
    def cited(self) -> tuple[SourceDefinition, ...]:
        """Its own sources, and those of its remarks."""
        return (*self.sources, *(source for remark in self.remarks for source in remark.sources))

    def _criteria(self) -> Iterator[Criterion]:
        parts: tuple[CardDefinition | Choice | Remark, ...] = (self, *self.indicator, *self.summary, *self.remarks)
        for part in parts:
            if part.when is not None:
                yield part.when
        if self.drafts is not None and self.drafts.when is not None:
            yield self.drafts.when


# What a file in the folder of cards may hold; its `content` says which.
CardFile = CardDefinition | Holds | Orders | Options | Questions | OverrideReasons | Words


@dataclass(frozen=True, slots=True)
class CardLibrary:
    """Everything cards are composed of."""

    cards: tuple[CardDefinition, ...]
    orders: Mapping[str, OrderDefinition]
    options: Options
    questions: Questions
    override_reasons: OverrideReasons
    holds: Holds
    words: Words

    @property
    def titles(self) -> dict[str, str]:
        """What each finding is called, by its letter."""
        return {atom: words.found for atom, words in self.words.findings.items()}

    @classmethod
    def of(cls, files: Iterable[CardFile]) -> CardLibrary:
        """The library made of the files of the folder, in any order; ValueError where a needed one is
        missing or double."""
        files = tuple(files)
        cards = (file for file in files if isinstance(file, CardDefinition))
        return cls(
            cards=tuple(sorted(cards, key=lambda card: (card.order, card.id))),
            orders={order.id: order for order in _only(files, Orders).orders},
            options=_only(files, Options),
            questions=_only(files, Questions),
            override_reasons=_only(files, OverrideReasons),
            holds=_only(files, Holds),
            words=_only(files, Words),
        )

    def topic_of(self, state: State) -> Topic:
        """The topic under which the charts of a state are spoken of, also where no card of it is in force."""
        topics = (card.topic for card in self.cards if state in card.states and not card.orders_only)
        return next(topics, "neurogenicClaudication")

    def problems(self, atoms: Collection[str], value_sets: Collection[str]) -> Iterator[Problem]:
        """What does not fit together: unknown orders, options, questions and value sets, missing words for one of
        `atoms`, a summary that can grow too long. Before the key stands the `content` of the file or the card's id."""
        for atom in sorted(atoms):
            if atom not in self.words.findings:
                yield "words: findings", f"no words for {atom}", "write found, absent and missing for it"
        parts = {
            "override-reasons": self.override_reasons.problems(atoms, ROUTINE_TOPICS),
            "orders": (problem for order in self.orders.values() for problem in order.problems(value_sets)),
            "options": self.options.problems(atoms, self.orders),
            "questions": self.questions.problems(atoms),
            "holds": self.holds.problems(atoms),
        }
        for content, problems in parts.items():
            for key, problem, remedy in problems:
                yield f"{content}: {key}", problem, remedy
        for card in self.cards:
            yield from self._card_problems(card, value_sets)

    def _card_problems(self, card: CardDefinition, value_sets: Collection[str]) -> Iterator[Problem]:
        for option in card.options:
            if option not in self.options.by_id:
                yield f"{card.id}: options", f"no option {option!r}", "add it to options.yaml"
        for question_id in card.questions:
            if question_id not in {question.id for question in self.questions.questions}:
                yield f"{card.id}: questions", f"no question {question_id!r}", "add it to questions.yaml"
        for value_set in (*card.drafts.answers, *card.drafts.agrees_with) if card.drafts else ():
            if value_set not in value_sets:
                yield f"{card.id}: drafts", f"no value set {value_set!r}", "add it to value_sets/"
        for kind in card.kinds:
            if kind not in self.words.kinds:
                yield f"{card.id}: kinds", f"no words for {kind!r}", f"add it to {self.words.id}.yaml"
        for choice in card.summary:
            longest = longest_summary(choice.use, self.words, card.kinds)
            if longest >= SUMMARY_LIMIT:
                yield (
                    f"{card.id}: summary",
                    f"can grow to {longest} characters: {choice.use!r}",
                    f"shorten it; a summary has fewer than {SUMMARY_LIMIT} characters (CARD-2)",
                )


T = TypeVar("T", Holds, Orders, Options, Questions, OverrideReasons, Words)


def _only(files: Iterable[CardFile], kind: type[T]) -> T:
    found = [file for file in files if isinstance(file, kind)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} files hold {kind.__name__}; exactly one must")
    return found[0]
