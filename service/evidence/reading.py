"""Everything `extract` needs to know, compiled once: the language, the findings, the value sets, and how coded
questions are read. In: definitions as a clinician wrote them. Out: one frozen `Reading`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.chart.model import Concept
from service.evidence.definition import (
    FindingDefinition,
    LanguageDefinition,
    LeadIn,
    ValueSetDefinition,
)
from service.evidence.labels import Labels, names_of
from service.evidence.lexicon import spell_out
from service.evidence.narrative import Language, compile_language
from service.evidence.words import words_of

CodeKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """The compiled knowledge of findings, ready for any number of charts."""

    language: Language
    findings: tuple[FindingDefinition, ...]
    value_sets: Mapping[str, frozenset[CodeKey]]
    by_code: Mapping[CodeKey, frozenset[str]]
    labels: Labels
    lead_ins: Mapping[str, LeadIn]
    yes: frozenset[str]
    no: frozenset[str]
    # Answers that are read with what they answer, and the names by which numbers are known.
    results: frozenset[str]
    counted: frozenset[str]

    def value_sets_of(self, concept: Concept) -> frozenset[str]:
        """The ids of all value sets that hold one of the concept's codes."""
        found: frozenset[str] = frozenset()
        for coding in concept.codings:
            known = self.by_code.get((coding.system, coding.code))
            if known:
                found |= known
        return found

    def counts(self, label: str) -> bool:
        """Whether a name is one by which numbers of findings are known: `Ankle-brachial index left`."""
        return bool(label) and any(m.id in self.counted for m in self.language.named.find(words_of(label)))

    def value_sets_named(self, concept: Concept) -> frozenset[str]:
        """The value sets an order, a report or a device belongs to: by its codes, or, where it carries none of any
        value set, by its words."""
        found = self.value_sets_of(concept) or self.labels.of(concept)
        names = names_of(concept)
        return frozenset(name for name in found if not self.labels.elsewhere(name, names))


def compile_reading(
    findings: Sequence[FindingDefinition],
    languages: Sequence[LanguageDefinition],
    value_sets: Sequence[ValueSetDefinition],
) -> Reading:
    """One `Reading`; only findings whose status is `active` take part. Call `problems` first: this trusts its
    input."""
    sets = {v.id: frozenset((c.system, c.code) for c in v.codes) for v in value_sets}
    by_code: dict[CodeKey, frozenset[str]] = {}
    for name, codes in sets.items():
        for code in codes:
            by_code[code] = by_code.get(code, frozenset()) | {name}
    return Reading(
        compile_language(languages),
        tuple(f for f in findings if f.status == "active"),
        sets,
        by_code,
        Labels(value_sets),
        {lead.value_set: lead for language in languages for lead in language.lead_ins},
        frozenset(" ".join(words) for language in languages for said in language.yes for words in spell_out(said)),
        frozenset(" ".join(words) for language in languages for said in language.no for words in spell_out(said)),
        frozenset(word.lower() for language in languages for word in language.results),
        frozenset(name for f in findings for m in f.measured if m.target for name in (m.target, *m.also)),
    )
