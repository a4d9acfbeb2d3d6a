"""Browser tests share one service and one browser. Without a browser only the test that says so is collected."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from support.chromium import Desk, launched, serving, why_no_browser

HERE = Path(__file__).parent
SAYS_SO = "test_installed.py"

if why_no_browser():
    collect_ignore = [path.name for path in HERE.glob("test_*.py") if path.name != SAYS_SO]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.browser)
            if item.path.name != SAYS_SO:
                # The browser lives on one event loop, and so do its tests.
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service keeps its database."""
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def base(folder: Path) -> Iterator[str]:
    with serving(folder) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Any]:
    async with launched() as started:
        yield started


Desks = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desks(browser: Any, base: str) -> Desks:
    """Desks as wanted: `async with desks(color_scheme="dark") as desk`; `at` is the server, if not the usual one."""

    @asynccontextmanager
    async def made(at: str = base, **options: Any) -> AsyncIterator[Desk]:
        context = await browser.new_context(**{"reduced_motion": "reduce"} | options)
        context.set_default_timeout(10_000)
        desk = Desk(await context.new_page(), at)
        desk.watch()
        try:
            yield desk
            assert (desk.complaints, desk.strangers) == ([], [])
        finally:
            await context.close()

    return made


@pytest_asyncio.fixture(loop_scope="session")
async def desk(desks: Desks) -> AsyncIterator[Desk]:
    """A wide light page. When its test ends it has logged no error and asked no other host."""
    async with desks(viewport={"width": 1280, "height": 900}) as made:
        yield made
