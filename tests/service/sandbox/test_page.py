"""The mock EHR's page as the server gives it: the headers that keep it inert, and files that exist."""

import re
from pathlib import Path

from support.running import running, settings_for

from service.sandbox.page import FOLDER


async def test_the_page_carries_the_services_day_and_runs_nothing_but_its_own_files(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        page = await service.client.get("/sandbox")

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'data-today="2026-11-30"' in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=", page.text)


async def test_every_file_that_is_named_is_served_with_its_type(tmp_path: Path) -> None:
    named = set(re.findall(r"sandbox/static/([\w.-]+)", (FOLDER / "page.html").read_text("utf-8")))
    for script in FOLDER.glob("*.js"):
        named |= set(re.findall(r'from "\./([\w.-]+)"', script.read_text("utf-8")))
    types = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    async with running(settings_for(tmp_path)) as service:
        for name in named:
            answer = await service.client.get(f"/sandbox/static/{name}")
            assert answer.status_code == 200, name
            assert answer.headers["content-type"].startswith(types[Path(name).suffix])
    assert named == {path.name for path in FOLDER.iterdir()} - {"page.html", "README.md"}


async def test_nothing_outside_the_folder_is_served(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as service:
        for name in ("page.html", "nothing.js", "..%2Fpage.py", "%2e%2e/page.py", "../page.py"):
            assert (await service.client.get(f"/sandbox/static/{name}")).status_code == 404, name


async def test_no_script_writes_markup_or_names_another_host() -> None:
    for path in FOLDER.iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            path
        )
        hosts = set(re.findall(r"https?://([\w.-]+)", text))
        # Names of code systems and of the SVG namespace; nothing is fetched from them.
        assert hosts <= {"www.w3.org", "loinc.org", "snomed.info", "www.ama-assn.org"}, path


async def test_without_the_sandbox_there_is_no_page(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, sandbox=False)) as service:
        for path in ("/sandbox", "/sandbox/static/app.js", "/sandbox/patients"):
            assert (await service.client.get(path)).status_code == 404
