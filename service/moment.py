"""All that varies between two runs of the same decision: the clock's reading, who asked and where, the history of
cards, the mode, and the seed that new identifiers are derived from. In: what the edge has read. Out: one frozen value
that `decide` receives, so that a stored call replays byte for byte."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Mode = Literal["on", "shadow"]
Outcome = Literal["accepted", "overridden", "shown"]


@dataclass(frozen=True, slots=True)
class CardEvent:
    """What became of an earlier card for this patient: a user's answer, as the feedback endpoint received it, or that
    a card which is said only once was shown.

    `evidence` is the fingerprint of what the card was shown for (`Assessment.fingerprint`), `reason` the code of the
    override reason if one was picked.
    """

    topic: str
    evidence: str
    outcome: Outcome
    at: datetime
    user: str | None = None
    encounter: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of everything outside the chart that a decision may depend on.

    `now` is an aware UTC time, `user` a reference such as `Practitioner/abc`, `encounter` a bare FHIR id.
    """

    now: datetime
    hook: str
    seed: str
    user: str | None = None
    encounter: str | None = None
    history: tuple[CardEvent, ...] = ()
    mode: Mode = "on"

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("Moment.now must carry a time zone; pass an aware UTC datetime")

    @property
    def today(self) -> date:
        return self.now.astimezone(UTC).date()

    def uuid(self, *names: str) -> str:
        """A version 4 shaped UUID derived from the seed and `names`; as unguessable as the seed is."""
        digest = hashlib.sha256("\x1f".join((self.seed, *names)).encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))
