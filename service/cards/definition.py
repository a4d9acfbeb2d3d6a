"""What a clinician may write about cards: for which charts a card is, and what it says. In: YAML,
converted by the loader. Out: frozen definitions gathered with orders, questions and words in one
`CardLibrary`, and `problems()` that say what a loader must refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeVar

from msgspec import Struct

from cds_hooks.response import SUMMARY_LIMIT
from service.assessment.definition import Criterion, State
from service.cards.content import (
    OrderDefinition,
    Orders,
    OverrideReasonDefinition,
    OverrideReasons,
    QuestionDefinition,
    Questions,
    Words,
)
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
QUESTION_LIMIT: Final = 3


class Choice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several texts or indicators: the first whose `when` is met is taken; the last has no `when`."""

    use: str
    when: Criterion | None = None


class Remark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence for the second block, said when its criterion is met."""

    text: str
    when: Criterion | None = None
    sources: tuple[SourceDefinition, ...] = ()


class OptionDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that can be done, and what it depends on.

    With `order` it becomes a suggestion that drafts that order; without, it is a line of text. `in_short`
    is the condition in a few words, printed on the suggestion itself.
    """

    condition: str
    order: str = ""
    label: str = ""
    in_short: str = ""
    when: Criterion | None = None
    sources: tuple[SourceDefinition, ...] = ()


class CardDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="card"):
    """One card: for which states it is, and what it says.

    It is shown for the states in `states`, narrowed to certain `rules`, to red flags of certain `kinds`, or
    by `when`. `found` are the findings that speak for the picture, `found_absent` those whose documented
    absence does, `context` those worth showing that do neither. `against` are those that speak against it;
    the documented absence of a finding in `found` speaks against it too. `missing` are named when nothing
    is documented about them.
    """

    id: str
    title: str
    status: Status
    version: str
    released: date
    states: tuple[State, ...]
    topic: Topic
    rules: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    when: Criterion | None = None
    indicator: tuple[Choice, ...]
    summary: tuple[Choice, ...]
    found: tuple[str, ...]
    found_absent: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    questions: tuple[str, ...] = ()
    options: tuple[OptionDefinition, ...] = ()
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
        for choice in self.indicator:
            if choice.use not in {"info", "warning", "critical"}:
                yield "indicator", f"{choice.use!r} is no indicator", "write info, warning or critical"
        for choice in self.summary:
            for slot in sorted(slots_of(choice.use) - SLOTS):
                yield "summary", f"{{{slot}}} is no slot", f"write one of {', '.join(sorted(SLOTS))}"
        for key in ("found", "found_absent", "context", "against", "missing"):
            for atom in getattr(self, key):
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
        """Its own sources, and those of its options and remarks."""
        told: tuple[OptionDefinition | Remark, ...] = (*self.options, *self.remarks)
        return (*self.sources, *(source for part in told for source in part.sources))

    def _criteria(self) -> Iterator[Criterion]:
        parts: tuple[CardDefinition | Choice | Remark | OptionDefinition, ...] = (
            self,
            *self.indicator,
            *self.summary,
            *self.remarks,
            *self.options,
        )
        for part in parts:
            if part.when is not None:
                yield part.when


# What a file in the folder of cards may hold; its `content` says which.
CardFile = CardDefinition | Orders | Questions | OverrideReasons | Words


@dataclass(frozen=True, slots=True)
class CardLibrary:
    """Everything cards are composed of."""

    cards: tuple[CardDefinition, ...]
    orders: Mapping[str, OrderDefinition]
    questions: tuple[QuestionDefinition, ...]
    override_system: str
    override_reasons: tuple[OverrideReasonDefinition, ...]
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
        reasons = _only(files, OverrideReasons)
        return cls(
            cards=tuple(sorted(cards, key=lambda card: card.id)),
            orders={order.id: order for order in _only(files, Orders).orders},
            questions=_only(files, Questions).questions,
            override_system=reasons.system,
            override_reasons=reasons.reasons,
            words=_only(files, Words),
        )

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        """What does not fit together: unknown orders and questions, missing words for one of `atoms`, a
        summary that can grow too long."""
        words = self.words
        for atom in sorted(atoms):
            if atom not in words.findings:
                yield (
                    f"{words.id}: findings",
                    f"no words for {atom}",
                    "write found, absent and missing for it",
                )
        asked = {question.id for question in self.questions}
        for reason in self.override_reasons:
            for key, problem, remedy in reason.problems():
                yield f"override-reasons: {key}", problem, remedy
        for question in self.questions:
            if not question.settled_by or not question.source.strip():
                yield f"questions: {question.id}", "needs settled_by and source", "write both"
        for card in self.cards:
            for option in card.options:
                if option.order and option.order not in self.orders:
                    yield f"{card.id}: options", f"no order {option.order!r}", "add it to orders.yaml"
                if not (option.order or option.label):
                    yield f"{card.id}: options", "an option without order and label", "write one of them"
            for question_id in card.questions:
                if question_id not in asked:
                    yield f"{card.id}: questions", f"no question {question_id!r}", "add it to questions.yaml"
            for kind in card.kinds:
                if kind not in words.kinds:
                    yield f"{card.id}: kinds", f"no words for {kind!r}", f"add it to {words.id}.yaml"
            for choice in card.summary:
                longest = longest_summary(choice.use, words, card.kinds)
                if longest >= SUMMARY_LIMIT:
                    yield (
                        f"{card.id}: summary",
                        f"can grow to {longest} characters: {choice.use!r}",
                        f"shorten it; a summary has fewer than {SUMMARY_LIMIT} characters (CARD-2)",
                    )


T = TypeVar("T", Orders, Questions, OverrideReasons, Words)


def _only(files: Iterable[CardFile], kind: type[T]) -> T:
    found = [file for file in files if isinstance(file, kind)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} files hold {kind.__name__}; exactly one must")
    return found[0]
