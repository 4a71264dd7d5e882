"""Which bells ring on a day, and where a booking may lie between them, minute by minute."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars.bells import (
    BellDay,
    Line,
    Ringing,
    Schedule,
    bells_on,
    gaps,
    teaching_blocks,
)
from scheduler.domain.calendars.holidays import Holidays
from scheduler.models.bookings import Timing
from scheduler.models.holidays import DayKind
from scheduler.models.school_time import PeriodKind
from tests.domain.calendars import strategies
from tests.domain.calendars.slow_clock import days_around
from tests.domain.calendars.slow_rules import (
    NOTHING,
    UNKNOWN,
    UNSET,
    blocks_by_minute,
    lessons_by_minute,
    ringing_on,
)

MANY = settings(max_examples=150, deadline=None)
DAYS = days_around(date(2025, 10, 8), before=4, after=4)
RINGING = {Ringing.UNKNOWN: UNKNOWN, Ringing.MAKE_UP_UNSET: UNSET, Ringing.NO_LESSONS: NOTHING}
WORKDAYS = frozenset(range(1, 6))


@MANY
@given(strategies.schedules(DAYS), strategies.swaps(DAYS), st.sampled_from(DAYS), strategies.holidays(DAYS))
def test_what_rings_is_what_the_slow_model_says(
    schedules: tuple[Schedule, ...], swaps: dict[date, int | None], day: date, holidays: Holidays
) -> None:
    bells = bells_on(schedules, swaps, day, holidays)
    expected = ringing_on(schedules, swaps, day, holidays)
    if isinstance(expected, str):
        assert (RINGING.get(bells.ringing), bells.lines, bells.follows) == (expected, (), 0)
        return
    assert bells.ringing is Ringing.LESSONS
    assert bells.lines == tuple(sorted(expected, key=lambda line: line.starts))
    follows = swaps.get(day) or day.isoweekday()
    assert bells.follows == (0 if follows == day.isoweekday() else follows)


@MANY
@given(strategies.lines())
def test_pieces_hold_the_minutes_that_their_timing_means(lines: tuple[Line, ...]) -> None:
    bells = BellDay(Ringing.LESSONS, lines)
    lessons = lessons_by_minute(lines)
    taught = {at: lesson for at, lesson in enumerate(lessons) if lesson is not None}
    blocks = {at: block for at, block in enumerate(blocks_by_minute(lines)) if block is not None}
    assert groups(bells.pieces[Timing.PERIOD]) == same(taught)
    assert groups(bells.pieces[Timing.INSIDE]) == same(blocks)
    outside = bells.pieces[Timing.OUTSIDE]
    assert sorted(at for piece in outside for at in range(*piece)) == [
        at for at in range(1440) if at not in taught
    ]
    assert not {end for _start, end in outside} & {start for start, _end in outside}
    assert bells.pieces[Timing.ANY] == [(0, 1440)]


def groups(pieces: list[tuple[int, int]]) -> list[list[int]]:
    return [list(range(*piece)) for piece in pieces]


def same(labels: dict[int, int]) -> list[list[int]]:
    """The minutes of each label."""
    return [[at for at in labels if labels[at] == label] for label in dict.fromkeys(labels.values())]


@MANY
@given(strategies.schedules(DAYS))
def test_gaps_are_the_days_between_schedules_on_which_none_is_in_effect(
    schedules: tuple[Schedule, ...],
) -> None:
    last = max((schedule.first_day for schedule in schedules), default=date.min)
    first = min((schedule.first_day for schedule in schedules), default=date.max)
    uncovered = [
        day for day in DAYS if first < day < last and not any(one.is_in_effect(day) for one in schedules)
    ]
    found = gaps(schedules)
    assert [
        begins + timedelta(days=n) for begins, ends in found for n in range((ends - begins).days + 1)
    ] == uncovered
    assert all(begins <= ends for begins, ends in found)


LESSON, BREAK = PeriodKind.LESSON, PeriodKind.BREAK
MORNING = (
    Line(LESSON, "第1节", 480, 520),
    Line(LESSON, "第2节", 530, 570),
    Line(BREAK, "大课间", 570, 600),
    Line(LESSON, "第3节", 600, 640),
)


def test_a_double_lesson_runs_across_a_short_break_and_not_across_the_long_one() -> None:
    bells = BellDay(Ringing.LESSONS, MORNING)
    assert bells.pieces[Timing.PERIOD] == [(480, 520), (530, 570), (600, 640)]
    assert bells.pieces[Timing.INSIDE] == [(480, 570), (600, 640)]
    assert bells.pieces[Timing.OUTSIDE] == [(0, 480), (520, 530), (570, 600), (640, 1440)]


@pytest.mark.parametrize(("break_", "blocks"), [(0, 1), (20, 1), (21, 2)])
def test_breaks_of_twenty_minutes_are_short(break_: int, blocks: int) -> None:
    assert len(teaching_blocks([(480, 520), (520 + break_, 560 + break_)])) == blocks


def test_lessons_that_touch_stay_two_periods_and_leave_nothing_outside() -> None:
    bells = BellDay(Ringing.LESSONS, (Line(LESSON, "1", 0, 720), Line(LESSON, "2", 720, 1440)))
    assert bells.pieces[Timing.PERIOD] == [(0, 720), (720, 1440)]
    assert bells.pieces[Timing.INSIDE] == [(0, 1440)]
    assert bells.pieces[Timing.OUTSIDE] == []


def test_what_is_outside_holds_no_minute_of_lessons_that_lie_over_each_other() -> None:
    """Two schedules of one day are refused where they are entered; were they there, they would both count."""
    bells = BellDay(Ringing.LESSONS, (Line(LESSON, "长", 480, 600), Line(LESSON, "短", 500, 540)))
    assert bells.pieces[Timing.OUTSIDE] == [(0, 480), (600, 1440)]


# --- days that are not like others ---------------------------------------------------------------

SUMMER = Schedule("夏季", date(2025, 5, 1), date(2025, 9, 30), WORKDAYS, (Line(LESSON, "第1节", 470, 510),))
WINTER = Schedule("冬季", date(2025, 10, 1), None, WORKDAYS, (Line(LESSON, "第1节", 490, 530),))
BELLS = (SUMMER, WINTER)
NATIONAL_DAY = Holidays(
    frozenset({2025}),
    {date(2025, 10, day): (DayKind.HOLIDAY, "国庆节") for day in range(1, 9)}
    | {date(2025, 9, 28): (DayKind.WORKDAY, "国庆节"), date(2025, 10, 11): (DayKind.WORKDAY, "国庆节")},
)


def first_lesson(day: date, swaps: dict[date, int | None] | None = None) -> object:
    bells = bells_on(BELLS, swaps or {}, day, NATIONAL_DAY)
    return bells.lines[0].starts if bells.lines else bells.ringing


@pytest.mark.parametrize(
    ("day", "rings"),
    [
        (date(2025, 4, 30), Ringing.UNKNOWN),  # Wednesday before the first schedule
        (date(2025, 9, 30), 470),  # Tuesday, the last of summer
        (date(2025, 10, 1), Ringing.NO_LESSONS),  # Wednesday, a holiday
        (date(2025, 10, 9), 490),  # Thursday, winter
        (date(2025, 10, 12), Ringing.NO_LESSONS),  # Sunday
        (date(2025, 10, 11), Ringing.MAKE_UP_UNSET),  # Saturday, made up for
        (date(2026, 10, 1), 490),  # a year that is not announced: nothing is guessed
    ],
)
def test_bells_switch_on_their_date(day: date, rings: object) -> None:
    assert first_lesson(day) == rings


def test_a_make_up_day_follows_the_weekday_that_is_set_by_the_bells_of_its_own_season() -> None:
    sunday, saturday = date(2025, 9, 28), date(2025, 10, 11)
    assert first_lesson(sunday, {sunday: 3}) == 470
    assert first_lesson(saturday, {saturday: 3}) == 490
    assert bells_on(BELLS, {saturday: 3}, saturday, NATIONAL_DAY).follows == 3
    assert first_lesson(saturday, {saturday: None}) is Ringing.NO_LESSONS
    assert first_lesson(saturday, {saturday: 6}) is Ringing.NO_LESSONS
    assert first_lesson(saturday, {sunday: 3}) is Ringing.MAKE_UP_UNSET


def test_a_school_may_teach_on_a_holiday_or_rest_on_a_workday() -> None:
    wednesday, thursday = date(2025, 10, 8), date(2025, 10, 9)
    assert first_lesson(wednesday, {wednesday: 3}) == 490
    assert bells_on(BELLS, {wednesday: 3}, wednesday, NATIONAL_DAY).follows == 0
    assert first_lesson(thursday, {thursday: None}) is Ringing.NO_LESSONS


def test_a_day_with_breaks_only_has_no_lessons() -> None:
    only = Schedule("活动日", date(2025, 1, 1), None, WORKDAYS, (Line(BREAK, "大课间", 570, 600),))
    assert bells_on([only], {}, date(2025, 11, 3), Holidays()).ringing is Ringing.NO_LESSONS


def test_words_of_a_line() -> None:
    assert Line(LESSON, "第3节", 600, 640).words() == "第3节 10:00–10:40"
