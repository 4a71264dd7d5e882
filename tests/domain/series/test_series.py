"""Series: all days or none, holidays, bells that change, limits, races; each day keeps what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.act import Act
from scheduler.domain.bookings import book, cancel_booking, get_booking, move_booking
from scheduler.domain.directory import create_entry
from scheduler.domain.holds import Span, count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.domain.series.booking import (
    add_occurrence,
    ask_series,
    book_series,
    get_series,
    read_series_plan,
    read_series_rule,
)
from scheduler.domain.series.change import Reach, cancel_occurrences, change_occurrences
from scheduler.domain.series.decisions import Decision, Do, read_decisions
from scheduler.domain.series.proposals import Outlook, Proposal, propose
from scheduler.domain.series.rules import SeriesRule, days_of, read_rule, time_on
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid, NotFound, Refused, SeriesBlocked, StaleEdit
from scheduler.models.bookings import Booking, CancelReason
from scheduler.models.holds import Hold
from scheduler.models.holidays import CalendarDay, DayKind, HolidayYear
from scheduler.models.school_time import BellSchedule, Period, PeriodKind
from scheduler.models.series import Occurrence, Series
from tests.journeys.test_race import race
from tests.web.queries import counted
from tests.world import ROOT, World

ZONE = "Asia/Shanghai"
THURSDAYS = {"weekdays": ["4"], "first_day": "2018-12-06", "count": "4", "starts": "10:00", "ends": "11:20"}
PERIODS_2026 = {
    "weekdays": ["4"],
    "first_day": "2026-09-17",
    "last_day": "2026-10-22",
    "period": "3",
    "period_to": "4",
}


def plan_raw(world: World, **changes: Any) -> dict[str, Any]:
    raw = world.plan(**changes)
    return {name: value for name, value in raw.items() if name not in ("date", "starts", "ends")}


def make(
    session: Session,
    world: World,
    rule: Mapping[str, Any] = THURSDAYS,
    decisions: Mapping[date, Decision] | None = None,
    **changes: Any,
) -> Series:
    pid = world.id("partnership")
    return book_series(
        session,
        read_series_plan(plan_raw(world, **changes)),
        read_series_rule(session, rule, partnership_id=pid),
        decisions or {},
        rule_raw=rule,
        partnership_id=pid,
        zone=ZONE,
        act=world.act,
    )


def look(session: Session, world: World, rule: Mapping[str, Any], **changes: Any) -> list[Proposal]:
    pid = world.id("partnership")
    plan = read_series_plan(plan_raw(world, **changes))
    asked = ask_series(
        session,
        plan,
        read_series_rule(session, rule, partnership_id=pid),
        partnership_id=pid,
        zone=ZONE,
        act=world.act,
    )
    return propose(session, asked)


def one_booking(session: Session, world: World, **changes: Any) -> Booking:
    plan = read_plan(world.plan(**changes), zone=ZONE)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act)


def counts(database: Database) -> tuple[int, ...]:
    with database.read() as session:
        tables = (Series, Occurrence, Booking, Hold)
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def clock(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(ZONE)):%m-%d %H:%M}"


def starts(series: Series) -> list[str]:
    return [clock(one.booking.starts_at) if one.booking else "" for one in series.occurrences]


def add_bells(session: Session, world: World, first: date, last: date | None, begins: int) -> None:
    """Six lessons of 40 minutes with 10 between, from minute ``begins``, Monday to Saturday."""
    schedule = BellSchedule(
        partnership_id=world.id("partnership"),
        organisation_id=world.id("school 1"),
        name="作息",
        first_day=first,
        last_day=last,
        weekdays="1,2,3,4,5",
    )
    session.add(schedule)
    session.flush()
    for number in range(6):
        at = begins + 50 * number
        line = {"kind": PeriodKind.LESSON, "name": f"第{number + 1}节", "starts": at, "ends": at + 40}
        session.add(Period(schedule_id=schedule.id, position=number, **line))


def publish_2026(session: Session, world: World) -> None:
    """国庆 1–7 October off; Saturday 10 October is worked."""
    pid = world.id("partnership")
    session.add(HolidayYear(partnership_id=pid, year=2026, source="", notice="", updated_at=world.act.at))
    session.flush()
    days = [(date(2026, 10, number), DayKind.HOLIDAY) for number in range(1, 8)]
    for day, kind in [*days, (date(2026, 10, 10), DayKind.WORKDAY)]:
        session.add(CalendarDay(partnership_id=pid, day=day, year=2026, kind=kind, name="国庆节"))


def test_a_clash_on_the_last_day_writes_nothing(database: Database, world: World) -> None:
    with database.write() as session:
        other = one_booking(session, world, date="2018-12-27", title="先约的课").public_id
    before = counts(database)
    with pytest.raises(SeriesBlocked) as refused, database.write() as session:
        make(session, world)
    assert [one.day for one in refused.value.days] == [date(2018, 12, 27)]
    assert {one.booking_public_id for one in refused.value.days[0].conflicts} == {other}
    assert counts(database) == before


def test_a_holiday_is_told_skipped_and_can_be_moved(database: Database, world: World) -> None:
    rule = {**PERIODS_2026, "school_id": str(world.id("school 1"))}
    with database.write() as session:
        publish_2026(session, world)
        add_bells(session, world, date(2026, 9, 1), None, 480)
    with database.write() as session:
        told = look(session, world, rule)
        holiday = date(2026, 10, 1)
        fine = [Outlook.FINE, Outlook.FINE, Outlook.NO_TIME, Outlook.FINE, Outlook.FINE, Outlook.FINE]
        assert [one.outlook for one in told] == fine
        assert [one.code for one in told[2].answer.objections] == ["holiday.off"]
        with pytest.raises(SeriesBlocked) as refused, session.begin_nested():
            make(session, world, rule)
        assert [one.day for one in refused.value.days] == [holiday]
        series = make(session, world, rule, {holiday: Decision(Do.SKIP)})
        assert starts(series) == [
            "09-17 09:40",
            "09-24 09:40",
            "",
            "10-08 09:40",
            "10-15 09:40",
            "10-22 09:40",
        ]


def test_the_make_up_saturday_has_periods_only_once_it_is_set(database: Database, world: World) -> None:
    saturday = {**PERIODS_2026, "weekdays": ["6"], "first_day": "2026-10-10", "count": "1", "last_day": ""}
    rule = {**saturday, "school_id": str(world.id("school 1"))}
    with database.write() as session:
        publish_2026(session, world)
        add_bells(session, world, date(2026, 9, 1), None, 480)
        assert [one.outlook for one in look(session, world, rule)] == [Outlook.NO_TIME]
        raw = {"name": "调休", "day": "2026-10-10", "follows_weekday": "4"}
        raw["organisation_id"] = str(world.id("school 1"))
        create_entry(session, SHELVES["swaps"], raw, viewer=ROOT, act=world.act)
        assert [one.outlook for one in look(session, world, rule)] == [Outlook.FINE]
        assert starts(make(session, world, rule)) == ["10-10 09:40"]


def test_periods_follow_the_bells_of_each_date(database: Database, world: World) -> None:
    rule = {**PERIODS_2026, "school_id": str(world.id("school 1"))}
    with database.write() as session:
        add_bells(session, world, date(2026, 9, 1), date(2026, 9, 30), 480)
        add_bells(session, world, date(2026, 10, 1), None, 510)
        told = look(session, world, rule)
        assert [clock(one.span.starts_at) if one.span else "" for one in told] == [
            "09-17 09:40",
            "09-24 09:40",
            "10-01 10:10",
            "10-08 10:10",
            "10-15 10:10",
            "10-22 10:10",
        ]
        notes = [[note.code for note in one.answer.notes] for one in told]
        assert all("holiday.unpublished" in codes for codes in notes), notes
        assert len(starts(make(session, world, rule))) == 6


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"weekdays": []}, "weekdays", "field.required"),
        ({"count": "", "last_day": "2018-12-05"}, "last_day", "days.reversed"),
        ({"count": "", "last_day": "2018-12-06", "weekdays": ["5"]}, "weekdays", "series.nothing"),
        ({"count": "", "last_day": "2020-12-06"}, "last_day", "series.too_long"),
        ({"count": "", "last_day": "2019-12-31", "weekdays": list("12345")}, "last_day", "series.too_many"),
        ({"count": "201"}, "count", "field.out_of_range"),
        ({"starts": "25:00"}, "starts", "time.nonexistent"),
        ({"ends": "09:00"}, "ends", "time.ends_before_start"),
        ({"term_id": "999"}, "term_id", "reference.unknown"),
        ({"week_to": "9"}, "term_id", "field.required"),
        ({"period": "1", "school_id": "999"}, "school_id", "reference.unknown"),
        ({"every_week": "1"}, "every_week", "field.unknown"),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_is_told_at_its_field(
    database: Database, world: World, changes: Any, field: str, code: str
) -> None:
    with database.read() as session, pytest.raises(Invalid) as refused:
        raw = {**THURSDAYS, **changes}
        read_series_rule(session, raw, partnership_id=world.id("partnership"))
    told = [(problem.field, problem.code) for problem in refused.value.problems]
    assert told == [(field, code)]


def test_a_term_and_a_school_of_another_partnership_are_unknown(database: Database, world: World) -> None:
    with database.write() as session:
        another = create_entry(session, SHELVES["partnerships"], {"name": "另一"}, viewer=ROOT, act=world.act)
        days = {"first_day": "2018-09-03", "last_day": "2019-01-11"}
        raw = {"region_id": world.id("linxi"), "stage": "primary", "name": "秋季学期", **days}
        term = create_entry(session, SHELVES["terms"], raw, viewer=ROOT, act=world.act)
        for changes in (
            {"term_id": str(term.id)},
            {"period": "1", "school_id": str(world.id("school 1"))},
        ):
            with pytest.raises(Invalid) as refused:
                read_series_rule(session, {**THURSDAYS, **changes}, partnership_id=another.id)
            assert [problem.code for problem in refused.value.problems] == ["reference.unknown"]
            read_series_rule(session, {**THURSDAYS, **changes}, partnership_id=world.id("partnership"))


def test_as_many_days_as_there_may_be(database: Database, world: World) -> None:
    rule = {**THURSDAYS, "count": "200", "weekdays": list("1234567")}
    with database.read() as session:
        assert len(look(session, world, rule)) == 200
    skipped = read_rule(rule)
    with pytest.raises(Invalid) as refused, database.write() as session:
        make(session, world, rule, {day: Decision(Do.SKIP) for day in days_of(skipped)})
    assert [problem.code for problem in refused.value.problems] == ["series.nothing"]


@pytest.mark.parametrize(
    "raw",
    [
        "everything",
        [1],
        [{"day": "2018-12-06"}],
        [{"day": "2018-12-07", "do": "skip"}],
        [{"day": "2018-12-06", "do": "skip"}] * 2,
        [{"day": "2018-12-06", "do": "move", "date": "2018-12-07", "starts": "25:00", "ends": "26:00"}],
        [{"day": "2018-12-06", "do": "move"}],
        [{"day": "2018-12-06", "do": "skip", "why": ""}],
        [{"day": "2018-12-06", "do": "skip"}] * 201,
    ],
    ids=lambda raw: str(raw)[:60],
)
def test_decisions_that_cannot_be_read(raw: Any) -> None:
    with pytest.raises(Invalid):
        read_decisions(raw, days=[date(2018, 12, 6)], zone=ZONE)


def test_each_day_keeps_its_day_and_its_booking(database: Database, world: World) -> None:
    act = Act(None, world.act.at, "cli")
    with database.write() as session:
        series = make(session, world, decisions={date(2018, 12, 27): Decision(Do.SKIP)})
        public_id, days = series.public_id, [one.day for one in series.occurrences]
        ids = [one.booking.public_id if one.booking else "" for one in series.occurrences]
    with database.write() as session:
        alone = get_booking(session, ids[2])
        span = Span(datetime(2018, 12, 21, 1, tzinfo=UTC), datetime(2018, 12, 21, 2, 20, tzinfo=UTC))
        move_booking(session, alone, span=span, version=alone.version, act=act)
        first = get_booking(session, ids[0])
        # A week later: each where the next one was; the one that was moved alone stays.
        plan = read_plan(world.plan(date="2018-12-13", title="新题目"), zone=ZONE)
        change_occurrences(session, first, plan, reach=Reach.ALL, version=first.version, zone=ZONE, act=act)
        series = get_series(session, public_id)
        assert starts(series) == ["12-13 10:00", "12-20 10:00", "12-21 09:00", ""]
        add_occurrence(session, series, date(2018, 12, 27), zone=ZONE, act=act)
        assert starts(series)[3] == "12-27 10:00"
        assert series.occurrences[3].booking.title == "新题目"
        with pytest.raises(Refused):
            add_occurrence(session, series, date(2018, 12, 27), zone=ZONE, act=act)
        with pytest.raises(NotFound):
            add_occurrence(session, series, date(2018, 12, 28), zone=ZONE, act=act)
    with database.read() as session:
        series = get_series(session, public_id)
        assert [one.day for one in series.occurrences] == days
        kept = [one.booking.public_id if one.booking else "" for one in series.occurrences]
        assert kept[:3] == ids[:3]
        assert count_overlaps(session) == 0


def test_what_begun_or_was_cancelled_is_untouched(database: Database, world: World) -> None:
    with database.write() as session:
        series = make(session, world)
        ids = [one.booking.public_id for one in series.occurrences if one.booking]
        third = get_booking(session, ids[2])
        cancel_booking(
            session, third, reason=CancelReason.WEATHER, words="", version=third.version, act=world.act
        )
    later = Act(None, datetime(2018, 12, 6, 2, 30, tzinfo=UTC), "cli")
    with database.write() as session:
        second = get_booking(session, ids[1])
        plan = read_plan(world.plan(date="2018-12-13", title="新题目"), zone=ZONE)
        how = {"reach": Reach.ALL, "version": second.version, "act": later}
        changed = change_occurrences(session, second, plan, zone=ZONE, **how)
        assert [one.public_id for one in changed] == [ids[1], ids[3]]
        told = [get_booking(session, one).title for one in ids]
        assert told == ["走进大葆台西汉墓", "新题目", "走进大葆台西汉墓", "新题目"]
        with pytest.raises(StaleEdit):
            change_occurrences(session, second, plan, zone=ZONE, **how)
        cancelled = cancel_occurrences(
            session, second, words="", reason=CancelReason.WEATHER, **{**how, "version": second.version}
        )
        assert [one.public_id for one in cancelled] == [ids[1], ids[3]]


def test_a_change_that_fails_on_the_last_day_changes_none(database: Database, world: World) -> None:
    with database.write() as session:
        public_id = make(session, world).public_id
        one_booking(session, world, date="2018-12-27", starts="14:00", ends="15:20")
    before = counts(database)
    with pytest.raises(SeriesBlocked) as refused, database.write() as session:
        first = get_series(session, public_id).occurrences[0].booking
        plan = read_plan(world.plan(starts="14:00", ends="15:20"), zone=ZONE)
        how = {"reach": Reach.FOLLOWING, "version": first.version, "act": world.act}
        change_occurrences(session, first, plan, zone=ZONE, **how)
    assert [one.day for one in refused.value.days] == [date(2018, 12, 27)]
    with database.read() as session:
        assert starts(get_series(session, public_id)) == [f"12-{day:02} 10:00" for day in (6, 13, 20, 27)]
    assert counts(database) == before


def test_of_two_overlapping_series_one_wins_whole(database: Database, world: World) -> None:
    def attempt(first_day: str) -> str:
        with database.write() as session:
            return make(session, world, {**THURSDAYS, "first_day": first_day}).public_id

    answers = race([lambda: attempt("2018-12-06"), lambda: attempt("2018-12-13")])
    won = [one for one in answers if isinstance(one, str)]
    lost = [one for one in answers if isinstance(one, SeriesBlocked)]
    assert (len(won), len(lost)) == (1, 1), answers
    assert len(lost[0].days) == 3
    assert counts(database)[:3] == (1, 4, 4)
    with database.read() as session:
        assert count_overlaps(session) == 0


def test_what_is_proposed_is_what_the_booking_answers(database: Database, world: World) -> None:
    with database.write() as session:
        one_booking(session, world, date="2018-12-13")
        raw = {"kind": "maintenance", "name": "布展", "starts_at": "2018-12-20", "ends_at": "2018-12-21"}
        raw["organisation_id"] = str(world.id("museum"))
        create_entry(session, SHELVES["closures"], raw, viewer=ROOT, act=world.act)
    with database.write() as session:
        told = look(session, world, THURSDAYS)
        outlooks = [one.outlook for one in told]
        assert outlooks == [Outlook.FINE, Outlook.CLASH, Outlook.OBJECTED, Outlook.FINE]
        with pytest.raises(SeriesBlocked) as refused, session.begin_nested():
            make(session, world)
        bad = [one.day for one in told if one.outlook is not Outlook.FINE]
        assert [one.day for one in refused.value.days] == bad
        suggested = {one.day: Decision(Do.MOVE, one.suggestion) for one in told if one.suggestion}
        assert sorted(suggested) == bad
        assert len(starts(make(session, world, decisions=suggested))) == 4


def test_looking_costs_the_same_for_any_number_of_days(database: Database, world: World) -> None:
    def cost(count: int) -> int:
        with database.read() as session, counted(database) as statements:
            look(session, world, {**THURSDAYS, "count": str(count)})
        return len(statements)

    assert cost(80) == cost(2)


@settings(max_examples=200, deadline=None)
@given(
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    first_day=st.dates(date(2018, 1, 1), date(2019, 12, 31)),
    length=st.integers(0, 400),
    every=st.integers(1, 4),
    count=st.none() | st.integers(1, 60),
)
def test_days_and_times_as_a_slow_walk_over_the_calendar_finds_them(
    weekdays: frozenset[int], first_day: date, length: int, every: int, count: int | None
) -> None:
    last_day = first_day + timedelta(days=length)
    rule = SeriesRule(weekdays, first_day, last_day, every, count, starts=time(10), ends=time(11, 20))
    found, day, week = [], first_day, 0
    while day <= last_day and (count is None or len(found) < count):
        if day.isoweekday() in weekdays and week % every == 0:
            found.append(day)
        week += day.isoweekday() == 7
        day += timedelta(days=1)
    assert days_of(rule) == found
    for day in found[:3]:
        span = time_on(rule, day, zone=ZONE, school=None)
        assert span is not None
        starts_at = datetime.combine(day, time(10), ZoneInfo(ZONE))
        assert (span.starts_at, span.ends_at - span.starts_at) == (starts_at, timedelta(minutes=80))


def test_the_number_of_queries_does_not_grow_with_the_days_that_clash(
    database: Database, world: World
) -> None:
    with database.write() as session:
        make(session, world, {**THURSDAYS, "count": "12"})
    asked = []
    for count in (1, 12):
        with database.read() as session:
            with counted(database) as statements:
                told = look(session, world, {**THURSDAYS, "count": str(count), "starts": "10:30"})
            assert [one.outlook for one in told] == [Outlook.CLASH] * count
            assert len({one.suggestion for one in told if one.suggestion}) == count
            asked.append(len(statements))
    assert asked[0] == asked[1]
