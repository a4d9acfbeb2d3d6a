"""What is wrong with an answer. In: the status and body of one, and the decision behind it. Out: complaints, each a
sentence; none for an answer that the protocol allows and that holds nothing of another patient."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
from fhir.resources.R4B.servicerequest import ServiceRequest
from fuzz.strangers import MARK, TRACE
from support.markup import strings, unsafe_markdown, unsafe_text

Json = dict[str, Any]

# What the service documents for a call; 503 only for feedback that cannot be stored and while it sheds load.
STATUSES = frozenset({200, 400, 412, 413, 503})


def complaints(answer: httpx.Response, decision: Json | None, *, feedback: bool = False) -> Iterator[str]:
    """All that is wrong with an answer to a call, or to feedback."""
    if answer.status_code not in STATUSES:
        yield f"the status is {answer.status_code}"
    if answer.status_code != 200:
        yield from _about_outcome(answer)
    elif feedback:
        if answer.content:
            yield "the answer to feedback has a body"
    else:
        yield from _about_response(answer)
    if TRACE in answer.text:
        yield "another patient is in the answer"
    if decision is not None:
        yield from _about_decision(decision)


def _about_outcome(answer: httpx.Response) -> Iterator[str]:
    body = _json(answer)
    if not isinstance(body, dict) or body.get("resourceType") != "OperationOutcome":
        yield "the body is no OperationOutcome"
        return
    issues = body.get("issue")
    if not isinstance(issues, list) or not issues:
        yield "the OperationOutcome has no issue"
        return
    for issue in issues:
        if issue.get("severity") != "error" or not issue.get("code") or not issue.get("diagnostics"):
            yield "an issue does not say what is wrong"
    yield from _about_every_string(body)


def _about_response(answer: httpx.Response) -> Iterator[str]:
    body = _json(answer)
    if not isinstance(body, dict) or not isinstance(body.get("cards"), list) or body.keys() - {"cards"}:
        yield "the body is no CDS response of cards alone"
        return
    yield from _empty(body["cards"])
    yield from _about_every_string(body)
    for card in body["cards"]:
        yield from _about_card(card)


def _about_card(card: Json) -> Iterator[str]:
    for member in ("uuid", "summary", "indicator", "source"):
        if not card.get(member):
            yield f"a card has no {member}"
    if len(card.get("summary", "")) >= 140:
        yield "a summary is too long (CARD-2)"
    if card.get("indicator") not in ("info", "warning", "critical"):
        yield "an indicator is none (CARD-5)"
    if not card.get("source", {}).get("label"):
        yield "a source has no label (CARD-7)"
    yield from unsafe_text(card.get("summary", ""))
    yield from unsafe_markdown(card.get("detail", ""))
    if bool(card.get("suggestions")) != ("selectionBehavior" in card):
        yield "suggestions and selectionBehavior do not come together (CARD-12)"
    for suggestion in card.get("suggestions", ()):
        if not suggestion.get("label") or not suggestion.get("uuid"):
            yield "a suggestion has no label or no uuid"
        for action in suggestion.get("actions", ()):
            if action.get("type") != "create" or not action.get("description"):
                yield "an action is none that the service offers"
            ServiceRequest.model_validate(action.get("resource"))
    for link in card.get("links", ()):
        if not link.get("label") or not link.get("url", "").startswith(("http://", "https://")):
            yield "a link leads nowhere"


def _about_decision(decision: Json) -> Iterator[str]:
    # That another patient's resource was left out is said by its reference, and nowhere else.
    for name, value in decision.items():
        said = json.dumps(value)
        if MARK in said or (TRACE in said and name != "gaps"):
            yield f"another patient is in the decision's {name}"


def _about_every_string(body: Any) -> Iterator[str]:
    for path, text in strings(body):
        for complaint in unsafe_text(text.replace("\n", " ")):
            yield f"{path}: {complaint}"


def _empty(value: Any, path: str = "cards") -> Iterator[str]:
    if value is None or value in ("", {}):
        yield f"{path} is null or empty (JSON-4, JSON-5)"
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from ([f"{path}.{name} is empty"] if member == [] else _empty(member, f"{path}.{name}"))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _empty(element, f"{path}[{index}]")


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
