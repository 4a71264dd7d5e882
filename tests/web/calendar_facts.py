"""Calendars of fact for the small world: bells, opening hours, closures and holidays of December 2018."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from scheduler.db import Database
from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.holidays import CalendarDay, DayKind, HolidayYear
from scheduler.models.school_time import BellSchedule, Period, PeriodKind
from tests.world import ROOT, World

LESSONS = ((480, 520), (530, 570), (600, 640), (650, 690), (840, 880))
"""8:00, 8:50, 10:00, 10:50 and 14:00, 40 minutes each."""


def add_bells(database: Database, world: World, school: str = "school 1") -> None:
    """Monday to Friday, from September on."""
    with database.write() as session:
        schedule = BellSchedule(
            partnership_id=world.id("partnership"),
            organisation_id=world.id(school),
            name="冬季",
            first_day=date(2018, 9, 1),
            weekdays="1,2,3,4,5",
        )
        session.add(schedule)
        session.flush()
        for number, (starts, ends) in enumerate(LESSONS, 1):
            facts = {"kind": PeriodKind.LESSON, "name": f"第{number}节", "starts": starts, "ends": ends}
            session.add(Period(schedule_id=schedule.id, position=number, **facts))


def add_closure(database: Database, world: World, place: str, day: str, **changes: Any) -> None:
    """Of a whole organisation on a whole day, unless something else is said."""
    raw = {
        "organisation_id": world.id(place),
        "kind": "maintenance",
        "name": "布展",
        "starts_at": f"{day} 00:00",
        "ends_at": f"{day} 24:00",
        **changes,
    }
    if raw["ends_at"].endswith("24:00"):
        raw["ends_at"] = f"{date.fromordinal(date.fromisoformat(day).toordinal() + 1)} 00:00"
    add(database, world, "closures", **raw)


def add_hours(database: Database, world: World, place: str = "museum") -> None:
    """Open 9:00–17:00, closed on Mondays and statutory holidays."""
    raw = {"name": "平时", "closed_weekdays": "1", "opens": "9:00", "closes": "17:00", "holidays": "closed"}
    add(database, world, "openings", organisation_id=world.id(place), **raw)


def add(database: Database, world: World, shelf: str, **raw: Any) -> int:
    """An entry of the directory, as the administrator makes it; its id."""
    with database.write() as session:
        return int(create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act).id)


def add_holidays(database: Database, world: World, *days: tuple[str, DayKind, str]) -> None:
    """2018 is published, with these days in it."""
    partnership = world.id("partnership")
    with database.write() as session:
        session.add(
            HolidayYear(
                partnership_id=partnership,
                year=2018,
                source="测试",
                notice="",
                updated_at=datetime(2017, 12, 1, tzinfo=UTC),
            )
        )
        session.flush()
        for day, kind, name in days:
            facts = {"day": date.fromisoformat(day), "kind": kind, "name": name}
            session.add(CalendarDay(partnership_id=partnership, year=2018, **facts))
