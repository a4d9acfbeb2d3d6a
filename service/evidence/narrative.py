"""Reading a piece of text: sections, sentences, concepts, modifiers, and which posture does what to which
symptom. In: text and the compiled `Language`. Out: for each sentence worth keeping, its links and the named
targets said in it, every one with the words and the modifier that decided. It knows no finding; `extract`
asks findings of what is read here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec import Struct

from service.evidence.context import Context, Judgement, Scope, carried_on, judge, trimmed, unspent
from service.evidence.cues import Stretch
from service.evidence.definition import LanguageDefinition, SectionDefinition
from service.evidence.endings import Endings
from service.evidence.foreign import Tongues
from service.evidence.journeys import Journeys
from service.evidence.kin import Telling
from service.evidence.lexicon import Lexicon, Mention, spell_out
from service.evidence.link import Link
from service.evidence.links import links_of
from service.evidence.misspellings import misspellings_of
from service.evidence.model import Mark
from service.evidence.persons import Persons, kin_modifiers, of_others
from service.evidence.questions import Answer, Answers, answered
from service.evidence.sentences import Layout, Sentence, sentences_of
from service.evidence.symptoms import LEG, Symptom, implied, symptoms_of
from service.evidence.thread import Thread, placed, spoken_of, walked
from service.evidence.words import words_of

# What may be said by itself; other words are recognised in order not to be taken for something else.
_TELLING = frozenset({"posture", "symptom", "syndrome", "cue", "target", "detail"})
_NAMED = frozenset({"target", "detail", "not-a-target"})


@dataclass(frozen=True, slots=True)
class Language:
    """Everything known about wording, compiled once when knowledge is loaded."""

    # Two lexicons, since `leg weakness` is both a symptom in a place and a sign by name: one must not hide the other.
    felt: Lexicon
    named: Lexicon
    context: Context
    persons: Persons
    layout: Layout
    connectors: frozenset[str]
    exceptions: frozenset[str]
    answers: Answers
    tongues: Tongues
    journeys: Journeys
    lately: frozenset[str]
    endings: Endings


class Said(Struct, frozen=True, gc=False):
    """A target concept named in a sentence and what is asserted of it."""

    mention: Mention
    judgement: Judgement


class ReadSentence(Struct, frozen=True, gc=False):
    """One sentence as read: where it stands in the text, its links, its named targets, its symptoms."""

    text: str
    start: int
    sentence: Sentence
    links: tuple[Link, ...]
    said: tuple[Said, ...]
    symptoms: tuple[Symptom, ...]
    # A question that the note answers with no: what it says is documented as not so.
    denied: bool = False
    # Walking named here, and behind it the leg or what is felt in it, where that is named as well.
    walking: tuple[Mention, ...] = ()
    # It says how things have become (`since the operation he walks for miles`), and that no leg symptom is left.
    of_late: bool = False
    over: bool = False

    @property
    def section(self) -> SectionDefinition | None:
        return self.sentence.section

    def marks(self, mentions: Sequence[Mention], by: Scope | None) -> tuple[Mark, ...]:
        """Targets and the deciding modifier as places in `text`, in order, each place once."""
        marks: dict[tuple[int, int], Mark] = {}
        for m in mentions:
            place = self._place(m.first, m.last)
            marks.setdefault(place, Mark("target", m.concept.id, self.words(m.first, m.last), *place))
        if by is not None and by.first >= 0:
            place = self._place(by.first, by.last)
            marks[place] = Mark("modifier", by.modifier.id, self.words(by.first, by.last), *place)
        return tuple(marks[place] for place in sorted(marks))

    def _place(self, first: int, last: int) -> tuple[int, int]:
        words = self.sentence.words
        return words[first].start - self.start, words[last].end - self.start

    def words(self, first: int, last: int) -> str:
        """Words `first` to `last` as the text has them."""
        low, high = self._place(first, last)
        return self.text[low:high]


def compile_language(definitions: Sequence[LanguageDefinition]) -> Language:
    """One `Language` out of all files of `language/`."""
    headings = {
        words: section
        for d in definitions
        for section in d.sections
        for heading in section.headings
        for words in spell_out(heading)
    }
    kin = tuple(one for d in definitions for one in d.kin)
    telling = next((d.telling for d in definitions if d.telling is not None), Telling())
    modifiers = [*(m for d in definitions for m in d.modifiers), *kin_modifiers(kin, telling)]
    context = Context(modifiers, (t for d in definitions for t in d.terminators))
    return Language(
        Lexicon(c for d in definitions for c in d.concepts if c.kind not in _NAMED),
        Lexicon(c for d in definitions for c in d.concepts if c.kind in _NAMED),
        context,
        Persons(kin, telling, context),
        Layout.of(
            headings,
            (a for d in definitions for a in d.abbreviations),
            _spelling(definitions),
            (w.lower() for d in definitions for w in (*d.yes, *d.no)),
        ),
        frozenset(c for d in definitions for c in d.connectors),
        frozenset(e for d in definitions for e in d.exceptions),
        Answers.of((w for d in definitions for w in d.yes), (w for d in definitions for w in d.no)),
        Tongues.of(
            (w for d in definitions for w in d.english),
            {name: words for d in definitions for name, words in d.other_languages.items()},
        ),
        Journeys.of([d.ways for d in definitions if d.ways is not None]),
        frozenset(word for d in definitions for word in d.lately),
        Endings.of(definitions),
    )


def _spelling(definitions: Sequence[LanguageDefinition]) -> dict[str, str]:
    """Known variants and misspellings, and those that are one slip away from a word that matters; no word of any phrase
    is taken for a slip."""
    said = (d.concepts for d in definitions), (d.modifiers for d in definitions)
    phrases = (phrase for group in said for named in group for one in named for phrase in one.phrases)
    untouched = {word.norm for phrase in phrases for word in words_of(phrase.replace("~", ""))}
    untouched |= {word for d in definitions for word in d.real_words}
    slips = misspellings_of((w for d in definitions for w in d.corrected), frozenset(untouched))
    known = {k: v for d in definitions for k, v in d.spelling.items()}
    called = {word for d in definitions for one in d.kin for word in one.called}
    theirs = {f"{k}'s": f"{v} possessive" for k, v in (*((w, w) for w in called), *known.items()) if v in called}
    return {**slips, **theirs, **known}


def read_text(text: str, language: Language, *, topic: Symptom | None = None) -> list[ReadSentence]:
    """The sentences of `text` that say something, in order.

    `topic` is the symptom the text is about before its first word, where the resource around it says so (a problem's
    name, an observation's body site).
    """
    spoken = list(_spoken(text, language))
    steps = list(_steps(text, spoken, language, Thread(topic)))
    first = next((step.sets for step in steps if step.sets is not None), None)
    if (
        topic is None
        and first is not None
        and any(k.anchor == "unknown" for s in steps if s.read for k in s.read.links)
    ):
        # "Easing: sitting. Site: both thighs.": what is placed later was meant before. From where both readings hand
        # on the same they are the same.
        again = zip(_steps(text, spoken, language, Thread(first)), list(steps), strict=True)
        for at, (step, before) in enumerate(again):
            steps[at] = step
            if step.after == before.after:
                break
    return [step.read for step in steps if step.read is not None]


class Spoken(Struct, frozen=True, gc=False):
    """A sentence with the concepts that its phrases name: what is felt and done, and the targets."""

    sentence: Sentence
    answer: Answer
    norms: list[str]
    felt: list[Mention]
    named: list[Mention]
    # Somebody else, whom the sentence before it named.
    person: Scope | None = None
    # What somebody who tells of the patient calls them.
    patient: frozenset[str] = frozenset()


def _spoken(text: str, language: Language) -> Iterator[Spoken]:
    """The sentences of `text` that name any concept; no other one says or changes anything."""
    told: list[tuple[Sentence, Answer]] = []
    spoken: list[tuple[Sentence, list[str]]] = []
    for sentence, answer in answered(sentences_of(text, language.layout), language.answers):
        for part, norms in language.endings.parted(sentence, [w.norm for w in sentence.words]):
            told.append((part, answer))
            spoken.append((part, norms))
    patient, others = language.persons.spoken_of(spoken)
    for at, (sentence, answer) in enumerate(told):
        norms = spoken[at][1]
        felt, named = language.felt.within(norms), language.named.within(norms)
        if felt and _told_of_legs(felt):
            felt = language.journeys.found(sentence.words, felt)
        if _tells(felt) or _tells(named) or language.endings.told(norms):
            yield Spoken(sentence, answer, norms, felt, named, others.get(at), patient)


def _tells(mentions: Sequence[Mention]) -> bool:
    """Whether anything is said, or a part of the leg named: `Site: both thighs`."""
    return any(
        m.concept.kind in _TELLING or (m.concept.kind == "site" and (m.concept.regions or m.concept.region in LEG))
        for m in mentions
    )


def _told_of_legs(felt: Sequence[Mention]) -> bool:
    """Whether the sentence speaks of a symptom or a part of the body, and names no walking itself."""
    kinds = {m.concept.kind for m in felt}
    return ("symptom" in kinds or "site" in kinds) and not any(m.concept.posture == "walking" for m in felt)


class Step(Struct, frozen=True, gc=False):
    """A sentence as read, if it says anything, the topic that it sets, if any, and what the next one inherits."""

    read: ReadSentence | None
    sets: Symptom | None
    after: Thread


def _steps(text: str, sentences: Sequence[Spoken], language: Language, thread: Thread) -> Iterator[Step]:
    """The sentences read one after the other, the first of them with `thread`."""
    for sentence in sentences:
        step = _read_sentence(text, sentence, language, thread)
        yield step
        thread = step.after


def _read_sentence(text: str, told: Spoken, language: Language, before: Thread) -> Step:
    sentence, answer, mentions, named = told.sentence, told.answer, told.felt, told.named
    words = sentence.words
    scopes, stops = language.context.within(told.norms)
    scopes = of_others(scopes, told.norms, told.patient)
    scopes = unspent(scopes, ((m.first, m.last) for m in mentions if _feels(m)))
    if sentence.continues and before.carried is not None:
        scopes.append(carried_on(before.carried, min(stops, default=len(words)) - 1))
    if told.person is not None:
        scopes.append(told.person)
    open_list = next((s for s in scopes if s.modifier.lists and s.end == len(words) - 1), None)
    postures = [m for m in mentions if m.concept.kind == "posture"]
    cues = [m for m in mentions if m.concept.kind == "cue"]
    if answer != "plain":
        # "Does it ease if you bend?" asks; the answer, not the `if`, decides.
        scopes = [s for s in scopes if s.modifier.asserts != "hypothetical"]
    if postures or cues:
        cue_places = [(m.first, m.last) for m in cues]
        scopes = trimmed(scopes, words, [(m.first, m.last) for m in (*postures, *cues)], cue_places)
    symptoms = symptoms_of(words, mentions, scopes, stops)
    # "Limited by breathing, not by legs": a part that is denied stands for nothing that is felt in it.
    named_places = [m for m in mentions if m.concept.kind != "site" or not _negated(m, scopes)]
    concerned = symptoms
    if not symptoms and postures and (cues or _two_ways(postures)) and (stand_in := implied(named_places)) is not None:
        concerned = [stand_in]
    links: list[Link] = []
    if postures or symptoms or before.pending is not None or before.aided:
        stretch = Stretch(
            words,
            postures,
            cues,
            concerned,
            scopes,
            stops,
            language.connectors,
            language.exceptions,
            before.pending,
            before.echo,
            walked=before.walked,
            aided=before.aided,
            foreign=_elsewhere(mentions),
        )
        links = links_of(stretch, before.topic)
    said = tuple(Said(m, judge(scopes, m.first, m.last)) for m in named if m.concept.kind != "not-a-target")
    spoken: Symptom | None = None
    if answer != "denied":
        spoken = spoken_of(sentence.section, symptoms, before.topic)
        spoken = spoken or (None if symptoms else placed(sentence.section, told.norms, named_places, cues))
    walking = () if answer == "denied" else _walking(mentions, symptoms, scopes, before.topic)
    if spoken is None and before.topic is None and not symptoms and (links or len(walking) > 1):
        # "By the gate both my legs are sacks of sand", "my legs are fine on the bike": whatever they feel is meant.
        spoken = implied(named_places)
    over = language.endings.over(told.norms, mentions, symptoms)
    if over:
        # "It has gone since the operation and she walks freely": nothing comes or eases any more.
        links, walking = [k for k in links if k.effect not in {"eases", "provokes"}], ()
    nothing = not (links or said or symptoms or walking or over)
    after = Thread(
        spoken or before.topic,
        postures[-1] if postures and not links else None,
        links[-1].effect if links else before.echo if nothing else None,
        open_list,
        walked(links, before.walked or len(walking) > 1),
        any(m.concept.posture == "flexion" for m in postures) or (nothing and before.aided),
    )
    if nothing:
        return Step(None, spoken, after)
    quote = text[sentence.start : sentence.end]
    read = ReadSentence(
        quote,
        sentence.start,
        sentence,
        tuple(links),
        said,
        tuple(symptoms),
        answer == "denied",
        walking,
        not language.lately.isdisjoint(told.norms),
        over,
    )
    return Step(read, spoken, after)


def _two_ways(postures: Sequence[Mention]) -> bool:
    """Walking and something else beside it: what is said of the legs there is said of how they fare."""
    kinds = {m.concept.posture for m in postures}
    return "walking" in kinds and len(kinds) > 1


def _walking(
    mentions: Sequence[Mention], symptoms: Sequence[Symptom], scopes: Sequence[Scope], topic: Symptom | None
) -> tuple[Mention, ...]:
    """Walking, and the leg or leg symptom told in the same sentence, as far as both are affirmed."""
    walks = [m for m in mentions if m.concept.posture == "walking" and _affirmed(m, scopes)]
    if not walks or any(m.concept.effect == "free" for m in mentions):
        return ()
    for symptom in symptoms:
        regions = symptom.regions or (topic.regions if topic is not None else frozenset())
        if regions & LEG and symptom.judgement.assertion == "affirmed":
            return (walks[0], *symptom.mentions)
    told = None if symptoms else implied(mentions)
    beside = told is not None and _affirmed(told.mentions[0], scopes)
    return (walks[0], *(told.mentions if told is not None and beside else ()))


def _negated(mention: Mention, scopes: Sequence[Scope]) -> bool:
    return judge(scopes, mention.first, mention.last).assertion == "negated"


def _affirmed(mention: Mention, scopes: Sequence[Scope]) -> bool:
    return judge(scopes, mention.first, mention.last).assertion == "affirmed"


def _elsewhere(mentions: Sequence[Mention]) -> bool:
    """Whether a part of the body is named, and none of the leg, buttock or back."""
    regions = {r for m in mentions if m.concept.kind == "site" for r in (m.concept.region, *m.concept.regions) if r}
    return bool(regions) and not regions & (LEG | {"back"})


def _feels(mention: Mention) -> bool:
    """Whether the words tell what is felt, or that it goes on."""
    return mention.concept.kind == "symptom" or mention.concept.effect == "persists"
