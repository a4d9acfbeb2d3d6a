"""The call of a CDS Service: the bytes of a POST go in, a frozen CDSRequest comes out.

The values of the prefetch are not read here: they stay `msgspec.Raw` until `read_answers` asks for the keys of
the service's own templates. All that can be wrong in the envelope is an InvalidRequest or a MalformedJSON that
names the path; what is odd but readable becomes a warning on the request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Raw

from cds_hooks.contexts import HOOKS, HookContext, read_context
from cds_hooks.errors import UnknownHook
from cds_hooks.strict_json import MAX_DEPTH, Members, read_object

MAX_INSTANCE = 255
MAX_SECONDS = 10**9  # some thirty years: far beyond any token, near enough for a clock to add

# RFC 6750 section 2.1 allows fewer characters; these are the ones that can travel in a header at all.
_ACCESS_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class FHIRAuthorization:
    """The access token that a client lends the service for this one call.

    `expires_in` is in seconds from receipt. No text made of this object shows the token (AUTH-10).
    """

    access_token: str = field(repr=False)
    token_type: str
    expires_in: int
    scope: str
    subject: str
    patient: str | None = None


@dataclass(frozen=True, slots=True)
class CDSRequest:
    """One call of a CDS Service, read and checked.

    `hook_instance` is in lower case and without `urn:uuid:` when it is a UUID, as sent otherwise. A value in
    `prefetch` may be the four bytes `null`: asked for, and nothing there (PRE-14). `warnings` name what the
    client should mend, by path, without values.
    """

    hook: str
    hook_instance: str
    context: HookContext
    fhir_server: str | None = None
    fhir_authorization: FHIRAuthorization | None = None
    prefetch: Mapping[str, Raw] = field(default_factory=dict, hash=False)
    extension: Mapping[str, Any] = field(default_factory=dict, hash=False)
    warnings: tuple[str, ...] = ()


def read_request(body: bytes, *, max_depth: int = MAX_DEPTH) -> CDSRequest:
    """The request in `body`; raises MalformedJSON, InvalidRequest or UnknownHook naming the path.

    Unknown members are ignored and `null` counts as absent (JSON-7, EXT-4).
    """
    members = read_object(body, max_depth=max_depth)
    warnings: list[str] = []
    hook = members.text("hook")
    if hook not in HOOKS:
        raise UnknownHook("hook names a hook that is not known here.", expression=["hook"])
    instance = _instance(members, warnings)
    context = read_context(HOOKS[hook], members.object("context"))
    server = _server(members)
    authorization = _authorization(members, warnings)
    if authorization and server is None:
        raise members.wrong("fhirServer", "is required when fhirAuthorization is given")
    if authorization and authorization.patient not in (None, context.patient_id):
        warnings.append("fhirAuthorization.patient differs from context.patientId.")
    prefetch = members.optional_object("prefetch")
    return CDSRequest(
        hook=hook,
        hook_instance=instance,
        context=context,
        fhir_server=server,
        fhir_authorization=authorization,
        prefetch=prefetch.raw if prefetch else {},
        extension=_extension(members, warnings),
        warnings=tuple(warnings),
    )


def _instance(members: Members, warnings: list[str]) -> str:
    """REQ-3: clients send any case, `urn:uuid:`, UUIDs of no version, and other strings."""
    value = members.text("hookInstance")
    if len(value) > MAX_INSTANCE:
        raise members.wrong("hookInstance", f"must not be longer than {MAX_INSTANCE} characters")
    bare = value.lower().removeprefix("urn:uuid:")
    try:
        # UUID() also takes braces and missing hyphens; what is kept is the one canonical spelling.
        if str(UUID(bare)) == bare:
            return bare
    except ValueError:
        pass
    warnings.append("hookInstance is not a UUID.")
    return value


def _server(members: Members) -> str | None:
    """REQ-5: the base URL of the client's FHIR server."""
    value = members.optional_text("fhirServer")
    if value is None:
        return None
    try:
        url = urlsplit(value)
        sound = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0 and "@" not in url.netloc
    except ValueError:
        sound = False
    if not sound or url.query or url.fragment or re.search(r"[^\x21-\x7e]", value):
        raise members.wrong("fhirServer", "must be the http(s) base URL of a FHIR server")
    return value


def _authorization(members: Members, warnings: list[str]) -> FHIRAuthorization | None:
    given = members.optional_object("fhirAuthorization")
    if given is None:
        return None
    if given.text("token_type").lower() != "bearer":
        raise given.wrong("token_type", "must be Bearer")
    if not _ACCESS_TOKEN.fullmatch(given.text("access_token")):
        raise given.wrong("access_token", "must be printable ASCII without spaces")
    seconds = given.integer("expires_in")
    if not 0 <= seconds <= MAX_SECONDS:
        raise given.wrong("expires_in", f"must be a number of seconds from 0 to {MAX_SECONDS}")
    return FHIRAuthorization(
        access_token=given.text("access_token"),
        token_type="Bearer",  # noqa: S106 - the type of the token, not a token
        expires_in=seconds,
        scope=given.text("scope"),
        subject=given.text("subject"),
        patient=given.optional_text("patient"),
    )


def _extension(members: Members, warnings: list[str]) -> Mapping[str, Any]:
    """EXT-2: an extension is an object; FHIR's array form is a mistake that costs only the extension."""
    if not members.given("extension"):
        return {}
    value = members.value("extension")
    if isinstance(value, dict):
        return value
    warnings.append("extension is not an object and was ignored.")
    return {}
