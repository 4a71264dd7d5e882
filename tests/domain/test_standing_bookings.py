"""Editing a booking that stands: what changed around it since is in the way only of what the edit changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.bookings import book, change_booking, get_booking, move_booking
from scheduler.domain.buffers import set_buffer
from scheduler.domain.directory import change_entry, get_entry
from scheduler.domain.holds import Span
from scheduler.domain.plans import read_plan
from scheduler.domain.queries import whole_booking
from scheduler.domain.series.change import Reach, change_occurrences
from scheduler.domain.shelves import SHELVES
from scheduler.domain.suitability import read_surroundings
from scheduler.errors import Clash, Invalid, Objected, SeriesBlocked
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking
from scheduler.models.holds import Hold
from scheduler.models.series import Series
from tests.domain.calendars.rows import add_closure
from tests.domain.series.test_series import make
from tests.domain.test_availability import last_note, standing
from tests.world import World

ZONE = "Asia/Shanghai"
REASON, ANOTHER = "馆方答应开门", "馆方又答应了一次"


@pytest.fixture
def lesson(database: Database, world: World) -> str:
    """The lesson of 6 December, booked before the museum was closed for that day: its public id."""
    with database.write() as session:
        booked = book_it(session, world)
        close(session, world)
    return booked


@pytest.fixture
def overridden(database: Database, world: World) -> str:
    """The same, booked with a reason after the closure was known."""
    with database.write() as session:
        close(session, world)
        return book_it(session, world, override_reason=REASON)


def book_it(session: Session, world: World, **changes: Any) -> str:
    plan = read_plan(world.plan(**changes), zone=ZONE)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id


def close(session: Session, world: World, place: str = "museum", day: str = "2018-12-06") -> None:
    add_closure(session, world, place, f"{day} 08:00", f"{day} 18:00")


def edit(session: Session, world: World, public_id: str, **changes: Any) -> Booking:
    booking, plan = get_booking(session, public_id), read_plan(world.plan(**changes), zone=ZONE)
    return change_booking(session, booking, plan, version=booking.version, act=world.act)


def against(session: Session, public_id: str) -> list[tuple[str, str]]:
    """What its page tells that speaks against it."""
    query = select(Booking).where(Booking.public_id == public_id).options(*whole_booking())
    booking = session.scalars(query).one()
    said = read_surroundings(session, [booking]).speaks_against(booking)
    return [(one.code, one.facts["name"]) for one in said]


CLOSED = [("closure.closed", "北京大葆台遗址博物馆")]
TEXTS: list[dict[str, Any]] = [
    {"title": "新的课题"},
    {"subject": "art"},
    {"course_type": "other"},
    {"meeting_number": "999 888 777", "passcode": "1", "join_url": ""},
    {"note": "带上学习单"},
    {"segments": [{"kind": "tour", "minutes": 30}]},
]


@pytest.mark.parametrize("texts", TEXTS)
def test_texts_are_edited_whatever_speaks_against_the_time_by_now(
    database: Database, world: World, lesson: str, texts: dict[str, Any]
) -> None:
    with database.write() as session:
        booking = edit(session, world, lesson, **texts)
        assert {name: getattr(booking, name) for name in texts if name != "segments"} == {
            name: value for name, value in texts.items() if name != "segments"
        }
        assert (booking.version > 1, booking.override_reason) == (True, "")
        assert "overridden" not in last_note(session).changes
    with database.read() as session:
        assert against(session, lesson) == CLOSED


def company(world: World) -> list[dict[str, Any]]:
    """Edits of time, kind, timing and company."""
    lead = {"role": "lead", "person_id": world.id("lead")}
    educator = {"role": "educator", "person_id": world.id("educator")}
    host = {"organisation_id": world.id("museum"), "room_id": world.id("gallery")}
    receiving = world.plan()["receiving"]
    return [
        {"starts": "10:01", "segments": []},
        {"ends": "11:21"},
        {"kind": "training"},
        {"timing": "any"},
        {"people": [lead]},
        {"people": [lead, educator, {"role": "attendee", "person_id": world.id("assistant 1")}]}
        | {"receiving": [{**receiving[0], "assistant_id": None}, *receiving[1:]]},
        {"people": [{**lead, "role": "host"}, educator]},
        {"host": {**host, "room_id": None}},
        {"receiving": receiving[:2]},
        {"receiving": [{**receiving[0], "assistant_id": None}, *receiving[1:]]},
        {"account_id": None},
    ]


def test_another_time_or_company_is_asked_about_as_if_it_were_new(
    database: Database, world: World, lesson: str
) -> None:
    with database.read() as session:
        before = standing(session)
    for change in company(world):
        with pytest.raises(Objected) as caught, database.write() as session:
            edit(session, world, lesson, title="新的课题", **change)
        assert [one.code for one in caught.value.objections] == ["closure.closed"], change
        with database.read() as session:
            assert standing(session) == before
        with database.read() as session:  # whose changes are not kept
            booking = edit(session, world, lesson, **change, override_reason=REASON)
            assert booking.override_reason == REASON
            assert len(last_note(session).changes["overridden"][1]) == 1


@pytest.mark.parametrize("repeated", ["", REASON])
def test_a_reason_that_was_given_stays(
    database: Database, world: World, overridden: str, repeated: str
) -> None:
    with database.write() as session:
        close(session, world, "school 2")
        booking = edit(session, world, overridden, title="新的课题", override_reason=repeated)
        assert (booking.title, booking.override_reason) == ("新的课题", REASON)
        assert set(last_note(session).changes) == {"title"}
    with database.read() as session:  # it was given against the museum's closure, not the school's
        assert against(session, overridden) == [("closure.closed", "示例中学A（演示）")]


def test_a_new_reason_is_one_against_all_that_is_known_now(
    database: Database, world: World, overridden: str
) -> None:
    with database.write() as session:
        close(session, world, "school 2")
        assert edit(session, world, overridden, override_reason=ANOTHER).override_reason == ANOTHER
        assert len(last_note(session).changes["overridden"][1]) == 2
    with database.read() as session:
        assert against(session, overridden) == []


def test_a_new_reason_against_nothing_leaves_all_as_it_was(database: Database, world: World) -> None:
    with database.write() as session:
        public_id = book_it(session, world)
        assert edit(session, world, public_id, override_reason=REASON).override_reason == ""


def test_another_time_is_asked_with_the_reason_of_the_edit_alone(
    database: Database, world: World, overridden: str
) -> None:
    later = {"starts": "10:10", "ends": "11:30"}
    with pytest.raises(Objected), database.write() as session:
        edit(session, world, overridden, **later)
    with database.write() as session:
        assert edit(session, world, overridden, **later, override_reason=ANOTHER).override_reason == ANOTHER
    with database.write() as session:
        free = {"date": "2018-12-07", "override_reason": ANOTHER}
        assert edit(session, world, overridden, **free).override_reason == ""


def test_to_move_it_to_where_it_is_asks_nothing(database: Database, world: World, overridden: str) -> None:
    with database.write() as session:
        close(session, world, "school 2")
        booking = get_booking(session, overridden)
        there = Span(booking.starts_at, booking.ends_at)
        move_booking(session, booking, span=there, version=1, act=world.act)
        assert (booking.override_reason, booking.revision, booking.version) == (REASON, 0, 2)
        elsewhere = Span(there.starts_at + timedelta(minutes=1), there.ends_at)
        with pytest.raises(Objected):
            move_booking(session, booking, span=elsewhere, version=2, act=world.act)


def test_buffers_that_grew_are_in_the_way_of_another_time_only(database: Database, world: World) -> None:
    raw = {"kind": "lesson", "role": "room", "before": 60, "after": 0}
    with database.write() as session:
        public_id = book_it(session, world)
        before = {"starts": "09:00", "ends": "09:50", "segments": [], "receiving": [], "people": []}
        neighbour = book_it(session, world, **before, account_id=None)
        set_buffer(session, raw, partnership_id=world.id("partnership"), act=world.act)
        booking = get_booking(session, public_id)
        held = select(Hold.resource_id, Hold.starts_at, Hold.ends_at).where(Hold.booking_id == booking.id)
        was = sorted(session.execute(held).all())
        edit(session, world, public_id, title="新的课题")
        assert sorted(session.execute(held).all()) == was
    with pytest.raises(Clash) as caught, database.write() as session:
        edit(session, world, public_id, starts="10:05", segments=[])
    assert [one.booking_public_id for one in caught.value.conflicts] == [neighbour]


def test_a_class_that_outgrew_its_room_stays_there_but_enters_no_other(
    database: Database, world: World
) -> None:
    with database.write() as session:
        public_id = book_it(session, world)
        for number in (1, 2):
            room = get_entry(session, SHELVES["rooms"], world.id(f"room {number}"))
            raw = {"name": room.name, "seats": 1}
            change_entry(session, SHELVES["rooms"], room, raw, version=room.version, act=world.act)
    with database.write() as session:
        assert edit(session, world, public_id, title="新的课题").title == "新的课题"
    swapped = world.plan()["receiving"]
    swapped[0]["room_id"], swapped[1]["room_id"] = swapped[1]["room_id"], swapped[0]["room_id"]
    with pytest.raises(Invalid) as caught, database.write() as session:
        edit(session, world, public_id, receiving=swapped)
    assert [(one.field, one.code) for one in caught.value.problems] == [
        ("receiving.0.room_id", "room.too_small"),
        ("receiving.1.room_id", "room.too_small"),
    ]


# --- series ---------------------------------------------------------------------------------------


def of_series(session: Session) -> list[Booking]:
    series = session.scalars(select(Series)).one()
    return [one.booking for one in series.occurrences if one.booking]


def edit_series(session: Session, world: World, number: int, reach: Reach, **changes: Any) -> list[Booking]:
    """Edit from the occurrence of that number; its day is kept."""
    booking = of_series(session)[number]
    plan = read_plan(world.plan(date=booking.starts_at.date().isoformat(), **changes), zone=ZONE)
    how: dict[str, Any] = {"reach": reach, "version": booking.version, "zone": ZONE, "act": world.act}
    return change_occurrences(session, booking, plan, **how)


@pytest.fixture
def thursdays(database: Database, world: World) -> World:
    """Four Thursdays from 6 December on; the museum shuts on the 6th and the 20th since."""
    with database.write() as session:
        make(session, world)
        close(session, world)
        close(session, world, day="2018-12-20")
    return world


@pytest.mark.parametrize(("reach", "edited"), [(Reach.ONE, 1), (Reach.FOLLOWING, 4), (Reach.ALL, 4)])
def test_texts_of_a_series_are_edited_whatever_speaks_against_its_days(
    database: Database, thursdays: World, reach: Reach, edited: int
) -> None:
    with database.write() as session:
        assert len(edit_series(session, thursdays, 0, reach, title="新的课题")) == edited
    with database.read() as session:
        rows = of_series(session)
        assert [row.title for row in rows].count("新的课题") == edited
        assert [row.override_reason for row in rows] == [""] * 4
        assert [against(session, row.public_id) for row in rows] == [CLOSED, [], CLOSED, []]


def test_another_time_of_a_series_is_asked_about_on_every_day(database: Database, thursdays: World) -> None:
    later = {"starts": "10:10", "ends": "11:30"}
    with pytest.raises(SeriesBlocked) as caught, database.write() as session:
        edit_series(session, thursdays, 1, Reach.ALL, **later)
    assert [one.day.day for one in caught.value.days] == [6, 20]
    with database.write() as session:
        edit_series(session, thursdays, 1, Reach.ALL, **later, override_reason=REASON)
        assert [row.override_reason for row in of_series(session)] == [REASON, "", REASON, ""]


@pytest.mark.parametrize("repeated", ["", REASON])
def test_every_day_of_a_series_keeps_its_own_reason(
    database: Database, thursdays: World, repeated: str
) -> None:
    """The form holds the reason of the day that is edited: it is no new one for the others."""
    with database.write() as session:
        for number, why in ((0, REASON), (2, ANOTHER)):
            edit_series(session, thursdays, number, Reach.ONE, override_reason=why)
        close(session, thursdays, "school 2", "2018-12-13")
        close(session, thursdays, "school 2", "2018-12-20")
    with database.write() as session:
        edit_series(session, thursdays, 0, Reach.ALL, title="新的课题", override_reason=repeated)
        rows = of_series(session)
        assert [row.override_reason for row in rows] == [REASON, "", ANOTHER, ""]
        noted = (
            select(AuditEntry.changes).where(AuditEntry.subject == "booking").order_by(AuditEntry.id.desc())
        )
        assert [set(changes) for changes in session.scalars(noted.limit(4))] == [{"title"}] * 4
    with database.read() as session:
        school = [("closure.closed", "示例中学A（演示）")]
        assert [against(session, row.public_id) for row in of_series(session)] == [[], school, school, []]
