"""Damage done to a body as bytes. In: a source of chance and the body. Out: the body damaged, and what was done; much
of it is JSON still, with other letters, other numbers, or less of it."""

import re
from collections.abc import Callable
from random import Random

_PIECES = (
    b"\x00", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\ud800", b"\\u0000", b"\\x", b"{", b"}", b"[",
    b"]", b'"', b",", b":", b"1e999999", b"-", b"NaN", b"9" * 4000, b"/*", b"\n", b"\\", b'"hook":1,', b"\\u202e",
)  # fmt: skip
_NUMBERS = (b"1e999999", b"7" * 400, b"-0", b"1E+2", b"0.1e-400")
_NUMBER = re.compile(rb"(?<=[:\[,])( ?)-?\d+(?:\.\d+)?(?=[,\]}])")
_LETTER = re.compile(rb"[a-z ]")


def damage(chance: Random, body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The body damaged in one place or a few, and how."""
    done = []
    for name in chance.choices(list(DAMAGES), k=chance.choice([1, 1, 1, 2, 4])):
        at = chance.randrange(len(body)) if body else 0
        body = DAMAGES[name](chance, body, at)
        done.append(f"{name} {at}")
    return body, tuple(done)


def _letter(chance: Random, body: bytes, at: int) -> bytes:
    """Another letter for a letter: the JSON stays whole."""
    found = _LETTER.search(body, at)
    return body if found is None else _put(body, found.start(), bytes([chance.choice(b"aeiou xz")]))


def _letters(chance: Random, body: bytes, at: int) -> bytes:
    for step in range(20):
        body = _letter(chance, body, (at + step * 97) % max(1, len(body)))
    return body


def _number(chance: Random, body: bytes, at: int) -> bytes:
    found = _NUMBER.search(body, at)
    return body if found is None else body[: found.start()] + found[1] + chance.choice(_NUMBERS) + body[found.end() :]


def _bit(chance: Random, body: bytes, at: int) -> bytes:
    return _put(body, at, bytes([body[at] ^ (1 << chance.randrange(8))])) if body else body


def _cut(_chance: Random, body: bytes, at: int) -> bytes:
    return body[:at]


def _lose(chance: Random, body: bytes, at: int) -> bytes:
    return body[:at] + body[at + chance.randint(1, 60) :]


def _twice(chance: Random, body: bytes, at: int) -> bytes:
    return body[:at] + body[at : at + chance.randint(1, 400)] + body[at:]


def _piece(chance: Random, body: bytes, at: int) -> bytes:
    return body[:at] + chance.choice(_PIECES) + body[at:]


def _ends(chance: Random, body: bytes, _at: int) -> bytes:
    before, behind = [b"\xef\xbb\xbf", b" \n", b"null", b"[", b""], [b"", b"}", b"\n\n", b"{}", b"\x00"]
    return chance.choice(before) + body + chance.choice(behind)


def _encoding(chance: Random, body: bytes, _at: int) -> bytes:
    return body.decode("utf-8", "replace").encode(chance.choice(["utf-16", "utf-32-le", "latin-1"]), "replace")


def _put(body: bytes, at: int, piece: bytes) -> bytes:
    return body[:at] + piece + body[at + 1 :]


DAMAGES: dict[str, Callable[[Random, bytes, int], bytes]] = {
    "letter": _letter, "letters": _letters, "number": _number, "bit": _bit, "cut": _cut, "lose": _lose,
    "twice": _twice, "piece": _piece, "ends": _ends, "encoding": _encoding,
}  # fmt: skip
