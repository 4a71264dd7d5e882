"""From what people type to UTC instants, and back to local days. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.domain.fields import FIRST_YEAR, LAST_YEAR, Bad

LONGEST = timedelta(hours=24)


def read_clock(text: object) -> time:
    """ "10:00" or "9:05" → a time of day; raises Bad for 24:00, 25:00 and what is no time."""
    match = re.fullmatch(r"\s*(\d{1,2})[:：](\d{2})(?::00)?\s*", text) if isinstance(text, str) else None
    if match is None:
        raise Bad("time.not_a_time")
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        raise Bad("time.nonexistent", time=f"{match[1]}:{match[2]}")
    return time(hour, minute)


def local_instant(day: date, clock: time, zone: str) -> datetime:
    """The UTC instant of a wall-clock time; raises Bad when the clocks of ``zone`` skip it.

    A time that happens twice (clocks set back) is the first of the two.
    """
    tz = ZoneInfo(zone)
    local = datetime.combine(day, clock, tzinfo=tz)
    instant = local.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Bad("time.skipped", time=clock.isoformat("minutes"), zone=zone)
    return instant


def read_instant(text: object) -> datetime:
    """ISO 8601 with an offset → a UTC instant in whole minutes, in the years 2000 to 2100."""
    if not isinstance(text, str):
        raise Bad("time.not_an_instant")
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Bad("time.not_an_instant") from error
    if value.tzinfo is None:
        raise Bad("time.no_offset")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Bad("field.year_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return value.astimezone(UTC).replace(second=0, microsecond=0)


def check_interval(starts_at: datetime, ends_at: datetime, *, longest: timedelta = LONGEST) -> None:
    """Raises Bad unless ``starts_at`` < ``ends_at`` < ``starts_at`` + ``longest``."""
    if ends_at == starts_at:
        raise Bad("time.zero_length")
    if ends_at < starts_at:
        raise Bad("time.ends_before_start")
    if ends_at - starts_at >= longest:
        raise Bad("time.too_long", hours=int(longest.total_seconds() // 3600))


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of ``instant`` in ``zone``."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_span(day: date, zone: str, *, days: int = 1) -> tuple[datetime, datetime]:
    """The half-open UTC interval of ``days`` whole days from ``day`` in ``zone``."""
    tz = ZoneInfo(zone)
    first, last = (datetime.combine(d, time(), tzinfo=tz) for d in (day, day + timedelta(days=days)))
    return first.astimezone(UTC), last.astimezone(UTC)
