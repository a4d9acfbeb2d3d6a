"""Fictional notes of about two kilobytes, written anew for every chart. In: a source of chance. Out: the text of a
progress note; `positive_note` documents a leg symptom on walking that eases on leaning forward, `ordinary_note` speaks
of everyday matters and must lead to nothing."""

from __future__ import annotations

from random import Random

_PEOPLE = ("retired teacher", "gardener", "bus driver", "bookkeeper", "former nurse", "carpenter", "cook", "librarian")
_LEGS = (
    "aching in both thighs",
    "heaviness of both legs",
    "bilateral calf and thigh pain",
    "tingling and numbness of both legs",
)
_WALKED = ("one block", "two blocks", "five minutes", "ten minutes", "about 200 metres", "half a mile")
_EASED = (
    "It eases when {she} leans forward over the shopping cart",
    "Leaning forward on a trolley relieves the legs",
    "Better bent over the rollator",
    "Relieved by bending forward",
)
_REASONS = (
    "Seen for a follow-up of blood pressure",
    "Here for the yearly review",
    "Comes to discuss recent laboratory results",
    "Visit for a cough that is settling",
)
_MATTERS = (
    "Sleeps {d} hours a night and wakes rested.",
    "Appetite is good and weight has been steady for {n} months.",
    "Home readings of blood pressure are mostly around 13{d}/8{d}.",
    "Takes all tablets as agreed and has missed none in {n} weeks.",
    "Lives with family in a house with {n} steps at the door.",
    "Drinks {d} cups of coffee a day and no alcohol.",
    "The sister had a cataract operation {n} weeks ago.",
    "Vaccinations are up to date, the last was {n} months ago.",
    "Reads a lot and meets friends {d} times a week.",
    "The dentist is seen twice a year.",
    "Hearing is a little worse in company, an appointment has been made in {n} weeks.",
    "Glasses were renewed {n} months ago.",
    "A neighbour helps with the shopping every {d} weeks since the car was sold.",
    "Cooks for the family on Sundays, {d} people as a rule, and enjoys it.",
    "Went to the seaside for {n} days in summer and came back in good spirits.",
    "Asks about supplements; was told that a mixed diet has what {d} of them would add.",
    "The new tablet case helps, only {d} doses were late since the last visit.",
    "Looks after {d} grandchildren on two afternoons of the week.",
    "Keeps a diary of blood pressure, {n} readings were brought along and looked through together.",
    "Had a cold {n} weeks ago that went away by itself.",
)
_EXAMINED = (
    "Chest clear to auscultation, heart sounds regular, rate {m}.",
    "Abdomen soft, not tender, no masses.",
    "Skin warm and dry, no rash.",
    "Mood and attention unremarkable.",
    "Thyroid not enlarged, no lymph nodes felt.",
    "Ear drums normal on both sides.",
    "Blood pressure 13{d}/7{d}, temperature 36.{d}.",
)
_LEG_EXAMINED = (
    "Power 5/5 throughout, reflexes symmetrical, sensation intact.",
    "DP and PT pulses 2+ on both sides, feet warm.",
    "Straight leg raise negative on both sides.",
)
_PLANNED = (
    "Continue the present tablets.",
    "Repeat the laboratory tests in {n} weeks.",
    "Diet and activity were discussed at length.",
    "Review in {n} weeks, earlier if anything changes.",
    "Letter to the patient with the results.",
    "Eye examination to be arranged within {n} weeks.",
)
_WARNING = "Return if fever, chest pain, fainting, numbness between the legs or loss of bladder control."
# Matters and findings are added until a note has about this many characters.
_SIZE = 2_000


def positive_note(chance: Random, number: int) -> str:
    """A note on neurogenic claudication; `number` stands in it, so no two are equal."""
    she = chance.choice(("she", "he"))
    complaint = [
        f"{chance.randrange(58, 89)} year old {chance.choice(_PEOPLE)} with {chance.choice(_LEGS)}",
        f"on walking {chance.choice(_WALKED)}, for {chance.randrange(3, 20)} months.",
    ]
    history = [
        " ".join(complaint),
        f"{chance.choice(_EASED).format(she=she)}, and {she} has no pain when sitting.",
    ]
    return _note(chance, number, history, list(_LEG_EXAMINED))


def ordinary_note(chance: Random, number: int) -> str:
    """A note on something else; `number` stands in it, so no two are equal."""
    history = [
        f"{chance.choice(_REASONS)}. {chance.randrange(30, 89)} year old {chance.choice(_PEOPLE)}.",
        "No new complaints. Walks daily and has no trouble with it.",
    ]
    return _note(chance, number, history, [])


def _note(chance: Random, number: int, history: list[str], examined: list[str]) -> str:
    matters, findings, plans = (list(part) for part in (_MATTERS, _EXAMINED, _PLANNED))
    for part in (matters, findings, plans):
        chance.shuffle(part)
    lines = [
        f"Progress note {number}",
        "HPI: " + " ".join(history),
        "PMH: hypertension, raised cholesterol, osteoarthritis of the hands, appendicectomy as a child.",
        "Medications: lisinopril, atorvastatin, paracetamol as needed.",
        "ROS: no fever, no chest pain, no shortness of breath, no change of weight.",
        "Exam: " + " ".join([*examined, *findings[:5]]),
        "Assessment: stable on the present treatment.",
        "Plan: " + " ".join(plans[:4]),
        _WARNING,
    ]
    while matters and sum(map(len, lines)) < _SIZE:
        lines.insert(2, f"Social: {matters.pop()}")
    return "\n".join(_numbered(chance, line) for line in lines)


def _numbered(chance: Random, line: str) -> str:
    return line.format(n=chance.randrange(2, 40), d=chance.randrange(1, 9), m=chance.randrange(60, 99))
