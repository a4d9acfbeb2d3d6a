"""Reports and documents. In: a DiagnosticReport or DocumentReference of the chart's patient. Out: a `Report`
with its coded conclusions and its text, or None when it was withdrawn, cancelled or replaced."""

from __future__ import annotations

from service.chart.attachments import attachment_passages
from service.chart.codes import NO_CONCEPT, read_concept, read_concepts
from service.chart.dates import first_known, read_period, read_when
from service.chart.entry import Entry
from service.chart.model import Report
from service.chart.passages import concept_passages, note_passages, text_passage
from service.chart.standing import NEVER_MEASURED, WITHDRAWN, status_words


def read_diagnostic_report(entry: Entry) -> Report | None:
    """The DiagnosticReport with its conclusion, conclusion codes and presented forms."""
    words = status_words(entry, "status")
    if words is None or not NEVER_MEASURED.isdisjoint(words):
        return None
    body = entry.body
    forms = entry.children(body, "presentedForm")
    return Report(
        ref=entry.ref,
        concept=read_concept(entry, body, "code"),
        when=first_known(entry, body, read_when(entry, body, "effective"), "issued"),
        conclusions=read_concepts(entry, body, "conclusionCode"),
        passages=(
            *text_passage(entry, "conclusion"),
            *concept_passages(entry, body, "conclusionCode"),
            *note_passages(entry),
            *attachment_passages(entry, forms),
        ),
    )


def read_document(entry: Entry) -> Report | None:
    """The DocumentReference with its description and the text it carries; its time is that of the care it
    documents."""
    status, document = status_words(entry, "status"), status_words(entry, "docStatus")
    if status is None or document is None or not WITHDRAWN.isdisjoint((*status, *document)):
        return None
    body = entry.body
    concept = read_concept(entry, body, "type")
    if concept == NO_CONCEPT:
        concept = next(iter(read_concepts(entry, body, "category")), NO_CONCEPT)
    contents = [
        (f"{path}.attachment", entry.child(item, "attachment", path + "."))
        for path, item in entry.children(body, "content")
    ]
    care = read_period(entry, entry.child(body, "context"), "period", "context.")
    return Report(
        ref=entry.ref,
        concept=concept,
        when=first_known(entry, body, care, "date"),
        passages=(*text_passage(entry, "description"), *attachment_passages(entry, contents)),
    )
