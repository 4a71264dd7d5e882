"""Local days and minutes as instants in whole seconds since the epoch. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduler.domain.intervals import Interval

DAY = timedelta(days=1)
MINUTES = 24 * 60


@lru_cache(maxsize=8192)
def midnight(day: date, zone: str) -> int:
    """The first instant of the local day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


def day_interval(day: date, zone: str) -> Interval:
    """The whole local day: 23 or 25 hours where the clocks change."""
    return midnight(day, zone), midnight(day + DAY, zone)


def minutes_interval(day: date, zone: str, starts: int, ends: int) -> Interval:
    """From minute to minute of the local day's clock (1440: the next midnight).

    A minute begins when the clock first shows it; one that is skipped, when the clock has jumped over it.
    """
    return minutes_intervals(day, zone, [(starts, ends)])[0]


def minutes_intervals(day: date, zone: str, pieces: Iterable[tuple[int, int]]) -> list[Interval]:
    """The same for many pieces of one day."""
    first, last = day_interval(day, zone)
    if last - first == MINUTES * 60:
        return [(first + starts * 60, first + ends * 60) for starts, ends in pieces]
    return [(_on_clock(day, zone, starts), _on_clock(day, zone, ends)) for starts, ends in pieces]


def _on_clock(day: date, zone: str, minute: int) -> int:
    while minute < MINUTES:
        clock = datetime(day.year, day.month, day.day, *divmod(minute, 60), tzinfo=ZoneInfo(zone))
        seconds = int(clock.timestamp())
        if datetime.fromtimestamp(seconds, clock.tzinfo) == clock:
            return seconds
        minute += 1
    return midnight(day + DAY, zone)


def local_date(instant: int, zone: str) -> date:
    """The local day on which the instant falls."""
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).date()


def days_touched(interval: Interval, zone: str) -> Iterator[date]:
    """The local days of a half-open interval, in order."""
    day, last = local_date(interval[0], zone), local_date(interval[1] - 1, zone)
    while day <= last:
        yield day
        day += DAY


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def clock_words(minute: int) -> str:
    """9:00 for 540."""
    return f"{minute // 60}:{minute % 60:02d}"


def instant(seconds: int) -> datetime:
    """An aware UTC ``datetime``."""
    return datetime.fromtimestamp(seconds, UTC)
