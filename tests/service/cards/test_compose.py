"""Each card as a clinician would read it, and what no card may do."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from hypothesis import given
from hypothesis import strategies as st
from support.findings import evidence, findings
from support.rules import shipped_cards, shipped_rules

from cds_hooks import Card
from service.assessment.assess import assess
from service.cards.compose import Composer
from service.cards.definition import CardLibrary
from service.chart.model import Chart, Gap, Patient
from service.evidence.drafted import DraftedOrder
from service.evidence.model import Findings
from service.moment import Moment

MOMENT = Moment(
    now=datetime(2026, 11, 2, 10, tzinfo=UTC),
    hook="patient-view",
    seed="a seed",
    user="Practitioner/7",
    encounter="e1",
)
CHART = Chart(Patient("p1", date(1960, 1, 1)))


def cards(
    found: Findings,
    chart: Chart = CHART,
    library: CardLibrary | None = None,
    drafted: tuple[DraftedOrder, ...] = (),
) -> tuple[Card, ...]:
    library = library or shipped_cards()
    conclusion = assess(found, shipped_rules(), library.titles)
    composer = Composer(found, shipped_rules(), chart, drafted, library, MOMENT)
    return tuple(each.card for each in composer.compose(conclusion))


def card(age: int | None = 66, **given) -> Card:
    (only,) = cards(findings(age, **given))
    return only


def codes(of: Card) -> list[str]:
    concepts = [s.actions[0].resource["code"] for s in of.suggestions]
    return [c["coding"][0]["code"] if "coding" in c else c["text"] for c in concepts]


POSSIBLE = {"A": "present", "F": "present"}
PROBABLE = {**POSSIBLE, "B": "present", "T": "present"}
SITTING = {"A": "present", "S": "present"}
MIXED = {**POSSIBLE, "V4": "present"}
VASCULAR = {"A": "present", "V1": "present", "V2": "present"}
RED = {**POSSIBLE, "R": ["saddle-sensory-change"]}
URGENT = {**POSSIBLE, "R": ["fracture"]}
CONFLICT = {**POSSIBLE, "X": "present"}
UNCLEAR = {"A": "present", "rest_relief": "present"}
ALL = (POSSIBLE, PROBABLE, SITTING, MIXED, VASCULAR, RED, URGENT, CONFLICT, UNCLEAR)
WITH_OPTIONS = (POSSIBLE, PROBABLE, SITTING, MIXED, VASCULAR, RED, URGENT)

PT, MRI, CT, CONSULT = "308447003", "30679-5", "30620-9", "306265007"
ABI, EXERCISE_ABI, TBI, VASCULAR_REFERRAL = "93922", "93924", "Toe-brachial index, both feet", "307777008"


def test_the_possible_card_reads_as_a_whole():
    assert card(**POSSIBLE).detail == (
        "**What was found**\n"
        "\n"
        "- Leg or buttock symptom on walking: “both thighs ache after one block of walking” (20 Oct "
        "2026, clinical note)\n"
        "- Eased by bending or leaning forward: “better leaning on the cart” (20 Oct 2026, clinical "
        "note)\n"
        "- Age 66\n"
        "\n"
        "**What speaks against, and what is missing**\n"
        "\n"
        "- No statement against it was found in the data received.\n"
        "- Not documented: whether sitting eases it; whether standing still eases it; whether "
        "standing brings it on; whether both sides are affected; foot pulses; ankle-brachial index.\n"
        "- Worth asking: Does standing still, upright, ease it, or does standing bring it on?\n"
        "- Worth asking: Are the foot pulses normal, and is there an ankle-brachial index?\n"
        "- Worth asking: Is there numbness or weakness on walking, or any new deficit?\n"
        "\n"
        "**Options, and what each depends on**\n"
        "\n"
        "- **Physical therapy referral**: comes first and needs no imaging; the evidence for "
        "exercise-based care is of low to moderate certainty.\n"
        "- **MRI of the lumbar spine without contrast**: depends on about six weeks of conservative "
        "care without enough relief, or on the patient being a candidate for an intervention or "
        "surgery, or on a neurological deficit.\n"
        "- **Interventional pain consult**: depends on about six weeks of conservative care without "
        "enough relief. A long-term benefit of epidural steroid injection has not been shown.\n"
        "\n"
        "Sources: Suri P et al, JAMA 2010;304(23):2628-2636; Ammendolia C, J Can Chiropr Assoc "
        "2014;58(3):312-319; Bussieres A et al, J Pain 2021;22(9):1015-1039; Rousing R et al, Eur "
        "Spine J 2019;28(6):1386-1396; ACR Appropriateness Criteria, Low Back Pain 2021; NASS "
        "guideline on degenerative lumbar spinal stenosis 2011; Katz JN et al, JAMA "
        "2022;327(17):1688-1699. Rule: possible-neurogenic-claudication, version 1.0.0. No named "
        "clinician has reviewed this rule."
    )


@pytest.mark.parametrize(
    ("given", "topic", "indicator"),
    [
        (POSSIBLE, "neurogenicClaudication", "info"),
        (PROBABLE, "neurogenicClaudication", "info"),
        (SITTING, "neurogenicClaudication", "info"),
        (MIXED, "mixedClaudication", "warning"),
        (VASCULAR, "vascularClaudication", "info"),
        ({"A": "present", "V3": "present"}, "vascularClaudication", "warning"),
        (RED, "spinalRedFlag", "critical"),
        ({"R": ["acute-limb-ischaemia"]}, "vascularRedFlag", "critical"),
        ({"R": ["symptomatic-aaa"]}, "vascularRedFlag", "critical"),
        (URGENT, "spinalRedFlag", "warning"),
        ({"R": ["limb-threatening-ischaemia"]}, "vascularRedFlag", "warning"),
        (CONFLICT, "historyIncomplete", "info"),
        (UNCLEAR, "historyIncomplete", "info"),
        ({"A": "present", "V1": "present"}, "historyIncomplete", "info"),
    ],
)
def test_each_picture_has_its_topic_and_its_indicator(given: dict, topic: str, indicator: str):
    shown = card(**given)
    assert (shown.source.topic.code, shown.indicator) == (topic, indicator)
    assert shown.source.topic.system == "urn:cartsign:card-topic"
    assert shown.source.label == "Cartsign"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (POSSIBLE, [PT, MRI, CONSULT]),
        (PROBABLE, [PT, MRI, CONSULT, ABI]),
        ({**PROBABLE, "P": "present"}, [PT, MRI, CONSULT]),
        (SITTING, [PT]),
        (MIXED, [ABI, VASCULAR_REFERRAL, PT, MRI]),
        (VASCULAR, [ABI, VASCULAR_REFERRAL]),
        ({**MIXED, "V3": "absent"}, [EXERCISE_ABI, VASCULAR_REFERRAL, PT, MRI]),
        ({**VASCULAR, "abi_not_compressible": "present"}, [TBI, VASCULAR_REFERRAL]),
        ({**POSSIBLE, "abi_not_compressible": "present"}, [PT, MRI, CONSULT, TBI]),
        (RED, []),
        (URGENT, []),
        (CONFLICT, []),
        (UNCLEAR, []),
        # What was done already is not offered again, and moves the rest up.
        ({**POSSIBLE, "Q1": "present"}, [MRI, CONSULT, PT]),
        ({**POSSIBLE, "therapy_ordered": "present"}, [MRI, CONSULT]),
        ({**POSSIBLE, "therapy_done": "present"}, [MRI, CONSULT]),
        ({**POSSIBLE, "therapy_done": "present", "Q1": "present"}, [MRI, CONSULT, PT]),
        ({**POSSIBLE, "Q2": "present"}, [PT, CONSULT]),
        ({**POSSIBLE, "lumbar_imaging_open": "present"}, [PT, CONSULT]),
        ({**POSSIBLE, "pain_referral_open": "present"}, [PT, MRI]),
        ({**POSSIBLE, "spine_referral_open": "present"}, [PT, MRI]),
        ({**VASCULAR, "vascular_referral_open": "present"}, []),
        # Said to be absent, or only possible, changes nothing.
        ({**POSSIBLE, "Q2": "absent", "therapy_done": "possible"}, [PT, MRI, CONSULT]),
        # A device makes a CT the alternative, unless there is a pregnancy.
        ({**POSSIBLE, "implant": "present"}, [PT, MRI, CT, CONSULT]),
        ({**POSSIBLE, "implant": "present", "pregnancy": "present"}, [PT, MRI, CONSULT]),
        ({**POSSIBLE, "implant": "present", "Q2": "present"}, [PT, CONSULT]),
    ],
)
def test_each_picture_offers_its_orders_in_their_order(given: dict, expected: list[str]):
    assert codes(card(**given)) == expected


@pytest.mark.parametrize("given", ALL)
def test_nothing_is_recommended_and_every_suggestion_has_one_action(given: dict):
    shown = card(**given)
    assert [s.is_recommended for s in shown.suggestions] == [False] * len(shown.suggestions)
    assert all(len(s.actions) == 1 and s.actions[0].type == "create" for s in shown.suggestions)
    assert shown.selection_behavior == ("any" if shown.suggestions else None)


@pytest.mark.parametrize("given", ALL)
def test_every_draft_order_is_valid_r4_and_points_to_the_evidence(given: dict):
    for suggestion in card(**given).suggestions:
        body = suggestion.actions[0].resource
        ServiceRequest.model_validate(body)
        assert {"reference": "DocumentReference/a"} in body["reasonReference"]
        assert body["requester"] == {"reference": "Practitioner/7"}
        assert body["encounter"] == {"reference": "Encounter/e1"}


def test_the_newest_evidence_is_the_first_reason():
    pieces = [evidence("F", quote=f"words {n}", ref=f"Condition/{n}", when=date(2026, n, 1)) for n in range(1, 9)]
    body = card(A=[evidence("A", when=date(2026, 1, 1))], F=pieces).suggestions[0].actions[0].resource
    refs = [reason["reference"] for reason in body["reasonReference"]]
    assert refs == [*(f"Condition/{n}" for n in range(8, 0, -1)), "DocumentReference/a"]


def test_imaging_and_consult_print_what_they_depend_on_and_carry_it_into_the_order():
    _, mri, consult = card(**POSSIBLE).suggestions
    assert mri.label == (
        "MRI of the lumbar spine without contrast "
        "(after about six weeks of care, or a candidate for intervention, or a deficit)"
    )
    assert consult.label == (
        "Interventional pain consult (if about six weeks of conservative care have not helped enough)"
    )
    note = mri.actions[0].resource["note"][0]["text"]
    assert note.startswith("Proposed by Cartsign as a draft. MRI of the lumbar spine without contrast: depends on")


@pytest.mark.parametrize("given", ALL)
def test_every_card_offers_the_same_override_reasons(given: dict):
    reasons = card(**given).override_reasons
    assert [reason.code for reason in reasons] == [
        "knownDiagnosis",
        "vascularWorkupUnderWay",
        "imagingDone",
        "patientDeclines",
        "notRelevant",
    ]
    assert all(r.system == "urn:cartsign:override-reason" and r.display for r in reasons)


@pytest.mark.parametrize("given", ALL)
def test_no_card_says_that_the_patient_has_it(given: dict):
    shown = card(**given)
    words = f"{shown.summary} {shown.detail}".lower()
    assert not re.search(r"\b(has|have|suffers from|diagnosed with) (neurogenic|vascular|spinal|lumbar)", words)
    assert "inject" not in re.sub(r"epidural steroid injection has not been shown", "", words)


@pytest.mark.parametrize("given", ALL)
def test_every_card_names_its_rule_and_that_nobody_has_reviewed_it(given: dict):
    detail = card(**given).detail
    assert re.search(r"Rule: [a-z-]+, version \d+\.\d+\.\d+\. No named clinician has reviewed this rule\.", detail)
    assert "Sources: " in detail


@pytest.mark.parametrize("given", WITH_OPTIONS)
def test_every_card_stands_in_three_blocks(given: dict):
    assert re.findall(r"^\*\*(.+)\*\*$", card(**given).detail, re.MULTILINE) == [
        "What was found",
        "What speaks against, and what is missing",
        "Options, and what each depends on",
    ]


def test_the_sitting_card_says_that_sitting_does_not_decide_and_asks_the_three_questions():
    shown = card(**SITTING)
    assert "eases on sitting" in shown.summary
    assert "it does not tell one from the other" in shown.detail
    asked = re.findall(r"Worth asking: (.+)", shown.detail)
    assert asked == [
        "Does leaning forward, bending, or pushing a shopping cart ease it?",
        "Does standing still, upright, ease it, or does standing bring it on?",
        "Are the foot pulses normal, and is there an ankle-brachial index?",
    ]
    assert "MRI" not in shown.detail


def test_a_question_that_the_record_answers_is_not_asked():
    shown = card(**SITTING, T="present", P="present")
    assert re.findall(r"Worth asking: (.+)", shown.detail) == [
        "Does leaning forward, bending, or pushing a shopping cart ease it?"
    ]
    assert "foot pulses" not in shown.detail


@pytest.mark.parametrize("given", ALL)
def test_at_most_three_questions_are_asked(given: dict):
    assert card(**given).detail.count("Worth asking: ") <= 3


def test_vascular_features_denied_support_the_neurogenic_card_and_do_not_speak_against_it():
    detail = card(**POSSIBLE, V1="absent", V3="absent").detail
    assert "- Not eased by standing still: “settles when he stands still”" in detail
    assert "No statement against it was found" in detail


def test_what_speaks_against_is_quoted():
    detail = card(**POSSIBLE, V2="present", S="absent").detail
    assert "- Against: in the calf only: “calf cramp only” (20 Oct 2026, clinical note)" in detail
    assert "- Against: not eased on sitting: “eases when sitting down”" in detail
    assert "No statement against it" not in detail


def test_a_doubtful_red_flag_is_a_line_on_the_routine_card():
    doubtful = [evidence("R", "possible", kind="saddle-sensory-change", quote="?saddle numbness")]
    assert "- Only as possible: saddle sensory change: “?saddle numbness”" in card(**POSSIBLE, R=doubtful).detail


def test_the_mixed_card_puts_the_abi_first_and_lets_the_mri_wait():
    shown = card(**MIXED)
    assert shown.summary.endswith("check the ABI first")
    assert shown.suggestions[0].label == "Ankle-brachial index"
    assert "waits until the vascular question is settled" in shown.detail


def test_an_order_that_is_being_drafted_is_told_what_it_depends_on_and_not_suggested_again():
    drafted = (DraftedOrder("ServiceRequest/1", frozenset({"lumbar-mri"})),)
    (shown,) = cards(findings(**MIXED), drafted=drafted)
    assert MRI not in codes(shown)
    assert "**MRI of the lumbar spine without contrast, being drafted**: waits until the vascular" in shown.detail


def test_a_reduced_abi_on_record_is_named_and_not_simply_ordered_again():
    measured = [evidence("V3", ref="Observation/1", value="0.84", side="left")]
    for picture in ({**POSSIBLE, "V3": measured}, {"A": "present", "V3": measured}):
        shown = card(**picture)
        assert "an ABI of 0.84 on the left" in shown.summary
        assert shown.suggestions[0].label == "Ankle-brachial index (only if the value on record needs confirming)"


def test_the_mixed_card_by_sitting_says_what_speaks_for_the_neurogenic_part():
    shown = card(A="present", S="present", V1="absent", V4="present")
    assert "that standing still does not ease it speaks for a neurogenic part" in shown.detail
    assert "- Not eased by standing still: “settles when he stands still”" in shown.detail


def test_the_vascular_card_offers_no_mri_and_says_that_sitting_separates_nothing():
    shown = card(A="present", S="present", V4="present")
    assert "it does not separate the two" in shown.detail
    assert MRI not in codes(shown)
    assert "it does not separate the two" not in card(**VASCULAR).detail


def test_a_red_flag_card_leads_with_the_red_flag_and_offers_no_routine_care():
    shown = card(**RED)
    assert shown.summary == "Red flag documented: saddle sensory change; same-day emergency assessment"
    first = shown.detail.splitlines()[2]
    assert first.startswith("- Saddle sensory change: “")
    assert shown.suggestions == ()
    assert "Sources: CSP and GIRFT" in shown.detail
    assert "Suri" not in shown.detail


def test_each_red_flag_shows_the_option_that_belongs_to_it():
    weak = card(R=["motor-deficit-progressive"])
    assert "Urgent MRI and a discussion with spine surgery" in weak.detail
    assert "cauda equina" not in weak.detail
    limb = card(R=["acute-limb-ischaemia"])
    assert limb.summary == "Red flag documented: acute limb ischaemia; emergency vascular review now"
    aorta = card(R=["symptomatic-aaa"])
    assert "no source with a time limit has been verified" in aorta.detail


def test_red_flags_of_the_spine_and_of_the_vessels_each_get_their_card_the_vessels_first():
    both = cards(findings(R=["cauda-equina", "symptomatic-aaa"]))
    assert [c.source.topic.code for c in both] == ["vascularRedFlag", "spinalRedFlag"]


@pytest.mark.parametrize("given", [{"Q3": "present"}, {"A": "present"}, {}])
def test_the_other_states_have_no_card(given: dict):
    assert cards(findings(**given)) == ()


@pytest.mark.parametrize(
    ("given", "name"), [({"Q3": "present"}, "known-diagnosis-gap"), ({"A": "present"}, "no-relief-documented")]
)
def test_a_card_that_is_off_by_default_speaks_once_a_site_makes_it_active(given: dict, name: str):
    library = shipped_cards()
    switched = tuple(msgspec.structs.replace(c, status="active") if c.id == name else c for c in library.cards)
    (shown,) = cards(findings(**given), library=replace(library, cards=switched))
    assert shown.indicator == "info"


def test_the_conflict_card_quotes_both_sides_and_offers_nothing():
    detail = card(**CONFLICT).detail
    assert "- Eased by bending or leaning forward: “better leaning on the cart”" in detail
    assert "- Against: worse bending forward or eased bending backward: “a sentence about X”" in detail
    assert "Options" not in detail


def test_an_urgent_red_flag_names_its_own_path_and_no_routine_care():
    shown = card(**URGENT)
    assert shown.summary == "To resolve before anything else: suspected fracture"
    assert "imaging comes before anything else (ACR variant 6)" in shown.detail
    assert "cancer" not in shown.detail
    assert shown.suggestions == ()


CAUTIONS = {
    "implant": ("MRI of the lumbar spine without contrast", "check device", "MR status has to be checked"),
    "pregnancy": ("MRI of the lumbar spine without contrast", "pregnancy", "the need for imaging now"),
    "lumbar_surgery": ("MRI of the lumbar spine without contrast", "prior lumbar surgery", "decides whether contrast"),
    "blood_thinner": ("Interventional pain consult", "anticoagulant or antiplatelet", "tell the proceduralist"),
    "diabetes": ("Interventional pain consult", "", "raises the glucose for some days"),
    "contrast_allergy": ("Interventional pain consult", "", "not for an MRI without it"),
    "injection_given": ("Interventional pain consult", "", "what it achieved belongs in the referral"),
}


@pytest.mark.parametrize("fact", CAUTIONS)
def test_a_caution_stands_with_its_option_on_the_suggestion_and_in_the_order_and_quotes_the_record(fact: str):
    option, in_short, words = CAUTIONS[fact]
    shown = card(**POSSIBLE, **{fact: "present"})
    suggestion = next(s for s in shown.suggestions if s.label.startswith(option))
    assert in_short in suggestion.label
    assert words in suggestion.actions[0].resource["note"][0]["text"]
    line = next(line for line in shown.detail.splitlines() if line.startswith(f"- **{option}**"))
    assert words in line
    assert f"On record: “a sentence about {fact.replace('_', '-')}” (20 Oct 2026, clinical note)." in line
    assert words not in card(**POSSIBLE, **{fact: "absent"}).detail


@pytest.mark.parametrize("given", ALL)
def test_no_card_tells_anybody_to_stop_a_drug_or_when(given: dict):
    detail = card(**given, blood_thinner="present").detail
    assert not re.search(r"\bstop(?!ped without whoever)", detail)
    assert not re.search(r"\d+ (days|hours) before", detail)


def test_what_was_done_already_is_named_with_the_words_of_the_record():
    imaging = [evidence("Q2", quote="MRI lumbar spine: stenosis L4-5", ref="DiagnosticReport/1")]
    detail = card(**POSSIBLE, Q2=imaging).detail
    assert "- **Lumbar imaging, on record already**: read the report" in detail
    assert "On record: “MRI lumbar spine: stenosis L4-5” (20 Oct 2026, report)." in detail


@pytest.mark.parametrize("fact", ["aneurysm_known", "cancer_history", "osteoporosis", "steroid_use"])
def test_what_is_no_red_flag_by_itself_is_a_line_on_the_routine_card(fact: str):
    shown = card(**POSSIBLE, **{fact: "present"})
    assert shown.indicator == "info"
    assert f"“a sentence about {fact.replace('_', '-')}”" in shown.detail


def test_a_quotation_is_not_said_to_say_the_weaker_thing_too():
    same = {"quote": "leg pain on walking", "ref": "Condition/1"}
    told = {"A": [evidence("A", **same)], "symptom": [evidence("symptom", **same)]}
    assert "- Leg or buttock symptom on walking: “leg pain on walking”" in card(**told, R=["fracture"]).detail
    other = {"symptom": [evidence("symptom", quote="back pain")]}
    assert "- Back, buttock or leg symptom: “back pain”" in card(**other, R=["fracture"]).detail


def test_an_index_too_high_to_count_is_on_record_all_the_same():
    assert "; ankle-brachial index" in card(**POSSIBLE).detail
    known = card(**POSSIBLE, abi_not_compressible="present").detail
    assert "ankle-brachial index" not in known.partition("Worth asking")[0]


def test_in_diabetes_a_normal_index_does_not_close_the_vascular_question():
    words = "does not close the vascular question there"
    for picture in (POSSIBLE, PROBABLE, SITTING):
        assert words in card(**picture, V3="absent", diabetes="present").detail
        assert words not in card(**picture, V3="absent").detail
        assert words not in card(**picture, diabetes="present").detail


def test_only_questions_whose_answer_would_change_something_are_asked():
    asked = "Is the symptom on both sides?"
    assert asked not in card(**POSSIBLE).detail
    # One supporting feature is there already: the second would make it several.
    assert asked in card(**POSSIBLE, T="present").detail
    assert asked in card(age=75, **POSSIBLE).detail
    assert asked not in card(age=75, **POSSIBLE, B="absent").detail


def test_gaps_that_matter_are_named_once_and_others_are_not():
    gaps = (
        Gap("observations", "cut-short", "page cap"),
        Gap("observations", "cut-short", "again"),
        Gap("documents", "not-provided", "x"),
        Gap("devices", "not-provided", "x"),
        Gap("conditions", "other-patient", "x"),
    )
    (shown,) = cards(findings(**POSSIBLE), Chart(Patient("p1"), gaps=gaps))
    assert shown.detail.endswith(
        "Not everything could be read: clinical notes were not in the data received; observations were cut short."
    )
    assert "Not everything" not in card(**POSSIBLE).detail


def test_identifiers_come_from_the_moment_and_differ_within_a_card():
    shown = card(**POSSIBLE)
    ids = [shown.uuid, *(s.uuid for s in shown.suggestions)]
    assert len(set(ids)) == 4
    assert shown.uuid == MOMENT.uuid("card", "possible-neurogenic-claudication")
    assert card(**POSSIBLE) == shown


@given(st.text(max_size=500), st.sampled_from(range(len(ALL))))
def test_no_words_of_a_chart_take_effect_or_lengthen_the_summary(words: str, which: int):
    given = {
        atom: [evidence(atom, quote=words, kind=status[0] if isinstance(status, list) else "")]
        for atom, status in ALL[which].items()
    }
    for shown in cards(findings(**given)):
        assert 0 < len(shown.summary) < 140
        assert shown.summary in {card(**each).summary for each in ALL}
        assert "<" not in shown.detail
        assert not re.search(r"\]\(|https?://|www\.\S", shown.detail)
        assert len(shown.detail.splitlines()) == len(card(**ALL[which]).detail.splitlines()) or not words.strip()
