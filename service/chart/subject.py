"""Whose resource it is. In: a resource's `subject` or `patient` reference in any of FHIR's spellings. Out:
whether it is the chart's patient, somebody else, or nobody that can be told; only the first may become
evidence. What it says of somebody beside its patient (`focus`: a fetus, a donor, a parent) is somebody else's too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from service.chart.entry import Entry

Owner = Literal["own", "other-patient", "no-subject"]

# `Patient/1`, `Patient/1/_history/2`, `https://host/base/Patient/1`.
_PATIENT: Final = re.compile(r"(?:(https?://[^\s?#]*)/)?Patient/([^/?#\s]+)(?:/_history/[^/?#\s]+)?\Z")
_RESOURCE: Final = re.compile(r"(?:https?://[^\s?#]*/)?([A-Z][A-Za-z]+/[^/?#\s]+)(?:/_history/[^/?#\s]+)?\Z")
_UUID: Final = "urn:uuid:"
_USUAL_PORT: Final = re.compile(r":(?:80|443)?\Z")
_PEOPLE: Final = frozenset({"Patient", "RelatedPerson", "Group"})


@dataclass(frozen=True, slots=True)
class Subject:
    """The chart's patient, by FHIR id, by the business identifiers (system, value) of the Patient resource, and by the
    base URL of the server that the id belongs to, as far as it is known."""

    id: str
    identifiers: frozenset[tuple[str, str]] = frozenset()
    server: str | None = None

    def owner(self, entry: Entry) -> Owner:
        """Who `entry` is about. A resource that names nobody is not known to be this patient's."""
        subject = entry.body.get("subject")
        if (
            isinstance(subject, dict)
            and subject.get("reference") == f"Patient/{self.id}"
            and "patient" not in entry.body
            and "focus" not in entry.body
        ):
            return "own"
        verdicts = [
            self._named(entry, reference)
            for name in ("subject", "patient")
            if (reference := entry.body.get(name)) is not None
        ]
        verdicts += ["other-patient" for _, focus in entry.items(entry.body, "focus") if self._another(entry, focus)]
        if "other-patient" in verdicts:
            return "other-patient"
        return "own" if verdicts and set(verdicts) == {"own"} else "no-subject"

    def _another(self, entry: Entry, focus: Any) -> bool:
        """Whether an observation's `focus` is a person, or people, other than the patient (R4 Observation.focus)."""
        if not isinstance(focus, dict):
            return False
        kinds = [local_reference(focus, "").partition("/")[0], focus.get("type")]
        for _, body in entry.children(entry.body, "contained"):
            if focus.get("reference") == f"#{body.get('id')}":
                kinds.append(body.get("resourceType"))
        people = _PEOPLE.intersection(kind for kind in kinds if isinstance(kind, str))
        return bool(people) and (people != {"Patient"} or self._named(entry, focus) != "own")

    def _named(self, entry: Entry, reference: Any) -> Owner:
        if not isinstance(reference, dict):
            return "no-subject"
        target = reference.get("reference")
        if target is None:
            # A logical reference: its identifier may be the patient's. A different one proves nothing, for
            # people have several.
            return "own" if self._shares(reference.get("identifier")) else "no-subject"
        if not isinstance(target, str):
            return "no-subject"
        target = target.strip()
        if target.startswith("#"):
            return self._contained(entry, target[1:])
        if target.lower().startswith(_UUID):
            # In a transaction Bundle, as Synthea writes it, the entry's full URL carries the id that the
            # resource has.
            return "own" if target[len(_UUID) :].lower() == self.id.lower() else "other-patient"
        match = _PATIENT.match(target)
        if match is None:
            return "no-subject"
        # A number such as Patient/12 is somebody else on another server.
        elsewhere = match[1] and self.server and _place(match[1]) != _place(self.server)
        return "own" if match[2] == self.id and not elsewhere else "other-patient"

    def _contained(self, entry: Entry, local: str) -> Owner:
        """A contained Patient has no id beyond its resource; only its identifiers can say who it is."""
        for _, body in entry.children(entry.body, "contained"):
            if body.get("id") == local and body.get("resourceType") == "Patient":
                shared = any(self._shares(item) for _, item in entry.items(body, "identifier"))
                return "own" if shared else "no-subject"
        return "no-subject"

    def _shares(self, identifier: Any) -> bool:
        return _identifier(identifier) in self.identifiers


def _identifier(body: Any) -> tuple[str, str] | None:
    if not isinstance(body, dict):
        return None
    system, value = body.get("system"), body.get("value")
    return (system, value) if isinstance(system, str) and isinstance(value, str) and system and value else None


def _place(base: str) -> tuple[str, str]:
    """Host and path of a base URL. Behind a proxy a server may write http where the world says https."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return base, ""
    return _USUAL_PORT.sub("", parts.netloc.lower()), parts.path.rstrip("/")


def identifiers_of(entry: Entry) -> frozenset[tuple[str, str]]:
    """The identifiers of a Patient resource that have both a system and a value."""
    found = (_identifier(item) for _, item in entry.items(entry.body, "identifier"))
    return frozenset(pair for pair in found if pair is not None)


def local_reference(reference: Any, kind: str) -> str:
    """`Type/id` of a Reference in any spelling, `kind` being the type where a `urn:uuid:` does not say; else
    empty."""
    target = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(target, str):
        return ""
    if target.lower().startswith(_UUID):
        return f"{kind}/{target[len(_UUID) :]}"
    match = _RESOURCE.match(target)
    return match[1] if match else ""
