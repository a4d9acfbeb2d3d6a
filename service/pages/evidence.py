"""The page behind a card: what the decision rested on, for the clinician who wants to see it. In: a recorded decision.
Out: one HTML document with everything in it escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from markupsafe import Markup, escape

from service.pages.document import page
from service.plain_text import plain

STATES: Final[Mapping[str, str]] = {
    "redFlag": "A red flag is documented",
    "redFlagUrgent": "A red flag may be documented and should be checked",
    "alreadyDiagnosed": "Neurogenic claudication is on the problem list already",
    "mixed": "Neurogenic and vascular features are documented together",
    "vascular": "Features compatible with vascular claudication are documented",
    "conflict": "The record contradicts itself on what eases the symptom",
    "probable": "Several documented features are compatible with neurogenic claudication",
    "possible": "Some documented features are compatible with neurogenic claudication",
    "insufficient": "Too little is documented to tell what kind of claudication this is",
    "silent": "Nothing to say about neurogenic claudication",
}
HEADINGS: Final[Mapping[str, str]] = {
    "present": "Found in the record",
    "absent": "Documented as absent",
    "possible": "Only possible, or not clear enough to count",
    "beside": "Also on record",
}


def evidence_page(recorded: bytes, titles: Mapping[str, str]) -> str:
    """The page for one decision as storage keeps it, JSON in bytes; `titles` names a finding by its letter."""

    def called(finding: Mapping[str, Any]) -> str:
        title = titles.get(finding.get("atom", finding["id"])) or named(finding["id"])
        return title[:1].upper() + title[1:]

    decision = msgspec.json.decode(recorded, type=dict[str, Any])
    findings = decision["findings"]
    groups = [(status, [f for f in findings if f["status"] == status]) for status in ("present", "absent", "possible")]
    # What a card's options may depend on; decisions of earlier versions say nothing of it.
    groups.append(("beside", [f for f in decision.get("context", ()) if f["status"] == "present"]))
    return page(
        "evidence.html",
        state=STATES.get(decision["state"], decision["state"]),
        decision=decision,
        groups=groups,
        headings=HEADINGS,
        marks=any(evidence.get("marks") for _, group in groups for f in group for evidence in f["evidence"]),
        undocumented=[called(f) for f in findings if f["status"] == "not-documented"],
        criteria=by_rule(decision["criteria"]),
        # Beside a red flag a score would only distract; decisions of earlier versions have none.
        scores=() if decision["state"] in {"redFlag", "redFlagUrgent"} else decision.get("scores", ()),
        cards=[
            {"summary": c["summary"], "indicator": c["indicator"], "source": source_of(c)} for c in decision["cards"]
        ],
        called=called,
        named=named,
        marked=marked,
    )


def missing_page() -> str:
    """The page for a link that is unknown or has expired; the two look the same."""
    return page("missing.html")


def unavailable_page() -> str:
    """The page for a link that cannot be looked up at the moment."""
    return page("unavailable.html")


def named(identifier: str) -> str:
    """A finding's or rule's id in words: `leg-symptom-on-walking` is its title in kebab-case."""
    words = identifier.replace("-", " ")
    return words[:1].upper() + words[1:]


def marked(evidence: Mapping[str, Any]) -> Markup:
    """The quote, escaped, with the phrases that decided set in <mark>; overlapping marks are shown as one."""
    quote = str(evidence["quote"])
    parts: list[Markup] = []
    done = 0
    for mark in sorted(evidence.get("marks", ()), key=lambda m: (m["start"], -m["end"])):
        start, end = max(int(mark["start"]), done), min(int(mark["end"]), len(quote))
        if start < end:
            parts.append(escape(quote[done:start]))
            kind = "modifier" if mark["role"] == "modifier" else "target"
            parts.append(Markup('<mark class="{}">{}</mark>').format(kind, quote[start:end]))
            done = end
    parts.append(escape(quote[done:]))
    return Markup("").join(parts)


def by_rule(criteria: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Criteria under the rule they belong to, rules in their first order."""
    rules: dict[str, list[Mapping[str, Any]]] = {}
    for criterion in criteria:
        rules.setdefault(criterion["rule"], []).append(criterion)
    return list(rules.items())


def source_of(card: Mapping[str, Any]) -> str:
    """The last paragraph-like line of a card's detail that names its sources and rule, as plain text."""
    lines: Sequence[str] = [
        line for line in card.get("detail", "").splitlines() if line.startswith(("Sources:", "Rule:"))
    ]
    return plain(" ".join(lines))
