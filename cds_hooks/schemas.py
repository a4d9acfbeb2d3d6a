"""The messages of CDS Hooks as JSON Schema (2020-12): what this package accepts and sends, for its OpenAPI description.
Where it reads more liberally than this, as with null for an optional member (JSON-7), that is not promised here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cds_hooks.contexts import FHIR_ID, HOOKS, USER_REFERENCE
from cds_hooks.discovery import CDSService
from cds_hooks.prefetch import PrefetchTemplate
from cds_hooks.request import MAX_SECONDS
from cds_hooks.response import INDICATORS, SUMMARY_LIMIT
from cds_hooks.strict_json import MAX_ELEMENTS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_URL: Schema = {"type": "string", "format": "uri", "pattern": "^https?://"}
_UUID: Schema = {"type": "string", "format": "uuid"}


def request_schema(service: CDSService) -> Schema:
    """A call on the service's hook (REQ-2 to REQ-10)."""
    fields = HOOKS[service.hook].fields
    context = _object(
        {field.name: _CONTEXT[field.kind] for field in fields}, *(field.name for field in fields if field.required)
    )
    return _object(
        {
            "hook": {"const": service.hook},
            "hookInstance": _UUID,
            "fhirServer": _URL,
            "fhirAuthorization": ref("FHIRAuthorization"),
            "context": context,
            "prefetch": _object({template.key: _prefetched(template) for template in service.prefetch}),
            "extension": {"type": "object"},
        },
        "hook",
        "hookInstance",
        "context",
    ) | {"dependentRequired": {"fhirAuthorization": ["fhirServer"]}}


def _prefetched(template: PrefetchTemplate) -> Schema:
    """What may stand under a key (PRE-7, PRE-11, PRE-12): null says that the client looked and there is nothing."""
    held = "Bundle" if "?" in template.query else template.query.partition("/")[0]
    found = {"type": "object", "properties": {"resourceType": {"const": held}}, "required": ["resourceType"]}
    sent = [{"$ref": "#/components/schemas/Bundle"} if held == "Bundle" else found, ref("Outcome"), {"type": "null"}]
    wanted = " Without it the answer is 412." if template.required else ""
    return {"anyOf": sent, "description": f"{template.query}.{wanted}"}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Mapping[str, Schema], *required: str) -> Schema:
    return {"type": "object", "properties": dict(properties), **({"required": list(required)} if required else {})}


def _array(items: Schema, **limits: int) -> Schema:
    return {"type": "array", "items": items, **limits}


_CONTEXT: Mapping[str, Schema] = {
    "user": {"type": "string", "pattern": f"^(?:{USER_REFERENCE.pattern})$"},
    "id": {"type": "string", "pattern": f"^(?:{FHIR_ID.pattern})$"},
    "references": _array({"type": "string"}, maxItems=MAX_ELEMENTS),
    "bundle": {"$ref": "#/components/schemas/Bundle"},
}
_CODING = _object({"code": _TEXT, "system": _TEXT, "display": _TEXT}, "code", "system")
_RESOURCE = _object({"resourceType": {"type": "string", "pattern": "^[A-Z][A-Za-z]+$"}}, "resourceType")

SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {
        "Discovery": _object(
            {
                "services": _array(
                    _object(
                        {
                            "hook": {"enum": list(HOOKS)},
                            "id": _TEXT,
                            "title": _TEXT,
                            "description": _TEXT,
                            "prefetch": {"type": "object", "additionalProperties": _TEXT},
                            "usageRequirements": _TEXT,
                            "version": _TEXT,
                            "hookVersion": _TEXT,
                            "extension": {"type": "object"},
                        },
                        "hook",
                        "id",
                        "description",
                    )
                )
            },
            "services",
        ),
        "FHIRAuthorization": _object(
            {
                "access_token": {"type": "string", "pattern": r"^[\x21-\x7e]+$"},
                "token_type": {"const": "Bearer"},
                "expires_in": {"type": "integer", "minimum": 0, "maximum": MAX_SECONDS},
                "scope": _TEXT,
                "subject": _TEXT,
                "patient": _TEXT,
            },
            "access_token",
            "token_type",
            "expires_in",
            "scope",
            "subject",
        ),
        "Bundle": _object(
            {"resourceType": {"const": "Bundle"}, "entry": _array(_object({"resource": _RESOURCE}))}, "resourceType"
        ),
        "Response": _object(
            {
                "cards": _array(ref("Card")),
                "systemActions": _array(ref("Action"), minItems=1),
                "extension": {"type": "object"},
            },
            "cards",
        ),
        "Card": _object(
            {
                "uuid": _TEXT,
                "summary": _TEXT | {"maxLength": SUMMARY_LIMIT - 1},
                "indicator": {"enum": list(INDICATORS)},
                "source": _object({"label": _TEXT, "url": _URL, "icon": _URL, "topic": _CODING}, "label"),
                "detail": _TEXT,
                "suggestions": _array(ref("Suggestion"), minItems=1),
                "selectionBehavior": {"enum": ["at-most-one", "any"]},
                "overrideReasons": _array(_CODING, minItems=1),
                "links": _array(
                    _object(
                        {
                            "label": _TEXT,
                            "url": _URL,
                            "type": {"enum": ["absolute", "smart"]},
                            "appContext": _TEXT,
                            "autolaunchable": {"const": True},
                        },
                        "label",
                        "url",
                        "type",
                    ),
                    minItems=1,
                ),
                "extension": {"type": "object"},
            },
            "uuid",
            "summary",
            "indicator",
            "source",
        )
        | {"dependentRequired": {"suggestions": ["selectionBehavior"]}},
        "Suggestion": _object(
            {
                "label": _TEXT,
                "uuid": _TEXT,
                "isRecommended": {"type": "boolean"},
                "actions": _array(ref("Action"), minItems=1),
            },
            "label",
            "uuid",
        ),
        "Action": _object(
            {
                "type": {"enum": ["create", "update", "delete"]},
                "description": _TEXT,
                "resource": _RESOURCE,
                "resourceId": {"type": "string", "pattern": "^[A-Za-z]+/[^/]+$"},
            },
            "type",
            "description",
        ),
        "Feedback": _object(
            {
                "feedback": _array(
                    _object(
                        {
                            "card": _TEXT,
                            "outcome": {"enum": ["accepted", "overridden"]},
                            "outcomeTimestamp": {"type": "string", "format": "date-time"},
                            "acceptedSuggestions": _array(_object({"id": _TEXT}, "id"), maxItems=MAX_ELEMENTS),
                            "overrideReason": _object({"reason": _object({"code": _TEXT}), "userComment": _TEXT}),
                        },
                        "card",
                        "outcome",
                        "outcomeTimestamp",
                    ),
                    maxItems=MAX_ELEMENTS,
                )
            },
            "feedback",
        ),
        "Outcome": _object(
            {
                "resourceType": {"const": "OperationOutcome"},
                "issue": _array(
                    _object(
                        {
                            "severity": {"enum": ["fatal", "error", "warning", "information"]},
                            "code": _TEXT,
                            "details": {"type": "object"},
                            "diagnostics": _TEXT,
                            "expression": _array(_TEXT, minItems=1),
                        },
                        "severity",
                        "code",
                    ),
                    minItems=1,
                ),
            },
            "resourceType",
            "issue",
        ),
    }
)
