"""What the rules say they do not use: each is changed on many charts, and not one byte of a decision follows. What they
say they use: the date of birth at its boundaries, and pregnancy. The rules' records name these tests as their proof."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from support.changed_charts import (
    CASES,
    CORE,
    VIGNETTES,
    Json,
    case_of,
    changed_by,
    example,
    extension,
    more,
    note,
    observation,
    omb,
    person,
    problem,
    snomed,
)
from support.running import shipped_knowledge

from service.chart.read import Gathered, read_chart
from service.decision import Decision, decide
from service.knowledge.vignette import Vignette
from service.knowledge.vignette_parts import PATIENT
from service.moment import Moment


def test_the_charts_are_varied_enough_to_prove_something():
    decided = [case.decided() for case in CASES]
    assert {d.assessment.rule.id for d in decided if d.assessment.rule} == {r.id for r in shipped_knowledge().rules}
    assert {case.moment.hook for case in CASES} >= {"patient-view", "order-select"}
    assert sum(bool(d.cards) for d in decided) > 50


RACES = {
    "White": omb("us-core-race", "2106-3", "White"),
    "Black or African American": omb("us-core-race", "2054-5", "Black or African American"),
    "Asian": omb("us-core-race", "2028-9", "Asian"),
    "American Indian or Alaska Native": omb("us-core-race", "1002-5", "American Indian or Alaska Native"),
    "answers to a questionnaire": more(*example("Observation-PRAPARE-multiselect-item-example-32624-9-*.json")),
    "told in a note": more(note("SOCIAL HISTORY: African American, born in Georgia.")),
}


@pytest.mark.parametrize("change", RACES.values(), ids=RACES)
def test_race_changes_no_byte(change):
    assert changed_by(change) == []


ETHNICITIES = {
    "Hispanic or Latino": omb("us-core-ethnicity", "2135-2", "Hispanic or Latino"),
    "Not Hispanic or Latino": omb("us-core-ethnicity", "2186-5", "Not Hispanic or Latino"),
    "answer to a questionnaire": more(*example("Observation-PRAPARE-item-example-56051-6.json")),
    "told in a note": more(note("SOCIAL HISTORY: Hispanic, family from Mexico.")),
}


@pytest.mark.parametrize("change", ETHNICITIES.values(), ids=ETHNICITIES)
def test_ethnicity_changes_no_byte(change):
    assert changed_by(change) == []


def speaks(code: str) -> Json:
    return {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]}, "preferred": True}


LANGUAGES = {
    "Spanish": person(communication=[speaks("es")], language="es"),
    "Vietnamese, with an interpreter": person(
        communication=[speaks("vi")],
        extension=[{"url": f"{CORE}us-core-interpreter-needed", "valueCoding": {"code": "373066001"}}],
    ),
    "English": person(communication=[speaks("en")]),
    "answer to a questionnaire": more(*example("Observation-PRAPARE-item-example-54899-0.json")),
    "told in a note": more(note("Visit conducted in Spanish through an interpreter.")),
}


@pytest.mark.parametrize("change", LANGUAGES.values(), ids=LANGUAGES)
def test_language_changes_no_byte(change):
    assert changed_by(change) == []


ORIENTATIONS = {
    "heterosexual": more(
        observation("76690-7", "Sexual orientation", valueCodeableConcept=snomed("20430005", "Heterosexual"))
    ),
    "in words": more(observation("76690-7", "Sexual orientation", valueString="gay")),
    "told in a note": more(note("SOCIAL HISTORY: Lives with her wife. Identifies as lesbian.")),
}


@pytest.mark.parametrize("change", ORIENTATIONS.values(), ids=ORIENTATIONS)
def test_sexual_orientation_changes_no_byte(change):
    assert changed_by(change) == []


IDENTITIES = {
    "male": extension(
        f"{CORE}us-core-genderIdentity",
        {"valueCodeableConcept": snomed("446151000124109", "Identifies as male gender")},
    ),
    "in words": extension(f"{CORE}us-core-genderIdentity", {"valueCodeableConcept": {"text": "non-binary"}}),
    "told in a note": more(note("SOCIAL HISTORY: Transgender man, uses he/him.")),
}


@pytest.mark.parametrize("change", IDENTITIES.values(), ids=IDENTITIES)
def test_gender_identity_changes_no_byte(change):
    assert changed_by(change) == []


SEXES = {
    **{gender: person(gender=gender) for gender in ("female", "male", "other", "unknown")},
    "no gender at all": person(gender=None),
    "birth sex F": extension(f"{CORE}us-core-birthsex", {"valueCode": "F"}),
    "birth sex M": extension(f"{CORE}us-core-birthsex", {"valueCode": "M"}),
    "sex": extension(f"{CORE}us-core-sex", {"valueCode": "248152002"}),
}


@pytest.mark.parametrize("change", SEXES.values(), ids=SEXES)
def test_sex_changes_no_byte(change):
    assert changed_by(change) == []


SWAPPED = {"he": "she", "his": "her", "him": "her", "himself": "herself", "man": "woman", "male": "female"}
SWAPPED |= {"gentleman": "lady", "mr": "mrs", "m": "f"}
SWAPPED |= {"she": "he", "her": "his", "herself": "himself", "woman": "man", "female": "male", "lady": "gentleman"}
SWAPPED |= {"mrs": "mr", "ms": "mr", "f": "m"}
_WORDS = "|".join(word for word in SWAPPED if len(word) > 1)
# Single letters only where they stand behind an age: `72 yo M`, `70F`; `100 m` is a distance.
_SEXED = re.compile(rf"(?<=y/o )[MF]\b|(?<=yo )[MF]\b|(?<=\d)[MF]\b|(?<=\d )[MF]\b|\b(?i:{_WORDS})\b")


def swap_words(text: str, her: str = "his") -> str:
    """The text about somebody of the other sex; English has one word for what is `his` and `him` the other way."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        new = her if word.lower() == "her" else SWAPPED[word.lower()]
        return new.upper() if word.isupper() else new.capitalize() if word[0].isupper() else new

    return _SEXED.sub(other, text)


def test_words_for_men_and_women_lead_to_the_same_conclusion():
    assert swap_words("72 yo M at 90 m; HER 70F sister, Mr Ames") == "72 yo F at 90 m; HIS 70M sister, Mrs Ames"
    swapped, differ = 0, []
    for vignette in VIGNETTES:
        variants = {tuple(swap_words(n.text, her) for n in vignette.notes) for her in ("his", "him")}
        if variants == {tuple(n.text for n in vignette.notes)}:
            continue
        swapped += 1
        before = conclusion(case_of(vignette).decided())
        if before not in [conclusion(case_of(with_notes(vignette, texts)).decided()) for texts in variants]:
            differ.append(vignette.name)
    assert differ == []
    assert swapped > 50


def with_notes(vignette: Vignette, texts: tuple[str, ...]) -> Vignette:
    notes = zip(vignette.notes, texts, strict=True)
    return msgspec.structs.replace(vignette, notes=tuple(msgspec.structs.replace(n, text=text) for n, text in notes))


def conclusion(decision: Decision) -> tuple[Any, ...]:
    """All but the words: the state, each finding, and the cards with what they offer."""
    cards = [(card.indicator, card.source.topic, [s.label for s in card.suggestions]) for card in decision.cards]
    return decision.state, decision.flag, [(found.atom, found.status) for found in decision.findings], cards


SOCIAL = {
    "answers to a questionnaire": more(*example("Observation-PRAPARE-item-*.json")),
    "hunger": more(*example("Observation-HVS-*.json")),
    "transport": more(*example("Observation-simple-observation-sdoh.json")),
    "food": more(*example("condition-SDOH-example.json")),
    "occupation": more(*example("observation-occupation*.json")),
    "housing": more(problem("Homeless"), problem("Housing unsatisfactory")),
    "employment": more(problem("Unemployed"), problem("Full-time employment")),
    "told in a note": more(note("SOCIAL HISTORY: Homeless since June, lost his job, no insurance. Lives alone.")),
}


@pytest.mark.parametrize("change", SOCIAL.values(), ids=SOCIAL)
def test_social_determinants_change_no_byte(change):
    assert changed_by(change) == []


ASSESSED = {
    "cognitive status": more(*example("Observation-simple-observation-cognitive-status.json")),
    "disability status": more(*example("Observation-simple-observation-disability-status.json")),
    "functional status": more(*example("Observation-simple-observation-functional-status.json")),
    "depression": more(*example("Observation-PHQ9-*.json")),
    "alcohol": more(*example("Observation-AUDIT-C-*.json"), *example("Observation-alcohol*.json")),
    "substances": more(*example("Observation-TAPS-*.json"), *example("Observation-substance-use-status.json")),
    "physical activity": more(*example("Observation-EVS-*.json"), *example("Observation-exercise-*.json")),
}


@pytest.mark.parametrize("change", ASSESSED.values(), ids=ASSESSED)
def test_health_status_assessments_change_no_byte(change):
    assert changed_by(change) == []


PREGNANT = {
    "as an observation": more(*example("observation-pregnancy-status.json")),
    "as a problem": more(problem("Pregnant, 20 weeks")),
}


@pytest.mark.parametrize("change", PREGNANT.values(), ids=PREGNANT)
def test_pregnancy_changes_words_and_options_where_it_is_declared_and_nothing_elsewhere(change):
    declared = {r.id for r in shipped_knowledge().rules if r.attributes.uses.uses("health_status_assessments")}
    told = [case for case in CASES if (rule := case.decided().assessment.rule) and rule.id in declared]
    others = [case for case in CASES if case not in told]
    for case in others:
        assert besides_pregnancy(case.decided(change)) == besides_pregnancy(case.decided()), case.name
    assert any(case.decided(change).cards != case.decided().cards for case in told)
    for case in told:
        before, after = case.decided(), case.decided(change)
        assert (after.state, after.flag, after.topic) == (before.state, before.flag, before.topic)
        assert [held.topic for held in after.held] == [held.topic for held in before.held]


def test_a_wish_for_a_pregnancy_is_none():
    (body,) = example("observation-pregnancy-intent.json")
    body["valueCodeableConcept"] = {"coding": body["valueCodeableConcept"]["coding"]}
    for case in CASES:
        assert besides_pregnancy(case.decided(more(body))) == besides_pregnancy(case.decided()), case.name


def besides_pregnancy(decision: Decision) -> bytes:
    """The decision without the one line of its trace that says what the record holds on pregnancy."""
    body = decision.to_json()
    body["context"] = [found for found in body["context"] if found["id"] != "pregnancy"]
    return msgspec.json.encode(body)


DAY = date(2026, 11, 2)
ROUTINE = "Both calves ache when walking, eased by leaning on a shopping cart."
FEATURE = "Right leg aches when walking, eased by leaning on a shopping cart. Standing brings the leg pain on."
FLAGGED = "Leg pain when walking. New numbness in the saddle area since yesterday."


def told(text: str, birth_date: str | None) -> Decision:
    """The decision on one note about somebody born on that day."""
    patient: Json = {"resourceType": "Patient", "id": PATIENT}
    if birth_date is not None:
        patient["birthDate"] = birth_date
    own = {**note(text), "id": "1", "subject": {"reference": f"Patient/{PATIENT}"}}
    gathered = Gathered(patient, {"conditions": (), "observations": (), "documents": (own,)})
    moment = Moment(now=datetime.combine(DAY, time(12), UTC), hook="patient-view", seed="age")
    return decide(read_chart(gathered, PATIENT), shipped_knowledge(), moment)


def turning(years: int, *, tomorrow: bool = False) -> str:
    """The birth date of somebody who has that birthday today, or tomorrow."""
    return (DAY.replace(year=DAY.year - years) + timedelta(days=tomorrow)).isoformat()


def test_routine_rules_begin_at_eighteen_and_red_flags_hold_at_any_age():
    assert told(ROUTINE, turning(18)).state == "possible"
    assert told(ROUTINE, turning(18, tomorrow=True)).state == "silent"
    assert {told(FLAGGED, turning(years)).state for years in (3, 17, 18, 90)} == {"redFlag"}


def test_seventy_does_not_count_as_a_feature_and_seventy_one_does():
    assert told(FEATURE, turning(70)).state == "possible"
    assert told(FEATURE, turning(71, tomorrow=True)).state == "possible"
    assert told(FEATURE, turning(71)).state == "probable"


@pytest.mark.parametrize("birth_date", [None, "2099-01-01", "1700-01-01", "unknown"])
def test_an_unknown_or_impossible_birth_date_excludes_nothing_and_counts_for_nothing(birth_date):
    assert told(ROUTINE, birth_date).state == "possible"
    assert told(FEATURE, birth_date).state == "possible"
    assert told(FLAGGED, birth_date).state == "redFlag"
