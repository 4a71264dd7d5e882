"""What the product logs while a test runs, as parsed JSON lines."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from scheduler.logs import set_up_logs


class Kept(io.StringIO):
    """A stream that is no terminal."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        """One object for each line so far."""
        return [json.loads(line) for line in self.getvalue().splitlines()]


@contextmanager
def kept_logs() -> Iterator[Kept]:
    """Logs go to the stream within the block, and where they went before after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    kept = Kept()
    set_up_logs(kept)
    try:
        yield kept
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
