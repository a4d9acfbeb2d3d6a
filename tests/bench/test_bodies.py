"""The bench measures what it says: no two bodies alike, half of them positive, answered as `decide` answers."""

from pathlib import Path

import pytest
from bench.bodies import AT, body, hook_instance, is_positive
from bench.expected import answered, decided, recorded_states
from support.running import CALL, running, settings_for, shipped_knowledge

COUNT = 40


def test_no_two_bodies_are_alike_even_without_their_ids() -> None:
    without_ids = {body(number, 50).replace(f"bench-50-{number}".encode(), b"") for number in range(COUNT)}

    assert len(without_ids) == COUNT
    assert body(1, 50) == body(1, 50)


@pytest.mark.parametrize("observations", [50, 1000])
async def test_half_of_the_charts_document_neurogenic_claudication(observations: int) -> None:
    numbers = range(COUNT) if observations == 50 else range(4)

    for number in numbers:
        outcome = await decided(body(number, observations), shipped_knowledge())
        assert (outcome.state, outcome.topic) == (
            ("probable", "neurogenicClaudication") if is_positive(number) else ("silent", None)
        ), number


async def test_the_service_answers_and_records_what_decide_says(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, record="decision", at=AT)
    answers = []
    async with running(settings) as service:
        for number in range(6):
            answer = await service.client.post(
                CALL, content=body(number, 50), headers={"content-type": "application/json"}
            )
            answers.append(answer.content)

    states = recorded_states(tmp_path / "cartsign.sqlite3")
    for number, answer in enumerate(answers):
        outcome = answered(answer, states[hook_instance(number, 50)])
        assert outcome == await decided(body(number, 50), shipped_knowledge())
