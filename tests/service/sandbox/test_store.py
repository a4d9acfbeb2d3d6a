"""Loading the sandbox: demo patients that stay recent, and other Bundles."""

import base64
import gzip
import json
import re
from calendar import month_name
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from service.sandbox.demo import DEMO_PATIENTS
from service.sandbox.store import WRITTEN_FOR, Store, demo_bundles

SYNTHEA = Path(__file__).parents[2] / "data" / "synthea"
TODAY = date(2027, 3, 2)


def every(store):
    return [resource for held in store.resources.values() for resource in held.values()]


def strings(value, path=""):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, path)
    elif isinstance(value, str):
        yield path, value


def test_every_demo_resource_is_valid_r4():
    for bundle in demo_bundles():
        for entry in bundle["entry"]:
            resource = entry["resource"]
            kind = resource["resourceType"]
            model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
            model.model_validate(resource)


def test_every_demo_bundle_can_be_posted_to_a_real_server_as_a_transaction():
    for bundle in demo_bundles():
        assert bundle["type"] == "transaction"
        for entry in bundle["entry"]:
            resource = entry["resource"]
            assert entry["request"] == {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}


def test_every_demo_patient_is_listed_and_has_a_realistic_chart():
    store = Store.demo(TODAY)
    assert {patient["id"] for patient in store.of_type("Patient")} == {patient.id for patient in DEMO_PATIENTS}
    for patient in DEMO_PATIENTS:
        own = [r for r in every(store) if r["id"].startswith(patient.id)]
        assert 10 <= len(own) <= 60
        assert store.read("Encounter", patient.encounter)


def test_every_reference_in_the_demo_charts_leads_somewhere_and_to_nobody_else():
    store = Store.demo(TODAY)
    for resource in every(store):
        for path, value in strings(resource):
            if path.endswith(".reference"):
                kind, identifier = value.split("/")
                assert store.read(kind, identifier), value
                assert identifier.startswith("demo-")
                if kind == "Patient" and resource["resourceType"] != "Patient":
                    assert resource["id"].startswith(identifier)


def test_the_demo_charts_are_as_recent_on_any_day_as_on_the_day_they_were_written_for():
    written, moved = Store.demo(WRITTEN_FOR), Store.demo(TODAY)
    days = (TODAY - WRITTEN_FOR).days
    for before, after in zip(every(written), every(moved), strict=True):
        for (path, old), (_, new) in zip(strings(before), strings(after), strict=True):
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T.*)?", old):
                assert (date.fromisoformat(new[:10]) - date.fromisoformat(old[:10])).days == days, path
                assert old[10:] == new[10:]
            else:
                assert old == new


def test_no_demo_resource_lies_in_the_future_of_the_day_it_is_shown_on():
    for resource in every(Store.demo(TODAY)):
        for _, value in strings(resource):
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T.*)?", value):
                assert value[:10] <= TODAY.isoformat()


def test_no_demo_note_names_a_date_since_dates_move():
    for document in Store.demo(TODAY).of_type("DocumentReference"):
        text = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
        assert not re.search(r"\b(19|20)\d\d\b", text)
        assert not re.search(rf"\b({'|'.join(month_name[1:])})\b", text)


def test_references_by_urn_uuid_are_resolved_within_their_bundle():
    file = sorted(SYNTHEA.glob("*.json.gz"))[1]
    store = Store.from_bundles([json.loads(gzip.decompress(file.read_bytes()))])
    (patient,) = store.of_type("Patient")
    conditions = list(store.of_type("Condition"))
    assert conditions
    assert all(c["subject"]["reference"] == f"Patient/{patient['id']}" for c in conditions)
    assert not [v for r in every(store) for p, v in strings(r) if p.endswith(".reference") and v.startswith("urn:")]


def test_a_resource_without_an_id_takes_that_of_its_urn_and_one_with_neither_is_refused():
    store = Store.from_bundles([{"entry": [{"fullUrl": "urn:uuid:a-1", "resource": {"resourceType": "Patient"}}]}])
    assert store.read("Patient", "a-1") == {"resourceType": "Patient", "id": "a-1"}
    with pytest.raises(ValueError, match="has no id"):
        Store.from_bundles([{"entry": [{"resource": {"resourceType": "Patient"}}]}])
