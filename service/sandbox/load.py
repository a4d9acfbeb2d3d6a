"""Putting the demo patients into a real FHIR server. In: its base URL and the day the charts shall look recent on. Out:
one transaction of PUTs a patient, so that loading again changes nothing, or one sentence on why it failed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import msgspec

from service.sandbox.store import Store, demo_bundles

FHIR_JSON = "application/fhir+json"
# A server that has just started compiles while it stores; a transaction of forty resources may take it some time.
TIMEOUT_SECONDS = 60.0
ASK_AGAIN_SECONDS = 1.0


class LoadFailed(Exception):
    """The server does not answer, is no R4 server or refuses a chart; the message says which."""


async def load(base: str, today: date, http: httpx.AsyncClient, *, patience: float) -> int:
    """Put every demo patient into the server at `base`; how many resources that were. Raises LoadFailed.

    Waits up to `patience` seconds for the server to answer. A resource that several charts share counts once.
    """
    base = base.rstrip("/")
    await _wait_for(base, http, patience)
    put = set()
    for bundle in transactions(today):
        try:
            answer = await http.post(
                base,
                content=msgspec.json.encode(bundle),
                headers={"Content-Type": FHIR_JSON, "Accept": FHIR_JSON},
                timeout=TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as problem:
            raise LoadFailed(f"{base} stopped answering: {problem or type(problem).__name__}") from problem
        urls = [entry["request"]["url"] for entry in bundle["entry"]]
        if answer.status_code != httpx.codes.OK:
            raise LoadFailed(f"{base} refused the chart of {urls[0]} with {answer.status_code}: {_said(answer)}")
        put.update(urls)
    return len(put)


def transactions(today: date) -> Iterator[dict[str, Any]]:
    """One transaction Bundle a demo patient, everything the chart refers to included, as it looks on `today`."""
    store = Store.demo(today)
    for bundle in demo_bundles():
        urls = [entry["request"]["url"] for entry in bundle["entry"]]
        yield {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {"resource": store.read(*url.split("/")), "request": {"method": "PUT", "url": url}} for url in urls
            ],
        }


async def _wait_for(base: str, http: httpx.AsyncClient, patience: float) -> None:
    """Until the server tells that it speaks R4, or patience ends."""
    waited = 0.0
    while True:
        try:
            answer = await http.get(f"{base}/metadata", headers={"Accept": FHIR_JSON}, timeout=TIMEOUT_SECONDS)
            told = f"it answers {answer.status_code}"
            if answer.status_code == httpx.codes.OK:
                return _check_version(base, answer)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            told = str(problem) or type(problem).__name__
        if waited >= patience:
            raise LoadFailed(f"There is no FHIR server at {base}: {told}")
        waited += ASK_AGAIN_SECONDS
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def _check_version(base: str, answer: httpx.Response) -> None:
    try:
        version = answer.json()["fhirVersion"]
    except (ValueError, LookupError, TypeError):
        raise LoadFailed(f"{base}/metadata is no CapabilityStatement; is this the base URL of a FHIR server?") from None
    if not str(version).startswith("4.0"):
        raise LoadFailed(f"{base} speaks FHIR {version}; the demo patients are R4 (4.0).")


def _said(answer: httpx.Response) -> str:
    """What an OperationOutcome says, as far as the answer is one."""
    try:
        issues = answer.json()["issue"]
        return " ".join(str(issue["diagnostics"]) for issue in issues if "diagnostics" in issue) or "no reason given"
    except (ValueError, LookupError, TypeError):
        return "no OperationOutcome"
