"""What the answer of a FHIR server is taken for. In: the response to a GET, as it streams in. Out: the resource asked
for; or `Unread` with a plain reason, `Down` where the server is broken and not only unwilling (PRE-8, PRE-16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from cds_hooks.strict_json import MAX_DEPTH, nesting

OUTCOME_ONLY: Final = "the FHIR server answered with an OperationOutcome instead of data"


class Unread(Exception):
    """Something could not be read; the message says why, without URL, token or anything of the patient."""


class Down(Unread):
    """The server did not answer, or answered that it is broken."""


class BadRequest(Unread):
    """The server does not take the query as it is (status 400)."""


class NotAllowed(Unread):
    """The access token does not allow it, so it was not asked for."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search gave: the resources of all pages read, why the rest is missing (empty when nothing is), and whether
    the server put an error among its results."""

    resources: tuple[Any, ...]
    cut_short: str = ""
    failed: bool = False


async def body_of(response: httpx.Response, max_bytes: int) -> bytes:
    """The body of a good answer, read no further than `max_bytes`."""
    status = response.status_code
    if response.is_redirect:
        raise Unread("the FHIR server answered with a redirect, which is not followed")
    if status != httpx.codes.OK:
        kind = Down if status >= 500 else BadRequest if status == httpx.codes.BAD_REQUEST else Unread
        raise kind(f"the FHIR server answered with status {status}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unread("the FHIR server answered compressed, which was not asked for")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise Unread(f"the FHIR server answered with more than {max_bytes} bytes")
    return bytes(body)


def resource_in(body: bytes, kind: str) -> dict[str, Any]:
    """The resource in an answer; an error page, an OperationOutcome or another type is none (PRE-8)."""
    if nesting(body) > MAX_DEPTH:
        raise Unread("the FHIR server answered with JSON that nests too deeply")
    try:
        resource = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unread("the FHIR server answered with something that is not JSON") from None
    found = resource.get("resourceType") if isinstance(resource, dict) else None
    if isinstance(resource, dict) and found == kind:
        return resource
    if found == "OperationOutcome":
        raise Unread(OUTCOME_ONLY)
    raise Unread(f"the FHIR server answered with something other than a {kind}")
