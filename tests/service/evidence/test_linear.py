"""Reading grows with the length of the text and no faster, whatever the text. Work is counted, not timed: the lines of
Python that run, each turn of a loop among them. What loops in regular expressions is looked for in their patterns."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import chain
from re import _compiler, _constants, _parser
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cds_hooks
import service.evidence
from service.chart.model import Chart, Concept, Passage, Patient, Report, Span
from service.evidence.extract import extract
from service.evidence.lexicon import spell_out
from service.evidence.narrative import read_text
from service.evidence.reading import Reading
from service.evidence.words import words_of
from service.knowledge.load import load_knowledge

TODAY = date(2026, 11, 1)
# Eight times the text, doubled three times, is eight times the work, but that sentences end at other places. Where only
# a twentieth of the work grew with the square, it would be eleven times.
TIMES, AT_MOST = 8, 9.6
# Words: three sentences of the longest that there are.
LENGTH = 360


@cache
def shipped() -> Reading:
    return load_knowledge().reading


def work(task: Callable[[], object]) -> int:
    """How many lines `task` runs."""
    lines = 0

    def count(_frame: FrameType, event: str, _argument: object) -> object:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        task()
    finally:
        sys.settrace(before)
    return lines


def reading_work(text: str) -> int:
    return work(lambda: read_text(text, shipped().language))


def finding_work(text: str) -> int:
    passages = (Passage("content[0].attachment", text),)
    report = Report("DocumentReference/1", Concept(), when=Span(TODAY), passages=passages)
    return work(lambda: extract(Chart(Patient("p"), reports=(report,)), shipped(), TODAY))


def repeated(unit: str, length: int) -> str:
    """The unit as often as it takes to make so many words."""
    return unit * (length // max(1, len(words_of(unit))) + 1)


def crossed(length: int) -> str:
    """A table of as many columns as lines, the marks below them."""
    size = length // 4
    return "Symptom | " + "yes | no | " * size + "\n" + "leg pain when walking   x\n" * size


HOSTILE = {
    "words of phrases": "for the past few of both legs when ",
    "beginnings of long phrases": "shopping cart sign shopping cart shopping trolley sign ",
    "postures, cues and symptoms": "leg pain when walking relieved by sitting ",
    "negations": "denies no without not never ",
    "lists of denials": "denies leg pain, ",
    "denied red flags": "No saddle numbness. No history of cancer. ",
    "open brackets": "([{ leg pain ",
    "closed brackets": "leg pain )]} ",
    "boxes": "[x] leg pain: ",
    "tabs": "leg pain\twalking\t\tdoes well\t",
    "gaps": "leg pain" + " " * 40 + "walking" + "\n" * 5,
    "clauses": "leg pain; walking but sitting, ",
    "questions": "Leg pain walking? No. ",
    "numbers": "ABI 0.8 ",
    "digits and points": "ABI " + "1" * 40 + ".1.1 ",
    "told otherwise since": "Leg pain on walking. Since the operation he walks miles without any leg pain. ",
    "other people": "Her husband has leg pain. He walks. ",
    "placed at last": "Easing: sitting. ",
    "dictation": "leg pain comma walking period ",
    "entries": "03/2018: leg pain walking.\n",
    "lines of answers": "leg pain | | yes no\n",
    "ways": "leg pain along the front from the car to the gate ",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_work_grows_as_hostile_text_does(unit):
    short, long = repeated(unit, LENGTH), repeated(unit, TIMES * LENGTH)
    assert 0 < reading_work(long) <= AT_MOST * reading_work(short)
    assert 0 < finding_work(long) <= AT_MOST * finding_work(short)


def test_a_table_takes_work_by_its_cells_and_not_by_columns_times_lines():
    assert reading_work(crossed(TIMES * LENGTH)) <= AT_MOST * reading_work(crossed(LENGTH))


def test_a_text_that_says_nothing_of_postures_takes_little_work_for_each_word():
    text = repeated("The kitchen was painted and the grandchildren came to see the garden. ", LENGTH)
    assert reading_work(text) <= 60 * len(words_of(text))


@cache
def vocabulary() -> list[str]:
    language = shipped().language
    concepts = chain(language.felt.concepts.values(), language.named.concepts.values())
    longest = (max(concept.phrases, key=len) for concept in concepts)
    phrases = {" ".join(next(spell_out(phrase))).replace("<n>", "2") for phrase in longest}
    # The beginnings of the long ones, and the words that stand around them.
    phrases |= {phrase.rpartition(" ")[0] for phrase in phrases if " " in phrase}
    glue = ("no", "denies", "without", "not until", "if", "but", "and", "it", "than", "nor does", "history of", "wife")
    signs = (".", ",", ";", "?", ":", "\n", "\n\n", "\t", "- ", "(", "[", "[ ] ", "[x] ", ")", "|", "yes", "1.2", "8")
    return sorted(phrases | {*glue, *signs})


@given(st.lists(st.sampled_from(vocabulary()), min_size=1, max_size=25).map(lambda said: " ".join(said) + " "))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_work_grows_as_any_clinical_text_does(unit):
    """The first sentences have nothing to go on from and cost less than the others, and where a sentence is cut depends
    on the words before it: what four times the text adds is compared. Were it to grow with the square, it would be more
    than ten times as much."""
    once, twice, often = (reading_work(repeated(unit, times * LENGTH)) for times in (2, 4, 12))
    assert often - twice <= 1.5 * 4 * (twice - once)


def test_a_number_of_thousands_of_digits_is_read_like_any_other():
    (number, letter) = words_of("1" * 10_000 + "M")
    assert (len(number.norm), letter.norm) == (10_000, "m")


# Regular expressions. A repetition inside a repetition is safe where each turn of the outer one begins with a character
# that the inner one cannot take: `\d+(?:[.,]\d+)*`, never `(?:\d+,?)*`. Two repetitions in a row share no character.

REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT}


def patterns() -> dict[str, re.Pattern]:
    """Every pattern compiled by a module of the two packages, by its name."""
    return {
        f"{info.name}.{name}": value
        for package in (service.evidence, cds_hooks)
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        for name, value in vars(importlib.import_module(info.name)).items()
        if isinstance(value, re.Pattern)
    }


def parts(item: tuple) -> Iterator[_parser.SubPattern]:
    """The sequences that an item of a parsed pattern is made of."""
    for argument in item[1] if isinstance(item[1], tuple | list) else ():
        if isinstance(argument, _parser.SubPattern):
            yield argument
        elif isinstance(argument, list):
            yield from (one for one in argument if isinstance(one, _parser.SubPattern))


def endless(sequence: _parser.SubPattern) -> Iterator[_parser.SubPattern]:
    """What is repeated without bound, at any depth."""
    for item in sequence:
        for part in parts(item):
            if item[0] in REPEATS and item[1][1] is _constants.MAXREPEAT:
                yield part
            yield from endless(part)


def every(sequence: _parser.SubPattern) -> Iterator[_parser.SubPattern]:
    yield sequence
    for item in sequence:
        for part in parts(item):
            yield from every(part)


def opening(sequence: _parser.SubPattern, flags: int) -> set[str]:
    """The characters that a sequence can begin with; all of them, where its first item may be left out."""
    first = _compiler.compile(_parser.SubPattern(sequence.state, [sequence[0]]), flags)
    return {chr(code) for code in range(0x300) if first.match(chr(code))}


def entangled(pattern: re.Pattern) -> bool:
    """Whether repetitions without bound can share out the same text among them in several ways."""
    flags = pattern.flags
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = _parser.parse(text, flags)
    if any(opening(outer, flags) & opening(inner, flags) for outer in endless(parsed) for inner in endless(outer)):
        return True
    for sequence in every(parsed):
        before: set[str] = set()
        for item in sequence:
            one = _parser.SubPattern(sequence.state, [item])
            if item[0] in REPEATS and item[1][1] is _constants.MAXREPEAT:
                if before & opening(item[1][2], flags):
                    return True
                before = opening(item[1][2], flags)
            elif one.getwidth()[0]:
                before = set()
    return False


@pytest.mark.parametrize("pattern", [r"(?:\d+,?)*", r"(?:\s*\w)*", r"\d*\.?\d+", r"(a|b+)+", r"x\s*(?:\w*)*"])
def test_a_pattern_whose_repetitions_share_their_text_is_found(pattern):
    assert entangled(re.compile(pattern))


def test_no_pattern_tries_the_same_text_in_several_ways():
    found = patterns()
    assert len(found) > 20
    assert [name for name, pattern in found.items() if entangled(pattern)] == []
