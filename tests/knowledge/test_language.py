"""The shipped language holds together: every phrase can be found, no word is defined against another."""

import itertools
from collections import defaultdict
from functools import cache

import msgspec
import pytest
import yaml

from service.evidence.definition import LanguageDefinition
from service.evidence.lexicon import Lexicon, spell_out
from service.evidence.narrative import Language
from service.evidence.words import words_of
from service.knowledge.load import SHIPPED, load_knowledge


@cache
def language() -> Language:
    return load_knowledge().reading.language


@cache
def files() -> tuple[LanguageDefinition, ...]:
    return tuple(
        msgspec.convert(yaml.safe_load(path.read_text("utf-8")), LanguageDefinition)
        for path in sorted((SHIPPED / "language").glob("*.yaml"))
    )


def some(phrase: str) -> list[tuple[str, ...]]:
    """The first wordings of a phrase; some stand for millions."""
    return list(itertools.islice(spell_out(phrase), 400))


def unfound(lexicon: Lexicon) -> list[tuple[str, str]]:
    """Concepts with a phrase in which they are not found, be it for a spelling or for a longer phrase."""
    return [
        (concept.id, " ".join(words))
        for concept in lexicon.concepts.values()
        for phrase in concept.phrases
        for words in some(phrase)
        if all(
            mention.id != concept.id
            for mention in lexicon.find(words_of(" ".join(words).replace("<n>", "37"), language().layout.spelling))
        )
    ]


def test_every_phrase_of_what_is_felt_is_found():
    assert unfound(language().felt) == []


def test_every_phrase_of_what_is_named_is_found():
    assert unfound(language().named) == []


def test_every_heading_can_stand_in_a_note():
    spelling = language().layout.spelling
    lost = [
        key for key in language().layout.headings if tuple(w.norm for w in words_of(" ".join(key), spelling)) != key
    ]
    assert lost == []


def test_no_heading_opens_two_sections():
    opened = defaultdict(set)
    for definition in files():
        for section in definition.sections:
            for heading in section.headings:
                for words in some(heading):
                    opened[words].add(section.id)
    assert {words: ids for words, ids in opened.items() if len(ids) > 1} == {}


@pytest.mark.parametrize("kind", ["modifiers", "sections"])
def test_no_modifier_or_section_is_defined_twice(kind):
    names = [one.id for definition in files() for one in getattr(definition, kind)]
    assert len(names) == len(set(names))


def test_no_spelling_leads_to_another_spelling():
    spelling = language().layout.spelling
    assert [(a, b) for a, b in spelling.items() if any(part in spelling for part in b.split())] == []


def test_spellings_are_written_as_words_are_compared():
    # A possessive is compared as it is written before its ending is taken off.
    written = [a for a in language().layout.spelling if not a.endswith("'s")]
    assert [a for a in written if [w.norm for w in words_of(a)] != [a]] == []


def test_a_word_that_only_eases_does_not_provoke_too_unless_of_other_postures():
    cues = defaultdict(set)
    postures = {c.posture for c in language().felt.concepts.values() if c.posture}
    for concept in language().felt.concepts.values():
        if concept.kind == "cue":
            for phrase in concept.phrases:
                for words in some(phrase):
                    cues[words] |= {(posture, concept.effect) for posture in concept.only_for or postures}
    twofold = {
        words: said
        for words, said in cues.items()
        if any((posture, "eases") in said and (posture, "provokes") in said for posture in postures)
    }
    assert twofold == {}


def test_every_quality_a_finding_asks_for_is_one_that_some_concept_has():
    qualities = {c.quality for c in language().felt.concepts.values()}
    for finding in load_knowledge().reading.findings:
        for relation in finding.relations:
            assert set(relation.quality) <= qualities, finding.id


def test_six_weeks_or_more_is_never_a_bare_number():
    phrases = language().named.concepts["six-weeks-or-more"].phrases
    assert [words for phrase in phrases for words in spell_out(phrase) if len(words) == 1 and words[0].isdigit()] == []
