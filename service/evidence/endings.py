"""Where a story ends: a later sentence says that nothing is left of it (`no leg trouble since`, `it has gone since the
operation`). In: what one sentence mentions, and the words of `language/` for it. Out: whether the story before the
sentence is over. A clause that tells of such an end is parted from its sentence first, so that it stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import structs

from service.evidence.definition import ConceptDefinition, LanguageDefinition
from service.evidence.lexicon import Lexicon, Mention, spell_out
from service.evidence.sentences import Sentence
from service.evidence.symptoms import LEG, Symptom, implied

# What a patient may be said to do again once the symptom has gone, and what it has gone with.
_ALLOWED = frozenset({"walking", "medication"})
_PARTING = frozenset({";", "but", "however"})
# Before what is gone these say that it is not, or not all of it.
_HARDLY = frozenset({"not", "never", "nearly", "almost", "mostly", "partly", "largely", "once", "if", "until", "n't"})
_HARDLY_REACH = 3
# These mean what was told before.
_MEANT = frozenset({"it", "this", "that", "they", "these", "which", "all", "and", "but", "now", "then", ",", "has"})
# Behind what is gone, other words make something else of it: `has gone numb`.
_BEHIND = frozenset({"since", "after", "following", "and", "but", "now", "so", "with", "he", "she", "they", "i"})


@dataclass(frozen=True, slots=True)
class Endings:
    """The words that end a story. Immutable once built.

    `taken_back` end it where no leg symptom is left, `gone` say that nothing is left, and `treated` what came between.
    """

    taken_back: Lexicon
    treated: Lexicon
    gone: Lexicon
    # The first words of `treated`, `since` among them: a sentence without any tells of nothing that has gone.
    _begin: frozenset[str]

    @classmethod
    def of(cls, definitions: Sequence[LanguageDefinition]) -> Endings:
        return cls(
            _lexicon(d.taken_back for d in definitions),
            _lexicon(d.treated for d in definitions),
            _lexicon(d.gone for d in definitions),
            frozenset(words[0] for d in definitions for said in d.treated for words in spell_out(said)),
        )

    def parted(self, sentence: Sentence, norms: list[str]) -> Sequence[tuple[Sentence, list[str]]]:
        """The sentence, or its two parts where the second tells of an end: `...; since the operation it has gone`; each
        with its words' normal forms."""
        if not self._begin.isdisjoint(norms):
            for at, norm in enumerate(norms):
                if norm in _PARTING and 0 < at < len(norms) - 1 and self.told(norms[at + 1 :]):
                    rest = structs.replace(
                        sentence, words=sentence.words[at + 1 :], opens_paragraph=False, continues=False
                    )
                    told = structs.replace(sentence, words=sentence.words[:at])
                    return [(told, norms[:at]), (rest, norms[at + 1 :])]
        return [(sentence, norms)]

    def over(self, norms: Sequence[str], mentions: Sequence[Mention], symptoms: Sequence[Symptom]) -> bool:
        """Whether a sentence says that no leg symptom is left, whatever the posture.

        Numbness or weakness that is gone leaves the pain as it was.
        """
        if any(m.concept.kind == "posture" and m.concept.posture not in _ALLOWED for m in mentions):
            return False
        if _denied(mentions, symptoms) and self.taken_back.within(norms):
            return True
        if self._begin.isdisjoint(norms) or not self._gone(norms):
            return False
        if not symptoms:
            return self._of_the_story(norms)
        legs = all((s.generic or "pain" in s.qualities) and (s.regions & LEG or not s.regions) for s in symptoms)
        return legs and bool(self.treated.within(norms) or self.taken_back.within(norms))

    def _of_the_story(self, norms: Sequence[str]) -> bool:
        """Whether what is gone can only be what was told before: nothing else stands before it but a pronoun and what
        came between, unlike `Bursitis in 2016, resolved after injection`."""
        treated = self.treated.within(norms)
        first = min(m.first for m in self.gone.within(norms))
        held = {at for m in treated for at in range(m.first, m.last + 1)}
        return bool(treated) and all(at in held or norms[at] in _MEANT for at in range(first))

    def told(self, norms: Sequence[str]) -> bool:
        """Whether the words may tell of an end: something is gone, and something came between."""
        if self._begin.isdisjoint(norms) or not self._gone(norms):
            return False
        return bool(self.treated.within(norms) or self.taken_back.within(norms))

    def _gone(self, norms: Sequence[str]) -> bool:
        return any(
            _HARDLY.isdisjoint(norms[max(0, m.first - _HARDLY_REACH) : m.first])
            and _PARTING.isdisjoint(norms[m.last + 1 :])
            and (m.last + 1 == len(norms) or norms[m.last + 1] in _BEHIND or not norms[m.last + 1][0].isalnum())
            for m in self.gone.within(norms)
        )


def _lexicon(phrases: Iterable[Sequence[str]]) -> Lexicon:
    told = tuple(phrase for some in phrases for phrase in some)
    return Lexicon([ConceptDefinition(id="ending", kind="ignore", phrases=told)] if told else [])


def _denied(mentions: Sequence[Mention], symptoms: Sequence[Symptom]) -> bool:
    """Whether every symptom named is denied, pain of the leg among them, or the leg said to be well."""
    if not symptoms:
        return implied(mentions) is not None and any(m.concept.effect == "free" for m in mentions)
    legs = (s for s in symptoms if "leg" in s.regions)
    return all(s.negated for s in symptoms) and any(s.generic or "pain" in s.qualities for s in legs)
