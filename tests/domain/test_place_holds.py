"""The holds of several bookings, placed together: all or none, in lanes, and in turn."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain import booking_writes, holds
from scheduler.domain.bookings import book, change_booking, get_booking
from scheduler.domain.claims import Claim, in_the_way_of_each
from scheduler.domain.directory import create_entry
from scheduler.domain.holds import Lanes, Span, count_overlaps, place_holds
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Clash
from scheduler.models.bookings import Booking
from scheduler.models.holds import Hold
from tests.domain.series.test_turns import on_postgresql
from tests.journeys.test_race import race
from tests.world import ROOT, World

ZONE = "Asia/Shanghai"


def visit(world: World, hour: int, room: str, title: str = "看一看") -> dict[str, Any]:
    """An hour in a room, and nothing else."""
    return {
        "kind": "visit",
        "title": title,
        "date": "2018-12-06",
        "starts": f"{hour}:00",
        "ends": f"{hour + 1}:00",
        "host": {"organisation_id": world.id("museum"), "room_id": world.id(room)},
    }


def booked(session: Session, world: World, hour: int, room: str = "gallery", **more: Any) -> Booking:
    plan = read_plan({**visit(world, hour, room), **more}, zone=ZONE)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act)


def add_kit(session: Session, world: World, capacity: int) -> int:
    raw = {"organisation_id": world.id("museum"), "name": "拓印箱", "capacity": capacity}
    return create_entry(session, SHELVES["kits"], raw, viewer=ROOT, act=world.act).id


def held(session: Session) -> set[tuple[int, int, int]]:
    """(booking, resource, hours since the first)."""
    rows = session.execute(select(Hold.booking_id, Hold.resource_id, Hold.starts_at)).all()
    first = min(starts_at for _booking, _resource, starts_at in rows)
    return {(booking, resource, (at - first) // timedelta(hours=1)) for booking, resource, at in rows}


def test_two_change_places_at_once(database: Database, world: World) -> None:
    gallery = world.id("gallery")
    with database.write() as session:
        first, second = booked(session, world, 10), booked(session, world, 11)
        one, two = (Span(row.starts_at, row.ends_at) for row in (first, second))
        assert place_holds(session, {first.id: {gallery: two}, second.id: {gallery: one}})
        assert held(session) == {(first.id, gallery, 1), (second.id, gallery, 0)}


def test_of_several_none_is_placed_when_one_is_refused(database: Database, world: World) -> None:
    gallery, room = world.id("gallery"), world.id("room 1")
    with database.write() as session:
        first, second, third = (booked(session, world, hour) for hour in (10, 11, 12))
        before = held(session)
        free, taken = (Span(row.starts_at, row.ends_at) for row in (second, third))
        assert not place_holds(session, {first.id: {gallery: free, room: free}, second.id: {gallery: taken}})
        assert held(session) == before
        # Two of those that are placed are in each other's way.
        assert not place_holds(session, {first.id: {room: free}, second.id: {room: free}})
        assert held(session) == before


@pytest.mark.parametrize(("capacity", "fits"), [(1, False), (2, False), (3, True)])
def test_several_share_what_has_lanes(database: Database, world: World, capacity: int, fits: bool) -> None:
    with database.write() as session:
        kit = add_kit(session, world, capacity)
        first, second = booked(session, world, 10), booked(session, world, 12)
        span = Span(first.starts_at, second.ends_at)
        other = booked(session, world, 11, kits=[{"kit_id": kit}])
        assert place_holds(session, {first.id: {kit: span}, second.id: {kit: span}}) is fits
        claims = [Claim(row.public_id, row.title, span, {kit: span}) for row in (first, second)]
        told = in_the_way_of_each(session, claims, leave_out=[first.id, second.id])
        assert [[one.booking_public_id for one in conflicts] for conflicts in told] == {
            1: [[other.public_id], [other.public_id]],
            2: [[], [other.public_id, first.public_id]],
            3: [[], []],
        }[capacity]
        assert count_overlaps(session) == 0


@pytest.mark.parametrize("refused", [1, 9])
def test_what_is_refused_by_somebody_who_is_gone_is_tried_again(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch, refused: int
) -> None:
    """Never is a booking kept whose holds were not placed."""
    left = [False] * refused

    def place(session: Session, wanted: Any) -> bool:
        return left.pop() if left else place_holds(session, wanted)

    monkeypatch.setattr(booking_writes, "place_holds", place)
    with database.write() as session:
        if refused == 1:
            booking = booked(session, world, 10)
            assert held(session) == {(booking.id, world.id("gallery"), 0)}
        else:
            with pytest.raises(Clash):
                booked(session, world, 10)


def swap(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two bookings of one hour in two rooms, each put into the other's at once: what came of it."""
    rooms = ("gallery", "room 1")
    with database.write() as session:
        ids = [booked(session, world, 10, room, title=room).public_id for room in rooms]
    both = threading.Barrier(2, timeout=2)

    class Together(Lanes):
        """Between giving back and taking, wait for the other: in turn, it never comes."""

        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            with suppress(threading.BrokenBarrierError):
                both.wait()

    monkeypatch.setattr(holds, "Lanes", Together)

    def put(public_id: str, room: str) -> str:
        with database.write() as session:
            booking = get_booking(session, public_id)
            plan = read_plan(visit(world, 10, room), zone=ZONE)
            change_booking(session, booking, plan, version=booking.version, act=world.act)
            return room

    return race([lambda: put(ids[0], rooms[1]), lambda: put(ids[1], rooms[0])])


@on_postgresql
def test_two_who_swap_rooms_take_turns(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = swap(database, world, monkeypatch)
    assert [type(one) for one in answers] == [Clash, Clash]  # each finds the other where it was
    with database.read() as session:
        assert count_overlaps(session) == 0


@on_postgresql
def test_without_turns_each_waits_for_the_other(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_look(session: Session, resource_ids: Any) -> dict[int, int]:
        return dict.fromkeys(resource_ids, 1)

    monkeypatch.setattr(holds, "lock_resources", only_look)
    answers = swap(database, world, monkeypatch)
    assert [one for one in answers if isinstance(one, OperationalError)], answers
