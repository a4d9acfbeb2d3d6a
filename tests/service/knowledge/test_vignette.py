"""A vignette becomes the FHIR resources of a real chart."""

import base64
from datetime import date
from pathlib import Path

import msgspec
import pytest
import yaml

from service.chart.model import Chart, Quantity
from service.chart.read import Gathered, read_chart
from service.knowledge.errors import KnowledgeError
from service.knowledge.load import SHIPPED
from service.knowledge.vignette import Vignette, load_vignettes
from service.knowledge.vignette_parts import PATIENT


def vignette(text: str) -> Vignette:
    body = {
        "name": "A made-up chart",
        "at": date(2026, 11, 2),
        "patient": {},
        "expect": {"state": "silent", "topic": None},
        "why": "Made up",
        **yaml.safe_load(text),
    }
    return msgspec.convert(body, Vignette)


def gathered(text: str) -> Gathered:
    return vignette(text).gathered()


def chart(text: str) -> Chart:
    return read_chart(gathered(text), PATIENT)


def test_the_patient_has_a_birth_date_where_one_is_written():
    assert gathered("patient: {birth_date: 1954-03-01}").patient == {
        "resourceType": "Patient",
        "id": "vignette",
        "birthDate": "1954-03-01",
    }
    assert gathered("{}").patient == {"resourceType": "Patient", "id": "vignette"}


def test_resources_stand_under_the_prefetch_keys_they_arrive_by():
    assert set(gathered("{}").resources) == {
        *("conditions", "observations", "reports", "documents", "serviceRequests"),
        *("procedures", "medications", "devices", "allergies"),
    }


def test_a_key_that_did_not_arrive_is_a_gap():
    arrived = gathered("not_received: [procedures]")
    assert "procedures" not in arrived.resources
    assert [(gap.key, gap.code) for gap in arrived.gaps] == [("procedures", "not-provided")]


def test_an_order_has_its_code_words_status_day_and_reason():
    (deed,) = chart(
        "orders: [{snomed: '308447003', text: Physio, status: on-hold, date: 2026-10-01, reason: Shoulder}]"
    ).deeds
    assert (deed.kind, deed.status, deed.concept.text, deed.when.latest) == (
        "ServiceRequest",
        "on-hold",
        "Physio",
        date(2026, 10, 1),
    )
    assert deed.concept.codings[0].code == "308447003"
    assert [passage.text for passage in deed.passages] == ["Shoulder"]


def test_a_procedure_lasts_from_its_start_to_its_end():
    (deed,) = chart("procedures: [{text: Therapy, start: 2026-06-01, end: 2026-07-20, body_site: knee}]").deeds
    assert (deed.kind, deed.status, deed.when.start, deed.when.end) == (
        "Procedure",
        "completed",
        date(2026, 6, 1),
        date(2026, 7, 20),
    )
    assert [site.text for site in deed.body_sites] == ["knee"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("medications: [{rxnorm: '1364430', text: Apixaban}]", "MedicationRequest"),
        ("devices: [{snomed: '14106009', text: Pacemaker}]", "Device"),
        ("allergies: [{snomed: '385420005', text: Contrast media}]", "AllergyIntolerance"),
    ],
)
def test_drugs_devices_and_allergies_become_deeds_of_their_kind(text, kind):
    (deed,) = chart(text).deeds
    assert (deed.kind, deed.standing, len(deed.concept.codings)) == (kind, "current", 1)


def test_drafts_are_drafts_and_those_picked_are_selected():
    read = chart("{hook: order-select, drafts: [{cpt: '72148', text: MRI}, {text: Therapy, selected: false}]}")
    assert [(d.concept.text, d.selected) for d in read.drafts] == [("MRI", True), ("Therapy", False)]
    assert read.deeds == ()


def test_at_signing_every_draft_counts_as_selected():
    read = chart("{hook: order-sign, drafts: [{text: MRI}, {text: Therapy, selected: false}]}")
    assert [d.selected for d in read.drafts] == [True, True]


def test_a_note_is_a_document_with_its_text_and_date():
    ((document,),) = [gathered("notes: [{text: Knee, date: 2026-10-20}]").resources["documents"]]
    assert document["resourceType"] == "DocumentReference"
    assert base64.b64decode(document["content"][0]["attachment"]["data"]) == b"Knee"
    (report,) = chart("notes: [{text: Knee, date: 2026-10-20}]").reports
    assert (report.passages[0].text, report.when.latest) == ("Knee", date(2026, 10, 20))


def test_a_report_has_its_code_and_conclusion():
    (report,) = chart("reports: [{text: MRI, conclusion: Fine, loinc: 30679-5, date: 2026-10-20}]").reports
    assert report.concept.codings[0].code == "30679-5"
    assert report.concept.text == "MRI"
    assert [passage.text for passage in report.passages] == ["Fine"]


def test_a_condition_has_its_codes_words_note_and_statuses():
    written = (
        "conditions: [{icd10: M48.061, snomed: '18347007', display: Spinal stenosis, text: Stenosis, note: Old,"
        " recorded: 2026-01-01}]"
    )
    (problem,) = chart(written).problems
    assert [coding.code for coding in problem.concept.codings] == ["M48.061", "18347007"]
    assert (problem.concept.text, problem.standing, problem.dated) == ("Stenosis", "current", date(2026, 1, 1))
    assert [passage.text for passage in problem.passages] == ["Old"]


@pytest.mark.parametrize(
    ("statuses", "standing"),
    [("clinical: resolved", "resolved"), ("clinical: inactive", "resolved"), ("verification: provisional", "possible")],
)
def test_the_statuses_of_a_condition_decide_its_standing(statuses, standing):
    assert [p.standing for p in chart(f"conditions: [{{text: Stenosis, {statuses}}}]").problems] == [standing]


@pytest.mark.parametrize("verification", ["refuted", "entered-in-error"])
def test_a_condition_that_never_held_is_no_problem(verification):
    assert chart(f"conditions: [{{text: Stenosis, verification: {verification}}}]").problems == ()


@pytest.mark.parametrize(
    ("value", "read"),
    [("leaning forward", "leaning forward"), ("true", True), ("0.72", Quantity(0.72)), ("3", Quantity(3.0))],
)
def test_an_observation_has_a_value_of_any_kind(value, read):
    (observed,) = chart(f"observations: [{{loinc: 38209-3, value: {value}}}]").observed
    assert observed.measures[0].values == (read,)


def test_an_observation_may_have_a_coded_value():
    (observed,) = chart("observations: [{loinc: 38209-3, value: {snomed: '33586001', text: Sitting}}]").observed
    (value,) = observed.measures[0].values
    assert (value.text, value.codings[0].code) == ("Sitting", "33586001")


def test_an_observation_has_its_unit_site_note_date_and_components():
    written = (
        "observations: [{text: Panel, date: 2026-10-20, body_site: thigh, note: Seen,"
        " components: [{text: Index, value: 0.8, unit: ratio}]}]"
    )
    (observed,) = chart(written).observed
    assert [m.path for m in observed.measures] == ["", "component[0]"]
    assert observed.measures[1].values == (Quantity(0.8, "ratio"),)
    assert [site.text for site in observed.body_sites] == ["thigh"]
    assert [passage.text for passage in observed.passages] == ["Seen"]


def test_several_resources_of_one_kind_have_ids_of_their_own():
    assert len({problem.ref for problem in chart("conditions: [{text: One}, {text: Two}]").problems}) == 2


def test_a_vignette_leaves_no_gap():
    written = "{conditions: [{text: One}], observations: [{text: Two, value: yes}], notes: [{text: Three}]}"
    assert chart(written).gaps == ()


@pytest.mark.parametrize(
    "text",
    [
        "expect: {state: happy, topic: null}",
        "mood: blue",
        "at: tomorrow",
        "expect: {state: silent, topic: null, flag: perhaps}",
    ],
)
def test_a_vignette_of_another_shape_is_refused(text):
    with pytest.raises(msgspec.ValidationError):
        vignette(text)


def test_vignettes_are_loaded_with_the_name_of_their_file():
    loaded = load_vignettes(SHIPPED / "vignettes")
    assert len(loaded) > 100
    assert {file for file, _ in loaded} == {path.name for path in (SHIPPED / "vignettes").glob("*.yaml")}


def test_a_file_of_vignettes_that_cannot_be_used_is_refused_by_name(tmp_path: Path):
    folder = tmp_path / "vignettes"
    folder.mkdir()
    (folder / "odd.yaml").write_text("{id: odd, title: Odd, vignettes: [{name: No day}]}")
    with pytest.raises(KnowledgeError) as refused:
        load_vignettes(folder)
    assert (refused.value.refusals[0].file, refused.value.refusals[0].key) == ("vignettes/odd.yaml", "vignettes[0].at")
