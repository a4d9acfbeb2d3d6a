"""Bodies of `patient-view` calls, each different from all others. In: a number, how many Observations, and the day the
charts end on. Out: JSON as an EHR would send it. Resources have the shape and the mix of the Synthea patients under
`tests/data/synthea`; ids, dates, values and texts are new in each. Charts with an even number document neurogenic
claudication in a note, the others are ordinary."""

from __future__ import annotations

import base64
import functools
import gzip
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from bench.notes import ordinary_note, positive_note

SYNTHEA = Path(__file__).parents[1] / "data" / "synthea"
SEED = 20_261_123
# The clock of the server and of `decide`: charts end on the day before.
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
# Of each other kind as many as a primary care patient has; of the keys not named the EHR says that there is nothing.
BESIDE = {"conditions": ("Condition", 8), "medications": ("MedicationRequest", 6), "procedures": ("Procedure", 6)}
_NOTHING = ("serviceRequests", "devices", "reports", "allergies")
_DATES = ("effectiveDateTime", "onsetDateTime", "authoredOn", "recordedDate", "issued")


def is_positive(number: int) -> bool:
    """Whether the chart with this number documents neurogenic claudication."""
    return number % 2 == 0


def body(number: int, observations: int) -> bytes:
    """The body of call `number` with so many Observations and a note of about 2 kB."""
    chance = Random(SEED + number)
    patient = f"bench-{observations}-{number}"
    note = (positive_note if is_positive(number) else ordinary_note)(chance, number)
    prefetch: dict[str, Any] = {
        "patient": {
            "resourceType": "Patient",
            "id": patient,
            "name": [{"family": f"Beispiel{number}", "given": ["Alex"]}],
            "birthDate": f"{chance.randrange(1938, 1968)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
        },
        "observations": _bundle("Observation", observations, patient, chance),
        "documents": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": _document(note, patient)}]},
        **dict.fromkeys(_NOTHING),
    }
    for key, (kind, count) in BESIDE.items():
        prefetch[key] = _bundle(kind, count, patient, chance)
    call = {
        "hook": "patient-view",
        "hookInstance": hook_instance(number, observations),
        "context": {"userId": "Practitioner/bench", "patientId": patient},
        "prefetch": prefetch,
    }
    return msgspec.json.encode(call)


def hook_instance(number: int, observations: int) -> str:
    """The hookInstance of a call; its record is found by it."""
    return f"{observations:08x}-0000-4000-8000-{number:012x}"


@functools.cache
def shapes() -> Mapping[str, list[dict[str, Any]]]:
    """The resources of the Synthea patients by kind."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(SYNTHEA.glob("*.json.gz")):
        for entry in msgspec.json.decode(gzip.decompress(path.read_bytes()))["entry"]:
            resource = entry["resource"]
            found[resource["resourceType"]].append(resource)
    return found


def _bundle(kind: str, count: int, patient: str, chance: Random) -> dict[str, Any]:
    """A searchset of `count` resources of one kind: a run of them as they stand side by side in Synthea's charts."""
    pool = shapes()[kind]
    first = chance.randrange(len(pool))
    resources = [
        _renewed(pool[(first + n) % len(pool)], f"{kind[0].lower()}{n}", patient, chance) for n in range(count)
    ]
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": count, "entry": entries}


def _renewed(shape: Mapping[str, Any], name: str, patient: str, chance: Random) -> dict[str, Any]:
    new = {**shape, "id": f"{patient}-{name}", "subject": {"reference": f"Patient/{patient}"}}
    day = (AT - timedelta(days=chance.randrange(1, 2_000), minutes=chance.randrange(600))).isoformat()
    new.update((key, day) for key in _DATES if key in shape)
    if "encounter" in shape:
        new["encounter"] = {"reference": f"Encounter/{patient}-{day[:10]}"}
    if "valueQuantity" in shape:
        new["valueQuantity"] = {**shape["valueQuantity"], "value": round(chance.uniform(1, 200), 2)}
    return new


def _document(note: str, patient: str) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "id": f"{patient}-note",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3", "display": "Progress note"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "date": (AT - timedelta(days=1)).isoformat(),
        "content": [
            {"attachment": {"contentType": "text/plain", "data": base64.b64encode(note.encode()).decode()}},
        ],
    }
