"""Draft orders. In: an order definition, whose it is, the moment, and the evidence. Out: an R4
ServiceRequest with status draft and intent proposal, which the EHR shows for the clinician to complete
or delete; nothing is ordered by it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC
from typing import Any, Final

from service.cards.content import OrderDefinition
from service.moment import Moment

# The newest reasons are enough for whoever reads the order; a long chart would fill it.
REASONS: Final = 10

# What R4 lets ServiceRequest.reasonReference point to.
_REASON: Final = re.compile(r"(?:Condition|Observation|DiagnosticReport|DocumentReference)/[A-Za-z0-9\-.]{1,64}\Z")
_REQUESTER: Final = re.compile(r"(?:Practitioner|PractitionerRole)/[A-Za-z0-9\-.]{1,64}\Z")


def draft_order(
    order: OrderDefinition, patient_id: str, moment: Moment, reasons: Iterable[str], note: str
) -> dict[str, Any]:
    """A ServiceRequest for `order`; `reasons` are references to evidence, the best first, `note` says what it
    depends on."""
    code: dict[str, Any] = {"text": order.text}
    if order.code:
        display = {"display": order.display} if order.display else {}
        code = {"coding": [{"system": order.system, "code": order.code, **display}], **code}
    body: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": code,
        "subject": {"reference": f"Patient/{patient_id}"},
    }
    if moment.encounter:
        body["encounter"] = {"reference": f"Encounter/{moment.encounter}"}
    body["authoredOn"] = moment.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if moment.user and _REQUESTER.match(moment.user):
        body["requester"] = {"reference": moment.user}
    pointed_to = [{"reference": ref} for ref in dict.fromkeys(reasons) if _REASON.match(ref)]
    if pointed_to:
        body["reasonReference"] = pointed_to[:REASONS]
    body["note"] = [{"text": note}]
    return body
