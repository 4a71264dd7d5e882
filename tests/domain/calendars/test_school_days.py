"""Days of a school on which something changes: bells, terms, make-up days, years not announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.calendars.bells import Line, Schedule
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.terms import TermDays
from scheduler.domain.calendars.values import ClosedTime, Place
from scheduler.errors import OnDay
from scheduler.models.bookings import BookingKind, Timing
from scheduler.models.openings import ClosureKind
from scheduler.models.places import OrganisationKind, Stage
from scheduler.models.school_time import PeriodKind
from tests.domain.calendars.asking import HOLIDAYS_2025, ZONE, announced, codes, lesson, said, seconds

WORKDAYS = frozenset(range(1, 6))


def bells(name: str, first: date, last: date | None, *starts: int) -> Schedule:
    """Lessons of 40 minutes from each of these minutes of the day."""
    lines = tuple(Line(PeriodKind.LESSON, f"第{n}节", at, at + 40) for n, at in enumerate(starts, start=1))
    return Schedule(name, first, last, WORKDAYS, lines)


SUMMER = bells("夏季作息（示例）", date(2025, 5, 1), date(2025, 9, 30), 480, 530, 610)
WINTER = bells("冬季作息（示例）", date(2025, 10, 1), date(2026, 4, 30), 500, 550, 630)
FIRST = TermDays("第一学期", date(2025, 9, 1), date(2026, 1, 23))
SECOND = TermDays("第二学期", date(2026, 3, 2), date(2026, 7, 7))
PUBLISHED = Holidays(frozenset({2025, 2026}), HOLIDAYS_2025.days)
STAGE = Stage.LOWER_SECONDARY
SCHOOL = Place(
    id=1,
    name="示例中学A（演示）",
    kind=OrganisationKind.SCHOOL,
    zone=ZONE,
    schedules=(SUMMER, WINTER),
    terms={STAGE: (FIRST, SECOND)},
)


def at(
    when: str, *, timing: Timing = Timing.INSIDE, place: Place = SCHOOL, known: Holidays = PUBLISHED
) -> list[str]:
    return codes(said(lesson(place, timing=timing), place, when, known))


@pytest.mark.parametrize(
    ("when", "timing", "expected"),
    [
        ("2025-09-30 8:00–8:40", Timing.PERIOD, []),  # the last day of summer
        ("2025-09-30 8:20–9:00", Timing.PERIOD, ["bell.not_in_a_period"]),
        ("2025-09-30 8:00–9:30", Timing.PERIOD, ["bell.not_in_a_period"]),
        ("2025-09-30 8:00–9:30", Timing.INSIDE, []),  # two lessons, ten minutes between them
        ("2025-09-30 8:50–10:50", Timing.INSIDE, ["bell.not_in_lessons"]),  # across the long break
        ("2025-09-30 9:30–10:10", Timing.OUTSIDE, []),
        ("2025-09-30 9:30–10:11", Timing.OUTSIDE, ["bell.in_lesson"]),
        ("2025-10-09 8:00–8:40", Timing.PERIOD, ["bell.not_in_a_period"]),  # the first of winter
        ("2025-10-09 8:20–9:00", Timing.PERIOD, []),
        ("2025-10-09 8:00–8:20", Timing.OUTSIDE, []),
        ("2025-10-09 8:20–9:00", Timing.ANY, []),
        ("2025-10-09 12:00–13:00", Timing.ANY, []),
    ],
)
def test_the_bells_switch_on_their_date(when: str, timing: Timing, expected: list[str]) -> None:
    assert at(when, timing=timing) == expected


@pytest.mark.parametrize(
    ("when", "timing", "expected"),
    [
        ("2025-11-03 8:00–8:40", Timing.PERIOD, []),
        ("2025-11-03 8:20–9:00", Timing.PERIOD, ["bell.not_in_a_period"]),
        ("2025-11-03 8:00–9:20", Timing.PERIOD, ["bell.not_in_a_period"]),
        ("2025-11-03 8:00–9:20", Timing.INSIDE, []),
    ],
)
def test_periods_without_a_break_between_them_stay_two(
    when: str, timing: Timing, expected: list[str]
) -> None:
    place = replace(SCHOOL, schedules=(bells("连堂（示例）", date(2025, 10, 1), None, 480, 520),))
    assert at(when, timing=timing, place=place) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2025-08-29 8:00–8:40", ["(term.unknown)"]),  # before the first term that is known
        ("2025-09-01 8:00–8:40", []),
        ("2026-01-23 8:20–9:00", []),
        ("2026-01-26 8:20–9:00", ["term.vacation"]),
        ("2026-02-27 8:20–9:00", ["term.vacation"]),
        ("2026-03-02 8:20–9:00", []),
        ("2026-04-30 8:20–9:00", []),
        ("2026-05-08 8:20–9:00", ["(bell.unknown)"]),  # bells end before the term does
        ("2026-07-07 8:20–9:00", ["(bell.unknown)"]),
        ("2026-07-08 8:20–9:00", ["(term.unknown)", "(bell.unknown)"]),  # beyond the last term: told
    ],
)
def test_a_term_has_a_first_and_a_last_day_and_vacation_lies_between_two(
    when: str, expected: list[str]
) -> None:
    assert at(when) == expected


def test_a_vacation_is_told_with_the_terms_around_it() -> None:
    (objection,) = said(lesson(SCHOOL), SCHOOL, "2026-01-26 8:20–9:00", PUBLISHED)
    assert dict(objection.facts) == {
        "name": SCHOOL.name,
        "stage": STAGE,
        "day": OnDay(date(2026, 1, 26)),
        "ended": OnDay(date(2026, 1, 23)),
        "begins": OnDay(date(2026, 3, 2)),
    }


def test_the_terms_of_another_stage_say_nothing() -> None:
    primary = lesson(SCHOOL, stage=Stage.PRIMARY)
    assert codes(said(primary, SCHOOL, "2026-01-26 8:20–9:00", PUBLISHED)) == []


SATURDAY = date(2025, 10, 11)
MADE_UP = "2025-10-11 8:20–9:00"


@pytest.mark.parametrize(
    ("swaps", "when", "expected"),
    [
        ({}, MADE_UP, ["bell.make_up_unset"]),
        ({SATURDAY: 3}, MADE_UP, []),
        ({SATURDAY: 3}, "2025-10-11 8:00–8:40", ["bell.not_in_lessons"]),
        ({SATURDAY: None}, MADE_UP, ["bell.no_lessons"]),
        ({date(2025, 9, 28): 3}, MADE_UP, ["bell.make_up_unset"]),
        ({}, "2025-10-18 8:20–9:00", ["bell.no_lessons"]),  # a Saturday like any other
        ({}, "2025-10-08 8:20–9:00", ["holiday.off"]),  # a holiday speaks for the bells as well
        ({date(2025, 10, 8): 3}, "2025-10-08 8:20–9:00", []),  # the school has said that it teaches
        ({date(2025, 10, 8): None}, "2025-10-08 8:20–9:00", ["holiday.off"]),
        ({date(2025, 10, 9): None}, "2025-10-09 8:20–9:00", ["bell.no_lessons"]),
    ],
)
def test_a_make_up_saturday_follows_what_the_school_sets(
    swaps: dict[date, int | None], when: str, expected: list[str]
) -> None:
    assert at(when, place=replace(SCHOOL, swaps=swaps)) == expected


@pytest.mark.parametrize(
    ("swaps", "expected"), [({}, ["bell.make_up_unset"]), ({SATURDAY: None}, []), ({SATURDAY: 3}, [])]
)
def test_outside_lessons_needs_to_know_them(swaps: dict[date, int | None], expected: list[str]) -> None:
    place = replace(SCHOOL, swaps=swaps)
    assert at("2025-10-11 18:00–19:00", timing=Timing.OUTSIDE, place=place) == expected


def test_a_holiday_is_named_with_its_day() -> None:
    (objection,) = said(lesson(SCHOOL), SCHOOL, "2025-10-08 8:20–9:00", PUBLISHED)
    assert dict(objection.facts) == {"name": SCHOOL.name, "day": OnDay(date(2025, 10, 8)), "holiday": "节日"}


@pytest.mark.parametrize(
    ("known", "when", "expected"),
    [
        (HOLIDAYS_2025, "2026-01-01 8:20–9:00", ["(holiday.unpublished)"]),
        (HOLIDAYS_2025, "2026-01-03 8:20–9:00", ["bell.no_lessons", "(holiday.unpublished)"]),  # Saturday
        (announced([2025, 2026], off="2026-01-01"), "2026-01-01 8:20–9:00", ["holiday.off"]),
        (HOLIDAYS_2025, "2025-12-31 8:20–9:00", []),
        (Holidays(), "2025-10-08 8:20–9:00", ["(holiday.unpublished)"]),
    ],
)
def test_a_year_that_is_not_announced_is_told_and_nothing_is_guessed(
    known: Holidays, when: str, expected: list[str]
) -> None:
    assert at(when, known=known) == expected


def test_the_year_is_told_once() -> None:
    (told,) = said(lesson(SCHOOL), SCHOOL, "2026-01-05 8:20–9:00", HOLIDAYS_2025)
    assert (told.subject_kind, told.soft) == ("partnership", False)
    assert dict(told.facts) == {"year": "2026", "day": OnDay(date(2026, 1, 5))}


def test_a_night_across_new_year_names_the_year_that_is_not_known() -> None:
    place = replace(SCHOOL, schedules=(), terms={})
    (told,) = said(lesson(place, timing=Timing.ANY), place, "2025-12-31 23:00–25:00", HOLIDAYS_2025)
    assert told.facts["year"] == "2026"


def test_lessons_near_by_are_told() -> None:
    def near(when: str, timing: Timing) -> object:
        return said(lesson(SCHOOL, timing=timing), SCHOOL, when, PUBLISHED)[0].facts["lessons"]

    assert near("2025-10-09 8:30–9:00", Timing.OUTSIDE) == ["第1节 8:20–9:00"]
    assert near("2025-10-09 8:30–9:20", Timing.PERIOD) == ["第1节 8:20–9:00", "第2节 9:10–9:50"]
    assert near("2025-10-09 10:00–10:20", Timing.INSIDE) == ["第2节 9:10–9:50", "第3节 10:30–11:10"]
    assert near("2025-10-09 7:00–7:40", Timing.INSIDE) == ["第1节 8:20–9:00"]
    assert near("2025-10-09 15:00–15:40", Timing.INSIDE) == ["第3节 10:30–11:10"]


def test_journeys_are_made_on_holidays_and_are_no_lesson_time_then() -> None:
    question = replace(lesson(SCHOOL, timing=Timing.ANY), kind=BookingKind.TRAVEL)
    assert codes(said(question, SCHOOL, "2025-10-08 8:20–9:00")) == []
    inside = replace(question, timing=Timing.INSIDE)
    assert codes(said(inside, SCHOOL, "2025-10-08 8:20–9:00")) == ["bell.no_lessons"]


def test_every_rule_that_objects_is_heard() -> None:
    exams = ClosedTime(None, ClosureKind.EXAM, "期末考试", (seconds("2025-10-08"), seconds("2025-10-09")))
    repair = ClosedTime(
        8, ClosureKind.OTHER, "外出", (seconds("2025-10-08 08:00"), seconds("2025-10-08 09:00"))
    )
    someone_else = replace(repair, resource_id=9)
    terms = (replace(FIRST, last_day=date(2025, 9, 30)), SECOND)
    place = replace(SCHOOL, closed=(exams, repair, someone_else), terms={STAGE: terms})
    objected = said(lesson(place), place, "2025-10-08 8:20–9:00", HOLIDAYS_2025)
    assert [(one.code, one.subject_kind, one.subject_id) for one in objected] == [
        ("closure.closed", "organisation", 1),
        ("holiday.off", "organisation", 1),
        ("closure.closed", "class", 8),
        ("term.vacation", "organisation", 1),
    ]
