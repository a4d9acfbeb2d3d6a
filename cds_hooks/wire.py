"""What may go on the wire: values of an answer come in, and pass or are refused with a ValueError.

The constructors of `response` and `discovery` share these checks. Each takes the sentence to fail with, which begins
with the id of the requirement.
"""

import math
from typing import Any
from urllib.parse import urlsplit


def require_text(value: Any, sentence: str) -> None:
    """The value is a string that is not blank and that UTF-8 can carry."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(sentence)
    _refuse_surrogates(value, sentence)


def require_https_or_http(url: Any, sentence: str) -> None:
    """The value is an absolute URL that a browser loads by GET: not `javascript:`, `data:` or a relative path."""
    require_text(url, sentence)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(sentence) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in url):
        raise ValueError(sentence)


def require_resource(value: Any, sentence: str) -> None:
    """The value is a FHIR resource in plain Python: typed, with string names, nothing null or empty inside.

    FHIR allows null in one place, an array whose neighbour `_name` carries the extensions of its elements.
    """
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise ValueError(f"{sentence}: it needs a resourceType")
    _require_full(value, sentence, "", null_elements=True)


def require_object(value: Any, sentence: str) -> None:
    """The value is a JSON object with nothing null or empty inside; the object itself may be empty (EXT-2)."""
    if not isinstance(value, dict):
        raise ValueError(sentence)
    for name, member in value.items():
        _require_full({name: member}, sentence, "", null_elements=False)


def without_empty(**members: Any) -> dict[str, Any]:
    """The members that have a value; None and empty strings, lists and objects fall away (JSON-4..6)."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _require_full(value: Any, sentence: str, path: str, *, null_elements: bool) -> None:
    where = f"{sentence}: {path or 'the object'}"
    if value is None or (isinstance(value, str | list | tuple | dict) and not value):
        raise ValueError(f"{where} is null or empty (JSON-4, JSON-5)")
    if isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str):
                raise ValueError(f"{where} has a member whose name is no string")
            _refuse_surrogates(name, where)
            _require_full(member, sentence, f"{path}.{name}" if path else name, null_elements=null_elements)
    elif isinstance(value, list | tuple):
        for n, element in enumerate(value):
            if element is not None or not null_elements:
                _require_full(element, sentence, f"{path}[{n}]", null_elements=null_elements)
    elif isinstance(value, str):
        _refuse_surrogates(value, where)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} is a number that JSON cannot carry")
    elif not isinstance(value, bool | int | float):
        raise ValueError(f"{where} is no JSON value but a {type(value).__name__}")


def _refuse_surrogates(text: str, sentence: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{sentence} (it holds a lone surrogate, which UTF-8 cannot carry)") from None
