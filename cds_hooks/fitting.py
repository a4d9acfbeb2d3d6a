"""A response made to fit its reader. In: a CDSResponse and the Profile of the EHR that called. Out: the response as
that EHR accepts it, and in words what was changed. What its reader cannot show as a button or a link is told in the
detail of the card; no card, summary or indicator ever changes, and no word of a detail is lost."""

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from typing import Literal
from urllib.parse import unquote, urlsplit

from cds_hooks.detail import Block, added, rendered
from cds_hooks.profiles import Profile
from cds_hooks.response import Action, Card, CDSResponse, Coding, Link, Suggestion

# Epic's: what the detail of a card is written in, where that is not Markdown.
CONTENT_TYPE = "com.epic.cdshooks.card.detail.content-type"

BY_HAND = "Suggested, without a button here: to be done by hand"
ONE_OF_THEM = "The suggestions are alternatives: choose at most one"
NOT_LINKED = "Links that cannot be opened from here"

_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")
_DIGEST = 12
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Fitted:
    """The response as its reader accepts it; `changes` name cards by uuid and hold nothing a chart or card says."""

    response: CDSResponse
    changes: tuple[str, ...] = ()


def fit(response: CDSResponse, profile: Profile) -> Fitted:
    """`response` as a reader of this `profile` accepts it; where nothing is to be changed, the response itself."""
    pairs = [_card(card, profile) for card in response.cards]
    agreed = tuple(action for action in response.system_actions if _agreed(action, profile))
    changes = list(chain.from_iterable(said for _, said in pairs))
    left_out = len(response.system_actions) - len(agreed)
    if left_out:
        changes.append(f"{_count(left_out, 'system action')} left out, as not agreed with this reader (SYS-2).")
    if not changes:
        return Fitted(response)
    fitted = replace(response, cards=tuple(card for card, _ in pairs), system_actions=agreed)
    return Fitted(fitted, tuple(changes))


def _card(card: Card, profile: Profile) -> tuple[Card, list[str]]:
    said: list[str] = []
    more: list[Block] = []
    suggestions = _suggestions(card, profile, said, more)
    links = _links(card, profile, said, more)
    topic = _topic(card.source.topic, profile, said)
    fitted = replace(
        card,
        source=replace(card.source, topic=topic),
        suggestions=suggestions,
        selection_behavior=_selection_behavior(card, suggestions, profile, said, more),
        links=links,
    )
    fitted = _with_detail(fitted, tuple(more), profile, said)
    return (fitted, [f"Card {card.uuid}: {words}" for words in said]) if said else (card, [])


def _suggestions(card: Card, profile: Profile, said: list[str], more: list[Block]) -> tuple[Suggestion, ...]:
    """The suggestions that can be offered. Several actions belong together (SUG-4), so they are not taken apart."""
    one = profile.one_action.value
    kept = [s for s in card.suggestions if profile.suggestions.value and (not one or len(s.actions) == 1)]
    told = [s for s in card.suggestions if s not in kept]
    if told:
        more += added(BY_HAND, [_in_words(suggestion) for suggestion in told])
        why = "this reader takes one action in each" if profile.suggestions.value else "this reader shows none"
        said.append(f"{_count(len(told), 'suggestion')} told in the detail, since {why}.")
    if profile.label_shown.value:
        return tuple(kept)
    shown = tuple(replace(s, actions=tuple(_described(action, s.label) for action in s.actions)) for s in kept)
    reworded = sum(now != before for now, before in zip(shown, kept, strict=True))
    if reworded:
        said.append(
            f"{_count(reworded, 'action')} described by the suggestion's label too, which this reader does not show."
        )
    return shown


def _described(action: Action, label: str) -> Action:
    return replace(action, description=_both(label, action.description))


def _both(label: str, description: str) -> str:
    """One text that holds both; where the description ends with the words the label begins with, they are said once."""
    if label in description:
        return description
    words = label.split(" ")
    for count in range(len(words), 0, -1):
        head = " ".join(words[:count])
        if description == head or description.endswith(f" {head}"):
            return description + label[len(head) :]
    return f"{label}: {description}"


def _in_words(suggestion: Suggestion) -> str:
    words = _both(suggestion.label, "; ".join(action.description for action in suggestion.actions) or suggestion.label)
    return f"{words} (recommended)" if suggestion.is_recommended else words


def _selection_behavior(
    card: Card, kept: tuple[Suggestion, ...], profile: Profile, said: list[str], more: list[Block]
) -> Literal["at-most-one", "any"] | None:
    """Alternatives stay alternatives: where the reader cannot be told so by selectionBehavior, the clinician is."""
    alternatives = card.selection_behavior == "at-most-one" and len(card.suggestions) > 1
    if alternatives and (profile.any_only.value or len(kept) < len(card.suggestions)):
        more += added(ONE_OF_THEM, [suggestion.label for suggestion in card.suggestions])
        said.append("the detail says that its suggestions are alternatives.")
    if not kept:
        return None
    if card.selection_behavior == "any" or not profile.any_only.value:
        return card.selection_behavior
    said.append("selectionBehavior at-most-one became any.")
    return "any"


def _links(card: Card, profile: Profile, said: list[str], more: list[Block]) -> tuple[Link, ...]:
    bases = profile.allowed_links.value
    if bases is None:
        return card.links
    kept = tuple(link for link in card.links if any(_below(link.url, base) for base in bases))
    told = [link.label for link in card.links if link not in kept]
    if told:
        more += added(NOT_LINKED, told)
        said.append(f"{_count(len(told), 'link')} told in the detail, since the site's list does not have them.")
    return kept


def _below(url: str, base: str) -> bool:
    """The same scheme, host and port, and the same path or one below it; a path that climbs is below nothing."""
    try:
        ours, theirs = urlsplit(url), urlsplit(base)
        origins = [(s.scheme, s.hostname, s.port or _PORTS.get(s.scheme)) for s in (ours, theirs)]
    except ValueError:
        return False
    path, root = unquote(unquote(ours.path)), theirs.path.rstrip("/")
    climbs = "\\" in url or ".." in path.split("/")
    same = origins[0] == origins[1] and "@" not in ours.netloc and not climbs
    return same and (ours.path == root or ours.path.startswith(f"{root}/"))


def _topic(topic: Coding | None, profile: Profile, said: list[str]) -> Coding | None:
    """The code as the reader takes it: always the same for the same topic, and never that of another one."""
    limit = profile.topic_limit.value
    if topic is None or limit is None:
        return topic
    plain = _NOT_ALPHANUMERIC.sub("", topic.code)
    if plain == topic.code and len(plain) <= limit:
        return topic
    said.append(f"the code of its topic became letters and digits, {limit} at most.")
    digest = sha256(topic.code.encode()).hexdigest()[: min(_DIGEST, limit)]
    return replace(topic, code=plain[: limit - len(digest)] + digest)


def _with_detail(card: Card, more: tuple[Block, ...], profile: Profile, said: list[str]) -> Card:
    form = profile.detail.value
    extension = {name: value for name, value in (card.extension or {}).items() if name != CONTENT_TYPE}
    if form != "html" and card.extension and CONTENT_TYPE in card.extension:
        said.append("the claim that its detail is no Markdown was left out (CARD-3).")
        card = replace(card, extension=extension or None)
    if not (card.detail or more) or (form == "gfm" and not more):
        return card
    detail = rendered(card.detail or "", more, form)
    if form != "gfm":
        said.append("its detail became HTML." if form == "html" else "its detail became plain text.")
    if form == "html":
        card = replace(card, extension={**extension, CONTENT_TYPE: "text/html"})
    return replace(card, detail=detail)


def _agreed(action: Action, profile: Profile) -> bool:
    if profile.system_actions.value == "order-updates":
        resource = action.resource or {}
        return action.type == "update" and resource.get("resourceType") == "ServiceRequest"
    return profile.system_actions.value == "all"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
