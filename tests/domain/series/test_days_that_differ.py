"""Series whose days are not alike: moved, shorter, overridden, closed, on other clocks, with what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.access import Scope, Viewer, can_change_booking
from scheduler.domain.bookings import book, get_booking, move_booking
from scheduler.domain.directory import change_entry, create_entry, get_entry, retire_entry
from scheduler.domain.holds import Span, count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.domain.series.booking import (
    add_occurrence,
    ask_series,
    book_series,
    read_series_plan,
    read_series_rule,
)
from scheduler.domain.series.change import Reach, change_occurrences, reached
from scheduler.domain.series.decisions import Decision, Do
from scheduler.domain.series.proposals import Outlook, propose
from scheduler.domain.series.shift import Shift
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid, Refused, SeriesBlocked
from scheduler.models.bookings import Booking
from scheduler.models.school_time import BellSchedule
from scheduler.models.series import Series
from scheduler.models.users import Role
from tests.domain.series.test_series import (
    PERIODS_2026,
    THURSDAYS,
    ZONE,
    add_bells,
    make,
    plan_raw,
    starts,
)
from tests.domain.test_place_holds import add_kit
from tests.web.queries import counted
from tests.world import ROOT, World

BERLIN = "Europe/Berlin"
DAYS = [date(2018, 12, day) for day in (6, 13, 20, 27)]


def times(series: Series, zone: str = ZONE) -> list[str]:
    """Day and clock times of those that are booked."""
    found = [one.booking for one in series.occurrences if one.booking]
    clocks = [[moment.astimezone(ZoneInfo(zone)) for moment in (row.starts_at, row.ends_at)] for row in found]
    return [f"{first:%m-%d %H:%M}–{last:%H:%M}" for first, last in clocks]


def edit(
    session: Session, world: World, booking: Booking, *, reach: Reach = Reach.ALL, zone: str = ZONE, **to: Any
) -> list[Booking]:
    """Change what ``to`` names, everything else as it is."""
    local = [moment.astimezone(ZoneInfo(zone)) for moment in (booking.starts_at, booking.ends_at)]
    now = {"date": f"{local[0]:%Y-%m-%d}", "starts": f"{local[0]:%H:%M}", "ends": f"{local[1]:%H:%M}"}
    plan = read_plan({**plan_raw(world, segments=[]), **now, **to}, zone=zone)
    how = {"reach": reach, "version": booking.version, "zone": zone, "act": world.act}
    return change_occurrences(session, booking, plan, **how)


def move(session: Session, world: World, booking: Booking, day: int, hour: int) -> None:
    starts_at = datetime(2018, 12, day, hour, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    span = Span(starts_at, starts_at + timedelta(minutes=80))
    move_booking(session, booking, span=span, version=booking.version, act=world.act)


def bookings_of(series: Series) -> list[Booking]:
    return [one.booking for one in series.occurrences if one.booking]


def close(session: Session, world: World, day: str) -> None:
    raw = {"organisation_id": world.id("museum"), "kind": "closed", "name": "布展"}
    create_entry(
        session, SHELVES["closures"], {**raw, "starts_at": day, "ends_at": day}, viewer=ROOT, act=world.act
    )


def test_days_that_are_shorter_stay_so(database: Database, world: World) -> None:
    rule = {**PERIODS_2026, "school_id": str(world.id("school 1")), "first_day": "2026-09-24"}
    with database.write() as session:
        add_bells(session, world, date(2026, 9, 1), date(2026, 9, 30), 480)
        add_bells(session, world, date(2026, 10, 1), None, 510)
        winter = session.query(BellSchedule).order_by(BellSchedule.first_day.desc()).first()
        for number, period in enumerate(winter.periods):
            period.starts, period.ends = 510 + 50 * number, 545 + 50 * number
        session.flush()
        series = make(session, world, {**rule, "last_day": "2026-10-08"}, segments=[])
        assert times(series) == ["09-24 09:40–11:10", "10-01 10:10–11:35", "10-08 10:10–11:35"]
        edit(session, world, bookings_of(series)[0], title="新题目")
        assert times(series) == ["09-24 09:40–11:10", "10-01 10:10–11:35", "10-08 10:10–11:35"]
        edit(session, world, bookings_of(series)[0], starts="09:30", ends="11:20")
        assert times(series) == ["09-24 09:30–11:20", "10-01 10:00–11:45", "10-08 10:00–11:45"]
        # Half an hour from each end is fine for the first, and leaves nothing of the others.
        with pytest.raises(SeriesBlocked) as refused:
            edit(session, world, bookings_of(series)[0], starts="10:20", ends="10:22")
    told = {one.day: [problem.code for problem in one.problems] for one in refused.value.days}
    assert told == {
        date(2026, 10, 1): ["time.ends_before_start"],
        date(2026, 10, 8): ["time.ends_before_start"],
    }


def test_segments_must_fit_into_every_day(database: Database, world: World) -> None:
    with database.write() as session:
        series = make(session, world, segments=[])
        third = bookings_of(series)[2]
        span = Span(third.starts_at, third.starts_at + timedelta(minutes=40))
        move_booking(session, third, span=span, version=third.version, act=world.act)
        with pytest.raises(SeriesBlocked) as refused:
            edit(session, world, bookings_of(series)[0], segments=[{"kind": "tour", "minutes": 60}])
    [blocked] = refused.value.days
    assert (blocked.day, [problem.code for problem in blocked.problems]) == (DAYS[2], ["segments.too_long"])


def test_what_was_moved_alone_stays_so_when_it_is_edited_with_all(database: Database, world: World) -> None:
    with database.write() as session:
        series = make(session, world, segments=[])
        third = bookings_of(series)[2]
        move(session, world, third, 21, 9)
        edit(session, world, third, title="新题目")
        edit(session, world, bookings_of(series)[0], starts="11:00", ends="12:20")
        assert times(series) == [
            "12-06 11:00–12:20",
            "12-13 11:00–12:20",
            "12-21 09:00–10:20",
            "12-27 11:00–12:20",
        ]
        # Put to another time together with the others, it is one of them again.
        edit(session, world, third, starts="10:00", ends="11:20")
        edit(session, world, bookings_of(series)[0], starts="13:00", ends="14:20")
        assert times(series)[2] == "12-21 11:00–12:20"


def test_a_skipped_day_is_added_at_the_time_of_the_others(database: Database, world: World) -> None:
    with database.write() as session:
        series = make(session, world, decisions={DAYS[2]: Decision(Do.SKIP)}, segments=[])
        edit(session, world, bookings_of(series)[0], starts="14:00", ends="15:20")
        add_occurrence(session, series, DAYS[2], zone=ZONE, act=world.act)
        assert times(series) == [f"12-{day.day:02} 14:00–15:20" for day in DAYS]
        # One that is put elsewhere alone says nothing of the others.
        move(session, world, bookings_of(series)[1], 14, 9)
        edit(session, world, bookings_of(series)[1], title="新题目")
        assert (series.rule["starts"], series.rule["ends"]) == ("14:00", "15:20")


def test_one_moved_onto_the_day_of_another(database: Database, world: World) -> None:
    with database.write() as session:
        series = make(session, world, segments=[])
        first = bookings_of(series)[0]
        move(session, world, first, 13, 14)
        # Its day is still the first: all the others follow it.
        changed = edit(session, world, first, reach=Reach.FOLLOWING, title="新题目")
        assert [one.title for one in bookings_of(series)] == ["新题目"] * 4
        assert [one.id for one in changed] == [one.id for one in bookings_of(series)]
        # Four hours later would put the second where the first was moved.
        with pytest.raises(SeriesBlocked) as refused, session.begin_nested():
            edit(session, world, bookings_of(series)[1], starts="14:00", ends="15:20")
        assert [(one.day, {c.booking_public_id for c in one.conflicts}) for one in refused.value.days] == [
            (DAYS[1], {first.public_id})
        ]


def test_two_decisions_for_one_time(database: Database, world: World) -> None:
    noon = datetime(2018, 12, 8, 4, tzinfo=UTC)
    moved = Decision(Do.MOVE, Span(noon, noon + timedelta(minutes=80)))
    with pytest.raises(SeriesBlocked) as refused, database.write() as session:
        make(session, world, decisions={DAYS[1]: moved, DAYS[3]: moved})
    [blocked] = refused.value.days
    assert blocked.day == DAYS[3]
    assert {one.title for one in blocked.conflicts} == {"走进大葆台西汉墓"}
    assert {(one.starts_at, one.before, one.after) for one in blocked.conflicts} == {(noon, 0, 0)}
    with database.read() as session:
        assert session.query(Booking).count() == 0


def test_a_reason_for_one_day_holds_while_its_time_does(database: Database, world: World) -> None:
    with database.write() as session:
        close(session, world, "2018-12-20")
        series = make(session, world, decisions={DAYS[2]: Decision(override_reason="馆方同意")}, segments=[])
        edit(session, world, bookings_of(series)[0], title="新题目")
        assert [one.override_reason for one in bookings_of(series)] == ["", "", "馆方同意", ""]
        with pytest.raises(SeriesBlocked) as refused, session.begin_nested():
            edit(session, world, bookings_of(series)[0], starts="11:00", ends="12:20")
        told = [(one.day, [said.code for said in one.objections]) for one in refused.value.days]
        assert told == [(DAYS[2], ["closure.closed"])]


def test_days_in_the_way_and_days_against_the_rules_are_told_together(
    database: Database, world: World
) -> None:
    with database.write() as session:
        close(session, world, "2018-12-20")
        for day in ("2018-12-13", "2018-12-20"):
            plan = replace(read_plan(world.plan(date=day), zone=ZONE), override_reason="先约")
            book(session, plan, partnership_id=world.id("partnership"), act=world.act)
    with pytest.raises(SeriesBlocked) as refused, database.write() as session:
        make(session, world)
    told = [(one.day, bool(one.conflicts), bool(one.objections)) for one in refused.value.days]
    assert told == [(DAYS[1], True, False), (DAYS[2], True, True)]


def test_kits_for_two_series_at_once_and_not_for_a_third(database: Database, world: World) -> None:
    def visits(session: Session, kit: int, title: str) -> Series:
        raw = {"kind": "visit", "title": title, "host": {"organisation_id": world.id("museum")}}
        plan = read_series_plan({**raw, "kits": [{"kit_id": kit}]})
        rule = read_series_rule(session, THURSDAYS, partnership_id=world.id("partnership"))
        where = {"partnership_id": world.id("partnership"), "zone": ZONE, "act": world.act}
        return book_series(session, plan, rule, {}, rule_raw=THURSDAYS, **where)

    with database.write() as session:
        kit = add_kit(session, world, 2)
        for title in ("一", "二"):
            visits(session, kit, title)
        close(session, world, "2018-12-13")
        with pytest.raises(SeriesBlocked) as refused, session.begin_nested():
            visits(session, kit, "三")
        told = [
            (one.day, {c.title for c in one.conflicts}, bool(one.objections)) for one in refused.value.days
        ]
        assert told == [(day, {"一", "二"}, day == DAYS[1]) for day in DAYS]
        # With one kit less there is no room for both; what is held cannot be taken away.
        row = get_entry(session, SHELVES["kits"], kit)
        with pytest.raises(Invalid), session.begin_nested():
            raw = {"name": row.name, "contents": "", "capacity": 1}
            change_entry(session, SHELVES["kits"], row, raw, version=row.version, act=world.act)
        assert count_overlaps(session) == 0


def test_what_was_retired_stays_in_the_days_that_have_it(database: Database, world: World) -> None:
    with database.write() as session:
        series = make(session, world, decisions={DAYS[3]: Decision(Do.SKIP)}, segments=[])
        lead = get_entry(session, SHELVES["persons"], world.id("lead"))
        retire_entry(session, SHELVES["persons"], lead, version=lead.version, act=world.act)
        edit(session, world, bookings_of(series)[1], title="新题目")
        assert [one.title for one in bookings_of(series)] == ["新题目"] * 3
        with pytest.raises(Invalid) as refused, session.begin_nested():
            add_occurrence(session, series, DAYS[3], zone=ZONE, act=world.act)
        told = [(problem.field, problem.code) for problem in refused.value.problems]
        assert told == [("people.0.person_id", "reference.retired")]


def add_term(session: Session, world: World) -> Any:
    days = {"first_day": "2018-12-03", "last_day": "2018-12-30"}
    raw = {"region_id": world.id("linxi"), "stage": "lower_secondary", "name": "冬", **days}
    return create_entry(session, SHELVES["terms"], raw, viewer=ROOT, act=world.act)


@pytest.mark.parametrize("how", ["retired", "shortened"])
def test_a_term_that_is_gone(database: Database, world: World, how: str) -> None:
    clock = {"starts": "10:00", "ends": "11:20", "weekdays": ["4"]}
    with database.write() as session:
        term = add_term(session, world)
        rule = {**clock, "term_id": str(term.id), "week_from": "1", "week_to": "4"}
        series = make(session, world, rule, {DAYS[3]: Decision(Do.SKIP)})
        if how == "retired":
            retire_entry(session, SHELVES["terms"], term, version=term.version, act=world.act)
            with pytest.raises(Invalid) as refused:
                read_series_rule(session, rule, partnership_id=world.id("partnership"))
            told = [(problem.field, problem.code) for problem in refused.value.problems]
            assert told == [("term_id", "reference.retired")]
        else:
            raw = {"stage": "lower_secondary", "name": "冬", "first_day": "2018-12-03"}
            raw["last_day"] = "2018-12-04"
            change_entry(session, SHELVES["terms"], term, raw, version=term.version, act=world.act)
        # The days of the series are what they are; one that was skipped can be added all the same.
        add_occurrence(session, series, DAYS[3], zone=ZONE, act=world.act, override_reason="补课")
        assert starts(series) == [f"12-{day.day:02} 10:00" for day in DAYS]


def test_bells_that_are_gone(database: Database, world: World) -> None:
    rule = {**PERIODS_2026, "school_id": str(world.id("school 1")), "last_day": "2026-10-01"}
    last = date(2026, 10, 1)
    with database.write() as session:
        add_bells(session, world, date(2026, 9, 1), None, 480)
        series = make(session, world, rule, {last: Decision(Do.SKIP)})
        [bells] = session.query(BellSchedule).all()
        bells.retired_at = world.act.at
        session.flush()
        with pytest.raises(Refused, match=r"series\.no_time"):
            add_occurrence(session, series, last, zone=ZONE, act=world.act)
        span = Span(datetime(2026, 10, 1, 2, tzinfo=UTC), datetime(2026, 10, 1, 3, 20, tzinfo=UTC))
        add_occurrence(session, series, last, zone=ZONE, act=world.act, span=span)
        edit(session, world, bookings_of(series)[0], title="新题目")
        assert starts(series) == ["09-17 09:40", "09-24 09:40", "10-01 10:00"]


def in_berlin(session: Session, world: World, rule: Mapping[str, Any]) -> Series:
    wanted = read_series_rule(session, rule, partnership_id=world.id("partnership"))
    where = {"partnership_id": world.id("partnership"), "zone": BERLIN, "act": world.act}
    plan = read_series_plan(plan_raw(world, segments=[]))
    return book_series(session, plan, wanted, {}, rule_raw=rule, **where)


def test_clocks_that_change_between_the_days(database: Database, world: World) -> None:
    rule = {**THURSDAYS, "first_day": "2019-03-28", "count": "2"}
    with database.write() as session:
        series = in_berlin(session, world, rule)
        assert times(series, BERLIN) == ["03-28 10:00–11:20", "04-04 10:00–11:20"]
        edit(session, world, bookings_of(series)[0], zone=BERLIN, starts="11:00", ends="12:20")
        assert times(series, BERLIN) == ["03-28 11:00–12:20", "04-04 11:00–12:20"]
        edit(session, world, bookings_of(series)[0], zone=BERLIN, date="2019-04-01")
        assert times(series, BERLIN) == ["04-01 11:00–12:20", "04-08 11:00–12:20"]


def test_a_time_that_the_clocks_skip_is_told(database: Database, world: World) -> None:
    rule = {"weekdays": ["7"], "first_day": "2019-03-24", "count": "2", "starts": "02:30", "ends": "03:30"}
    pid = world.id("partnership")
    with database.write() as session:
        asked = ask_series(
            session,
            read_series_plan(plan_raw(world, segments=[])),
            read_series_rule(session, rule, partnership_id=pid),
            partnership_id=pid,
            zone=BERLIN,
            act=world.act,
        )
        told = [
            (one.outlook, [said.code for said in one.answer.objections]) for one in propose(session, asked)
        ]
        assert told == [(Outlook.FINE, []), (Outlook.NO_TIME, ["time.skipped"])]
        with pytest.raises(SeriesBlocked) as refused, session.begin_nested():
            in_berlin(session, world, rule)
        assert [one.day for one in refused.value.days] == [date(2019, 3, 31)]
        # So is a shift onto it, by the day.
        series = in_berlin(session, world, {**rule, "starts": "01:30", "ends": "01:50"})
        with pytest.raises(SeriesBlocked) as refused:
            edit(session, world, bookings_of(series)[0], zone=BERLIN, starts="02:30", ends="03:30")
    told = [(one.day, [problem.code for problem in one.problems]) for one in refused.value.days]
    assert told == [(date(2019, 3, 31), ["time.skipped"])]


def test_over_the_year_and_the_leap_day(database: Database, world: World) -> None:
    rule = {**THURSDAYS, "weekdays": ["6"], "first_day": "2019-12-28", "count": "", "last_day": "2020-03-07"}
    with database.write() as session:
        series = make(session, world, rule)
        days = [one.day for one in series.occurrences]
        assert days == [date(2019, 12, 28) + timedelta(weeks=number) for number in range(11)]
        assert date(2020, 2, 29) in days
        edit(session, world, bookings_of(series)[0], date="2019-12-31", segments=[])
        assert [f"{one.starts_at:%Y-%m-%d}" for one in bookings_of(series)][:2] == [
            "2019-12-31",
            "2020-01-07",
        ]
        assert f"{bookings_of(series)[9].starts_at:%Y-%m-%d}" == "2020-03-03"


def test_a_shift_over_midnight(database: Database, world: World) -> None:
    was = Span(datetime(2018, 12, 6, 2, tzinfo=UTC), datetime(2018, 12, 6, 3, 20, tzinfo=UTC))
    late = Span(datetime(2018, 12, 6, 15, 30, tzinfo=UTC), datetime(2018, 12, 6, 16, 50, tzinfo=UTC))
    other = Span(was.starts_at + timedelta(days=7), was.ends_at + timedelta(days=7))
    shifted = Shift(was, late, ZONE).of(other)
    assert shifted == Span(late.starts_at + timedelta(days=7), late.ends_at + timedelta(days=7))
    assert Shift(was, late, ZONE).is_any
    assert not Shift(was, was, ZONE).is_any
    assert Shift(was, was, ZONE).of(other) == other


def test_the_second_of_two_equal_hours_stays_where_it_is() -> None:
    """When the clocks are set back, half past two comes twice; an edit that moves nothing moves nothing."""
    twice = datetime(2019, 10, 27, 1, 30, tzinfo=UTC)
    assert twice.astimezone(ZoneInfo(BERLIN)).time() == time(2, 30)
    span = Span(twice, twice + timedelta(minutes=20))
    assert Shift(span, span, BERLIN).of(span) == span


def test_who_may_change_the_others_is_told_in_as_many_queries(database: Database, world: World) -> None:
    coordinator = Viewer(1, (Scope(Role.COORDINATOR, world.id("partnership"), region_id=world.id("linxi")),))

    def cost(count: int, first_day: str) -> int:
        rule = {**THURSDAYS, "count": str(count), "first_day": first_day}
        with database.write() as session:
            public_id = bookings_of(make(session, world, rule))[0].public_id
        with database.read() as session, counted(database) as statements:
            booking = get_booking(session, public_id)
            touched = [one.booking for one in reached(session, booking, Reach.ALL, act=world.act)]
            assert [can_change_booking(coordinator, one) for one in touched if one] == [True] * count
        return len(statements)

    assert cost(2, "2018-12-06") == cost(20, "2019-03-07")


def test_reading_does_not_grow_with_the_days(database: Database, world: World) -> None:
    def reads(count: int, first_day: str) -> list[int]:
        def selects(statements: list[str]) -> int:
            return sum(one.lstrip().startswith(("SELECT", "DELETE")) for one in statements)

        rule = {**THURSDAYS, "weekdays": list("1234567"), "count": str(count), "first_day": first_day}
        with database.write() as session, counted(database) as booked:
            public_id = bookings_of(make(session, world, rule, segments=[]))[0].public_id
        with database.write() as session, counted(database) as edited:
            edit(session, world, get_booking(session, public_id), starts="11:00", ends="12:20")
        return [selects(booked), selects(edited)]

    few, many = reads(2, "2018-12-06"), reads(30, "2019-03-01")
    assert few == many
