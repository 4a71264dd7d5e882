"""Tables, typed, without rules. Importing this package registers every table with ``Base.metadata``."""

from scheduler.models import audit, bookings, feeds, holds, idempotency, places, records, resources, users
from scheduler.models.base import Base

__all__ = [
    "Base",
    "audit",
    "bookings",
    "feeds",
    "holds",
    "idempotency",
    "places",
    "records",
    "resources",
    "users",
]
