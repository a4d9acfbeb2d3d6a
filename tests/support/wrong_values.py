"""Values that a member of a token must not have, each by the name of what is wrong with it."""

from typing import Any

from cds_hooks.testing import LEFT_OUT

NOT_TEXT: dict[str, Any] = {"a number": 5, "true": True, "an array": ["x"], "an object": {"x": "y"}}
NOT_GIVEN: dict[str, Any] = {"left out": LEFT_OUT, "null": None, "empty": ""}
NOT_A_TIME: dict[str, Any] = {
    "text": "1795000000", "a date": "2026-11-30T09:00:00Z", "true": True, "an array": [1795000000],
    "an object": {"seconds": 1795000000}, "negative": -1, "beyond the calendar": 10**15, "beyond 64 bits": 10**30,
    "a huge fraction": 1e300,
}  # fmt: skip
NOT_AN_OBJECT: dict[str, bytes] = {
    "not JSON": b"{alg}", "cut short": b'{"alg":"ES384"', "an array": b'["ES384"]', "text": b'"ES384"',
    "a number": b"384", "null": b"null", "two objects": b"{}{}", "a byte order mark": b'\xef\xbb\xbf{"alg":"ES384"}',
    "UTF-16": '{"alg":"ES384"}'.encode("utf-16"), "not UTF-8": b'{"alg":"\xff"}',
    "a trailing comma": b'{"alg":"ES384",}',
    "a comment": b'{/**/"alg":"ES384"}', "NaN": b'{"alg":NaN}', "deep": b'{"a":' * 40 + b"1" + b"}" * 40,
    "a lone surrogate": b'{"alg":"\\ud800"}',
}  # fmt: skip
UNPRINTABLE = {"NUL": "a\0b", "a line break": "a\nb", "a change of direction": "a\u202eb"}
