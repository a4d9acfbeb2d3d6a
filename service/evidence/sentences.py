"""A note to its sentences: where each begins and ends, and which section it stands in. In: text and the
section headings of the language. Out: sentences as word lists with their section. Lists, bullets,
hard-wrapped lines and headings written on the same line as their text are what real notes look like, so all
of them are handled here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from msgspec import Struct

from service.evidence.definition import SectionDefinition
from service.evidence.entries import entry_date, labels, reopens
from service.evidence.tables import with_answers
from service.evidence.words import Word, words_of

_BULLETS = frozenset("-*•·+>#o")
_ENDS = frozenset(".!?")
_BOXES = frozenset("[(_☐☑☒")
# Signs as they are said to a recorder.
_DICTATED = {"period": ".", "comma": ",", "semicolon": ";"}
# Abbreviations that names, numbers or the rest of the sentence follow.
_BEFORE_NAMES = frozenset(
    {"dr", "mr", "mrs", "ms", "miss", "prof", "rev", "st", "vs", "approx", "ca", "cf", "fig", "pt", "pts"}
)
_HEADING_WORDS = 6
# A label before a dash is short, and a form has several.
_LABEL_WORDS = 3
_FEWEST_LABELS = 2
# Dictation may run on without a full stop. Whoever speaks of leg and posture does so within some dozens of words;
# beyond these a sentence ends at the next comma, and at the latest after as many again, which keeps reading linear.
_LONG = 60


class Sentence(Struct, frozen=True, gc=False):
    """One sentence: its words (line breaks left out), its section, and whether a new paragraph begins with it."""

    words: tuple[Word, ...]
    section: SectionDefinition | None
    heading: str = ""
    opens_paragraph: bool = False
    # An item of a form: `empty` when its box is, then nobody said it, or `ticked`.
    box: Literal["", "empty", "ticked"] = ""
    # The sentence before was cut for its length only, and goes on here.
    continues: bool = False
    # The entry of the note that it stands in bears this date of its own.
    dated: date | None = None

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class Layout:
    """What the language knows about the form of notes: headings (as word tuples), abbreviations that end in a dot."""

    headings: Mapping[tuple[str, ...], SectionDefinition]
    abbreviations: frozenset[str]
    spelling: Mapping[str, str]
    # The words that headings begin with: at any other no heading needs to be looked for.
    begin_headings: frozenset[str]
    # The words that answer a question, which head the columns of tables.
    answers: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        headings: Mapping[tuple[str, ...], SectionDefinition],
        abbreviations: Iterable[str],
        spelling: Mapping[str, str],
        answers: Iterable[str] = (),
    ) -> Layout:
        """The layout with what follows from its headings."""
        begin = frozenset(words[0] for words in headings)
        return cls(headings, frozenset(abbreviations), spelling, begin, frozenset(answers))


def sentences_of(text: str, layout: Layout) -> list[Sentence]:
    """The sentences of `text` in order; text without any word gives none."""
    words = with_answers(_labelled(_punctuated(words_of(text, layout.spelling))), layout.answers)
    sentences: list[Sentence] = []
    current: list[Word] = []
    section: SectionDefinition | None = None
    heading = ""
    paragraph = True
    box: Literal["", "empty", "ticked"] = ""
    continues = False
    dated: date | None = None
    lasting = False

    def close() -> None:
        nonlocal current, paragraph, continues
        if current and (current[0].norm[0].isalnum() or any(w.norm[0].isalnum() for w in current)):
            sentences.append(Sentence(tuple(current), section, heading, paragraph, box, continues, dated))
            continues = False
            paragraph = False
        current = []

    at, total = 0, len(words)
    line_start = True
    while at < total:
        word = words[at]
        boxed = _box_at(words, at) if word.norm in _BOXES else 0
        if boxed:
            mark: Literal["empty", "ticked"] = "empty" if boxed == 2 or word.norm == "☐" else "ticked"
            at += boxed
            if current and (at == total or not words[at].norm[0].isalnum()):
                box = mark  # `numbness [ ], retention [x]`: the box stands behind its item
                close()
                box = ""
            else:
                close()
                box = mark
            line_start = False
            continue
        if line_start:
            while at < total and words[at].norm in _BULLETS and at + 1 < total and words[at + 1].norm[0] != "\n":
                at += 1
            opened = _heading_at(words, at, layout)
            bears = entry_date(words, at)
            if bears is not None and not current:
                dated, lasting = bears, labels(words, at)
            elif opened is not None or not lasting or reopens(words, at):
                dated = None
                if opened is None and reopens(words, at) and section is not None and section.asserts != "affirmed":
                    section, heading = None, ""  # `Goals: ...` and below it `Today he tripped twice`
            if opened is not None and not _answers(sentences, words, at):
                close()
                section, at, heading = opened
                paragraph = True
                line_start = False
                continue
            word = words[at]
            line_start = False
        if word.norm[0] == "\n":
            if box:
                close()
                box = ""
            if _breaks(text, words, at, current):
                close()
            if word.norm == "\n\n":
                close()
                paragraph = True
                dated = None
            line_start = True
            at += 1
            continue
        if word.norm in _ENDS and _ends(text, words, at, layout):
            current.append(word)
            numbered = current[0].norm.isdigit()  # `[x] 1. Walking`
            close()
            box = box if numbered else ""  # a tick is for one item, not for all that follows on its line
            at += 1
            continue
        # A heading may also open in the middle of a line: "... per day. ROS: negative."
        if not current and at > 0:
            opened = _heading_at(words, at, layout)
            if opened is not None and not _answers(sentences, words, at):
                section, at, heading = opened
                paragraph = True
                continue
        current.append(word)
        at += 1
        if len(current) >= 2 * _LONG or (len(current) >= _LONG and word.norm == ","):
            close()
            continues, box = True, ""
    close()
    return sentences


def _punctuated(words: list[Word]) -> list[Word]:
    """The words with dictated signs as signs: `... to the gate comma then both legs go numb period`.

    Only where no full stop was written: elsewhere a period is a time.
    """
    spoken = sum(word.norm in _DICTATED for word in words)
    if spoken == 0 or any(word.norm == "." for word in words):
        return words
    return [Word(_DICTATED[w.norm], w.start, w.end) if w.norm in _DICTATED else w for w in words]


def _labelled(words: list[Word]) -> list[Word]:
    """The words with the dash behind a label as the colon it stands for, where several lines of a form have one:
    `Aggravating - walking`, `Easing - sitting`."""
    lines = [0, *(at + 1 for at, word in enumerate(words) if word.norm[0] == "\n")]
    dashes = {dash for at in lines if (dash := _dash_of_label(words, at)) is not None}
    if len(dashes) < _FEWEST_LABELS:
        return words
    return [Word(":", w.start, w.end) if at in dashes else w for at, w in enumerate(words)]


def _dash_of_label(words: Sequence[Word], at: int) -> int | None:
    """The place of the dash behind the label, if the line that begins at `at` begins with one."""
    if at < len(words) and words[at].norm in _BULLETS:
        at += 1
    for dash in range(at + 1, min(at + 1 + _LABEL_WORDS, len(words) - 1)):
        if not words[dash - 1].norm[0].isalpha():
            return None
        if words[dash].norm == "-":
            apart = words[dash - 1].end < words[dash].start and words[dash].end < words[dash + 1].start
            return dash if apart and words[dash + 1].norm[0] != "\n" else None
    return None


def _answers(sentences: Sequence[Sentence], words: Sequence[Word], at: int) -> bool:
    """`A:` after a question opens its answer, not the assessment."""
    return words[at].norm == "a" and bool(sentences) and sentences[-1].words[-1].norm == "?"


def _box_at(words: Sequence[Word], at: int) -> int:
    """How many words a tick box at `at` takes: 2 for an empty one, 3 for a ticked one, 1 for one drawn as a sign, 0
    where there is none."""
    norms = [w.norm for w in words[at : at + 3]]
    if norms[0] in {"☐", "☑", "☒"}:
        return 1
    if norms[:2] in (["[", "]"], ["(", ")"], ["_", "_"]):
        return 2 if norms[0] != "_" else 0
    return 3 if norms in (["[", "x", "]"], ["(", "x", ")"]) else 0


def _heading_at(words: Sequence[Word], at: int, layout: Layout) -> tuple[SectionDefinition | None, int, str] | None:
    """The section that opens at `at`, where its text begins, and its heading; None if no heading stands there."""
    if at == len(words) or words[at].norm not in layout.begin_headings:
        return None
    norms = [w.norm for w in words[at : at + _HEADING_WORDS]]
    for length in range(len(norms), 0, -1):
        key = tuple(norms[:length])
        section = layout.headings.get(key)
        if section is None:
            continue
        after = at + length
        follows = words[after].norm if after < len(words) else "\n"
        if follows == ":" or (follows == "-" and _opens_line(words, at) and len(words[at].norm) > 1):
            return section, after + 1, " ".join(key)  # "PATIENT EDUCATION - YOUR SPINE"
        if follows[0] == "\n" and _opens_line(words, at):
            return section, after, " ".join(key)
    return None


def _opens_line(words: Sequence[Word], at: int) -> bool:
    return at == 0 or words[at - 1].norm[0] == "\n" or words[at - 1].norm in _BULLETS


def _breaks(text: str, words: Sequence[Word], at: int, current: Sequence[Word]) -> bool:
    """Whether the line break at `at` ends a sentence: not where a hard-wrapped line goes on in lower case."""
    if not current or at + 1 >= len(words):
        return True
    following = words[at + 1]
    first = text[following.start]
    if following.norm in _BULLETS and at + 2 < len(words):
        return True
    # A short line is an item of a list, whatever letter the next one begins with.
    return not (first.islower() and words[at].start - _line_start(text, words[at].start) > 40) and not (
        first.islower() and current[-1].norm == ","
    )


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _ends(text: str, words: Sequence[Word], at: int, layout: Layout) -> bool:
    """Whether the full stop at `at` ends a sentence."""
    if words[at].norm == "?":
        # `?LSS`, `, ? eased by rest`: doubt about what follows, not the end of a question.
        following = words[at + 1] if at + 1 < len(words) else None
        touching = following is not None and following.start == words[at].end and following.norm[0].isalnum()
        opens = at == 0 or not words[at - 1].norm[0].isalnum()
        if following is not None and following.norm == ")":
            return False  # "the oval (600 m?) is another story"
        return not (touching or (opens and following is not None and following.norm[0].isalnum()))
    if words[at].norm != ".":
        return True
    if at == 0 or at + 1 >= len(words):
        return True
    before, after = words[at - 1], words[at + 1]
    touching = after.start == words[at].end
    if before.norm in layout.abbreviations and before.end == words[at].start and after.norm[0] != "\n":
        # `zero leg sx. Level walking ...`: an abbreviation may close a sentence, unless a name or number follows such.
        return before.norm not in _BEFORE_NAMES and text[after.start].isupper()
    if touching and after.norm[0].isalnum() and len(before.norm) == 1:
        return False  # e.g., a.m., L.L.E.
    if len(before.norm) == 1 and before.norm.isalpha() and text[before.start].islower() and not touching:
        return at < 3 or words[at - 2].norm != "."  # closes "e.g." and "p.m."
    return True
