"""Denials as forms and long lists write them: none of these may raise a red flag."""

import pytest

from service.check import JUDGED, note_chart
from service.evidence.extract import extract
from service.knowledge.load import load_knowledge

READING = load_knowledge().reading
SYSTEMS = (
    "fever, chills, night sweats, weight loss, headache, visual changes, hearing loss, sore throat, cough, wheeze,"
    " chest pain, palpitations, orthopnea, abdominal pain, nausea, vomiting, diarrhea, constipation, melena, dysuria,"
    " hematuria, frequency, rash, itching, easy bruising, joint swelling, neck pain, dizziness, syncope, seizures"
)


def red_flag(text: str) -> str:
    return extract(note_chart(f"{text}\nLow back pain and leg pain for months."), READING, JUDGED)["R"].status


@pytest.mark.parametrize(
    "text",
    [
        "Saddle numbness: no",
        "Saddle numbness? No.",
        "Saddle numbness? [ ] yes [x] no",
        "Saddle numbness? [ ] yes [ ] no",
        "[ ] saddle numbness",
        "Saddle numbness: absent",
        "Saddle numbness: N, urinary retention: N",
        "Red flags (saddle numbness, urinary retention): none",
        "Denies saddle numbness, urinary retention, leg weakness.",
        "No saddle numbness, no urinary retention.",
    ],
)
def test_a_denied_red_flag_is_none(text):
    assert red_flag(text) in {"absent", "not-documented"}


def test_the_red_flags_of_these_forms_are_red_flags_when_they_are_stated():
    assert red_flag("Saddle numbness since yesterday.") == "present"
    assert red_flag("Saddle numbness? [x] yes [ ] no") == "present"


@pytest.mark.parametrize(
    "text",
    [
        f"Denies {SYSTEMS}, tremor, anxiety, saddle numbness, urinary retention.",
        f"ROS negative for {SYSTEMS}, tremor, anxiety, saddle numbness, urinary retention.",
        "Saddle numbness: [ ] yes [x] no",
        "Saddle numbness [ ] yes [x] no",
        "Saddle numbness: ( ) Y (x) N",
        "Red flags: saddle numbness [ ], urinary retention [ ]",
        "Saddle numbness | No",
        "Saddle numbness..........No",
        "Saddle numbness -ve, bladder/bowel -ve.",
        "Educated on red flags incl. saddle numbness and urinary retention.",
    ],
    ids=[
        "long list behind denies",
        "long list behind negative for",
        "boxes behind a colon",
        "boxes behind the words",
        "round boxes",
        "one box behind each",
        "cell of a table",
        "dot leader",
        "ve",
        "educated on",
    ],
)
def test_a_denied_red_flag_is_none_however_it_is_laid_out(text):
    assert red_flag(text) in {"absent", "not-documented"}
