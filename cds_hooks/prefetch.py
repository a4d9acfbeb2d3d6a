"""Prefetch: what a service asks a client to send along, and what the client sent.

Templates are checked when a service is defined (`lint`), and become FHIR queries when the service has to fetch
for itself (`expand`). The values a client sent become one of four answers, kept apart because they mean
different things (`read_answers`): never provided, provided and empty, failed, data.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from msgspec import Raw

from cds_hooks.bundle import entries, failure, holds_any
from cds_hooks.contexts import HOOKS, HookContext
from cds_hooks.errors import PayloadTooLarge
from cds_hooks.strict_json import decode

# PRE-22: the type of the current user that each user token stands for.
USER_TOKENS: Mapping[str, str] = {
    "userPractitionerId": "Practitioner",
    "userPractitionerRoleId": "PractitionerRole",
    "userPatientId": "Patient",
    "userRelatedPersonId": "RelatedPerson",
}

# The entries of all Bundles of one call together. 16 MB of chart, the largest body read by default, hold 21,000.
MAX_RESOURCES = 25_000

_TOKEN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LONE_USER = re.compile(r"\A\{\{\s*context\.userId\s*\}\}\Z")
_READ_OR_SEARCH = re.compile(r"[A-Z][A-Za-z]+(/[A-Za-z0-9\-.]{1,64}|\?.+)?")
_COMMON_CONTROLS = frozenset({"_id", "_count", "_sort", "_lastUpdated"})
# What a query may keep as it is: the separators of a URL, FHIR's `,` and `:`, and escapes already made.
_KEPT = "/?&=:,;@$+!*'()%~-._"


@dataclass(frozen=True, slots=True)
class PrefetchTemplate:
    """One thing a service asks for: a FHIR read or search relative to the client's server, under a key (DISC-8).

    `required` is the service's own knowledge and is not sent: without it the answer is 412 (PRE-16).
    """

    key: str
    query: str
    required: bool = False

    def __post_init__(self) -> None:
        if not self.key.strip() or not self.query.strip():
            raise ValueError("A prefetch template needs a key and a query (DISC-8)")


@dataclass(frozen=True, slots=True)
class Finding:
    """What `lint` has to say of a template, under the id of the requirement. Errors forbid, warnings advise."""

    requirement: str
    severity: Literal["error", "warning"]
    message: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The client did not provide the key: fetch it, if it can be fetched (PRE-9, PRE-15)."""


@dataclass(frozen=True, slots=True)
class Empty:
    """The client looked and there is nothing: do not fetch again (PRE-11, PRE-12)."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The client tried and could not, or sent something that is no FHIR resource (PRE-8).

    `outcome` is the OperationOutcome, when it sent one. `reason` holds no text of the client's.
    """

    reason: str
    outcome: dict[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Data:
    """The client sent a resource; a search's is a Bundle, to be read with `entries`."""

    resource: dict[str, Any] = field(hash=False)


Answer = Missing | Empty | Failed | Data


def read_answers(templates: Iterable[PrefetchTemplate], prefetch: Mapping[str, Raw]) -> dict[str, Answer]:
    """What the client answered to each template, by key (PRE-13); keys nobody asked for are not read (PRE-3).

    Raises MalformedJSON naming the key when a value cannot be read at all, and PayloadTooLarge when there are more than
    MAX_RESOURCES entries altogether.
    """
    answers: dict[str, Answer] = {}
    held = 0
    for template in templates:
        if template.key not in prefetch:
            answers[template.key] = Missing()
            continue
        path = f"prefetch.{template.key}"
        value = _unwrapped(decode(prefetch[template.key], path))
        held += _entries_in(value)
        if held > MAX_RESOURCES:
            raise PayloadTooLarge(f"The prefetch holds more than {MAX_RESOURCES} resources.", expression=[path])
        answers[template.key] = _answer(value)
    return answers


def _unwrapped(value: Any) -> Any:
    # Old sandboxes sent a Bundle entry in place of the resource: {"resource": {...}, "response": {...}}.
    if isinstance(value, dict) and "resourceType" not in value and isinstance(value.get("resource"), dict):
        return value["resource"]
    return value


def _entries_in(value: Any) -> int:
    listed = value.get("entry") if isinstance(value, dict) else None
    return len(listed) if isinstance(listed, list) else 1


def _answer(value: Any) -> Answer:
    if value is None:
        return Empty()
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        # Gateways put error pages here.
        return Failed("The value is not a FHIR resource")
    if value["resourceType"] == "OperationOutcome":
        return Failed("The client sent an OperationOutcome", outcome=value)
    if value["resourceType"] == "Bundle":
        return _bundle_answer(value)
    return Data(value)


def _bundle_answer(bundle: dict[str, Any]) -> Answer:
    listed = bundle.get("entry")
    if listed is not None and not isinstance(listed, list):
        return Failed("The Bundle's entry is not a list")
    if holds_any(bundle):
        return Data(bundle)
    _, next_url, problems = entries(bundle)
    if next_url:
        return Data(bundle)
    outcome = failure(bundle)
    if outcome:
        return Failed("The Bundle holds nothing but an OperationOutcome", outcome=outcome)
    # A server may add a remark to an empty result; anything else odd means that something was lost.
    if problems:
        return Failed(f"The Bundle holds no resource: {problems[0]}")
    return Empty()


def expand(template: PrefetchTemplate, context: HookContext) -> str | None:
    """The template as a relative FHIR query, URL-encoded; None when a token has no value in `context`.

    An unresolved token must not become an empty parameter: `patient=` asks for everybody (PRE-22, PRE-36).
    """
    parts: list[str] = []
    end = 0
    for token in _TOKEN.finditer(template.query):
        value = _token_value(token[1].strip(), context)
        if value is None:
            return None
        parts += [quote(template.query[end : token.start()], safe=_KEPT), quote(value, safe="/")]
        end = token.end()
    return "".join(parts) + quote(template.query[end:], safe=_KEPT)


def _token_value(token: str, context: HookContext) -> str | None:
    user_type, _, user_id = context.user_id.partition("/")
    values = {
        "context.userId": context.user_id,
        "context.patientId": context.patient_id,
        "context.encounterId": context.encounter_id,
    }
    if token in USER_TOKENS:
        return user_id if USER_TOKENS[token] == user_type else None
    return values.get(token)


def lint(template: PrefetchTemplate, hook: str, level: Literal["2.0", "3.0"] = "2.0") -> tuple[Finding, ...]:
    """What the specification forbids or advises against in a template of a service on `hook` (PRE-17..26).

    Level 3.0 lets tokens hold FHIRPath, which is not looked into. Raises ValueError for an unknown hook.
    """
    if hook not in HOOKS:
        raise ValueError(f"No definition of the hook {hook!r}; those known are {', '.join(HOOKS)}")
    return (*_lint_tokens(template.query, hook, level), *_lint_query(template.query, level))


def _error(requirement: str, message: str) -> Finding:
    return Finding(requirement, "error", message)


def _warning(requirement: str, message: str) -> Finding:
    return Finding(requirement, "warning", message)


def _lint_tokens(query: str, hook: str, level: str) -> Iterable[Finding]:
    if re.search(r"[{}]", _TOKEN.sub("", query)) or "${" in query:
        yield _error("PRE-18", "Tokens are delimited by {{ and }}; there is another brace in the query")
    for token in (found[1].strip() for found in _TOKEN.finditer(query)):
        if token in USER_TOKENS:
            continue
        if level == "3.0" and re.match(r"context\.|today\(\)|%", token):
            continue
        name = token.removeprefix("context.")
        if name == token:
            yield _error("PRE-20", f"{{{{{token}}}}} is neither context.<member> nor a user token (PRE-22)")
        elif not re.fullmatch(r"\w+", name):
            yield _error("PRE-19", f"{{{{{token}}}}} reaches below the first level of the context")
        elif name not in HOOKS[hook].tokens:
            yield _error("PRE-21", f"{hook} does not offer {name} as a prefetch token")
    if re.search(r"[A-Z]\w+/\{\{\s*context\.userId\s*\}\}", query):
        yield _warning("PRE-23", "context.userId already holds the type: the path would name it twice")


def _lint_query(query: str, level: str) -> Iterable[Finding]:
    # One id stands for every token, save for the one that holds a type as well (PRE-23).
    filled = _TOKEN.sub("1", _LONE_USER.sub("Practitioner/1", query))
    if not _READ_OR_SEARCH.fullmatch(filled) or "$" in filled.partition("?")[0]:
        yield _error("PRE-17", "The query is neither Type/id nor Type?search, relative to the FHIR server")
        return
    for parameter in filter(None, filled.partition("?")[2].split("&")):
        yield from _lint_parameter(*parameter.partition("=")[::2], level)


def _lint_parameter(name: str, value: str, level: str) -> Iterable[Finding]:
    base, _, modifier = name.partition(":")
    if base == "_maxresults":
        if level != "3.0":
            yield _warning("PRE-26", "_maxresults belongs to the 3.0 subset; R4 servers may not know it")
    elif "." in base or (base.startswith("_") and base not in _COMMON_CONTROLS):
        yield _warning("PRE-24", f"{base} is not widely supported")
    if modifier not in ("", "in"):
        yield _warning("PRE-25", f"The modifier :{modifier} is outside the subset; only :in is in it")
    if re.match(r"(ne|sa|eb|ap)\d", value):
        yield _warning("PRE-25", f"The prefix {value[:2]} is outside the subset: eq, lt, gt, ge, le")
