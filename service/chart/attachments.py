"""Attachments of reports and documents. In: base64 data with a content type. Out: passages of plain text;
what is not text (PDF, RTF, a link) is a gap, unless the same document came in a readable form as well."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from service.chart.entry import Entry
from service.chart.model import Passage
from service.chart.text import MAX_CHARACTERS, clean, markup_to_text

_PLAIN: Final = frozenset({"text/plain", "text/markdown"})
_MARKUP: Final = frozenset({"text/html", "application/xhtml+xml", "application/xhtml"})
# Whatever the sender names is looked up here and nowhere else: Python also knows codecs that are no character
# sets. ISO 8859-1 is read as its superset Windows-1252, as browsers do, because that is what is sent under
# its name.
_CHARSETS: Final = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "utf-8-sig",
    "ascii": "utf-8-sig",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}


def attachment_passages(entry: Entry, attachments: list[tuple[str, dict[str, Any]]]) -> tuple[Passage, ...]:
    """The text of the attachments, each with its path; repeated text once.

    The forms of one report, and the contents of one document, say the same in several formats
    (DiagnosticReport.presentedForm, DocumentReference.content): a PDF beside readable text leaves nothing
    unread.
    """
    found: dict[str, Passage] = {}
    unread: list[tuple[str, str]] = []
    for path, attachment in attachments:
        media_type, _, parameters = entry.text(attachment, "contentType", path + ".").lower().partition(";")
        media_type = media_type.strip()
        if attachment.get("data") is None:
            unread.append((path, "is a link; only text inside the resource is read"))
        elif media_type not in _PLAIN and media_type not in _MARKUP:
            unread.append((path, f"is {_shown(media_type)}; only text is read"))
        else:
            raw = _decoded(entry, attachment["data"], path)
            text = _characters(raw, parameters)
            text = clean(markup_to_text(text) if media_type in _MARKUP else text)
            if text.strip():
                found.setdefault(" ".join(text.split()), Passage(path + ".data", text))
    if not found:
        for path, why in unread:
            entry.unreadable(path, why)
    return tuple(found.values())


def _shown(media_type: str) -> str:
    """The content type if it looks like one, since it is repeated in a gap and a gap repeats no chart
    text."""
    kind, _, subtype = media_type.partition("/")
    usual = all(c.isalnum() or c in ".+-" for c in kind + subtype) and media_type.isascii()
    return (
        f"an attachment of type {media_type}"
        if kind and subtype and usual and len(media_type) < 80
        else ("an attachment of unstated type")
    )


def _decoded(entry: Entry, data: Any, path: str) -> bytes:
    """The bytes behind base64 with the liberties people take: line breaks, the URL alphabet, no padding."""
    if not isinstance(data, str):
        entry.unreadable(path + ".data", "is not text")
        return b""
    data = "".join(data.split()).replace("-", "+").replace("_", "/").rstrip("=")
    # Four characters carry three bytes.
    limit = MAX_CHARACTERS // 3 * 4
    if len(data) > limit:
        entry.gap("cut-short", f"{path}.data: only the first {MAX_CHARACTERS} bytes were read")
        data = data[:limit]
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError):
        entry.unreadable(path + ".data", "is not base64")
        return b""


def _characters(raw: bytes, parameters: str) -> str:
    declared = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            declared = _CHARSETS.get(value.strip().strip("\"'"), "")
    codec = declared or "utf-8-sig"
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        # A cut can fall inside a character. Anything else that is no UTF-8, although it was said or assumed
        # to be, is in the other usual encoding of old systems.
        cut = error.start >= len(raw) - 4
        return raw.decode(codec if cut or codec != "utf-8-sig" else "cp1252", "replace")
