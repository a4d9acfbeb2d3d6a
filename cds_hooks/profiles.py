"""What each EHR is known to send and to accept, as data. Every value stands with where it is from and how well that
is known; what nobody has published says so, and holds what is done until somebody knows. A site that knows better
replaces the value: `replace(EPIC, detail=Fact("gfm", "site", "agreed with the analyst"))`. `fitting` acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

from cds_hooks.detail import DetailFormat

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# How well a value is known. A: the vendor's or project's own text or source. B: a faithful copy, or working code that
# quotes the vendor. C: a third party, unverified. site: agreed with one site. unknown: no public statement was found.
Grade = Literal["A", "B", "C", "specification", "site", "unknown"]
SystemActions = Literal["none", "order-updates", "all"]


@dataclass(frozen=True, slots=True)
class Fact(Generic[T_co]):
    """A value, how well it is known, where it is from, and what else is to be said about it."""

    value: T_co
    grade: Grade
    source: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of EHR accepts in a response, and what is odd about what it sends.

    `allowed_links` are base URLs that the site lets cards link to, None where its list is not known here. The second
    half describes calls and feedback; None is unknown. `notes` are for whoever sets the EHR up.
    """

    name: str
    title: str
    detail: Fact[DetailFormat]
    suggestions: Fact[bool]
    one_action: Fact[bool]
    any_only: Fact[bool]
    label_shown: Fact[bool]
    topic_limit: Fact[int | None]
    system_actions: Fact[SystemActions]
    allowed_links: Fact[tuple[str, ...] | None]

    hooks: Fact[tuple[str, ...] | None]
    specification: Fact[tuple[str, ...] | None]
    algorithms: Fact[tuple[str, ...] | None]
    issuer: Fact[str | None]
    extra_claims: Fact[tuple[str, ...]]
    audience_by_hand: Fact[bool | None]
    versionless_instances: Fact[bool | None]
    feedback: Fact[bool | None]
    feedback_reason: Fact[str | None]
    notes: tuple[Fact[str], ...] = field(default=())


_TEXT = "https://cds-hooks.hl7.org/STU2/"
_EPIC = "https://fhir.epic.com/Documentation, as quoted in public code"
_EPIC_JWT = "https://fhir.epic.com/Documentation, a copy of 2024"
_ORACLE = "https://github.com/cerner/fhir.cerner.com, content/cds_hooks.md, of 2021 and marked beta"
_ATHENA = "https://help.athenahealth.com/Ohelp/Content/Features/C_CDS_Hooks_Integration_A.htm"
_SANDBOX = "https://github.com/cds-hooks/sandbox at 3b7e255, its source"
_NONE = "no public statement found"


def _standard(value: T, says: str) -> Fact[T]:
    return Fact(value, "specification", _TEXT, says)


def _unknown(value: T, says: str = "as the specification has it until it is known") -> Fact[T]:
    return Fact(value, "unknown", _NONE, says)


_NO_SYSTEM_ACTIONS: Fact[SystemActions] = _standard("none", "SYS-2: only as agreed beforehand, and nothing is agreed")
_REASON: Fact[str | None] = _standard("overrideReason", "FB-7")
_REASON_UNKNOWN: Fact[str | None] = _unknown("overrideReason", "FB-7; whether `overrideReasons` is sent is not known")

GENERIC = Profile(
    name="generic",
    title="An EHR that keeps to the specification",
    detail=_standard("gfm", "CARD-3"),
    suggestions=_standard(True, "CARD-11"),
    one_action=_standard(False, "SUG-4: several belong together"),
    any_only=_standard(False, "CARD-12: at-most-one and any"),
    label_shown=_standard(True, "SUG-1"),
    topic_limit=_standard(None, "CODE-1: any code"),
    system_actions=_NO_SYSTEM_ACTIONS,
    allowed_links=_unknown(None, "SEC-28: a client may have a list, and drop other links without a word"),
    hooks=_standard(None, "HOOK-1: none is mandatory"),
    specification=_standard(("2.0",), "the version this package is written for"),
    algorithms=_standard(("ES384", "RS384"), "SEC-8"),
    issuer=_standard(None, "SEC-16: each client names its own"),
    extra_claims=_standard((), "SEC-26: others may appear"),
    audience_by_hand=_standard(False, "SEC-17: the URL called"),
    versionless_instances=_standard(False, "REQ-3: a UUID"),
    feedback=_standard(True, "FB-1: a client should be able to"),
    feedback_reason=_REASON,
)

EPIC = Profile(
    name="epic",
    title="Epic",
    detail=Fact("html", "B", _EPIC, "plain text, GFM, or HTML where the card's extension says so"),
    suggestions=Fact(True, "B", _EPIC, "creates of Condition, MedicationRequest and ServiceRequest"),
    one_action=Fact(True, "B", _EPIC, "one action for each suggestion"),
    any_only=Fact(True, "B", _EPIC, "selectionBehavior `any` and no other"),
    label_shown=Fact(False, "B", _EPIC, "the label is required and unused; the user sees the action's description"),
    topic_limit=Fact(100, "B", _EPIC, "letters and digits only; overrides are remembered by it, so it never changes"),
    system_actions=Fact(
        "order-updates", "B", _EPIC, "since February 2024, ServiceRequest updates that annotate orders"
    ),
    allowed_links=Fact(None, "B", _EPIC, "the health system keeps a list; unregistered SMART links vanish"),
    hooks=Fact(
        ("patient-view", "order-select", "order-sign"),
        "B",
        _EPIC,
        "other triggers come as patient-view, told apart by com.epic.cdshooks.request.bpa-trigger-action",
    ),
    specification=Fact(("1.1", "1.0"), "B", _EPIC, "as com.epic.cdshooks.request.cds-hooks-specification-version says"),
    algorithms=Fact(("RS384",), "B", _EPIC_JWT, "by default; a kid may contain / + ="),
    issuer=_unknown(None, "set up by hand with the customer"),
    extra_claims=Fact(("sub", "nbf"), "B", _EPIC_JWT, "the CDS client id; five minutes before iat"),
    audience_by_hand=Fact(True, "B", _EPIC, "so it may differ from the real URL by a slash or the host"),
    versionless_instances=Fact(True, "B", _EPIC, "as 00000000-007b-9f33-e810-e841a57c502c"),
    feedback=Fact(True, "B", _EPIC, "at once or in batches, to {endpoint}/feedback, for cards with a uuid"),
    feedback_reason=_REASON_UNKNOWN,
    notes=(
        Fact("The endpoint must match the one registered on the client id exactly.", "B", _EPIC),
        Fact("Prefetch, trigger and criteria are set by the customer's analyst; discovery is hardly used.", "B", _EPIC),
        Fact("The customer maps indicators to alert levels, and each override reason.", "B", _EPIC),
        Fact("A recommended suggestion is pre-selected.", "B", _EPIC),
        Fact("Order details come from Epic's preference list, not from the suggested resource.", "B", _EPIC),
        Fact("A SMART link launches by itself only if the response holds nothing else.", "B", _EPIC),
        Fact("How long Epic waits is not published.", "unknown", _NONE),
    ),
)

ORACLE_HEALTH = Profile(
    name="oracle-health",
    title="Oracle Health (Cerner Millennium)",
    detail=_unknown("gfm"),
    suggestions=Fact(False, "A", _ORACLE, "mentioned in the introduction only: told in words until a site shows them"),
    one_action=_unknown(True, "the careful choice, should a site show suggestions"),
    any_only=_unknown(False),
    label_shown=_unknown(True),
    topic_limit=_unknown(None),
    system_actions=_NO_SYSTEM_ACTIONS,
    allowed_links=Fact(None, "A", _ORACLE, "links that are not on the site's list are removed"),
    hooks=Fact(("patient-view",), "A", _ORACLE, "the only one listed"),
    specification=Fact(("1.0",), "A", _ORACLE, "refers to 1.0"),
    algorithms=_unknown(None, "not stated; ES384 and RS384 are recommended (SEC-8)"),
    issuer=Fact("https://cds-hooks.cerner.com", "A", _ORACLE, "one for all tenants, who are told apart otherwise"),
    extra_claims=_unknown(()),
    audience_by_hand=_unknown(None, "the service URL is registered by hand and may be any"),
    versionless_instances=_unknown(None, ""),
    feedback=_unknown(None, "not mentioned, nor are uuids of cards; ours are sent, for nothing forbids them"),
    feedback_reason=_REASON_UNKNOWN,
    notes=(
        Fact("Hook, title, trigger, service URL and FHIR server are set up by hand, without discovery.", "A", _ORACLE),
        Fact("A critical card is a pop-up, others stand in a sidebar.", "A", _ORACLE),
        Fact("Trusted jku addresses are listed at https://authorization.cerner.com/jwk.", "A", _ORACLE),
    ),
)

ATHENAHEALTH = Profile(
    name="athenahealth",
    title="athenahealth",
    detail=_unknown("gfm", "shown in a Decision Support Panel; its format is not public"),
    suggestions=_unknown(True),
    one_action=_unknown(True, "the careful choice"),
    any_only=_unknown(False),
    label_shown=_unknown(True),
    topic_limit=_unknown(None),
    system_actions=_NO_SYSTEM_ACTIONS,
    allowed_links=_unknown(None),
    hooks=Fact(
        ("patient-view", "order-select", "order-sign", "appointment-book"),
        "C",
        "https://apis.io/apis/athena-health/athenahealth-cds-hooks-api/",
        "the user guide describes calls only when orders are added to an order group or to Assessment & Plan",
    ),
    specification=_unknown(None, ""),
    algorithms=_unknown(None, "not public; ES384 and RS384 are recommended (SEC-8)"),
    issuer=_unknown(None, ""),
    extra_claims=_unknown(()),
    audience_by_hand=_unknown(None, ""),
    versionless_instances=_unknown(None, ""),
    feedback=_unknown(None, ""),
    feedback_reason=_REASON_UNKNOWN,
    notes=(
        Fact(
            "A rollout may be silent tracking: the service is called, and users see nothing.",
            "A",
            "https://help.athenahealth.com/ohelp/Content/C_Clinical_Decision_Support_Administration_PH.htm",
        ),
        Fact("The Decision Support Panel opens when there is a card to show.", "A", _ATHENA),
    ),
)

SANDBOX = Profile(
    name="sandbox",
    title="The official CDS Hooks sandbox",
    detail=Fact("gfm", "A", _SANDBOX, "with raw HTML enabled, so that chart text has to come escaped"),
    suggestions=Fact(True, "A", _SANDBOX, "applied to its own screens"),
    one_action=_unknown(False),
    any_only=_unknown(False),
    label_shown=_unknown(True),
    topic_limit=_unknown(None),
    system_actions=_NO_SYSTEM_ACTIONS,
    allowed_links=_unknown(None, "no list is known; SMART links need a SMART-enabled FHIR server"),
    hooks=Fact(("patient-view", "order-select", "order-sign"), "A", _SANDBOX),
    specification=_unknown(None, "its prefetch tokens know today(), of the 3.0 ballot"),
    algorithms=Fact(("ES384",), "A", _SANDBOX, "tokens of five minutes"),
    issuer=Fact("https://sandbox.cds-hooks.org", "A", _SANDBOX, "its private key is public: never for production"),
    extra_claims=_unknown(()),
    audience_by_hand=Fact(False, "A", _SANDBOX, "the exact URL called, /feedback included"),
    versionless_instances=_unknown(None, ""),
    feedback=Fact(
        True, "A", _SANDBOX, "for cards with a uuid, one item to a call, of a reason only the code and system"
    ),
    feedback_reason=_REASON,
    notes=(
        Fact("A browser client: it needs CORS on discovery, call and feedback.", "A", _SANDBOX),
        Fact("A prefetch that failed is left out; one that found nothing is an empty Bundle.", "A", _SANDBOX),
        Fact("Two values of one search parameter are joined by a comma, which turns AND into OR.", "A", _SANDBOX),
    ),
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {profile.name: profile for profile in (GENERIC, EPIC, ORACLE_HEALTH, ATHENAHEALTH, SANDBOX)}
)
