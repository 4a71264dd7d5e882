"""Reads the calendars of fact for some places and a stretch of time, in a fixed number of queries.

The statements are built once: building them anew for each booking would cost as much as running them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from scheduler.domain.calendars.bells import Line, Schedule
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.local_time import instant, local_date
from scheduler.domain.calendars.openings import Hours
from scheduler.domain.calendars.terms import TermDays
from scheduler.domain.calendars.values import Calendars, ClosedTime, Place
from scheduler.domain.intervals import Interval
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
        Period.name.label("line"),
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
    session.flush()
    # Without the session's own work on each statement, which takes as long as the database's.
    connection = session.connection()
    days = _days(within)
    asked = {"place_ids": sorted(place_ids), "first_day": days[0], "last_day": days[1]}
    places = connection.execute(PLACES, {"place_ids": asked["place_ids"]}).all()
    schedules = _schedules(connection, asked)
    swaps = _swaps(connection, asked)
    hours = _hours(connection, asked)
    closed = _closed(connection, asked["place_ids"], within)
    terms = _terms(connection, {place.region_id for place in places})
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
    rows = session.execute(HOLIDAYS, asked).all()
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


def _schedules(connection: Connection, asked: Mapping[str, Any]) -> dict[int, list[Schedule]]:
    lines: dict[int, list[Line]] = {}
    heads = {}
    for row in connection.execute(SCHEDULES, asked):
        heads[row.id] = row
        lines.setdefault(row.id, [])
        if row.kind is not None:
            lines[row.id].append(Line(row.kind, row.line, row.starts, row.ends))
    return _grouped(
        (
            row.organisation_id,
            Schedule(row.name, row.first_day, row.last_day, weekdays_of(row.weekdays), tuple(lines[row.id])),
        )
        for row in heads.values()
    )


def _swaps(connection: Connection, asked: Mapping[str, Any]) -> dict[int, dict[date, int | None]]:
    found: dict[int, dict[date, int | None]] = {}
    for place_id, day, weekday in connection.execute(SWAPS, asked):
        found.setdefault(place_id, {})[day] = None if weekday is None else int(weekday.value)
    return found


def _hours(connection: Connection, asked: Mapping[str, Any]) -> dict[int, list[Hours]]:
    return _grouped(
        (place_id, Hours(first, last, weekdays_of(closed), opens, closes, holidays))
        for place_id, first, last, closed, opens, closes, holidays in connection.execute(HOURS, asked)
    )


def _closed(connection: Connection, place_ids: Any, within: Interval) -> dict[int, list[ClosedTime]]:
    since, until = (instant(seconds) for seconds in within)
    rows = connection.execute(CLOSED, {"place_ids": place_ids, "since": since, "until": until})
    return _grouped(
        (
            place_id,
            ClosedTime(resource_id, kind, name, (int(starts_at.timestamp()), int(ends_at.timestamp()))),
        )
        for place_id, resource_id, kind, name, starts_at, ends_at in rows
    )


def _terms(
    connection: Connection, region_ids: Collection[int]
) -> dict[int, dict[Stage, tuple[TermDays, ...]]]:
    found: dict[int, dict[Stage, tuple[TermDays, ...]]] = {}
    rows = connection.execute(TERMS, {"region_ids": sorted(region_ids)})
    for region_id, stage, name, first_day, last_day in rows:
        stages = found.setdefault(region_id, {})
        stages[stage] = (*stages.get(stage, ()), TermDays(name, first_day, last_day))
    return found


def _grouped(rows: Iterable[tuple[int, Value]]) -> dict[int, list[Value]]:
    groups: dict[int, list[Value]] = {}
    for key, value in rows:
        groups.setdefault(key, []).append(value)
    return groups
