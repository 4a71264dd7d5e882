"""What is known of the places that take part, read once: everything the rules look at. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from scheduler.domain.calendars.bells import BellDay, Schedule, bells_on
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.local_time import minutes_intervals
from scheduler.domain.calendars.openings import Hours, OpenDay, opening_on
from scheduler.domain.calendars.terms import TermDays
from scheduler.domain.intervals import Interval
from scheduler.models.bookings import Timing
from scheduler.models.openings import ClosureKind
from scheduler.models.places import OrganisationKind, Stage

OFF_ON_HOLIDAYS = frozenset({OrganisationKind.SCHOOL, OrganisationKind.INSTITUTE, OrganisationKind.BUREAU})
"""Who does not work on statutory holidays; museums have their opening hours, platforms never close."""


@dataclass(frozen=True)
class ClosedTime:
    """A closure: of one resource, or (None) of the whole place."""

    resource_id: int | None
    kind: ClosureKind
    name: str
    interval: Interval


@dataclass(frozen=True)
class Place:
    """An organisation with its calendars. ``swaps``: day → ISO weekday followed, None: nothing is taught."""

    id: int
    name: str
    kind: OrganisationKind
    zone: str
    schedules: tuple[Schedule, ...] = ()
    swaps: Mapping[date, int | None] = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()
    closed: tuple[ClosedTime, ...] = ()
    terms: Mapping[Stage, tuple[TermDays, ...]] = field(default_factory=dict)
    holidays: Holidays = field(default_factory=Holidays)
    _bells: dict[date, BellDay] = field(default_factory=dict, init=False, repr=False, compare=False)
    _taught: dict[tuple[date, Timing], list[Interval]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def bells(self, day: date) -> BellDay:
        """What rings on ``day``; kept, because a search asks about each day more than once."""
        if day not in self._bells:
            self._bells[day] = bells_on(self.schedules, self.swaps, day, self.holidays)
        return self._bells[day]

    def taught(self, day: date, timing: Timing) -> list[Interval]:
        """Where a booking of that timing may be on ``day``, by its bells; kept as well."""
        if (day, timing) not in self._taught:
            pieces = self.bells(day).pieces[timing]
            self._taught[day, timing] = minutes_intervals(day, self.zone, pieces)
        return self._taught[day, timing]

    def opening(self, day: date) -> OpenDay:
        """When it is open on ``day``."""
        return opening_on(self.hours, day, self.holidays)

    def day_off(self, day: date) -> str:
        """The holiday for which nobody works here on ``day``; "" on other days."""
        if self.kind not in OFF_ON_HOLIDAYS or self.swaps.get(day) is not None:
            return ""
        # Where opening hours hold, they say what a holiday changes; those of other days say nothing of this.
        return "" if self.opening(day).hours else self.holidays.day_off(day)


@dataclass(frozen=True)
class Calendars:
    """Places by id, and the holidays of their partnership."""

    holidays: Holidays
    places: Mapping[int, Place]
