"""What a client learns before it calls: the definitions of services go in, the discovery response comes out.

A service that the specification forbids cannot be defined; what is allowed but unwise is told by
`CDSService.advice`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_hooks.contexts import HOOKS
from cds_hooks.prefetch import PrefetchTemplate, lint
from cds_hooks.wire import require_object, require_text, without_empty

SPECIFICATION_VERSION = "2.0.1"

_SERVICE_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")


@dataclass(frozen=True, slots=True)
class CDSService:
    """One CDS Service on one hook, as clients discover it (DISC-4..16).

    The same `id` may be defined once for each of several hooks: cards of a later hook then replace those of an
    earlier one (DISC-13). `hook_version` is the published one unless another published one is given.
    """

    id: str
    hook: str
    description: str
    title: str | None = None
    prefetch: tuple[PrefetchTemplate, ...] = ()
    usage_requirements: str | None = None
    hook_version: str | None = None
    extension: Mapping[str, Any] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        if not _SERVICE_ID.fullmatch(self.id) or self.id in (".", ".."):
            raise ValueError("DISC-7: a service needs an id that can stand in a URL: letters, digits, - . _ ~")
        if self.hook not in HOOKS:
            raise ValueError(f"DISC-4: a service needs a hook; those known here are {', '.join(HOOKS)}")
        require_text(self.description, "DISC-6: a service needs a description")
        for name, text in (("title", self.title), ("usage_requirements", self.usage_requirements)):
            if text:
                require_text(text, f"DISC-5, DISC-9: {name} is text, or is left out")
        if self.hook_version not in (None, *HOOKS[self.hook].versions):
            raise ValueError(f"DISC-11: hook_version of {self.hook} is one of {', '.join(HOOKS[self.hook].versions)}")
        if self.extension is not None:
            require_object(self.extension, "EXT-2: the extension of a service is a JSON object")
        self._check_prefetch()

    def _check_prefetch(self) -> None:
        keys = [template.key for template in self.prefetch]
        if len(set(keys)) < len(keys):
            raise ValueError("DISC-8: each prefetch key is used once")
        for template in self.prefetch:
            for finding in lint(template, self.hook):
                if finding.severity == "error":
                    raise ValueError(f"{finding.requirement}: prefetch {template.key!r}: {finding.message}")

    def advice(self) -> tuple[str, ...]:
        """What is allowed but unwise in this definition, each with its requirement first."""
        return (
            *(() if self.title else ("DISC-5: give the service a title",)),
            *(
                f"{finding.requirement}: prefetch {template.key!r}: {finding.message}"
                for template in self.prefetch
                for finding in lint(template, self.hook)
            ),
            *(
                f"EXT-3: name the extension {name!r} after a domain, as in com.example.{name}"
                for name in self.extension or ()
                if "." not in name
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """The entry of this service in the discovery response."""
        return without_empty(
            hook=self.hook,
            title=self.title,
            description=self.description,
            id=self.id,
            prefetch={template.key: template.query for template in self.prefetch},
            usageRequirements=self.usage_requirements,
            version=SPECIFICATION_VERSION,
            hookVersion=self.hook_version or HOOKS[self.hook].versions[0],
            extension=self.extension,
        )


def discovery(services: Iterable[CDSService]) -> dict[str, Any]:
    """The discovery response; raises ValueError when an id is defined twice for one hook (DISC-12, DISC-13)."""
    listed = tuple(services)
    places = [(service.id, service.hook) for service in listed]
    for place in places:
        if places.count(place) > 1:
            raise ValueError(f"DISC-13: the service {place[0]!r} is defined more than once for {place[1]}")
    return {"services": [service.to_json() for service in listed]}
