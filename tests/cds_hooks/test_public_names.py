import subprocess
import sys

import cds_hooks


def test_the_public_names_are_those_listed_in_order():
    modules = {name.removeprefix("cds_hooks.") for name in sys.modules if name.startswith("cds_hooks.")}
    public = {name for name in vars(cds_hooks) if not name.startswith("_")} - modules
    assert public == set(cds_hooks.__all__)


def test_importing_the_package_needs_no_web_framework():
    asked = "import sys, cds_hooks; sys.exit(any(name in sys.modules for name in ('fastapi', 'starlette', 'httpx')))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
