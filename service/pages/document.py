"""What all pages have in common: one style sheet, the icon, the headers that keep a page private and inert, and
templates that escape whatever they are given. In: the name of a template and its values. Out: one HTML document."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

FOLDER: Final = Path(__file__).parent
STYLE: Final = (FOLDER / "page.css").read_text("utf-8")
# 100 by 100 pixels, no transparency, as CARD-9 wants it.
ICON: Final = (FOLDER / "icon.png").read_bytes()
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

# Nothing may load, run, frame or be sent; the one style sheet is allowed by its hash.
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

_pages: Final = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, **values: Any) -> str:
    """The document that `template` makes of `values`."""
    return _pages.get_template(template).render(style=Markup(STYLE), **values)  # noqa: S704  # our own file
