"""Texts in other languages are gaps, and English ones are not."""

import pytest

from service.chart.model import Chart, Gap, Measure, Observed, Passage, Patient, Report
from service.chart.model import Concept as Coded
from service.evidence.foreign import in_english
from service.knowledge.load import load_knowledge

TONGUES = load_knowledge().reading.language.tongues

OTHER = [
    "Paciente de 72 años que refiere dolor en ambas piernas al caminar, que mejora cuando se inclina hacia adelante.",
    "Patiente de 70 ans, douleurs des deux jambes à la marche, soulagée quand elle est assise ou penchée en avant.",
    "Der Patient berichtet über Schmerzen in beiden Beinen beim Gehen, die im Sitzen besser werden.",
    "Mevrouw heeft pijn in de benen bij het lopen, die minder wordt als zij zit of voorover leunt.",
    "Il paziente riferisce dolore alle gambe quando cammina, che migliora da seduto.",
    "Doente de 68 anos, refere dor nas pernas ao caminhar que melhora quando se inclina para a frente.",
    "Pacjent zgłasza ból nóg podczas chodzenia, który ustępuje po pochyleniu się do przodu.",
    "Пациент жалуется на боль в ногах при ходьбе, проходит при наклоне вперёд.",
    "患者は歩行時に両下肢の痛みを訴え、前屈で軽快する。",
    "المريض يشكو من ألم في الساقين عند المشي ويتحسن عند الانحناء",
]
ENGLISH = [
    "72M c/o b/l LE pain w/ amb, onset 2 blocks, relieved w/ flexion. PMH HTN DM2 CAD s/p CABG.",
    "Mrs de la Cruz walks to the Plaza de Armas; both legs ache and she sits. El Camino clinic, Dr. von der Heide.",
    "Metformin 500 mg bid, lisinopril 10 mg qd, atorvastatin 40 mg qhs, aspirin 81 mg qd, gabapentin 300 mg tid",
    "LE: DP 2+ PT 2+, no edema. L4-5 ES tender. SLR neg b/l. ROM full. NAD. A&O x3.",
    "Legs go numb on walking, better sitting.",
]


def a_note(text: str) -> Chart:
    note = Report("DocumentReference/1", Coded(), passages=(Passage("content[0]", text),))
    return Chart(Patient("p"), reports=(note,))


@pytest.mark.parametrize("text", OTHER)
def test_a_note_in_another_language_is_a_gap_and_is_not_read(text: str) -> None:
    chart = in_english(a_note(text), TONGUES)
    assert chart.reports[0].passages == ()
    assert chart.gaps == (Gap("documents", "not-english", "its text is not in English", "DocumentReference/1"),)


@pytest.mark.parametrize("text", ENGLISH)
def test_an_english_note_is_read_however_terse(text: str) -> None:
    chart = a_note(text)
    assert in_english(chart, TONGUES) is chart


def test_of_a_mixed_note_the_english_part_is_read_at_its_place() -> None:
    text = f"Seen with an interpreter.\n\n{OTHER[0]}\n\nNo saddle numbness."
    chart = in_english(a_note(text), TONGUES)
    (passage,) = chart.reports[0].passages
    assert passage.text.index("No saddle") == text.index("No saddle")
    assert "piernas" not in passage.text
    assert chart.gaps[0].detail == "part of its text is not in English"


def test_a_line_in_another_language_within_a_paragraph_is_left_out() -> None:
    text = f"Interpreter used, patient says:\n{OTHER[2]}\nExamination is normal today."
    (passage,) = in_english(a_note(text), TONGUES).reports[0].passages
    assert "Beinen" not in passage.text
    assert "Examination" in passage.text


def test_an_observation_answered_in_another_language_is_a_gap_and_keeps_its_code() -> None:
    observed = Observed("Observation/1", (Measure(Coded(text="Pain"), (OTHER[1],)),))
    chart = in_english(Chart(Patient("p"), observed=(observed,)), TONGUES)
    assert chart.observed[0].measures == (Measure(Coded(text="Pain"), ()),)
    assert chart.gaps[0].key == "observations"
