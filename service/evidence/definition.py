"""What a clinician may write about finding evidence: concepts with their phrases, modifiers, sections, value
sets, and the findings that combine them. In: YAML, converted by the loader. Out: frozen definitions, and
`problems()` that say what a loader must refuse, in words an author can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from service.evidence.kin import Kin, Telling

# What an author is told: the key, what is wrong there, what to do.
Problem = tuple[str, str, str]

Effect = Literal["eases", "free", "provokes", "persists"]
Outcome = Literal["eases", "free", "provokes", "not-eased", "not-provoked"]
Assertion = Literal["affirmed", "negated", "possible", "hypothetical", "historical", "other-person"]
ConceptKind = Literal[
    "site",  # a part of the body
    "symptom",  # what the patient feels
    "syndrome",  # a name for a symptom on walking
    "posture",  # what the patient does: walking, sitting, leaning forward
    "cue",  # what it does to the symptom: eases, provokes, persists
    "side",  # both sides, one side
    "target",  # anything else a finding looks for by name
    "detail",  # what qualifies a target: new, chronic, normal, reduced
    "ignore",  # words that look like a site, symptom, posture or cue and are none
    "not-a-target",  # words that look like a target and are none
]


class ConceptDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A concept and the phrases that say it.

    `region` or `regions` place a site (leg, buttock, thigh, calf, foot, back, other), `both` and `single` say that its
    phrases mean both sides or one side only, `quality` groups symptoms (pain, sensory, motor), `effect` and `looks`
    belong to cues, `implies` to postures whose very name says what they do (`shopping cart sign`).
    """

    id: str
    kind: ConceptKind
    phrases: tuple[str, ...]
    region: str = ""
    regions: tuple[str, ...] = ()
    both: bool = False
    single: bool = False
    quality: str = ""
    posture: str = ""
    effect: Effect | None = None
    looks: Literal["forward", "backward", "either"] = "either"
    implies: Effect | None = None
    # A cue that says something about these postures only: `has to` sit eases, `has to` stop does not.
    only_for: tuple[str, ...] = ()
    # A posture that patients turn to when a symptom comes: without a word of what it does, it is taken to ease.
    turned_to: bool = False
    # A cue that speaks of every posture named before it: `bends, squats, sits: none of it helps`.
    collective: bool = False
    # A linked posture gives way to the one that follows it: `stop and sit` is sitting, not standing still.
    linked: bool = False
    # A named syndrome is a symptom on walking by itself; denying `neurogenic claudication` denies a diagnosis, no
    # symptom.
    denial: Literal["symptom", "diagnosis"] = "symptom"

    def problems(self) -> Iterator[Problem]:
        if not self.phrases:
            yield "phrases", "no phrase", "write at least one phrase, or delete the concept"
        if self.kind == "cue" and self.effect is None:
            yield "effect", "a cue needs an effect", "write eases, free, provokes or persists"
        if self.kind == "posture" and not self.posture:
            yield "posture", "a posture needs the posture it stands for", "write for example posture: sitting"
        if self.kind == "site" and not (self.region or self.regions):
            yield "region", "a site needs a region", "write for example region: thigh"


class ModifierDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that change what is said of a target: `denies`, `possible`, `mother`.

    `reaches` is the direction of the scope, `words` how far it goes at most; a scope also ends at a terminator.
    `pseudo` phrases look like a modifier and are none (`no change`).
    """

    id: str
    asserts: Assertion
    phrases: tuple[str, ...]
    reaches: Literal["forward", "backward", "both", "sentence"] = "forward"
    words: int = 12
    # `denies` governs a whole list; after `no pain at rest, ...` a comma begins something new.
    lists: bool = False
    # Of what stands behind it up to a comma, unless an `or` goes on: `cannot hold her water, legs heavy`.
    one_item: bool = False
    pseudo: bool = False
    # Only where the clause ends behind it: `claudication: no`, but not `claudication: no relief from rest`.
    closing: bool = False
    # Holds of the clause behind it as a whole, postures and cue together: `never noticed that bending helps`.
    clause: bool = False
    # What a sentence behind it calls the person it names, as long as it does not speak of the patient.
    pronouns: tuple[str, ...] = ()


class SectionDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a note, the headings that open it, and what being in it asserts of everything said there."""

    id: str
    headings: tuple[str, ...]
    asserts: Assertion = "affirmed"


class LeadIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A coded question whose answer is read as the end of a sentence that begins with `says`."""

    value_set: str
    says: str
    # The answer names the place of the symptom that its sibling observations speak of.
    place: bool = False


class Ways(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a way covered on foot is told by what is passed: `along the seafront`, `by the third stall`.

    `along` are words that lead along the noun behind them, `ordinals` words that count what was passed, behind one of
    `before`; `near` words stand before the place where something comes on; `elsewhere` are nouns that are no place to
    walk.
    """

    along: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    ordinals: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


class LanguageDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of `language/`: any of concepts, modifiers, sections, terminators, spellings, abbreviations, answers and
    the common words of languages."""

    id: str
    title: str
    concepts: tuple[ConceptDefinition, ...] = ()
    modifiers: tuple[ModifierDefinition, ...] = ()
    sections: tuple[SectionDefinition, ...] = ()
    terminators: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()
    spelling: dict[str, str] = {}
    # Words that are recognised with one slip in them, and real words that are none of their misspellings.
    corrected: tuple[str, ...] = ()
    real_words: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    # What tells of a change that holds until today (`now`), and what takes back the story told before it when no
    # symptom is left: `since`, `strike that`; what came between (`after the operation`), and that nothing is left.
    lately: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    treated: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    lead_ins: tuple[LeadIn, ...] = ()
    ways: Ways | None = None
    kin: tuple[Kin, ...] = ()
    telling: Telling | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    # The commonest words of English, and of other languages under their names: a text in one of these is a gap.
    english: tuple[str, ...] = ()
    other_languages: dict[str, tuple[str, ...]] = {}


class CodeDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    system: str
    code: str
    display: str = ""
    source: str


class LabelDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"never": "not"}):
    """How an order, a device or a medicine is known by its own words where it carries none of the codes.

    A name fits when it says one phrase of each group in `says`, and none of those under `not`.
    """

    says: tuple[tuple[str, ...], ...]
    never: tuple[str, ...] = ()

    def problems(self) -> Iterator[Problem]:
        if not self.says or not all(self.says):
            yield (
                "labels",
                "a label with nothing to look for",
                "write groups of phrases under says; one of each is wanted",
            )
        for phrase in (*(p for group in self.says for p in group), *self.never):
            if not re.search(r"[^\W_]", phrase):
                yield "labels", f"{phrase!r} has no word", "write words; signs between them do not count"


class ValueSetDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list of codes that mean one thing, each with the public source it was read in, and the words they go by.

    What is named, sited or reasoned with one of `elsewhere`, and with none of `here`, concerns another part of the body
    and is not meant: physical therapy for a shoulder.
    """

    id: str
    title: str
    codes: tuple[CodeDefinition, ...] = ()
    labels: tuple[LabelDefinition, ...] = ()
    elsewhere: tuple[str, ...] = ()
    here: tuple[str, ...] = ()


class SourceDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a fact comes from: a citation, and a DOI or URL."""

    citation: str
    supports: str = ""
    doi: str = ""
    url: str = ""

    def problems(self) -> Iterator[Problem]:
        if not (self.doi or self.url):
            yield "sources", f"{self.citation!r} has neither doi nor url", "add one of them"


class Relation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A posture and what it does to the patient's leg or buttock symptom.

    `posture` is any of those named; `effect` one of `eases`, `free` (no symptom in that posture), `provokes`, and
    their documented opposites `not-eased` and `not-provoked`.
    """

    posture: tuple[str, ...]
    effect: tuple[Outcome, ...]
    says: Literal["present", "absent", "possible"] = "present"
    kind: str = ""
    quality: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    # Only these regions and no other part of the leg: `calf only`.
    only: bool = False
    both: bool = False
    single: bool = False


class Felt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A symptom in one of these regions, whatever brings it on.

    `alongside` names a finding (by id) that the same resource must show: the site of a walking symptom is often
    told in the sentence before or after it.
    """

    regions: tuple[str, ...]
    both: bool = False
    alongside: str = ""


class Gate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be present elsewhere for the evidence to count; `free` lists the kinds that stand alone."""

    needs: str
    free: tuple[str, ...] = ()


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something said by name: a target concept, if need be `beside` others (or `without` them) in the same sentence.

    `says` is what an affirmed statement says of the finding; a negated one says the opposite, unless `negated` is
    `ignore`. `near` limits the distance in words between target and neighbour.
    """

    target: tuple[str, ...]
    beside: tuple[str, ...] = ()
    # One of these as well.
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    # Each of these somewhere in the chart, said of this patient and current: an aneurysm on record, new back pain here.
    elsewhere: tuple[str, ...] = ()
    near: int = 12
    kind: str = ""
    # Only in these sections (`examination`), where a word means something else elsewhere.
    sections: tuple[str, ...] = ()
    # Nowhere in these: a drug under the heading of allergies is not taken.
    outside: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    says: Literal["present", "absent", "possible"] = "present"
    negated: Literal["opposite", "ignore"] = "opposite"
    # `ignore` keeps only denials and doubts: `no MRI yet` tells, a mention of MRI alone does not.
    affirmed: Literal["counts", "ignore"] = "counts"
    # Suspicion is what counts: `?metastases` is a reason to act, not a doubt about one.
    suspicion: bool = False


class Coded(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value set whose codes say the finding, in which kinds of resource, and of which sub-kind.

    `statuses` are the resource's own status words that count, all of them where none is named; `weeks` is how long it
    must have lasted at least, as far as its period is on record.
    """

    value_set: str
    kind: str = ""
    resources: tuple[str, ...] = ("Condition", "Observation")
    statuses: tuple[str, ...] = ()
    weeks: int | None = None


class Measured(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number: present at or below `at_most` and absent above it, or present above `above` and absent at or below it.

    A number above `mute_above` says nothing either way.
    """

    value_set: str
    at_most: float | None = None
    above: float | None = None
    mute_above: float | None = None
    # Numbers outside these bounds are something else (a pressure, a date) and are not read.
    lowest: float
    highest: float
    source: str
    # The concept that names the measurement in text; a number behind it is read like a coded one. `also` names it too.
    target: str = ""
    also: tuple[str, ...] = ()
    # Concepts of other measurements: a number behind one of these is theirs.
    others: tuple[str, ...] = ()
    # Concepts that say when it was taken (`at rest`, `after exercise`): with `only`, numbers of one of those phases
    # count; those of the phases under `never` do not. A coded number tells it in its name or its comment.
    phases: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class Example(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence whose red-flag kind matters too, or one that is read wrongly today and what it should be."""

    text: str
    kind: str = ""
    should_be: Literal["", "present", "absent", "possible", "not_found"] = ""


class Examples(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sentences that prove a finding: what must be present, absent, possible, and what almost fooled it.

    Each is read as the whole text of a recent note. `known_misses` are read wrongly today and stay in sight until
    mended.
    """

    present: tuple[str | Example, ...] = ()
    absent: tuple[str | Example, ...] = ()
    possible: tuple[str | Example, ...] = ()
    not_found: tuple[str | Example, ...] = ()
    known_misses: tuple[Example, ...] = ()


class FindingDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finding: how it is said in relations, statements, codes and numbers, and the examples that prove it.

    `policy` says in words what is this project's choice, where no paper or guideline settles it.
    """

    id: str
    atom: str
    title: str
    status: Literal["draft", "shadow", "active", "retired"]
    version: str
    sources: tuple[SourceDefinition, ...] = ()
    policy: str = ""
    auxiliary: bool = False
    # How long a statement counts; an active problem does not age, unless what it says passes by itself (`passes`).
    months: int | None = 12
    passes: bool = False
    history: bool = False
    # A later note that denies it ends it; a list of systems reviewed does not, since those are often templates.
    superseded: bool = False
    relations: tuple[Relation, ...] = ()
    statements: tuple[Statement, ...] = ()
    felt: tuple[Felt, ...] = ()
    codes: tuple[Coded, ...] = ()
    measured: tuple[Measured, ...] = ()
    # Where nothing else is said of this finding: a sentence that names walking and a leg symptom, without saying how
    # they belong together, counts in a text that shows one of these findings.
    told_beside: tuple[str, ...] = ()
    # Finding ids whose presence takes this one back: above-the-knee symptoms are not calf only.
    yields_to: tuple[str, ...] = ()
    gate: Gate | None = None
    # Age bands, for the one finding that is read from the birth date: (upper bound in years or none, label).
    age_bands: tuple[tuple[int | None, str], ...] = ()
    examples: Examples = Examples()

    def problems(self) -> Iterator[Problem]:
        if not (self.sources or self.policy.strip()):
            yield (
                "sources",
                "no source",
                "name the paper or guideline it rests on, or say under policy whose choice it is",
            )
        for source in self.sources:
            yield from source.problems()
