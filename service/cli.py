"""The `cartsign` command. In: arguments and the environment. Out: text on standard output, complaints on standard
error, and an exit code: 0 when it worked (silence of the service included), 1 when a check or call failed, 2 when what
was given cannot be used."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

# Imports that cost time (web framework, database) stand in the functions that need them: `decide` starts fast.
from service import client_commands, ehr_commands
from service.settings import DEFAULTS, Command, Settings, SettingsError, read_instant, read_settings

FAILED = 1
REFUSED = 2

DEMO_PATIENT = "demo-probable"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _occupy_standard_streams()
    given = _parser().parse_args(arguments)
    try:
        at = read_instant("--at", given.at) if getattr(given, "at", None) else None
        code: int = given.run(given, at)
    except SettingsError as problem:
        return _complain(str(problem))
    except BrokenPipeError:
        # Whoever read our output has stopped reading, as `| head` does. Nothing is wrong, and nothing can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def _occupy_standard_streams() -> None:
    """Started without standard input or output, sockets would take their numbers, and a stray print would go there."""
    lowest = os.open(os.devnull, os.O_RDWR)
    while lowest <= 2:
        lowest = os.dup(lowest)
    os.close(lowest)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cartsign", description="A CDS Hooks service that notices documented neurogenic claudication."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="serve with demo patients, fire one call and show its cards")
    demo.add_argument("--patient", default=DEMO_PATIENT, help=f"whose chart to open first (default {DEMO_PATIENT})")
    demo.set_defaults(run=_demo)

    serve = commands.add_parser("serve", help="serve, as CARTSIGN_* in the environment says")
    serve.set_defaults(run=_serve)

    check = commands.add_parser("check", help="run every example and vignette of the knowledge")
    check.add_argument("folder", nargs="?", type=Path, help="a knowledge folder (default: the one shipped)")
    check.add_argument("--schemas", action="store_true", help="write the schemas for editors into its schemas/ first")
    check.set_defaults(run=_check)

    decide = commands.add_parser("decide", help="decide about one hook request, offline, and print the decision")
    decide.add_argument("request", metavar="REQUEST.json", help="a CDS Hooks request with its prefetch; - for stdin")
    decide.add_argument("--explain", action="store_true", help="print text for people instead of JSON")
    decide.set_defaults(run=_decide)

    call = commands.add_parser("call", help="call a running service as an EHR would, and show its cards")
    call.add_argument("patient", nargs="?", default=DEMO_PATIENT, help=f"a demo patient (default {DEMO_PATIENT})")
    call.add_argument("--request", type=Path, metavar="FILE", help="send this request instead")
    call.add_argument("--hook", default="patient-view", help="for a demo patient (default patient-view)")
    call.add_argument("--url", help="base URL of the service (default http://HOST:PORT of the settings)")
    call.add_argument("--json", action="store_true", help="print the response as it came")
    call.set_defaults(run=_call)

    client_commands.add_parser(commands, _say, _complain)
    ehr_commands.add_parser(commands, _say, _complain)

    for command in (demo, serve, check, decide):
        command.add_argument("--at", metavar="RFC3339", help="pin the clock, as 2026-03-01T09:00:00Z")
    return parser


def _serve(given: argparse.Namespace, at: datetime | None) -> int:
    settings = read_settings(os.environ, "serve", at=at)
    return _run(settings, "serve", None)


def _demo(given: argparse.Namespace, at: datetime | None) -> int:
    return _run(read_settings(os.environ, "demo", at=at), "demo", given.patient)


def _run(settings: Settings, command: Command, patient: str | None) -> int:
    from service import logs
    from service.app import create_app
    from service.knowledge.errors import KnowledgeError
    from service.serving import CannotListen, listen, serve

    logs.configure("warning" if command == "demo" else "info")
    try:
        listening = [listen(settings.host, settings.port)]
        settings = settings.listening_on(listening[0].getsockname()[1])
        if settings.health_port:
            listening.append(listen(settings.host, settings.health_port))
        app = create_app(settings)

        async def started() -> None:
            await _introduce(settings, patient)

        serve(app, listening, started=started)
    except (CannotListen, KnowledgeError) as problem:
        return _complain(str(problem))
    _say("Stopped.")
    return 0


async def _introduce(settings: Settings, patient: str | None) -> None:
    """What a person sees once the service answers: the first call with its cards, and where to go from there."""
    from service.calling import CallFailed, call, request_for
    from service.terminal import show_cards, wants_colour

    url = f"http://{'[::1]' if settings.host == '::1' else settings.host}:{settings.port}"
    if patient is not None:
        _say(f"Cartsign serves {url}. A clinician opens the chart of {patient} (hook patient-view):\n")
        try:
            response = await call(url, request_for(patient, "patient-view", url))
        except CallFailed as problem:
            _complain(f"The first call failed: {problem}")
        else:
            _say(show_cards(response, colour=wants_colour(sys.stdout)))
    if settings.url != url:
        _say(f"Listening on   {url}")
    if settings.sandbox:
        _say(f"Mock EHR       {settings.url}/sandbox   (open it in a browser)")
    _say(f"CDS services   {settings.url}/cds-services")
    if settings.sandbox:
        _say(f"Demo charts    {settings.url}/sandbox/fhir/Patient")
        elsewhere = "" if settings.port == DEFAULTS["demo"].port else f" --url {url}"
        _say(f"More patients  {sys.argv[0]} call demo-mixed{elsewhere}   (or demo-vascular, demo-red-flag, ...)")
    health = f"{url.rpartition(':')[0]}:{settings.health_port}" if settings.health_port else url
    _say(f"Health         {health}/readyz   metrics {health}/metrics")
    _say("Ctrl-C ends it.")


def _check(given: argparse.Namespace, at: datetime | None) -> int:
    from service.check import run_checks
    from service.knowledge.errors import KnowledgeError
    from service.knowledge.load import SHIPPED
    from service.knowledge.schemas import write_schemas

    folder = given.folder or SHIPPED
    if not folder.is_dir():
        return _complain(f"{folder} is no folder")
    if given.schemas:
        try:
            write_schemas(folder)
        except OSError as problem:
            return _complain(f"{folder / 'schemas'} cannot be written: {problem.strerror}")
    try:
        report = run_checks(folder, at)
    except KnowledgeError as problem:
        return _complain("\n".join((f"{folder} cannot be used", "", *problem.lines())))
    for line in report.lines():
        _say(line)
    return 0 if report.passed else FAILED


def _decide(given: argparse.Namespace, at: datetime | None) -> int:
    from cds_hooks import CDSHooksError
    from service.explain import explain
    from service.knowledge.errors import KnowledgeError
    from service.offline import decide_offline
    from service.plain_text import readable_json

    try:
        body = sys.stdin.buffer.read() if given.request == "-" else Path(given.request).read_bytes()
    except OSError as problem:
        return _complain(f"{given.request} cannot be read: {problem.strerror}")
    try:
        timed = decide_offline(body, at or datetime.now(UTC))
    except CDSHooksError as problem:
        return _complain(f"{problem.title} {problem.message} {problem.advice}".strip())
    except KnowledgeError as problem:
        return _complain(str(problem))
    decision = timed.decision.to_json()
    _say(explain(decision, timed.marked()).rstrip() if given.explain else readable_json(decision))
    print(f"knowledge {timed.loading:.0f} ms, decision {timed.deciding:.1f} ms", file=sys.stderr)
    return 0


def _call(given: argparse.Namespace, at: datetime | None) -> int:
    import asyncio
    import json

    from service.calling import CallFailed, call, read_request_file, request_for
    from service.terminal import show_cards, wants_colour

    url = given.url or read_settings(os.environ, "demo").url
    try:
        request = read_request_file(given.request) if given.request else request_for(given.patient, given.hook, url)
        response = asyncio.run(call(url, request))
    except CallFailed as problem:
        return _complain(str(problem), FAILED)
    _say(json.dumps(response, indent=2) if given.json else show_cards(response, colour=wants_colour(sys.stdout)))
    return 0


def _say(text: str) -> None:
    # Flushed: standard output may be a pipe that somebody reads line by line.
    print(text, flush=True)


def _complain(text: str, code: int = REFUSED) -> int:
    print(f"cartsign: {text}", file=sys.stderr, flush=True)
    return code
