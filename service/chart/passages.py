"""Free text in a resource, each piece with the element path a reader would cite. In: notes and
CodeableConcepts that somebody typed into. Out: `Passage`s.

`Resource.text.div` is never read: it is generated from the very elements read here, mixes in labels and other
fields without their statuses, and would make one statement look like two."""

from __future__ import annotations

from typing import Any

from service.chart.codes import read_concept
from service.chart.entry import Entry
from service.chart.model import Passage


def note_passages(entry: Entry) -> tuple[Passage, ...]:
    """The texts of `note`, an Annotation each; a plain string is taken for its text."""
    found: list[Passage] = []
    for path, item in entry.items(entry.body, "note"):
        if isinstance(item, dict):
            path, text = f"{path}.text", entry.text(item, "text", path + ".")
        elif isinstance(item, str):
            text = entry.bounded(item, path)
        else:
            entry.unreadable(path, "is not a note")
            continue
        if text.strip():
            found.append(Passage(path, text))
    return tuple(found)


def concept_passages(entry: Entry, body: dict[str, Any], name: str, at: str = "") -> tuple[Passage, ...]:
    """The words of the CodeableConcepts at `name`: what was typed, else the first display."""
    found: list[Passage] = []
    for path, item in entry.items(body, name, at):
        concept = read_concept(entry, {"it": item}, "it")
        if concept.text:
            found.append(Passage(f"{path}.text" if isinstance(item, dict) else path, concept.text))
        else:
            shown = ((i, coding.display) for i, coding in enumerate(concept.codings) if coding.display)
            found += [Passage(f"{path}.coding[{i}].display", display) for i, display in shown][:1]
    return tuple(found)


def text_passage(entry: Entry, name: str) -> tuple[Passage, ...]:
    """The text element `name` as a passage, if there is any."""
    text = entry.text(entry.body, name)
    return (Passage(name, text),) if text.strip() else ()
