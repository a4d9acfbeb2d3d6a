"""Requests with something wrong in them. In: a seed and a number. Out: a `Mutant`, the same bytes each time: a request
of a demo patient or an official example, changed in its structure, then sometimes given another patient's data, or
damaged as bytes."""

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from fuzz.damages import damage
from fuzz.strangers import estrange
from support.hostile_text import HOSTILE

Json = dict[str, Any]
Place = tuple[Any, Any]

# The patients in the originals have ids of this form; each mutant gets one of its own, so that none has a history.
OWN = re.compile(rb"demo-[a-z-]+?(?=[\"/-])")

WEIRD_DATES = (
    "2026", "2026-11", "2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-11-30T25:61:61Z",
    "2026-11-30T09:00:00.123456789+14:00", "2026-11-30T09:00:00-99:99", "30/11/2026", "yesterday", "", " 2026-11-01 ",
    "２０２６-11-01", "2026-11-30T23:59:60Z", "1800-01-01", "2126-01-01",
)  # fmt: skip
WEIRD_UNITS = ("", "1", "m", "ft", "mm[Hg]", "{ratio}", "%", "blocks", "µ", "10*3/uL", "\u202ecm")
WEIRD_NUMBERS = (
    0, -1, 1, 0.9, 1e308, -1e308, 5e-324, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 10**3999, 0.1 + 0.2, 1e22,
)  # fmt: skip
OTHER_TYPES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1.5,
    "",
    " ",
    "x",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"": None},
    "null",
)
REFERENCES = (
    "Patient/somebody-else", "Encounter/1", "Group/1", "#", "#x", "", "Patient/", "Patient//", "/", "..", "http://",
    "https://[", "urn:uuid:", "urn:oid:1.2.3", "Patient/1/_history/", "Patient?_id=1", "patient/1", "x" * 500,
)  # fmt: skip
_ODD = (*range(32), 0xAD, 0x301, 0x200B, 0x202E, 0xFEFF, 0xFFFE, 0x1F600, 0x10FFFF)
_DATED = re.compile(r"(?i)date|issued|recorded|authored|onset|start|end|period|instant|updated")


@dataclass(frozen=True)
class Mutant:
    """A body to send, where to, and what was done to it."""

    seed: int
    number: int
    body: bytes
    feedback: bool
    changes: tuple[str, ...]


class Originals:
    """What mutants are made of: whole requests as bytes, feedback, and charts of another patient."""

    def __init__(self, requests: Sequence[bytes], reports: Sequence[bytes], charts: list[list[Json]]) -> None:
        self.requests = tuple(requests)
        self.reports = tuple(reports)
        self.charts = charts

    def mutant(self, seed: int, number: int) -> Mutant:
        """The mutant with that number."""
        chance = Random(f"{seed}:{number}")
        feedback = chance.random() < 0.04
        body = chance.choice(self.reports if feedback else self.requests)
        renamed = f"demo-{number:x}-x".encode()
        if not feedback and chance.random() < 0.9:
            # One in ten keeps its patient's id, whom the sandbox's server knows.
            body = body.replace(_patient(body), renamed)
        if chance.random() < 0.15:
            damaged, changes = damage(chance, body)
            return Mutant(seed, number, damaged, feedback, changes)
        request = json.loads(body)
        changes = tuple(change(chance, request) for _ in range(chance.choice([0, 1, 1, 2, 3, 5, 8])))
        if not feedback and chance.random() < 0.4:
            changes += (f"another patient: {estrange(chance, request, self.charts)}",)
        return Mutant(seed, number, _written(chance, request), feedback, changes)


def _patient(body: bytes) -> bytes:
    found: str = json.loads(body)["context"]["patientId"]
    return found.encode()


def _written(chance: Random, request: Any) -> bytes:
    """JSON with or without escapes, packed or spread out."""
    plain = chance.random() < 0.3
    text = json.dumps(request, ensure_ascii=not plain, indent=chance.choice([None, None, None, 0, 2]))
    return text.encode("utf-8", "surrogatepass")


def change(chance: Random, request: Any) -> str:
    """Change one thing in a request; which it was."""
    at = list(places(request))
    if not at:
        return "nothing left"
    # Most go into the charts: what is wrong with the envelope is refused and tells nothing further.
    kind = chance.random()
    prefetch = request.get("prefetch") if isinstance(request, dict) else None
    if kind < 0.85:
        at = places(prefetch) or at
    elif kind < 0.9 and isinstance(prefetch, dict) and prefetch:
        at = [(prefetch, key) for key in prefetch]
    name = chance.choice(OPERATIONS)
    wanted = [place for place in (chance.choice(at) for _ in range(12)) if FITS[name](place)]
    if not wanted:
        name, wanted = "retype", [chance.choice(at)]
    container, key = wanted[0]
    CHANGES[name](chance, container, key, at)
    return f"{name} {key}"


def places(value: Any) -> list[Place]:
    """Every container inside a value with each of its keys."""
    found: list[Place] = []
    left = [value] if isinstance(value, dict | list) else []
    while left:
        container = left.pop()
        members = container.items() if isinstance(container, dict) else enumerate(container)
        for key, member in members:
            found.append((container, key))
            if isinstance(member, dict | list):
                left.append(member)
    return found


def _drop(_chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    del container[key]


def _repeat(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    twin = json.loads(json.dumps(container[key]))
    if isinstance(container, list):
        container[key:key] = [twin] * chance.choice([1, 1, 2, 50])
    else:
        container[chance.choice([f"_{key}", f"{key} ", f"{key}[0]", key.upper(), "resource", "entry"])] = twin


def _retype(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    value = container[key]
    others: list[Any] = [*OTHER_TYPES, [value], {"value": value}, json.dumps(value)[:2000]]
    container[key] = json.loads(json.dumps(chance.choice(others)))


def _swap(chance: Random, container: Any, key: Any, at: list[Place]) -> None:
    other, theirs = chance.choice(at)
    try:
        value = json.loads(json.dumps(other[theirs]))
    except (KeyError, IndexError):
        return
    container[key] = value


def _truncate(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    container[key] = container[key][: chance.randint(0, len(container[key]))]


def _inject(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    text = chance.choice(list(HOSTILE.values()))
    said, cut = container[key], chance.randint(0, len(container[key]))
    container[key] = chance.choice([text, said + text, said[:cut] + text + said[cut:]])


def _lengthen(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    piece = chance.choice(["a", " ", "no ", "leg pain on walking, ", "(", "\n", "é", "𝒳", container[key] or "x"])
    container[key] = (piece * 4000)[: chance.choice([300, 2_000, 20_000])]


def _scramble(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    junk = "".join(chr(chance.choice(_ODD)) for _ in range(9))
    half = chr(chance.randint(0xD800, 0xDFFF)) if chance.random() < 0.05 else ""
    cut = chance.randint(0, len(container[key]))
    container[key] = container[key][:cut] + junk + half + container[key][cut:]


def _date(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    container[key] = chance.choice(WEIRD_DATES)


def _number(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    container[key] = chance.choice(WEIRD_NUMBERS)


def _unit(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    container[key] = chance.choice(WEIRD_UNITS)


def _code(chance: Random, container: Any, key: Any, at: list[Place]) -> None:
    codes = [inner["code"] for inner, name in at if name == "code" and isinstance(inner.get("code"), str)]
    container[key] = chance.choice([*codes, "", "0", "entered-in-error", "refuted", "active", "final", 275520000, "🦵"])


def _reference(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    container[key] = chance.choice(REFERENCES)


def _bundle(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    inner = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": container[key]}]}
    container[key] = chance.choice([inner, {"resource": container[key]}, {"resource": {"resource": container[key]}}])


def _contain(chance: Random, container: Any, key: Any, at: list[Place]) -> None:
    hosts = [inner for inner, name in at if name == "resourceType" and inner is not container[key]]
    if hosts:
        chance.choice(hosts)["contained"] = [container[key]]
        container[key] = None


def _deepen(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    value = container[key]
    for _ in range(chance.choice([3, 10, 40, 70])):
        value = [value] if chance.random() < 0.5 else {"extension": value}
    container[key] = value


def _note(chance: Random, container: Any, key: Any, _at: list[Place]) -> None:
    """What a document says, changed inside its base64."""
    try:
        text = base64.b64decode(container[key]).decode("utf-8", "replace")
    except ValueError:
        return
    words = text.split(" ")
    match chance.choice(["inject", "shuffle", "half", "join"]):
        case "inject":
            words.insert(chance.randint(0, len(words)), chance.choice(list(HOSTILE.values())))
        case "shuffle":
            chance.shuffle(words)
        case "half":
            words = words[: len(words) // 2]
        case _:
            words = [chance.choice(["", " ", "\n", "\t", "/"]).join(words)]
    container[key] = base64.b64encode(" ".join(words).encode("utf-8", "replace")).decode()


def _is(kind: Any) -> Callable[[Place], bool]:
    return lambda place: isinstance(place[0][place[1]], kind)


def _named(pattern: str, kind: Any = object) -> Callable[[Place], bool]:
    return lambda place: isinstance(place[1], str) and bool(re.search(pattern, place[1])) and _is(kind)(place)


def _is_resource(place: Place) -> bool:
    value = place[0][place[1]]
    return isinstance(value, dict) and "resourceType" in value and place[1] == "resource"


CHANGES: dict[str, Callable[[Random, Any, Any, list[Place]], None]] = {
    "drop": _drop, "repeat": _repeat, "retype": _retype, "swap": _swap, "truncate": _truncate, "inject": _inject,
    "lengthen": _lengthen, "scramble": _scramble, "date": _date, "number": _number, "unit": _unit, "code": _code,
    "reference": _reference, "bundle": _bundle, "contain": _contain, "deepen": _deepen, "note": _note,
}  # fmt: skip
FITS: dict[str, Callable[[Place], bool]] = {
    **dict.fromkeys(("drop", "repeat", "retype", "swap", "deepen"), _is(object)),
    **dict.fromkeys(("truncate", "inject", "lengthen", "scramble"), _is(str)),
    "date": lambda place: isinstance(place[1], str) and bool(_DATED.search(place[1])),
    "number": _is(int | float | str),
    "unit": _named("^(unit|code|system)$"),
    "code": _named("^(code|status|intent|docStatus|contentType)$", str),
    "reference": _named("^reference$"),
    "bundle": _is_resource,
    "contain": _is_resource,
    "note": _named("^data$", str),
}
OPERATIONS = [*CHANGES, "inject", "date", "code", "drop", "note"]
