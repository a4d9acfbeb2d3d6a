"""Gathering a chart: prefetch first, then the EHR's FHIR server for what prefetch lacks. In: the request, what the
client answered to each template, and the deadline of the call. Out: `Gathered`, with a gap for everything that could
not be read; or 412, only when a required key is neither in the prefetch nor obtainable (PRE-15, PRE-16)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cds_hooks.bundle import entries, failure
from cds_hooks.contexts import HookContext, OrderSelectContext, OrderSignContext
from cds_hooks.errors import PrefetchUnavailable
from cds_hooks.prefetch import Answer, Data, Empty, Failed, Missing, PrefetchTemplate, expand
from cds_hooks.request import CDSRequest
from service.chart.drafts import KEY as DRAFTS
from service.chart.model import Gap
from service.chart.read import Gathered
from service.fhir.answer import NotAllowed, Searched, Unread
from service.fhir.client import PREFETCH_ONLY, FHIRConnection, FHIRReader
from service.fhir.prefetch_table import TEMPLATES

# What is left of the call for reading the chart, deciding and recording.
RESERVE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Server:
    """The EHR's FHIR server as far as this call may ask it: a connection, or why there is none."""

    connection: FHIRConnection | None
    reason: str = ""

    def open(self) -> FHIRConnection:
        if self.connection is None:
            raise Unread(self.reason)
        return self.connection


@dataclass(frozen=True, slots=True)
class _Obtained:
    """What one key came to; `refusal` says why a key could not be obtained at all."""

    key: str
    resources: tuple[Any, ...] = ()
    gaps: tuple[Gap, ...] = ()
    refusal: str = ""


async def gather(
    request: CDSRequest,
    answers: Mapping[str, Answer],
    *,
    client: FHIRReader | None,
    deadline: float,
    templates: Sequence[PrefetchTemplate] = TEMPLATES,
) -> Gathered:
    """Collect the resources of every template, all missing ones at the same time, until shortly before `deadline`.

    `deadline` is in monotonic seconds and stands for the whole call; `client` None means prefetch only. Raises
    PrefetchUnavailable (412) naming the required keys that could not be obtained. A required search cut short by the
    page cap, the deadline or a failed later page counts as obtained, with a gap.
    """
    server = _server(request, client, deadline - RESERVE_SECONDS)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_obtain(template, answers.get(template.key, Missing()), request.context, server))
            for template in templates
        ]
    obtained = [task.result() for task in tasks]
    required = {template.key for template in templates if template.required}
    refused = [one for one in obtained if one.refusal and one.key in required]
    if refused:
        raise PrefetchUnavailable([one.key for one in refused], "; ".join(dict.fromkeys(r.refusal for r in refused)))
    reads = {template.key for template in templates if "?" not in template.query}
    held = {one.key: one.resources for one in obtained}
    patient = next(iter(held.get("patient", ())), None)
    gaps = tuple(gap for one in obtained for gap in one.gaps)
    drafts, odd = _drafted(request.context)
    selections = request.context.selections if isinstance(request.context, OrderSelectContext) else None
    return Gathered(
        patient,
        {key: resources for key, resources in held.items() if key not in reads},
        (*gaps, *odd),
        drafts,
        selections,
        request.fhir_server,
    )


def _drafted(context: HookContext) -> tuple[tuple[Any, ...], tuple[Gap, ...]]:
    """The orders being drafted; they are in the context and nowhere else (REQ-15)."""
    if not isinstance(context, OrderSelectContext | OrderSignContext):
        return (), ()
    resources, _, problems = entries({"resourceType": "Bundle", **context.draft_orders})
    return resources, tuple(Gap(DRAFTS, "unreadable", problem) for problem in problems)


def _server(request: CDSRequest, client: FHIRReader | None, deadline: float) -> _Server:
    if client is None:
        return _Server(None, PREFETCH_ONLY)
    try:
        patient = request.context.patient_id
        return _Server(client.connect(request.fhir_server, request.fhir_authorization, deadline, patient))
    except Unread as reason:
        return _Server(None, str(reason))


async def _obtain(template: PrefetchTemplate, answer: Answer, context: HookContext, server: _Server) -> _Obtained:
    """One key: what the client sent if that will do, else what its FHIR server says."""
    key = template.key
    is_search = "?" in template.query
    kind = template.query.partition("?" if is_search else "/")[0]
    match answer:
        case Empty():
            # The client looked and there is nothing: asking again would only cost time (PRE-11).
            return _Obtained(
                key, gaps=() if is_search else (Gap(key, "empty-patient", "the EHR sent no patient data"),)
            )
        case Data(resource) if is_search and resource["resourceType"] == "Bundle":
            return await _complete(key, kind, resource, server)
        case Data(resource) if not is_search and (found := _single(resource, kind)) is not None:
            return _Obtained(key, (found,))
    try:
        return await _fetch(template, kind, context, server.open())
    except Unread as reason:
        return _refused(key, answer, server, reason)


async def _complete(key: str, kind: str, bundle: dict[str, Any], server: _Server) -> _Obtained:
    """A search that the client sent, with the pages it did not send (PRE-5)."""
    resources, following, problems = entries(bundle)
    if following is None or server.connection is None:
        rest = f"the EHR sent the first page only, and {server.reason}" if following else ""
        # An error among the entries is one of the problems.
        return _searched(key, Searched(resources, rest, bool(problems) and failure(bundle) is not None))
    return _searched(key, await server.connection.follow(bundle, kind))


async def _fetch(template: PrefetchTemplate, kind: str, context: HookContext, connection: FHIRConnection) -> _Obtained:
    query = expand(template, context)
    if query is None:
        raise Unread("the request does not say what to search for")
    if "?" not in template.query:
        return _Obtained(template.key, (await connection.read(query, kind),))
    return _searched(template.key, await connection.search(query))


def _searched(key: str, found: Searched) -> _Obtained:
    gaps = []
    if found.failed:
        gaps.append(Gap(key, "failed", "the EHR reported an error among the results"))
    if found.cut_short:
        gaps.append(Gap(key, "cut-short", found.cut_short))
    return _Obtained(key, found.resources, tuple(gaps))


def _refused(key: str, answer: Answer, server: _Server, reason: Unread) -> _Obtained:
    """A key that could not be obtained: nobody provided it, the token does not open it, or somebody tried and
    failed."""
    if isinstance(answer, Missing) and server.connection is None:
        return _Obtained(
            key, gaps=(Gap(key, "not-provided", f"the EHR did not send it, and {reason}"),), refusal=str(reason)
        )
    sent = "" if isinstance(answer, Missing) else f"{_sent(answer)}, and "
    code = "not-allowed" if isinstance(reason, NotAllowed) else "failed"
    return _Obtained(key, gaps=(Gap(key, code, f"{sent}{reason}"),), refusal=f"{sent}{reason}")


def _sent(answer: Answer) -> str:
    if isinstance(answer, Failed):
        return "the EHR reported an error in its place" if answer.outcome else "the EHR sent something unusable"
    return "the EHR sent a resource of another type"


def _single(resource: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """The resource a read was to give, also where a client sent the searchset that it had found it in."""
    return next((one for one in entries(resource)[0] if one.get("resourceType") == kind), None)
