"""What the calendars say around a time, whether or not anything speaks against it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scheduler.domain.calendars.bells import BellDay, Line, Ringing
from scheduler.domain.calendars.local_time import days_touched, minutes_interval
from scheduler.domain.calendars.openings import OpenDay
from scheduler.domain.calendars.values import Calendars, Place
from scheduler.domain.intervals import Interval, overlap
from scheduler.models.holidays import DayKind


@dataclass(frozen=True)
class SchoolDay:
    """The bells of a school on a day, and the lessons that the time touches, by start."""

    place: Place
    day: date
    bells: BellDay
    lessons: tuple[Line, ...]


@dataclass(frozen=True)
class Around:
    """Per place and day: bells of schools, opening of museums; and the announced days that are touched."""

    schools: tuple[SchoolDay, ...] = ()
    openings: tuple[tuple[Place, date, OpenDay], ...] = ()
    announced: tuple[tuple[date, DayKind, str], ...] = ()


def look_around(
    calendars: Calendars, interval: Interval, *, receiving: Iterable[int], present: Iterable[int], zone: str
) -> Around:
    """What is known around ``interval``.

    ``receiving``: places whose bells are told, where any are known; ``present``: those whose opening hours
    are; ``zone``: the one whose days are looked up among holidays.
    """
    holidays = calendars.holidays
    schools = [calendars.places[place_id] for place_id in dict.fromkeys(receiving)]
    open_places = [calendars.places[place_id] for place_id in dict.fromkeys(present)]
    return Around(
        schools=tuple(one for place in schools for one in _school_days(place, interval)),
        openings=tuple(
            (place, day, place.opening(day))
            for place in open_places
            if place.hours
            for day in days_touched(interval, place.zone)
        ),
        announced=tuple(
            (day, *holidays.days[day]) for day in days_touched(interval, zone) if day in holidays.days
        ),
    )


def lessons_during(place: Place, day: date, bells: BellDay, interval: Interval) -> tuple[Line, ...]:
    """The lessons of ``day`` that the interval touches, by start."""
    return tuple(
        line
        for line in bells.lessons
        if overlap(minutes_interval(day, place.zone, line.starts, line.ends), interval)
    )


def _school_days(place: Place, interval: Interval) -> Iterable[SchoolDay]:
    for day in days_touched(interval, place.zone):
        bells = place.bells(day)
        if bells.ringing is not Ringing.UNKNOWN:
            yield SchoolDay(place, day, bells, lessons_during(place, day, bells, interval))
