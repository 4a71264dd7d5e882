"""What many answers are made of: instants, names, intervals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypedDict

Moment = Annotated[str, "An instant: ISO 8601, UTC."]


def moment(instant: datetime) -> str:
    """ISO 8601, UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def maybe_moment(instant: datetime | None) -> str | None:
    """``moment`` of what may not have happened yet."""
    return None if instant is None else moment(instant)


class Named(TypedDict):
    """A row of the directory, named."""

    id: int
    name: str


class IntervalShape(TypedDict):
    """Half-open."""

    starts_at: Moment
    ends_at: Moment
