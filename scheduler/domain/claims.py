"""Who is in the way of several bookings that are not written: those that stand, and those of them before.

The holds of the whole stretch are read once, and looked at in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain.holds import Held, Span, Spans, held_in_reach, in_the_way
from scheduler.errors import Conflict
from scheduler.models.resources import Resource


@dataclass(frozen=True)
class Claim:
    """How long a booking is to hold each resource, and by what it is named to whoever wants one as well."""

    public_id: str
    title: str
    span: Span
    spans: Spans


class Board:
    """Holds under every UTC day that they touch."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._days: dict[date, list[Held]] = {}
        for one in held:
            self.add(one)

    def add(self, one: Held) -> None:
        """Another hold."""
        for day in _days(one.conflict.starts_at, one.conflict.ends_at):
            self._days.setdefault(day, []).append(one)

    def in_the_way(self, spans: Spans) -> list[Conflict]:
        """Those that overlap the span of their resource, where no lane of it is free throughout."""
        return in_the_way(self._near(spans), spans)

    def free_lane(self, resource_id: int, span: Span, capacity: int) -> int:
        """The lowest lane that nobody here holds meanwhile."""
        taken = {
            one.lane
            for one in self._near({resource_id: span})
            if one.conflict.resource_id == resource_id
            and one.conflict.starts_at < span.ends_at
            and one.conflict.ends_at > span.starts_at
        }
        return next(lane for lane in range(capacity) if lane not in taken)

    def _near(self, spans: Spans) -> list[Held]:
        days = {day for span in spans.values() for day in _days(span.starts_at, span.ends_at)}
        return list(dict.fromkeys(one for day in sorted(days) for one in self._days.get(day, ())))


def in_the_way_of_each(
    session: Session, claims: Sequence[Claim], *, leave_out: Collection[int] = ()
) -> list[list[Conflict]]:
    """For each claim whoever is in its way, in a fixed number of queries; [] for one that is met.

    ``leave_out``: ids of bookings whose own holds do not count. A claim that is met is in the way of those
    after it.
    """
    board = Board(held_in_reach(session, [claim.spans for claim in claims], leave_out=leave_out))
    ids = {resource_id for claim in claims for resource_id in claim.spans}
    resources = {row.id: row for row in session.scalars(select(Resource).where(Resource.id.in_(ids)))}
    found = []
    for claim in claims:
        found.append(board.in_the_way(claim.spans))
        if not found[-1]:
            _meet(board, claim, resources)
    return found


def _meet(board: Board, claim: Claim, resources: dict[int, Resource]) -> None:
    for resource_id, span in claim.spans.items():
        resource = resources[resource_id]
        conflict = Conflict(
            resource_id=resource_id,
            resource_kind=resource.kind.value,
            resource_name=resource.name,
            booking_public_id=claim.public_id,
            title=claim.title,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            before=(claim.span.starts_at - span.starts_at) // timedelta(minutes=1),
            after=(span.ends_at - claim.span.ends_at) // timedelta(minutes=1),
        )
        lane = board.free_lane(resource_id, span, resource.capacity)
        board.add(Held(lane, resource.capacity, conflict))


def _days(starts_at: datetime, ends_at: datetime) -> list[date]:
    first, last = starts_at.date(), ends_at.date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
