"""Changes of one series at the same time: each waits its turn. Each race has a twin without its guard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.bookings import get_booking
from scheduler.domain.holds import Span, count_overlaps, lock_resources
from scheduler.domain.plans import read_plan
from scheduler.domain.series import booking as series_booking
from scheduler.domain.series import change as series_change
from scheduler.domain.series.booking import add_occurrence, get_series
from scheduler.domain.series.change import Reach, cancel_occurrences, change_occurrences
from scheduler.domain.series.decisions import Decision, Do
from scheduler.domain.versions import revise
from scheduler.errors import Clash, Refused, SeriesBlocked, StaleEdit
from scheduler.models.bookings import Booking, CancelReason
from scheduler.models.holds import Hold
from scheduler.models.series import Series
from tests.domain.series.test_series import THURSDAYS, ZONE, make, one_booking
from tests.journeys.test_race import race
from tests.world import World

SKIPPED = date(2018, 12, 27)
on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
"""Only there do two write side by side: what stands in the middle of one can be played out."""


def planned(database: Database, world: World) -> tuple[str, list[str]]:
    """A series of three Thursdays whose fourth was skipped: its id, those of its bookings."""
    with database.write() as session:
        series = make(session, world, THURSDAYS, {SKIPPED: Decision(Do.SKIP)})
        return series.public_id, [one.booking.public_id for one in series.occurrences if one.booking]


def change_all(database: Database, world: World, public_id: str, version: int = 1) -> list[str]:
    with database.write() as session:
        booking = get_booking(session, public_id)
        later = {"date": "2018-12-06", "starts": "10:10", "ends": "11:30"}
        plan = read_plan(world.plan(**later, title="都改"), zone=ZONE)
        how: dict[str, Any] = {"reach": Reach.ALL, "version": version, "zone": ZONE, "act": world.act}
        return [one.public_id for one in change_occurrences(session, booking, plan, **how)]


def cancel_all(database: Database, world: World, public_id: str) -> int:
    with database.write() as session:
        booking = get_booking(session, public_id)
        how: dict[str, Any] = {"reach": Reach.ALL, "version": booking.version, "act": world.act}
        return len(cancel_occurrences(session, booking, reason=CancelReason.WEATHER, words="", **how))


def add(database: Database, world: World, series_id: str, hour: int) -> str:
    with database.write() as session:
        span = Span(
            datetime(2018, 12, 27, hour, tzinfo=UTC), datetime(2018, 12, 27, hour + 1, 20, tzinfo=UTC)
        )
        series = get_series(session, series_id)
        how: dict[str, Any] = {"zone": ZONE, "act": world.act, "span": span}
        return add_occurrence(session, series, SKIPPED, **how).public_id


def wait_until_one_waits(database: Database, session: Session) -> None:
    """Until another transaction waits for a lock of this one."""
    mine = session.scalar(text("SELECT pg_backend_pid()"))
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE :mine = ANY(pg_blocking_pids(pid))")
    for _number in range(1000):
        with database.read() as other:
            if other.scalar(waiting, {"mine": mine}):
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


def edit_one(session: Session, world: World, public_id: str) -> Iterator[None]:
    """One booking's row is written; only then its resources are wanted."""
    booking = get_booking(session, public_id)
    revise(session, booking, title=booking.title, act=world.act)
    yield
    held = session.scalars(select(Hold.resource_id).where(Hold.booking_id == booking.id))
    lock_resources(session, set(held))


def book_over_it(session: Session, world: World, public_id: str) -> Iterator[None]:
    """The resources are taken; only then an hour is wanted that one booking has."""
    lock_resources(session, set(session.scalars(select(Hold.resource_id))))
    yield
    one_booking(session, world, date="2018-12-13")


def meet(database: Database, world: World, other: Callable[..., Iterator[None]]) -> list[type[Exception]]:
    """Change all while another is between its two steps: what each of them died of."""
    _series_id, ids = planned(database, world)
    errors: list[BaseException | None] = []
    with ThreadPoolExecutor(1) as pool:
        try:
            with database.write() as session:
                steps = other(session, world, ids[1])
                next(steps)
                changing = pool.submit(change_all, database, world, ids[0])
                wait_until_one_waits(database, session)
                next(steps, None)
        except (OperationalError, Clash) as error:
            errors.append(error)
        errors.append(changing.exception())
    return [type(error) for error in errors if isinstance(error, Exception)]


@on_postgresql
@pytest.mark.parametrize(("other", "expected"), [(edit_one, []), (book_over_it, [Clash])])
def test_nobody_waits_for_one_that_waits_for_them(
    database: Database, world: World, other: Any, expected: list[type[Exception]]
) -> None:
    assert meet(database, world, other) == expected
    with database.read() as session:
        assert session.scalars(select(Booking.title)).all() == ["都改"] * 3
        assert count_overlaps(session) == 0


@on_postgresql
def test_without_turns_whoever_was_slower_loses_the_edit(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("take_series", "take_bookings"):
        monkeypatch.setattr(series_change, name, lambda *_given: None)
    assert meet(database, world, edit_one) == [StaleEdit]


def test_of_two_who_add_the_same_day_one_does(database: Database, world: World) -> None:
    series_id, ids = planned(database, world)
    answers = race([lambda hour=hour: add(database, world, series_id, hour) for hour in (1, 4, 7)])
    won = [one for one in answers if isinstance(one, str)]
    lost = [one.code for one in answers if isinstance(one, Refused)]
    assert (len(won), lost) == (1, ["series.not_skipped"] * 2), answers
    with database.read() as session:
        booked = [one.booking.public_id for one in get_series(session, series_id).occurrences if one.booking]
        assert booked == [*ids, won[0]]
        assert session.scalar(select(func.count()).select_from(Booking)) == 4


def test_of_two_who_add_the_same_cancelled_day_one_does(database: Database, world: World) -> None:
    series_id, ids = planned(database, world)
    add(database, world, series_id, 2)
    cancel_all(database, world, ids[0])
    answers = race([lambda hour=hour: add(database, world, series_id, hour) for hour in (1, 4, 7)])
    won = [one for one in answers if isinstance(one, str)]
    lost = [one.code for one in answers if isinstance(one, Refused)]
    assert (len(won), lost) == (1, ["series.not_skipped"] * 2), answers
    with database.read() as session:
        assert get_series(session, series_id).occurrences[-1].booking.public_id == won[0]
        assert session.scalar(select(func.count()).select_from(Booking)) == 5


def add_twice(database: Database, world: World, series_id: str) -> None:
    """Another adds the day after the series was read."""
    with database.write() as session:
        days = get_series(session, series_id).occurrences
        assert days[-1].booking_id is None
        add(database, world, series_id, 4)
        span = Span(datetime(2018, 12, 27, 7, tzinfo=UTC), datetime(2018, 12, 27, 8, 20, tzinfo=UTC))
        series = get_series(session, series_id)
        add_occurrence(session, series, SKIPPED, span=span, zone=ZONE, act=world.act)


@on_postgresql
def test_what_was_read_before_is_read_anew(database: Database, world: World) -> None:
    series_id, _ids = planned(database, world)
    with pytest.raises(Refused, match=r"series\.not_skipped"):
        add_twice(database, world, series_id)


@on_postgresql
def test_without_turns_a_day_is_booked_twice(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    series_id, ids = planned(database, world)
    monkeypatch.setattr(series_booking, "take_series", lambda *_given: None)
    add_twice(database, world, series_id)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Booking)) == len(ids) + 2


def test_of_all_who_change_all_one_does(database: Database, world: World) -> None:
    _series_id, ids = planned(database, world)
    answers = race([lambda one=one: change_all(database, world, one) for one in (*ids, *ids)])
    assert [one for one in answers if isinstance(one, list)] == [ids]
    assert [type(one) for one in answers if not isinstance(one, list)] == [StaleEdit] * 5


def test_changing_and_cancelling_all_at_once_ends_in_an_order(database: Database, world: World) -> None:
    _series_id, ids = planned(database, world)
    changes = [lambda: change_all(database, world, ids[0]), lambda: change_all(database, world, ids[2])]
    answers = race([*changes, lambda: cancel_all(database, world, ids[1])])
    kinds = {type(one) for one in answers}
    assert kinds <= {list, int, StaleEdit, Refused, SeriesBlocked}, answers
    with database.read() as session:
        states = {booking.state.value for booking in session.scalars(select(Booking))}
        assert len(states) == 1
        assert session.scalar(select(func.count()).select_from(Series)) == 1
