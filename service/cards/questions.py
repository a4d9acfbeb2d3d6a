"""What is worth asking. In: YAML (`questions.yaml`), converted by the loader; then the findings of one chart. Out: the
questions that nothing in the record answers and whose answer would change what is concluded or offered, in their
order, at most three."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import replace
from typing import Final, Literal

from msgspec import Struct

from service.evidence.definition import Problem
from service.evidence.model import Evidence, Findings, Found

QUESTION_LIMIT: Final = 3


class Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one answer to a question would document."""

    finding: str
    status: Literal["present", "absent"] = "present"
    kind: str = ""


class QuestionDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to the clinician, settled once one of `answers` is on record.

    `settled_by` names further findings that settle it when they are documented either way.
    """

    id: str
    text: str
    answers: tuple[Answer, ...]
    settled_by: tuple[str, ...] = ()
    source: str


class Questions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="content", tag="questions"):
    """The questions in the order in which they are worth asking."""

    id: str
    title: str
    questions: tuple[QuestionDefinition, ...]

    def problems(self, atoms: Collection[str]) -> Iterator[Problem]:
        for question in self.questions:
            key = f"questions: {question.id}"
            if not question.answers or not question.source.strip():
                yield key, "needs answers and source", "write both"
            for atom in (*question.settled_by, *(answer.finding for answer in question.answers)):
                if atom not in atoms:
                    yield key, f"{atom!r} is no finding", "write the letter of a finding"


def worth_asking(
    asked: Collection[str],
    questions: Iterable[QuestionDefinition],
    findings: Findings,
    outcome: Callable[[Findings], Hashable],
) -> list[str]:
    """The texts of the open questions among `asked` of which some answer would change `outcome`."""
    today = outcome(findings)
    found: list[str] = []
    for question in questions:
        if question.id in asked and _is_open(question, findings):
            if any(outcome(_answered(answer, findings)) != today for answer in question.answers):
                found.append(question.text)
            if len(found) == QUESTION_LIMIT:
                break
    return found


def _is_open(question: QuestionDefinition, findings: Findings) -> bool:
    return not any(_says(answer, findings) for answer in question.answers) and not any(
        found.status in {"present", "absent"}
        for atom in question.settled_by
        if (found := findings.by_atom.get(atom)) is not None
    )


def _says(answer: Answer, findings: Findings) -> bool:
    found = findings.by_atom.get(answer.finding)
    if found is None or found.status != answer.status:
        return False
    return not answer.kind or any(e.kind == answer.kind and e.status == answer.status for e in found.evidence)


def _answered(answer: Answer, findings: Findings) -> Findings:
    """The findings as they would be, had the record given this answer."""
    known = findings.by_atom.get(answer.finding)
    said = Evidence("", "", "", answer.status, "if it were so", kind=answer.kind)
    found = Found(answer.finding, known.id if known else answer.finding, answer.status, (said,))
    return replace(findings, by_atom={**findings.by_atom, answer.finding: found})
