"""Bookings that stand against calendars that changed: what speaks against them, many at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain.bookings import book, change_booking, move_booking
from scheduler.domain.directory import create_entry
from scheduler.domain.plans import read_plan
from scheduler.domain.queries import whole_booking
from scheduler.domain.shelves import SHELVES
from scheduler.domain.suitability import read_surroundings
from scheduler.models.bookings import Booking
from tests.web.queries import counted
from tests.world import ROOT, World

ZONE = "Asia/Shanghai"


def made(database: Database, world: World, **changes: Any) -> int:
    with database.write() as session:
        plan = read_plan(world.plan(**changes), zone=ZONE)
        return book(session, plan, partnership_id=world.id("partnership"), act=world.act).id


def close(database: Database, world: World, place: str, day: str, **changes: Any) -> None:
    raw = {"organisation_id": world.id(place), "kind": "exam", "name": "考试", **changes}
    raw |= {"starts_at": f"{day} 08:00", "ends_at": f"{day} 18:00"}
    with database.write() as session:
        create_entry(session, SHELVES["closures"], raw, viewer=ROOT, act=world.act)


def against(database: Database) -> list[list[tuple[str, str]]]:
    """For each booking, by id, (code, whose) of what speaks against it."""
    with database.read() as session:
        rows = session.scalars(select(Booking).order_by(Booking.id).options(*whole_booking())).all()
        surroundings = read_surroundings(session, rows)
        return [[(one.code, one.facts["name"]) for one in surroundings.speaks_against(row)] for row in rows]


def test_nothing_speaks_against_nothing(database: Database, world: World) -> None:
    assert against(database) == []
    made(database, world)
    assert against(database) == [[]]


def test_each_booking_is_asked_by_its_own_day_places_and_resources(database: Database, world: World) -> None:
    for day in ("2018-12-06", "2018-12-07"):
        made(database, world, date=day)
    made(database, world, date="2018-12-06", starts="19:00", ends="20:20")
    close(database, world, "school 2", "2018-12-07")
    close(database, world, "museum", "2018-12-06", resource_id=world.id("gallery"))
    close(database, world, "institute", "2018-12-05")
    assert against(database) == [
        [("closure.closed", "第一展厅")],
        [("closure.closed", "示例中学A（演示）")],
        [],
    ]


@pytest.mark.parametrize("again", ["change", "move"])
def test_what_was_overridden_counts_as_long_as_its_reason(
    database: Database, world: World, again: str
) -> None:
    close(database, world, "museum", "2018-12-06")
    booking_id = made(database, world, override_reason="馆方答应开门")
    assert against(database) == [[]]
    with database.read() as session:
        row = session.get_one(Booking, booking_id)
        assert [one.code for one in read_surroundings(session, [row]).said_of(row)][:1] == ["closure.closed"]
    with database.write() as session:
        row = session.get_one(Booking, booking_id)
        plan = read_plan(world.plan(date="2018-12-07"), zone=ZONE)
        if again == "change":
            change_booking(session, row, plan, version=1, act=world.act)
        else:
            move_booking(session, row, span=plan.span, version=1, act=world.act)
    close(database, world, "museum", "2018-12-07")
    assert against(database) == [[("closure.closed", "北京大葆台遗址博物馆")]]


def test_many_cost_what_one_costs(database: Database, world: World) -> None:
    def cost() -> int:
        with counted(database) as statements:
            against(database)
        return len(statements)

    close(database, world, "museum", "2018-12-06")
    made(database, world, override_reason="馆方答应开门")
    before = cost()
    for hour in range(12, 17):
        few = {"segments": [], "starts": f"{hour}:00", "ends": f"{hour}:45"}
        made(database, world, override_reason="馆方答应开门", **few)
    assert cost() == before
