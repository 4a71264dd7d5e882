"""Placing and releasing holds. The database refuses an overlap; this module names who was in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.domain.plain_rows import read_rows
from scheduler.errors import Conflict
from scheduler.models.bookings import Booking
from scheduler.models.holds import LONGEST, OVERLAP, Hold
from scheduler.models.resources import Resource


@dataclass(frozen=True)
class Span:
    """A half-open interval of UTC instants."""

    starts_at: datetime
    ends_at: datetime


Spans = Mapping[int, Span]
"""Resource id → how long it is held."""


def place_holds(session: Session, wanted: Mapping[int, Spans]) -> bool:
    """Let each booking (by id) hold exactly what is wanted, all of them or none.

    They release what they held before any is placed. False: somebody is busy, and all stands as it was.
    """
    held = session.scalars(select(Hold.resource_id).where(Hold.booking_id.in_(wanted))).all()
    # What is given back as well: of two bookings that swap rooms, each would wait for the other's.
    capacities = lock_resources(session, {*held, *(one for spans in wanted.values() for one in spans)})
    try:
        with session.begin_nested():
            session.execute(delete(Hold).where(Hold.booking_id.in_(wanted)))
            rows = list(_rows(Lanes(session, capacities, wanted.values()), wanted))
            if rows:
                session.execute(insert(Hold.__table__), rows)  # type: ignore[arg-type]
    except IntegrityError as error:
        if not is_overlap(error):
            raise
        return False
    return True


def release_holds(session: Session, *, booking_id: int) -> None:
    """Give back everything the booking holds."""
    session.execute(delete(Hold).where(Hold.booking_id == booking_id))


_NEAR = (
    Hold.resource_id.in_(bindparam("resource_ids", expanding=True)),
    # The bound on the start keeps years of history out of the scan.
    Hold.starts_at > bindparam("since"),
    Hold.starts_at < bindparam("until"),
    Hold.ends_at > bindparam("first"),
)
_HELD = (
    select(
        Hold.lane,
        Hold.starts_at,
        Hold.ends_at,
        Resource.id,
        Resource.kind,
        Resource.name,
        Resource.capacity,
        Booking.public_id,
        Booking.title,
        Booking.starts_at.label("begins_at"),
        Booking.ends_at.label("finishes_at"),
    )
    .join(Booking, Booking.id == Hold.booking_id)
    .join(Resource, Resource.id == Hold.resource_id)
    .where(*_NEAR, Hold.booking_id.not_in(bindparam("leave_out", expanding=True)))
    .order_by(Resource.kind, Resource.name, Hold.starts_at)
)
"""Built once: building it for each question would cost as much as asking it."""


@dataclass(frozen=True)
class Held:
    """A hold with its lane, of so many that its resource gives out, as the conflict it would be."""

    lane: int
    capacity: int
    conflict: Conflict


def conflicts(session: Session, spans: Spans, *, leave_out: int | None = None) -> list[Conflict]:
    """Every hold of a wanted resource that has no lane free throughout its span, by resource and time."""
    return in_the_way(held_in_reach(session, [spans], leave_out=_one(leave_out)), spans)


def held_between(
    session: Session, resource_ids: Collection[int], span: Span, *, leave_out: int | None = None
) -> list[Held]:
    """Every hold of these resources that overlaps ``span``, by resource and time."""
    return _read(session, resource_ids, span, leave_out=_one(leave_out))


def held_in_reach(
    session: Session, wanted: Sequence[Spans], *, leave_out: Collection[int] = ()
) -> list[Held]:
    """Every hold of what is wanted from the first start to the last end, by resource and time."""
    reach = _reach(span for spans in wanted for span in spans.values())
    if reach is None:
        return []
    ids = {resource_id for spans in wanted for resource_id in spans}
    return _read(session, sorted(ids), reach, leave_out=leave_out)


def in_the_way(held: Iterable[Held], spans: Spans) -> list[Conflict]:
    """Those that overlap the span of their resource, where no lane of it is free throughout. Pure.

    A lane above the capacity, left from when there were more, is not given out: who held it is in no way.
    """
    touching = [
        one
        for one in held
        if one.lane < one.capacity and _overlaps(one.conflict, spans.get(one.conflict.resource_id))
    ]
    taken: dict[int, set[int]] = {}
    for one in touching:
        taken.setdefault(one.conflict.resource_id, set()).add(one.lane)
    return [one.conflict for one in touching if len(taken[one.conflict.resource_id]) == one.capacity]


def is_overlap(error: IntegrityError) -> bool:
    """Whether the database refused because of an overlap (equal starts hit PostgreSQL's key first)."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name in (OVERLAP, "pk_hold")
    return OVERLAP in str(error.orig)


def _overlaps(conflict: Conflict, span: Span | None) -> bool:
    return span is not None and conflict.starts_at < span.ends_at and conflict.ends_at > span.starts_at


def _near(resource_ids: Iterable[int], span: Span) -> dict[str, object]:
    """Which holds are ``_NEAR``."""
    return {
        "resource_ids": list(resource_ids),
        "since": span.starts_at - LONGEST,
        "until": span.ends_at,
        "first": span.starts_at,
    }


def _read(
    session: Session, resource_ids: Iterable[int], span: Span, *, leave_out: Collection[int]
) -> list[Held]:
    rows = read_rows(session, _HELD, {**_near(resource_ids, span), "leave_out": list(leave_out)})
    return [
        Held(
            lane=row.lane,
            capacity=row.capacity,
            conflict=Conflict(
                resource_id=row.id,
                resource_kind=row.kind.value,
                resource_name=row.name,
                booking_public_id=row.public_id,
                title=row.title,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                before=_minutes(row.begins_at - row.starts_at),
                after=_minutes(row.ends_at - row.finishes_at),
            ),
        )
        for row in rows
    ]


def _one(booking_id: int | None) -> tuple[int, ...]:
    return () if booking_id is None else (booking_id,)


def _minutes(length: timedelta) -> int:
    return max(0, length // timedelta(minutes=1))


def lock_resources(session: Session, resource_ids: Collection[int]) -> dict[int, int]:
    """id → capacity, in order of id, the rows locked on PostgreSQL.

    Two transactions that both insert overlapping holds would wait for each other's rows and one
    would die of a deadlock; locking in one order lets the loser wait its turn and be told who won.
    """
    rows = session.execute(
        select(Resource.id, Resource.capacity)
        .where(Resource.id.in_(resource_ids))
        .order_by(Resource.id)
        .with_for_update(key_share=True)
    )
    return dict(rows.all())


class Lanes:
    """The lanes of what has several, and when each is taken: by who stands, and by whoever is given one."""

    def __init__(self, session: Session, capacities: Mapping[int, int], wanted: Iterable[Spans]) -> None:
        self._capacities = capacities
        self._taken: dict[tuple[int, int], list[Span]] = {}
        several = {resource_id for resource_id, capacity in capacities.items() if capacity > 1}
        reach = _reach(spans[resource_id] for spans in wanted for resource_id in several & spans.keys())
        if reach is None:
            return
        query = select(Hold.resource_id, Hold.lane, Hold.starts_at, Hold.ends_at).where(*_NEAR)
        for row in session.execute(query, _near(several, reach)):
            self._take(row.resource_id, row.lane, Span(row.starts_at, row.ends_at))

    def give(self, resource_id: int, span: Span) -> int:
        """The lowest lane that is free throughout ``span``; 0 when none is: the database refuses it then."""
        if self._capacities[resource_id] == 1:
            return 0
        lanes = range(self._capacities[resource_id])
        lane = next((lane for lane in lanes if self._is_free(resource_id, lane, span)), 0)
        self._take(resource_id, lane, span)
        return lane

    def _take(self, resource_id: int, lane: int, span: Span) -> None:
        self._taken.setdefault((resource_id, lane), []).append(span)

    def _is_free(self, resource_id: int, lane: int, span: Span) -> bool:
        taken = self._taken.get((resource_id, lane), ())
        return all(one.starts_at >= span.ends_at or one.ends_at <= span.starts_at for one in taken)


def _rows(lanes: Lanes, wanted: Mapping[int, Spans]) -> Iterator[dict[str, object]]:
    """The rows of the table, those of a booking by resource."""
    for booking_id, spans in wanted.items():
        for resource_id, span in sorted(spans.items()):
            yield {
                "resource_id": resource_id,
                "lane": lanes.give(resource_id, span),
                "starts_at": span.starts_at,
                "ends_at": span.ends_at,
                "booking_id": booking_id,
            }


def _reach(spans: Iterable[Span]) -> Span | None:
    """From the first start to the last end; None where there are no spans."""
    known = list(spans)
    if not known:
        return None
    return Span(min(span.starts_at for span in known), max(span.ends_at for span in known))


def count_overlaps(session: Session) -> int:
    """Pairs of holds that overlap, by an independent self-join: 0 unless the guard is broken."""
    other = Hold.__table__.alias("other")
    mine = Hold.__table__
    pairs: Sequence[int] = session.scalars(
        select(func.count())
        .select_from(mine)
        .join(
            other,
            (mine.c.resource_id == other.c.resource_id)
            & (mine.c.lane == other.c.lane)
            & (mine.c.starts_at < other.c.ends_at)
            & (mine.c.ends_at > other.c.starts_at)
            # Each pair once: the earlier start first, and of equal starts the earlier booking.
            & (
                (mine.c.starts_at < other.c.starts_at)
                | ((mine.c.starts_at == other.c.starts_at) & (mine.c.booking_id < other.c.booking_id))
            ),
        )
    ).all()
    return pairs[0]
