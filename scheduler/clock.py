"""The one clock of the product: edges read it, the domain is told the time, tests freeze it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen: datetime | None = None


def now() -> datetime:
    """The present instant, aware, UTC, whole seconds (as the database keeps it)."""
    return _frozen or datetime.now(UTC).replace(microsecond=0)


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Let the clock of every thread stand at ``instant`` (aware) for the length of the block."""
    global _frozen
    before, _frozen = _frozen, instant.astimezone(UTC).replace(microsecond=0)
    try:
        yield
    finally:
        _frozen = before
