"""A real browser and the service it looks at: Debian's Chromium, driven by playwright, and the whole application on a
free port. Every page is watched: what it logs, what it throws, whom it asks."""

import importlib.util
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from support.running import settings_for, shipped_knowledge

from service.app import create_app
from service.serving import listen

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# It would look for its maker's hosts at start; nothing but this machine resolves.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
ACCEPTED = "Feedback sent: accepted. The service has stored it (HTTP 200)."
OVERRIDDEN = "Feedback sent: overridden. The service has stored it (HTTP 200)."


def why_no_browser() -> str | None:
    """What is missing, and how to get it; None where browser tests can run."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed; `make test` installs it"
    if CHROMIUM is None:
        return "there is no Chromium; on Debian: apt-get install --no-install-recommends chromium"
    return None


@contextmanager
def serving(folder: Path, **changes: Any) -> Iterator[str]:
    """The base URL of the application as `cartsign demo` starts it, served from a thread until the block ends."""
    listening = listen("127.0.0.1", 0)
    settings = settings_for(folder, port=listening.getsockname()[1], **changes)
    with served(create_app(settings, knowledge=shipped_knowledge()), listening):
        yield settings.url


@contextmanager
def served(app: FastAPI, listening: socket.socket) -> Iterator[None]:
    """The application answers on the socket, from a thread, until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    assert server.started
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@asynccontextmanager
async def launched() -> AsyncIterator["Browser"]:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[ALONE])
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Desk:
    """One page of the mock EHR, and what it should never have: complaints, and requests to anybody else."""

    page: "Page"
    base: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    # Chromium logs every answer that is an error; a test that provokes one says so.
    refusals_expected: bool = False

    def watch(self) -> None:
        def logged(message: Any) -> None:
            refusal = message.text.startswith("Failed to load resource")
            if message.type in ("error", "warning") and not (refusal and self.refusals_expected):
                self.complaints.append(message.text)

        def asked(request: Any) -> None:
            if not request.url.startswith(f"{self.base}/"):
                self.strangers.append(request.url)

        self.page.on("console", logged)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", asked)

    async def open(self, fragment: str = "") -> None:
        """Open the page at a fragment, in a document of its own, and wait for the answer where one is due."""
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.base}/sandbox{fragment}")
        if "view=note" in fragment:
            await self.page.get_by_role("heading", name="Try a note").wait_for()
        else:
            await self.answered()

    async def answered(self) -> None:
        """Wait for the answer to a call and for what stands behind it."""
        await self.page.locator("#result:not([aria-busy]) [role=tablist]").wait_for()

    async def read_note(self, note: str, age: str = "70") -> None:
        await self.open("#view=note")
        await self.page.get_by_label("Note", exact=True).fill(note)
        await self.page.get_by_label("Age in years").fill(age)
        await self.page.get_by_role("button", name="Read this note").click()
        await self.answered()

    async def tab(self, name: str) -> "Locator":
        """Open one of the tabs behind the answer; its panel."""
        await self.page.get_by_role("tab", name=name, exact=True).click()
        return self.page.get_by_role("tabpanel")

    @property
    def card(self) -> "Locator":
        return self.page.locator("article.card")

    async def width_needed(self) -> int:
        needed: int = await self.page.evaluate("document.documentElement.scrollWidth")
        return needed
