"""The database itself refuses overlaps, whoever writes; and whoever is in the way is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.bookings import book
from scheduler.domain.capacity import set_capacity
from scheduler.domain.directory import change_entry
from scheduler.domain.holds import (
    Span,
    Spans,
    conflicts,
    count_overlaps,
    held_between,
    in_the_way,
    is_overlap,
    place_holds,
    release_holds,
)
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Clash, Invalid
from scheduler.models.bookings import Booking
from scheduler.models.holds import Hold
from scheduler.models.resources import MeetingAccount
from tests.world import World

ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
START = datetime(2018, 12, 6, 2, 0, tzinfo=UTC)
INSERT = text(
    "INSERT INTO hold (resource_id, lane, starts_at, ends_at, booking_id)"
    " VALUES (:resource, :lane, :starts, :ends, :booking)"
)
UPDATE = text(
    "UPDATE hold SET resource_id = :resource, lane = :lane, starts_at = :starts, ends_at = :ends"
    " WHERE resource_id = :old_resource AND lane = :old_lane AND starts_at = :old_starts"
)


def replace_holds(session: Session, *, booking_id: int, spans: Spans) -> None:
    """Place them, or tell who is busy, as whoever writes a booking does."""
    if not place_holds(session, {booking_id: spans}):
        raise Clash(conflicts(session, spans, leave_out=booking_id))


def span(first: int, last: int) -> Span:
    """Minutes after START."""
    return Span(START + timedelta(minutes=first), START + timedelta(minutes=last))


def new_booking(session: Session, world: World, title: str = "一场活动") -> int:
    """A booking without holds: the tests here place them themselves."""
    plan = read_plan(
        {
            "kind": "visit",
            "title": title,
            "date": "2018-12-20",
            "starts": "08:00",
            "ends": "09:00",
            "host": {"organisation_id": world.id("museum")},
        },
        zone="Asia/Shanghai",
    )
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act).id


@pytest.fixture
def booking_id(database: Database, world: World) -> int:
    with database.write() as session:
        return new_booking(session, world)


@pytest.fixture
def connection(database: Database, booking_id: int) -> Iterator[Connection]:
    """A bare connection: what is written here passes no rule of the domain."""
    with database.engine.connect() as connection:
        yield connection


def row(world: World, booking_id: int, starts: int, ends: int, *, who: str = "lead", lane: int = 0) -> dict:
    return {
        "resource": world.id(who),
        "lane": lane,
        "starts": starts,
        "ends": ends,
        "booking": booking_id,
    }


@pytest.mark.parametrize(
    ("starts", "ends"),
    [(100, 200), (150, 160), (50, 101), (199, 300), (50, 300), (100, 101), (100, 300), (50, 200)],
)
def test_raw_sql_cannot_insert_an_overlap(
    connection: Connection, world: World, booking_id: int, starts: int, ends: int
) -> None:
    connection.execute(INSERT, row(world, booking_id, 100, 200))
    with pytest.raises(IntegrityError) as caught:
        connection.execute(INSERT, row(world, booking_id, starts, ends))
    assert is_overlap(caught.value)


@pytest.mark.parametrize(("starts", "ends"), [(0, 100), (200, 300), (99, 100), (200, 201)])
def test_holds_that_touch_do_not_overlap(
    connection: Connection, world: World, booking_id: int, starts: int, ends: int
) -> None:
    connection.execute(INSERT, row(world, booking_id, 100, 200))
    connection.execute(INSERT, row(world, booking_id, starts, ends))
    assert connection.scalar(text("SELECT count(*) FROM hold")) == 2


@pytest.mark.parametrize("change", [{"starts": 150}, {"ends": 301}, {"lane": 0}, {"resource": "lead"}])
def test_raw_sql_cannot_update_into_an_overlap(
    connection: Connection, world: World, booking_id: int, change: dict
) -> None:
    connection.execute(INSERT, row(world, booking_id, 100, 200))
    connection.execute(INSERT, row(world, booking_id, 300, 400))
    before = row(world, booking_id, 200, 300)
    if "lane" in change:
        connection.execute(text("UPDATE resource SET capacity = 2 WHERE id = :id"), {"id": world.id("lead")})
        connection.execute(
            text("INSERT INTO lane (resource_id, number) VALUES (:id, 1)"), {"id": world.id("lead")}
        )
        before = row(world, booking_id, 150, 250, lane=1)
    if "resource" in change:
        before = row(world, booking_id, 150, 250, who="educator")
        change = {"resource": world.id("lead")}
    connection.execute(INSERT, before)
    keys = {
        "old_resource": before["resource"],
        "old_lane": before["lane"],
        "old_starts": before["starts"],
    }
    with pytest.raises(IntegrityError) as caught:
        connection.execute(UPDATE, {**before, **keys, **change})
    assert is_overlap(caught.value)


def test_a_hold_may_be_shifted_over_its_own_old_time(
    connection: Connection, world: World, booking_id: int
) -> None:
    before = row(world, booking_id, 100, 200)
    connection.execute(INSERT, before)
    keys = {"old_resource": before["resource"], "old_lane": 0, "old_starts": 100}
    connection.execute(UPDATE, {**before, **keys, "starts": 150, "ends": 250})
    assert connection.execute(text("SELECT starts_at, ends_at FROM hold")).all() == [(150, 250)]


@ON_SQLITE
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE"])
def test_sqlite_conflict_clauses_do_not_pass_the_guard(
    connection: Connection, world: World, booking_id: int, verb: str
) -> None:
    connection.execute(INSERT, row(world, booking_id, 100, 200))
    with pytest.raises(IntegrityError):
        connection.execute(text(str(INSERT).replace("INSERT", verb)), row(world, booking_id, 150, 250))


@ON_SQLITE
@pytest.mark.parametrize("value", [150.5, "150", "abc", b"1", None])
@pytest.mark.parametrize("column", ["starts", "ends"])
def test_sqlite_takes_whole_numbers_only(
    connection: Connection, world: World, booking_id: int, column: str, value: object
) -> None:
    good = row(world, booking_id, 100, 200)
    if value == "150":  # the column's affinity makes it the number, and the guard then sees a number
        connection.execute(INSERT, {**good, column: value})
        assert connection.scalar(text(f"SELECT typeof({column}_at) FROM hold")) == "integer"
        return
    with pytest.raises(IntegrityError):
        connection.execute(INSERT, {**good, column: value})
    connection.execute(INSERT, good)
    keys = {"old_resource": good["resource"], "old_lane": 0, "old_starts": 100}
    with pytest.raises(IntegrityError):
        connection.execute(UPDATE, {**good, **keys, column: value})


@pytest.mark.parametrize(
    ("starts", "ends"), [(100, 100), (200, 100), (0, 7 * 86_400 + 1)], ids=["empty", "turned", "over a week"]
)
def test_a_hold_has_a_length_of_at_most_a_week(
    connection: Connection, world: World, booking_id: int, starts: int, ends: int
) -> None:
    # PostgreSQL tells of a turned interval before it looks at the CHECK.
    with pytest.raises(DBAPIError) as caught:
        connection.execute(INSERT, row(world, booking_id, starts, ends))
    assert not (isinstance(caught.value, IntegrityError) and is_overlap(caught.value))


def test_a_lane_beyond_the_capacity_cannot_be_held(
    connection: Connection, world: World, booking_id: int
) -> None:
    with pytest.raises(IntegrityError) as caught:
        connection.execute(INSERT, row(world, booking_id, 100, 200, lane=1))
        connection.commit()
    assert not is_overlap(caught.value)


def test_capacity_gives_so_many_lanes_and_no_more(database: Database, world: World) -> None:
    account_id = world.id("account")
    with database.write() as session:
        account = session.get_one(MeetingAccount, account_id)
        set_capacity(session, account, 3, at=world.act.at)
        ids = [new_booking(session, world, f"活动{n}") for n in range(4)]
        for booking_id in ids[:3]:
            replace_holds(session, booking_id=booking_id, spans=dict.fromkeys([account_id], span(0, 60)))
        assert session.scalars(select(Hold.lane).order_by(Hold.booking_id)).all() == [0, 1, 2]
        with pytest.raises(Clash) as caught:
            replace_holds(session, booking_id=ids[3], spans=dict.fromkeys([account_id], span(59, 90)))
        assert [c.title for c in caught.value.conflicts] == ["活动0", "活动1", "活动2"]
        replace_holds(session, booking_id=ids[3], spans=dict.fromkeys([account_id], span(60, 90)))
        release_holds(session, booking_id=ids[1])
        replace_holds(session, booking_id=ids[3], spans=dict.fromkeys([account_id], span(30, 90)))
        assert session.scalar(select(Hold.lane).where(Hold.booking_id == ids[3])) == 1
        assert count_overlaps(session) == 0


def test_a_free_lane_means_no_conflict(database: Database, world: World) -> None:
    with database.write() as session:
        set_capacity(session, session.get_one(MeetingAccount, world.id("account")), 2, at=world.act.at)
        booking_id = new_booking(session, world)
        replace_holds(session, booking_id=booking_id, spans=dict.fromkeys([world.id("account")], span(0, 60)))
        assert conflicts(session, dict.fromkeys([world.id("account")], span(0, 60))) == []


def test_capacity_cannot_shrink_below_what_is_held(database: Database, world: World) -> None:
    with database.write() as session:
        account = session.get_one(MeetingAccount, world.id("account"))
        set_capacity(session, account, 2, at=world.act.at)
        for n in range(2):
            booking_id = new_booking(session, world, f"活动{n}")
            replace_holds(session, booking_id=booking_id, spans=dict.fromkeys([account.id], span(0, 60)))
    with pytest.raises(Invalid) as caught, database.write() as session:
        account = session.get_one(MeetingAccount, world.id("account"))
        raw = {"name": account.name, "platform": "yunxiao", "capacity": "1"}
        change_entry(session, SHELVES["accounts"], account, raw, version=account.version, act=world.act)
    assert [(p.field, p.code) for p in caught.value.problems] == [("capacity", "capacity.in_use")]


def test_a_clash_leaves_the_earlier_holds(database: Database, world: World) -> None:
    lead, educator = world.id("lead"), world.id("educator")
    with database.write() as session:
        first, second = new_booking(session, world, "先"), new_booking(session, world, "后")
        replace_holds(session, booking_id=first, spans=dict.fromkeys([lead], span(0, 60)))
        replace_holds(session, booking_id=second, spans=dict.fromkeys([lead, educator], span(60, 120)))
        with pytest.raises(Clash) as caught:
            replace_holds(session, booking_id=second, spans=dict.fromkeys([educator, lead], span(30, 90)))
        public_id = session.scalar(select(Booking.public_id).where(Booking.id == first))
        assert [(c.resource_id, c.booking_public_id, c.title) for c in caught.value.conflicts] == [
            (lead, public_id, "先")
        ]
        held = session.execute(select(Hold.resource_id, Hold.starts_at).where(Hold.booking_id == second))
        assert sorted(held) == sorted((who, START + timedelta(minutes=60)) for who in (lead, educator))


def test_a_week_long_hold_is_found_from_its_last_minute(database: Database, world: World) -> None:
    lead, week = world.id("lead"), 7 * 24 * 60
    with database.write() as session:
        booking_id = new_booking(session, world)
        replace_holds(session, booking_id=booking_id, spans=dict.fromkeys([lead], span(0, week)))
        assert len(conflicts(session, dict.fromkeys([lead], span(week - 1, week + 60)))) == 1
        assert conflicts(session, dict.fromkeys([lead], span(week, week + 60))) == []
        assert conflicts(session, dict.fromkeys([lead], span(0, week)), leave_out=booking_id) == []


def test_each_resource_is_held_for_a_span_of_its_own(database: Database, world: World) -> None:
    lead, educator, gallery = (world.id(name) for name in ("lead", "educator", "gallery"))
    with database.write() as session:
        first, second = new_booking(session, world, "先"), new_booking(session, world, "后")
        spans = {lead: span(0, 60), educator: span(-15, 70), gallery: span(-30, 60)}
        replace_holds(session, booking_id=first, spans=spans)
        rows = session.execute(select(Hold.resource_id, Hold.starts_at, Hold.ends_at)).all()
        assert {row.resource_id: Span(row.starts_at, row.ends_at) for row in rows} == spans
        wanted = {lead: span(60, 90), educator: span(60, 90), gallery: span(60, 90)}
        with pytest.raises(Clash) as caught:
            replace_holds(session, booking_id=second, spans=wanted)
        assert [one.resource_id for one in caught.value.conflicts] == [educator]
        before = {**wanted, educator: span(70, 90), gallery: span(-60, -29)}
        assert [one.resource_id for one in conflicts(session, before)] == [gallery]
        replace_holds(session, booking_id=second, spans={**before, gallery: span(-60, -30)})
        assert count_overlaps(session) == 0


def test_a_hold_says_how_much_longer_than_its_booking_it_is(database: Database, world: World) -> None:
    lead = world.id("lead")
    with database.write() as session:
        booking_id = new_booking(session, world)
        booking = session.get_one(Booking, booking_id)
        held = Span(booking.starts_at - timedelta(minutes=30), booking.ends_at + timedelta(minutes=10))
        replace_holds(session, booking_id=booking_id, spans={lead: held})
        (conflict,) = conflicts(session, {lead: Span(held.ends_at - timedelta(minutes=1), held.ends_at)})
        assert (conflict.before, conflict.after) == (30, 10)
        assert (conflict.starts_at, conflict.ends_at) == (held.starts_at, held.ends_at)


def test_what_was_read_at_once_is_in_the_way_of_the_same_spans(database: Database, world: World) -> None:
    """The finder reads a window once and looks into it; the write path asks for each span."""
    account, lead = world.id("account"), world.id("lead")
    with database.write() as session:
        set_capacity(session, session.get_one(MeetingAccount, account), 2, at=world.act.at)
        for number, (starts, length) in enumerate([(0, 30), (20, 40), (60, 20), (70, 5), (90, 30)]):
            who = [account, lead] if number % 2 else [account]
            booking_id = new_booking(session, world, f"活动{number}")
            replace_holds(
                session, booking_id=booking_id, spans=dict.fromkeys(who, span(starts, starts + length))
            )
        window = held_between(session, [account, lead], span(-10, 130))
        found = []
        for starts in range(-10, 120, 5):
            spans = {account: span(starts, starts + 10), lead: span(starts - 5, starts + 10)}
            asked = conflicts(session, spans)
            assert in_the_way(window, spans) == asked
            found.append(len(asked))
        assert set(found) == {0, 1, 3}


# --- random operations against brute force -------------------------------------------------------

RESOURCES = ("lead", "educator", "gallery")
times = st.tuples(st.integers(0, 40), st.integers(1, 12))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.sampled_from(RESOURCES), times),
        st.tuples(st.just("update"), st.integers(0, 30), st.sampled_from(RESOURCES), times),
        st.tuples(st.just("delete"), st.integers(0, 30)),
        st.tuples(st.just("shift"), st.sampled_from(RESOURCES), st.integers(-3, 3)),
    ),
    min_size=20,
    max_size=60,
)
Held = tuple[int, int, int]


class Brute:
    """What the table should hold, found by comparing every pair."""

    def __init__(self) -> None:
        self.rows: list[Held] = []

    def takes(self, new: Held, *, instead_of: Held | None = None) -> bool:
        others = [row for row in self.rows if row != instead_of]
        return not any(o[0] == new[0] and o[1] < new[2] and new[1] < o[2] for o in others)


def run_steps(connection: Connection, world: World, booking_id: int, operations: list) -> None:
    """Each operation in a savepoint of its own; the table must agree with brute force after each."""
    brute = Brute()
    for operation in operations:
        _step(connection, world, booking_id, brute, operation)
        table = connection.execute(text("SELECT resource_id, starts_at, ends_at FROM hold")).all()
        assert sorted(tuple(r) for r in table) == sorted(brute.rows)


def _step(connection: Connection, world: World, booking_id: int, brute: Brute, operation: tuple) -> None:
    match operation:
        case ("insert", who, (starts, length)):
            new = (world.id(who), starts, starts + length)
            values = row(world, booking_id, starts, starts + length, who=who)
            if _tried(connection, INSERT, values, expected=brute.takes(new)):
                brute.rows.append(new)
        case ("update", index, who, (starts, length)) if brute.rows:
            old, new = brute.rows[index % len(brute.rows)], (world.id(who), starts, starts + length)
            values = row(world, booking_id, starts, starts + length, who=who)
            keys = {"old_resource": old[0], "old_lane": 0, "old_starts": old[1]}
            if _tried(connection, UPDATE, {**values, **keys}, expected=brute.takes(new, instead_of=old)):
                brute.rows[brute.rows.index(old)] = new
        case ("delete", index) if brute.rows:
            gone = brute.rows.pop(index % len(brute.rows))
            connection.execute(
                text("DELETE FROM hold WHERE resource_id = :r AND starts_at = :s"),
                {"r": gone[0], "s": gone[1]},
            )
        case ("shift", who, by):
            _shift(connection, world.id(who), by, brute)


def _tried(connection: Connection, statement: object, values: dict, *, expected: bool) -> bool:
    taken = _execute(connection, statement, values)
    assert taken == expected, values
    return taken


def _execute(connection: Connection, statement: object, values: dict) -> bool:
    """Whether the guard let it through; any other refusal is raised."""
    try:
        with connection.begin_nested():
            connection.execute(statement, values)
    except IntegrityError as error:
        if not is_overlap(error):
            raise
        return False
    return True


def _shift(connection: Connection, resource_id: int, by: int, brute: Brute) -> None:
    """A whole resource moved in one statement: it may be refused on the way, but never overlap."""
    statement = text(
        "UPDATE hold SET starts_at = starts_at + :by, ends_at = ends_at + :by WHERE resource_id = :r"
    )
    if _execute(connection, statement, {"by": by, "r": resource_id}):
        brute.rows = [(r, s + by, e + by) if r == resource_id else (r, s, e) for r, s, e in brute.rows]


def check_against_brute_force(connection: Connection, world: World, booking_id: int, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(operations=steps)
    def agree(operations: list) -> None:
        try:
            run_steps(connection, world, booking_id, operations)
        finally:
            connection.rollback()

    agree()


@ON_SQLITE
def test_random_operations_agree_with_brute_force_on_sqlite(
    connection: Connection, world: World, booking_id: int
) -> None:
    check_against_brute_force(connection, world, booking_id, examples=150)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_random_operations_agree_with_brute_force_on_postgresql(
    connection: Connection, world: World, booking_id: int
) -> None:
    check_against_brute_force(connection, world, booking_id, examples=25)


@ON_SQLITE
def test_the_comparison_would_notice_a_missing_guard(
    connection: Connection, world: World, booking_id: int
) -> None:
    connection.execute(text("DROP TRIGGER hold_guard_insert"))
    overlapping = [("insert", "lead", (0, 10)), ("insert", "lead", (5, 10))]
    with pytest.raises(AssertionError):
        run_steps(connection, world, booking_id, overlapping)
