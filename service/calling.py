"""Calling a CDS service as an EHR would. In: its base URL and a request, or a demo patient to make one for. Out: the
response as JSON, or one sentence on why there is none."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import httpx

from service.plain_text import inert
from service.sandbox.demo import DEMO_PATIENTS, demo_request

SERVICE_ID = "neurogenic-claudication"


class CallFailed(Exception):
    """No response came back, or an error did; the message says what the service or the network said."""


def request_for(patient: str, hook: str, base_url: str) -> dict[str, Any]:
    """The request an EHR would send for a demo patient, whose chart is in the sandbox of the service at `base_url`."""
    known = [demo.id for demo in DEMO_PATIENTS]
    named = patient if patient in known else f"demo-{patient}"
    if named not in known:
        raise CallFailed(f"there is no demo patient {patient!r}; there are {', '.join(known)}")
    return demo_request(named, hook, f"{base_url.rstrip('/')}/sandbox/fhir", str(uuid.uuid4()))


def read_request_file(path: Path) -> dict[str, Any]:
    """A request from a file."""
    try:
        request = json.loads(path.read_bytes())
    except OSError as problem:
        raise CallFailed(f"{path} cannot be read: {problem.strerror}") from problem
    except ValueError as problem:
        raise CallFailed(f"{path} is not JSON: {problem}") from problem
    if not isinstance(request, dict):
        raise CallFailed(f"{path} holds no JSON object")
    return request


async def call(
    base_url: str, request: dict[str, Any], *, service_id: str = SERVICE_ID, http: httpx.AsyncClient | None = None
) -> dict[str, Any]:
    """Send one hook call; raises `CallFailed` for everything but a 200 with a JSON object."""
    url = f"{base_url.rstrip('/')}/cds-services/{service_id}"
    try:
        async with http or httpx.AsyncClient(timeout=30, trust_env=False) as client:
            answer = await client.post(url, json=request)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise CallFailed(f"no answer from {url}: {problem or type(problem).__name__}") from problem
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise CallFailed(
            f"{url} answers signed calls of registered clients only, and this command does not sign; "
            "`cartsign ehr` is a mock EHR that does"
        )
    if answer.status_code != httpx.codes.OK:
        raise CallFailed(f"{url} answered {answer.status_code}: {_diagnostics(body)}")
    if not isinstance(body, dict):
        raise CallFailed(f"{url} answered with something that is no JSON object")
    return body


def _diagnostics(body: Any) -> str:
    """What an OperationOutcome says, as far as the body is one; the service may be anybody's, the terminal is ours."""
    issues = body.get("issue") if isinstance(body, dict) else None
    said = [issue.get("diagnostics") for issue in issues or () if isinstance(issue, dict)]
    return " ".join(inert(text) for text in said if text) or "without a reason that can be read"
