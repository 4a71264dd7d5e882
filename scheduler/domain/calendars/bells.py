"""Which bells ring in a school on a day. Pure.

Windows common to several schools are found from these by intersecting intervals, never by period numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import cached_property

from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.local_time import MINUTES, clock_words
from scheduler.domain.intervals import subtract
from scheduler.models.bookings import Timing
from scheduler.models.school_time import PeriodKind

LONGEST_BREAK = 20
"""Minutes between two lessons that a double lesson may run across; a 大课间 is longer."""

Minutes = tuple[int, int]
"""From minute to minute of the local day, half-open."""


@dataclass(frozen=True)
class Line:
    """One line of a bell schedule; minutes of the local day."""

    kind: PeriodKind
    name: str
    starts: int
    ends: int

    def words(self) -> str:
        """第3节 10:00–10:40."""
        return f"{self.name} {clock_words(self.starts)}–{clock_words(self.ends)}"


@dataclass(frozen=True)
class Schedule:
    """Lines, by start, on ``weekdays`` (ISO) from ``first_day`` to ``last_day`` (None: without end)."""

    name: str
    first_day: date
    last_day: date | None
    weekdays: frozenset[int]
    lines: tuple[Line, ...]

    @cached_property
    def bells(self) -> BellDay:
        """Of a day on which this is taught."""
        if any(line.kind is PeriodKind.LESSON for line in self.lines):
            return BellDay(Ringing.LESSONS, self.lines)
        return BellDay(Ringing.NO_LESSONS)

    def is_in_effect(self, day: date) -> bool:
        """Whether the schedule covers ``day``, on whatever weekday."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Ringing(Enum):
    """What is known of a day."""

    LESSONS = "lessons"
    NO_LESSONS = "no_lessons"
    MAKE_UP_UNSET = "make_up_unset"
    """A make-up workday for which the school has not said whose weekday it follows."""
    UNKNOWN = "unknown"
    """No schedule is in effect."""


@dataclass(frozen=True)
class BellDay:
    """The bells of one day; ``lines`` only with lessons."""

    ringing: Ringing
    lines: tuple[Line, ...] = ()
    follows: int = 0
    """The ISO weekday whose bells ring when it is not the day's own, else 0."""

    @cached_property
    def lessons(self) -> tuple[Line, ...]:
        """The lesson periods, by start."""
        return tuple(line for line in self.lines if line.kind is PeriodKind.LESSON)

    @cached_property
    def pieces(self) -> Mapping[Timing, list[Minutes]]:
        """When a booking of each timing may be, in minutes of the day: it must lie in one of them."""
        lessons = [(line.starts, line.ends) for line in self.lessons]
        return {
            Timing.ANY: [(0, MINUTES)],
            Timing.PERIOD: lessons,
            Timing.INSIDE: teaching_blocks(lessons),
            Timing.OUTSIDE: subtract([(0, MINUTES)], lessons),
        }


_NOTHING_TAUGHT = BellDay(Ringing.NO_LESSONS)


def bells_on(
    schedules: Sequence[Schedule], swaps: Mapping[date, int | None], day: date, holidays: Holidays
) -> BellDay:
    """What rings on ``day``. ``swaps``: day → the ISO weekday it follows, None where nothing is taught.

    What the school has set comes first, then holidays, then its weekdays; the schedule is that of the day
    itself, not of the weekday that it follows: summer bells do not come back in October.
    """
    in_effect = [schedule for schedule in schedules if schedule.is_in_effect(day)]
    weekday = day.isoweekday()
    if day in swaps:
        follows = swaps[day]
        if follows is None:
            return _NOTHING_TAUGHT
    elif holidays.day_off(day):
        return _NOTHING_TAUGHT
    elif holidays.make_up(day):
        return BellDay(Ringing.MAKE_UP_UNSET if in_effect else Ringing.UNKNOWN)
    else:
        follows = weekday
    if not in_effect:
        return BellDay(Ringing.UNKNOWN)
    bells = _NOTHING_TAUGHT
    for schedule in in_effect:
        if follows in schedule.weekdays:
            bells = schedule.bells
    if follows == weekday or bells.ringing is Ringing.NO_LESSONS:
        return bells
    return replace(bells, follows=follows)


def teaching_blocks(lessons: Sequence[Minutes]) -> list[Minutes]:
    """Lessons (by start) that follow each other without a long break, joined: where a double lesson fits."""
    blocks: list[Minutes] = []
    for starts, ends in lessons:
        if blocks and starts - blocks[-1][1] <= LONGEST_BREAK:
            blocks[-1] = (blocks[-1][0], ends)
        else:
            blocks.append((starts, ends))
    return blocks


def gaps(schedules: Sequence[Schedule]) -> list[tuple[date, date]]:
    """Stretches between the schedules in which none is in effect: (first day, last day), both included."""
    found = []
    covered_to: date | None = None
    for schedule in sorted(schedules, key=lambda one: one.first_day):
        if covered_to is not None and (schedule.first_day - covered_to).days > 1:
            found.append(
                (
                    date.fromordinal(covered_to.toordinal() + 1),
                    date.fromordinal(schedule.first_day.toordinal() - 1),
                )
            )
        if schedule.last_day is None:
            return found
        covered_to = max(covered_to or schedule.last_day, schedule.last_day)
    return found
