"""Vignettes: small fictional charts with what should come of them, as a clinician writes them. In: the YAML of
vignettes/. Out: the chart of each one as it would have been gathered, the hook it is asked through, and what it
expects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol

from msgspec import Struct

from service.assessment.definition import State
from service.chart.model import Gap
from service.chart.read import Gathered
from service.knowledge.errors import KnowledgeError, Refusal, gathered
from service.knowledge.load import read_definition
from service.knowledge.vignette_parts import (
    PATIENT,
    AllergyText,
    ConditionText,
    DeviceText,
    DraftText,
    MedicationText,
    Note,
    ObservationText,
    OrderText,
    ProcedureText,
    ReportText,
)

Hook = Literal["patient-view", "encounter-start", "order-select", "order-sign"]
Key = Literal[
    "conditions",
    "observations",
    "serviceRequests",
    "procedures",
    "medications",
    "devices",
    "reports",
    "documents",
    "allergies",
]


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    birth_date: date | None = None


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must come out; what is left out is not looked at.

    `suggestions` are the orders that the first card offers, in order, by their id in `cards/orders.yaml`; `cautions`
    and `questions` are those it prints, by id. `held` is the topic of a card that is composed and not shown.
    """

    state: State
    topic: str | None
    flag: Literal["present", "possible", "absent", "not-documented", ""] = ""
    findings: dict[str, Literal["present", "absent", "possible", "not-documented"]] = {}
    indicator: Literal["info", "warning", "critical", ""] = ""
    suggestions: tuple[str, ...] | None = None
    cautions: tuple[str, ...] | None = None
    questions: tuple[str, ...] | None = None
    held: str = ""


class Vignette(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fictional chart on one day, and the hook that asks about it.

    `drafts` are the orders being drafted; `not_received` names prefetch keys that did not arrive, every other one did.
    """

    name: str
    at: date
    patient: Person
    expect: Expected
    why: str
    # Decided wrongly today, kept in sight: it counts as a known miss until it comes out as expected.
    known_miss: bool = False
    hook: Hook = "patient-view"
    drafts: tuple[DraftText, ...] = ()
    notes: tuple[Note, ...] = ()
    reports: tuple[ReportText, ...] = ()
    conditions: tuple[ConditionText, ...] = ()
    observations: tuple[ObservationText, ...] = ()
    orders: tuple[OrderText, ...] = ()
    procedures: tuple[ProcedureText, ...] = ()
    medications: tuple[MedicationText, ...] = ()
    devices: tuple[DeviceText, ...] = ()
    allergies: tuple[AllergyText, ...] = ()
    not_received: tuple[Key, ...] = ()

    def gathered(self) -> Gathered:
        """The FHIR resources this vignette stands for, under the prefetch keys they arrive by."""
        patient: dict[str, Any] = {"resourceType": "Patient", "id": PATIENT}
        if self.patient.birth_date:
            patient["birthDate"] = self.patient.birth_date.isoformat()
        parts: dict[Key, Sequence[_Part]] = {
            "conditions": self.conditions,
            "observations": self.observations,
            "reports": self.reports,
            "documents": self.notes,
            "serviceRequests": self.orders,
            "procedures": self.procedures,
            "medications": self.medications,
            "devices": self.devices,
            "allergies": self.allergies,
        }
        drafts = _resources(self.drafts)
        selected = tuple(body["id"] for body, draft in zip(drafts, self.drafts, strict=True) if draft.selected)
        return Gathered(
            patient,
            {key: _resources(written) for key, written in parts.items() if key not in self.not_received},
            tuple(Gap(key, "not-provided", "it did not arrive") for key in self.not_received),
            drafts,
            selected if self.hook == "order-select" else None,
        )


class _Part(Protocol):
    def resource(self, number: int) -> dict[str, Any]: ...


def _resources(parts: Sequence[_Part]) -> tuple[dict[str, Any], ...]:
    return tuple(part.resource(number) for number, part in enumerate(parts, 1))


class VignetteFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of vignettes/: a theme."""

    id: str
    title: str
    vignettes: tuple[Vignette, ...]


def load_vignettes(folder: Path) -> list[tuple[str, Vignette]]:
    """Every vignette with the name of its file, in order. Raises `KnowledgeError` for the files that cannot be used."""
    refusals: list[Refusal] = []
    vignettes = []
    for path in sorted(folder.glob("*.yaml")):
        with gathered(refusals):
            vignettes += [(path.name, vignette) for vignette in read_definition(path, VignetteFile).vignettes]
    if refusals:
        raise KnowledgeError(refusals)
    return vignettes
