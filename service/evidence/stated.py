"""Findings in what was read: relations between postures and symptoms, targets said by name, symptoms in a
place. In: a finding's definition and what the texts of a chart say. Out: evidence, each with its quote, its marks and
the reason. The assertion of the words, of their section and of the resource around them are weighed here,
in that order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter, itemgetter

from service.evidence.context import Judgement, Scope
from service.evidence.definition import Assertion, Felt, FindingDefinition, Outcome, Relation, Statement
from service.evidence.lexicon import Mention
from service.evidence.link import Link
from service.evidence.model import Evidence, Mark, Status
from service.evidence.narrative import ReadSentence, Said
from service.evidence.passages import Read
from service.evidence.sayings import Saying, Sayings, over_at
from service.evidence.symptoms import LEG

# Why a statement does not count, as a reader of the trace is told.
_ASIDE: dict[Assertion, str] = {
    "hypothetical": "said of what might happen, not of what is",
    "historical": "said of the past",
    "other-person": "said of somebody else",
}
_LONGEST_QUOTE = 400
# Characters between two sentences that tell one story.
_CLOSE = 200


def related_evidence(finding: FindingDefinition, sayings: Sayings, leg_known: bool) -> Iterator[Evidence]:
    """Evidence from relations; a relation whose words name no place counts where the chart knows of a leg symptom."""
    if not finding.relations:
        return
    found: list[tuple[Read, Evidence]] = []
    # How many had been found when a text (by its `id`) last said that it is otherwise since.
    otherwise_since: dict[int, int] = {}
    for read, sentence, link in sayings.links:
        if not _concerns_leg(link, leg_known):
            continue
        relation = next((r for r in finding.relations if _fits(r, link)), None)
        if relation is None:
            continue
        says = _answered(relation.says, read.answer == "denied" or sentence.denied)
        if says is None:
            continue
        evidence = _evidence(
            finding,
            read,
            sentence,
            says,
            link.judgement,
            link.mentions,
            relation.kind,
            _told(link),
        )
        if finding.superseded and evidence.status == "absent" and sentence.of_late:
            otherwise_since[id(read)] = len(found)
        if finding.superseded and sentence.start < sayings.over[id(read)]:
            evidence = _before(evidence)
        found.append((read, evidence))
    for at, (read, evidence) in enumerate(found):
        yield _before(evidence) if at < otherwise_since.get(id(read), 0) else evidence


def _before(evidence: Evidence) -> Evidence:
    if evidence.status != "present":
        return evidence
    return replace(evidence, status="not-documented", reason="said of the time before, and otherwise since")


_TOLD: dict[Outcome, str] = {
    "eases": "eased by",
    "free": "free of it when",
    "provokes": "brought on by",
    "not-eased": "not eased by",
    "not-provoked": "not brought on by",
}


def _told(link: Link) -> str:
    """The relation in words: `eased by flexion`, `brought on by walking`."""
    posture = "standing still" if link.posture == "still" else link.posture
    return f"turned to {posture} when it comes" if link.turned_to else f"{_TOLD[link.effect]} {posture}"


def _concerns_leg(link: Link, leg_known: bool) -> bool:
    if link.anchor != "unknown":
        return link.anchor == "leg"
    return leg_known


def _fits(relation: Relation, link: Link) -> bool:
    if link.posture not in relation.posture or link.effect not in relation.effect:
        return False
    if relation.quality and not link.qualities & frozenset(relation.quality):
        return False
    if relation.regions:
        wanted = frozenset(relation.regions)
        if not link.regions & wanted or (relation.only and link.regions - wanted - {"leg"}):
            return False
    if relation.single and not link.single:
        return False
    return link.both or not relation.both


def stated_evidence(finding: FindingDefinition, sayings: Sayings) -> Iterator[Evidence]:
    """Evidence from targets said by name: text by text, in each statement by statement."""
    found = [
        (saying.at[0], n, saying.at, saying)
        for n, statement in enumerate(finding.statements)
        if all(_told_somewhere(name, sayings) for name in statement.elsewhere)
        for target in dict.fromkeys(statement.target)
        for saying in sayings.by_target.get(target, ())
    ]
    for _, n, _, saying in sorted(found, key=itemgetter(0, 1, 2)):
        evidence = _stated(finding, finding.statements[n], saying)
        if evidence is not None:
            yield evidence


def _told_somewhere(name: str, sayings: Sayings) -> bool:
    """Whether a concept is said anywhere of this patient's present."""
    return any(
        saying.said.judgement.assertion in {"affirmed", "possible"}
        and saying.read.standing != "resolved"
        and (saying.sentence.section is None or saying.sentence.section.asserts == "affirmed")
        for saying in sayings.by_target.get(name, ())
    )


def _stated(finding: FindingDefinition, statement: Statement, saying: Saying) -> Evidence | None:
    """What the statement makes of one place where its target is said, if it means that place."""
    read, sentence, said = saying.read, saying.sentence, saying.said
    if statement.resources and read.resource not in statement.resources:
        return None
    section = sentence.section.id if sentence.section else ""
    if (statement.sections and section not in statement.sections) or section in statement.outside:
        return None
    neighbours = _neighbours(statement, sentence, said)
    if neighbours is None:
        return None
    outcome = _asserted(statement, (said, *neighbours), sentence)
    if outcome is None:
        return None
    says, judgement = outcome
    denied = read.answer == "denied" or sentence.denied
    # "Foot pulses palpable? No.": a pair of opposites, where the denial of one is the other
    paired = statement.says == says == "absent" and bool(statement.beside) and statement.negated != "ignore"
    answered = "present" if denied and paired else _answered(says, denied)
    if answered is None:
        return None
    mentions = (said.mention, *(n.mention for n in neighbours))
    return _evidence(finding, read, sentence, answered, judgement, mentions, statement.kind, "named in the text")


def _neighbours(statement: Statement, sentence: ReadSentence, said: Said) -> tuple[Said, ...] | None:
    """The words the statement wants beside the target, nearest first; None when they are missing or a
    forbidden one is there."""
    near = [
        other
        for other in sentence.said
        if other is not said and _distance(other.mention, said.mention) <= statement.near
    ]
    if any(other.mention.id in statement.without for other in near):
        return None
    wanted = [other for other in near if other.mention.id in statement.beside]
    if statement.beside and not wanted:
        return None
    if statement.also and not any(other.mention.id in statement.also for other in near):
        return None
    nearest = sorted(wanted, key=lambda other: _distance(other.mention, said.mention))
    return tuple(nearest[:1])


def _distance(one: Mention, other: Mention) -> int:
    if one.first <= other.last and other.first <= one.last:
        return 0
    return max(one.first - other.last, other.first - one.last) - 1


def _asserted(statement: Statement, said: Sequence[Said], sentence: ReadSentence) -> tuple[Status, Judgement] | None:
    """What the words say together: one negation over target or neighbour turns the statement round."""
    looked_for = [*said, *(s for s in sentence.said if s.mention.id in statement.beside)]
    judgements = [_own(s, looked_for) for s in said]
    strongest = next((j for j in judgements if j.assertion in _ASIDE), None)
    if strongest is not None:
        return None if statement.affirmed == "ignore" else (statement.says, strongest)
    negated = next((j for j in judgements if j.assertion == "negated"), None)
    if negated is not None:
        if statement.negated == "ignore":
            return None
        opposite: Status = "absent" if statement.says == "present" else "present"
        return opposite, Judgement("affirmed", negated.by)
    uncertain = next((j for j in judgements if j.assertion == "possible"), None)
    if uncertain is None and statement.affirmed == "ignore":
        return None
    if uncertain is None or statement.suspicion:
        return statement.says, Judgement("affirmed")
    return statement.says, uncertain


def _own(one: Said, said: Sequence[Said]) -> Judgement:
    """A negation that is itself one of the words looked for (`Romberg negative`) has been counted by finding it."""
    by = one.judgement.by
    if by is not None and any(s.mention.first <= by.last and by.first <= s.mention.last for s in said):
        return Judgement("affirmed")
    return one.judgement


def felt_evidence(finding: FindingDefinition, felt: Felt, read: Read) -> Iterator[Evidence]:
    """Evidence from a symptom in a place, whatever brings it on."""
    if read.answer == "denied":
        return
    for sentence in read.sentences:
        if sentence.denied:
            continue
        for symptom in sentence.symptoms:
            if not symptom.regions & frozenset(felt.regions) or (felt.both and not symptom.both):
                continue
            if symptom.negated and not (felt.alongside and not felt.both):
                continue
            says: Status = "absent" if symptom.negated else "present"
            yield _evidence(
                finding,
                read,
                sentence,
                says,
                symptom.judgement,
                symptom.mentions,
                "",
                "a symptom in this place",
            )


def told_beside(finding: FindingDefinition, read: Read) -> Iterator[Evidence]:
    """Evidence from sentences that name walking and the leg symptom without saying how they belong together: in one
    sentence, or in two with at most one between them."""
    if read.answer == "denied":
        return
    over = over_at(read)
    for at, sentence in enumerate(read.sentences):
        if sentence.start < over or _walks_it_off(sentence):
            continue
        near = read.sentences[max(0, at - 2) : at + 3]
        if len(sentence.walking) > 1 or (sentence.walking and any(_hurts(s, sentence) for s in near)):
            yield _evidence(
                finding,
                read,
                sentence,
                "present",
                Judgement("affirmed"),
                sentence.walking,
                "",
                "told with walking, beside what eases it",
            )


def _walks_it_off(sentence: ReadSentence) -> bool:
    """`Legs uncomfortable sitting, relieved by walking`: walking is what first follows the cue."""
    eased = [k.mentions for k in sentence.links if k.effect == "eases" and len(k.mentions) > 1]
    behind = [(m[0], m[1]) for m in eased if m[1].concept.looks == "forward" and m[1].first < m[0].first]
    first = min(behind, key=lambda pair: pair[0].first, default=None)
    return first is not None and first[0].concept.posture == "walking"


def _hurts(one: ReadSentence, other: ReadSentence) -> bool:
    """Whether a sentence close by affirms a leg symptom, in the same section and paragraph."""
    if max(one, other, key=attrgetter("start")).sentence.opens_paragraph:
        return False
    apart = max(one.start, other.start) - min(one.sentence.end, other.sentence.end)
    if one.section is not other.section or apart > _CLOSE or one.denied:
        return False
    return any(s.regions & LEG and s.judgement.assertion == "affirmed" for s in one.symptoms)


def _answered(says: Status, denied: bool) -> Status | None:
    """A question answered with no documents the opposite of what its words say."""
    if not denied:
        return says
    return "absent" if says == "present" else None


def _evidence(
    finding: FindingDefinition,
    read: Read,
    sentence: ReadSentence,
    says: Status,
    judgement: Judgement,
    mentions: Sequence[Mention],
    kind: str,
    reason: str,
) -> Evidence:
    status, why, by = _weighed(finding, read, sentence, says, judgement, reason)
    quote, marks = _cut(sentence.text, sentence.marks(mentions, by))
    return Evidence(
        read.ref,
        read.path,
        quote,
        status,
        why,
        _when(read, sentence),
        kind,
        marks=marks,
        section=sentence.section.id if sentence.section else "",
    )


def _when(read: Read, sentence: ReadSentence) -> date | None:
    """The day that counts: that of the text, or of the older entry in it."""
    own = sentence.sentence.dated
    return min(own, read.when) if own is not None and read.when is not None else own or read.when


def _cut(text: str, marks: tuple[Mark, ...]) -> tuple[str, tuple[Mark, ...]]:
    """At most `_LONGEST_QUOTE` characters of a sentence, with the words that decided in them as far as they fit."""
    if len(text) <= _LONGEST_QUOTE:
        return text, marks
    first, last = marks[0].start, marks[-1].end
    start = max(0, min(first - (_LONGEST_QUOTE - (last - first)) // 2, first, len(text) - _LONGEST_QUOTE))
    end = start + _LONGEST_QUOTE
    kept = (m for m in marks if start <= m.start and m.end <= end)
    return text[start:end], tuple(replace(m, start=m.start - start, end=m.end - start) for m in kept)


def _weighed(
    finding: FindingDefinition,
    read: Read,
    sentence: ReadSentence,
    says: Status,
    judgement: Judgement,
    reason: str,
) -> tuple[Status, str, Scope | None]:
    section = sentence.section
    if section is not None and section.asserts in _ASIDE:
        return "not-documented", f"{_ASIDE[section.asserts]} (section {sentence.sentence.heading})", None
    by = judgement.by
    if judgement.assertion in _ASIDE and not (judgement.assertion == "historical" and finding.history):
        return "not-documented", f"{_ASIDE[judgement.assertion]} ({_words_of(by, sentence)})", by
    if read.standing == "resolved" and not finding.history:
        return "not-documented", "the record marks it as resolved", by
    if says == "present" and (judgement.assertion == "possible" or read.standing == "possible"):
        return "possible", f"{reason}, marked as uncertain", by
    negated = by is not None and by.modifier.asserts == "negated"
    return says, f"{reason}, negated by {_words_of(by, sentence)!r}" if negated else reason, by


def _words_of(by: Scope | None, sentence: ReadSentence) -> str:
    """The words that decided, as the sentence has them; what was carried on from one before is told by its phrase."""
    if by is None:
        return ""
    return sentence.words(by.first, by.last).lower() if by.first >= 0 else by.phrase
