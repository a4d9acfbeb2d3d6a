"""The demo patients: who they are, what each is there to show, and the CDS Hooks request an EHR would make for them.
In: a patient's id, the hook and where the FHIR server is. Out: plain request dictionaries for the command line and
tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

CLINICIAN: Final = "Practitioner/demo-clinician"
HOOKS: Final = ("patient-view", "encounter-start", "order-select", "order-sign")


@dataclass(frozen=True, slots=True)
class DemoPatient:
    """One demo patient: `state` is what the shipped rules conclude, `shows` says why, in words for people."""

    id: str
    state: str
    shows: str

    @property
    def encounter(self) -> str:
        """The FHIR id of the latest visit, the one the chart is opened in."""
        return f"{self.id}-visit"

    def to_json(self) -> dict[str, str]:
        return {"id": self.id, "state": self.state, "shows": self.shows, "encounter": self.encounter}


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """An order that can be drafted in the mock EHR, as an EHR would send it: with a code, or by its words alone."""

    id: str
    label: str
    text: str
    system: str = ""
    code: str = ""

    @property
    def resource(self) -> dict[str, Any]:
        """The ServiceRequest without id and subject."""
        code: dict[str, Any] = {"text": self.text}
        if self.code:
            code["coding"] = [{"system": self.system, "code": self.code}]
        return {"resourceType": "ServiceRequest", "status": "draft", "intent": "order", "code": code}


_LOINC, _CPT, _SNOMED = "http://loinc.org", "http://www.ama-assn.org/go/cpt", "http://snomed.info/sct"
DRAFT_ORDERS: Final = (
    DraftOrder("lumbar-mri", "MRI of the lumbar spine", "MR Lumbar spine WO contrast", _LOINC, "30679-5"),
    DraftOrder("lumbar-mri-by-words", "MRI of the lumbar spine, known by its words only", "MRI L-SPINE W/O CONTRAST"),
    DraftOrder("lumbar-ct", "CT of the lumbar spine", "CT Lumbar spine WO contrast", _LOINC, "30620-9"),
    DraftOrder("spine-injection", "Lumbar epidural injection", "Lumbar epidural injection", _CPT, "62323"),
    DraftOrder("arterial-study", "Ankle-brachial index", "Ankle-brachial index", _CPT, "93922"),
    DraftOrder("physical-therapy", "Physical therapy referral", "Referral to physiotherapist", _SNOMED, "308447003"),
    DraftOrder(
        "pain-referral", "Pain management referral", "Referral to pain management specialist", _SNOMED, "306265007"
    ),
    DraftOrder("blood-count", "Complete blood count (of no concern here)", "Complete blood count"),
)


DEMO_PATIENTS: Final = (
    DemoPatient("demo-possible", "possible", "a leg ache on walking that eases on leaning forward, and no more"),
    DemoPatient("demo-probable", "probable", "the whole picture: both thighs, cart, standing, pain-free when seated"),
    DemoPatient("demo-mixed", "mixed", "eases on bending forward, and an ankle-brachial index of 0.84"),
    DemoPatient("demo-vascular", "vascular", "a calf cramp that eases on standing still, ankle-brachial index 0.72"),
    DemoPatient("demo-red-flag", "redFlag", "new urinary retention and saddle numbness with leg pain on walking"),
    DemoPatient("demo-family-history", "silent", "it was her mother who had neurogenic claudication"),
    DemoPatient("demo-silent", "silent", "an ordinary chart: hypertension and diabetes"),
    DemoPatient("demo-vendor-shaped", "possible", "OID code systems, components, refuted and withdrawn entries"),
    DemoPatient("demo-sitting-only", "possible", "eases on sitting down, which does not separate; the card asks"),
    DemoPatient("demo-conflict", "conflict", "two notes that contradict each other about leaning forward"),
    DemoPatient("demo-boilerplate", "possible", "return precautions that name saddle numbness: no red flag"),
    DemoPatient("demo-known", "alreadyDiagnosed", "neurogenic claudication already on the problem list"),
    DemoPatient("demo-rest-only", "insufficient", "relieved by rest, posture not stated"),
)


def demo_request(
    patient_id: str,
    hook: str,
    fhir_server: str,
    hook_instance: str,
    *,
    prefetch: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The request an EHR would send for a demo patient and one of the four hooks; without prefetch unless given.

    The order hooks draft a lumbar MRI without contrast (LOINC 30679-5). Raises ValueError for another hook.
    """
    context: dict[str, Any] = {
        "userId": CLINICIAN,
        "patientId": patient_id,
        "encounterId": DemoPatient(patient_id, "", "").encounter,
    }
    if hook in ("order-select", "order-sign"):
        draft = _draft_order(patient_id)
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft}]}
        if hook == "order-select":
            context["selections"] = [f"ServiceRequest/{draft['id']}"]
    elif hook not in ("patient-view", "encounter-start"):
        raise ValueError(f"{hook} is not among patient-view, encounter-start, order-select and order-sign")
    request: dict[str, Any] = {
        "hook": hook,
        "hookInstance": hook_instance,
        "fhirServer": fhir_server,
        "context": context,
    }
    if prefetch is not None:
        request["prefetch"] = prefetch
    return request


def _draft_order(patient_id: str) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "id": f"{patient_id}-draft",
        "status": "draft",
        "intent": "order",
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "30679-5", "display": "MR Lumbar spine WO contrast"}]
        },
        "subject": {"reference": f"Patient/{patient_id}"},
        "requester": {"reference": CLINICIAN},
    }
