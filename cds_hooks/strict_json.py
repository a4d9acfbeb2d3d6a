"""JSON objects from strangers: bytes go in, the members of one object come out, each still unread.

`read_object` refuses what two readers could read differently (bytes that are not UTF-8, NaN, lone surrogates,
a member given twice) and what would exhaust a reader (deep nesting, a flood of tiny values), before it is parsed.
`Members` then reads one member at a time and names its path when it is wrong. A large member stays `msgspec.Raw`
until somebody wants it: a chart of a megabyte costs milliseconds here, because nothing walks it in Python.
"""

import re
from itertools import accumulate
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from cds_hooks.errors import InvalidRequest, MalformedJSON, PayloadTooLarge

# A resource inside a Bundle inside the prefetch starts at level 7, and each nested extension adds two. Charts
# stay below 30; readers that recurse are safe far beyond 64.
MAX_DEPTH = 64
# A megabyte of chart holds about 20,000 objects and arrays and 25,000 commas, whatever EHR it comes from; these are
# for 16 MB of it, and some. Tiny values, a million to the megabyte, cost their readers seconds.
MAX_CONTAINERS = 500_000
MAX_COMMAS = 1_000_000
# Of the protocol's own objects and arrays: an envelope, a context, selections, a batch of feedback. Each member and
# each element is met in Python.
MAX_MEMBERS = 1_000
MAX_ELEMENTS = 1_000

_MEMBER = re.compile(rb'\s*[{,]\s*("(?:[^"\\]|\\.)*")\s*:\s*', re.DOTALL)
_STRING = re.compile(rb'"[^"]*"')
_STEP = re.compile(r"[A-Za-z0-9_.\[\]-]{1,64}")
_NOT_BRACKET_OR_QUOTE = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_UP_AND_DOWN = bytes.maketrans(b"{[}]", b"\x01\x01\xff\xff")
# Charts are peeled within as many rounds; what is deeper is counted.
_ROUNDS = 32
_DIGITS = re.compile(rb'"[0-9]{1,15}"')
_KINDS = {
    b'"': "a string",
    b"{": "an object",
    b"[": "an array",
    b"t": "a boolean",
    b"f": "a boolean",
    b"n": "null",
}

T = TypeVar("T")


def read_object(body: bytes, *, max_depth: int = MAX_DEPTH) -> "Members":
    """The members of the JSON object that `body` is; raises MalformedJSON, InvalidRequest or PayloadTooLarge."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise MalformedJSON(f"Byte {error.start} of the body is not UTF-8.") from None
    marks = _brackets(body)
    if len(marks) > 2 * MAX_CONTAINERS:
        raise PayloadTooLarge(f"The body holds more than {MAX_CONTAINERS} objects and arrays.")
    # Those in strings count as well: notes have one in seventy characters, so that no chart comes near. A comma takes a
    # value behind it, so that smaller bodies need no counting.
    if len(body) > 2 * MAX_COMMAS and body.count(b",") > MAX_COMMAS:
        raise PayloadTooLarge(f"The body holds more than {MAX_COMMAS} commas.")
    if _levels(marks) > max_depth:
        raise MalformedJSON(f"The body nests deeper than {max_depth} levels.")
    try:
        return Members.of(body, "")
    except msgspec.DecodeError as error:
        raise MalformedJSON(f"{str(error).rstrip('.')}.") from None


def nesting(text: bytes) -> int:
    """How many levels of objects and arrays `text` opens, counted without parsing it."""
    return _levels(_brackets(text))


def _brackets(text: bytes) -> bytes:
    """The brackets of `text` outside of strings, in their order: 1 for each that opens, 255 for each that closes.

    Strings fall away first: escaped quotes, then all but quotes and brackets, then the quotes of strings that
    held no bracket (to join two such neighbours into one string is harmless: no bracket stood between them).
    """
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = text.translate(_UP_AND_DOWN, _NOT_BRACKET_OR_QUOTE).replace(b'""', b"")
    if b'"' in marks:
        marks = _STRING.sub(b"", marks).replace(b'"', b"")
    return marks


def _levels(marks: bytes) -> int:
    """How deep `marks` nest: each round peels away the innermost pairs, so the rounds are the levels."""
    left = marks
    for levels in range(_ROUNDS):
        if not left:
            return levels
        before = len(left)
        left = left.replace(b"\x01\xff", b"")
        if len(left) == before:
            break
    # Unbalanced, or deeper than any chart: counting one by one costs more and always tells.
    return max(accumulate(memoryview(marks).cast("b")))


def decode(raw: Raw, path: str) -> Any:
    """The value of `raw` as plain Python; raises MalformedJSON naming `path`."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # Out-of-range numbers are the one thing that a checked body can still hold; a Raw made elsewhere, all.
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error).partition(" - at")[0]
        raise MalformedJSON(f"{path} cannot be read: {reason}.", expression=[path]) from None


class Members:
    """The members of one JSON object, unread, and where in the message the object stands.

    Reading methods take a member's name. A member that is absent, null or an empty string counts as not given:
    clients do send those for optional members (JSON-7).
    """

    __slots__ = ("path", "raw")

    def __init__(self, raw: dict[str, Raw], path: str) -> None:
        self.raw = raw
        self.path = path

    @classmethod
    def of(cls, text: bytes, path: str) -> "Members":
        """The members of the object `text`, which stands at `path`; a member given twice is refused."""
        try:
            raw = msgspec.json.decode(text, type=dict[str, Raw])
        except msgspec.ValidationError:
            raise InvalidRequest(
                f"{path or 'The body'} must be a JSON object, not {_kind(text)}.",
                expression=[path] if path else [],
            ) from None
        members = cls(raw, path)
        if len(raw) > MAX_MEMBERS:
            raise InvalidRequest(
                f"{path or 'The body'} has more than {MAX_MEMBERS} members.", expression=[path] if path else []
            )
        members._refuse_duplicates(text)
        return members

    def step(self, name: str) -> str:
        """The path of the member `name`; odd or endless names are shown in part."""
        shown = name if _STEP.fullmatch(name) else re.sub(r"[^A-Za-z0-9_.-]", "?", name[:64])
        return f"{self.path}.{shown}" if self.path else shown

    def given(self, name: str) -> bool:
        """Whether the member is there with a value other than null or an empty string."""
        return name in self.raw and bytes(self.raw[name]) not in (b"null", b'""')

    def text(self, name: str) -> str:
        """A required string that is not blank."""
        value = self._typed(name, str, "a string")
        if not value.strip():
            raise self.wrong(name, "must not be blank")
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None when it is not given."""
        return self.text(name) if self.given(name) else None

    def integer(self, name: str) -> int:
        """A required whole number, also when it is sent as a string of digits (AUTH-4)."""
        if self.given(name) and _DIGITS.fullmatch(bytes(self.raw[name])):
            return int(self.text(name))
        return self._typed(name, int, "a whole number")

    def texts(self, name: str) -> tuple[str, ...]:
        """A required array of strings."""
        elements = [decode(raw, self.step(name)) for raw in self.array(name)]
        for n, element in enumerate(elements):
            if not isinstance(element, str):
                raise self.wrong(f"{name}[{n}]", "must be a string")
        return tuple(elements)

    def objects(self, name: str) -> tuple["Members", ...]:
        """The objects of a required array, each with its index in its path."""
        path = self.step(name)
        return tuple(Members.of(bytes(raw), f"{path}[{n}]") for n, raw in enumerate(self.array(name)))

    def array(self, name: str) -> tuple[Raw, ...]:
        """The elements of a required array, unread."""
        elements = self._typed(name, list[Raw], "an array")
        if len(elements) > MAX_ELEMENTS:
            raise self.wrong(name, f"has more than {MAX_ELEMENTS} elements")
        return tuple(elements)

    def value(self, name: str) -> Any:
        """A required member of any type, read into plain Python."""
        return decode(self._required(name), self.step(name))

    def object(self, name: str) -> "Members":
        """A required object, its own members unread."""
        return Members.of(bytes(self._required(name)), self.step(name))

    def optional_object(self, name: str) -> "Members | None":
        """An object, or None when it is not given."""
        return self.object(name) if self.given(name) else None

    def wrong(self, name: str, complaint: str) -> InvalidRequest:
        """The error which says that the member `name` is wrong, and how."""
        path = self.step(name)
        return InvalidRequest(f"{path} {complaint}.", expression=[path])

    def _required(self, name: str) -> Raw:
        if not self.given(name):
            raise self.wrong(name, "is required")
        return self.raw[name]

    def _typed(self, name: str, wanted: type[T], wording: str) -> T:
        raw = self._required(name)
        try:
            return msgspec.json.decode(raw, type=wanted)
        except msgspec.ValidationError:
            raise self.wrong(name, f"must be {wording}, not {_kind(bytes(raw))}") from None

    def _refuse_duplicates(self, text: bytes) -> None:
        # The decoder keeps the last of two equal names. So the members are met again here in the order of the
        # text: a name seen before, or a value that is not the one kept for the name, gives a duplicate away.
        position, seen = 0, set[str]()
        while member := _MEMBER.match(text, position):
            name = msgspec.json.decode(member[1], type=str)
            value = bytes(self.raw[name])
            if name in seen or not text.startswith(value, member.end()):
                path = self.step(name)
                raise MalformedJSON(f"{path} is given more than once.", expression=[path])
            seen.add(name)
            position = member.end() + len(value)


def _kind(text: bytes) -> str:
    return _KINDS.get(text.lstrip()[:1], "a number of another kind")
