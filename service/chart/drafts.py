"""Orders that are being drafted in front of the clinician. In: the resources of a hook's `draftOrders`, and its
`selections`. Out: `Draft`s, in the order of their content; a draft that cannot be read, or is another patient's,
becomes a gap and is no draft. Drafts of other kinds (medications, diets) are not ours and are passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from service.chart.codes import read_concept
from service.chart.entry import Entry
from service.chart.model import Draft, Gap
from service.chart.standing import WITHDRAWN, status_words
from service.chart.subject import Subject

KEY: Final = "draftOrders"
# Withdrawn before it was signed.
_DROPPED: Final = WITHDRAWN | {"revoked", "cancelled", "canceled", "completed"}


def read_drafts(
    resources: Iterable[Any], selections: Sequence[str] | None, subject: Subject, gaps: list[Gap]
) -> tuple[Draft, ...]:
    """The drafted ServiceRequests of `subject`; without `selections` (order-sign) every one counts as selected.

    Selections refer as `Type/id` or by a bare id (HOOK-12). Where they name no order that is there, all are taken as
    selected, with a gap: an id that does not fit must not silence an answer.
    """
    entries = list(_readable(resources, gaps))
    picked = None if selections is None else frozenset(_local(selection) for selection in selections)
    drafts = []
    for entry in entries:
        if entry.kind == "ServiceRequest" and (draft := _read(entry, picked, subject)) is not None:
            drafts.append(draft)
        gaps += entry.gaps
    known = {name for entry in entries for name in (entry.ref, entry.id)}
    if picked and known.isdisjoint(picked):
        gaps.append(Gap(KEY, "unreadable", "the selections name none of the draft orders; all were taken as selected"))
        drafts = [Draft(draft.ref, draft.concept) for draft in drafts]
    return tuple(sorted(set(drafts), key=repr))


def _readable(resources: Iterable[Any], gaps: list[Gap]) -> Iterator[Entry]:
    for body in resources:
        kind = body.get("resourceType") if isinstance(body, dict) else None
        if isinstance(kind, str):
            yield Entry(KEY, kind, body)
        else:
            gaps.append(Gap(KEY, "unreadable", "an entry is not a FHIR resource"))


def _read(entry: Entry, picked: frozenset[str] | None, subject: Subject) -> Draft | None:
    owner = subject.owner(entry)
    if owner == "other-patient":
        entry.gap(owner, "it is about another patient; it was left out")
        return None
    # A draft that names nobody belongs to the call's patient: it is in the call's own context.
    if owner == "no-subject" and any(entry.body.get(name) is not None for name in ("subject", "patient")):
        entry.gap(owner, "whose it is cannot be told; it was left out")
        return None
    status = status_words(entry, "status")
    if status is None or not _DROPPED.isdisjoint(status) or entry.body.get("doNotPerform") in (True, "true"):
        return None
    selected = picked is None or (bool(entry.id) and not picked.isdisjoint((entry.ref, entry.id)))
    return Draft(entry.ref, read_concept(entry, entry.body, "code"), selected=selected)


def _local(selection: str) -> str:
    """The end of a reference: `https://host/ServiceRequest/1` is `ServiceRequest/1`, a bare id stays one."""
    return "/".join(selection.rsplit("/", 2)[-2:])
