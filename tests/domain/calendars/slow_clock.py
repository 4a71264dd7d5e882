"""What the clock on the wall shows, minute by minute: slow, and hard to get wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONES = (
    "Asia/Shanghai",
    "Europe/London",
    "Africa/Cairo",  # the clocks change at midnight, in both directions
    "Australia/Lord_Howe",  # they change by half an hour
)
CHANGES = (
    date(2025, 3, 30),  # London, an hour is skipped
    date(2025, 10, 26),  # London, an hour comes twice
    date(2025, 4, 25),  # Cairo, the day begins at 1:00
    date(2025, 10, 30),  # Cairo, the last hour of the day comes twice
    date(2025, 10, 5),  # Lord Howe, half an hour is skipped
    date(2025, 4, 6),  # Lord Howe, half an hour comes twice
)


@lru_cache(maxsize=4096)
def minutes_of(day: date, zone: str) -> tuple[tuple[int, int], ...]:
    """(minutes since the epoch, minute that the clock has reached) for every minute of the local day.

    Where the clock is set back, what it has reached stands still until it is there again.
    """
    tz = ZoneInfo(zone)
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) // 60
    found: list[tuple[int, int]] = []
    for minute in range(noon - 36 * 60, noon + 36 * 60):
        shown = datetime.fromtimestamp(minute * 60, tz)
        if shown.date() == day:
            reached = shown.hour * 60 + shown.minute
            found.append((minute, max(reached, found[-1][1]) if found else reached))
    return tuple(found)


@lru_cache(maxsize=4096)
def clock_of(day: date, zone: str) -> dict[int, int]:
    """Minute since the epoch → minute that the clock has reached, for the local day."""
    return dict(minutes_of(day, zone))


@lru_cache(maxsize=65536)
def day_of(minute: int, zone: str) -> date:
    """The local day of a minute since the epoch."""
    return datetime.fromtimestamp(minute * 60, ZoneInfo(zone)).date()


def days_around(day: date, *, before: int = 2, after: int = 2) -> list[date]:
    return [day + timedelta(days=n) for n in range(-before, after + 1)]
