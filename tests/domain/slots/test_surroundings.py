"""New times found for many in what was read once are those that each would find alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.availability import questions_of, spans_of
from scheduler.domain.buffers import load_all_margins, load_margins
from scheduler.domain.capacity import set_capacity
from scheduler.domain.holds import Span
from scheduler.domain.slots.nearest import nearest_times
from scheduler.domain.slots.surroundings import Sought, Surroundings, read_surroundings
from scheduler.models.bookings import Booking, BookingKind
from scheduler.models.resources import Kit
from tests.conftest import NOW
from tests.domain.slots.field import PARTY, ZONE, fill, looked_for, make_field
from tests.web.queries import counted
from tests.world import World


@pytest.fixture
def ids(database: Database, world: World) -> dict[str, int]:
    """The calendars of the field, nothing booked yet."""
    return make_field(database, world)


def all_sought(session: Session, ids: Mapping[str, int]) -> list[Sought]:
    """Every booking of the field, and the whole party at each of their times in every timing."""
    rows = session.scalars(select(Booking).order_by(Booking.starts_at, Booking.id)).all()
    questions = questions_of(session, rows)
    party = looked_for(session, ids, PARTY).question
    timings = ("any", "period", "inside", "outside")
    found = []
    for number, row in enumerate(rows):
        span = Span(row.starts_at, row.ends_at)
        found.append(Sought(questions[row.id], span, leave_out=row.id))
        if number % 4 == 0:
            timing = looked_for(session, ids, timing=timings[number // 4 % 4]).question.timing
            found.append(Sought(replace(party, timing=timing), span))
    return found


def read(session: Session, ids: Mapping[str, int], sought: list[Sought]) -> Surroundings:
    return read_surroundings(session, sought, partnership_id=ids["partnership"], zone=ZONE, not_before=NOW)


@pytest.mark.parametrize(("seed", "kits"), [(1, 3), (2, 3), (2, 1)])
def test_each_finds_what_it_would_find_alone(
    database: Database, world: World, ids: dict[str, int], seed: int, kits: int
) -> None:
    fill(database, world, ids, seed=seed)
    with database.write() as session:
        set_capacity(session, session.get_one(Kit, ids["kit"]), kits, at=NOW + timedelta(days=30))
    with database.read() as session:
        sought = all_sought(session, ids)
        around = read(session, ids, sought)
        taken: list[dict[int, Span]] = []
        for one in sought:
            alone = nearest_times(
                session,
                one.question,
                one.span,
                partnership_id=ids["partnership"],
                zone=ZONE,
                not_before=NOW,
                leave_out=one.leave_out,
                taken=taken,
            )
            with counted(database) as statements:
                assert around.nearest_times(one, taken=taken) == alone
            assert statements == []
            margins = around.margins[one.question.kind]
            taken += [spans_of(one.question, choice, margins) for choice in alone]
        assert len(taken) > len(sought)
        assert len({booking for rows in around.holds.values() for *_span, booking in rows}) > 20


def test_reading_costs_the_same_for_one_and_for_many(
    database: Database, world: World, ids: dict[str, int]
) -> None:
    fill(database, world, ids, seed=1)
    asked = []
    with database.read() as session:
        sought = all_sought(session, ids)
        for some in (sought[:1], sought):
            with counted(database) as statements:
                read(session, ids, some)
            asked.append(len(statements))
    assert asked[0] <= asked[1] <= asked[0] + 1, "whether a kit has lanes above its capacity is asked once"
    assert asked[1] <= 10


def test_the_margins_of_all_kinds_are_those_of_each(
    database: Database, world: World, ids: dict[str, int]
) -> None:
    with database.read() as session:
        everything = load_all_margins(session, ids["partnership"])
        assert everything == {kind: load_margins(session, ids["partnership"], kind) for kind in BookingKind}
