"""The examples and vignettes of the shipped knowledge as cases of a parametrised test, each by a name one can read."""

import re
from functools import cache
from itertools import count
from typing import Any

import pytest

from service.check import CheckReport, run_checks


@cache
def checked() -> CheckReport:
    return run_checks()


def cases(kind: str) -> list[Any]:
    """Every case of one kind, named by its file and its words; a number tells alike beginnings apart."""
    numbers: dict[str, Any] = {}
    made = []
    for case in checked().cases:
        if case.kind != kind:
            continue
        where = case.file.partition("/")[2].removesuffix(".yaml")
        name = re.sub(r"[^\w.+<>=/' -]+", " ", f"{where} {case.name}").strip()[:100]
        number = next(numbers.setdefault(name, count(1)))
        made.append(pytest.param(case, id=name if number == 1 else f"{name} ({number})"))
    return made
