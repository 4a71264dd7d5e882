"""What lists show: each filter, who sees what, in a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain import queries
from scheduler.domain.access import Scope, Viewer
from scheduler.domain.act import Act
from scheduler.domain.bookings import book, cancel_booking, get_booking
from scheduler.domain.directory import create_entry, get_entry, retire_entry
from scheduler.domain.plans import read_plan
from scheduler.domain.queries import BookingFilter
from scheduler.domain.record_content import read_record
from scheduler.domain.records import file_record, save_record
from scheduler.domain.shelves import SHELVES
from scheduler.models.bookings import BookingKind, BookingState, CancelReason
from scheduler.models.users import Role
from tests.world import ROOT, World

ZONE = "Asia/Shanghai"
DAY = datetime(2018, 12, 5, 16, tzinfo=UTC)
"""Midnight of 6 December in Shanghai."""


def add(session: Session, world: World, title: str, hour: int, host: str, **changes: Any) -> str:
    """Book one hour on 6 December; answers its public id."""
    raw = {
        "kind": "visit",
        "title": title,
        "date": "2018-12-06",
        "starts": f"{hour}:00",
        "ends": f"{hour + 1}:00",
        "host": {"organisation_id": world.id(host)},
        **changes,
    }
    plan = read_plan(raw, zone=ZONE)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id


@pytest.fixture
def booked(database: Database, world: World) -> dict[str, str]:
    """title → public id: the lesson of all three schools, and one visit for each of four places."""
    with database.write() as session:
        lesson = read_plan(world.plan(), zone=ZONE)
        partnership = world.id("partnership")
        ids = {"课": book(session, lesson, partnership_id=partnership, act=world.act).public_id}
        ids["研"] = add(session, world, "研", 14, "institute", kind="research", follows=ids["课"])
        ids["一校"] = add(
            session,
            world,
            "一校",
            15,
            "school 1",
            people=[{"role": "contact", "person_id": world.id("lead")}],
        )
        ids["二校"] = add(session, world, "二校 100%_", 16, "school 2")
        ids["消"] = add(session, world, "消", 17, "museum")
        gone = get_booking(session, ids["消"])
        cancel_booking(
            session, gone, reason=CancelReason.WEATHER, words="", version=gone.version, act=world.act
        )
    return ids


def titles(database: Database, booked: dict[str, str], viewer: Viewer = ROOT, **wanted: Any) -> list[str]:
    names = {public_id: name for name, public_id in booked.items()}
    with database.read() as session:
        found = session.scalars(queries.bookings(viewer, BookingFilter(**wanted))).all()
        counted = queries.count(session, queries.bookings(viewer, BookingFilter(**wanted)))
    assert counted == len(found)
    return [names[booking.public_id] for booking in found]


def test_all_by_their_start(database: Database, world: World, booked: dict[str, str]) -> None:
    assert titles(database, booked) == ["课", "研", "一校", "二校", "消"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"with_cancelled": False}, ["课", "研", "一校", "二校"]),
        ({"kind": BookingKind.LESSON}, ["课"]),
        ({"kind": BookingKind.TRAVEL}, []),
        ({"state": BookingState.CANCELLED}, ["消"]),
        ({"words": "大葆台"}, ["课"]),
        ({"words": "100%_"}, ["二校"]),
        ({"words": "%"}, ["二校"]),
        ({"words": "'; DROP TABLE booking; --"}, []),
        ({"words": "\x00"}, []),
        ({"words": "\ud800"}, []),
        ({"starts": DAY + timedelta(hours=15), "ends": DAY + timedelta(hours=17)}, ["一校", "二校"]),
        ({"starts": DAY + timedelta(hours=14, minutes=59)}, ["研", "一校", "二校", "消"]),
        ({"ends": DAY + timedelta(hours=10)}, []),
        ({"ends": DAY + timedelta(hours=10, minutes=1)}, ["课"]),
        (
            {"starts": DAY + timedelta(hours=10, minutes=30), "ends": DAY + timedelta(hours=10, minutes=31)},
            ["课"],
        ),
    ],
    ids=str,
)
def test_filters(database: Database, booked: dict[str, str], wanted: dict, expected: list[str]) -> None:
    assert titles(database, booked, **wanted) == expected


@pytest.mark.parametrize(
    ("field", "name", "expected"),
    [
        ("partnership_id", "partnership", ["课", "研", "一校", "二校", "消"]),
        ("region_id", "fengtai", ["课", "研", "消"]),
        ("region_id", "linxi", ["课", "一校", "二校"]),
        ("organisation_id", "museum", ["课", "消"]),
        ("organisation_id", "school 1", ["课", "一校"]),
        ("resource_id", "lead", ["课", "一校"]),
        ("resource_id", "class 3", ["课"]),
        ("resource_id", "account", ["课"]),
    ],
)
def test_filters_by_place_and_person(
    database: Database, world: World, booked: dict[str, str], field: str, name: str, expected: list[str]
) -> None:
    assert titles(database, booked, **{field: world.id(name)}) == expected
    assert titles(database, booked, **{field: 10**9}) == []


def manager(world: World, name: str) -> Viewer:
    scope = Scope(Role.MANAGER, world.id("partnership"), organisation_id=world.id(name))
    return Viewer(99, (scope,))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("school 1", ["课", "一校"]), ("school 2", ["课", "二校"]), ("school 3", ["课"]), ("institute", ["研"])],
)
def test_a_manager_never_sees_another_schools_booking(
    database: Database, world: World, booked: dict[str, str], name: str, expected: list[str]
) -> None:
    viewer = manager(world, name)
    assert titles(database, booked, viewer) == expected
    # Nor by any filter that would lead there.
    assert titles(database, booked, viewer, resource_id=world.id("lead")) == [
        title for title in expected if title in ("课", "一校")
    ]
    assert titles(database, booked, viewer, words="研") == [t for t in expected if t == "研"]
    elsewhere = titles(database, booked, viewer, organisation_id=world.id("school 2"))
    assert set(elsewhere) <= set(expected)


def test_who_has_no_role_sees_nothing(database: Database, world: World, booked: dict[str, str]) -> None:
    partnership = world.id("partnership")
    for viewer in (Viewer(9, ()), Viewer(9, (Scope(Role.COORDINATOR, partnership + 1),))):
        assert titles(database, booked, viewer) == []
        with database.read() as session:
            for shelf in SHELVES.values():
                assert session.scalars(queries.entries(viewer, shelf)).all() == []
            assert session.scalars(queries.visible_partnerships(viewer)).all() == []
            assert session.scalars(queries.records_due(viewer, DAY + timedelta(days=9))).all() == []


def test_what_belongs_to_a_lesson(database: Database, booked: dict[str, str]) -> None:
    with database.read() as session:
        lesson = get_booking(session, booked["课"])
        [research] = session.scalars(queries.following(lesson))
        assert research.public_id == booked["研"]
        assert session.scalars(queries.following(research)).all() == []


def test_records_that_are_due(database: Database, world: World, booked: dict[str, str]) -> None:
    names = {public_id: name for name, public_id in booked.items()}

    def due(hours: float) -> list[str]:
        with database.read() as session:
            found = session.scalars(queries.records_due(ROOT, DAY + timedelta(hours=hours)))
            return [names[booking.public_id] for booking in found]

    assert due(11.3) == []
    assert due(11.34) == ["课"]
    assert due(24) == ["课", "研", "一校", "二校"]
    with database.write() as session:
        booking = get_booking(session, booked["研"])
        act = Act(user_id=None, at=DAY + timedelta(hours=20), via="cli")
        record = save_record(session, booking, read_record({}, booking, zone=ZONE), version=0, act=act)
    assert due(24) == ["课", "研", "一校", "二校"]
    with database.write() as session:
        booking = get_booking(session, booked["研"])
        file_record(session, booking, version=record.version, act=act)
    assert due(24) == ["课", "一校", "二校"]


def test_history_is_newest_first_with_who(database: Database, world: World, booked: dict[str, str]) -> None:
    with database.read() as session:
        booking = get_booking(session, booked["消"])
        rows = session.execute(queries.history("booking", booking.id)).all()
        assert [(entry.verb, user) for entry, user in rows] == [("cancel", None), ("book", None)]


# --- the directory ---------------------------------------------------------------------------------


def test_entries_by_words_place_and_state(database: Database, world: World) -> None:
    def names(shelf: str, viewer: Viewer = ROOT, **wanted: Any) -> list[str]:
        with database.read() as session:
            query = queries.entries(viewer, SHELVES[shelf], **wanted)
            found = session.scalars(query).all()
            assert queries.count(session, query) == len(found)
            return [entry.name for entry in found]

    assert names("organisations", words="示例") == ["示例中学A（演示）", "示例中学B（演示）"]
    assert names("rooms", organisation_id=world.id("museum")) == ["第一展厅"]
    assert names("rooms", words="录播", organisation_id=world.id("museum")) == []
    assert names("classes", partnership_id=world.id("partnership") + 1) == []
    assert names("partnerships", partnership_id=world.id("partnership")) == ["丰台—林西"]
    assert names("persons", manager(world, "school 1"), words="王") == ["王老师（示例）"]
    assert names("persons", words="%") == []
    with database.write() as session:
        gallery = get_entry(session, SHELVES["rooms"], world.id("gallery"))
        retire_entry(session, SHELVES["rooms"], gallery, version=gallery.version, act=world.act)
    assert names("rooms", organisation_id=world.id("museum")) == []
    assert names("rooms", retired=True) == ["第一展厅"]


# --- the number of queries -------------------------------------------------------------------------


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Statements sent within the block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def show_bookings(session: Session) -> int:
    """Read of each booking what a list shows."""
    rows = session.scalars(queries.bookings(ROOT, BookingFilter())).all()
    for booking in rows:
        _ = booking.partnership.name, booking.follows and booking.follows.title
        _ = [(s.organisation.name_at(DAY.date()), s.organisation.region.name) for s in booking.sites]
        _ = [(p.role, p.resource.name) for p in booking.participations]
        _ = [segment.minutes for segment in booking.segments]
    return len(rows)


def show_due(session: Session) -> int:
    rows = session.scalars(queries.records_due(ROOT, DAY + timedelta(days=99))).all()
    for booking in rows:
        _ = [(s.organisation.name, s.organisation.former_names) for s in booking.sites]
        _ = [p.resource.name for p in booking.participations]
    return len(rows)


def show_entries(session: Session) -> int:
    total = 0
    for key, shelf in SHELVES.items():
        for entry in session.scalars(queries.entries(ROOT, shelf)):
            total += 1
            _ = [getattr(entry, field.name) for field in shelf.fields]
            if key == "regions":
                _ = entry.partnership.name
            elif key == "organisations":
                _ = entry.region.name, entry.former_names
            elif key != "partnerships":
                _ = entry.organisation.name
    return total


@pytest.mark.parametrize("show", [show_bookings, show_due, show_entries])
def test_the_number_of_queries_does_not_grow(
    database: Database, world: World, booked: dict[str, str], show: Callable[[Session], int]
) -> None:
    def measure() -> tuple[int, int]:
        with database.read() as session, counted(database) as statements:
            return show(session), len(statements)

    rows, before = measure()
    with database.write() as session:
        for n in range(12):
            raw = {**world.plan(title=f"第{n}课"), "date": f"2018-12-{10 + n}"}
            plan = read_plan(raw, zone=ZONE)
            lesson = book(session, plan, partnership_id=world.id("partnership"), act=world.act)
            add(session, world, f"研{n}", 14, "institute", date=f"2018-12-{10 + n}", follows=lesson.public_id)
            organisation = {
                "region_id": world.id("linxi"),
                "kind": "school",
                "name": f"示例中学{n}（演示）",
            }
            school = create_entry(session, SHELVES["organisations"], organisation, viewer=ROOT, act=world.act)
            raw = {"organisation_id": school.id, "name": "录播教室"}
            create_entry(session, SHELVES["rooms"], raw, viewer=ROOT, act=world.act)
            raw = {"organisation_id": school.id, "name": f"教师{n}（示例）"}
            create_entry(session, SHELVES["persons"], raw, viewer=ROOT, act=world.act)
    more, after = measure()
    assert more > rows
    assert after == before


def test_booking_looks_up_everybody_at_once(database: Database, world: World) -> None:
    """The rows that a booking writes grow with its cast; what it reads does not."""
    selects = []
    for day, classes in (("2018-12-20", (1,)), ("2018-12-21", (1, 2, 3))):
        receiving = [
            {
                "class_id": world.id(f"class {n}"),
                "room_id": world.id(f"room {n}"),
                "assistant_id": world.id(f"assistant {n}"),
            }
            for n in classes
        ]
        plan = read_plan(world.plan(date=day, receiving=receiving), zone=ZONE)
        with database.write() as session, counted(database) as statements:
            book(session, plan, partnership_id=world.id("partnership"), act=world.act)
        selects.append(sum(statement.startswith("SELECT") for statement in statements))
    assert selects == [selects[0], selects[0]]
    # What takes part, the buffers and the seven calendars of fact; then what was written, read for the log.
    assert selects[0] <= 12
