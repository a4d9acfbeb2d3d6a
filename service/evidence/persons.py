"""Whom a sentence speaks of: the patient, or somebody else whom it names, or whom `he` and `she` mean after a sentence
that named them. In: the sentences of a text, one after the other. Out: by what name somebody who tells of the patient
calls them (`Caller is the son. Dad gets pain ...`), and for each sentence the scope of the other person that it carries
on, if any: `She cares for her husband, 81. He cannot pass the gate without his legs going numb.`"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from service.evidence.context import Context, Scope
from service.evidence.definition import ConceptDefinition, ModifierDefinition
from service.evidence.kin import NAMED_REACH, POSSESSIVE_REACH, Kin, Telling
from service.evidence.lexicon import Lexicon
from service.evidence.sentences import Sentence

# What a writer calls the patient whatever the pronoun.
_PATIENT = frozenset({"patient", "pt", "i", "my", "me", "you", "your", "own"})
_OWN = frozenset({"my", "our"})
# How many sentences may go on about somebody named once.
_PATIENCE = 4
_NOBODY: frozenset[str] = frozenset()


def kin_modifiers(kin: Iterable[Kin], telling: Telling) -> Iterator[ModifierDefinition]:
    """What naming somebody does to a sentence: it turns to them, for what is theirs, or not at all."""
    kin = tuple(kin)
    for one in kin:
        theirs = tuple(f"{word} possessive" for word in one.called)
        yield ModifierDefinition(
            id=f"{one.id}-possessive", asserts="other-person", phrases=theirs, words=POSSESSIVE_REACH
        )
        named = (*(one.called if one.turns else ()), *telling.of_another(one))
        if named:
            yield ModifierDefinition(
                id=one.id, asserts="other-person", phrases=named, words=NAMED_REACH, pronouns=one.pronouns
            )
    aside = (p for one in kin for says in (telling.told_by, telling.told_of, telling.aside) for p in says(one))
    if phrases := tuple(aside):
        yield ModifierDefinition(id="no-other-person", asserts="other-person", pseudo=True, phrases=phrases)


class Persons:
    """The people besides the patient that a text may name, and what they are called then. Immutable once built."""

    __slots__ = ("_aside", "_called", "_context", "_named", "_pronouns", "_tells_of")

    def __init__(self, kin: Iterable[Kin], telling: Telling, context: Context) -> None:
        kin = tuple(kin)
        by_id = {one.id: one for one in kin}
        self._context = context
        self._called = frozenset(word for one in kin for word in one.called)
        self._named = frozenset(word for one in kin if one.turns for word in one.called)
        self._pronouns = frozenset(p for one in kin for p in one.pronouns)
        # By who tells (`tells daughter`) or is spoken for (`mother`): what the patient is called then.
        self._tells_of = {
            **{one.id: frozenset(one.called) for one in kin},
            **{f"tells {one.id}": frozenset(w for of in one.tells_of for w in by_id[of].called) for one in kin},
            **{f"asks after {one.id}": _NOBODY for one in kin},
        }
        said = (
            *((one.id, tuple(telling.told_of(one))) for one in kin),
            *((f"tells {one.id}", tuple(telling.told_by(one))) for one in kin),
            *((f"asks after {one.id}", tuple(telling.of_another(one))) for one in kin),
        )
        self._aside = Lexicon(ConceptDefinition(id=i, kind="ignore", phrases=phrases) for i, phrases in said if phrases)

    def spoken_of(self, spoken: Sequence[tuple[Sentence, list[str]]]) -> tuple[frozenset[str], dict[int, Scope]]:
        """What somebody who tells of the patient calls them, none if nobody does; and the other person that sentences
        go on about, by the place of the sentence in the text. Each sentence comes with its words' normal forms."""
        everything = {norm for _, norms in spoken for norm in norms}
        if self._called.isdisjoint(everything):
            return _NOBODY, {}
        patient = self._patient([norms for _, norms in spoken])
        return patient, {} if self._named.isdisjoint(everything) else self._carried(spoken, everything, patient)

    def _patient(self, spoken: Sequence[list[str]]) -> frozenset[str]:
        tellers = (mention.id for norms in spoken for mention in self._aside.within(norms))
        return frozenset(name for teller in tellers for name in self._tells_of[teller])

    def _carried(
        self, spoken: Sequence[tuple[Sentence, list[str]]], everything: set[str], patient: frozenset[str]
    ) -> dict[int, Scope]:
        found: dict[int, Scope] = {}
        about: Scope | None = None
        left = 0
        for at, (sentence, norms) in enumerate(spoken):
            if about is not None and sentence.section is not spoken[at - 1][0].section:
                about = None
            named = None if self._named.isdisjoint(norms) else self._other(norms, patient)
            if named is not None:
                apart = self._pronouns.difference(named.modifier.pronouns)
                owned = norms[named.first - 1] in _OWN if named.first else False
                about, left = (named, _PATIENCE) if owned or not apart.isdisjoint(everything) else (None, 0)
                rest = norms[named.end + 1 :]
                if about and not {*named.modifier.pronouns}.isdisjoint(rest) and (apart | _PATIENT).isdisjoint(rest):
                    found[at] = replace(named, start=named.end + 1, end=len(norms) - 1)
            elif about is not None:
                others = self._pronouns.difference(about.modifier.pronouns) | _PATIENT
                if not others.isdisjoint(norms) or not left or self._aside.within(norms):
                    about = None
                elif not {*about.modifier.pronouns}.isdisjoint(norms):
                    left -= 1
                    found[at] = Scope(about.modifier, about.phrase, -1, -1, 0, len(norms) - 1)
        return found

    def _other(self, norms: list[str], patient: frozenset[str]) -> Scope | None:
        """The last person named in a sentence who is somebody else."""
        scopes, _ = self._context.within(norms)
        named = [s for s in scopes if s.modifier.pronouns]
        return next(reversed(of_others(named, norms, patient)), None)


def of_others(scopes: list[Scope], norms: Sequence[str], patient: frozenset[str]) -> list[Scope]:
    """The scopes without those of a person by whose name somebody calls the patient."""
    if not patient:
        return scopes
    return [
        s
        for s in scopes
        if s.modifier.asserts != "other-person" or patient.isdisjoint(norms[max(0, s.first) : s.last + 1])
    ]
