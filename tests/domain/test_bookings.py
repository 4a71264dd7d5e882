"""The verbs of a booking, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain.bookings import book, cancel_booking, change_booking, get_booking, move_booking
from scheduler.domain.holds import Span, count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.errors import Clash, Invalid, Refused, StaleEdit
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import BookingState, CancelReason
from scheduler.models.holds import Hold
from tests.world import World

ZONE = "Asia/Shanghai"


def book_lesson(database: Database, world: World, **changes: object) -> str:
    """Book the lesson and answer its public id."""
    with database.write() as session:
        plan = read_plan(world.plan(**changes), zone=ZONE)
        return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id


def test_a_lesson_holds_everyone_and_is_noted(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    with database.read() as session:
        booking = get_booking(session, public_id)
        held = set(session.scalars(select(Hold.resource_id).where(Hold.booking_id == booking.id)))
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == "booking")).all()
        assert (booking.state, booking.revision) == (BookingState.CONFIRMED, 0)
        assert held == {p.resource_id for p in booking.participations}
        assert len(held) == 13
        assert [site.organisation.name for site in booking.sites] == [
            "北京大葆台遗址博物馆",
            "林西县民族中学",
            "示例中学A（演示）",
            "示例中学B（演示）",
        ]
        assert verbs == ["book"]


def test_a_missing_meeting_number_is_that_of_the_account(database: Database, world: World) -> None:
    taken = book_lesson(database, world, meeting_number="")
    own = book_lesson(database, world, meeting_number="999 999 999", date="2018-12-07")
    without = book_lesson(database, world, meeting_number="", account_id=None, date="2018-12-08")
    with database.read() as session:
        numbers = [get_booking(session, public_id).meeting_number for public_id in (taken, own, without)]
    assert numbers == ["012 345 678", "999 999 999", ""]


def test_whoever_is_busy_is_named_with_what_and_until_when(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    with pytest.raises(Clash) as caught:
        book_lesson(
            database,
            world,
            title="另一节课",
            receiving=[],
            account_id=None,
            starts="11:00",
            ends="12:00",
            segments=[],
            host={"organisation_id": world.id("museum")},
        )
    names = [(c.resource_name, c.booking_public_id, c.title) for c in caught.value.conflicts]
    assert names == [
        ("李讲解员（示例）", public_id, "走进大葆台西汉墓"),
        ("王老师（示例）", public_id, "走进大葆台西汉墓"),
    ]
    assert {c.ends_at.isoformat() for c in caught.value.conflicts} == {"2018-12-06T03:20:00+00:00"}


def test_the_next_lesson_may_start_when_this_one_ends(database: Database, world: World) -> None:
    book_lesson(database, world)
    book_lesson(database, world, title="下一节", starts="11:20", ends="12:40")
    with database.read() as session:
        assert count_overlaps(session) == 0
        assert len(session.scalars(select(Hold)).all()) == 26


def test_moving_raises_the_revision_and_frees_the_old_time(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    with database.write() as session:
        booking = get_booking(session, public_id)
        day = timedelta(days=1)
        span = Span(booking.starts_at + day, booking.ends_at + day)
        move_booking(session, booking, span=span, version=booking.version, act=world.act)
        assert booking.revision == 1
    book_lesson(database, world, title="原来的时间")


def test_a_stale_editor_is_told(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    with database.write() as session:
        booking = get_booking(session, public_id)
        read = booking.version
        plan = read_plan(world.plan(title="新课题"), zone=ZONE)
        change_booking(session, booking, plan, version=read, act=world.act)
        assert (booking.title, booking.revision) == ("新课题", 0)
    with pytest.raises(StaleEdit), database.write() as session:
        booking = get_booking(session, public_id)
        change_booking(session, booking, plan, version=read, act=world.act)


def test_cancelling_frees_everyone_and_is_final(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    with database.write() as session:
        booking = get_booking(session, public_id)
        cancel_booking(
            session,
            booking,
            reason=CancelReason.WEATHER,
            words="大雪",
            version=booking.version,
            act=world.act,
        )
        assert (booking.state, booking.revision) == (BookingState.CANCELLED, 1)
        assert session.scalars(select(Hold)).all() == []
    with pytest.raises(Refused), database.write() as session:
        booking = get_booking(session, public_id)
        plan = read_plan(world.plan(), zone=ZONE)
        change_booking(session, booking, plan, version=booking.version, act=world.act)


def test_bad_references_are_told_at_their_fields(database: Database, world: World) -> None:
    receiving = [
        {"class_id": world.id("class 1"), "assistant_id": world.id("lead")},
        {"class_id": world.id("room 1")},
        {},
    ]
    with pytest.raises(Invalid) as caught:
        book_lesson(database, world, receiving=receiving)
    assert [(p.field, p.code) for p in caught.value.problems] == [
        ("receiving.0.assistant_id", "reference.twice"),
        ("receiving.1.class_id", "reference.unknown"),
        ("receiving.2.organisation_id", "site.empty"),
    ]
