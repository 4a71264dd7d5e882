"""What is known around a time, for and against alike."""

from __future__ import annotations

from datetime import date

from scheduler.domain.calendars.around import Around, SchoolDay, look_around
from scheduler.domain.calendars.bells import BellDay, Line, Ringing, Schedule
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.local_time import minutes_interval
from scheduler.domain.calendars.openings import Hours, OpenDay
from scheduler.domain.calendars.values import Place
from scheduler.models.holidays import DayKind
from scheduler.models.openings import HolidayPolicy
from scheduler.models.places import OrganisationKind
from scheduler.models.school_time import PeriodKind
from tests.domain.calendars.asking import together

ZONE = "Asia/Shanghai"
THURSDAY, FRIDAY = date(2018, 12, 6), date(2018, 12, 7)
THIRD = Line(PeriodKind.LESSON, "第3节", 600, 640)
FOURTH = Line(PeriodKind.LESSON, "第4节", 650, 690)
BREAK = Line(PeriodKind.BREAK, "大课间", 640, 650)
BELLS = Schedule("冬季", date(2018, 9, 1), None, frozenset({4}), (THIRD, BREAK, FOURTH))
PUBLISHED = Holidays(frozenset({2018}), {FRIDAY: (DayKind.HOLIDAY, "节日")})
SCHOOL = Place(1, "学校", OrganisationKind.SCHOOL, ZONE, schedules=(BELLS,), holidays=PUBLISHED)
UNKNOWN = Place(2, "没有登记的学校", OrganisationKind.SCHOOL, ZONE, holidays=PUBLISHED)
RULE = Hours(None, None, frozenset({1}), 540, 1020, HolidayPolicy.CLOSED)
MUSEUM = Place(3, "博物馆", OrganisationKind.MUSEUM, ZONE, hours=(RULE,), holidays=PUBLISHED)


def around(day: date, starts: int, ends: int, holidays: Holidays = PUBLISHED) -> Around:
    calendars = together(holidays, SCHOOL, UNKNOWN, MUSEUM)
    interval = minutes_interval(day, ZONE, starts, ends)
    return look_around(calendars, interval, receiving=(1, 2, 1), present=(3, 1), zone=ZONE)


def test_lessons_that_are_touched_are_told_and_breaks_are_not() -> None:
    bells = BellDay(Ringing.LESSONS, (THIRD, BREAK, FOURTH))
    assert around(THURSDAY, 600, 651) == Around(
        schools=(SchoolDay(SCHOOL, THURSDAY, bells, (THIRD, FOURTH)),),
        openings=((MUSEUM, THURSDAY, OpenDay(RULE)),),
    )
    assert around(THURSDAY, 640, 650).schools[0].lessons == ()


def test_a_holiday_is_told_with_what_it_does() -> None:
    assert around(FRIDAY, 600, 640) == Around(
        schools=tuple(
            SchoolDay(place, FRIDAY, BellDay(Ringing.NO_LESSONS), ()) for place in (SCHOOL, UNKNOWN)
        ),
        openings=((MUSEUM, FRIDAY, OpenDay(RULE, is_open=False, holiday="节日")),),
        announced=((FRIDAY, DayKind.HOLIDAY, "节日"),),
    )


def test_two_days_are_told_one_by_one() -> None:
    found = around(THURSDAY, 1430, 1440)
    assert [day for _place, day, _known in found.openings] == [THURSDAY]
    calendars = together(PUBLISHED, MUSEUM)
    night = (minutes_interval(THURSDAY, ZONE, 1430, 1440)[0], minutes_interval(FRIDAY, ZONE, 0, 10)[1])
    both = look_around(calendars, night, receiving=(), present=(3,), zone=ZONE)
    assert [day for _place, day, _known in both.openings] == [THURSDAY, FRIDAY]
