"""Reads the calendars of fact for some places and a stretch of time, in a fixed number of queries.

The statements are built once: building them anew for each booking would cost as much as running them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import BindParameter, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from scheduler.domain.calendars.bells import Line, Schedule
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.local_time import instant, local_date
from scheduler.domain.calendars.openings import Hours
from scheduler.domain.calendars.terms import TermDays
from scheduler.domain.calendars.values import Calendars, ClosedTime, Place
from scheduler.domain.intervals import Interval
from scheduler.domain.plain_rows import read_rows
from scheduler.models.holidays import CalendarDay, HolidayYear
from scheduler.models.openings import Closure, OpeningHours
from scheduler.models.places import Organisation, Region, Stage
from scheduler.models.school_time import BellSchedule, Period, Swap, Term

Value = TypeVar("Value")
Days = tuple[date, date]
"""First and last, both included."""
Terms = Mapping[Stage, tuple[TermDays, ...]]

PLACE_IDS: BindParameter[int] = bindparam("place_ids", expanding=True)
FIRST, LAST = (
    bindparam("first_day", type_=CalendarDay.day.type),
    bindparam("last_day", type_=CalendarDay.day.type),
)

PLACES = (
    select(Organisation.id, Organisation.name, Organisation.kind, Organisation.region_id, Region.zone)
    .join(Region, Region.id == Organisation.region_id)
    .where(Organisation.id.in_(PLACE_IDS))
)
HOLIDAYS = (
    select(HolidayYear.year, CalendarDay.day, CalendarDay.kind, CalendarDay.name)
    .outerjoin(
        CalendarDay,
        and_(
            CalendarDay.partnership_id == HolidayYear.partnership_id,
            CalendarDay.year == HolidayYear.year,
            CalendarDay.day.between(FIRST, LAST),
        ),
    )
    .where(
        HolidayYear.partnership_id == bindparam("partnership_id"),
        HolidayYear.year.between(bindparam("first_year"), bindparam("last_year")),
    )
)
SCHEDULES = (
    select(
        BellSchedule.id,
        BellSchedule.organisation_id,
        BellSchedule.name,
        BellSchedule.first_day,
        BellSchedule.last_day,
        BellSchedule.weekdays,
        Period.kind,
        Period.name,
        Period.starts,
        Period.ends,
    )
    .outerjoin(Period, Period.schedule_id == BellSchedule.id)
    .where(
        BellSchedule.organisation_id.in_(PLACE_IDS),
        BellSchedule.retired_at.is_(None),
        BellSchedule.first_day <= LAST,
        or_(BellSchedule.last_day.is_(None), BellSchedule.last_day >= FIRST),
    )
    .order_by(BellSchedule.first_day, BellSchedule.id, Period.starts)
)
SWAPS = select(Swap.organisation_id, Swap.day, Swap.follows_weekday).where(
    Swap.organisation_id.in_(PLACE_IDS), Swap.retired_at.is_(None), Swap.day.between(FIRST, LAST)
)
HOURS = (
    select(
        OpeningHours.organisation_id,
        OpeningHours.first_day,
        OpeningHours.last_day,
        OpeningHours.closed_weekdays,
        OpeningHours.opens,
        OpeningHours.closes,
        OpeningHours.holidays,
    )
    .where(
        OpeningHours.organisation_id.in_(PLACE_IDS),
        OpeningHours.retired_at.is_(None),
        or_(
            OpeningHours.first_day.is_(None),
            and_(OpeningHours.first_day <= LAST, OpeningHours.last_day >= FIRST),
        ),
    )
    .order_by(OpeningHours.id)
)
CLOSED = (
    select(
        Closure.organisation_id,
        Closure.resource_id,
        Closure.kind,
        Closure.name,
        Closure.starts_at,
        Closure.ends_at,
    )
    .where(
        Closure.organisation_id.in_(PLACE_IDS),
        Closure.retired_at.is_(None),
        Closure.starts_at < bindparam("until"),
        Closure.ends_at > bindparam("since"),
    )
    .order_by(Closure.starts_at, Closure.id)
)
TERMS = (
    select(Term.region_id, Term.stage, Term.name, Term.first_day, Term.last_day)
    .where(Term.region_id.in_(bindparam("region_ids", expanding=True)), Term.retired_at.is_(None))
    .order_by(Term.first_day)
)
"""All terms of the regions: those around a day tell a vacation from what is not known."""


def load_calendars(
    session: Session, place_ids: Collection[int], within: Interval, *, partnership_id: int
) -> Calendars:
    """What the rules need to know of these places for bookings in ``within``."""
    days = _days(within)
    asked = {"place_ids": sorted(place_ids), "first_day": days[0], "last_day": days[1]}
    places = read_rows(session, PLACES, {"place_ids": asked["place_ids"]})
    schedules = _schedules(session, asked)
    swaps = _swaps(session, asked)
    hours = _hours(session, asked)
    closed = _closed(session, asked["place_ids"], within)
    terms = _terms(session, {place.region_id for place in places})
    holidays = load_holidays(session, partnership_id, days)
    return Calendars(
        holidays=holidays,
        places={
            place.id: Place(
                id=place.id,
                name=place.name,
                kind=place.kind,
                zone=place.zone,
                schedules=tuple(schedules.get(place.id, ())),
                swaps=swaps.get(place.id, {}),
                hours=tuple(hours.get(place.id, ())),
                closed=tuple(closed.get(place.id, ())),
                terms=terms.get(place.region_id, {}),
                holidays=holidays,
            )
            for place in places
        },
    )


def load_holidays(session: Session, partnership_id: int, days: Days) -> Holidays:
    """The announced days from the first to the last, and which of their years are published."""
    asked = {
        "partnership_id": partnership_id,
        "first_day": days[0],
        "last_day": days[1],
        "first_year": days[0].year,
        "last_year": days[1].year,
    }
    rows = read_rows(session, HOLIDAYS, asked)
    return Holidays(
        years=frozenset(row.year for row in rows),
        days={row.day: (row.kind, row.name) for row in rows if row.day is not None},
    )


def weekdays_of(text: str) -> frozenset[int]:
    """ISO numbers of a comma-separated column."""
    return frozenset(int(number) for number in text.split(",") if number)


def _days(within: Interval) -> Days:
    """The days that ``within`` touches in any zone on earth."""
    first, last = (local_date(seconds, "UTC") for seconds in within)
    return first - timedelta(days=1), last + timedelta(days=1)


def _schedules(session: Session, asked: Mapping[str, Any]) -> dict[int, list[Schedule]]:
    lines: dict[int, list[Line]] = {}
    heads = {}
    for schedule_id, *head, kind, name, starts, ends in read_rows(session, SCHEDULES, asked):
        if schedule_id not in lines:
            heads[schedule_id], lines[schedule_id] = head, []
        if kind is not None:
            lines[schedule_id].append(Line(kind, name, starts, ends))
    return _grouped(
        (place_id, Schedule(name, first_day, last_day, weekdays_of(weekdays), tuple(lines[schedule_id])))
        for schedule_id, (place_id, name, first_day, last_day, weekdays) in heads.items()
    )


def _swaps(session: Session, asked: Mapping[str, Any]) -> dict[int, dict[date, int | None]]:
    found: dict[int, dict[date, int | None]] = {}
    for place_id, day, weekday in read_rows(session, SWAPS, asked):
        found.setdefault(place_id, {})[day] = None if weekday is None else int(weekday.value)
    return found


def _hours(session: Session, asked: Mapping[str, Any]) -> dict[int, list[Hours]]:
    return _grouped(
        (place_id, Hours(first, last, weekdays_of(closed), opens, closes, holidays))
        for place_id, first, last, closed, opens, closes, holidays in read_rows(session, HOURS, asked)
    )


def _closed(session: Session, place_ids: Any, within: Interval) -> dict[int, list[ClosedTime]]:
    since, until = (instant(seconds) for seconds in within)
    rows = read_rows(session, CLOSED, {"place_ids": place_ids, "since": since, "until": until})
    return _grouped(
        (
            place_id,
            ClosedTime(resource_id, kind, name, (int(starts_at.timestamp()), int(ends_at.timestamp()))),
        )
        for place_id, resource_id, kind, name, starts_at, ends_at in rows
    )


def _terms(session: Session, region_ids: Collection[int]) -> dict[int, dict[Stage, tuple[TermDays, ...]]]:
    found: dict[int, dict[Stage, tuple[TermDays, ...]]] = {}
    rows = read_rows(session, TERMS, {"region_ids": sorted(region_ids)})
    for region_id, stage, name, first_day, last_day in rows:
        stages = found.setdefault(region_id, {})
        stages[stage] = (*stages.get(stage, ()), TermDays(name, first_day, last_day))
    return found


def _grouped(rows: Iterable[tuple[int, Value]]) -> dict[int, list[Value]]:
    groups: dict[int, list[Value]] = {}
    for key, value in rows:
        groups.setdefault(key, []).append(value)
    return groups
