"""The mock EHR: one HTML page with its style sheets and scripts, all from this process. In: the service's clock. Out:
routes for `/sandbox` and `/sandbox/static/`; the page itself is a CDS client that runs in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import HTMLResponse

FOLDER: Final = Path(__file__).parent / "static"
MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
# Scripts, styles and pictures from here alone, requests to here alone, and no string ever becomes markup: the browser
# refuses innerHTML and its like (trusted types), so that a card or a pasted note cannot run.
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def create_router(now: Callable[[], datetime]) -> APIRouter:
    """The page and its files, read once; `now` is the service's clock, which dates a pasted note."""
    router = APIRouter(prefix="/sandbox", include_in_schema=False)
    document = (FOLDER / "page.html").read_text("utf-8")
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES}

    @router.get("")
    async def page() -> Response:
        return HTMLResponse(document.replace("{{today}}", now().date().isoformat()), headers=HEADERS)

    @router.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in files:
            raise HTTPException(404)
        return Response(files[name], media_type=MEDIA_TYPES[Path(name).suffix])

    return router
