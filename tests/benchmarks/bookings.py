"""Booking 6 resources while 100 000 holds stand in the table, against the same rows without an overlap check.

The bare table is a plain rowid table with the same columns, checks, references and indexes, and no guard.
New holds fall into gaps in the middle of the old ones, and the sides take turns within one run.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import column, insert, select, text
from sqlalchemy import table as table_clause

from scheduler.db import Database
from scheduler.domain.bookings import book
from scheduler.domain.holds import Span, count_overlaps
from scheduler.domain.plans import BookingPlan, PersonPlan, SitePlan
from scheduler.models.bookings import Booking, BookingKind, BookingState, ParticipantRole
from scheduler.models.holds import Hold
from scheduler.models.resources import Lane, Resource, ResourceKind
from tests.benchmarks.engines import postgresql
from tests.benchmarks.ratio import Ratio
from tests.world import World, make_world

HOLDS = 100_000
ROUNDS = 400
RESOURCES = 100
SIX = ("gallery", "lead", "educator", "class 1", "room 1", "assistant 1")
NOW = datetime(2018, 12, 3, 1, 0, tzinfo=UTC)
FIRST = datetime(2019, 1, 1, tzinfo=UTC)
SLOT, LENGTH, GAP = timedelta(hours=2), timedelta(hours=1), timedelta(minutes=70)
"""Each resource is held for the first hour of every slot; what is measured fits into the second."""
GOALS = {"sqlite": 1.0, "postgresql": 0.75}

COLUMNS = ("resource_id", "lane", "starts_at", "ends_at", "booking_id")
GUARDED = table_clause("hold", *map(column, COLUMNS))
BARE = table_clause("hold_bare", *map(column, COLUMNS))
BARE_DDL = (
    """CREATE TABLE hold_bare (
        resource_id BIGINT NOT NULL REFERENCES resource (id) ON DELETE RESTRICT,
        lane INTEGER NOT NULL,
        starts_at BIGINT NOT NULL,
        ends_at BIGINT NOT NULL,
        booking_id BIGINT NOT NULL REFERENCES booking (id) ON DELETE RESTRICT,
        CHECK (ends_at > starts_at),
        CHECK (ends_at - starts_at <= 604800),
        FOREIGN KEY (resource_id, lane) REFERENCES lane (resource_id, number))""",
    "CREATE INDEX ix_hold_bare_resource ON hold_bare (resource_id, lane, starts_at)",
    "CREATE INDEX ix_hold_bare_booking ON hold_bare (booking_id)",
)


@dataclass(frozen=True)
class Field:
    """The filled database: its world, and for each slot the booking that holds it."""

    world: World
    resource_ids: list[int]
    slots: int
    booking_id: int

    @property
    def six(self) -> list[int]:
        """The resources that every measured booking takes, in order of id."""
        return sorted(self.world.id(name) for name in SIX)


def run() -> Iterator[Ratio]:
    """Both engines, full size."""
    with (
        tempfile.TemporaryDirectory(prefix="tongtang-benchmark-") as folder,
        opened(f"sqlite:///{Path(folder) / 'benchmark.sqlite'}") as (database, world),
    ):
        yield from measure(database, world)
    with postgresql() as url, opened(url) as (database, world):
        yield from measure(database, world)


@contextmanager
def opened(url: str) -> Iterator[tuple[Database, World]]:
    """A migrated database with the small world in it."""
    database = Database(url)
    database.upgrade()
    with database.write() as session:
        world = make_world(session, at=NOW)
    yield database, world
    database.close()


def measure(database: Database, world: World, *, holds: int = HOLDS, rounds: int = ROUNDS) -> Iterator[Ratio]:
    """The guard alone, and the whole verb, each against the bare insert."""
    field = fill(database, world, holds)
    engine = database.engine.dialect.name
    free = random.Random(6).sample(range(field.slots), k=min(field.slots, 2 * rounds))
    sides: dict[str, Callable[[int], None]] = {
        "bare": lambda slot: insert_holds(database, field, BARE, slot),
        "guarded": lambda slot: insert_holds(database, field, GUARDED, slot),
        "verb": lambda slot: book_six(database, field, slot),
    }
    took = take_turns(sides, free[0::2], free[1::2])
    with database.read() as session:
        assert count_overlaps(session) == 0
    bare, guarded, verb = (statistics.median(took[name]) for name in sides)
    yield Ratio(
        name=f"{engine}: 6 holds, guarded, among {holds:,}",
        measured=1 / guarded,
        against=1 / bare,
        against_name="bare insert",
        unit="bookings/s",
        at_least=GOALS[engine],
    )
    yield Ratio(
        name=f"{engine}: the whole verb of booking, among {holds:,}",
        measured=verb * 1000,
        against=bare * 1000,
        against_name="bare insert",
        unit="ms",
        at_most=10,
    )


def take_turns(
    sides: dict[str, Callable[[int], None]], raw: list[int], whole: list[int]
) -> dict[str, list[float]]:
    """Seconds of each side's turns; the order turns round each time, so that no side always comes first."""
    took: dict[str, list[float]] = {name: [] for name in sides}
    order = list(sides)
    for raw_slot, whole_slot in zip(raw, whole, strict=False):
        for name in order:
            began = time.perf_counter()
            sides[name](whole_slot if name == "verb" else raw_slot)
            took[name].append(time.perf_counter() - began)
        order = order[1:] + order[:1]
    return {name: seconds[len(seconds) // 10 :] for name, seconds in took.items()}  # the first ones warm up


def fill(database: Database, world: World, holds: int) -> Field:
    """``holds`` rows in both tables, evenly over the resources, 6 to a booking."""
    with database.write() as session:
        museum = world.id("museum")
        add_resources(session, world, museum)
        ids = list(session.scalars(select(Resource.id).order_by(Resource.id)))
        slots = max(holds // len(ids), 1)
        bookings = [booking_row(world, FIRST + slot * SLOT) for slot in range(slots * len(ids) // 6 + 1)]
        session.execute(insert(Booking), bookings)
        first = session.scalar(select(Booking.id).order_by(Booking.id).limit(1))
        assert first is not None
        rows = [
            {
                "resource_id": resource_id,
                "lane": 0,
                "starts_at": FIRST + slot * SLOT,
                "ends_at": FIRST + slot * SLOT + LENGTH,
                "booking_id": first + (slot * len(ids) + place) // 6,
            }
            for slot in range(slots)
            for place, resource_id in enumerate(ids)
        ]
        as_table: Any = Hold.__table__
        session.execute(insert(as_table), rows)
        for statement in BARE_DDL:
            session.execute(text(statement))
        session.execute(
            text("INSERT INTO hold_bare SELECT resource_id, lane, starts_at, ends_at, booking_id FROM hold")
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return Field(world, ids, slots, first)


def add_resources(session: Any, world: World, museum: int) -> None:
    """Rooms that do nothing but hold time, up to RESOURCES in all."""
    have = len(session.scalars(select(Resource.id)).all())
    rows = [
        {
            "partnership_id": world.id("partnership"),
            "organisation_id": museum,
            "kind": ResourceKind.ROOM,
            "name": f"示例展厅{n}",
            "capacity": 1,
            "version": 1,
        }
        for n in range(max(RESOURCES - have, 0))
    ]
    if not rows:
        return
    resources: Any = Resource.__table__
    session.execute(insert(resources), rows)
    added = session.scalars(select(Resource.id).where(Resource.name.startswith("示例展厅"))).all()
    lanes: Any = Lane.__table__
    session.execute(insert(lanes), [{"resource_id": resource_id, "number": 0} for resource_id in added])


def booking_row(world: World, starts_at: datetime) -> dict[str, Any]:
    return {
        "public_id": f"benchmark-{starts_at:%y%m%d%H}",
        "partnership_id": world.id("partnership"),
        "kind": BookingKind.VISIT,
        "state": BookingState.CONFIRMED,
        "title": "示例",
        "starts_at": starts_at,
        "ends_at": starts_at + LENGTH,
        "created_at": NOW,
        "revised_at": NOW,
    }


def span_of(slot: int, *, late: bool) -> Span:
    """A quarter of an hour in the free half of the slot."""
    starts_at = FIRST + slot * SLOT + (GAP + timedelta(minutes=20) if late else GAP)
    return Span(starts_at, starts_at + timedelta(minutes=15))


def insert_holds(database: Database, field: Field, into: Any, slot: int) -> None:
    """Six rows in one statement and one transaction, epoch seconds."""
    span = span_of(slot, late=False)
    starts, ends = int(span.starts_at.timestamp()), int(span.ends_at.timestamp())
    rows = [
        dict(zip(COLUMNS, (resource_id, 0, starts, ends, field.booking_id), strict=True))
        for resource_id in field.six
    ]
    with database.write() as session:
        session.execute(insert(into), rows)


def book_six(database: Database, field: Field, slot: int) -> None:
    """The verb as pages and API call it, with a plan already read."""
    world = field.world
    plan = BookingPlan(
        kind=BookingKind.LESSON,
        title="示例课",
        span=span_of(slot, late=True),
        host=SitePlan(world.id("museum"), room_id=world.id("gallery")),
        receiving=(
            SitePlan(
                None,
                room_id=world.id("room 1"),
                class_id=world.id("class 1"),
                assistant_id=world.id("assistant 1"),
            ),
        ),
        people=(
            PersonPlan(ParticipantRole.LEAD, world.id("lead")),
            PersonPlan(ParticipantRole.EDUCATOR, world.id("educator")),
        ),
    )
    with database.write() as session:
        book(session, plan, partnership_id=world.id("partnership"), act=world.act)
