"""Placing and releasing holds. The database refuses an overlap; this module names who was in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, false, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.errors import Clash, Conflict
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


def replace_holds(session: Session, *, booking_id: int, spans: Spans) -> None:
    """Let the booking hold exactly these resources, each for its span, releasing what it held before.

    Raises Clash, naming everyone who is busy; the booking's earlier holds then stand unchanged.
    """
    capacities = lock_resources(session, spans)
    try:
        with session.begin_nested():
            release_holds(session, booking_id=booking_id)
            lanes = _free_lanes(session, capacities, spans)
            rows = [
                {
                    "resource_id": resource_id,
                    "lane": lanes.get(resource_id, 0),
                    "starts_at": spans[resource_id].starts_at,
                    "ends_at": spans[resource_id].ends_at,
                    "booking_id": booking_id,
                }
                for resource_id in capacities
            ]
            if rows:
                session.execute(insert(Hold.__table__), rows)  # type: ignore[arg-type]
    except IntegrityError as error:
        if not is_overlap(error):
            raise
        raise Clash(conflicts(session, spans, leave_out=booking_id)) from error


def release_holds(session: Session, *, booking_id: int) -> None:
    """Give back everything the booking holds."""
    session.execute(delete(Hold).where(Hold.booking_id == booking_id))


@dataclass(frozen=True)
class Held:
    """A hold with its lane, of so many that its resource has, as the conflict it would be."""

    lane: int
    capacity: int
    conflict: Conflict


def conflicts(session: Session, spans: Spans, *, leave_out: int | None = None) -> list[Conflict]:
    """Every hold of a wanted resource that has no lane free throughout its span, by resource and time."""
    return in_the_way(_read(session, _wanted(spans), leave_out=leave_out), spans)


def held_between(
    session: Session, resource_ids: Collection[int], span: Span, *, leave_out: int | None = None
) -> list[Held]:
    """Every hold of these resources that overlaps ``span``, by resource and time."""
    return _read(session, _wanted(dict.fromkeys(resource_ids, span)), leave_out=leave_out)


def in_the_way(held: Iterable[Held], spans: Spans) -> list[Conflict]:
    """Those that overlap the span of their resource, where no lane of it is free throughout. Pure."""
    touching = [one for one in held if _overlaps(one.conflict, spans.get(one.conflict.resource_id))]
    taken: dict[int, set[int]] = {}
    for one in touching:
        taken.setdefault(one.conflict.resource_id, set()).add(one.lane)
    return [one.conflict for one in touching if len(taken[one.conflict.resource_id]) >= one.capacity]


def is_overlap(error: IntegrityError) -> bool:
    """Whether the database refused because of an overlap (equal starts hit PostgreSQL's key first)."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name in (OVERLAP, "pk_hold")
    return OVERLAP in str(error.orig)


def _touching(span: Span) -> tuple[ColumnElement[bool], ...]:
    """Holds that overlap ``span``; the bound on the start keeps years of history out of the scan."""
    return (
        Hold.starts_at > span.starts_at - LONGEST,
        Hold.starts_at < span.ends_at,
        Hold.ends_at > span.starts_at,
    )


def _overlaps(conflict: Conflict, span: Span | None) -> bool:
    return span is not None and conflict.starts_at < span.ends_at and conflict.ends_at > span.starts_at


def _read(session: Session, wanted: ColumnElement[bool], *, leave_out: int | None) -> list[Held]:
    rows = session.execute(
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
        .where(wanted, Hold.booking_id != (leave_out or 0))
        .order_by(Resource.kind, Resource.name, Hold.starts_at)
    )
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


def _wanted(spans: Spans) -> ColumnElement[bool]:
    """Holds of the resources that overlap their spans; resources of one span are asked for together."""
    together: dict[Span, list[int]] = {}
    for resource_id, span in spans.items():
        together.setdefault(span, []).append(resource_id)
    return or_(
        false(), *(and_(Hold.resource_id.in_(ids), *_touching(span)) for span, ids in together.items())
    )


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


def _free_lanes(session: Session, capacities: dict[int, int], spans: Spans) -> dict[int, int]:
    """The lowest lane free throughout its span of each resource that has several; 0 when none is."""
    several = {resource_id: capacity for resource_id, capacity in capacities.items() if capacity > 1}
    if not several:
        return {}
    wanted = {resource_id: spans[resource_id] for resource_id in several}
    taken: set[tuple[int, int]] = set(
        session.execute(select(Hold.resource_id, Hold.lane).where(_wanted(wanted)))
    )
    return {
        resource_id: next((lane for lane in range(capacity) if (resource_id, lane) not in taken), 0)
        for resource_id, capacity in several.items()
    }


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
