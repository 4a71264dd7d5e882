"""Times of 45 minutes that suit many within 90 days, inside bell periods, held against the bare query that
reads the holds of those many in that time.

Every resource is held for two hours of each workday, years on end; how many resources there are makes the
number of holds. Which hours is decided by chance, so that of a dozen all are free together now and then.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.calendars.local_time import midnight
from scheduler.domain.slots.busy import free_starts
from scheduler.domain.slots.candidates import allowed_pieces, candidate_starts
from scheduler.domain.slots.ground import Ground, survey
from scheduler.domain.slots.search import find_slots
from scheduler.domain.slots.wishes import read_search
from scheduler.models.bookings import Booking
from scheduler.models.resources import Lane, Resource, ResourceKind, Room
from scheduler.models.school_time import BellSchedule, Period, PeriodKind
from tests.benchmarks.bookings import booking_row, opened
from tests.benchmarks.engines import postgresql
from tests.benchmarks.ratio import Ratio
from tests.world import World

HOLDS = (100_000, 1_000_000)
WANTED = (3, 12, 50, 200)
ROUNDS = 45
"""The first fifth is left out: by then psycopg has prepared every statement, as on a server that runs on."""
EACH = 1_000
"""Holds of a resource."""
ZONE = "Asia/Shanghai"
FIRST, NOW = date(2019, 3, 4), datetime(2019, 3, 3, tzinfo=UTC)
"""The window begins here; the holds begin a year before."""
LESSONS = ((475, 525), (535, 585), (600, 650), (660, 710), (835, 885), (895, 945), (960, 1010))
CORE_GOALS, WHOLE_GOALS = {12: 1.5, 200: 1.0}, {12: 10.0}


@dataclass(frozen=True)
class Field:
    """The filled database: the partnership and the resources in the order in which they are asked for."""

    partnership_id: int
    resource_ids: list[int]


def run() -> Iterator[Ratio]:
    """Both engines, both sizes."""
    for holds in HOLDS:
        with (
            tempfile.TemporaryDirectory(prefix="tongtang-benchmark-") as folder,
            opened(f"sqlite:///{Path(folder) / 'benchmark.sqlite'}") as (database, world),
        ):
            yield from measure(database, world, holds=holds)
        with postgresql() as url, opened(url) as (database, world):
            yield from measure(database, world, holds=holds)


def measure(
    database: Database,
    world: World,
    *,
    holds: int,
    each: int = EACH,
    wanted: Sequence[int] = WANTED,
    rounds: int = ROUNDS,
) -> Iterator[Ratio]:
    """Core and whole search of so many resources, each against the bare query."""
    field = fill(database, world, resources=max(holds // each, max(wanted)), each=each)
    engine = database.engine.dialect.name
    with database.read() as session:
        for number in wanted:
            bare, core, whole = (seconds * 1000 for seconds in sides_of(session, field, number, rounds))
            about = f"{number} resources among {holds:,} holds"
            for name, taken, goals in (("core", core, CORE_GOALS), ("whole", whole, WHOLE_GOALS)):
                yield Ratio(
                    name=f"{engine}: {name} search for {about}",
                    measured=taken,
                    against=bare,
                    against_name="bare query",
                    unit="ms",
                    at_most=goals.get(number) if holds == max(HOLDS) else None,
                )


def sides_of(session: Session, field: Field, number: int, rounds: int) -> tuple[float, float, float]:
    """Median seconds of the bare query, of the core and of the whole search; the sides take turns."""
    raw = {
        "required": ",".join(map(str, field.resource_ids[:number])),
        "minutes": "45",
        "from": FIRST.isoformat(),
        "to": (FIRST + timedelta(days=89)).isoformat(),
        "timing": "period",
    }
    search = read_search(session, raw, partnership_id=field.partnership_id, zone=ZONE, now=NOW)
    ground = survey(session, search)
    pieces = allowed_pieces(ground.rules, ground.windows, search.window)
    starts = candidate_starts(pieces, search.length, ground.anchors)
    sides: tuple[Callable[[], object], ...] = (
        lambda: read_bare(session, ground),
        lambda: free_starts(session, ground.needs, starts),
        lambda: find_slots(session, search),
    )
    took: list[list[float]] = [[] for _side in sides]
    for _round in range(rounds):
        for side, seconds in zip(sides, took, strict=True):
            began = time.perf_counter()
            side()
            seconds.append(time.perf_counter() - began)
    bare, core, whole = (statistics.median(seconds[len(seconds) // 5 :]) for seconds in took)
    return bare, core, whole


def read_bare(session: Session, ground: Ground) -> list[Any]:
    """The holds of those resources in that time, by the driver itself."""
    ids = sorted(ground.margins)
    since, until = ground.search.window
    cursor = session.connection().connection.cursor()
    columns = "SELECT resource_id, lane, starts_at, ends_at FROM hold WHERE resource_id"
    if session.get_bind().dialect.name == "sqlite":
        listed = ",".join("?" * len(ids))
        cursor.execute(f"{columns} IN ({listed}) AND starts_at >= ? AND starts_at < ?", [*ids, since, until])
    else:
        cursor.execute(f"{columns} = ANY(%s) AND starts_at >= %s AND starts_at < %s", [ids, since, until])
    rows = cursor.fetchall()
    cursor.close()
    return list(rows)


def fill(database: Database, world: World, *, resources: int, each: int) -> Field:
    """Bells of the three schools, and so many resources with ``each`` holds apiece."""
    with database.write() as session:
        for number in (1, 2, 3):
            add_bells(session, world, world.id(f"school {number}"))
        session.execute(insert(Booking), [booking_row(world, datetime(2018, 3, 5, tzinfo=UTC))])
        booking_id = session.scalars(select(Booking.id)).one()
        classes = [world.id(f"class {number}") for number in (1, 2, 3)]
        # The classes first: however few are asked for, the bells of all three schools have a say.
        ids = [*classes, *add_rooms(session, world, resources - len(classes))]
    load_holds(database, ids, each, booking_id)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return Field(world.id("partnership"), ids)


def add_bells(session: Session, world: World, school_id: int) -> None:
    """Seven lessons of 50 minutes from Monday to Friday."""
    schedule = BellSchedule(
        partnership_id=world.id("partnership"),
        organisation_id=school_id,
        name="示例",
        first_day=date(2018, 1, 1),
        weekdays="1,2,3,4,5",
    )
    session.add(schedule)
    session.flush()
    for number, (starts, ends) in enumerate(LESSONS, 1):
        facts = {"kind": PeriodKind.LESSON, "name": f"第{number}节", "starts": starts, "ends": ends}
        session.add(Period(schedule_id=schedule.id, position=number, **facts))


def add_rooms(session: Session, world: World, number: int) -> list[int]:
    """Rooms of the museum, each with its lane; their ids."""
    rows = [
        {
            "partnership_id": world.id("partnership"),
            "organisation_id": world.id("museum"),
            "kind": ResourceKind.ROOM,
            "name": f"示例展厅{index}",
            "capacity": 1,
            "version": 1,
        }
        for index in range(number)
    ]
    resources: Any = Resource.__table__
    session.execute(insert(resources), rows)
    ids = list(session.scalars(select(Resource.id).where(Resource.name.startswith("示例展厅"))))
    rooms: Any = Room.__table__
    session.execute(insert(rooms), [{"id": row_id} for row_id in ids])
    lanes: Any = Lane.__table__
    session.execute(insert(lanes), [{"resource_id": row_id, "number": 0} for row_id in ids])
    return ids


def load_holds(database: Database, ids: Sequence[int], each: int, booking_id: int) -> None:
    """By the driver, in one transaction; on PostgreSQL without the guard, which takes minutes to build."""
    rows = hold_rows(ids, each, booking_id)
    with database.write() as session:
        if not database.is_sqlite:
            session.execute(text("ALTER TABLE hold DROP CONSTRAINT hold_overlap"))
        raw: Any = session.connection().connection.cursor()
        if database.is_sqlite:
            raw.executemany("INSERT INTO hold VALUES (?, ?, ?, ?, ?)", rows)
            return
        with raw.copy("COPY hold (resource_id, lane, starts_at, ends_at, booking_id) FROM STDIN") as into:
            for row in rows:
                into.write_row(row)


def hold_rows(ids: Sequence[int], each: int, booking_id: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Two hours of every workday, from a year before the window on."""
    chance = random.Random(90)
    days = [day for day in range(-364, each * 7 // 10 - 350) if day % 7 < 5][: each // 2 + 1]
    hours = [(first, second) for first in range(8, 16) for second in range(first + 1, 18)]
    for resource_id in ids:
        for day in days:
            start = midnight(FIRST + timedelta(days=day), ZONE)
            for hour in chance.choice(hours):
                yield resource_id, 0, start + hour * 3600, start + (hour + 1) * 3600, booking_id
