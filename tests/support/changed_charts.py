"""Many charts that a decision is made on twice, as they are and with something changed: the same patient of another
sex, with another language, with more on record."""

import base64
import functools
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import msgspec
from support.running import AT, shipped_knowledge

from service.chart.read import Gathered, read_chart
from service.decision import Decision, decide
from service.knowledge.load import SHIPPED
from service.knowledge.vignette import Vignette, load_vignettes
from service.knowledge.vignette_parts import PATIENT
from service.moment import Moment
from service.sandbox.demo import DEMO_PATIENTS
from service.sandbox.store import Store

Json = dict[str, Any]
Change = Callable[[Gathered], Gathered]

US_CORE = Path(__file__).parents[1] / "data" / "us-core"
CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
OMB = "urn:oid:2.16.840.1.113883.6.238"
VIGNETTES = [vignette for _, vignette in load_vignettes(SHIPPED / "vignettes")]


@dataclass(frozen=True)
class Case:
    """A chart as it was gathered, and the moment it is decided in."""

    name: str
    gathered: Gathered
    patient: str
    moment: Moment

    def decided(self, change: Change = lambda gathered: gathered) -> Decision:
        chart = read_chart(change(self.gathered), self.patient)
        return decide(chart, shipped_knowledge(), self.moment)


def case_of(vignette: Vignette) -> Case:
    now = datetime.combine(vignette.at, time(12), UTC)
    moment = Moment(now=now, hook=vignette.hook, seed=vignette.name)
    return Case(vignette.name, vignette.gathered(), PATIENT, moment)


def demo_cases() -> Iterator[Case]:
    """The demo patients, with every resource of theirs under the keys that charts are read from."""
    kinds = {"Condition": "conditions", "Observation": "observations", "DocumentReference": "documents"}
    kinds |= {"DiagnosticReport": "reports", "ServiceRequest": "serviceRequests", "Procedure": "procedures"}
    store = Store.demo(AT.date())
    for patient in DEMO_PATIENTS:
        reference = f"Patient/{patient.id}"
        held = {
            key: tuple(body for body in store.of_type(kind) if body.get("subject", {}).get("reference") == reference)
            for kind, key in kinds.items()
        }
        gathered = Gathered(store.read("Patient", patient.id), held)
        yield Case(patient.id, gathered, patient.id, Moment(now=AT, hook="patient-view", seed=patient.id))


# Every third vignette and all demo patients: enough for every rule and every hook, as the first test makes sure.
CASES = [*map(case_of, VIGNETTES[::3]), *demo_cases()]


@functools.cache
def untouched(name: str) -> bytes:
    return encoded(next(case for case in CASES if case.name == name).decided())


def encoded(decision: Decision) -> bytes:
    return msgspec.json.encode(decision.to_json())


def changed_by(change: Change, cases: list[Case] = CASES) -> list[str]:
    """The charts whose decision is not the same to the byte."""
    return [case.name for case in cases if encoded(case.decided(change)) != untouched(case.name)]


def person(**members: Any) -> Change:
    """The same patient with these members, a None taking one away."""

    def change(gathered: Gathered) -> Gathered:
        body = {**(gathered.patient or {}), **members}
        return replace(gathered, patient={name: value for name, value in body.items() if value is not None})

    return change


def extension(url: str, value: Json) -> Change:
    return person(extension=[{"url": url, **value}])


def omb(url: str, code: str, display: str) -> Change:
    coding = {"system": OMB, "code": code, "display": display}
    parts = [{"url": "ombCategory", "valueCoding": coding}, {"url": "text", "valueString": display}]
    return extension(CORE + url, {"extension": parts})


def more(*bodies: Json) -> Change:
    """These resources too, as the patient's own and some days old, under the keys that arrived."""

    def change(gathered: Gathered) -> Gathered:
        keys = {"Condition": "conditions", "Observation": "observations", "DocumentReference": "documents"}
        held = dict(gathered.resources)
        for number, body in enumerate(bodies):
            key = keys[body["resourceType"]]
            if key in held and gathered.patient is not None:
                own = deepcopy(body)
                own |= {"id": f"added-{number}", "subject": {"reference": f"Patient/{gathered.patient['id']}"}}
                held[key] = (*held[key], own)
        return replace(gathered, resources=held)

    return change


def example(pattern: str) -> list[Json]:
    """US Core examples by file name, dated as of late."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(US_CORE.glob(pattern))]
    assert found, pattern
    return [{**body, **_RECENT[body["resourceType"]]} for body in found]


_RECENT: dict[str, Json] = {
    "Observation": {"effectiveDateTime": "2026-10-25"},
    "Condition": {"recordedDate": "2026-10-25"},
}


def observation(code: str, display: str, **value: Any) -> Json:
    coding = {"system": "http://loinc.org", "code": code, "display": display}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [coding]},
        **_RECENT["Observation"],
    } | (value)


def problem(text: str) -> Json:
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    return {"resourceType": "Condition", "clinicalStatus": active, "code": {"text": text}, **_RECENT["Condition"]}


def snomed(code: str, display: str) -> Json:
    return {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": display}]}


def note(text: str) -> Json:
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "date": "2026-10-25T12:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
    }
