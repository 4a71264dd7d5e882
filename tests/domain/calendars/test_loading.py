"""What is read from the tables is what stands there, and no more, on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.calendars.bells import Line, Schedule
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.openings import Hours
from scheduler.domain.calendars.rules import objections, rules_for
from scheduler.domain.calendars.terms import TermDays
from scheduler.domain.calendars.values import Calendars, ClosedTime
from scheduler.domain.directory import create_entry
from scheduler.domain.intervals import Interval
from scheduler.domain.shelves import SHELVES
from scheduler.models.bookings import Timing
from scheduler.models.holidays import CalendarDay, DayKind, HolidayYear
from scheduler.models.openings import ClosureKind, HolidayPolicy
from scheduler.models.places import OrganisationKind, Stage
from scheduler.models.school_time import PeriodKind
from scheduler.models.weekdays import Weekday
from tests.domain.calendars.asking import lesson
from tests.domain.calendars.rows import (
    add_closure,
    add_hours,
    add_schedule,
    add_swap,
    add_term,
    add_year,
    forget_year,
    shanghai,
)
from tests.world import ROOT, World

THURSDAY = "2018-12-06"


def interval(starts: str, ends: str) -> Interval:
    return int(shanghai(starts).timestamp()), int(shanghai(ends).timestamp())


MORNING = interval("2018-12-06 10:00", "2018-12-06 11:20")


def load(session: Session, world: World, *names: str, within: Interval = MORNING) -> Calendars:
    ids = [world.id(name) for name in names]
    return load_calendars(session, ids, within, partnership_id=world.id("partnership"))


def test_a_place_has_its_own_calendars(database: Database, world: World) -> None:
    with database.write() as session:
        add_year(session, world, 2018, {"2018-12-07": (DayKind.HOLIDAY, "某节")})
        add_schedule(session, world, "school 1", 600, 650, weekdays="1,4")
        add_schedule(session, world, "school 2", 480)
        add_hours(session, world, "school 1", closed="1,7", holidays=HolidayPolicy.CLOSED)
        add_closure(session, world, "school 1", "2018-12-06 08:00", "2018-12-06 12:00", resource="class 1")
        add_swap(session, world, "school 1", "2018-12-06", Weekday.MONDAY)
        add_swap(session, world, "school 1", "2018-12-07", None)
        add_term(session, world, "linxi", "2018-09-01", "2019-01-20")
        add_term(session, world, "linxi", "2018-08-20", "2019-01-10", stage=Stage.UPPER_SECONDARY)
        add_term(session, world, "fengtai", "2018-09-03", "2019-01-25")
    with database.read() as session:
        calendars = load(session, world, "school 1", "museum")
    assert calendars.holidays == Holidays(frozenset({2018}), {date(2018, 12, 7): (DayKind.HOLIDAY, "某节")})
    assert calendars.places.keys() == {world.id("school 1"), world.id("museum")}
    school = calendars.places[world.id("school 1")]
    lines = (Line(PeriodKind.LESSON, "第1节", 600, 640), Line(PeriodKind.LESSON, "第2节", 650, 690))
    assert (school.name, school.kind, school.zone) == (
        "林西县民族中学",
        OrganisationKind.SCHOOL,
        "Asia/Shanghai",
    )
    assert school.schedules == (Schedule("作息（示例）", date(2018, 9, 1), None, frozenset({1, 4}), lines),)
    assert school.swaps == {date(2018, 12, 6): 1, date(2018, 12, 7): None}
    assert school.hours == (Hours(None, None, frozenset({1, 7}), 540, 990, HolidayPolicy.CLOSED),)
    assert school.closed == (
        ClosedTime(
            world.id("class 1"),
            ClosureKind.EXAM,
            "期中考试",
            interval("2018-12-06 08:00", "2018-12-06 12:00"),
        ),
    )
    assert school.terms == {
        Stage.LOWER_SECONDARY: (TermDays("2018-09-01 起的学期", date(2018, 9, 1), date(2019, 1, 20)),),
        Stage.UPPER_SECONDARY: (TermDays("2018-08-20 起的学期", date(2018, 8, 20), date(2019, 1, 10)),),
    }
    museum = calendars.places[world.id("museum")]
    assert (museum.schedules, museum.swaps, museum.hours, museum.closed) == ((), {}, (), ())
    assert museum.terms.keys() == {Stage.LOWER_SECONDARY}


def test_what_is_retired_says_nothing(database: Database, world: World) -> None:
    with database.write() as session:
        rows = [
            add_schedule(session, world, "school 1", 600),
            add_hours(session, world, "school 1"),
            add_closure(session, world, "school 1", "2018-12-06 08:00", "2018-12-06 12:00"),
            add_swap(session, world, "school 1", THURSDAY, None),
            add_term(session, world, "linxi", "2018-09-01", "2019-01-20"),
        ]
        for row in rows:
            row.retired_at = world.act.at
    with database.read() as session:
        school = load(session, world, "school 1").places[world.id("school 1")]
    assert (school.schedules, school.swaps, school.hours, school.closed, school.terms) == ((), {}, (), (), {})


def test_what_lies_elsewhere_in_time_is_left_out(database: Database, world: World) -> None:
    with database.write() as session:
        add_schedule(session, world, "school 1", 600, days=("2018-09-01", "2018-12-01"))
        add_schedule(session, world, "school 1", 610, days=("2019-01-01", None))
        add_hours(session, world, "school 1", days=("2018-07-01", "2018-08-31"))
        add_closure(session, world, "school 1", "2018-12-06 08:00", "2018-12-06 10:00")
        add_closure(session, world, "school 1", "2018-12-06 11:20", "2018-12-06 12:00")
        add_swap(session, world, "school 1", "2018-12-22", Weekday.MONDAY)
    with database.read() as session:
        school = load(session, world, "school 1").places[world.id("school 1")]
    assert (school.schedules, school.swaps, school.hours, school.closed) == ((), {}, (), ())


def test_a_published_year_without_days_is_published(database: Database, world: World) -> None:
    new_year = interval("2018-12-31 23:00", "2019-01-01 01:00")
    with database.write() as session:
        add_year(session, world, 2018)
        forget_year(session, world, 2019)
    with database.read() as session:
        holidays = load(session, world, "school 1", within=new_year).holidays
    assert holidays == Holidays(frozenset({2018}), {})
    assert holidays.is_published(date(2018, 12, 31)) is True
    assert holidays.is_published(date(2019, 1, 1)) is False


def test_another_partnership_keeps_its_own_holidays(database: Database, world: World) -> None:
    with database.write() as session:
        other = create_entry(
            session, SHELVES["partnerships"], {"name": "别处"}, viewer=ROOT, act=world.act
        ).id
        add_year(session, world, 2018)
        if session.get(HolidayYear, (other, 2018)) is None:
            session.add(
                HolidayYear(
                    partnership_id=other, year=2018, source="", notice="", updated_at=world.act.at, days=[]
                )
            )
        session.add(
            CalendarDay(
                partnership_id=other, year=2018, day=date(2018, 12, 6), kind=DayKind.HOLIDAY, name="别处的节"
            )
        )
    with database.read() as session:
        mine = load(session, world, "school 1").holidays
        theirs = load_calendars(session, [], MORNING, partnership_id=other).holidays
    assert mine.day_off(date(2018, 12, 6)) == ""
    assert theirs.day_off(date(2018, 12, 6)) == "别处的节"


def test_a_wide_look_says_the_same_of_a_time_as_a_narrow_one(database: Database, world: World) -> None:
    """The finder reads weeks at once, the write path one booking: they must agree on every hour."""
    with database.write() as session:
        add_year(session, world, 2018, {"2018-12-05": (DayKind.HOLIDAY, "某节")})
        add_schedule(session, world, "school 1", 600, 650, days=("2018-09-01", "2018-12-06"))
        add_schedule(session, world, "school 1", 620, days=("2018-12-07", None))
        add_hours(session, world, "school 1", opens=480, closes=1080)
        add_hours(session, world, "school 1", opens=600, closes=1080, days=("2018-12-06", "2018-12-06"))
        add_closure(session, world, "school 1", "2018-12-06 11:00", "2018-12-07 10:00")
        add_swap(session, world, "school 1", "2018-12-08", Weekday.MONDAY)
        add_term(session, world, "linxi", "2018-09-01", "2018-12-07")
        add_term(session, world, "linxi", "2018-12-10", "2019-01-20")
    week = interval("2018-12-03 00:00", "2018-12-11 00:00")
    with database.read() as session:
        far = load(session, world, "school 1", within=week)
        question = lesson(far.places[world.id("school 1")])
        rules = rules_for(question, far, week)
        heard = set()
        for start in range(week[0], week[1] - 3600, 3600):
            hour = (start, start + 2400)
            near = load(session, world, "school 1", within=hour)
            said = objections(rules_for(question, near, hour), hour)
            assert objections(rules, hour) == said, datetime.fromtimestamp(start, UTC)
            heard |= {one.code for one in said}
    assert heard == {
        "bell.no_lessons",
        "bell.not_in_lessons",
        "closure.closed",
        "opening.hours",
        "opening.weekday",
        "term.vacation",
    }


def test_hours_of_other_days_say_nothing_of_a_holiday_however_much_is_read(
    database: Database, world: World
) -> None:
    with database.write() as session:
        add_year(session, world, 2018, {THURSDAY: (DayKind.HOLIDAY, "某节")})
        add_hours(session, world, "school 1", days=("2018-12-12", "2018-12-14"))
    fortnight = interval("2018-12-03 00:00", "2018-12-15 00:00")
    with database.read() as session:
        for within in (MORNING, fortnight):
            calendars = load(session, world, "school 1", within=within)
            question = lesson(calendars.places[world.id("school 1")], timing=Timing.ANY)
            said = objections(rules_for(question, calendars, within), MORNING)
            assert [one.code for one in said] == ["holiday.off"], within
