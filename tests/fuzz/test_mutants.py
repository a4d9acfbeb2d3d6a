"""Five thousand mutated requests: each is answered as the protocol says, in time, without a word of another patient."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fuzz.campaign import SEED, Campaign, Tally, campaign
from fuzz.strangers import MARK, STRANGER, TRACE, about, other_subjects, stranger
from support.running import AT, CALL, shipped_knowledge

from cds_hooks import read_answers, read_request
from service.chart.read import CHARTED, read_chart
from service.chart.subject import Subject
from service.decision import decide
from service.fhir.gather import gather
from service.fhir.prefetch_table import TEMPLATES
from service.moment import Moment

MUTANTS = 5_000
PARTS = 5
STEP = MUTANTS // PARTS


class Standing:
    """A campaign for a whole module, on a loop of its own: the service starts once."""

    def __init__(self, runner: asyncio.Runner, each: Campaign) -> None:
        self.runner = runner
        self.campaign = each
        self.originals = each.originals
        self.tallies: dict[int, Tally] = {}

    def send(self, numbers: range, seed: int = SEED) -> Tally:
        return self.runner.run(self.campaign.send(seed, numbers))

    def part(self, number: int) -> Tally:
        if number not in self.tallies:
            self.tallies[number] = self.send(range(number * STEP, (number + 1) * STEP))
        return self.tallies[number]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    stack = contextlib.AsyncExitStack()
    with asyncio.Runner() as runner:
        each = runner.run(stack.enter_async_context(campaign(tmp_path_factory.mktemp("fuzz"))))
        yield Standing(runner, each)
        runner.run(stack.aclose())


@pytest.mark.parametrize("part", range(PARTS))
def test_mutants_are_answered_in_time_and_without_another_patients_data(standing: Standing, part: int) -> None:
    """REQ-13, RESP-4, RESP-5, CARD-2, JSON-4, JSON-5"""
    tally = standing.part(part)

    assert tally.wrong == []
    assert tally.sent == STEP


def test_a_third_of_the_mutants_get_as_far_as_an_answer(standing: Standing) -> None:
    parts = [standing.part(number) for number in range(PARTS)]

    assert sum(tally.statuses[200] for tally in parts) >= 0.3 * MUTANTS
    assert min(tally.statuses[400] for tally in parts) > 0
    assert sum(tally.statuses[412] for tally in parts) > 0
    # Many carried another patient's data, and it was noticed nearly every time that it could be.
    assert sum(tally.strangers for tally in parts) > 0.2 * MUTANTS
    assert sum(tally.left_out for tally in parts) > 0.15 * MUTANTS


def test_a_number_gives_the_same_mutant_again(standing: Standing) -> None:
    once, again = (standing.originals.mutant(7, 4711) for _ in range(2))

    assert once == again
    assert once.body != standing.originals.mutant(8, 4711).body


def test_the_other_patients_chart_would_be_seen_if_it_got_in(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Subject, "owner", lambda *_: "own")

    wrong = standing.send(range(200)).wrong

    assert any("another patient is in the answer" in each for each in wrong)
    assert any("another patient is in the decision's findings" in each for each in wrong)


def test_the_other_patient_gets_cards_that_carry_the_mark(standing: Standing) -> None:
    marked = 0
    for chart in standing.originals.charts:
        (patient,) = (each for each in chart if each["resourceType"] == "Patient")
        bundle = {"resourceType": "Bundle", "entry": [{"resource": each} for each in chart]}
        request = json.loads(standing.originals.requests[0])
        request["context"]["patientId"] = STRANGER
        request["prefetch"] = {"patient": patient, "conditions": None, "observations": bundle}
        answer = standing.runner.run(standing.campaign.service.client.post(CALL, json=request))
        marked += MARK in answer.text

    assert marked == len(standing.originals.charts)


def test_a_decision_is_the_same_with_and_without_another_patients_chart(standing: Standing) -> None:
    theirs = [{"resource": each} for chart in standing.originals.charts for each in chart]
    for original in dict.fromkeys(standing.originals.requests[:-4]):
        request = json.loads(original)
        alone = decided(request)
        for key in ("conditions", "observations", "documents", "reports"):
            bundle = request["prefetch"][key]
            bundle["entry"] = [*bundle.get("entry", ()), *theirs]
        both = decided(request)

        assert {gap["code"] for gap in both.pop("gaps")} >= {"other-patient"}
        alone.pop("gaps")
        # What a card says last is that not everything could be read.
        for card in (*both["cards"], *alone["cards"]):
            card["detail"] = card["detail"].partition("\n\nNot everything could be read")[0]
        assert both == alone, (request["context"]["patientId"], request["hook"])


def decided(request: dict[str, Any]) -> dict[str, Any]:
    """The decision on a request's prefetch, as JSON."""
    read = read_request(json.dumps(request).encode())
    answers = read_answers(TEMPLATES, read.prefetch)
    gathered = asyncio.run(gather(read, answers, client=None, deadline=float("inf")))
    moment = Moment(now=AT, hook=read.hook, seed="a seed")
    return decide(read_chart(gathered, read.context.patient_id), shipped_knowledge(), moment).to_json()


@pytest.mark.parametrize("kind", sorted(CHARTED))
def test_no_spelling_of_another_subject_gets_a_resource_onto_a_card(standing: Standing, kind: str) -> None:
    said = "Leg pain on walking eases on leaning forward. Contrast. Pacemaker."
    made_up = {"resourceType": kind, "status": "active", "note": [{"text": said}], "code": {"text": said}}
    held = [each for chart in standing.originals.charts for each in chart if each["resourceType"] == kind]
    held.append(stranger(made_up))
    request = json.loads(standing.originals.requests[0])
    own = request["context"]["patientId"]
    spellings = [*other_subjects(own, server_known=True), None]
    entries = request["prefetch"]["observations"]["entry"]
    entries += [
        {"resource": about(each, subject) | {"id": f"zqxstranger-{n}-{m}"}}
        for n, each in enumerate(held)
        for m, subject in enumerate(spellings)
    ]

    made = decided(request)
    assert MARK not in json.dumps(made)
    assert TRACE not in json.dumps({name: value for name, value in made.items() if name != "gaps"})
    assert {gap["code"] for gap in made["gaps"]} >= {"other-patient", "no-subject"}


def test_the_mark_stands_in_every_text_of_the_other_patient() -> None:
    theirs = stranger({"resourceType": "Condition", "id": "1", "code": {"text": "Leg pain. Worse."}, "subject": {}})

    assert theirs["code"]["text"].count(MARK) == 2
    assert theirs["subject"] == {"reference": f"Patient/{STRANGER}"}
