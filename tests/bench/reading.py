"""What reading costs beside merely splitting. In: the labelled statements of the development set and plain sentences of
other matters, one in ten a target. Out: the CPU time of reading notes made of them, as a ratio to splitting the same
notes into sentences and words; and how reading grows with the length of a text, up to 1 MB."""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable
from itertools import islice

from reading.cases import cases
from reading.measure import DEVELOPMENT

from service.evidence.narrative import Language, read_text
from service.evidence.sentences import sentences_of
from service.knowledge.load import load_knowledge

TARGETS = 0.1
NOTE, NOTES, ROUNDS = 40, 30, 9
SIZES = tuple(1024 * 2**n for n in range(11))
# What notes say most of the time: sentences about nothing that is looked for.
PLAIN = (
    "Blood pressure 128 over 76 today, seated, right side.",
    "Takes amlodipine 5 mg and a statin each evening.",
    "The kitchen has been repainted and she enjoys the colour.",
    "Sleep is sound and appetite good.",
    "Mood bright, good eye contact, dressed smartly.",
    "Vaccinations are up to date; the next is due in spring.",
    "He retired from the post office in 2011.",
    "Thyroid function was normal in the summer.",
    "Cholesterol 4.2, kidney function stable, HbA1c 38.",
    "Lives in a bungalow and has two cats.",
    "The repeat prescription was signed for three months.",
    "Eyes tested last year and new glasses ordered.",
    "Allergic to penicillin, which gave her hives at school.",
    "The hernia scar has healed nicely.",
    "We spoke about the audiology letter and its findings.",
    "Chest clear, heart sounds normal, no murmurs.",
    "Weight 71 kg, height 168 cm, never smoked.",
    "He drinks a glass of wine at weekends.",
    "The skin on the forearm is dry and an emollient was given.",
    "A follow-up call is booked for the second week of June.",
)


def note(chance: random.Random, targets: list[str], sentences: int) -> str:
    """A note of so many sentences, a tenth of them (in places drawn by lot) with a target."""
    return " ".join(
        chance.choice(targets) if chance.random() < TARGETS else chance.choice(PLAIN) for _ in range(sentences)
    )


def spent(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def ratio(notes: list[str], language: Language) -> tuple[float, float, float]:
    """Milliseconds for splitting and for reading a note, and the median of their ratios, the two taken in turn."""
    split, read = [], []
    for _ in range(ROUNDS):
        split.append(spent(lambda: [list(sentences_of(text, language.layout)) for text in notes]))
        read.append(spent(lambda: [read_text(text, language) for text in notes]))
    ratios = [b / a for a, b in zip(split, read, strict=True)]
    per_note = 1000 / len(notes)
    return (
        statistics.median(split) * per_note, statistics.median(read) * per_note, statistics.median(ratios)
    )  # fmt: skip


def growth(text: str, language: Language) -> tuple[list[tuple[int, float]], float]:
    """Seconds for texts of each of `SIZES`, and the slope of their logarithms: 1 is linear."""
    times = [
        (size, min(spent(lambda size=size: read_text(text[:size], language)) for _ in range(2 if size > 2**17 else 5)))
        for size in SIZES
    ]
    points = [(math.log(size), math.log(seconds)) for size, seconds in islice(times, 2, None)]
    mean_x, mean_y = (statistics.fmean(p[axis] for p in points) for axis in (0, 1))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return times, slope


def main() -> None:
    """Measure and print."""
    language = load_knowledge().reading.language
    files = (cases(path.read_text("utf-8")) for path in sorted(DEVELOPMENT.glob("*.yaml")))
    statements = [s.text.replace("\n", " ") for file in files for s in file.statements if s.flag != "no"]
    targets = [sentence for text in statements for sentence in text.split(". ") if len(sentence) > 40]
    targets = [f"{sentence.rstrip('.')}." for sentence in targets if read_text(sentence, language)]
    chance = random.Random(6)
    notes = [note(chance, targets, NOTE) for _ in range(NOTES)]
    split, read, times = ratio(notes, language)
    print(f"{NOTES} notes of {NOTE} sentences, {TARGETS:.0%} with a target")
    print(f"split into sentences and words  {split:6.2f} ms a note")
    print(f"read                            {read:6.2f} ms a note, {times:.2f} times that")
    grown, slope = growth(note(chance, targets, 30_000), language)
    print("length    CPU")
    for size, seconds in grown:
        print(f"{size // 1024:5} kB  {seconds * 1000:9.1f} ms")
    print(f"reading grows with the length to the power of {slope:.2f} (1 is linear), from 4 kB to 1 MB")


if __name__ == "__main__":
    main()
