"""What is swept out, and what must stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.bookings import book
from scheduler.domain.housekeeping import Swept, sweep
from scheduler.domain.plans import read_plan
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking
from scheduler.models.feeds import FeedDetail, FeedFragment
from scheduler.models.idempotency import IdempotentAnswer
from scheduler.models.users import SignIn, SignInAttempt
from tests.world import World

SECOND = timedelta(seconds=1)


def _sign_in(world: World, name: str, expires_at: datetime) -> SignIn:
    created_at = expires_at - timedelta(days=30)
    user_id = world.id("coordinator")
    return SignIn(token_hash=name * 64, user_id=user_id, created_at=created_at, expires_at=expires_at)


def _answer(world: World, key: str, at: datetime) -> IdempotentAnswer:
    return IdempotentAnswer(
        user_id=world.id("coordinator"), key=key, request_hash="0" * 64, status=201, body=b"{}", at=at
    )


def _booking_ended(session: Session, world: World, title: str, ends_at: datetime) -> Booking:
    raw = world.plan(
        title=title,
        date=None,
        starts=None,
        ends=None,
        starts_at=(ends_at - timedelta(minutes=80)).isoformat(),
        ends_at=ends_at.isoformat(),
    )
    booking = book(
        session,
        read_plan(raw, zone="Asia/Shanghai"),
        partnership_id=world.id("partnership"),
        act=world.act,
    )
    session.add(
        FeedFragment(
            booking_id=booking.id,
            detail=FeedDetail.SHARED,
            language="zh",
            zone="Asia/Shanghai",
            version=booking.version,
            revised_at=booking.revised_at,
            body=b"",
        )
    )
    return booking


def test_what_has_run_its_course_goes_and_the_rest_stays(
    database: Database, world: World, now: datetime
) -> None:
    with database.write() as session:
        session.add_all([_sign_in(world, "a", now), _sign_in(world, "b", now + SECOND)])
        for name, age in (("c", timedelta(minutes=15)), ("d", timedelta(minutes=15, seconds=1))):
            session.add(SignInAttempt(email_hash=name * 64, address_hash=name * 64, at=now - age))
        session.add_all(
            [
                _answer(world, "repeated", now - timedelta(hours=25)),
                _answer(world, "old", now - timedelta(hours=25) - SECOND),
            ]
        )
        kept = _booking_ended(session, world, "九十天前", now - timedelta(days=90))
        _booking_ended(session, world, "更早", now - timedelta(days=90, hours=2))
    with database.write() as session:
        logged = session.scalar(select(func.count(AuditEntry.id)))
        assert sweep(session, now=now) == Swept(sign_ins=1, attempts=1, answers=1, fragments=1)
        assert session.scalar(select(func.count(AuditEntry.id))) == logged
    with database.read() as session:
        assert session.scalars(select(SignIn.token_hash)).all() == ["b" * 64]
        assert session.scalars(select(SignInAttempt.email_hash)).all() == ["c" * 64]
        assert session.scalars(select(IdempotentAnswer.key)).all() == ["repeated"]
        assert session.scalars(select(FeedFragment.booking_id)).all() == [kept.id]
        assert session.scalar(select(func.count(Booking.id))) == 2


def test_a_second_sweep_finds_nothing(database: Database, world: World, now: datetime) -> None:
    for _ in range(2):
        with database.write() as session:
            swept = sweep(session, now=now)
    assert swept == Swept(0, 0, 0, 0)
