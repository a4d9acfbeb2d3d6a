"""The forms of an English verb: `settle` stands for settle, settles, settling and settled, so that an author writes
`settle~` once. In: a verb in its base form. Out: its forms. Only the spelling rules of regular verbs and a list of
irregular ones."""

from __future__ import annotations

from typing import Final

_VOWELS: Final = frozenset("aeiou")
# Verbs of two syllables whose last consonant is doubled all the same.
_DOUBLED: Final = frozenset({"begin", "prefer", "recur", "occur", "permit", "incur", "forget", "regret"})
# Past and participle, where they are not made with -ed; verbs that notes on legs and backs use.
_IRREGULAR: Final[dict[str, tuple[str, ...]]] = {
    "be": ("was", "were", "been"),
    "become": ("became",),
    "begin": ("began", "begun"),
    "bend": ("bent",),
    "break": ("broke", "broken"),
    "bring": ("brought",),
    "buy": ("bought",),
    "catch": ("caught",),
    "come": ("came",),
    "creep": ("crept",),
    "cut": ("cut",),
    "do": ("did", "done"),
    "drive": ("drove", "driven"),
    "eat": ("ate", "eaten"),
    "fall": ("fell", "fallen"),
    "feel": ("felt",),
    "find": ("found",),
    "forget": ("forgot", "forgotten"),
    "get": ("got", "gotten"),
    "give": ("gave", "given"),
    "go": ("went", "gone"),
    "hang": ("hung",),
    "have": ("had",),
    "hit": ("hit",),
    "hold": ("held",),
    "hurt": ("hurt",),
    "keep": ("kept",),
    "kneel": ("knelt", "kneeled"),
    "lean": ("leaned", "leant"),
    "leave": ("left",),
    "let": ("let",),
    "lie": ("lay", "lain"),
    "lose": ("lost",),
    "make": ("made",),
    "put": ("put",),
    "quit": ("quit",),
    "ride": ("rode", "ridden"),
    "rise": ("rose", "risen"),
    "run": ("ran",),
    "say": ("said",),
    "see": ("saw", "seen"),
    "send": ("sent",),
    "set": ("set",),
    "shake": ("shook", "shaken"),
    "shut": ("shut",),
    "sit": ("sat",),
    "sleep": ("slept",),
    "spread": ("spread",),
    "stand": ("stood",),
    "stick": ("stuck",),
    "sting": ("stung",),
    "strike": ("struck",),
    "take": ("took", "taken"),
    "tell": ("told",),
    "wake": ("woke", "woken"),
    "wear": ("wore", "worn"),
}


def forms(verb: str) -> tuple[str, ...]:
    """The base form, the third person, the present participle and the past forms of `verb`, each once."""
    third = verb + "es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else verb + "s"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        third = verb[:-1] + "ies"
    if verb in {"be", "have"}:
        third = {"be": "is", "have": "has"}[verb]
    past = _IRREGULAR.get(verb) or (_past(verb),)
    return tuple(dict.fromkeys((verb, third, _participle(verb), *past)))


def _participle(verb: str) -> str:
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and len(verb) > 2:
        return verb[:-1] + "ing"
    return (verb + verb[-1] if _doubles(verb) else verb) + "ing"


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb[:-1] + "ied"
    return (verb + verb[-1] if _doubles(verb) else verb) + "ed"


def _doubles(verb: str) -> bool:
    """Whether the last consonant is doubled: `stop`, `sit`; not `lean`, `ease`, `settle`, `rest`."""
    if verb in _DOUBLED:
        return True
    ending = verb[-3:]
    one_syllable = sum(a not in _VOWELS and b in _VOWELS for a, b in zip(" " + verb, verb + " ", strict=True)) <= 1
    return (
        len(ending) == 3
        and one_syllable
        and ending[2] not in _VOWELS | frozenset("wxy")
        and ending[1] in _VOWELS
        and (ending[0] not in _VOWELS or "qu" in verb)
    )
