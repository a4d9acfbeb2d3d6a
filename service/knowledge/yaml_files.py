"""YAML as knowledge files use it. In: the bytes of a file, which anybody may have written. Out: plain values, or
`Unreadable` with the line, what is wrong and what to do; and, for a problem found later, the line it is on. Size, depth
and what aliases stand for are limited, so that no file can exhaust the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

# Some twenty times the largest file that is shipped, four times the deepest nesting, ten times the most values.
MOST_BYTES: Final = 1_000_000
MOST_LEVELS: Final = 40
MOST_VALUES: Final = 100_000

# What YAML says of the mistakes that authors make, and what to do about them.
_REMEDIES: Final = {
    "mapping values are not allowed": "put a text that holds a colon and a space in quotes",
    "cannot start any token": "indent with spaces, and put a text that begins with a special sign in quotes",
    "unexpected end of stream": "close the quote that is opened there",
    "did not find expected": "check indentation, commas, brackets and quotes there and in the line above",
    "found undefined alias": "a text that begins with * is put in quotes",
    "unacceptable character": "save the file as plain text in UTF-8",
    "UTF-8": "save the file as plain text in UTF-8",
    "another document": "keep one document in a file: delete the line ---",
    "is written twice": "keep one of them",
    "<< is not read": "write the keys out",
    "no day of the calendar": "write a day as 2026-11-23",
    "could not determine a constructor": "put a text that begins with ! in quotes",
}
_REMEDY: Final = "check keys, quotes, colons and indentation there"


class Unreadable(Exception):
    """A file that is no YAML we read: `key` says where, `line` is counted from 1 and 0 where none is known."""

    def __init__(self, key: str, problem: str, remedy: str, line: int = 0) -> None:
        super().__init__(problem)
        self.key, self.problem, self.remedy, self.line = key, problem, remedy, line


class _Loader(yaml.CSafeLoader):
    """Safe YAML that refuses a key written twice, where plain YAML would forget the first in silence, and `<<`, which
    can make a short file endless."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is a list or has keys itself", problem_mark=key.start_mark)
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(problem="<< is not read here", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} is written twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            told = f"{node.value} is no day of the calendar"
            raise yaml.MarkedYAMLError(problem=told, problem_mark=node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_day)


def read_yaml(content: bytes) -> Any:
    """The value of a file. Raises `Unreadable`."""
    if len(content) > MOST_BYTES:
        raise Unreadable(
            "the file", f"is larger than {MOST_BYTES:,} bytes", "split it: every file of a folder is read alike"
        )
    try:
        _measure_depth(content)
        value = yaml.load(content, Loader=_Loader)  # noqa: S506 - a CSafeLoader, only stricter
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable(error) from error
    values, levels = _extent(value, {}, 0)
    if levels > MOST_LEVELS:
        raise _too_deep(0)
    if values > MOST_VALUES:
        raise Unreadable(
            "the file", f"stands for more than {MOST_VALUES:,} values", "split it, and write * for small parts only"
        )
    return value


def _measure_depth(content: bytes) -> None:
    """Refuses what is nested too deeply before anything is built of it: the parser's events come one by one."""
    depth = 0
    for event in yaml.parse(content, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_LEVELS:
                raise _too_deep(event.start_mark.line + 1 if event.start_mark else 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(line: int) -> Unreadable:
    return Unreadable(
        _place(line, 0),
        f"is nested more than {MOST_LEVELS} levels deep",
        "close brackets, or split what is nested",
        line,
    )


def _extent(value: Any, known: dict[int, tuple[int, int]], depth: int) -> tuple[int, int]:
    """How many values and levels this is when every alias is written out; what holds itself has no end."""
    if not isinstance(value, dict | list):
        return 1, 0
    if depth > MOST_LEVELS:
        raise _too_deep(0)
    if id(value) not in known:
        parts = value.values() if isinstance(value, dict) else value
        extents = [_extent(part, known, depth + 1) for part in parts]
        known[id(value)] = (
            1 + sum(values for values, _ in extents),
            1 + max((levels for _, levels in extents), default=0),
        )
    return known[id(value)]


def _unreadable(error: yaml.YAMLError | ValueError) -> Unreadable:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    remedy = next((remedy for said, remedy in _REMEDIES.items() if said in problem), _REMEDY)
    line = mark.line + 1 if mark else 0
    return Unreadable(_place(line, mark.column + 1 if mark else 0), f"cannot be read as YAML: {problem}", remedy, line)


def _place(line: int, column: int) -> str:
    return (f"line {line}, column {column}" if column else f"line {line}") if line else "the file"


def line_of(content: bytes, key: str, problem: str = "") -> int:
    """The line of a readable file that a problem is about, from 1, or 0 where that is not to be seen.

    `key` is a path such as `when.all[0].finding`; names in quotes in `problem` are looked for below it.
    """
    node, line = yaml.compose(content, Loader=yaml.CSafeLoader), 0
    if node is None:
        return 0
    for step in re.findall(r"[^\s.:\[\]]+", key):
        below = _step(node, step)
        if below is None:
            line = _line_of_text(node, step) or line
            break
        node, line = below[1], below[0].start_mark.line + 1
    named = (_line_of_text(node, name) for name in re.findall(r"'([^']+)'", problem))
    return next((found for found in named if found), line)


def _step(node: yaml.Node, step: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
        return node.value[int(step)], node.value[int(step)]
    return None


def _line_of_text(node: yaml.Node, text: str) -> int:
    return next((scalar.start_mark.line + 1 for scalar in _scalars(node) if scalar.value == text), 0)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from _scalars(part)
