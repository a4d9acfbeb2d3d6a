"""What definitions must agree on: every name that one file uses, another defines. In: all findings, languages
and value sets, each with its file. Out: the problems a loader must refuse, in words an author can act on;
none where all is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.evidence.definition import (
    FindingDefinition,
    LanguageDefinition,
    Measured,
    Problem,
    ValueSetDefinition,
)
from service.evidence.lexicon import PhraseError, spell_out
from service.evidence.nearest import meant

# The kinds of resource a chart is read from, as findings name them.
RESOURCES = frozenset(
    {
        *("AllergyIntolerance", "Condition", "Device", "DiagnosticReport", "DocumentReference", "ImagingStudy"),
        *("MedicationRequest", "MedicationStatement", "Observation", "Procedure", "ServiceRequest"),
    }
)


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that is defined somewhere."""

    concepts: frozenset[str]
    value_sets: frozenset[str]
    findings: frozenset[str]
    active: frozenset[str]
    postures: frozenset[str]
    regions: frozenset[str]
    sections: frozenset[str]
    kin: frozenset[str]

    @classmethod
    def of(
        cls,
        findings: Sequence[FindingDefinition],
        languages: Sequence[LanguageDefinition],
        value_sets: Sequence[ValueSetDefinition],
    ) -> Names:
        concepts = [c for language in languages for c in language.concepts]
        return cls(
            frozenset(c.id for c in concepts),
            frozenset(v.id for v in value_sets),
            frozenset(f.id for f in findings),
            frozenset(f.id for f in findings if f.status == "active"),
            frozenset(c.posture for c in concepts if c.posture),
            frozenset(r for c in concepts for r in (c.region, *c.regions) if r),
            frozenset(s.id for language in languages for s in language.sections),
            frozenset(one.id for language in languages for one in language.kin),
        )


def finding_problems(finding: FindingDefinition, names: Names) -> Iterator[Problem]:
    """What is wrong with a finding in the company of all other definitions."""
    yield from finding.problems()
    define = "define it under language/, or correct the name"
    add = "add value_sets/<name>.yaml, or correct the name"
    used = {
        "concept": ("statements", names.concepts, _concepts(finding), define),
        "value set": (
            "codes",
            names.value_sets,
            _value_sets(finding),
            add,
        ),
        "finding": ("findings", names.findings, _findings(finding), "use the id (file name) of a finding"),
        "posture": ("relations", names.postures, (p for r in finding.relations for p in r.posture), define),
        "region": ("regions", names.regions, _regions(finding), define),
        "section": (
            "statements",
            names.sections,
            (s for t in finding.statements for s in (*t.sections, *t.outside)),
            define,
        ),
        "kind of resource": ("resources", RESOURCES, _resources(finding), f"use one of {', '.join(sorted(RESOURCES))}"),
    }
    for what, (key, known, mentioned, remedy) in used.items():
        for name in mentioned:
            if name not in known:
                yield key, f"no {what} is called {name!r}", meant(name, known) + remedy
    if finding.status == "active":
        for other in _findings(finding):
            if other in names.findings and other not in names.active:
                yield "findings", f"{other!r} is needed and not active", "make it active, or stop needing it"
    for measured in finding.measured:
        yield from _measured_problems(measured, names)
    if finding.age_bands:
        uppers = [upper for upper, _ in finding.age_bands]
        if uppers[-1] is not None or None in uppers[:-1] or sorted(u for u in uppers if u) != uppers[:-1]:
            yield "age_bands", "some ages are in no band, or in two", "write rising upper bounds; the last is null"


def _concepts(finding: FindingDefinition) -> Iterator[str]:
    for statement in finding.statements:
        yield from (*statement.target, *statement.beside, *statement.also, *statement.without, *statement.elsewhere)
    for measured in finding.measured:
        yield from (measured.target,) if measured.target else ()
        yield from (*measured.also, *measured.others, *measured.phases, *measured.only, *measured.never)


def _value_sets(finding: FindingDefinition) -> Iterator[str]:
    yield from (c.value_set for c in finding.codes)
    yield from (m.value_set for m in finding.measured)


def _findings(finding: FindingDefinition) -> Iterator[str]:
    yield from (*finding.yields_to, *finding.told_beside)
    yield from (f.alongside for f in finding.felt if f.alongside)
    if finding.gate is not None:
        yield finding.gate.needs


def _regions(finding: FindingDefinition) -> Iterator[str]:
    yield from (r for relation in finding.relations for r in relation.regions)
    yield from (r for felt in finding.felt for r in felt.regions)


def _resources(finding: FindingDefinition) -> Iterator[str]:
    yield from (r for coded in finding.codes for r in coded.resources)
    yield from (r for statement in finding.statements for r in statement.resources)


def _measured_problems(measured: Measured, names: Names) -> Iterator[Problem]:
    if not measured.source.strip():
        yield "measured", "a number without a source", "write where the number comes from under source"
    limits = [limit for limit in (measured.at_most, measured.above) if limit is not None]
    if len(limits) != 1:
        yield "measured", "one limit is wanted", "write either at_most or above"
    if measured.mute_above is not None:
        limits.append(measured.mute_above)
    if not measured.lowest <= min(limits, default=0) <= max(limits, default=0) <= measured.highest:
        yield "measured", "no number lies between the bounds", "write lowest <= at_most or above <= highest"


def language_problems(language: LanguageDefinition, names: Names) -> Iterator[Problem]:
    """What is wrong with one file of the language."""
    for concept in language.concepts:
        yield from concept.problems()
    for modifier in language.modifiers:
        if not modifier.phrases:
            yield "modifiers", f"{modifier.id!r} has no phrase", "write at least one phrase, or delete it"
    for one in language.kin:
        if not one.called:
            yield "kin", f"{one.id!r} is called nothing", "write at least one word under called, or delete it"
        for name in one.tells_of:
            if name not in names.kin:
                yield "kin", f"nobody among kin is {name!r}", meant(name, names.kin) + "use the id of one of kin"
    for lead in language.lead_ins:
        if lead.value_set not in names.value_sets:
            yield "lead_ins", f"no value set is called {lead.value_set!r}", "define it, or correct the name"


def phrase_problems(language: LanguageDefinition) -> Iterator[Problem]:
    """Which phrases of one file of the language cannot be compiled."""
    written = [
        *((f"concepts: {concept.id}", phrase) for concept in language.concepts for phrase in concept.phrases),
        *((f"modifiers: {modifier.id}", phrase) for modifier in language.modifiers for phrase in modifier.phrases),
        *((f"sections: {section.id}", heading) for section in language.sections for heading in section.headings),
        *(("terminators", phrase) for phrase in language.terminators),
        *(("taken_back", phrase) for phrase in language.taken_back),
        *(("treated", phrase) for phrase in language.treated),
        *(("gone", phrase) for phrase in language.gone),
        *(("yes", phrase) for phrase in language.yes),
        *(("no", phrase) for phrase in language.no),
        *((f"kin: {one.id}", word) for one in language.kin for word in one.called),
        *(("telling", phrase) for phrase in (language.telling.phrases if language.telling else ())),
    ]
    for key, phrase in written:
        try:
            next(spell_out(phrase))
        except PhraseError as error:
            problem, _, remedy = str(error).partition("; ")
            yield key, problem, remedy or "write at least one word outside brackets"


def twice(languages: Sequence[tuple[str, LanguageDefinition]]) -> Iterator[tuple[str, Problem]]:
    """Concepts, modifiers, kin and headings that two places define, with the file of the second."""
    seen: dict[tuple[str, str], str] = {}
    for file, language in languages:
        named = [
            *(("concepts", c.id) for c in language.concepts),
            *(("modifiers", m.id) for m in language.modifiers),
            *(("modifiers", one.id) for one in language.kin),  # of each a modifier is made
            *((("telling", "telling"),) if language.telling is not None else ()),
            *(("sections", heading) for section in language.sections for heading in section.headings),
        ]
        for key, name in named:
            if (key, name) in seen:
                where = seen[key, name]
                yield file, (key, f"{name!r} is defined in {where} already", "join the two, or give one another id")
            seen[key, name] = file


def value_set_problems(value_set: ValueSetDefinition) -> Iterator[Problem]:
    """What is wrong with one value set."""
    if not (value_set.codes or value_set.labels):
        yield "codes", "neither codes nor labels", "write at least one of them, or delete the file"
    for label in value_set.labels:
        yield from label.problems()
    for code in value_set.codes:
        if not code.source.strip():
            yield "codes", f"{code.code!r} has no source", "write where the code was seen with its meaning"
