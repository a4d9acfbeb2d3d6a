"""What the patient feels and where: symptoms of a sentence joined with the parts of the body they are said of.
In: the mentions of one sentence. Out: symptoms with regions, sides and qualities, each knowing whether it
is negated."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from service.evidence.context import Judgement, Scope, judge
from service.evidence.lexicon import Mention
from service.evidence.words import Word

# Regions in which a symptom counts as a leg or buttock symptom (ruling 1).
LEG = frozenset({"leg", "buttock", "thigh", "calf", "foot"})

_SITE_REACH = 12
_SHARED_REACH = 7
_STOP_COST = 12
_PRONOUNS = frozenset({"they", "these", "those", "both"})
_POSSESSIVE = frozenset({"the", "his", "her", "my", "their"})
_AND_SO = frozenset({"and", "but", "yet", "then"})


class Symptom(Struct, frozen=True, gc=False):
    """One or more symptom words said of the same parts of the body."""

    mentions: tuple[Mention, ...]
    regions: frozenset[str]
    both: bool
    qualities: frozenset[str]
    judgement: Judgement
    single: bool = False

    @property
    def first(self) -> int:
        return self.mentions[0].first

    @property
    def last(self) -> int:
        return self.mentions[0].last

    @property
    def negated(self) -> bool:
        return self.judgement.assertion == "negated"

    @property
    def on_walking(self) -> bool:
        return self.mentions[0].concept.kind == "syndrome"

    @property
    def bare(self) -> bool:
        """A part of the body alone, that stands for what is felt in it."""
        return self.mentions[0].concept.kind == "site"

    @property
    def generic(self) -> bool:
        """`it`, `symptoms`: words that stand for something said before."""
        return self.mentions[0].concept.quality == "any"


def gap(words: Sequence[Word], stops: Sequence[int], one: Mention, other: Mention) -> int:
    """Words between two mentions; a comma counts three, a terminator (`but`, `;`) as much as a long way round."""
    low, high = (one.last, other.first) if one.first <= other.first else (other.last, one.first)
    cost = 0
    for at in range(low + 1, high):
        norm = words[at].norm
        cost += 3 if norm in {",", "(", ")", "-", ":"} else 1
    return cost + _STOP_COST * sum(low < s < high for s in stops)


def symptoms_of(
    words: Sequence[Word], mentions: Sequence[Mention], scopes: Sequence[Scope], stops: Sequence[int]
) -> list[Symptom]:
    """The symptoms of a sentence in order, each with the sites nearest to it."""
    felt = [m for m in mentions if m.concept.kind in {"symptom", "syndrome"}]
    if not felt:
        return [_helped(m) for m in mentions if m.concept.kind == "site" and _object_of_relief(words, mentions, m)]
    spared = {m.first for m in mentions if m.concept.effect == "free"}
    # "My back hurts walking, legs ok": what is said to be well is no place of a symptom.
    named = [m for m in mentions if m.concept.kind == "site"]
    sites = [m for m in named if m.last + 1 not in spared]
    sides = [m for m in mentions if m.concept.kind == "side"]
    said_of: dict[int, list[Mention]] = {i: [] for i in range(len(felt))}
    for site in sites:
        costs = [gap(words, stops, site, m) for m in felt]
        nearest = min(range(len(felt)), key=lambda i: (costs[i], i))
        if costs[nearest] <= _SITE_REACH:
            said_of[nearest].append(site)
    for i in range(len(felt)):
        if not said_of[i] and felt[i].concept.quality != "any":
            said_of[i] = _shared(words, stops, felt, said_of, i)
    claimed = {id(s) for found in said_of.values() for s in found}
    left = [s for s in named if id(s) not in claimed]
    for i, mention in enumerate(felt):
        if not said_of[i] and not mention.concept.regions and _of_the_same(words, mention):
            said_of[i] = [s for s in left if s.last < mention.first]
    symptoms = [_helped(s) for s in left if _object_of_relief(words, mentions, s)]
    for i, mention in enumerate(felt):
        said = judge(scopes, mention.first, mention.last)
        # "calf cramp, nothing in the thigh": a place denied where the symptom is not is no place of it.
        places = [
            s
            for s in said_of[i]
            if said.assertion == "negated" or judge(scopes, s.first, s.last).assertion != "negated"
        ]
        regions = frozenset(mention.concept.regions)
        if mention.concept.quality != "foreign":
            regions |= _regions(places)
        both = any(s.concept.both for s in places) or any(
            side.concept.both and _beside(words, stops, side, (mention, *places)) for side in sides
        )
        symptoms.append(
            Symptom(
                (mention, *places),
                regions,
                both or mention.concept.both,
                frozenset({mention.concept.quality}) - {"", "any"},
                said,
                any(side.concept.single and _beside(words, stops, side, (mention, *places)) for side in sides),
            )
        )
    return sorted(symptoms, key=lambda s: s.first)


def _object_of_relief(words: Sequence[Word], mentions: Sequence[Mention], site: Mention) -> bool:
    """`bending helps his back`: the part named right behind the relief is what is relieved, and nothing else."""
    return any(
        m.concept.kind == "cue"
        and m.concept.effect == "eases"
        and 0 < site.first - m.last <= 2
        and words[site.first - 1].norm in _POSSESSIVE
        for m in mentions
    )


def _helped(site: Mention) -> Symptom:
    return Symptom((site,), _regions([site]), site.concept.both, frozenset(), Judgement("affirmed"))


def _of_the_same(words: Sequence[Word], symptom: Mention) -> bool:
    """Whether the symptom is said of what was named before: by a pronoun (`thighs, though: they ache`) or by none at
    all (`legs are fine on the bike but ache on the road`)."""
    if any(word.norm in _PRONOUNS for word in words[max(0, symptom.first - 3) : symptom.first]):
        return True
    return symptom.first > 0 and words[symptom.first - 1].norm in _AND_SO


def _regions(sites: Sequence[Mention]) -> frozenset[str]:
    return frozenset(r for s in sites for r in ((s.concept.region,) if s.concept.region else s.concept.regions))


def implied(mentions: Sequence[Mention]) -> Symptom | None:
    """`worse for my legs`, `my legs are fine`: a part of the leg named alone stands for what is felt there."""
    sites = [m for m in mentions if m.concept.kind == "site"]
    regions = _regions(sites)
    if not regions & LEG:
        return None
    both = any(s.concept.both for s in sites)
    return Symptom((sites[0],), regions, both, frozenset(), Judgement("affirmed"))


def _shared(
    words: Sequence[Word],
    stops: Sequence[int],
    felt: Sequence[Mention],
    said_of: dict[int, list[Mention]],
    i: int,
) -> list[Mention]:
    """`numbness and tingling in the feet`: a symptom without a site shares that of its neighbour in the list."""
    for j in (i + 1, i - 1):
        if 0 <= j < len(felt) and gap(words, stops, felt[i], felt[j]) <= _SHARED_REACH:
            if said_of[j]:
                return said_of[j]
            if felt[j].concept.regions and felt[j].concept.quality != "foreign":
                return [felt[j]]
    return []


def _beside(words: Sequence[Word], stops: Sequence[int], side: Mention, targets: Sequence[Mention]) -> bool:
    return any(gap(words, stops, side, t) <= 3 for t in targets)
