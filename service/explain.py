"""A decision in words for people: `cartsign decide --explain`. In: a decision as JSON, and the chart's marked text.
Out: the sentences as they were read, the state, each finding with its quotes and why they were read so, the criteria,
what was held back, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from service.evidence.marked import Marked, MarkedSentence
from service.plain_text import inert

_STATUS: Final = ("present", "absent", "possible")
_SIGN: Final = {"met": "+", "unmet": "-", "unknown": "?"}


def explain(decision: Mapping[str, Any], marked: Marked) -> str:
    """The whole explanation, a line a fact, the chart's text first."""
    return "\n".join(_inert(line) for line in (*_text(marked), "", *_lines(decision))) + "\n"


def _inert(line: str) -> str:
    """Whatever comes from a chart cannot drive a terminal."""
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + inert(line)


def _text(marked: Marked) -> Iterator[str]:
    yield "Text of the chart: [words looked for], {words that change what is said of them: how}; below, what it gave"
    where = ""
    for one in marked.sentences:
        place = ", ".join(part for part in (one.ref, one.path, str(one.when or ""), one.section) if part)
        if place != where:
            yield f"  {place}"
            where = place
        # A sentence may run over several lines of its note.
        yield f"    {' '.join(_notated(one).split())}"
        for given in one.findings:
            of = f" ({given.kind})" if given.kind else ""
            yield f"      -> {given.atom} {given.status}{of}: {given.reason}"
    if marked.unread:
        yield f"  nothing of that is in {_sentences(marked.unread)}"


def _notated(one: MarkedSentence) -> str:
    parts = []
    done = 0
    for mark in one.marks:
        words = one.text[mark.start : mark.end]
        parts += [one.text[done : mark.start], f"[{words}]" if mark.asserts is None else f"{{{words}: {mark.asserts}}}"]
        done = mark.end
    return "".join([*parts, one.text[done:]])


def _sentences(count: int) -> str:
    return "one more sentence" if count == 1 else f"{count} more sentences"


def _lines(decision: Mapping[str, Any]) -> Iterator[str]:
    rule = decision["rule"]
    yield f"State: {decision['state']}" + (f", by rule {rule['id']} version {rule['version']}" if rule else "")
    yield f"Leg symptom on walking that eases on flexion: {decision['flag']}"
    yield from _cards(decision)
    yield from _findings(decision)
    yield from _criteria(decision)
    yield from _scores(decision)
    yield ""
    yield "What could not be read" if decision["gaps"] else "Everything that was asked for was read."
    for gap in decision["gaps"]:
        where = f" ({gap['ref']})" if gap.get("ref") else ""
        yield f"  {gap['key']}{where}: {gap['detail']} [{gap['code']}]"
    yield f"Knowledge {decision['knowledge'][:12]}"


def _cards(decision: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    if not decision["cards"]:
        yield "No card is shown."
    for card in decision["cards"]:
        yield f"Card [{card['indicator']}] {card['summary']}"
        for suggestion in card.get("suggestions", ()):
            yield f"  offers: {suggestion['label']}"
    for held in decision["held"]:
        yield f"Held back [{held['topic']}]: {held['reason']}"


def _findings(decision: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield "Findings"
    for status in _STATUS:
        for finding in decision["findings"]:
            if finding["status"] == status:
                yield f"  {finding['atom']} {finding['id']}: {status}"
                for evidence in finding["evidence"]:
                    yield from _evidence(evidence)
    missing = [f["atom"] for f in decision["findings"] if f["status"] == "not-documented"]
    if missing:
        yield f"  not documented: {' '.join(missing)}"


def _evidence(evidence: Mapping[str, Any]) -> Iterator[str]:
    place = ", ".join(str(evidence[key]) for key in ("ref", "path", "date", "side", "kind") if evidence.get(key))
    yield f"    '{evidence['quote']}'"
    yield f"      {place}: {evidence['status']}, {evidence['reason']}"
    marks = [f"{mark['role']} {mark['concept']} '{mark['phrase']}'" for mark in evidence.get("marks", ())]
    if marks:
        yield f"      read by: {'; '.join(marks)}"


def _criteria(decision: Mapping[str, Any]) -> Iterator[str]:
    rule = None
    for criterion in decision["criteria"]:
        if criterion["rule"] != rule:
            rule = criterion["rule"]
            yield ""
            yield f"Criteria of {rule}  (+ met, - unmet, ? unknown)"
        yield f"  {'  ' * criterion.get('level', 0)}{_SIGN[criterion['outcome']]} {criterion['text']}"


def _scores(decision: Mapping[str, Any]) -> Iterator[str]:
    for score in decision.get("scores", ()):
        yield ""
        yield (
            f"{score['title']}: {score['low']} to {score['high']} of {score['maximum']} points, "
            f"{score['documented']} of {score['of']} items documented (published cut-off {score['cutOff']})"
        )
        yield f"  developed in: {score['population']}"
        yield f"  accuracy as printed: {score['accuracy']}"
        for item in score["items"]:
            why = f": {item['unread']}" if item.get("unread") else ""
            yield f"  {_SIGN[item['outcome']]} {item['text']} [{item['low']} to {item['high']}]{why}"
        for limit in score["limits"]:
            yield f"  limit: {limit}"
