"""A cancelled day is added again: the day stays, what was cancelled stays, and history names it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.bookings import book, cancel_booking, get_booking
from scheduler.domain.holds import Span, count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.domain.series.booking import add_occurrence, get_series, is_to_book, occurrence_of
from scheduler.domain.series.change import Reach, change_occurrences
from scheduler.errors import Clash, NotFound, Refused
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, BookingState, CancelReason
from scheduler.models.holds import Hold
from scheduler.models.series import Series
from tests.domain.series.test_series import THURSDAYS, ZONE, make, starts
from tests.world import World

DAY = date(2018, 12, 13)


@pytest.fixture
def cancelled(database: Database, world: World) -> tuple[str, str]:
    """Four Thursdays, the second cancelled: public ids of the series and of what was cancelled."""
    with database.write() as session:
        series = make(session, world, THURSDAYS)
        gone = series.occurrences[1].booking
        assert gone is not None
        why: dict[str, Any] = {"reason": CancelReason.WEATHER, "words": "大雪"}
        cancel_booking(session, gone, **why, version=gone.version, act=world.act)
        return series.public_id, gone.public_id


def add(session: Session, world: World, series: Series, day: date = DAY, **how: Any) -> Booking:
    return add_occurrence(session, series, day, zone=ZONE, act=world.act, **how)


def facts(booking: Booking) -> dict[str, Any]:
    return {column.key: getattr(booking, column.key) for column in Booking.__table__.columns}


def test_the_day_stays_and_so_does_what_was_cancelled(
    database: Database, world: World, cancelled: tuple[str, str]
) -> None:
    with database.read() as session:
        before = facts(get_booking(session, cancelled[1]))
        series = get_series(session, cancelled[0])
        kept = [(one.id, one.day) for one in series.occurrences]
        assert [is_to_book(one) for one in series.occurrences] == [False, True, False, False]
    with database.write() as session:
        added = add(session, world, get_series(session, cancelled[0])).public_id
    with database.read() as session:
        series = get_series(session, cancelled[0])
        assert [(one.id, one.day) for one in series.occurrences] == kept
        assert starts(series) == ["12-06 10:00", "12-13 10:00", "12-20 10:00", "12-27 10:00"]
        assert series.occurrences[1].booking is get_booking(session, added)
        assert not any(is_to_book(one) for one in series.occurrences)
        gone = get_booking(session, cancelled[1])
        assert facts(gone) == before
        assert (gone.state, occurrence_of(session, gone)) == (BookingState.CANCELLED, None)
        assert session.scalars(select(Hold).where(Hold.booking_id == gone.id)).all() == []
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        told = (entry.verb, entry.changes["booking"][0], entry.changes["days"][1])
        assert told == ("book_again", cancelled[1], ["2018-12-13"])
        assert count_overlaps(session) == 0


def test_what_takes_place_is_not_added_and_what_is_no_day_is_not_found(
    database: Database, world: World, cancelled: tuple[str, str]
) -> None:
    with database.write() as session:
        series = get_series(session, cancelled[0])
        with pytest.raises(Refused, match=r"series\.not_skipped"):
            add(session, world, series, date(2018, 12, 6))
        with pytest.raises(NotFound):
            add(session, world, series, date(2018, 12, 14))
        add(session, world, series)
        with pytest.raises(Refused, match=r"series\.not_skipped"):
            add(session, world, series)


def test_a_time_that_was_given_away_is_refused_and_another_is_taken(
    database: Database, world: World, cancelled: tuple[str, str]
) -> None:
    with database.write() as session:
        other = read_plan(world.plan(date="2018-12-13", title="别的课"), zone=ZONE)
        book(session, other, partnership_id=world.id("partnership"), act=world.act)
    with pytest.raises(Clash), database.write() as session:
        add(session, world, get_series(session, cancelled[0]))
    with database.write() as session:
        series = get_series(session, cancelled[0])
        assert is_to_book(series.occurrences[1])
        span = Span(datetime(2018, 12, 14, 2, tzinfo=UTC), datetime(2018, 12, 14, 3, 20, tzinfo=UTC))
        add(session, world, series, span=span)
        assert starts(series)[1] == "12-14 10:00"


def test_what_was_added_again_is_changed_with_the_others_and_may_be_cancelled_again(
    database: Database, world: World, cancelled: tuple[str, str]
) -> None:
    with database.write() as session:
        added = add(session, world, get_series(session, cancelled[0]))
        plan = read_plan(world.plan(date="2018-12-13", title="新题目"), zone=ZONE)
        how: dict[str, Any] = {"reach": Reach.ALL, "version": added.version, "zone": ZONE, "act": world.act}
        assert len(change_occurrences(session, added, plan, **how)) == 4
    with database.write() as session:
        series = get_series(session, cancelled[0])
        assert {one.booking.title for one in series.occurrences if one.booking} == {"新题目"}
        second = series.occurrences[1].booking
        assert second is not None
        why: dict[str, Any] = {"reason": CancelReason.OTHER, "words": "又停"}
        cancel_booking(session, second, **why, version=second.version, act=world.act)
        third = add(session, world, series)
        assert third.title == "新题目"
        assert get_booking(session, cancelled[1]).title != "新题目"
