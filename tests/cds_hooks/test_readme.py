"""The service printed in the package's README works as printed."""

import re
from pathlib import Path

from support.hook_calls import PATIENT, example, request_for
from support.hook_service import Caller

import cds_hooks

README = (Path(cds_hooks.__file__).parent / "README.md").read_text("utf-8")
(SNIPPET,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


async def test_the_printed_service_is_discovered_called_and_told_of_feedback():
    printed = {"__name__": "greeter"}
    exec(compile(SNIPPET, "README.md", "exec"), printed)  # noqa: S102 - our own README is what is tested
    named = PATIENT | {"name": [{"given": ["Ada"]}]}
    async with Caller(printed["app"]) as client:
        discovered = (await client.get("/cds-services")).json()["services"]
        answered = await client.call(request_for(prefetch={"patient": named}), "greeter")
        silent = await client.call(request_for(prefetch=...), "greeter")
        reported = await client.report(example("spec3--feedback--accepted-suggestion"), "greeter")
    assert [(entry["id"], entry["hook"]) for entry in discovered] == [("greeter", "patient-view")]
    assert [card["summary"] for card in answered.json()["cards"]] == ["Hello, Ada!"]
    assert silent.json() == {"cards": []}
    assert reported.status_code == 200
    assert [outcome.outcome for outcome in printed["outcomes"]] == ["accepted"]


def test_the_printed_service_is_short():
    assert len([line for line in SNIPPET.splitlines() if line.strip()]) <= 27


def test_the_readme_names_every_module():
    modules = {path.name for path in Path(cds_hooks.__file__).parent.glob("*.py")} - {"__init__.py"}
    assert modules == set(re.findall(r"^\| `(\w+\.py)` \|", README, re.MULTILINE))
