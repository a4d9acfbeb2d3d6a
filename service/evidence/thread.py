"""What a sentence inherits from those before it: the symptom that `it` means, a posture of which nothing was said yet,
the effect stated last. In: the links, symptoms and mentions of a sentence that was read. Out: the `Thread` that the
next one is read with."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from service.evidence.context import Scope
from service.evidence.definition import Outcome, SectionDefinition
from service.evidence.lexicon import Mention
from service.evidence.link import Link
from service.evidence.symptoms import LEG, Symptom, implied

# A sentence as short as this does nothing but name the part.
_SHORT = 8


class Thread(Struct, frozen=True, gc=False):
    """What a sentence inherits from those before it.

    `topic` is the symptom spoken of, `pending` a posture named without saying what it does, `echo` the last
    effect stated, `carried` a negated list that was cut for its length only, `walked` that the symptom comes on
    walking, `aided` that something to lean on was named.
    """

    topic: Symptom | None = None
    pending: Mention | None = None
    echo: Outcome | None = None
    carried: Scope | None = None
    walked: bool = False
    aided: bool = False


def walked(links: Sequence[Link], before: bool) -> bool:
    """Whether a symptom that comes on walking is what the text speaks of after these links."""
    affirmed = [k for k in links if k.assertion in {"affirmed", "possible"} and k.anchor != "other"]
    if any(k.posture == "walking" and k.effect == "provokes" for k in affirmed):
        return True
    return before and not any(k.posture == "walking" for k in affirmed)


# `Doc, it's my legs`: what is meant is said at once.
_EARLY = 4


def placed(
    section: SectionDefinition | None, norms: Sequence[str], felt: Sequence[Mention], cues: Sequence[Mention]
) -> Symptom | None:
    """`Location: right leg` is no symptom, but it places the one that the other lines speak of; so does `it comes on at
    the gate, always in the right buttock`, and `it's my legs`."""
    comes = any(c.concept.effect == "provokes" for c in cues)
    meant = ":" in norms or ("it" in norms[:_EARLY] and len(norms) <= _SHORT)
    if not comes and (not meant or any(m.concept.kind in {"posture", "cue"} for m in felt)):
        return None
    if section is not None and section.asserts != "affirmed":
        return None
    return implied(felt)


def spoken_of(section: SectionDefinition | None, symptoms: Sequence[Symptom], topic: Symptom | None) -> Symptom | None:
    """What the next sentence's `it` will mean: the last symptom affirmed here with a place, legs before other
    places."""
    if section is not None and section.asserts != "affirmed":
        return None
    told = [s for s in symptoms if s.regions and s.judgement.assertion in {"affirmed", "possible", "negated"}]
    told = [s for s in told if not s.negated] or [s for s in told if s.regions & LEG and topic is None]
    if not told:
        return None
    legs = [s for s in told if s.regions & LEG]
    return (legs or told)[-1]
