"""What speaks against a time, found minute by minute: slow, and as plain as it can be."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from scheduler.domain.calendars.bells import Line, Schedule
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.rules import Question
from scheduler.domain.calendars.values import Calendars, Place
from scheduler.domain.intervals import Interval
from scheduler.models.bookings import BookingKind, Timing
from scheduler.models.holidays import DayKind
from scheduler.models.openings import HolidayPolicy
from scheduler.models.places import OrganisationKind, Stage
from scheduler.models.resources import ResourceKind
from scheduler.models.school_time import PeriodKind
from tests.domain.calendars.slow_clock import clock_of, day_of

Said = tuple[str, int, object]
"""Which rule, about whom, and what tells two of them apart."""
UNKNOWN, UNSET, NOTHING = "unknown", "unset", "nothing"


def holiday_on(holidays: Holidays, day: date) -> bool:
    return holidays.days.get(day, (None, ""))[0] is DayKind.HOLIDAY


def ringing_on(
    schedules: tuple[Schedule, ...], swaps: dict[date, int | None], day: date, holidays: Holidays
) -> str | tuple[Line, ...]:
    """Every line of the day, or why there are none."""
    held = [one for one in schedules if one.first_day <= day <= (one.last_day or date.max)]
    whose: int | None = day.isoweekday()
    if day in swaps:
        whose = swaps[day]
    elif holiday_on(holidays, day):
        whose = None
    elif day in holidays.days:
        return UNSET if held else UNKNOWN
    if whose is None:
        return NOTHING
    if not held:
        return UNKNOWN
    found = tuple(line for one in held for line in one.lines if whose in one.weekdays)
    return found if any(line.kind is PeriodKind.LESSON for line in found) else NOTHING


@lru_cache(maxsize=4096)
def lessons_by_minute(lines: tuple[Line, ...]) -> list[int | None]:
    """For every minute of the day, which line is a lesson then."""
    found: list[int | None] = [None] * 1440
    for number, line in enumerate(lines):
        if line.kind is PeriodKind.LESSON:
            for at in range(line.starts, line.ends):
                found[at] = number
    return found


@lru_cache(maxsize=4096)
def blocks_by_minute(lines: tuple[Line, ...]) -> list[int | None]:
    """For every minute of the day, which block of lessons it lies in; breaks of 20 minutes are inside."""
    found: list[int | None] = [None] * 1440
    last, block = None, 0
    for at, lesson in enumerate(lessons_by_minute(lines)):
        if lesson is None:
            continue
        if last is None or at - last - 1 > 20:
            block, last = at, at
        for inside in range(last, at + 1):
            found[inside] = block
        last = at
    return found


def is_open(place: Place, day: date, minute: int, holidays: Holidays) -> bool:
    """Whether the place is open at this minute of the day, or nothing is known of the day."""
    holding = [one for one in place.hours if one.first_day and one.first_day <= day <= (one.last_day or day)]
    holding = holding or [one for one in place.hours if one.first_day is None]
    if not holding:
        return True
    rule = holding[0]
    if not rule.opens <= minute < rule.closes:
        return False
    if holiday_on(holidays, day) and rule.holidays is not HolidayPolicy.AS_USUAL:
        return rule.holidays is HolidayPolicy.OPEN
    return day.isoweekday() not in rule.closed_weekdays


def is_off(place: Place, day: date, holidays: Holidays) -> bool:
    """Whether nobody works there because of a holiday."""
    hours = any(one.first_day is None or one.first_day <= day <= (one.last_day or day) for one in place.hours)
    works = place.kind in (OrganisationKind.MUSEUM, OrganisationKind.PLATFORM) or hours
    return holiday_on(holidays, day) and not works and place.swaps.get(day) is None


def term_of(place: Place, stage: Stage, day: date) -> str:
    """ "in", "vacation" or "unknown"."""
    terms = place.terms[stage]
    if any(term.first_day <= day <= term.last_day for term in terms):
        return "in"
    between = any(term.last_day < day for term in terms) and any(day < term.first_day for term in terms)
    return "vacation" if between else "unknown"


def bell_label(place: Place, question: Question, holidays: Holidays, minute: int) -> object:
    """What a booking must not leave once it is in it; None where it may not be at all."""
    day = day_of(minute, place.zone)
    at = clock_of(day, place.zone)[minute]
    rings = ringing_on(place.schedules, dict(place.swaps), day, holidays)
    if rings == UNKNOWN:
        return "free"
    if rings == UNSET:
        return None
    if question.timing is Timing.OUTSIDE:
        return "free" if rings == NOTHING or lessons_by_minute(rings)[at] is None else None
    if rings == NOTHING:
        told = is_off(place, day, holidays) and question.kind is not BookingKind.TRAVEL
        return "free" if told else None
    by_minute = lessons_by_minute if question.timing is Timing.PERIOD else blocks_by_minute
    found = by_minute(rings)[at]
    return None if found is None else (day, found)


def said_by(question: Question, calendars: Calendars, interval: Interval) -> tuple[set[Said], set[Said]]:
    """(what speaks against the time, what is only told)."""
    minutes = range(interval[0] // 60, interval[1] // 60)
    soft: set[Said] = set()
    told: set[Said] = set()
    here = {*question.site_ids}
    for one in question.wanted:
        if one.kind not in (ResourceKind.ACCOUNT, ResourceKind.KIT):
            here.add(one.place_id)
        soft |= _closed(calendars.places[one.place_id], minutes, one.resource_id, one.resource_id)
    for place_id in here:
        soft |= _here(calendars.places[place_id], question, calendars.holidays, minutes)
    for one in question.wanted:
        if one.kind is ResourceKind.CLASS and one.stage:
            _taught(
                calendars.places[one.place_id], one.stage, question, calendars.holidays, minutes, soft, told
            )
    zone = calendars.places[min(question.place_ids)].zone
    if any(day_of(minute, zone).year not in calendars.holidays.years for minute in minutes):
        told.add(("holiday.unpublished", 0, None))
    return soft, told


def _closed(place: Place, minutes: range, whose: int | None, subject: int) -> set[Said]:
    return {
        ("closure", subject, one.name)
        for one in place.closed
        if one.resource_id == whose
        and any(one.interval[0] <= minute * 60 < one.interval[1] for minute in minutes)
    }


def _here(place: Place, question: Question, holidays: Holidays, minutes: range) -> set[Said]:
    soft = _closed(place, minutes, None, place.id)
    days = {day_of(minute, place.zone) for minute in minutes}
    for minute in minutes:
        day = day_of(minute, place.zone)
        if not is_open(place, day, clock_of(day, place.zone)[minute], holidays):
            soft.add(("opening", place.id, None))
            break
    if question.kind is not BookingKind.TRAVEL and any(is_off(place, day, holidays) for day in days):
        soft.add(("holiday", place.id, None))
    return soft


def _taught(
    place: Place,
    stage: Stage,
    question: Question,
    holidays: Holidays,
    minutes: range,
    soft: set[Said],
    told: set[Said],
) -> None:
    days = {day_of(minute, place.zone) for minute in minutes}
    in_terms = {term_of(place, stage, day) for day in days} if place.terms.get(stage) else set()
    if "vacation" in in_terms:
        soft.add(("term", place.id, stage))
    if "unknown" in in_terms:
        told.add(("term.unknown", place.id, stage))
    if question.timing is Timing.ANY:
        return
    labels = {bell_label(place, question, holidays, minute) for minute in minutes}
    if None in labels or len(labels) > 1:
        soft.add(("bell", place.id, None))
    if any(ringing_on(place.schedules, dict(place.swaps), day, holidays) == UNKNOWN for day in days):
        told.add(("bell.unknown", place.id, None))
