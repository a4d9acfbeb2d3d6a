"""Another patient's data, marked. In: the chart of a demo patient, and the patient of a call. Out: resources of
somebody else in which every sentence holds MARK and every id begins with TRACE, and all the ways to say whose they
are."""

import base64
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

Json = dict[str, Any]

MARK = "zqxstrangeword"
STRANGER = "zqxstranger-1"
# Nothing that begins so may reach a card.
TRACE = "zqxstrange"

_SAID = frozenset({"text", "display", "valueString", "description", "conclusion", "title", "family", "name"})
_SENTENCE = re.compile(r"(?:\A|(?<=[.!?;:\n]))[ \t]*(?=[A-Za-z])")
_NAMED_IN = {"AllergyIntolerance": "patient", "Device": "patient"}


def stranger(resource: Json) -> Json:
    """The resource as one of the other patient, marked."""
    body = marked(resource)
    if body["resourceType"] == "Patient":
        return {**body, "id": STRANGER}
    body["id"] = f"zqxstranger-{body.get('id', 'x')}"
    return about(body, {"reference": f"Patient/{STRANGER}"})


def about(resource: Json, subject: Any) -> Json:
    """The resource with another subject; None takes the subject away."""
    name = _NAMED_IN.get(resource.get("resourceType", ""), "subject")
    body = {member: value for member, value in resource.items() if member not in ("subject", "patient")}
    return body if subject is None else {**body, name: subject}


def marked(value: Any, name: str = "") -> Any:
    """The value with the mark in every sentence that somebody could read in it."""
    if isinstance(value, dict):
        return {member: marked(inner, member) for member, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner, name) for inner in value]
    if isinstance(value, str) and name in _SAID:
        return _SENTENCE.sub(f" {MARK} ", value)
    if isinstance(value, str) and name == "data":
        try:
            text = base64.b64decode(value).decode("utf-8", "replace")
        except ValueError:  # a change made before has spoilt it
            return value
        return base64.b64encode(_SENTENCE.sub(f" {MARK} ", text).encode()).decode()
    return value


def other_subjects(patient: str, *, server_known: bool) -> list[Any]:
    """Ways to say that a resource is not, or not known to be, about `patient`."""
    spellings = [
        {"reference": f"Patient/{STRANGER}"},
        {"reference": f"https://ehr.example.org/fhir/Patient/{STRANGER}/_history/2"},
        {"reference": "urn:uuid:5fd1d2a8-3d64-4b0c-9c2e-000000000000"},
        {"reference": f"Group/{patient}"},
        {"reference": f"RelatedPerson/{patient}"},
        {"reference": f"Patient/{patient}x"},
        {"reference": f"Patient/{patient}/../{STRANGER}"},
        {"reference": f"Patient/{STRANGER}?_id=Patient/{patient}"},
        {"reference": f"Patient?identifier={patient}"},
        {"reference": patient},
        {"reference": "#somebody"},
        {"reference": [f"Patient/{patient}"]},
        {"identifier": {"system": "urn:example:mrn", "value": STRANGER}},
        {"display": f"the patient {patient}"},
        {"type": "Patient"},
        f"Patient/{patient}",
        [{"reference": f"Patient/{patient}"}],
        {},
    ]
    # Without a server nothing says which one an id belongs to.
    elsewhere = [{"reference": f"https://elsewhere.example/fhir/Patient/{patient}"}] if server_known else []
    return [*spellings, *elsewhere]


def resources(request: Json) -> Iterator[tuple[list[Any], int, Json]]:
    """Every resource in a Bundle of a request: the entries, the place among them, the resource."""
    context, prefetch = request.get("context"), request.get("prefetch")
    bundles = list(prefetch.values()) if isinstance(prefetch, dict) else []
    if isinstance(context, dict):
        bundles.append(context.get("draftOrders"))
    for bundle in bundles:
        entries = bundle.get("entry") if isinstance(bundle, dict) else None
        for place, entry in enumerate(entries if isinstance(entries, list) else ()):
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
                yield entries, place, resource


def estrange(chance: Random, request: Json, charts: list[list[Json]]) -> str:
    """Put another patient's data into the request, or give some of its own to somebody else; which of it was done."""
    context = request.get("context")
    patient = context.get("patientId") if isinstance(context, dict) else None
    places = list(resources(request))
    if not isinstance(patient, str) or patient == STRANGER or not places:
        return ""
    how = chance.choice(["add", "add", "reattribute", "reattribute", "focus", "contain", "collide", "nest"])
    theirs = deepcopy(chance.choice(charts))
    if how == "add":
        for body in chance.sample(theirs, min(len(theirs), chance.randint(1, 30))):
            entries, _, _ = chance.choice(places)
            entries.insert(chance.randint(0, len(entries)), {"resource": body})
        return how
    if how in ("reattribute", "focus"):
        spellings = other_subjects(patient, server_known=isinstance(request.get("fhirServer"), str))
        for entries, place, own in chance.sample(places, min(len(places), chance.randint(1, 6))):
            body = marked(own) | {"id": f"zqxstranger-{place}"}
            if how == "focus" and own["resourceType"] == "Observation":
                people = [{"reference": f"Patient/{STRANGER}"}, {"type": "RelatedPerson", "display": "her mother"}]
                entries[place] = {"resource": body | {"focus": [chance.choice(people)]}}
            else:
                entries[place] = {"resource": about(body, deepcopy(chance.choice(spellings)))}
        return how
    entries, place, own = chance.choice(places)
    body = chance.choice([each for each in theirs if each["resourceType"] != "Patient"])
    if how == "contain":
        own["contained"] = [body]
    elif how == "collide":
        same = [each for each in theirs if each["resourceType"] == own["resourceType"]] or [body]
        body = chance.choice(same) | {
            "id": own.get("id", "zqxstranger-0"),
            "meta": {"lastUpdated": "2031-01-01T00:00:00Z"},
        }
        entries.insert(place, {"resource": body})
    else:
        inner = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in theirs]}
        entries.append({"resource": inner})
    return how


def chart_of(request: bytes) -> list[Json]:
    """The other patient's chart: that of a request, without Medications, which belong to nobody."""
    body = json.loads(request)
    held = [resource for _, _, resource in resources(body)] + [body["prefetch"]["patient"]]
    return [stranger(each) for each in held if each["resourceType"] != "Medication"]
