"""What is offered is free by a slow model and by the write path; what is called blocked is refused."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.availability import rule_objections
from scheduler.domain.bookings import book
from scheduler.domain.calendars.local_time import days_between, instant, local_date, minutes_interval
from scheduler.domain.holds import Span, conflicts, count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.domain.slots import busy
from scheduler.domain.slots.busy import free_starts, who_is_busy
from scheduler.domain.slots.ground import Ground, Search, survey
from scheduler.domain.slots.heat import Warmth, heat_map
from scheduler.domain.slots.ranking import EACH_DAY
from scheduler.domain.slots.search import find_slots
from scheduler.errors import Clash, Objected
from scheduler.models.bookings import Timing
from scheduler.models.holds import LONGEST, Hold
from tests.domain.slots.field import (
    FIRST,
    LATE_LESSONS,
    PARTY,
    ZONE,
    fill,
    free_by_minutes,
    lesson_plan,
    looked_for,
    make_field,
    some_booking,
)
from tests.web.calendar_facts import LESSONS, add, add_closure
from tests.web.queries import counted
from tests.world import World

SEEDS = pytest.mark.parametrize("seed", [1, 2])


@pytest.fixture
def ids(database: Database, world: World) -> dict[str, int]:
    """The calendars of the field, nothing booked yet."""
    return make_field(database, world)


def grid(ground: Ground) -> list[int]:
    """Every quarter of an hour in the windows and every bell at which something may begin: the slow way."""
    anchors = set(ground.anchors)
    if ground.search.question.timing is Timing.OUTSIDE:
        anchors = {
            minutes_interval(day, ZONE, 0, ends)[1]
            for day in days_between(ground.search.first_day, ground.search.last_day)
            for _starts, ends in (*LESSONS, *LATE_LESSONS)
        }
    return [
        start
        for first, end in ground.windows
        for start in range(first, end - ground.search.length + 1, 60)
        if start % 900 == 0 or start in anchors
    ]


def is_allowed(session: Session, search: Search, start: int) -> bool:
    span = Span(instant(start), instant(start + search.length))
    return not rule_objections(session, search.question, span, partnership_id=search.partnership_id)[0]


def free_starts_of(session: Session, ground: Ground) -> list[int]:
    search = ground.search
    margins = {row_id: ground.margins[row_id] for row_id in search.question.resource_ids}
    return [
        start
        for start in grid(ground)
        if not free_by_minutes(session, search, start, margins) and is_allowed(session, search, start)
    ]


@SEEDS
@pytest.mark.parametrize("timing", ["any", "period", "inside", "outside"])
def test_exactly_the_best_free_starts_are_offered(
    database: Database, world: World, ids: dict[str, int], seed: int, timing: str
) -> None:
    fill(database, world, ids, seed=seed)
    with database.read() as session:
        search = looked_for(session, ids, timing=timing, preferences="morning", most="6")
        ground = survey(session, search)
        taste = ground.taste
        ranked = sorted(free_starts_of(session, ground), key=lambda one: (taste.points(one), one))
        expected = by_hand(ranked, search)
        found = find_slots(session, search)
    assert [int(slot.span.starts_at.timestamp()) for slot in found.slots] == expected
    assert expected


def by_hand(ranked: list[int], search: Search) -> list[int]:
    """The first ones that leave each other alone, few of each day."""
    chosen: list[int] = []
    for start in ranked:
        day = local_date(start, ZONE)
        alone = all(abs(start - other) >= search.length for other in chosen)
        same_day = sum(local_date(other, ZONE) == day for other in chosen)
        if alone and same_day < EACH_DAY and len(chosen) < search.most:
            chosen.append(start)
    return chosen


@SEEDS
@pytest.mark.parametrize("leaving_out", [False, True])
@pytest.mark.parametrize("few", [busy.FEW, (1, 1)], ids=["together", "one after the other"])
def test_those_are_free_whom_the_slow_model_finds_free(
    database: Database,
    world: World,
    ids: dict[str, int],
    seed: int,
    leaving_out: bool,
    few: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(busy, "FEW", few)
    fill(database, world, ids, seed=seed)
    with database.read() as session:
        search = looked_for(
            session, ids, timing="any", required=f"{ids['kit']},{ids['gallery']},{ids['lead']}:lead"
        )
        if leaving_out:
            search = replace(search, leave_out=some_booking(session))
        ground = survey(session, search)
        starts = grid(ground)
        free = [not free_by_minutes(session, search, start, ground.margins) for start in starts]
        found = free_starts(session, ground.needs, starts)
    assert found == [start for start, is_free in zip(starts, free, strict=True) if is_free]
    assert 0 < len(found) < len(starts)


@pytest.mark.parametrize("name", ["gallery", "kit"])
@pytest.mark.parametrize(("seconds", "is_free"), [(0, True), (1, False)])
@pytest.mark.parametrize("ahead", [True, False], ids=["ahead", "behind"])
def test_the_longest_hold_keeps_out_until_its_last_second_and_from_its_first(
    database: Database, world: World, ids: dict[str, int], name: str, ahead: bool, seconds: int, is_free: bool
) -> None:
    with database.write() as session:
        other = lesson_plan(ids, looked_for(session, ids, ["lead"]), datetime(2018, 12, 6, 2, 0, tzinfo=UTC))
        plan = read_plan({**other, "timing": "any"}, zone=ZONE)
        booking_id = book(session, plan, partnership_id=ids["partnership"], act=world.act).id
        search = looked_for(session, ids, [name], timing="any")
        ground = survey(session, search)
        start = ground.windows[0][0]
        span = ground.spans([ids[name]], start)[ids[name]]
        shared = timedelta(seconds=seconds)
        ends_at = span.starts_at + shared if ahead else span.ends_at - shared + LONGEST
        for lane in range(ground.needs.lanes.get(ids[name], 1)):
            held = {"starts_at": ends_at - LONGEST, "ends_at": ends_at, "booking_id": booking_id}
            session.execute(insert(Hold).values(resource_id=ids[name], lane=lane, **held))
        assert free_starts(session, ground.needs, [start]) == [start] * is_free
        assert who_is_busy(session, ground.needs, [ids[name]], [start]) == {ids[name]: int(not is_free)}
        assert [one.ends_at for one in conflicts(session, {ids[name]: span})] == (
            [] if is_free else [ends_at] * (3 if name == "kit" else 1)
        )


@SEEDS
def test_near_misses_name_exactly_who_is_in_the_way(
    database: Database, world: World, ids: dict[str, int], seed: int
) -> None:
    fill(database, world, ids, seed=seed)
    with database.read() as session:
        search = looked_for(session, ids)
        ground = survey(session, search)
        misses = find_slots(session, search).near_misses
        assert misses
        for miss in misses:
            start = int(miss.span.starts_at.timestamp())
            busy = free_by_minutes(session, search, start, ground.margins)
            said, _notes = rule_objections(
                session, search.question, miss.span, partnership_id=search.partnership_id
            )
            assert sorted({one.resource_id for one in miss.conflicts}) == busy
            assert sorted(one.code for one in miss.objections) == sorted(one.code for one in said)
            assert 1 <= len(busy) + len(said) <= 2


@SEEDS
@pytest.mark.parametrize("timing", ["any", "period", "inside"])
def test_what_is_offered_can_be_booked_and_a_near_miss_cannot(
    database: Database, world: World, ids: dict[str, int], seed: int, timing: str
) -> None:
    fill(database, world, ids, seed=seed)
    with database.read() as session:
        search = looked_for(session, ids, timing=timing)
        found = find_slots(session, search)
        assert found.slots
        assert found.near_misses
        for slot in found.slots:
            book_and_take_back(session, world, ids, search, slot.span.starts_at)
        for miss in found.near_misses:
            with pytest.raises((Clash, Objected)):
                book_and_take_back(session, world, ids, search, miss.span.starts_at)


def book_and_take_back(
    session: Session, world: World, ids: dict[str, int], search: Search, starts_at: datetime
) -> None:
    plan = read_plan(lesson_plan(ids, search, starts_at), zone=ZONE)
    savepoint = session.begin_nested()
    try:
        book(session, plan, partnership_id=ids["partnership"], act=world.act)
    finally:
        savepoint.rollback()


def test_of_the_preferred_the_absent_are_named_and_rank_a_time_down(
    database: Database, world: World, ids: dict[str, int]
) -> None:
    with database.write() as session:
        busy = looked_for(session, ids, ["educator"], timing="any")
        raw = lesson_plan(ids, busy, datetime(2018, 12, 4, 2, 0, tzinfo=UTC))
        book(session, read_plan(raw, zone=ZONE), partnership_id=ids["partnership"], act=world.act)
    with database.read() as session:
        hours = {"from": "2018-12-04", "to": "2018-12-04", "earliest": "10:00", "latest": "11:30"}
        wished = looked_for(session, ids, ["lead"], timing="any", preferred=str(ids["educator"]), **hours)
        slots = find_slots(session, wished).slots
    told = [(f"{slot.span.starts_at:%H:%M}", slot.absent_ids, len(slot.missing)) for slot in slots]
    assert told == [("02:45", frozenset(), 0), ("02:00", frozenset({ids["educator"]}), 1)]


def test_they_are_looked_for_on_every_day_of_the_window(
    database: Database, world: World, ids: dict[str, int]
) -> None:
    """Mornings come first on each day, but whoever should be there can only in the afternoon of the last."""
    for day in days_between(FIRST, date(2018, 12, 14)):
        until = "16:00" if day == date(2018, 12, 14) else "23:00"
        hours = {"starts_at": f"{day} 00:00", "ends_at": f"{day} {until}"}
        add_closure(database, world, "museum", str(day), resource_id=ids["educator"], **hours)
    with database.read() as session:
        wished = looked_for(session, ids, ["lead"], timing="any", preferred=str(ids["educator"]), most="1")
        (slot,) = find_slots(session, wished).slots
    assert (slot.span.starts_at, slot.absent_ids) == (datetime(2018, 12, 14, 8, 0, tzinfo=UTC), frozenset())


@pytest.mark.parametrize(("most", "expected"), [("10", 10), ("4", 4), ("20", 10)])
def test_spread_offers_one_time_of_every_day(
    database: Database, world: World, ids: dict[str, int], most: str, expected: int
) -> None:
    with database.read() as session:
        wished = looked_for(session, ids, ["lead"], timing="any", preferences="spread", most=most)
        days = [f"{slot.span.starts_at.date()}" for slot in find_slots(session, wished).slots]
    workdays = [f"{day}" for day in days_between(FIRST, date(2018, 12, 14)) if day.isoweekday() < 6]
    assert days == workdays[:expected]


@SEEDS
@pytest.mark.parametrize("minutes", ["40", "205"])
@pytest.mark.parametrize("timing", ["any", "period", "inside", "outside"])
def test_what_is_offered_is_free_on_the_map(
    database: Database, world: World, ids: dict[str, int], seed: int, timing: str, minutes: str
) -> None:
    """205 minutes outside lessons begin at 14:35 only, as the last lesson of school 2 ends."""
    fill(database, world, ids, seed=seed)
    with database.read() as session:
        search = looked_for(session, ids, ["class 2"], timing=timing, minutes=minutes, most="50")
        offered = {int(slot.span.starts_at.timestamp()) for slot in find_slots(session, search).slots}
        days = heat_map(session, search)
    free = [
        minutes_interval(row.day, ZONE, cell.hour * 60, cell.hour * 60 + 60)
        for row in days
        for cell in row.cells
        if cell.warmth is Warmth.FREE
    ]
    hours = {(start - start % 3600, start - start % 3600 + 3600) for start in offered}
    assert hours <= {*free}
    assert bool(offered) == (minutes == "40" or timing != "period")


@pytest.mark.parametrize("guarded", [True, False])
def test_two_coordinators_confirm_what_the_same_search_offered(
    database: Database, world: World, ids: dict[str, int], guarded: bool
) -> None:
    """One of them begins it 5 minutes later; the guard lets one of them win, without it both do."""
    if not guarded:
        take_guard_away(database)
    with database.read() as session:
        search = looked_for(session, ids, timing="any")
        offered = find_slots(session, search).slots[0].span.starts_at
    ready = threading.Barrier(2)
    ended: list[str] = []

    def confirm(starts_at: datetime) -> None:
        plan = read_plan(lesson_plan(ids, search, starts_at), zone=ZONE)
        ready.wait()
        try:
            with database.write() as session:
                book(session, plan, partnership_id=ids["partnership"], act=world.act)
            ended.append("booked")
        except Clash:
            ended.append("clash")

    times = (offered, offered + timedelta(minutes=5))
    threads = [threading.Thread(target=confirm, args=(starts_at,)) for starts_at in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        overlaps = count_overlaps(session)
    assert sorted(ended) == (["booked", "clash"] if guarded else ["booked", "booked"])
    # Everybody but the kit, of which there are three.
    assert overlaps == (0 if guarded else len(PARTY) - 1)


def take_guard_away(database: Database) -> None:
    statements = (
        ("DROP TRIGGER hold_guard_insert", "DROP TRIGGER hold_guard_update")
        if database.is_sqlite
        else ("ALTER TABLE hold DROP CONSTRAINT hold_overlap",)
    )
    with database.write() as session:
        for statement in statements:
            session.execute(text(statement))


def test_the_number_of_queries_does_not_grow(database: Database, world: World, ids: dict[str, int]) -> None:
    more = [
        add(database, world, "rooms", organisation_id=ids[f"school {1 + n % 3}"], name=f"教室{n}", seats=50)
        for n in range(190)
    ]
    asked = []
    for extra in ([], more[:37], more):
        with database.read() as session:
            names = [str(ids[name]) for name in ("gallery", "educator", "class 1")]
            search = looked_for(
                session, ids, required=",".join([*names, *map(str, extra)]), preferred=str(ids["lead"])
            )
            with counted(database) as statements:
                find_slots(session, search)
            asked.append(len(statements))
    # Nothing but that the holds of so many are read in up to three steps.
    assert [number - asked[0] for number in asked] == [0, 1, 2]
    assert asked[0] <= 12


def test_a_search_at_7_minutes_past_offers_whole_quarters(
    database: Database, world: World, ids: dict[str, int]
) -> None:
    with database.read() as session:
        search = looked_for(session, ids, ["lead"], timing="any")
        late = replace(search, not_before=datetime(2018, 12, 3, 1, 7, 33, tzinfo=UTC))
        first = find_slots(session, late).slots[0].span.starts_at
    assert first == datetime(2018, 12, 3, 1, 15, tzinfo=UTC)


def test_the_party_is_the_one_that_is_booked(database: Database, world: World, ids: dict[str, int]) -> None:
    with database.read() as session:
        search = looked_for(session, ids)
    assert [one.resource_id for one in search.question.wanted] == [ids[name] for name in PARTY]
