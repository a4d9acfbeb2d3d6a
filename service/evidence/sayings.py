"""Where in a chart each concept is said by name, and what its sentences say of postures, gathered once for all
findings. In: the texts of a chart as read. Out: `Sayings`, which a finding asks for the concepts it looks for, instead
of looking through every sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.evidence.link import Link
from service.evidence.narrative import ReadSentence, Said
from service.evidence.passages import Read


@dataclass(frozen=True, slots=True)
class Saying:
    """A target said in a sentence of a text; `at` counts texts, sentences and targets, and so orders them."""

    at: tuple[int, int, int]
    read: Read
    sentence: ReadSentence
    said: Said


@dataclass(frozen=True, slots=True)
class Sayings:
    """Everything that the texts of a chart say, by the concept that is named, and its links."""

    by_target: dict[str, list[Saying]]
    links: tuple[tuple[Read, ReadSentence, Link], ...]
    # Where a text (by its `id`) last says that no leg symptom is left.
    over: dict[int, int]

    @classmethod
    def of(cls, reads: Sequence[Read]) -> Sayings:
        by_target: dict[str, list[Saying]] = defaultdict(list)
        for saying in _all(reads):
            by_target[saying.said.mention.id].append(saying)
        links = ((read, sentence, link) for read in reads for sentence in read.sentences for link in sentence.links)
        return cls(dict(by_target), tuple(links), {id(read): over_at(read) for read in reads})


def over_at(read: Read) -> int:
    """Where a text last says that no leg symptom is left: what it told before is over. 0 where it never does."""
    return max((s.start for s in read.sentences if s.over), default=0)


def _all(reads: Sequence[Read]) -> Iterator[Saying]:
    for n, read in enumerate(reads):
        for m, sentence in enumerate(read.sentences):
            for k, said in enumerate(sentence.said):
                yield Saying((n, m, k), read, sentence, said)
