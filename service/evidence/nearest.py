"""What an author may have meant. In: a name that nothing goes by, and the names there are. Out: a question that can
stand at the beginning of a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def meant(written: str, known: Iterable[str]) -> str:
    """`did you mean gauge? ` where one of `known` is near to what was written, else nothing."""
    near = difflib.get_close_matches(written, sorted(known), 1, 0.8)
    return f"did you mean {near[0]}? " if near else ""
