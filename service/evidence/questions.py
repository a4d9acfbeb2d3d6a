"""Questions in a note and their answers: `Leg pain when walking? Yes.` states what was asked, `No.` documents
that it is not so, and a question nobody answered says nothing. In: sentences in order. Out: the same
sentences with their answer, questions left open taken out, and an answer in words joined to its question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import structs

from service.evidence.lexicon import spell_out
from service.evidence.sentences import Sentence
from service.evidence.words import Word

# `plain` is no question at all; `stated` and `denied` are questions answered yes and no.
Answer = Literal["plain", "stated", "denied"]

# `A:`, `Ans:`, `Pt:`, a dash or a tick box before the answer itself.
_LABELS = frozenset(
    {"a", "ans", "answer", "pt", "patient", "response", ":", "-", ".", "[", "]", "x", ">", "(", ")", "_", '"'}
)
# What stands at the end of a label, before its choices.
_LEADS = frozenset({":", "?"})
_ASKS = frozenset({"q", "question"})
# A question that begins so wants words, not yes or no: `What eases it? Bending over.`
_WANTING = frozenset({"what", "where", "which", "when", "how"})
# What reports a question, and what stands before the answer in the same sentence.
_ASKED = frozenset({"ask", "asked", "asking", "questioned", "enquired", "inquired"})
_REPLYING = frozenset({",", ";", ":", "-", "and", "but"})
# No answer is longer, in words.
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Answers:
    """Phrases that answer a question by themselves, each spelled out as its words."""

    yes: frozenset[tuple[str, ...]]
    no: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, yes: Iterable[str], no: Iterable[str]) -> Answers:
        return cls(
            frozenset(words for phrase in yes for words in spell_out(phrase)),
            frozenset(words for phrase in no for words in spell_out(phrase)),
        )

    def opening(self, words: Sequence[Word]) -> tuple[Answer, int]:
        """What the words answer by the longest phrase they open with, and how long it is; `plain` for no answer."""
        norms = tuple(word.norm for word in words[:_LONGEST])
        if norms[:1] == ("never",) and norms[1:2] and norms[1].isalpha():
            return "plain", 0  # "never thought of it", "never tried": nobody knows
        for size in range(len(norms), 0, -1):
            if norms[:size] in self.yes:
                return "stated", size
            if norms[:size] in self.no:
                return "denied", size
        return "plain", 0

    def word(self, norm: str) -> bool:
        """Whether one word is an answer."""
        return (norm,) in self.yes or (norm,) in self.no


def answered(sentences: Sequence[Sentence], answers: Answers) -> Iterator[tuple[Sentence, Answer]]:
    """Each sentence with what its answer makes of it."""
    at = 0
    while at < len(sentences):
        sentence = sentences[at]
        if sentence.box == "empty":
            at += 1
            continue
        if sentence.words[-1].norm in _LEADS and not _offered(sentences, at, answers):
            choices = _choices(sentences, at + 1)
            if choices:
                yield from ((_joined(sentence, choice), "plain") for choice in choices if choice.box == "ticked")
                at += 1 + len(choices)
                continue
        if sentence.words[-1].norm != "?" and not _offered(sentences, at, answers):
            yield _reported(sentence, answers)
            at += 1
            continue
        asked = sentence.words[:-1] if not sentence.words[-1].norm[0].isalnum() else sentence.words
        question = _without(sentence, asked)
        at += 1
        boxes = at
        while at < len(sentences) and sentences[at].box == "empty":
            at += 1
        reply = sentences[at] if at < len(sentences) else None
        if at > boxes and (reply is None or reply.box != "ticked"):
            continue  # choices stand there and none is taken
        if question is None or reply is None:
            continue
        words = _reply(reply.words)
        if not words or words[0].norm in _ASKS or reply.words[-1].norm == "?" or _ticks_nothing(reply.words, answers):
            continue
        at += 1
        answer, size = answers.opening(words)
        if answer != "plain":
            yield question, answer
            rest = _rest(words[size:])
            if rest:
                yield structs.replace(reply, words=rest, opens_paragraph=False, box="", continues=False), "plain"
        elif _labelled(reply.words) or _wants_words(question):
            # The answer is words of its own: question and answer make one statement, as a label and what it labels.
            colon = Word(":", question.words[-1].end, question.words[-1].end)
            yield structs.replace(question, words=(*question.words, colon, *words), opens_paragraph=False), "stated"
        else:
            yield reply, "plain"


def _reported(sentence: Sentence, answers: Answers) -> tuple[Sentence, Answer]:
    """`Asked whether bending helps, and he says it does`: a question and its answer in one sentence."""
    norms = [word.norm for word in sentence.words]
    asked = next((at for at, norm in enumerate(norms) if norm in _ASKED), None)
    if asked is None or norms[asked + 1 : asked + 4].count("whether") + norms[asked + 1 : asked + 4].count("if") == 0:
        return sentence, "plain"
    end = len(norms) if norms[-1][0].isalnum() else len(norms) - 1
    for at in range(end - 1, asked + 1, -1):
        if norms[at] not in _REPLYING:
            continue
        answer, size = answers.opening(sentence.words[at + 1 : end])
        if answer != "plain" and at + 1 + size == end:
            question = sentence.words[: at - 1] if norms[at - 1] in _REPLYING else sentence.words[:at]
            return structs.replace(sentence, words=question), answer
    return sentence, "plain"


def _wants_words(question: Sentence) -> bool:
    """`What eases it?`, `Nurse: where?`"""
    norms = [w.norm for w in question.words]
    opening = len(norms) - norms[::-1].index(":") if ":" in norms else 0
    return opening < len(norms) and norms[opening] in _WANTING


def _offered(sentences: Sequence[Sentence], at: int, answers: Answers) -> bool:
    """`Numbness: [ ] yes [x] no` asks without a question mark: boxes of yes and no follow."""
    if sentences[at].box or at + 1 >= len(sentences) or not sentences[at + 1].box:
        return False
    return answers.word(sentences[at + 1].words[0].norm)


def _choices(sentences: Sequence[Sentence], at: int) -> Sequence[Sentence]:
    """The boxes that follow, ticked and empty ones: `Better with: [x] bending [ ] heat`."""
    end = at
    while end < len(sentences) and sentences[end].box:
        end += 1
    return sentences[at:end]


def _joined(label: Sentence, choice: Sentence) -> Sentence:
    """What a form's label says of the choice that was ticked."""
    words = tuple(w for w in label.words if w.norm != "?")
    return structs.replace(label, words=(*words, *choice.words))


def _without(sentence: Sentence, words: Sequence[Word]) -> Sentence | None:
    kept = list(words)
    while kept and (kept[0].norm in _ASKS or not kept[0].norm[0].isalnum()):
        kept.pop(0)
    return structs.replace(sentence, words=tuple(kept), box="", continues=False) if kept else None


def _labelled(words: Sequence[Word]) -> bool:
    return len(words) > 1 and words[0].norm in {"a", "ans", "answer", "response"} and words[1].norm in {":", "."}


def _reply(words: Sequence[Word]) -> tuple[Word, ...]:
    kept = list(words)
    labelled = _labelled(words)
    while kept and kept[0].norm in _LABELS and (labelled or not kept[0].norm.isalpha()):
        kept.pop(0)
    return tuple(kept)


def _rest(words: Sequence[Word]) -> tuple[Word, ...]:
    kept = list(words)
    while kept and not kept[0].norm[0].isalnum():
        kept.pop(0)
    return tuple(kept) if any(w.norm[0].isalnum() for w in kept) else ()


def _ticks_nothing(words: Sequence[Word], answers: Answers) -> bool:
    """`[ ] yes [ ] no`: both choices stand there and neither is taken."""
    norms = {(w.norm,) for w in words}
    return not norms.isdisjoint(answers.yes) and not norms.isdisjoint(answers.no) and ("x",) not in norms
