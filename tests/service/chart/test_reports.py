"""DiagnosticReports and DocumentReferences: conclusions, dates, and what was withdrawn."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

import pytest

from service.chart.model import Coding, Concept, Report, Span

OWN = {"subject": {"reference": "Patient/p"}}


def report(**fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport",
        "id": "1",
        "status": "final",
        "code": {"text": "MRI"},
        **OWN,
        **fields,
    }


def document(**fields: Any) -> dict[str, Any]:
    body = {
        "resourceType": "DocumentReference",
        "id": "1",
        "status": "current",
        "type": {"text": "Progress note"},
    }
    return {**body, **OWN, **fields}


def text_file(text: str) -> dict[str, str]:
    return {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}


@pytest.fixture
def read(chart_of):
    def read(body: dict[str, Any]) -> Report | None:
        chart = chart_of(body)
        assert chart.gaps == ()
        return next(iter(chart.reports), None)

    return read


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_withdrawn_report_is_no_evidence_and_no_gap(read, status):
    assert read(report(status=status, conclusion="Stenosis")) is None


@pytest.mark.parametrize(
    "fields", [{"status": "entered-in-error"}, {"status": "superseded"}, {"docStatus": "entered-in-error"}]
)
def test_a_withdrawn_or_replaced_document_is_no_evidence_and_no_gap(read, fields):
    assert read(document(**fields)) is None


@pytest.mark.parametrize("body", [report(status=5), document(status=5), document(docStatus=[5])])
def test_a_status_that_cannot_be_read_keeps_a_report_out_with_a_gap(chart_of, body):
    chart = chart_of(body)
    assert chart.reports == ()
    assert [g.code for g in chart.gaps] == ["unreadable"]


def test_a_reports_conclusions_are_text_and_codes(read):
    stenosis = {
        "coding": [{"system": "urn:oid:2.16.840.1.113883.6.96", "code": "18347007", "display": "Spinal stenosis"}]
    }
    found = read(
        report(
            conclusion="Severe central canal stenosis at L4-5.",
            conclusionCode=[stenosis, {"text": "Facet arthropathy"}],
            presentedForm=[text_file("FINDINGS: ligamentum flavum hypertrophy.")],
            effectiveDateTime="2024-02-01",
            issued="2024-02-03T00:00:00Z",
        )
    )
    assert found.concept == Concept(text="MRI")
    assert found.conclusions == (
        Concept((Coding("http://snomed.info/sct", "18347007", "Spinal stenosis"),)),
        Concept(text="Facet arthropathy"),
    )
    assert [(p.path, p.text) for p in found.passages] == [
        ("conclusion", "Severe central canal stenosis at L4-5."),
        ("conclusionCode[0].coding[0].display", "Spinal stenosis"),
        ("conclusionCode[1].text", "Facet arthropathy"),
        ("presentedForm[0].data", "FINDINGS: ligamentum flavum hypertrophy."),
    ]
    assert found.when == Span(date(2024, 2, 1))
    assert read(report(issued="2024-02-03T00:00:00Z")).when == Span(date(2024, 2, 3))


def test_a_document_is_its_description_and_its_content_at_the_time_of_the_care(read):
    found = read(
        document(
            description="Spine clinic visit",
            content=[{"attachment": text_file("Leg pain on walking.")}],
            context={"period": {"start": "2024-02-01", "end": "2024-02-02"}},
            date="2024-02-09T10:00:00Z",
        )
    )
    assert found.concept == Concept(text="Progress note")
    assert [(p.path, p.text) for p in found.passages] == [
        ("description", "Spine clinic visit"),
        ("content[0].attachment.data", "Leg pain on walking."),
    ]
    assert found.when == Span(date(2024, 2, 1), date(2024, 2, 2))
    assert read(document(date="2024-02-09T10:00:00Z")).when == Span(date(2024, 2, 9))


def test_a_document_without_a_type_is_called_by_its_category(read):
    body = document(category=[{"text": "Clinical note"}])
    del body["type"]
    assert read(body).concept == Concept(text="Clinical note")
    assert read(document(type=None)).concept == Concept()


def test_the_generated_narrative_is_never_read(read):
    narrative = {"status": "generated", "div": "<div>Leg pain</div>"}
    assert read(report(text=narrative)).passages == ()
    assert read(document(text=narrative)).passages == ()
