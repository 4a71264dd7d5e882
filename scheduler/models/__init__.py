"""Tables, typed, without rules. Importing this package registers every table with ``Base.metadata``."""

from scheduler.models import (
    audit,
    bookings,
    buffers,
    feeds,
    holds,
    holidays,
    idempotency,
    openings,
    places,
    records,
    resources,
    school_time,
    series,
    users,
)
from scheduler.models.base import Base

__all__ = [
    "Base",
    "audit",
    "bookings",
    "buffers",
    "feeds",
    "holds",
    "holidays",
    "idempotency",
    "openings",
    "places",
    "records",
    "resources",
    "school_time",
    "series",
    "users",
]
