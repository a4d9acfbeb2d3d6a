"""Logs: known fields pass, everything else stays out, whoever logs it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from service import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers, root.level)
    out = io.StringIO()
    logs.configure("info", out)
    yield out
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers, root.level = before


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_known_field_is_written_and_an_unknown_one_is_not(stream: io.StringIO) -> None:
    structlog.get_logger().info("hook call", hook="patient-view", total_ms=12.5, patient="alma", quote="leg pain")

    (line,) = lines(stream)
    assert (line["event"], line["level"], line["hook"], line["total_ms"]) == ("hook call", "info", "patient-view", 12.5)
    assert not {"patient", "quote"} & line.keys()


def test_a_structure_is_never_written_out_even_under_a_known_name(stream: io.StringIO) -> None:
    structlog.get_logger().info("hook call", reason={"text": "leg pain"}, code="x" * 500)

    (line,) = lines(stream)
    assert line["reason"] == "dict"
    assert line["code"] == "x" * logs.LONGEST


def test_a_line_break_cannot_forge_a_second_line(stream: io.StringIO) -> None:
    structlog.get_logger().info("hook call", reason='x\n{"event": "forged"}')

    assert len(lines(stream)) == 1


def test_a_library_message_keeps_its_name_and_level_only(stream: io.StringIO) -> None:
    logging.getLogger("httpx").warning("GET https://ehr.example.org/Patient/%s", "alma")
    logging.getLogger("somewhere").warning("seen: leg pain of alma")

    assert [(line["logger"], line["event"]) for line in lines(stream)] == [
        ("httpx", "library message"),
        ("somewhere", "library message"),
    ]


def test_a_trusted_template_is_written_without_what_it_interpolates(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error("Invalid request: %s", "leg pain")

    assert lines(stream)[0]["event"] == "Invalid request: %s"


def test_an_exception_is_its_type_and_place_not_its_message(stream: io.StringIO) -> None:
    try:
        raise KeyError("leg pain of alma")
    except KeyError:
        logging.getLogger("somewhere").exception("failed")

    (line,) = lines(stream)
    assert line["error"] == "KeyError"
    assert "test_logs.py" in str(line["frames"])
    assert "alma" not in stream.getvalue()


def test_our_own_package_is_quoted_in_full(stream: io.StringIO) -> None:
    logging.getLogger("cds_hooks.router").error("call failed: correlation_id=%s error=%s", "abc", "KeyError")

    assert lines(stream)[0]["event"] == "call failed: correlation_id=abc error=KeyError"
