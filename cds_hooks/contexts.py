"""The hooks this package knows: what each one's `context` holds, and which of it a prefetch template may use.

The members of a request's `context` come in, a frozen context comes out. `HOOKS` restates the tables of the
published hook definitions (https://cds-hooks.hl7.org/hooks/STU1/). To add a hook, write its context as a
dataclass below, add it to `HookContext`, and give it a row in `HOOKS`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from cds_hooks.strict_json import MAX_ELEMENTS, Members

FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
USER_REFERENCE = re.compile(r"[A-Z][A-Za-z]{0,63}/[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class PatientViewContext:
    """A chart has been opened. `user_id` is `[Type]/[id]`, the other two are bare FHIR ids."""

    user_id: str
    patient_id: str
    encounter_id: str | None = None

    def __post_init__(self) -> None:
        _check_ids(self)


@dataclass(frozen=True, slots=True)
class EncounterStartContext:
    """An encounter begins: admission, check-in, or their virtual equivalent."""

    user_id: str
    patient_id: str
    encounter_id: str

    def __post_init__(self) -> None:
        _check_ids(self)


@dataclass(frozen=True, slots=True)
class OrderSelectContext:
    """Orders have been picked and not yet signed.

    `selections` refer into the Bundle `draft_orders`, as `Type/id` or, from some clients, as bare ids. Drafts
    are nowhere else: the FHIR server does not have them (REQ-15).
    """

    user_id: str
    patient_id: str
    encounter_id: str | None
    selections: tuple[str, ...]
    draft_orders: dict[str, Any] = field(hash=False)

    def __post_init__(self) -> None:
        _check_ids(self)


@dataclass(frozen=True, slots=True)
class OrderSignContext:
    """Orders are about to be signed; `draft_orders` is the Bundle of them, which may hold revised orders too."""

    user_id: str
    patient_id: str
    encounter_id: str | None
    draft_orders: dict[str, Any] = field(hash=False)

    def __post_init__(self) -> None:
        _check_ids(self)


HookContext = PatientViewContext | EncounterStartContext | OrderSelectContext | OrderSignContext


@dataclass(frozen=True, slots=True)
class ContextField:
    """One row of a hook's table: a member of the context, and whether templates may use it as a token (PRE-21)."""

    name: str
    attribute: str
    kind: Literal["user", "id", "references", "bundle"]
    required: bool
    token: bool


@dataclass(frozen=True, slots=True)
class HookDefinition:
    """A published hook: its name, its versions with the one of its metadata first, and its context."""

    name: str
    versions: tuple[str, ...]
    fields: tuple[ContextField, ...]
    context: Callable[..., HookContext]

    @property
    def tokens(self) -> frozenset[str]:
        """The context members that a prefetch template may use."""
        return frozenset(row.name for row in self.fields if row.token)


_USER = ContextField("userId", "user_id", "user", required=True, token=True)
_PATIENT = ContextField("patientId", "patient_id", "id", required=True, token=True)
_ENCOUNTER = ContextField("encounterId", "encounter_id", "id", required=False, token=True)
_SELECTIONS = ContextField("selections", "selections", "references", required=True, token=False)
_DRAFTS = ContextField("draftOrders", "draft_orders", "bundle", required=True, token=False)
_STARTED = ContextField("encounterId", "encounter_id", "id", required=True, token=True)

# The metadata of the two order hooks lag behind their own change logs: both versions are in print.
HOOKS: Mapping[str, HookDefinition] = MappingProxyType(
    {
        hook.name: hook
        for hook in (
            HookDefinition("patient-view", ("1.0",), (_USER, _PATIENT, _ENCOUNTER), PatientViewContext),
            HookDefinition("encounter-start", ("1.0",), (_USER, _PATIENT, _STARTED), EncounterStartContext),
            HookDefinition(
                "order-select",
                ("1.0", "1.0.2"),
                (_USER, _PATIENT, _ENCOUNTER, _SELECTIONS, _DRAFTS),
                OrderSelectContext,
            ),
            HookDefinition("order-sign", ("1.0", "1.1.0"), (_USER, _PATIENT, _ENCOUNTER, _DRAFTS), OrderSignContext),
        )
    }
)


def read_context(hook: HookDefinition, members: Members) -> HookContext:
    """The context of a `hook` call; raises InvalidRequest naming the member that is missing or wrong (REQ-8).

    Members that the hook does not define are ignored, since minor versions of a hook add some.
    """
    return hook.context(
        **{
            row.attribute: _READ[row.kind](members, row.name) if row.required or members.given(row.name) else None
            for row in hook.fields
        }
    )


def _read_id(members: Members, name: str) -> str:
    value = members.text(name)
    if not FHIR_ID.fullmatch(value):
        raise members.wrong(name, "must be a FHIR id: 1 to 64 letters, digits, hyphens and dots")
    return value


def _read_user(members: Members, name: str) -> str:
    value = members.text(name)
    if not USER_REFERENCE.fullmatch(value):
        raise members.wrong(name, "must be a resource type and a FHIR id, as in Practitioner/123")
    return value


def _read_bundle(members: Members, name: str) -> dict[str, Any]:
    # The Bundle's type is not checked: `collection` is advice, and clients leave it out (HOOK-10).
    bundle = members.value(name)
    if not isinstance(bundle, dict) or bundle.get("resourceType", "Bundle") != "Bundle":
        raise members.wrong(name, "must be a Bundle")
    listed = bundle.get("entry")
    if isinstance(listed, list) and len(listed) > MAX_ELEMENTS:
        raise members.wrong(name, f"has more than {MAX_ELEMENTS} entries")
    return bundle


_READ: Mapping[str, Callable[[Members, str], Any]] = {
    "user": _read_user,
    "id": _read_id,
    "references": Members.texts,
    "bundle": _read_bundle,
}


def _check_ids(context: HookContext) -> None:
    """A context with an id that could change the meaning of a URL cannot be built."""
    if not USER_REFERENCE.fullmatch(context.user_id):
        raise ValueError("user_id must be a resource type and a FHIR id, as in Practitioner/123 (PRE-23)")
    for name, value in (("patient_id", context.patient_id), ("encounter_id", context.encounter_id)):
        if value is not None and not FHIR_ID.fullmatch(value):
            raise ValueError(f"{name} must be a FHIR id: 1 to 64 letters, digits, hyphens and dots")
