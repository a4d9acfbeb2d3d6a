"""How well is the record read? Decides every labelled case and counts. In: files of cases. Out: for each file and each
phenomenon how often the flag, the red flag, the topic and the single findings came out as their author labelled them,
beside a plain list of keywords."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from reading.cases import CaseFile, ReadVignette, Statement, cases
from reading.keywords import flagged, red_flagged

from service.chart.model import Chart, Concept, Passage, Patient, Report, Span
from service.chart.read import read_chart
from service.decision import Decision, decide
from service.knowledge.load import load_knowledge
from service.knowledge.model import Knowledge
from service.knowledge.vignette_parts import PATIENT
from service.moment import Moment

DEVELOPMENT = Path(__file__).parent / "development"
_NOTED, _ASKED = date(2026, 10, 20), date(2026, 11, 2)
_ROUTINE = frozenset({"neurogenicClaudication", "mixedClaudication"})
_RED = frozenset({"redFlag", "redFlagUrgent"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: what was expected and what came; `text` is all its words, for the keyword list and for people."""

    author: str
    kind: str
    phenomenon: str
    text: str
    flag: bool
    flag_got: bool
    red: bool
    red_got: bool
    topic: str
    topic_got: str
    wrong: tuple[str, ...]
    findings: int
    findings_right: int

    @property
    def right(self) -> bool:
        """Flag, red flag and topic, as far as the author names one."""
        return self.flag == self.flag_got and self.red == self.red_got and self.topic in ("?", self.topic_got)


def outcomes(files: Iterable[CaseFile], knowledge: Knowledge) -> Iterator[Outcome]:
    """Every case of `files`, decided."""
    for file in files:
        for statement in file.statements:
            yield _of_statement(file.author, statement, knowledge)
        for vignette in file.vignettes:
            yield _of_vignette(file.author, vignette, knowledge)


def _of_statement(author: str, case: Statement, knowledge: Knowledge) -> Outcome:
    note = Report(
        "DocumentReference/note",
        Concept(text="Progress note"),
        when=Span(_NOTED),
        passages=(Passage("content[0].attachment", case.text),),
    )
    decision = _decided(Chart(Patient(PATIENT, case.born), reports=(note,)), knowledge, _ASKED, case.text)
    return _outcome(
        author, "statement", case.phenomenon, case.text, decision, case.flag != "no", case.red_flag, "?", case.atoms
    )


def _of_vignette(author: str, case: ReadVignette, knowledge: Knowledge) -> Outcome:
    decision = _decided(read_chart(case.gathered(), PATIENT), knowledge, case.at, case.name, case.hook)
    expected = case.expect
    red = expected.state in _RED
    flag = expected.flag in {"present", "possible"} if red else expected.topic in _ROUTINE
    if expected.state == "alreadyDiagnosed" or (red and not expected.flag):
        flag = _flag(
            decision
        )  # behind a diagnosis or a red flag it is not asked for, unless the author says what it is
    text = "\n".join(_texts(case))
    return _outcome(
        author, "vignette", case.phenomenon, text, decision, flag, red, expected.topic or "none", expected.findings
    )


def _texts(case: ReadVignette) -> Iterator[str]:
    yield case.name
    for note in case.notes:
        yield f"[note {note.date}] {note.text}"
    for report in case.reports:
        yield f"[report {report.date}] {report.text}: {report.conclusion}"
    for problem in case.conditions:
        named = f"{problem.icd10}{problem.snomed} {problem.display} {problem.text} {problem.note}"
        yield f"[problem {problem.clinical}] {named}"
    for observed in case.observations:
        parts = ((o.loinc, o.display, o.text, o.value, o.note) for o in (observed, *observed.components))
        yield f"[observation {observed.date}] {'; '.join(' '.join(str(p) for p in part if p) for part in parts)}"


def _decided(chart: Chart, knowledge: Knowledge, day: date, seed: str, hook: str = "patient-view") -> Decision:
    return decide(chart, knowledge, Moment(now=datetime.combine(day, time(12), UTC), hook=hook, seed=seed))


def _flag(decision: Decision) -> bool:
    if decision.state in {"redFlag", "redFlagUrgent", "alreadyDiagnosed"}:
        return decision.flag in {"present", "possible"}
    return decision.topic in _ROUTINE


def _outcome(
    author: str,
    kind: str,
    phenomenon: str,
    text: str,
    decision: Decision,
    flag: bool,
    red: bool,
    topic: str,
    findings: dict[str, str],
) -> Outcome:
    found = {atom: decision.findings[atom].status for atom in findings if atom in decision.findings.by_atom}
    wrong = tuple(
        f"{atom}: {wanted}, found {found.get(atom, 'no such finding')}"
        for atom, wanted in findings.items()
        if found.get(atom) != wanted
    )
    return Outcome(
        author,
        kind,
        phenomenon,
        text,
        flag,
        _flag(decision),
        red,
        decision.state in _RED,
        topic,
        decision.topic or "none",
        wrong,
        len(findings),
        len(findings) - len(wrong),
    )


def interval(right: int, of: int) -> str:
    """A proportion with its 95 % Wilson interval, as text."""
    if not of:
        return "-"
    z, p = 1.96, right / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{p:.3f} ({right} of {of}; {max(0.0, middle - half):.2f} to {min(1.0, middle + half):.2f})"


def report(found: list[Outcome]) -> Iterator[str]:
    """The figures as lines of text: the whole first, then by phenomenon."""
    whole = sum(o.kind == "vignette" for o in found)
    yield f"cases: {len(found) - whole} statements, {whole} vignettes"
    yield from _rates("flag", [(o.flag, o.flag_got, flagged(o.text)) for o in found])
    yield from _rates("red flag", [(o.red, o.red_got, red_flagged(o.text)) for o in found])
    topics = [o for o in found if o.kind == "vignette"]
    yield f"topic of vignettes: {interval(sum(o.topic == o.topic_got for o in topics), len(topics))}"
    yield f"single findings: {interval(sum(o.findings_right for o in found), sum(o.findings for o in found))}"
    yield ""
    yield _row("phenomenon", ("cases", "right", "flag missed", "flag wrong", "red missed", "red wrong"))
    for phenomenon in sorted({o.phenomenon for o in found}):
        these = [o for o in found if o.phenomenon == phenomenon]
        counted = (
            len(these),
            sum(o.right for o in these),
            sum(o.flag and not o.flag_got for o in these),
            sum(o.flag_got and not o.flag for o in these),
            sum(o.red and not o.red_got for o in these),
            sum(o.red_got and not o.red for o in these),
        )
        yield _row(phenomenon, counted)


def _row(name: str, columns: Iterable[object]) -> str:
    return f"{name:24}" + "".join(f"{column:>12}" for column in columns)


def _rates(name: str, judged: list[tuple[bool, bool, bool]]) -> Iterator[str]:
    for who, at in (("Cartsign", 1), ("keywords", 2)):
        positive = [j for j in judged if j[0]]
        negative = [j for j in judged if not j[0]]
        yield f"{name:9} {who}: sensitivity {interval(sum(j[at] for j in positive), len(positive))}"
        yield f"{name:9} {who}: specificity {interval(sum(not j[at] for j in negative), len(negative))}"


def misses(found: list[Outcome], *, findings: bool) -> Iterator[str]:
    """Every case read wrongly, in full."""
    for one in found:
        if one.right and not (findings and one.wrong):
            continue
        yield f"--- {one.author} {one.kind} {one.phenomenon}"
        if one.flag != one.flag_got:
            yield f"    flag: expected {one.flag}, got {one.flag_got}"
        if one.red != one.red_got:
            yield f"    red flag: expected {one.red}, got {one.red_got}"
        if one.topic not in ("?", one.topic_got):
            yield f"    topic: expected {one.topic}, got {one.topic_got}"
        yield from (f"    {wrong}" for wrong in one.wrong)
        yield one.text


def main() -> None:
    """Print the figures of the development cases, or of the files named."""
    parser = argparse.ArgumentParser(description="How well the labelled cases are read.")
    parser.add_argument("files", nargs="*", type=Path, help="files of cases (default: all of development/)")
    parser.add_argument("--misses", action="store_true", help="also print the cases read wrongly")
    parser.add_argument("--findings", action="store_true", help="with --misses: those with a single finding wrong, too")
    parser.add_argument("--phenomenon", help="only this one")
    given = parser.parse_args()
    files = [cases(path.read_text("utf-8")) for path in given.files or sorted(DEVELOPMENT.glob("*.yaml"))]
    found = [o for o in outcomes(files, load_knowledge()) if given.phenomenon in (None, o.phenomenon)]
    if given.misses:
        print("\n".join(misses(found, findings=given.findings)))
    print("\n".join(report(found)))


if __name__ == "__main__":
    main()
