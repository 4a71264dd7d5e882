"""How many bookings something serves at once: its lanes, and who changes theirs when they become fewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from scheduler.errors import During, Invalid, Problem
from scheduler.models.holds import LONGEST, Hold
from scheduler.models.resources import Lane, Resource


def set_capacity(session: Session, resource: Resource, capacity: int, *, at: datetime) -> None:
    """Let the resource serve so many from ``at`` on: it gives out lanes 0 … capacity − 1.

    What is not over yet and is in a lane above changes to one of these. A lane above stays, and counts for
    nothing, while something that is over refers to it. Raises Invalid, naming when more are needed.
    """
    resource.capacity = capacity
    # Whoever wants to hold it waits from here on, and is then told the new capacity.
    session.flush()
    known = {lane.number: lane for lane in resource.lanes}
    above = [number for number in known if number >= capacity]
    if above:
        _clear(session, resource, capacity, at=at)
    kept = session.scalars(
        select(Hold.lane).where(Hold.resource_id == resource.id, Hold.lane.in_(above)).distinct()
    )
    numbers = sorted({*range(capacity), *kept})
    resource.lanes = [known.get(number) or Lane(number=number) for number in numbers]
    session.flush()


def _clear(session: Session, resource: Resource, capacity: int, *, at: datetime) -> None:
    """Move whatever is not over out of the lanes from ``capacity`` on."""
    rows = session.execute(
        select(Hold.booking_id, Hold.lane, Hold.starts_at, Hold.ends_at)
        # Twice: what is over can have been there with what began before.
        .where(Hold.resource_id == resource.id, Hold.starts_at > at - 2 * LONGEST)
        .order_by(Hold.starts_at, Hold.lane)
    ).all()
    over, coming = [row for row in rows if row.ends_at <= at], [row for row in rows if row.ends_at > at]
    if all(row.lane < capacity for row in coming):
        return
    lanes = _deal(resource, capacity, over, coming)
    moved = [(row, lane) for row, lane in zip(coming, lanes, strict=True) if row.lane != lane]
    ids = [row.booking_id for row, _lane in moved]
    # All are taken up before any is put down: two may change places.
    session.execute(delete(Hold).where(Hold.resource_id == resource.id, Hold.booking_id.in_(ids)))
    session.execute(insert(Hold.__table__), [_row(resource, row, lane) for row, lane in moved])  # type: ignore[arg-type]


def _deal(resource: Resource, capacity: int, over: Iterable[Any], coming: Sequence[Any]) -> list[int]:
    """A lane below ``capacity`` for each of the coming, their own where they can keep it.

    By start, so that whoever finds no lane free is one too many at that instant. Raises Invalid.
    """
    free_from: dict[int, datetime] = {}
    for row in over:
        free_from[row.lane] = max(row.ends_at, free_from.get(row.lane, row.ends_at))
    dealt = []
    for row in coming:
        free = [lane for lane in range(capacity) if free_from.get(lane, row.starts_at) <= row.starts_at]
        if not free:
            facts = {
                "name": resource.name,
                "capacity": capacity,
                "during": During(row.starts_at, row.ends_at),
            }
            raise Invalid([Problem("capacity", "capacity.in_use", facts)])
        lane = row.lane if row.lane in free else free[0]
        free_from[lane] = row.ends_at
        dealt.append(lane)
    return dealt


def _row(resource: Resource, row: Any, lane: int) -> dict[str, Any]:
    return {
        "resource_id": resource.id,
        "lane": lane,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "booking_id": row.booking_id,
    }
