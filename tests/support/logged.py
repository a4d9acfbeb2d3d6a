"""Everything that is logged while a block runs, by us and by every library, down to the finest level."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from service import logs


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """The lines as a running service would write them, were it set to tell all."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    out = io.StringIO()
    logs.configure("debug", out)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(False)
        root.handlers, root.level = before
