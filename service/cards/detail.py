"""The detail of a card in three short blocks: what was found; what speaks against or is missing; options
and what each depends on. Below them the sources, the rule and who reviewed it, and what could not be
read. In: a card's definition with its options and questions for this chart, the assessment, findings and chart.
Out: GitHub Flavored Markdown, with every word from the chart escaped (CARD-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.assessment.evaluate import applies
from service.assessment.model import Assessment
from service.cards.content import Words
from service.cards.definition import CardDefinition, CardLibrary
from service.cards.options import Offer
from service.cards.quotes import Wanted, alternatives, capital, found_in, quoted, statements
from service.chart.model import Chart
from service.evidence.definition import SourceDefinition
from service.evidence.model import Findings


def write_detail(
    card: CardDefinition,
    offered: Sequence[Offer],
    questions: Sequence[str],
    assessment: Assessment,
    findings: Findings,
    chart: Chart,
    library: CardLibrary,
) -> str:
    """The three blocks of `card`, and the lines below them."""
    blocks = (
        ("What was found", _found(card, findings, library.words)),
        ("What speaks against, and what is missing", _against(card, questions, findings, library.words)),
        ("Options, and what each depends on", [_option(offer, findings, library) for offer in offered]),
    )
    parts = [f"**{title}**\n\n" + "\n".join(f"- {line}" for line in lines) for title, lines in blocks if lines]
    sources = [*card.sources, *(source for offer in offered for _, part in offer.parts for source in part.sources)]
    sources += [source for remark in card.remarks if applies(remark.when, findings) for source in remark.sources]
    parts.append(_basis(assessment, sources, card.cites_rule))
    unread = _unread(chart, library.words)
    return "\n\n".join([*parts, unread] if unread else parts)


def label_of(offer: Offer, library: CardLibrary) -> str:
    """What an option is called: its own label, else its order's."""
    return offer.variant.label or library.orders[offer.variant.order].label


def _found(card: CardDefinition, findings: Findings, words: Words) -> list[str]:
    wanted: list[Wanted] = [(atom, "present") for atom in (*card.found, *card.context) if atom != "G"]
    wanted += [(atom, "absent") for atom in card.found_absent]
    lines = statements(findings, wanted, words)
    if "G" in card.context and findings.age is not None:
        lines.append(f"Age {findings.age}")
    return [capital(line) for line in lines]


def _against(card: CardDefinition, questions: Sequence[str], findings: Findings, words: Words) -> list[str]:
    wanted: list[Wanted] = [(atom, "present") for atom in card.against]
    wanted += [(atom, "absent") for atom in card.found if atom not in card.found_absent]
    against = statements(findings, wanted, words)
    lines = [f"Against: {line}" for line in against]
    if not against and card.against:
        lines.append("No statement against it was found in the data received.")
    lines += [
        _with_quote(remark.text, quoted(findings, remark.quotes, words))
        for remark in card.remarks
        if applies(remark.when, findings)
    ]
    lines += alternatives(findings, card.alternatives, words)
    doubted: list[Wanted] = [(atom, "possible") for atom in (*card.named, "R")]
    lines += [f"Only as possible: {line}" for line in statements(findings, doubted, words)]
    missing = _missing(card, findings, words)
    if missing:
        lines.append(f"Not documented: {'; '.join(missing)}.")
    lines += [f"Worth asking: {question}" for question in questions]
    return lines


def _missing(card: CardDefinition, findings: Findings, words: Words) -> list[str]:
    """What is called missing once; two findings with the same words (pulses normal, pulses reduced)
    count as one."""
    documented: dict[str, bool] = {}
    for atom in card.missing:
        text = words.findings[atom].missing
        documented[text] = documented.get(text, False) or found_in(findings, atom).status != "not-documented"
    return [text for text, known in documented.items() if not known]


def _option(offer: Offer, findings: Findings, library: CardLibrary) -> str:
    parts = []
    for text, part in offer.parts:
        parts.append(_with_quote(text, quoted(findings, part.quotes, library.words)))
    label = capital(label_of(offer, library)) + (", being drafted" if offer.drafted else "")
    return f"**{label}**: {' '.join(parts)}"


def _with_quote(text: str, quote: str) -> str:
    return f"{text} On record: {quote}." if quote else text


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
