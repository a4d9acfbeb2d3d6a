"""What an access token allows, as far as its SMART scopes say. In: the `scope` and `patient` of a `fhirAuthorization`
and the patient of the call. Out: for a read or a search of a resource type: yes, in part, or why not. Versions 1
(`patient/*.read`) and 2 (`user/Observation.rs?category=...`) are understood (AUTH-5, AUTH-7, AUTH-8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Interaction = Literal["read", "search"]

_SCOPE: Final = re.compile(
    r"(?P<level>patient|user|system)/(?P<kind>\*|[A-Za-z]+)\.(?P<rights>read|write|\*|[cruds]+)(?:\?(?P<narrow>.+))?"
)
# Version 1 knows reading and writing only; its read is a read and a search.
_VERSION_1: Final = {"read": "rs", "write": "cud", "*": "cruds"}
_LETTERS: Final[dict[Interaction, str]] = {"read": "r", "search": "s"}


@dataclass(frozen=True, slots=True)
class Grant:
    """One resource scope: whose data, of which type (`*`: all), which of create, read, update, delete, search."""

    level: str
    kind: str
    rights: frozenset[str]
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something may be asked for; `partly` where the token opens a part of it, `reason` where nothing."""

    reason: str = ""
    partly: bool = False

    @property
    def allowed(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class Scopes:
    """The grants of one token, those left out that are for another patient than the call's.

    Without any SMART resource scope (`launch`, scopes of a vendor's own) nothing is decided here: the server decides.
    """

    grants: tuple[Grant, ...] = ()
    silent: bool = True
    other_patient: bool = False

    @classmethod
    def read(cls, scope: str, token_patient: str | None, patient: str | None) -> Scopes:
        """The scopes of a token that was issued for `token_patient`, as they bear on `patient`."""
        found = tuple(grant for word in scope.split() if (grant := _grant(word)) is not None)
        differs = None not in (token_patient, patient) and _bare(token_patient) != _bare(patient)
        kept = tuple(grant for grant in found if not (differs and grant.level == "patient"))
        return cls(kept, silent=not found, other_patient=len(kept) < len(found))

    def allow(self, interaction: Interaction, kind: str) -> Answer:
        """Whether resources of type `kind` may be read, or searched for."""
        if self.silent:
            return Answer()
        letter = _LETTERS[interaction]
        fitting = [grant for grant in self.grants if grant.kind in ("*", kind) and letter in grant.rights]
        if fitting:
            return Answer(partly=all(grant.narrow for grant in fitting))
        if self.other_patient:
            return Answer("the access token is for another patient than the call")
        verb = "reading" if interaction == "read" else "searching"
        return Answer(f"the scopes of the access token do not allow {verb} {kind}")


# Of a call without a token, or of one that says nothing.
UNKNOWN: Final = Scopes()


def _bare(patient: str | None) -> str:
    """`12` for `Patient/12`: some clients send the reference where the id belongs."""
    return (patient or "").removeprefix("Patient/")


def _grant(word: str) -> Grant | None:
    match = _SCOPE.fullmatch(word)
    if match is None:
        return None
    rights = _VERSION_1.get(match["rights"], match["rights"])
    return Grant(match["level"], match["kind"], frozenset(rights), match["narrow"] is not None)
