"""What the mock EHR shows to choose from. In: the sandbox's store. Out: the demo patients, the orders one can draft and
the hooks, as JSON for the page."""

from __future__ import annotations

from typing import Any

from service.sandbox.demo import DEMO_PATIENTS, DRAFT_ORDERS, HOOKS
from service.sandbox.store import Store


def listing(store: Store) -> dict[str, Any]:
    """Everybody whose chart can be opened, everything that can be drafted, every hook that can fire."""
    return {
        "patients": [_person(store, demo.id) | demo.to_json() for demo in DEMO_PATIENTS],
        "drafts": [{"id": draft.id, "label": draft.label, "resource": draft.resource} for draft in DRAFT_ORDERS],
        "hooks": list(HOOKS),
    }


def _person(store: Store, patient: str) -> dict[str, Any]:
    """Name, birth date and gender of a demo patient, as a list of patients shows them."""
    resource = store.read("Patient", patient) or {}
    name = (resource.get("name") or [{}])[0]
    words = [*name.get("given", ()), name.get("family", "")]
    return {
        "name": name.get("text") or " ".join(word for word in words if word),
        "birthDate": resource.get("birthDate", ""),
        "gender": resource.get("gender", ""),
    }
