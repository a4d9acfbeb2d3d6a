"""The detail of a card in three short blocks: what was found; what speaks against or is missing; options
and what each depends on. Below them the sources, the rule and who reviewed it, and what could not be
read. In: a card's definition, the assessment, findings and chart. Out: GitHub Flavored Markdown, with
every word from the chart escaped (CARD-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.assessment.definition import Criterion
from service.assessment.evaluate import evaluate
from service.assessment.model import Assessment
from service.cards.content import Words
from service.cards.definition import QUESTION_LIMIT, CardDefinition, CardLibrary, OptionDefinition, Remark
from service.cards.quotes import Wanted, capital, found_in, statements
from service.chart.model import Chart
from service.evidence.definition import SourceDefinition
from service.evidence.model import Findings


def applies(when: Criterion | None, findings: Findings) -> bool:
    """Whether a part of a card is said; a part without a criterion always is."""
    return when is None or evaluate(when, findings).met


def write_detail(
    card: CardDefinition, assessment: Assessment, findings: Findings, chart: Chart, library: CardLibrary
) -> str:
    """The three blocks of `card`, and the lines below them."""
    options = [option for option in card.options if applies(option.when, findings)]
    blocks = (
        ("What was found", _found(card, findings, library.words)),
        ("What speaks against, and what is missing", _against(card, findings, library)),
        ("Options, and what each depends on", _options(options, library)),
    )
    parts = [f"**{title}**\n\n" + "\n".join(f"- {line}" for line in lines) for title, lines in blocks if lines]
    told = [remark for remark in card.remarks if applies(remark.when, findings)]
    said: tuple[OptionDefinition | Remark, ...] = (*options, *told)
    sources = (*card.sources, *(source for part in said for source in part.sources))
    parts.append(_basis(assessment, sources, card.cites_rule))
    unread = _unread(chart, library.words)
    return "\n\n".join([*parts, unread] if unread else parts)


def label_of(option: OptionDefinition, library: CardLibrary) -> str:
    """What an option is called: its own label, else its order's."""
    return option.label or library.orders[option.order].label


def _found(card: CardDefinition, findings: Findings, words: Words) -> list[str]:
    wanted: list[Wanted] = [(atom, "present") for atom in (*card.found, *card.context) if atom != "G"]
    wanted += [(atom, "absent") for atom in card.found_absent]
    lines = statements(findings, wanted, words)
    if "G" in card.context and findings.age is not None:
        lines.append(f"Age {findings.age}")
    return [capital(line) for line in lines]


def _against(card: CardDefinition, findings: Findings, library: CardLibrary) -> list[str]:
    words = library.words
    wanted: list[Wanted] = [(atom, "present") for atom in card.against]
    wanted += [(atom, "absent") for atom in card.found if atom not in card.found_absent]
    against = statements(findings, wanted, words)
    lines = [f"Against: {line}" for line in against]
    if not against:
        lines.append("No statement against it was found in the data received.")
    lines += [remark.text for remark in card.remarks if applies(remark.when, findings)]
    doubted: list[Wanted] = [(atom, "possible") for atom in (*card.named, "R")]
    lines += [f"Only as possible: {line}" for line in statements(findings, doubted, words)]
    missing = _missing(card, findings, words)
    if missing:
        lines.append(f"Not documented: {'; '.join(missing)}.")
    lines += [f"Worth asking: {question}" for question in _questions(card, findings, library)]
    return lines


def _missing(card: CardDefinition, findings: Findings, words: Words) -> list[str]:
    """What is called missing once; two findings with the same words (pulses normal, pulses reduced)
    count as one."""
    documented: dict[str, bool] = {}
    for atom in card.missing:
        text = words.findings[atom].missing
        documented[text] = documented.get(text, False) or found_in(findings, atom).status != "not-documented"
    return [text for text, known in documented.items() if not known]


def _questions(card: CardDefinition, findings: Findings, library: CardLibrary) -> list[str]:
    open_ = [
        question.text
        for question in library.questions
        if question.id in card.questions
        and all(found_in(findings, atom).status not in {"present", "absent"} for atom in question.settled_by)
    ]
    return open_[:QUESTION_LIMIT]


def _options(options: Sequence[OptionDefinition], library: CardLibrary) -> list[str]:
    return [f"**{capital(label_of(option, library))}**: {option.condition}" for option in options]


def _basis(assessment: Assessment, sources: Iterable[SourceDefinition], cites_rule: bool) -> str:
    rule = assessment.rule
    cited = list(_citations((*(rule.sources if rule and cites_rule else ()), *sources)))
    lines = [f"Sources: {'; '.join(cited)}."] if cited else []
    if rule is not None:
        lines.append(f"Rule: {rule.id}, version {rule.version}. {rule.reviewer}")
    return " ".join(lines)


def _citations(sources: Iterable[SourceDefinition]) -> Iterator[str]:
    """Each source once, by its short citation; its DOI or address is in the definition that names it."""
    seen: set[str] = set()
    for source in sources:
        where = f"doi:{source.doi}" if source.doi else source.url
        if where not in seen:
            seen.add(where)
            yield source.citation


def _unread(chart: Chart, words: Words) -> str:
    """One line about what could not be read, as far as a card's reader needs to know it."""
    said = {
        f"{words.received[gap.key]} {words.gaps[gap.code]}": None
        for gap in chart.gaps
        if gap.key in words.received and gap.code in words.gaps
    }
    return f"Not everything could be read: {'; '.join(sorted(said))}." if said else ""
