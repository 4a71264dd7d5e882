"""Reads the calendars of fact for some places and a stretch of time, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import and_, or_, select
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


def load_calendars(
    session: Session, place_ids: Collection[int], within: Interval, *, partnership_id: int
) -> Calendars:
    """What the rules need to know of these places for bookings in ``within``."""
    days = _days(within)
    places = session.execute(
        select(Organisation.id, Organisation.name, Organisation.kind, Organisation.region_id, Region.zone)
        .join(Region, Region.id == Organisation.region_id)
        .where(Organisation.id.in_(place_ids))
    ).all()
    schedules = _schedules(session, place_ids, days)
    swaps = _swaps(session, place_ids, days)
    hours = _hours(session, place_ids, days)
    closed = _closed(session, place_ids, within)
    terms = _terms(session, {place.region_id for place in places})
    return Calendars(
        holidays=load_holidays(session, partnership_id, days),
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
            )
            for place in places
        },
    )


def load_holidays(session: Session, partnership_id: int, days: Days) -> Holidays:
    """The announced days from the first to the last, and which of their years are published."""
    in_days = CalendarDay.day.between(*days)
    rows = session.execute(
        select(HolidayYear.year, CalendarDay.day, CalendarDay.kind, CalendarDay.name)
        .outerjoin(
            CalendarDay,
            and_(
                CalendarDay.partnership_id == HolidayYear.partnership_id,
                CalendarDay.year == HolidayYear.year,
                in_days,
            ),
        )
        .where(
            HolidayYear.partnership_id == partnership_id,
            HolidayYear.year.between(days[0].year, days[1].year),
        )
    ).all()
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


def _schedules(session: Session, place_ids: Collection[int], days: Days) -> dict[int, list[Schedule]]:
    rows = session.execute(
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
            BellSchedule.organisation_id.in_(place_ids),
            BellSchedule.retired_at.is_(None),
            BellSchedule.first_day <= days[1],
            or_(BellSchedule.last_day.is_(None), BellSchedule.last_day >= days[0]),
        )
        .order_by(BellSchedule.first_day, BellSchedule.id, Period.starts)
    ).all()
    lines: dict[int, list[Line]] = {}
    heads = {}
    for row in rows:
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


def _swaps(session: Session, place_ids: Collection[int], days: Days) -> dict[int, dict[date, int | None]]:
    rows = session.execute(
        select(Swap.organisation_id, Swap.day, Swap.follows_weekday).where(
            Swap.organisation_id.in_(place_ids), Swap.retired_at.is_(None), Swap.day.between(*days)
        )
    )
    found: dict[int, dict[date, int | None]] = {}
    for place_id, day, weekday in rows:
        found.setdefault(place_id, {})[day] = None if weekday is None else int(weekday.value)
    return found


def _hours(session: Session, place_ids: Collection[int], days: Days) -> dict[int, list[Hours]]:
    rows = session.scalars(
        select(OpeningHours)
        .where(
            OpeningHours.organisation_id.in_(place_ids),
            OpeningHours.retired_at.is_(None),
            or_(
                OpeningHours.first_day.is_(None),
                and_(OpeningHours.first_day <= days[1], OpeningHours.last_day >= days[0]),
            ),
        )
        .order_by(OpeningHours.id)
    )
    return _grouped(
        (
            row.organisation_id,
            Hours(
                row.first_day,
                row.last_day,
                weekdays_of(row.closed_weekdays),
                row.opens,
                row.closes,
                row.holidays,
            ),
        )
        for row in rows
    )


def _closed(session: Session, place_ids: Collection[int], within: Interval) -> dict[int, list[ClosedTime]]:
    rows = session.scalars(
        select(Closure)
        .where(
            Closure.organisation_id.in_(place_ids),
            Closure.retired_at.is_(None),
            Closure.starts_at < instant(within[1]),
            Closure.ends_at > instant(within[0]),
        )
        .order_by(Closure.starts_at, Closure.id)
    )
    return _grouped(
        (
            row.organisation_id,
            ClosedTime(
                row.resource_id,
                row.kind,
                row.name,
                (int(row.starts_at.timestamp()), int(row.ends_at.timestamp())),
            ),
        )
        for row in rows
    )


def _terms(session: Session, region_ids: Collection[int]) -> dict[int, dict[Stage, tuple[TermDays, ...]]]:
    """All terms of the regions: those around a day tell a vacation from what is not known."""
    rows = session.execute(
        select(Term.region_id, Term.stage, Term.name, Term.first_day, Term.last_day)
        .where(Term.region_id.in_(region_ids), Term.retired_at.is_(None))
        .order_by(Term.first_day)
    )
    found: dict[int, dict[Stage, tuple[TermDays, ...]]] = {}
    for region_id, stage, name, first_day, last_day in rows:
        stages = found.setdefault(region_id, {})
        stages[stage] = (*stages.get(stage, ()), TermDays(name, first_day, last_day))
    return found


def _grouped(rows: Iterable[tuple[int, Value]]) -> dict[int, list[Value]]:
    groups: dict[int, list[Value]] = {}
    for key, value in rows:
        groups.setdefault(key, []).append(value)
    return groups
