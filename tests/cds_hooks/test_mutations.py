"""Requests that are nearly right: the official examples and our own, each with a few things changed at random.

Whatever was changed, the answer is 200 or a 4xx with an OperationOutcome. A third of the mutants at least must still
be answered 200: otherwise most of them die at the door, and what stands behind it is not tested.
"""

import asyncio
import json
from copy import deepcopy

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hook_calls import HOOK_NAMES, example, examples, request_for
from support.hook_service import Caller, hook_app

# Two of the printed requests lack a required member and are refused as they stand (see test_request.py).
INCOMPLETE = ("spec3--request--extension", "docs--request--opioid-guideline")
OFFICIAL = [
    *(
        message
        for name, message in (examples("spec3--request") | examples("docs--request")).items()
        if name not in INCOMPLETE
    ),
    *(
        request_for(hook, context=message["context"])
        for hook in HOOK_NAMES
        for message in examples(f"context--{hook}--").values()
    ),
    request_for(prefetch=example("spec3--prefetch-data--one-key-missing")["prefetch"]),
]
REPORTS = list(examples("spec3--feedback").values())

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "Practitioner/1", "0000-99-99T99:99:99Z", "9999-12-31", "\u2028", "\x00", "<b>", "x" * 300])
)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def places(value):
    """Every container inside a value, with each of its keys or indices."""
    inside = [*value.items()] if isinstance(value, dict) else [*enumerate(value)] if isinstance(value, list) else []
    for step, member in inside:
        yield value, step
        yield from places(member)


@st.composite
def mutants(draw, originals):
    """One of the originals as bytes, with up to three changes; one in ten is damaged as text as well."""
    message = deepcopy(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 3))):
        where = list(places(message))
        if not where:
            break
        container, step = draw(st.sampled_from(where))
        change = draw(st.sampled_from(["replace", "remove", "repeat", "add"]))
        if change == "replace":
            container[step] = draw(JUNK)
        elif change == "remove":
            del container[step]
        elif change == "repeat" and isinstance(container, list):
            container.append(deepcopy(container[step]))
        elif isinstance(container, dict):
            container[draw(st.text(max_size=8))] = draw(JUNK)
    text = bytearray(json.dumps(message, ensure_ascii=draw(st.booleans())).encode())
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(text) - 1))
        text[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(text)


def answers(strategy, path):
    """The statuses of the answers to the mutants; each answer is checked for what it must be whatever its status."""
    statuses = []
    app = hook_app()

    @settings(max_examples=150)
    @given(strategy)
    def each(mutant):
        response = asyncio.run(ask(mutant))
        statuses.append(response.status_code)
        assert response.status_code == 200 or 400 <= response.status_code < 500, (response.text, mutant)
        if response.status_code != 200:
            assert OperationOutcome.model_validate(response.json()).issue[0].severity == "error"

    async def ask(mutant):
        async with Caller(app) as client:
            return await client.call(mutant, path=path)

    each()
    return statuses


def enough(statuses):
    return statuses.count(200) >= len(statuses) / 3 and len(set(statuses)) > 1


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_mutants_of_a_valid_request_are_answered_or_refused(hook):
    """REQ-13, RESP-5"""
    assert enough(answers(mutants([request_for(hook)]), ""))


def test_mutants_of_the_official_requests_are_answered_or_refused():
    """REQ-13, REQ-14, RESP-5"""
    assert enough(answers(mutants(OFFICIAL), ""))


def test_mutants_of_the_official_feedback_are_answered_or_refused():
    """FB-3, RESP-5: items need nearly all their members, so more are refused."""
    several = [{"feedback": [item for report in REPORTS for item in report["feedback"]] * 2}]
    assert set(answers(mutants(REPORTS + several), "/feedback")) == {200, 400}


def test_the_originals_are_what_they_claim_to_be():
    async def ask():
        async with Caller(hook_app()) as client:
            calls = [await client.call(message) for message in (*map(request_for, HOOK_NAMES), *OFFICIAL)]
            reports = [await client.report(report) for report in REPORTS]
        return [response.status_code for response in calls + reports]

    assert set(asyncio.run(ask())) == {200}
