"""Fields of time: minutes of the local clock, and moments typed on it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.domain.calendars.local_time import MINUTES
from scheduler.domain.fields import Bad, Day, Field
from scheduler.domain.times import day_span, local_instant, read_clock, read_instant

# The first T decides: were any of them tried, a long text of Ts would take the square of its length.
WITH_OFFSET = re.compile(r"[^T]*T.*(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)
MIDNIGHT = re.compile(r"\s*24[:：]00\s*")


@dataclass(frozen=True, kw_only=True)
class TimeOfDay(Field):
    """A time of day, kept as minutes from midnight.

    ``ends``: it ends something, so 24:00 can be meant, and 0:00 is the midnight after, not the one before.
    """

    ends: bool = False

    def read(self, raw: Any) -> int:
        """ "9:00" → 540; 25:00 is refused, and 24:00 where nothing ends."""
        if self.ends and isinstance(raw, str) and MIDNIGHT.fullmatch(raw):
            return MINUTES
        clock = read_clock(raw)
        minutes = clock.hour * 60 + clock.minute
        return MINUTES if self.ends and minutes == 0 else minutes


@dataclass(frozen=True)
class LocalMoment:
    """What was typed on a local clock: a day, and its time; without one the whole day is meant."""

    day: date
    clock: time | None = None

    def __str__(self) -> str:
        """As it is typed."""
        return f"{self.day}" if self.clock is None else f"{self.day} {self.clock:%H:%M}"


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """A moment: local wall-clock time ("2025-09-01 12:00"), a day alone, or ISO 8601 with an offset.

    A day alone is its first midnight or, where something ``ends``, its last: the whole day belongs to it.
    """

    ends: bool = False

    def read(self, raw: Any) -> datetime | LocalMoment:
        """The instant where an offset was given, else what the local clock shows."""
        if not isinstance(raw, str):
            raise Bad("moment.not_a_moment")
        text = raw.strip()
        if WITH_OFFSET.fullmatch(text):
            return read_instant(text)
        day_text, _space, clock_text = re.sub(r"(?<=\d)T(?=\d)", " ", text).partition(" ")
        day: date = Day(name=self.name, label=self.label).read(day_text)
        if not clock_text.strip():
            return LocalMoment(day)
        if self.ends and MIDNIGHT.fullmatch(clock_text):
            return LocalMoment(day)
        return LocalMoment(day, read_clock(clock_text))

    def instant(self, value: datetime | LocalMoment, *, zone: str) -> datetime:
        """The UTC instant of what was read, on the clocks of ``zone``. Raises Bad for a time they skip."""
        if isinstance(value, datetime):
            return value
        if value.clock is None:
            return day_span(value.day, zone)[1 if self.ends else 0]
        return local_instant(value.day, value.clock, zone)

    def on_clock(self, instant: datetime, *, zone: str) -> LocalMoment:
        """What is typed for an instant: the day alone at its first midnight or, at an end, its last."""
        local = instant.astimezone(ZoneInfo(zone))
        if local.time() != time():
            return LocalMoment(local.date(), local.time())
        return LocalMoment(local.date() - timedelta(days=1) if self.ends else local.date())
