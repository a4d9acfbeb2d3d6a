"""Measures what docs/evidence.md reports of start-up and size; run it as `.venv/bin/python tests/figures.py`.

Start-up is the time from starting the command to the first answered hook call. What a call costs is measured by
`make bench`.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[1]
NOTE = """HPI: 74 year old woman with bilateral thigh heaviness after one block, better leaning on the shopping cart.
Pain free when sitting, worse with prolonged standing at the sink. No saddle numbness, no bladder or bowel change.
PMH: hypertension, type 2 diabetes, osteoarthritis of the hands.
Medications: lisinopril, metformin, paracetamol as needed.
Exam: gait wide based, DP and PT pulses 2+ bilaterally, power 5/5, reflexes symmetrical, SLR negative.
Assessment: leg symptoms on walking. Plan: discuss physical therapy, review in six weeks.
Return if numbness between the legs or loss of bladder control."""


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    print(f"install: {megabytes(ROOT / '.venv'):.0f} MB in .venv")
    print(f"start-up to first answer: {start_up():.2f} s")


def megabytes(folder: Path) -> float:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) / 1e6


def start_up() -> float:
    """Seconds from starting `cartsign serve` in open trust to its first answer to a hook call."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "CARTSIGN_TRUST": "open",
            "CARTSIGN_PORT": str(port),
            "CARTSIGN_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/figures.sqlite3",
        }
        body = msgspec.json.encode(hook_call(0, 5, True))
        began = time.perf_counter()
        command = [str(ROOT / ".venv/bin/cartsign"), "serve"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                while True:
                    try:
                        return answered(port, body, began)
                    except OSError:
                        time.sleep(0.02)
            finally:
                server.terminate()


def answered(port: int, body: bytes, began: float) -> float:
    url = f"http://127.0.0.1:{port}/cds-services/neurogenic-claudication"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["cards"]
    return time.perf_counter() - began


def hook_call(number: int, observations: int, note: bool) -> dict[str, Any]:
    """A call whose body differs from every other's."""
    patient = f"figure-{number}"
    subject = {"reference": f"Patient/{patient}"}
    measured = [
        {
            "resourceType": "Observation",
            "id": f"o-{number}-{i}",
            "status": "final",
            "category": [{"coding": [{"code": "vital-signs"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
            "subject": subject,
            "effectiveDateTime": f"2026-{1 + i % 10:02d}-{1 + i % 28:02d}T08:{i % 60:02d}:00Z",
            "valueQuantity": {"value": 60 + (i + number) % 40, "unit": "/min", "code": "/min"},
        }
        for i in range(observations)
    ]
    condition = {
        "resourceType": "Condition",
        "id": f"c-{number}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "10601006", "display": "Pain in lower limb"}]},
        "subject": subject,
        "note": [{"text": f"{NOTE}\nVisit {number}."}] if note else [{"text": f"Visit {number}."}],
    }
    return {
        "hook": "patient-view",
        "hookInstance": f"00000000-0000-4000-8000-{number:012d}",
        "context": {"userId": "Practitioner/1", "patientId": patient},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": patient, "birthDate": "1952-03-01"},
            "conditions": bundle([condition]),
            "observations": bundle(measured),
            **dict.fromkeys(
                ("serviceRequests", "procedures", "medications", "devices", "reports", "documents", "allergies")
            ),
        },
    }


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]}


if __name__ == "__main__":
    main()
