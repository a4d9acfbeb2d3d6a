"""The people a note may name besides the patient, and the words by which they tell of the patient. In: `people.yaml`.
Out: `Kin`, `Telling`, and the modifiers that follow from them, so that no relative is listed twice: whoever is named
turns the sentence to somebody else, unless they tell of the patient, are only there, or own what is leant on."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

# How far a person named reaches: to the end of most sentences; in `his wife's legs ache`, to what is theirs, but not in
# `leans on his wife's wheelchair and the ache goes`.
NAMED_REACH = 40
POSSESSIVE_REACH = 2
_OWNERS = "(his/her/their/my/our/your/the/a)"
_DETERMINERS = "(his/her/their/my/our/your/the) (patient/pt/possessive) (older/younger/eldest/adult)"


class Kin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody a note may name: `called` are the words, `pronouns` what a later sentence calls them, `tells_of` whom
    they tell of when they speak for the patient.

    Naming somebody that `turns` nothing does not make the sentence theirs; only what is said to be theirs is.
    """

    id: str
    called: tuple[str, ...]
    pronouns: tuple[str, ...] = ()
    tells_of: tuple[str, ...] = ()
    turns: bool = True

    @property
    def alternatives(self) -> str:
        return "/".join(self.called)


class Telling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words before and after somebody who tells of the patient, those before and behind the patient whom somebody
    speaks for (`speaking_for`, `spoken_for`), those before somebody who is only there (`beside`), those that turn to
    somebody whatever stands before them (`asking_after` before, `theirs` behind), and things that may be somebody's."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    speaking_for: tuple[str, ...] = ()
    spoken_for: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    asking_after: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    things: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """All of them, as they are written."""
        told = (*self.before, *self.after, *self.speaking_for, *self.spoken_for)
        return (*told, *self.beside, *self.asking_after, *self.theirs, *self.things)

    def told_by(self, kin: Kin) -> Iterator[str]:
        """Phrases in which `kin` tells of the patient."""
        for words in self.before:
            yield f"{words} {_DETERMINERS} {kin.alternatives}"
        for words in self.after:
            yield f"{kin.alternatives} {words}"

    def told_of(self, kin: Kin) -> Iterator[str]:
        """Phrases in which somebody speaks for `kin`, who is the patient."""
        for words in self.speaking_for:
            yield f"{words} {_DETERMINERS} {kin.alternatives}"
        for words in self.spoken_for:
            yield f"{kin.alternatives} {words}"

    def of_another(self, kin: Kin) -> Iterator[str]:
        """Phrases that turn to `kin`, whatever stands before or behind: `here with her husband, 87, whose legs`."""
        for words in self.asking_after if kin.turns else ():
            yield f"{words} {_OWNERS} {kin.alternatives} (:)"
        for before in ("", *self.beside):
            for words in self.theirs:
                yield f"{before} {_OWNERS} (old) {kin.alternatives} (,) (<n>) (,) {words}".strip()

    def aside(self, kin: Kin) -> Iterator[str]:
        """Phrases that name `kin` and turn to nobody."""
        for words in self.beside:
            yield f"{words} {_DETERMINERS} {kin.alternatives}"
        if self.things:
            things = "/".join(self.things)
            yield f"{things} of {_DETERMINERS} {kin.alternatives}"
            yield f"{kin.alternatives} possessive {things}"
