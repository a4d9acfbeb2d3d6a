"""Who a sentence speaks of when it says `he` or `she`: the relative named before it, or the patient. In: the sentences
of a text, one after the other. Out: for each the scope of the other person that it carries on, if any: `She cares for
her husband, 81. He cannot pass the gate without his legs going numb.`"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.evidence.context import Context, Scope
from service.evidence.definition import ConceptDefinition, ModifierDefinition
from service.evidence.lexicon import Lexicon, spell_out
from service.evidence.sentences import Sentence
from service.evidence.words import Word

# What a writer calls the patient whatever the pronoun.
_PATIENT = frozenset({"patient", "pt", "i", "my", "me", "you", "your", "own"})
_OWN = frozenset({"my", "our"})
# How many sentences may go on about somebody named once.
_PATIENCE = 4


class Persons:
    """The people besides the patient that a text may name, and what they are called then. Immutable once built."""

    __slots__ = ("_context", "_named", "_pronouns", "_telling")

    def __init__(self, modifiers: Iterable[ModifierDefinition], context: Context) -> None:
        modifiers = [m for m in modifiers if m.asserts == "other-person"]
        called = [m for m in modifiers if m.pronouns]
        self._context = context
        self._named = frozenset(words[-1] for m in called for phrase in m.phrases for words in spell_out(phrase))
        self._pronouns = frozenset(p for m in called for p in m.pronouns)
        # `He says that her legs ache`: the person named before reports.
        self._telling = Lexicon(
            ConceptDefinition(id=m.id, kind="ignore", phrases=m.phrases) for m in modifiers if m.pseudo
        )

    def carried(self, sentences: Sequence[Sentence]) -> dict[int, Scope]:
        """The other person that sentences go on about, by the place of the sentence in the text."""
        everything = {w.norm for sentence in sentences for w in sentence.words}
        if self._named.isdisjoint(everything):
            return {}
        spoken = [{w.norm for w in sentence.words} for sentence in sentences]
        found: dict[int, Scope] = {}
        about: Scope | None = None
        left = 0
        for at, (sentence, norms) in enumerate(zip(sentences, spoken, strict=True)):
            if about is not None and sentence.section is not sentences[at - 1].section:
                about = None
            named = self._other(sentence.words) if not self._named.isdisjoint(norms) else None
            if named is not None:
                apart = self._pronouns.difference(named.modifier.pronouns)
                owned = sentence.words[named.first - 1].norm in _OWN if named.first else False
                about, left = (named, _PATIENCE) if owned or not apart.isdisjoint(everything) else (None, 0)
            elif about is not None:
                others = self._pronouns.difference(about.modifier.pronouns) | _PATIENT
                if not others.isdisjoint(norms) or not left or self._telling.find(sentence.words):
                    about = None
                elif not norms.isdisjoint(about.modifier.pronouns):
                    left -= 1
                    found[at] = Scope(about.modifier, about.phrase, -1, -1, 0, len(sentence.words) - 1)
        return found

    def _other(self, words: Sequence[Word]) -> Scope | None:
        """The last person named in a sentence who is somebody else."""
        scopes, _ = self._context.scopes(words)
        return next((s for s in reversed(scopes) if s.modifier.pronouns), None)
