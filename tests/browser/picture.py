"""The pictures in `docs/`, taken of a real run: `make picture`. They look best where the typeface Inter is installed,
and are half the size where pngquant is (Debian: fonts-inter, pngquant); neither is needed."""

import asyncio
import shutil
import subprocess
import tempfile
from pathlib import Path

from support.chromium import Desk, launched, serving, why_no_browser

DOCS = Path(__file__).parents[2] / "docs"
SIZE = {"width": 1240, "height": 1625}
CARD = "#patient=demo-possible&hook=patient-view"
READING = "#patient=demo-family-history&hook=patient-view"


async def take(base: str) -> None:
    async with launched() as browser:
        for name, scheme in [("mock-ehr.png", "light"), ("mock-ehr-dark.png", "dark")]:
            page = await browser.new_page(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
            await Desk(page, base).open(CARD)
            await page.screenshot(path=DOCS / name)
        page = await browser.new_page(viewport={"width": 900, "height": 900}, reduced_motion="reduce")
        await Desk(page, base).open(READING)
        await page.locator(".behind").screenshot(path=DOCS / "mock-ehr-reading.png")
    if pngquant := shutil.which("pngquant"):
        pictures = sorted(map(str, DOCS.glob("mock-ehr*.png")))
        subprocess.run([pngquant, "--force", "--skip-if-larger", "--ext", ".png", "256", *pictures], check=False)


if __name__ == "__main__":
    if missing := why_no_browser():
        raise SystemExit(missing)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
        asyncio.run(take(url))
