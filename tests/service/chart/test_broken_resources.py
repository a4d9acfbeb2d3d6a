"""Any single broken resource still leaves a chart: nothing raises, the sound resources stay, order
changes nothing."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.chart.model import Chart
from service.chart.read import Gathered, read_chart

OWN = {"reference": "Patient/p"}
CODE = {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "x"}], "text": "Leg pain"}
WORD = {"coding": [{"system": "http://example.org", "code": "active"}], "text": "Active"}
NOTE = [{"text": "Eases when bending forward."}]
FILE = {"contentType": "text/html", "data": base64.b64encode(b"<p>Leg pain</p>").decode()}
META = {"lastUpdated": "2024-01-01T00:00:00Z", "versionId": "2"}

# One resource of each kind that uses every element which reading looks at.
# fmt: off
WHOLE: dict[str, dict[str, Any]] = {
    "Condition": {
        "meta": META, "clinicalStatus": WORD, "verificationStatus": WORD, "code": CODE, "subject": OWN,
        "bodySite": [CODE], "onsetPeriod": {"start": "2020", "end": "2021"}, "onsetAge": {"value": 60,
        "unit": "a"},
        "onsetRange": {"low": {"value": 60, "unit": "a"}}, "onsetString": "winter",
        "abatementDateTime": "2022-02",
        "abatementString": "spring", "recordedDate": "2020-01-01", "note": NOTE,
        "evidence": [{"code": [CODE]}],
    },
    "Observation": {
        "meta": META, "status": "final", "code": CODE, "subject": OWN,
        "encounter": {"reference": "Encounter/1"},
        "effectiveTiming": {"event": ["2020-01-01"], "repeat": {"boundsPeriod": {"start": "2020"}}},
        "issued": "2020-01-01T00:00:00Z", "valueQuantity": {"value": 0.7, "comparator": "<", "unit": "x",
        "code": "x"},
        "interpretation": [CODE], "bodySite": CODE, "note": NOTE,
        "hasMember": [{"reference": "Observation/s"}],
        "derivedFrom": [{"reference": "Observation/t"}],
        "component": [
            {"code": CODE, "valueString": "sitting", "interpretation": [CODE]},
            {"code": CODE, "valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 2}}},
            {"code": CODE, "valueRange": {"low": {"value": 1}, "high": {"value": 2}}},
            {"code": CODE, "valueCodeableConcept": CODE}, {"code": CODE, "valueBoolean": True},
            {"code": CODE, "valueInteger": 4}, {"code": CODE, "valueDateTime": "2020"},
        ],
    },
    "DiagnosticReport": {
        "meta": META, "status": "final", "code": CODE, "subject": OWN, "effectiveDateTime": "2020-01-01",
        "issued": "2020-01-01T00:00:00Z", "conclusion": "Stenosis", "conclusionCode": [CODE],
        "presentedForm": [FILE],
    },
    "DocumentReference": {
        "meta": META, "status": "current", "docStatus": "final", "type": CODE, "category": [CODE],
        "subject": OWN,
        "date": "2020-01-01T00:00:00Z", "description": "Visit", "content": [{"attachment": FILE}],
        "context": {"period": {"start": "2020-01-01", "end": "2020-01-02"}},
    },
    "ServiceRequest": {
        "meta": META, "status": "active", "intent": "order", "doNotPerform": False, "code": CODE,
        "subject": OWN,
        "bodySite": [CODE], "occurrencePeriod": {"start": "2020"}, "authoredOn": "2020-01-01",
        "reasonCode": [CODE],
        "orderDetail": [CODE], "note": NOTE,
    },
    "Procedure": {
        "meta": META, "status": "completed", "code": CODE, "subject": OWN, "performedDateTime": "2020-01-01",
        "outcome": CODE, "reasonCode": [CODE], "note": NOTE,
    },
    "MedicationRequest": {
        "meta": META, "status": "active", "intent": "order", "subject": OWN, "authoredOn": "2020-01-01",
        "medicationReference": {"reference": "#m", "display": "x"},
        "contained": [{"resourceType": "Medication", "id": "m", "code": CODE}],
    },
    "Device": {"meta": META, "status": "active", "patient": OWN, "deviceName": [{"name": "Pump"}],
    "note": NOTE},
    "AllergyIntolerance": {
        "meta": META, "clinicalStatus": WORD, "verificationStatus": WORD, "code": CODE, "patient": OWN,
        "onsetDateTime": "2020", "recordedDate": "2020-01-01", "note": NOTE,
    },
    "Patient": {
        "meta": META, "birthDate": "1950-06-15", "deceasedBoolean": False,
        "identifier": [{"system": "urn:mrn", "value": "1"}],
    },
}
# fmt: on
SOUND = {"resourceType": "Condition", "id": "sound", "subject": OWN, "code": {"text": "Back pain"}}
KINDS = sorted(WHOLE)


def whole(kind: str) -> dict[str, Any]:
    return {"resourceType": kind, "id": "p" if kind == "Patient" else "1", **copy.deepcopy(WHOLE[kind])}


def chart_with(*resources: Any) -> Chart:
    return read_chart(Gathered({"resourceType": "Patient", "id": "p"}, {"things": resources}), "p")


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, outermost first."""
    found = [at] if at else []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        found += paths(inner, (*at, step))
    return found


def changed(resource: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    resource = copy.deepcopy(resource)
    inner: Any = resource
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return resource


texts = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=12)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.sampled_from(["2020-13", "Patient/q", "#m", "-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """A whole resource with one to three of its elements replaced, at any depth."""
    resource = whole(draw(st.sampled_from(KINDS)))
    for _ in range(draw(st.integers(1, 3))):
        resource = changed(resource, draw(st.sampled_from(paths(resource))), draw(json_values))
    return resource


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken())
def test_no_broken_resource_raises_or_takes_another_along(resource):
    chart = chart_with(resource, SOUND)
    assert "Condition/sound" in [problem.ref for problem in chart.problems]
    assert len(chart.problems) + len(chart.observed) + len(chart.reports) + len(chart.deeds) <= 2


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(broken(), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_broken_resources_in_any_order_give_the_same_chart(resources, chance):
    mixed = [*resources, SOUND]
    chance.shuffle(mixed)
    assert repr(chart_with(*mixed)) == repr(chart_with(*resources, SOUND))


@settings(max_examples=100, deadline=None)
@given(json_values, json_values)
def test_nothing_that_may_arrive_raises(patient, resource):
    chart = read_chart(Gathered(patient, {"things": (resource, SOUND)}), "p")
    assert [problem.ref for problem in chart.problems] == ["Condition/sound"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Patient"])
def test_a_whole_resource_is_read_without_a_gap(kind):
    chart = chart_with(whole(kind))
    assert chart.gaps == ()
    assert len(chart.problems) + len(chart.observed) + len(chart.reports) + len(chart.deeds) == 1


# Wrong here, these lose nothing: which version is newest, what was recorded together, and what a sound
# element of the same resource stands in for.
SILENT = {
    ("Condition", "onsetAge"),
    ("Condition", "onsetRange"),
    ("Observation", "issued"),
    ("DiagnosticReport", "issued"),
}
SILENT |= {("Observation", name) for name in ("encounter", "hasMember", "derivedFrom")}
SILENT |= {("DocumentReference", "date"), ("DocumentReference", "category"), ("ServiceRequest", "authoredOn")}
SILENT |= {("AllergyIntolerance", "recordedDate")}
READ = [
    (kind, name)
    for kind in KINDS
    for name in WHOLE[kind]
    if kind != "Patient" and name != "meta" and (kind, name) not in SILENT
]


@pytest.mark.parametrize(("kind", "name"), READ)
def test_an_element_of_the_wrong_type_becomes_a_gap(kind, name):
    chart = chart_with(changed(whole(kind), (name,), 17), SOUND)
    assert [gap.ref for gap in chart.gaps] == [f"{kind}/1"] * len(chart.gaps)
    assert any(gap.code in ("unreadable", "no-subject") for gap in chart.gaps)
    assert "Condition/sound" in [problem.ref for problem in chart.problems]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Patient"])
def test_another_patient_is_never_evidence_whatever_else_is_broken(kind):
    subject = "patient" if "patient" in WHOLE[kind] else "subject"
    foreign = changed(whole(kind), (subject,), {"reference": "Patient/q"})
    for path in paths(foreign):
        if path[0] == subject:
            continue
        chart = chart_with(changed(foreign, path, 17))
        assert (chart.problems, chart.observed, chart.reports, chart.deeds) == ((), (), (), ())


def test_gaps_never_repeat_what_the_record_says():
    marked = "MARKED-TEXT"
    for kind in KINDS:
        resource = whole(kind)
        for path in paths(resource):
            if path[0] in ("resourceType", "id"):
                continue
            for value in (marked, {marked: marked}, [marked]):
                assert marked not in repr(chart_with(changed(resource, path, value)).gaps)
