"""The one sentence at the top of a card. In: a template with named slots, and what fills them. Out: a
sentence of fewer than 140 characters (CARD-2). Slots take words of our own and numbers only, never text
from a chart."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from typing import Final

from service.cards.content import Words
from service.evidence.model import Evidence, Findings

# `kinds`: the red flags found, in plain words. `abi`: the lowest reduced ankle-brachial index on record, with its side,
# and whether it was taken after exercise.
SLOTS: Final = frozenset({"kinds", "abi"})
_NAMED_KINDS: Final = 2
_UNMEASURED: Final = "a reduced ABI"
_LONGEST_ABI: Final = "an exercise ABI of 0.00 on both sides"
_EXERCISED: Final = "abi-after-exercise"
_SIDES: Final = {"left": " on the left", "right": " on the right", "both": " on both sides"}


def slots_of(template: str) -> set[str]:
    """The names in braces in a template; a lone brace is reported as a slot of that name."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        return {"{"}


def fill(template: str, findings: Findings, kinds: Iterable[str], words: Words) -> str:
    """The sentence for these findings; `kinds` are the red flags it is about, the most important first."""
    named = [words.kinds[kind] for kind in dict.fromkeys(kinds)]
    return template.format(kinds=_list(named), abi=_abi(_evidence(findings, "V3"), _evidence(findings, _EXERCISED)))


def _evidence(findings: Findings, atom: str) -> tuple[Evidence, ...]:
    found = findings.by_atom.get(atom)
    return found.evidence if found else ()


def longest_summary(template: str, words: Words, kinds: Sequence[str]) -> int:
    """The most characters a template can grow to."""
    named = sorted((words.kinds.get(kind, "") for kind in kinds), key=len, reverse=True)
    if slots_of(template) - SLOTS:
        return len(template)
    return len(template.format(kinds=_list(named), abi=_LONGEST_ABI))


def _list(named: Sequence[str]) -> str:
    if len(named) > _NAMED_KINDS:
        return f"{', '.join(named[:_NAMED_KINDS])} and more"
    return " and ".join(named)


def _abi(evidence: Iterable[Evidence], exercised: Iterable[Evidence]) -> str:
    """Only a plain number is repeated; anything else is said without one."""
    after = {(e.ref, e.path, e.quote, e.side, e.value) for e in exercised}
    measured: list[tuple[float, str, bool]] = []
    for piece in evidence:
        if piece.status == "present":
            try:
                key = (piece.ref, piece.path, piece.quote, piece.side, piece.value)
                measured.append((float(piece.value), piece.side, key in after))
            except ValueError:
                continue
    plausible = [each for each in measured if 0 <= each[0] < 10]
    if not plausible:
        return _UNMEASURED
    value, side, exercise = min(plausible)
    return f"an {'exercise ABI' if exercise else 'ABI'} of {value:.2f}{_SIDES.get(side, '')}"
