"""A tiny made-up language, written as a clinician writes one, so that a test of reading shows how words work together
and not which words are known: `knoll glimmers dimmed by zonking` is leg pain eased by sitting."""

from __future__ import annotations

from datetime import date
from functools import cache

import msgspec
import yaml

from service.chart.model import Chart, Concept, Passage, Patient, Report, Span
from service.evidence.definition import CodeDefinition, FindingDefinition, LanguageDefinition, ValueSetDefinition
from service.evidence.extract import extract
from service.evidence.model import Findings
from service.evidence.narrative import Language, ReadSentence, compile_language, read_text
from service.evidence.reading import Reading, compile_reading

TINY = """
id: tiny
title: A made-up language
connectors: [with, by, when, after, at, until]
exceptions: [until, except]
terminators: [but, then, ";"]
spelling: {zonkin: zonking, glimering: glimmers, dellglims: dell glimmers}
corrected: [glimmers, squiffing]
real_words: [glimmery]
ways:
  along: [along, between]
  before: [by]
  ordinals: [third]
  near: [at]
  elsewhere: [knoll, week, hearth]
lately: [since, now]
taken_back: [since, not so]
treated: [after/since the cure]
gone: [has/have faded (away), faded (away)]
abbreviations: [dr, approx, gx]
"yes": ["yes", y, always, "most days", "(oh) it does"]
"no": ["no", n, never, absent, "it does not", "a flat no"]
results: [absent]
lead_ins:
  - {value_set: what-dims, says: Dimmed by}
  - {value_set: where, says: Place, place: true}
kin:
  - {id: aunt, called: [aunt], pronouns: []}
  - {id: groom, called: [groom], pronouns: [he, his, him], tells_of: [bride]}
  - {id: bride, called: [bride], pronouns: [she, her], tells_of: [groom]}
  - {id: page, called: [page], turns: false, tells_of: [bride]}
telling:
  before: ["herald", "herald ,"]
  after: [vows]
  speaking_for: [pleads for]
  spoken_for: ["(,) your ward"]
  beside: [rides with, (met) by]
  asking_after: [frets about]
  theirs: [whose]
  things: [coach]
sections:
  - {id: presenting, headings: [tale, tale of today]}
  - {id: family, asserts: other-person, headings: [kin]}
  - {id: education, asserts: hypothetical, headings: [advice]}
  - {id: past, headings: [old tales]}
  - {id: examination, headings: [looks]}
  - {id: assessment, headings: [a, a / p, verdict]}
concepts:
  # Places: one leg and two, thigh, calf, back, and elsewhere.
  - {id: knoll, kind: site, region: leg, phrases: [knoll]}
  - {id: knolls, kind: site, region: leg, both: true, phrases: [knolls]}
  - {id: dell, kind: site, region: thigh, phrases: [dell]}
  - {id: reef, kind: site, region: calf, phrases: [reef]}
  - {id: brow, kind: site, region: back, phrases: [brow]}
  - {id: spire, kind: site, region: other, phrases: [spire]}
  - {id: twain, kind: side, both: true, phrases: [twain]}
  - {id: lone, kind: side, single: true, phrases: [lone]}
  # What is felt. `pain` must be known in any language: a bare place (`left thigh`) is read as pain in it.
  - {id: glimmers, kind: symptom, quality: pain, phrases: [glimmer/glimmers/glimmering, pain]}
  - {id: fizzes, kind: symptom, quality: sensory, phrases: [fizz/fizzes]}
  - {id: murk, kind: symptom, quality: any, phrases: [murk]}
  - {id: snuffles, kind: symptom, quality: foreign, regions: [other], phrases: [snuffles]}
  - {id: dellglow, kind: symptom, quality: pain, regions: [thigh], phrases: [dellglow]}
  - {id: gloam, kind: syndrome, quality: pain, regions: [leg], phrases: [gloam]}
  - {id: gloamosis, kind: syndrome, quality: pain, regions: [leg], denial: diagnosis, phrases: [gloamosis]}
  # What the patient does.
  - {id: strolling, kind: posture, posture: walking, phrases: [stroll/strolls/strolling, <n> paces]}
  - {id: zonking, kind: posture, posture: sitting, phrases: [zonk/zonks/zonking]}
  - {id: lolling, kind: posture, posture: flexion, phrases: [loll/lolls/lolling (over)]}
  - {id: propping, kind: posture, posture: standing, phrases: [prop/props/propping]}
  - {id: perching, kind: posture, posture: still, phrases: [perching]}
  - {id: halting, kind: posture, posture: still, linked: true, phrases: [halt/halts/halting]}
  - {id: arching, kind: posture, posture: extension, phrases: [arching]}
  - {id: flopping, kind: posture, posture: rest, phrases: [flopping]}
  - {id: squiffing, kind: posture, posture: flexion, turned_to: true, phrases: [squiff~]}
  - {id: barrow-sign, kind: posture, posture: flexion, implies: eases, phrases: [barrow sign]}
  - {id: steep-sign, kind: posture, posture: extension, implies: provokes, phrases: [steep sign]}
  # What it does: each effect looking forward, backward, either way.
  - {id: dimmed, kind: cue, effect: eases, looks: forward, phrases: [dimmed]}
  - {id: dims, kind: cue, effect: eases, looks: backward, phrases: [dim/dims (it/them)]}
  - {id: fainter, kind: cue, effect: eases, looks: either, phrases: [fainter]}
  - {id: kindled, kind: cue, effect: provokes, looks: forward, phrases: [kindled]}
  - {id: kindles, kind: cue, effect: provokes, looks: backward, phrases: [kindle/kindles (it/them)]}
  - {id: brighter, kind: cue, effect: provokes, looks: either, phrases: [brighter]}
  - {id: lingers, kind: cue, effect: persists, looks: either, phrases: [linger/lingers]}
  - {id: serene, kind: cue, effect: free, looks: either, phrases: [serene]}
  - {id: none-of-it, kind: cue, effect: persists, looks: backward, collective: true, phrases: [none of it]}
  - {id: come-what-may, kind: cue, effect: persists, looks: forward, collective: true, phrases: [come what may]}
  - {id: must, kind: cue, effect: eases, looks: forward, only_for: [sitting, flexion], phrases: [must]}
  - {id: not-zonking, kind: ignore, phrases: [zonking tax, glimmer paper]}
  # Named things.
  - {id: zorp, kind: target, phrases: [zorp]}
  - {id: quill, kind: target, phrases: [quill]}
  - {id: not-a-zorp, kind: not-a-target, phrases: [zorp gauge]}
  - {id: blue, kind: detail, phrases: [blue]}
  - {id: stale, kind: detail, phrases: [stale]}
  - {id: index, kind: target, phrases: [index]}
  - {id: dusk, kind: detail, phrases: [at dusk]}
  - {id: dawn, kind: detail, phrases: [at dawn]}
modifiers:
  - {id: denies, asserts: negated, lists: true, words: 60, phrases: [denies]}
  - {id: "no", asserts: negated, words: 8, phrases: ["no", not, without, doesn't, nor]}
  - {id: refuted, asserts: negated, reaches: backward, words: 4, phrases: [is refuted]}
  - {id: answered-no, asserts: negated, reaches: backward, words: 14, closing: true, phrases: [": no", "| no"]}
  - {id: no-wonder, asserts: negated, pseudo: true, phrases: [no wonder]}
  - {id: maybe, asserts: possible, words: 5, phrases: [maybe, "?"]}
  - {id: seemingly, asserts: possible, reaches: both, words: 3, phrases: [seemingly]}
  - {id: unsure, asserts: possible, reaches: sentence, phrases: [unsure]}
  - {id: whenever-you, asserts: hypothetical, words: 30, phrases: [should you, if]}
  - {id: formerly, asserts: historical, words: 12, phrases: [formerly]}
  - {id: faded, asserts: historical, reaches: backward, words: 12, phrases: [long faded]}
  - {id: never-saw, asserts: negated, words: 20, clause: true, phrases: [never saw]}
"""

TODAY = date(2026, 11, 1)
NOTED = date(2026, 10, 20)


def language_of(text: str) -> LanguageDefinition:
    return msgspec.convert(yaml.safe_load(text), LanguageDefinition)


@cache
def tiny() -> Language:
    return compile_language([language_of(TINY)])


def read(text: str) -> list[ReadSentence]:
    """The sentences of `text` that say something in the tiny language."""
    return read_text(text, tiny())


def said(text: str) -> list[str]:
    """What a text says of postures, one line a link: `leg eases sitting`, a doubt or another person in front."""
    return [
        " ".join(
            (
                *((link.assertion,) if link.assertion != "affirmed" else ()),
                "+".join(sorted(link.regions)) or "something",
                link.effect,
                link.posture,
            )
        )
        for sentence in read(text)
        for link in sentence.links
    ]


def finding_of(text: str, **changes: object) -> FindingDefinition:
    """A finding from the lines that matter to a test; the rest is filled in."""
    body = {
        "id": "finding",
        "atom": "Z",
        "title": "Made up",
        "status": "active",
        "version": "1.0.0",
        "sources": [{"citation": "Made up", "url": "https://example.org"}],
        **(yaml.safe_load(text) or {}),
        **changes,
    }
    return msgspec.convert(body, FindingDefinition)


SYSTEM = "urn:made-up"


def value_set(name: str, *codes: str, system: str = SYSTEM) -> ValueSetDefinition:
    listed = tuple(CodeDefinition(system=system, code=code, source="made up") for code in codes)
    return ValueSetDefinition(id=name, title=name, codes=listed)


def reading_of(*findings: FindingDefinition, value_sets: tuple[ValueSetDefinition, ...] = ()) -> Reading:
    return compile_reading(findings, [language_of(TINY)], value_sets)


def note(text: str, number: int = 1, when: date | None = NOTED) -> Report:
    return Report(
        f"DocumentReference/{number}",
        Concept(),
        when=Span(when),
        passages=(Passage("content[0].attachment", text),),
    )


def notes(*texts: str) -> Chart:
    """A chart that holds these notes and nothing else."""
    return Chart(Patient("p"), reports=tuple(note(text, number) for number, text in enumerate(texts, 1)))


def extracted(chart: Chart | str, *findings: FindingDefinition, **given: tuple[ValueSetDefinition, ...]) -> Findings:
    return extract(notes(chart) if isinstance(chart, str) else chart, reading_of(*findings, **given), TODAY)
