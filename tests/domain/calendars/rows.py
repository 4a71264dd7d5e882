"""Calendars of fact put straight into the tables, as coordinators and managers would enter them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from scheduler.models.holidays import CalendarDay, DayKind, HolidayYear
from scheduler.models.openings import Closure, ClosureKind, HolidayPolicy, OpeningHours
from scheduler.models.places import Stage
from scheduler.models.school_time import BellSchedule, Period, PeriodKind, Swap, Term
from scheduler.models.weekdays import Weekday
from tests.world import World

Row = TypeVar("Row")
WORKDAYS = "1,2,3,4,5"


def add_year(
    session: Session, world: World, year: int, days: Mapping[str, tuple[DayKind, str]] | None = None
) -> None:
    """Let the year be announced with just these days."""
    partnership_id = world.id("partnership")
    for table in (CalendarDay, HolidayYear):
        session.execute(delete(table).where(table.partnership_id == partnership_id, table.year == year))
    session.add(
        HolidayYear(
            partnership_id=partnership_id,
            year=year,
            source="某通知",
            notice="",
            updated_at=world.act.at,
            days=[
                CalendarDay(day=date.fromisoformat(day), kind=kind, name=name)
                for day, (kind, name) in (days or {}).items()
            ],
        )
    )
    session.flush()


def forget_year(session: Session, world: World, year: int) -> None:
    """Let nothing be announced of the year."""
    for table in (CalendarDay, HolidayYear):
        session.execute(
            delete(table).where(table.partnership_id == world.id("partnership"), table.year == year)
        )


def add_schedule(
    session: Session,
    world: World,
    school: str,
    *starts: int,
    days: tuple[str, str | None] = ("2018-09-01", None),
    weekdays: str = WORKDAYS,
) -> BellSchedule:
    """Lessons of 40 minutes from each of these minutes of the day."""
    schedule = BellSchedule(
        partnership_id=world.id("partnership"),
        organisation_id=world.id(school),
        name="作息（示例）",
        first_day=date.fromisoformat(days[0]),
        last_day=date.fromisoformat(days[1]) if days[1] else None,
        weekdays=weekdays,
        periods=[
            Period(position=n, kind=PeriodKind.LESSON, name=f"第{n}节", starts=at, ends=at + 40)
            for n, at in enumerate(starts, start=1)
        ],
    )
    return add(session, schedule)


def add_hours(
    session: Session,
    world: World,
    place: str,
    *,
    opens: int = 540,
    closes: int = 990,
    closed: str = "1",
    holidays: HolidayPolicy = HolidayPolicy.OPEN,
    days: tuple[str, str] | None = None,
) -> OpeningHours:
    """Opening hours: the rule, or those of some days."""
    first, last = (date.fromisoformat(day) for day in days) if days else (None, None)
    hours = OpeningHours(
        partnership_id=world.id("partnership"),
        organisation_id=world.id(place),
        name="开放时间",
        first_day=first,
        last_day=last,
        closed_weekdays=closed,
        opens=opens,
        closes=closes,
        holidays=holidays,
    )
    return add(session, hours)


def add_closure(
    session: Session, world: World, place: str, starts: str, ends: str, *, resource: str | None = None
) -> Closure:
    """A closure between two times in Shanghai."""
    closure = Closure(
        partnership_id=world.id("partnership"),
        organisation_id=world.id(place),
        resource_id=world.id(resource) if resource else None,
        kind=ClosureKind.EXAM,
        name="期中考试",
        starts_at=shanghai(starts),
        ends_at=shanghai(ends),
        note="",
    )
    return add(session, closure)


def add_term(
    session: Session,
    world: World,
    region: str,
    first: str,
    last: str,
    *,
    stage: Stage = Stage.LOWER_SECONDARY,
) -> Term:
    """A term of the region."""
    term = Term(
        partnership_id=world.id("partnership"),
        region_id=world.id(region),
        stage=stage,
        name=f"{first} 起的学期",
        first_day=date.fromisoformat(first),
        last_day=date.fromisoformat(last),
    )
    return add(session, term)


def add_swap(session: Session, world: World, school: str, day: str, follows: Weekday | None) -> Swap:
    """Whose weekday the school follows on the day."""
    swap = Swap(
        partnership_id=world.id("partnership"),
        organisation_id=world.id(school),
        name="调课",
        day=date.fromisoformat(day),
        follows_weekday=follows,
    )
    return add(session, swap)


def shanghai(words: str) -> datetime:
    """ "2018-12-06 10:00"."""
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
