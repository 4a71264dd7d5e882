"""What is held before and after a booking: defaults, what is set, and who is kept out, on both engines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.availability import ask, question_of
from scheduler.domain.bookings import book, change_booking, get_booking, move_booking
from scheduler.domain.buffers import (
    DEFAULTS,
    Margin,
    default_margin,
    held_spans,
    load_margins,
    set_buffer,
    widened,
)
from scheduler.domain.capacity import set_capacity
from scheduler.domain.directory import create_entry
from scheduler.domain.holds import Span, count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Clash, Invalid
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, BookingKind, ParticipantRole
from scheduler.models.buffers import Buffer
from scheduler.models.holds import Hold
from scheduler.models.resources import MeetingAccount
from tests.domain.calendars.rows import add_hours, shanghai
from tests.world import ROOT, World

ZONE = "Asia/Shanghai"
LESSON, VISIT = BookingKind.LESSON, BookingKind.VISIT
ROLE = ParticipantRole


def span(starts: str, ends: str) -> Span:
    """Clock times of 6 December 2018 in Shanghai."""
    return Span(shanghai(f"2018-12-06 {starts}"), shanghai(f"2018-12-06 {ends}"))


def put(session: Session, world: World, role: str, before: int, after: int, kind: str = "lesson") -> Buffer:
    raw = {"kind": kind, "role": role, "before": before, "after": after}
    return set_buffer(session, raw, partnership_id=world.id("partnership"), act=world.act)


def book_it(session: Session, world: World, starts: str, ends: str, **changes: Any) -> Booking:
    """A lesson of the gallery, the educator and the account alone."""
    small = {
        "receiving": [],
        "people": [{"role": "educator", "person_id": world.id("educator")}],
        "segments": [],
        "timing": "any",
        "starts": starts,
        "ends": ends,
    }
    plan = read_plan(world.plan(**{**small, **changes}), zone=ZONE)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act)


def held(session: Session, booking: Booking) -> dict[int, tuple[datetime, datetime]]:
    rows = session.execute(
        select(Hold.resource_id, Hold.starts_at, Hold.ends_at).where(Hold.booking_id == booking.id)
    )
    return {row.resource_id: (row.starts_at, row.ends_at) for row in rows}


def times(starts: str, ends: str) -> tuple[datetime, datetime]:
    return span(starts, ends).starts_at, span(starts, ends).ends_at


@pytest.fixture
def buffered(database: Database, world: World) -> World:
    """In lessons: half an hour before for the room, 15 minutes before and 10 after for the educator."""
    with database.write() as session:
        put(session, world, "room", 30, 0)
        put(session, world, "educator", 15, 10)
    return world


# --- margins --------------------------------------------------------------------------------------


def test_margins_widen_a_span_on_both_sides() -> None:
    when = span("10:00", "11:20")
    assert widened(when, Margin(30, 15)) == span("09:30", "11:35")
    assert widened(when, Margin()) == when
    parts = [(1, ROLE.ROOM), (2, ROLE.LEAD), (3, ROLE.CLASS)]
    margins = {ROLE.ROOM: Margin(30), ROLE.LEAD: Margin(0, 5)}
    assert held_spans(when, parts, margins) == {
        1: span("09:30", "11:20"),
        2: span("10:00", "11:25"),
        3: when,
    }


@pytest.mark.parametrize(
    ("kind", "role", "margin"),
    [
        (LESSON, ROLE.ROOM, Margin(30, 0)),
        (LESSON, ROLE.ACCOUNT, Margin(30, 0)),
        (LESSON, ROLE.ASSISTANT, Margin(10, 0)),
        (LESSON, ROLE.KIT, Margin(30, 30)),
        (LESSON, ROLE.CLASS, Margin(0, 0)),
        (VISIT, ROLE.LEAD, Margin(30, 30)),
        (VISIT, ROLE.ROOM, Margin(0, 0)),
        (BookingKind.TRAINING, ROLE.ROOM, Margin(15, 0)),
        (BookingKind.RESEARCH, ROLE.LEAD, Margin(0, 0)),
    ],
)
def test_defaults(kind: BookingKind, role: ParticipantRole, margin: Margin) -> None:
    assert default_margin(kind, role) == margin


def test_only_kits_are_held_after_a_lesson_so_that_joint_research_may_follow() -> None:
    assert {role for role in ROLE if default_margin(LESSON, role).after} == {ROLE.KIT}


def test_defaults_hold_until_something_is_set(database: Database, world: World) -> None:
    with database.write() as session:
        other = create_entry(
            session, SHELVES["partnerships"], {"name": "别处"}, viewer=ROOT, act=world.act
        ).id
        assert load_margins(session, other, LESSON) == {role: default_margin(LESSON, role) for role in ROLE}
        raw = {"kind": "lesson", "role": "room", "before": "45", "after": "5"}
        set_buffer(session, raw, partnership_id=other, act=world.act)
        expected = {role: default_margin(LESSON, role) for role in ROLE} | {ROLE.ROOM: Margin(45, 5)}
        assert load_margins(session, other, LESSON) == expected
        assert load_margins(session, other, VISIT) == {role: default_margin(VISIT, role) for role in ROLE}
        assert set(load_margins(session, world.id("partnership"), LESSON).values()) == {Margin()}


def test_zero_that_is_set_is_not_the_default(database: Database, world: World) -> None:
    assert DEFAULTS[LESSON][ROLE.ROOM] == Margin(30)
    with database.write() as session:
        put(session, world, "room", 0, 0)
        assert load_margins(session, world.id("partnership"), LESSON)[ROLE.ROOM] == Margin(0, 0)


def test_setting_is_noted_once(database: Database, world: World) -> None:
    def notes(session: Session) -> list[Any]:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.verb == "set_buffer").order_by(AuditEntry.id.desc()).limit(2)
        )
        return [row.changes for row in rows]

    with database.write() as session:
        put(session, world, "room", 20, 0)
        count = session.scalar(select(func.count()).select_from(AuditEntry))
        put(session, world, "room", 20, 0)
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == count
        put(session, world, "room", 25, 5)
        assert notes(session) == [{"lesson.room": ["20+0", "25+5"]}, {"lesson.room": ["0+0", "20+0"]}]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"before": -1}, "before", "field.out_of_range"),
        ({"before": 1441}, "before", "field.out_of_range"),
        ({"after": "ten"}, "after", "field.not_whole"),
        ({"after": None}, "after", "field.required"),
        ({"kind": "party"}, "kind", "field.not_an_option"),
        ({"role": ""}, "role", "field.required"),
        ({"minutes": 5}, "minutes", "field.unknown"),
    ],
)
def test_what_is_no_buffer_is_told_at_its_field(
    database: Database, world: World, change: Mapping[str, Any], field: str, code: str
) -> None:
    raw = {"kind": "lesson", "role": "room", "before": 10, "after": 0, **change}
    with pytest.raises(Invalid) as caught, database.write() as session:
        set_buffer(session, raw, partnership_id=world.id("partnership"), act=world.act)
    assert [(problem.field, problem.code) for problem in caught.value.problems] == [(field, code)]


# --- holds ----------------------------------------------------------------------------------------


def test_the_longer_hold_is_what_is_protected(database: Database, buffered: World) -> None:
    world = buffered
    with database.write() as session:
        first = book_it(session, world, "10:00", "11:20")
        assert held(session, first) == {
            world.id("gallery"): times("09:30", "11:20"),
            world.id("educator"): times("09:45", "11:30"),
            world.id("account"): times("10:00", "11:20"),
        }
        public_id = first.public_id
    with pytest.raises(Clash) as caught, database.write() as session:
        book_it(session, world, "08:50", "09:31", title="来得太晚")
    assert [
        (one.resource_id, one.booking_public_id, one.starts_at, one.ends_at, one.before, one.after)
        for one in caught.value.conflicts
    ] == [(world.id("gallery"), public_id, *times("09:30", "11:20"), 30, 0)]
    with pytest.raises(Clash) as caught, database.write() as session:
        book_it(session, world, "11:40", "12:00", title="来得太早")  # its own set-up reaches into the other
    assert [(one.resource_id, one.before, one.after) for one in caught.value.conflicts] == [
        (world.id("educator"), 15, 10),
        (world.id("gallery"), 30, 0),
    ]
    with database.write() as session:
        book_it(session, world, "08:50", "09:30", title="正好", people=[])
        book_it(session, world, "11:50", "12:30", title="也正好")
        assert count_overlaps(session) == 0


def test_another_kind_has_buffers_of_its_own(database: Database, buffered: World) -> None:
    with database.write() as session:
        visit = book_it(session, buffered, "10:00", "11:20", kind="visit")
        assert set(held(session, visit).values()) == {times("10:00", "11:20")}


def test_the_answer_counts_buffers_and_the_rules_do_not(database: Database, buffered: World) -> None:
    """Setting up before the museum opens is what set-up is for; taking someone's set-up is not."""
    world = buffered
    with database.write() as session:
        add_hours(session, world, "museum", opens=540, closes=990)
        at_opening = book_it(session, world, "09:00", "09:40")
        assert held(session, at_opening)[world.id("gallery")] == times("08:30", "09:40")
        answer = ask(
            session,
            question_of(session, at_opening),
            span("09:41", "10:00"),
            partnership_id=world.id("partnership"),
        )
        assert (answer.objections, [one.resource_id for one in answer.conflicts]) == (
            (),
            [world.id("educator"), world.id("gallery")],
        )


def test_a_booking_moves_within_its_own_buffer(database: Database, buffered: World) -> None:
    world = buffered
    with database.write() as session:
        booking = book_it(session, world, "10:00", "11:20")
        move_booking(session, booking, span=span("09:45", "11:05"), version=booking.version, act=world.act)
        assert held(session, booking)[world.id("gallery")] == times("09:15", "11:05")
        move_booking(session, booking, span=span("10:10", "11:30"), version=booking.version, act=world.act)
        assert held(session, booking)[world.id("educator")] == times("09:55", "11:40")


def test_changed_buffers_move_no_standing_hold_until_the_booking_is_changed(
    database: Database, buffered: World
) -> None:
    world = buffered
    with database.write() as session:
        moved, changed, left = (
            book_it(session, world, "10:00", "11:20", date=f"2018-12-0{day}").public_id for day in (6, 7, 8)
        )
        before = {name: held(session, get_booking(session, name)) for name in (moved, changed, left)}
        put(session, world, "room", 60, 20)
        assert {name: held(session, get_booking(session, name)) for name in before} == before
    with database.write() as session:
        booking = get_booking(session, moved)
        move_booking(session, booking, span=span("10:10", "11:30"), version=booking.version, act=world.act)
        assert held(session, booking)[world.id("gallery")] == times("09:10", "11:50")
        other = get_booking(session, changed)
        plan = read_plan(
            world.plan(date="2018-12-07", receiving=[], people=[], segments=[], timing="any"), zone=ZONE
        )
        change_booking(session, other, plan, version=other.version, act=world.act)
        starts, ends = held(session, other)[world.id("gallery")]
        assert (starts, ends) == (shanghai("2018-12-07 09:00"), shanghai("2018-12-07 11:40"))
        assert held(session, get_booking(session, left)) == before[left]


def test_holds_that_stand_tell_their_own_buffers_not_todays(database: Database, buffered: World) -> None:
    world = buffered
    with database.write() as session:
        book_it(session, world, "10:00", "11:20")
        put(session, world, "room", 0, 0)
    with pytest.raises(Clash) as caught, database.write() as session:
        book_it(session, world, "09:00", "09:40", people=[], title="另一节")
    assert [(one.resource_id, one.before) for one in caught.value.conflicts] == [(world.id("gallery"), 30)]


def test_lanes_have_buffers_too(database: Database, world: World) -> None:
    account = world.id("account")
    bare = {"host": {"organisation_id": world.id("museum")}, "people": []}
    with database.write() as session:
        put(session, world, "account", 30, 0)
        set_capacity(session, session.get_one(MeetingAccount, account), 2, at=world.act.at)
        first = book_it(session, world, "10:00", "11:00", title="一", **bare)
        second = book_it(session, world, "11:20", "12:00", title="二", **bare)  # set up while the first runs
        lanes = session.execute(select(Hold.booking_id, Hold.lane).order_by(Hold.lane)).all()
        assert [tuple(row) for row in lanes] == [(first.id, 0), (second.id, 1)]
    with pytest.raises(Clash) as caught, database.write() as session:
        book_it(session, world, "11:10", "11:30", title="三", **bare)
    assert [(one.title, one.resource_id, one.before) for one in caught.value.conflicts] == [
        ("一", account, 30),
        ("二", account, 30),
    ]
    with database.write() as session:
        third = book_it(session, world, "11:30", "12:30", title="三", **bare)
        assert session.scalar(select(Hold.lane).where(Hold.booking_id == third.id)) == 0
        assert count_overlaps(session) == 0


def test_the_longest_buffers_fit_into_the_longest_hold(database: Database, world: World) -> None:
    with database.write() as session:
        put(session, world, "room", 1440, 1440)
        booking = book_it(session, world, "00:00", "23:59")
        starts, ends = held(session, booking)[world.id("gallery")]
        assert (starts, ends) == (shanghai("2018-12-05 00:00"), shanghai("2018-12-07 23:59"))
    with pytest.raises(Clash), database.write() as session:
        book_it(session, world, "10:00", "11:00", date="2018-12-08", people=[], account_id=None)
