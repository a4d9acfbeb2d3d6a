"""One resource as it arrived, and the tolerant ways of looking into it. In: decoded JSON of any shape. Out:
the elements asked for, typed, with an absent or wrong one answered by an empty value; each wrong one is
remembered as a `Gap`."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, Final

from service.chart.model import Concept, Gap
from service.chart.text import MAX_CHARACTERS, clean

# FHIR allows letters, digits, `-` and `.`, at most 64; some servers add `_` or go beyond the length. Anything
# else could not be put into a reference on a card, so the resource counts as having no id.
USABLE_ID: Final = re.compile(r"[A-Za-z0-9\-._]{1,128}\Z")

GAPS_EACH: Final = 1_000


class Entry:
    """A resource with the prefetch key it came under; reading it fills `gaps` and changes nothing else.

    `ref` is `Condition/12`, or `Condition` alone for a resource without a usable id. `concepts` remembers what a
    CodeableConcept was read as; the resources of one chart share it, for they share most of their codes.
    """

    __slots__ = ("body", "concepts", "gaps", "id", "key", "kind", "ref")

    def __init__(
        self, key: str, kind: str, body: dict[str, Any], concepts: dict[Hashable, Concept] | None = None
    ) -> None:
        self.key = key
        self.kind = kind
        self.body = body
        self.concepts: dict[Hashable, Concept] = {} if concepts is None else concepts
        self.gaps: list[Gap] = []
        raw = body.get("id")
        self.id: str = raw if isinstance(raw, str) and USABLE_ID.match(raw) else ""
        self.ref = f"{kind}/{self.id}" if self.id else kind
        if raw is not None and not self.id:
            self.unreadable("id", "is not a FHIR id")

    def gap(self, code: str, detail: str) -> None:
        # A resource with a million things wrong is no worse than one with a thousand.
        if len(self.gaps) < GAPS_EACH:
            self.gaps.append(Gap(self.key, code, detail, self.ref))

    def unreadable(self, path: str, why: str) -> None:
        """Note that the element at `path` was left out; the words name the path, never what stood there."""
        self.gap("unreadable", f"{path} {why}")

    def child(self, body: dict[str, Any], name: str, at: str = "") -> dict[str, Any]:
        """The object at `name`, or an empty one; `at` is the path of `body`, ending in a dot."""
        value = body.get(name)
        if isinstance(value, dict):
            return value
        if value is not None:
            self.unreadable(at + name, "is not an object")
        return {}

    def children(self, body: dict[str, Any], name: str, at: str = "") -> list[tuple[str, dict[str, Any]]]:
        """The objects of the list at `name`, each with its path; a lone object counts as a list of one."""
        found: list[tuple[str, dict[str, Any]]] = []
        for path, item in self.items(body, name, at):
            if isinstance(item, dict):
                found.append((path, item))
            else:
                self.unreadable(path, "is not an object")
        return found

    def items(self, body: dict[str, Any], name: str, at: str = "") -> list[tuple[str, Any]]:
        """Whatever the list at `name` holds, each with its path.

        Earlier FHIR versions had one object where R4 has a list (`Condition.bodySite`), and some servers
        still send that.
        """
        value = body.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return [(f"{at}{name}[{i}]", item) for i, item in enumerate(value)]
        return [(at + name, value)]

    def text(self, body: dict[str, Any], name: str, at: str = "") -> str:
        """The cleaned text at `name`, empty when there is none."""
        value = body.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return self.bounded(value, at + name)
        self.unreadable(at + name, "is not text")
        return ""

    def bounded(self, text: str, path: str) -> str:
        """`text` cleaned and cut to what is read at most; a cut is a gap."""
        if len(text) > MAX_CHARACTERS:
            self.gap("cut-short", f"{path}: only the first {MAX_CHARACTERS} characters were read")
            text = text[:MAX_CHARACTERS]
        return clean(text)
