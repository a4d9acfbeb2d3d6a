"""Hand-made findings: what is named has its status and one piece of evidence, all else is not documented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from support.rules import shipped_atoms

from service.evidence.model import Evidence, Findings, Found, Status

STATED = date(2026, 10, 20)

# One plain sentence for each letter, so that a card reads like one about a patient.
SENTENCES = {
    "A": "both thighs ache after one block of walking",
    "F": "better leaning on the cart",
    "S": "eases when sitting down",
    "V1": "settles when he stands still",
    "V2": "calf cramp only",
    "V3": "Ankle-brachial index: 0.72",
    "V4": "dorsalis pedis pulses absent",
    "V5": "peripheral arterial disease",
}


def evidence(
    atom: str,
    status: Status = "present",
    *,
    kind: str = "",
    quote: str = "",
    ref: str = "",
    when: date | None = STATED,
    value: str = "",
    side: str = "",
) -> Evidence:
    return Evidence(
        ref=ref or f"DocumentReference/{atom.lower()}",
        path="content[0].attachment",
        quote=quote or SENTENCES.get(atom, f"a sentence about {kind or atom}"),
        status=status,
        reason="made by hand",
        when=when,
        kind=kind,
        side=side,
        value=value,
    )


Given = Status | Iterable[str | Evidence]


def findings(age: int | None = 66, **given: Given) -> Findings:
    """`A="present"` gives A one statement; a list gives kinds or evidence. `rest_relief` gets its hyphen."""
    stated = {atom.replace("_", "-"): value for atom, value in given.items()}
    unknown = stated.keys() - set(shipped_atoms())
    assert not unknown, f"no such finding: {unknown}"
    return Findings({atom: _found(atom, stated.get(atom)) for atom in shipped_atoms()}, age)


def _found(atom: str, given: Given | None) -> Found:
    if given is None:
        return Found(atom, atom.lower(), "not-documented")
    if isinstance(given, str):
        return Found(atom, atom.lower(), given, (evidence(atom, given),))
    pieces = tuple(piece if isinstance(piece, Evidence) else evidence(atom, kind=piece) for piece in given)
    said = {piece.status for piece in pieces}
    status: Status = next((s for s in ("present", "absent", "possible") if s in said), "not-documented")
    return Found(atom, atom.lower(), status, pieces)
