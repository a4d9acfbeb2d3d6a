"""What was ordered, given, done or worn. In: ServiceRequests, Procedures, MedicationRequests, Devices and
AllergyIntolerances of the chart's patient. Out: `Deed`s, or None for what was entered in error or is an order
*not* to do something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service.chart.codes import NO_CONCEPT, read_concept, read_concepts
from service.chart.dates import first_known, read_when
from service.chart.entry import Entry
from service.chart.model import NO_SPAN, Concept, Deed, Passage, Span, Standing
from service.chart.passages import concept_passages, note_passages
from service.chart.standing import WITHDRAWN, Words, problem_standing, status_words
from service.chart.subject import local_reference

DEEDS: Final = frozenset({"ServiceRequest", "Procedure", "MedicationRequest", "Device", "AllergyIntolerance"})

# No longer, or never, in force. They stay in the chart with their status word: a rule that asks whether
# physical therapy was tried has to tell `not-done` from silence. A completed course of a drug is over; a
# completed procedure is done.
_OVER: Final = frozenset({"revoked", "not-done", "stopped", "cancelled", "canceled", "inactive", "ended"})
# Somebody thinks of it; nobody has ordered or begun it.
_INTENDED: Final = frozenset({"draft", "preparation", "proposal", "plan"})


def read_deed(entry: Entry, medications: Mapping[str, Concept]) -> Deed | None:
    """The resource as a deed; `medications` names, by ref, the Medication resources that came along."""
    if entry.kind == "AllergyIntolerance":
        return _allergy(entry)
    status, intent = status_words(entry, "status"), status_words(entry, "intent")
    if status is None or intent is None or not WITHDRAWN.isdisjoint(status):
        return None
    body = entry.body
    if _prohibits(entry):
        return None
    return Deed(
        kind=entry.kind,
        ref=entry.ref,
        concept=_concept(entry, medications),
        status=status[0] if status else "",
        standing=_standing(entry.kind, status, intent),
        when=_when(entry),
        body_sites=read_concepts(entry, body, "bodySite"),
        passages=_passages(entry),
    )


def _prohibits(entry: Entry) -> bool:
    """Whether it is an order not to do something, or may be one: what cannot be read is left out with a
    gap."""
    flag = entry.body.get("doNotPerform")
    if flag is None or flag is False or flag == "false":
        return False
    if flag is not True and flag != "true":
        entry.unreadable("doNotPerform", "is not a boolean; the resource was left out")
    return True


def _allergy(entry: Entry) -> Deed | None:
    clinical = status_words(entry, "clinicalStatus")
    standing = problem_standing(clinical, status_words(entry, "verificationStatus"), abated=False)
    if standing is None:
        return None
    return Deed(
        kind=entry.kind,
        ref=entry.ref,
        concept=read_concept(entry, entry.body, "code"),
        status=clinical[0] if clinical else "",
        standing=standing,
        when=first_known(entry, entry.body, read_when(entry, entry.body, "onset"), "recordedDate"),
        passages=note_passages(entry),
    )


def _standing(kind: str, status: Words, intent: Words) -> Standing:
    words = {*status, *intent}
    if words & _OVER or (kind == "MedicationRequest" and "completed" in words):
        return "resolved"
    return "possible" if words & _INTENDED else "current"


def _when(entry: Entry) -> Span:
    if entry.kind == "Procedure":
        return read_when(entry, entry.body, "performed")
    if entry.kind == "Device":
        return NO_SPAN
    return first_known(entry, entry.body, read_when(entry, entry.body, "occurrence"), "authoredOn")


def _passages(entry: Entry) -> tuple[Passage, ...]:
    body = entry.body
    return (
        *note_passages(entry),
        *(p for name in ("reasonCode", "orderDetail", "outcome") for p in concept_passages(entry, body, name)),
    )


def _concept(entry: Entry, medications: Mapping[str, Concept]) -> Concept:
    body = entry.body
    if entry.kind == "MedicationRequest":
        concept = read_concept(entry, body, "medicationCodeableConcept")
        return concept if concept != NO_CONCEPT else _medication(entry, medications)
    if entry.kind == "Device":
        concept = read_concept(entry, body, "type")
        names = (entry.text(item, "name", path + ".") for path, item in entry.children(body, "deviceName"))
        return concept if concept != NO_CONCEPT else Concept(text=next((name for name in names if name), ""))
    return read_concept(entry, body, "code")


def _medication(entry: Entry, medications: Mapping[str, Concept]) -> Concept:
    """A drug by reference: to a contained Medication (Epic's unsigned orders), one that came along, or a
    name."""
    reference = entry.child(entry.body, "medicationReference")
    target = reference.get("reference")
    if isinstance(target, str) and target.startswith("#"):
        for path, body in entry.children(entry.body, "contained"):
            if body.get("id") == target[1:]:
                return read_concept(entry, body, "code", path + ".")
    known = medications.get(local_reference(reference, "Medication"))
    return known or Concept(text=entry.text(reference, "display", "medicationReference."))
