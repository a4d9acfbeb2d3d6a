"""Messages a CDS Client could send: the official examples, and a valid request for each hook."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

SPEC = Path(__file__).parents[1] / "data" / "spec"

PATIENT = {"resourceType": "Patient", "id": "1288992", "gender": "male", "birthDate": "1950-05-05"}
OBSERVATION = {
    "resourceType": "Observation",
    "id": "walk-1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "38209-3"}], "text": "Pain on walking"},
    "subject": {"reference": "Patient/1288992"},
    "valueString": "Legs ache after one block (both); eases when bent over a cart",
}
DRAFT = {
    "resourceType": "ServiceRequest",
    "id": "draft-1",
    "status": "draft",
    "intent": "order",
    "code": {"text": "An order"},
    "subject": {"reference": "Patient/1288992"},
}
CONTEXTS: dict[str, dict[str, Any]] = {
    "patient-view": {"userId": "PractitionerRole/7", "patientId": "1288992", "encounterId": "89284"},
    "encounter-start": {"userId": "Practitioner/7", "patientId": "1288992", "encounterId": "89284"},
    "order-select": {
        "userId": "Practitioner/7",
        "patientId": "1288992",
        "selections": ["ServiceRequest/draft-1"],
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": DRAFT}]},
    },
    "order-sign": {
        "userId": "Practitioner/7",
        "patientId": "1288992",
        "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": DRAFT}]},
    },
}
HOOK_NAMES = tuple(CONTEXTS)


def example(name: str) -> Any:
    """An official example by its file name without `.json`."""
    return json.loads((SPEC / f"{name}.json").read_text("utf-8"))


def examples(prefix: str) -> dict[str, Any]:
    """All official examples whose file name begins with `prefix`."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(SPEC.glob(f"{prefix}*.json"))}


def request_for(hook: str = "patient-view", /, **changes: Any) -> dict[str, Any]:
    """A valid request on `hook`; `changes` replace members, and `...` takes one away."""
    request: dict[str, Any] = {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": "https://ehr.example.org/fhir",
        "fhirAuthorization": {
            "access_token": "opaque",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "user/Patient.read user/Observation.read",
            "subject": "cds-service4",
        },
        "context": CONTEXTS[hook],
        "prefetch": {
            "patient": PATIENT,
            "observations": {
                "resourceType": "Bundle",
                "type": "searchset",
                "total": 2,
                "entry": [{"resource": OBSERVATION, "search": {"mode": "match"}} for _ in range(2)],
            },
            "conditions": None,
        },
    }
    request |= changes
    return deepcopy({name: value for name, value in request.items() if value is not ...})


def body(message: Any) -> bytes:
    """The message as a client would send it."""
    return json.dumps(message).encode()
