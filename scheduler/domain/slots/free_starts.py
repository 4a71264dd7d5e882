"""From the holds of a stretch of time to the instants at which a booking could start.

For the heat map and the near misses, which ask of many times who is busy; for the first few free times
``probe`` is faster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BigInteger, select, type_coerce
from sqlalchemy.orm import Session

from scheduler.domain.buffers import Margin
from scheduler.domain.calendars.local_time import instant
from scheduler.domain.intervals import Interval, merge, subtract
from scheduler.models.holds import LONGEST, Hold
from scheduler.models.resources import Lane

Lanes = Mapping[int, Mapping[int, Sequence[Interval]]]
"""Resource id → lane → its holds, by start."""


def read_lanes(
    session: Session, resource_ids: Collection[int], within: Interval, *, leave_out: int | None = None
) -> Lanes:
    """Every lane of these resources with the holds that overlap ``within``; two queries."""
    starts, ends = (type_coerce(column, BigInteger) for column in (Hold.starts_at, Hold.ends_at))
    lanes: dict[int, dict[int, list[Interval]]] = defaultdict(dict)
    of = select(Lane.resource_id, Lane.number).where(Lane.resource_id.in_(resource_ids))
    for resource_id, number in session.execute(of):
        lanes[resource_id][number] = []
    rows = session.execute(
        select(Hold.resource_id, Hold.lane, starts, ends)
        .where(
            Hold.resource_id.in_(resource_ids),
            Hold.starts_at > instant(within[0]) - LONGEST,
            Hold.starts_at < instant(within[1]),
            Hold.ends_at > instant(within[0]),
            Hold.booking_id != (leave_out or 0),
        )
        .order_by(Hold.resource_id, Hold.lane, Hold.starts_at)
    )
    for resource_id, number, start, end in rows:
        lanes[resource_id][number].append((start, end))
    return lanes


def free_starts(
    lanes: Mapping[int, Sequence[Interval]], margin: Margin, length: int, within: Interval
) -> list[Interval]:
    """When a booking of ``length`` seconds with its margins could start: half-open intervals of instants.

    One lane must be free throughout; that another one frees up in the middle helps nobody.
    """
    before, after = margin.before * 60, margin.after * 60
    # A hold keeps a start out from where the booking would reach into it until its set-up is clear of it.
    return merge(
        piece
        for holds in lanes.values()
        for piece in subtract([within], ((start - length - after + 1, end + before) for start, end in holds))
    )
