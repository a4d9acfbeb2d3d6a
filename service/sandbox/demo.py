"""The demo patients: who they are, what each is there to show, and the CDS Hooks request an EHR would make for them.
In: a patient's id, the hook and where the FHIR server is. Out: plain request dictionaries for the command line and
tests."""

from __future__ import annotations

from collections.abc import Sequence
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
    DemoPatient("demo-acute-limb", "redFlag", "a leg suddenly cold, white and without pulses"),
    DemoPatient("demo-aneurysm", "redFlag", "a known aortic aneurysm, and now sudden back pain"),
    DemoPatient("demo-foot-drop", "redFlagUrgent", "a foot drop, and nobody knows since when"),
    DemoPatient("demo-rest-pain", "redFlagUrgent", "pain at rest and an ulcer, ankle-brachial index 0.38"),
    DemoPatient("demo-known", "alreadyDiagnosed", "neurogenic claudication already on the problem list"),
    DemoPatient("demo-conflict", "conflict", "two notes that contradict each other about leaning forward"),
    DemoPatient("demo-sitting-only", "possible", "eases on sitting down, which does not separate; the card asks"),
    DemoPatient("demo-rest-only", "insufficient", "relieved by rest, posture not stated"),
    DemoPatient("demo-no-relief", "silent", "thighs ache on walking, and nobody asked what eases them"),
    DemoPatient("demo-back-only", "silent", "back pain eased by bending; leg pain is denied, and in a handout only"),
    DemoPatient("demo-family-history", "silent", "it was her mother who had neurogenic claudication"),
    DemoPatient("demo-silent", "silent", "an ordinary chart: hypertension and diabetes"),
    DemoPatient("demo-boilerplate", "possible", "return precautions that name saddle numbness: no red flag"),
    DemoPatient("demo-vendor-shaped", "possible", "OID code systems, components, refuted and withdrawn entries"),
    DemoPatient("demo-pacemaker", "possible", "a pacemaker: the MRI depends on the device, CT instead"),
    DemoPatient("demo-anticoagulant", "probable", "apixaban and diabetes, which a later injection would have to know"),
    DemoPatient("demo-recent-mri", "probable", "a lumbar MRI three months ago: read it, do not repeat it"),
    DemoPatient("demo-therapy-done", "possible", "ten weeks of physical therapy are behind her"),
    DemoPatient("demo-therapy-ordered", "possible", "physical therapy is ordered already"),
    DemoPatient("demo-surgery", "probable", "a lumbar decompression seven years ago"),
    DemoPatient("demo-stiff-arteries", "possible", "ankle-brachial index 1.55: arteries that cannot be compressed"),
)


def demo_request(
    patient_id: str,
    hook: str,
    fhir_server: str,
    hook_instance: str,
    *,
    prefetch: dict[str, Any] | None = None,
    drafts: Sequence[str] = ("lumbar-mri",),
) -> dict[str, Any]:
    """The request an EHR would send for a demo patient and one of the four hooks; without prefetch unless given.

    The order hooks draft the `DRAFT_ORDERS` with the ids in `drafts`; order-select has just picked the last of them.
    Raises ValueError for another hook or draft.
    """
    context: dict[str, Any] = {
        "userId": CLINICIAN,
        "patientId": patient_id,
        "encounterId": DemoPatient(patient_id, "", "").encounter,
    }
    if hook in ("order-select", "order-sign"):
        orders = [_drafted(draft, patient_id) for draft in drafts]
        entries = [{"resource": order} for order in orders]
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        if hook == "order-select":
            context["selections"] = [f"ServiceRequest/{order['id']}" for order in orders[-1:]]
    elif hook not in HOOKS:
        raise ValueError(f"{hook} is not among {', '.join(HOOKS)}")
    request: dict[str, Any] = {
        "hook": hook,
        "hookInstance": hook_instance,
        "fhirServer": fhir_server,
        "context": context,
    }
    if prefetch is not None:
        request["prefetch"] = prefetch
    return request


def _drafted(draft: str, patient_id: str) -> dict[str, Any]:
    known = {order.id: order for order in DRAFT_ORDERS}
    if draft not in known:
        raise ValueError(f"{draft} is not among the draft orders {', '.join(known)}")
    return known[draft].resource | {
        "id": f"{patient_id}-{draft}",
        "subject": {"reference": f"Patient/{patient_id}"},
        "requester": {"reference": CLINICIAN},
    }
