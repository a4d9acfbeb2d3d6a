"""The answer of a CDS Service: cards with their suggestions, actions and links.

A wrong answer cannot be built: each constructor refuses what the specification forbids, with a ValueError that
names the requirement and says what to do. `to_json` gives the wire form, in which nothing is null or empty
(JSON-4..6). What is allowed but unwise is told by `CDSResponse.advice`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

import msgspec

from cds_hooks.wire import require_https_or_http, require_object, require_resource, require_text, without_empty

INDICATORS = ("info", "warning", "critical")
SUMMARY_LIMIT = 140


@dataclass(frozen=True, slots=True)
class Coding:
    """A code and the system it comes from; unlike in FHIR both are required (CODE-1, CODE-2)."""

    code: str
    system: str
    display: str | None = None

    def __post_init__(self) -> None:
        require_text(self.code, "CODE-1: a Coding needs a code")
        require_text(self.system, "CODE-2: a Coding needs the system of its code")

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return without_empty(code=self.code, system=self.system, display=self.display)


@dataclass(frozen=True, slots=True)
class Source:
    """Who stands behind a card (CARD-6). `url` is about them, not about this card; drill-downs are links."""

    label: str
    url: str | None = None
    icon: str | None = None
    topic: Coding | None = None

    def __post_init__(self) -> None:
        require_text(self.label, "CARD-7: a source needs a label")
        if self.url:
            require_https_or_http(self.url, "CARD-8: source.url must be an absolute http(s) URL")
        if self.icon:
            require_https_or_http(self.icon, "CARD-9: source.icon must be an absolute http(s) URL")

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        topic = self.topic.to_json() if self.topic else None
        return without_empty(label=self.label, url=self.url, icon=self.icon, topic=topic)


@dataclass(frozen=True, slots=True)
class Action:
    """One change the clinician may accept. A `create` or `update` carries the whole resource, a `delete` names it.

    `resource_id` is a relative reference, `Type/id`. `resource` is FHIR JSON as plain Python.
    """

    type: Literal["create", "update", "delete"]
    description: str
    resource: dict[str, Any] | None = field(default=None, hash=False)
    resource_id: str | None = None

    def __post_init__(self) -> None:
        if self.type not in ("create", "update", "delete"):
            raise ValueError("ACT-1: the type of an action is create, update or delete")
        require_text(self.description, "ACT-2: an action needs a description; some EHRs show nothing else")
        if self.type == "delete":
            self._check_delete()
            return
        if self.resource_id is not None:
            raise ValueError("ACT-5: only a delete has a resource_id; give the resource itself")
        if self.resource is None:
            raise ValueError("ACT-3, ACT-4: create and update need the complete resource")
        require_resource(self.resource, "JSON-2: the resource of an action must be FHIR JSON")
        if self.type == "update" and not self.resource.get("id"):
            raise ValueError("ACT-4: the resource of an update needs its id")

    def _check_delete(self) -> None:
        if self.resource is not None:
            raise ValueError("ACT-6: a delete names the resource by resource_id and does not contain it")
        resource_type, _, resource_id = (self.resource_id or "").partition("/")
        if not resource_type.isalpha() or not resource_id or "/" in resource_id:
            raise ValueError("ACT-5: a delete needs resource_id as a relative reference, Type/id")

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return without_empty(
            type=self.type, description=self.description, resource=self.resource, resourceId=self.resource_id
        )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A set of actions to accept together (SUG-4); alternatives are separate suggestions.

    `uuid` is required here although the specification lets it be absent: without it no client can report that the
    suggestion was accepted (SUG-2). `is_recommended=False` is sent, None is not.
    """

    label: str
    uuid: str
    actions: tuple[Action, ...] = ()
    is_recommended: bool | None = None

    def __post_init__(self) -> None:
        require_text(self.label, "SUG-1: a suggestion needs a label")
        require_text(self.uuid, "SUG-2: a suggestion needs a uuid, or its acceptance cannot be reported")

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return without_empty(
            label=self.label,
            uuid=self.uuid,
            isRecommended=self.is_recommended,
            actions=[action.to_json() for action in self.actions],
        )


@dataclass(frozen=True, slots=True)
class Link:
    """A page or a SMART app to open from a card.

    For `smart` the URL is the app's launch URL, to which the client adds `iss` and `launch`; `app_context` is a
    string, so an object must be encoded first.
    """

    label: str
    url: str
    type: Literal["absolute", "smart"]
    app_context: str | None = None
    autolaunchable: bool | None = None

    def __post_init__(self) -> None:
        require_text(self.label, "LINK-1: a link needs a label")
        require_https_or_http(self.url, "LINK-2: the url of a link must be an absolute http(s) URL")
        if self.type not in ("absolute", "smart"):
            raise ValueError("LINK-3: the type of a link is absolute or smart")
        if self.app_context is not None:
            require_text(self.app_context, "LINK-4: app_context is a string; encode an object as JSON first")
            if self.type != "smart":
                raise ValueError("LINK-4: only a smart link has an app_context")
        if self.type == "smart" and parse_qs(self.url.partition("?")[2]).keys() & {"iss", "launch"}:
            raise ValueError("LINK-8: the client adds iss and launch to a smart link; leave them out")

    def to_json(self) -> dict[str, Any]:
        """The wire form; `autolaunchable` is left out unless it is true (LINK-6)."""
        return without_empty(
            label=self.label,
            url=self.url,
            type=self.type,
            appContext=self.app_context,
            autolaunchable=self.autolaunchable or None,
        )


@dataclass(frozen=True, slots=True)
class Card:
    """One piece of advice for the clinician.

    `uuid` is required here although the specification lets it be absent: without it no feedback can ever arrive
    (CARD-1). `detail` is GitHub Flavored Markdown (CARD-3); whoever writes patient data into it escapes them.
    """

    uuid: str
    summary: str
    indicator: str
    source: Source
    detail: str | None = None
    suggestions: tuple[Suggestion, ...] = ()
    selection_behavior: Literal["at-most-one", "any"] | None = None
    override_reasons: tuple[Coding, ...] = ()
    links: tuple[Link, ...] = ()
    extension: Mapping[str, Any] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        require_text(self.uuid, "CARD-1: a card needs a uuid, or no feedback about it can arrive")
        require_text(self.summary, "CARD-2: a card needs a summary")
        if len(self.summary) >= SUMMARY_LIMIT:
            raise ValueError(f"CARD-2: a summary is shorter than {SUMMARY_LIMIT} characters; move the rest to detail")
        if self.indicator not in INDICATORS:
            raise ValueError(f"CARD-5: the indicator is one of {', '.join(INDICATORS)}")
        if not isinstance(self.source, Source):
            raise ValueError("CARD-6: a card needs a source")
        if self.detail:
            require_text(self.detail, "CARD-3: detail is text, or is left out")
        if any(not reason.display for reason in self.override_reasons):
            raise ValueError("CARD-14: an override reason needs a display, for the clinician picks by it")
        if self.extension is not None:
            require_object(self.extension, "EXT-2: the extension of a card is a JSON object")
        self._check_suggestions()

    def _check_suggestions(self) -> None:
        if not self.suggestions:
            if self.selection_behavior is not None:
                raise ValueError("CARD-13: selection_behavior without suggestions means nothing; leave it out")
            return
        if self.selection_behavior not in ("at-most-one", "any"):
            raise ValueError("CARD-12: a card with suggestions needs selection_behavior at-most-one or any")
        recommended = sum(suggestion.is_recommended is True for suggestion in self.suggestions)
        if recommended > 1 and self.selection_behavior == "at-most-one":
            raise ValueError("SUG-3: where at most one can be chosen, at most one can be recommended")
        _refuse_twins((suggestion.uuid for suggestion in self.suggestions), "SUG-2: suggestions of a card")

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return without_empty(
            uuid=self.uuid,
            summary=self.summary,
            indicator=self.indicator,
            source=self.source.to_json(),
            detail=self.detail,
            suggestions=[suggestion.to_json() for suggestion in self.suggestions],
            selectionBehavior=self.selection_behavior,
            overrideReasons=[reason.to_json() for reason in self.override_reasons],
            links=[link.to_json() for link in self.links],
            extension=self.extension,
        )


@dataclass(frozen=True, slots=True)
class CDSResponse:
    """All that a service has to say to one call; no cards means that there is nothing to say (RESP-2).

    `system_actions` are changes a client may apply unasked, so they need an agreement beforehand (SYS-2).
    """

    cards: tuple[Card, ...] = ()
    system_actions: tuple[Action, ...] = ()
    extension: Mapping[str, Any] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        _refuse_twins((card.uuid for card in self.cards), "CARD-1: cards of a response")
        if self.extension is not None:
            require_object(self.extension, "EXT-2: the extension of a response is a JSON object")

    def to_json(self) -> dict[str, Any]:
        """The wire form: `cards` is always there, empty or not, the rest only with content (RESP-1, JSON-8)."""
        return {
            "cards": [card.to_json() for card in self.cards],
            **without_empty(
                systemActions=[action.to_json() for action in self.system_actions],
                extension=self.extension,
            ),
        }

    def encode(self) -> bytes:
        """The body of the HTTP answer: strict JSON in UTF-8 (JSON-1, JSON-3)."""
        return msgspec.json.encode(self.to_json())

    def advice(self) -> tuple[str, ...]:
        """What is allowed but unwise, each with its requirement first."""
        launches = any(link.autolaunchable for card in self.cards for link in card.links)
        if launches and (len(self.cards) > 1 or any(card.indicator == "critical" for card in self.cards)):
            return ("LINK-7: a client may launch the autolaunchable link and never show the other guidance",)
        return ()


def _refuse_twins(uuids: Iterable[str], owners: str) -> None:
    listed = list(uuids)
    if len(set(listed)) < len(listed):
        raise ValueError(f"{owners} need different uuids, or feedback is ambiguous")
