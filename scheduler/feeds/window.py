"""Which bookings a feed holds at an instant.

The answer changes at local midnight only, so a feed stays the same all day unless a booking changes.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

PAST_DAYS = 60
COMING_DAYS = 365


def feed_window(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """[from, until) in UTC: from the local midnight 60 days ago to the end of the local day in 365 days."""
    return _midnight(now, zone, -PAST_DAYS), _midnight(now, zone, COMING_DAYS + 1)


def last_midnight(now: datetime, zone: str) -> datetime:
    """The local midnight that began the day of ``now``, in UTC."""
    return _midnight(now, zone, 0)


def _midnight(now: datetime, zone: str, days: int) -> datetime:
    info = ZoneInfo(zone)
    day = now.astimezone(info).date() + timedelta(days=days)
    # Where clocks jump over midnight, the offset before the jump gives the very instant of the jump.
    return datetime.combine(day, time(), tzinfo=info).astimezone(UTC)
