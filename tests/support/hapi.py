"""A real HAPI FHIR server for tests: our Maven project built once, one Java process for the run, charts loaded into it.
Tests ask the loaded server, or a `Doorkeeper` before it that checks tokens, shrinks pages and holds answers back."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from service.fhir.prefetch_table import TEMPLATES
from service.sandbox.search import find
from service.sandbox.store import Store

SERVER = Path(__file__).parents[1] / "hapi" / "server"
DATA = Path(__file__).parents[1] / "data"
CLASSES, JARS, BUILT = SERVER / "target" / "classes", SERVER / "target" / "jars", SERVER / "target" / "built-from"
# Small enough that a Synthea chart needs several.
PAGE_LIMIT = 50
REQUIRED = bool(os.environ.get("REQUIRE_HAPI"))
SECONDS = 300

# By the name of the file: two charts of several pages, and a small one.
SYNTHEA = ("Robbi_Fisher", "Trey_Berge", "Buster_Hoeger")
US_CORE = ("example", "infant-example", "child-example", "deceased-example")


def why_no_hapi() -> str | None:
    """What keeps the tests on HAPI from running, and how to change that; None where they run."""
    if not REQUIRED:
        return "`make hapi` runs them; it needs Java 17 and Maven, and building downloads about 170 MB"
    # Maven brings a Java that runs and cannot compile.
    missing = [program for program in ("java", "javac", "mvn") if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} missing; on Debian: apt-get install default-jdk-headless maven"
    return None


def build() -> None:
    """Compile the server and collect its jars, unless that was done from these very sources."""
    sources = sorted([SERVER / "pom.xml", *SERVER.glob("src/**/*.java")])
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    if BUILT.exists() and BUILT.read_text("utf-8") == state:
        return
    shutil.rmtree(SERVER / "target", ignore_errors=True)
    command = ["mvn", "--batch-mode", "--quiet", "process-classes"]
    done = subprocess.run(command, cwd=SERVER, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    BUILT.write_text(state, "utf-8")


@contextmanager
def running_hapi(page_limit: int = PAGE_LIMIT) -> Iterator[str]:
    """The base URL of a server that has just started, with nothing in it."""
    build()
    options = [
        "-Xmx768m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    ]
    command = ["java", *options, "-cp", f"{CLASSES}{os.pathsep}{JARS}/*", "cartsign.hapi.HapiForTests", "0"]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([*command, str(page_limit)], stdout=subprocess.PIPE, stderr=said, text=True)
        assert process.stdout is not None
        try:
            # It prints more than that on the way; when it ends, so do its lines.
            port = next((found[1] for line in process.stdout if (found := re.match(r"listening on (\d+)", line))), None)
            if port is None:
                said.seek(0)
                raise AssertionError(f"HAPI did not start: {said.read()[-3000:]}")
            yield f"http://127.0.0.1:{port}/fhir"
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def synthea(name: str) -> Store:
    """One Synthea chart, by the beginning of its file's name."""
    (path,) = (DATA / "synthea").glob(f"{name}_*.json.gz")
    return Store.from_bundles([json.loads(gzip.decompress(path.read_bytes()))])


def us_core() -> Store:
    """The US Core examples, all four patients."""
    read = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "us-core").glob("*.json"))]
    return Store.from_bundles([{"entry": [{"resource": resource} for resource in read]}])


def transaction(store: Store) -> dict[str, Any]:
    """All of a store under the ids that it has there."""
    held = [resource for kind in store.resources.values() for resource in kind.values()]
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}} for one in held
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def prefetch_from(store: Store, patient: str) -> dict[str, Any]:
    """Every template answered in full, as an EHR that knows no pages would."""
    answers: dict[str, Any] = {"patient": store.read("Patient", patient)}
    for key, kind, asked in searches(patient):
        pairs = [(name, value) for name, _, value in (part.partition("=") for part in asked) if name != "_count"]
        found = find(store, kind, pairs, page_limit=100_000).resources
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        answers[key] = bundle | ({"entry": [{"resource": resource} for resource in found]} if found else {})
    return answers


def searches(patient: str) -> list[tuple[str, str, list[str]]]:
    """What the service searches about a patient: key, type, `name=value` parameters."""
    asked = []
    for template in TEMPLATES:
        kind, is_search, query = template.query.replace("{{context.patientId}}", patient).partition("?")
        if is_search:
            asked.append((template.key, kind, query.split("&")))
    return asked
