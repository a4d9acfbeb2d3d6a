"""What a client's analyst has to set up, on one sheet. In: the registration, the settings, the knowledge. Out: Markdown
that reads well in a terminal too. Everything on it is taken from what the service itself goes by, so that no second
list can grow old."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Final

from cds_hooks.keys import KEY_OF_ALGORITHM
from cds_hooks.profiles import PROFILES, Fact, Profile
from service.cards.definition import TOPIC_SYSTEM
from service.fhir.prefetch_table import TEMPLATES
from service.hooks import HOOKS, SERVICE_ID
from service.knowledge.model import Knowledge
from service.settings import Settings
from service.storage.clients import ClientRow

_MODES: Final = {
    "on": "on: cards are shown",
    "shadow": "shadow: calls are decided and recorded, and no card is ever shown",
    "off": "off: nothing is decided; every call is answered without cards",
}
_PROFILE_FIELDS: Final = {
    "detail": "the detail of a card is sent as",
    "suggestions": "suggestions become buttons",
    "one_action": "one action in each suggestion",
    "any_only": "selectionBehavior `any` only",
    "label_shown": "the label of a suggestion is shown",
    "topic_limit": "longest topic code",
    "system_actions": "system actions",
    "allowed_links": "hosts that cards may link to",
    "hooks": "hooks",
    "specification": "versions of CDS Hooks",
    "algorithms": "signs with",
    "issuer": "`iss`",
    "extra_claims": "claims besides the required ones",
    "audience_by_hand": "`aud` is typed in by hand",
    "versionless_instances": "hookInstance without a UUID version",
    "feedback": "sends feedback",
    "feedback_reason": "member that holds the override reason",
}


def build_sheet(row: ClientRow, settings: Settings, knowledge: Knowledge) -> str:
    """The build sheet of one client."""
    profile = PROFILES[row.profile]
    sections = (
        (f"Cartsign for {row.name}", _summary(row, settings, profile)),
        ("Endpoints", _endpoints(settings.url)),
        ("Hooks and prefetch", _prefetch()),
        ("Token on every request", _token(row, settings)),
        ("Access to the FHIR server", _access(row)),
        ("Codes to map", _codes(knowledge)),
        ("Links on cards", _links(settings)),
        (f"What is known of {profile.title}", _known(profile)),
    )
    parts = [f"{'#' if n == 0 else '##'} {title}\n\n" + "\n".join(lines) for n, (title, lines) in enumerate(sections)]
    return "\n\n".join(parts)


def _summary(row: ClientRow, settings: Settings, profile: Profile) -> Iterator[str]:
    yield f"- Mode: {_MODES[row.mode]}" + (" (the client is disabled: every call gets a 401)" if row.disabled else "")
    yield f"- EHR: {profile.title}, profile `{profile.name}`"
    yield f"- A call is answered within {row.deadline_ms or settings.deadline_ms} ms"
    yield f"- Largest body: {row.max_body_mb or settings.max_body_mb} MiB; more gets 413"
    calls = row.calls_per_minute or settings.calls_per_minute
    yield f"- Calls a minute: {calls}; more get 429 with Retry-After"
    yield "- No cards: there is nothing to say. 412: required data, which it names, could be had nowhere"


def _endpoints(base: str) -> Iterator[str]:
    return _table(
        ("what", "method", "URL"),
        [
            ("discovery", "GET", f"{base}/cds-services"),
            ("call", "POST", f"{base}/cds-services/{SERVICE_ID}"),
            ("feedback", "POST", f"{base}/cds-services/{SERVICE_ID}/feedback"),
        ],
    )


def _prefetch() -> Iterator[str]:
    yield f"Hooks: {', '.join(HOOKS)}; the same prefetch for each."
    yield ""
    yield from _table(
        ("key", "", "query"),
        [(each.key, "required" if each.required else "optional", f"`{each.query}`") for each in TEMPLATES],
    )


def _token(row: ClientRow, settings: Settings) -> Iterator[str]:
    yield "`Authorization: Bearer` and a JWT, at all three endpoints, a new one for each request."
    yield ""
    keys = f"fetched from {row.jku}, and no other `jku` is accepted" if row.jku else "handed over; a `jku` is not read"
    audiences = " or ".join(["the URL called, exactly as above", *row.audiences])
    named = " or ".join(f"`{tenant}`" for tenant in row.tenants)
    rows = [
        ("`alg` (header)", " or ".join(row.algorithms) + f"; keys: {_kinds(row.algorithms)}"),
        ("`typ` (header)", "`JWT`"),
        ("`kid` (header)", f"the id of the key; the keys are {keys}"),
        ("`iss`", " or ".join(row.issuers)),
        ("`aud`", f"{audiences}; alone or in an array"),
        ("`exp`, `iat`", f"seconds since 1970; {settings.token_minutes} minutes apart at most, five are usual"),
        ("`jti`", "a value of its own for each token: it passes once"),
        ("`tenant`", named or "may be left out; each value is a tenant of its own"),
    ]
    yield from _table(("part", "value"), rows)


def _kinds(algorithms: Iterable[str]) -> str:
    wanted = (KEY_OF_ALGORITHM[algorithm] for algorithm in algorithms)
    return ", ".join(dict.fromkeys(" ".join(part for part in kind if part) for kind in wanted))


def _access(row: ClientRow) -> Iterator[str]:
    if not row.fhir_origins:
        yield "Prefetch only: everything has to come with the call, and nothing is read from a FHIR server."
        return
    yield "What prefetch lacks is read with the access token of the call (`fhirServer`, `fhirAuthorization`), from"
    yield from (f"- {origin}" for origin in row.fhir_origins)
    yield ""
    yield "and nowhere else. Nothing is written. Scopes to grant, for reading the patient and searching the rest:"
    yield ""
    kinds = [(each.query.partition("?")[0].partition("/")[0], "?" in each.query) for each in TEMPLATES]
    yield "- SMART v1: `" + " ".join(f"user/{kind}.read" for kind, _ in kinds) + "`"
    yield "- SMART v2: `" + " ".join(f"user/{kind}.{'s' if search else 'r'}" for kind, search in kinds) + "`"


def _codes(knowledge: Knowledge) -> Iterator[str]:
    library = knowledge.cards
    yield f"Topics of cards, `source.topic`, system `{TOPIC_SYSTEM}`: by these an EHR remembers what was overridden."
    yield ""
    yield from (f"- `{topic}`" for topic in dict.fromkeys(card.topic for card in library.cards))
    yield ""
    yield f"Override reasons, system `{library.override_reasons.system}`:"
    yield ""
    yield from _table(
        ("code", "display"), [(f"`{reason.code}`", reason.display) for reason in library.override_reasons.reasons]
    )
    yield ""
    yield "Orders that suggestions draft (ServiceRequest, status draft):"
    yield ""
    orders = sorted(library.orders.values(), key=lambda order: order.text)
    yield from _table(
        ("order", "system", "code"),
        [(order.text, order.system or "words alone", order.code or "none") for order in orders],
    )


def _links(settings: Settings) -> Iterator[str]:
    yield f"Cards link to {settings.url} only: `/rules/...` (what a rule says of itself) and `/icon.png`."


def _known(profile: Profile) -> Iterator[str]:
    yield "What is published, where, and how well it is known. A: the vendor's own text; B: a faithful copy or working"
    yield "code; C: others. What nobody has published says so: please correct it."
    yield ""
    for field in fields(profile):
        fact = getattr(profile, field.name)
        if field.name in _PROFILE_FIELDS and isinstance(fact, Fact):
            yield f"- {_PROFILE_FIELDS[field.name]}: {_told(fact)}"
    for note in profile.notes:
        yield f"- {note.value} [{note.grade}] {note.source}"


def _told(fact: Fact[object]) -> str:
    value = fact.value
    shown = (
        {True: "yes", False: "no", None: "not known"}.get(value) if value is None or isinstance(value, bool) else None
    )
    if shown is None:
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"{shown or 'none'}{f', {fact.says}' if fact.says else ''} [{fact.grade}] {fact.source}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    for n, row in enumerate(cells):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        if n == 0:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
