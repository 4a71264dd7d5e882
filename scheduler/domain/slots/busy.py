"""Who is busy at which of many starts: the holds of a stretch of time, read at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from scheduler.domain.buffers import Margin
from scheduler.domain.intervals import Interval, merge
from scheduler.domain.slots.blockers import Mask, clear_of, every, mask_of, positions
from scheduler.models.holds import LONGEST

FEW = 16, 64
"""So many resources are asked first, and so many next: they leave few times to ask the rest about."""

_WANTED = {
    "sqlite": """
WITH wanted(id, ahead, behind, since, until) AS MATERIALIZED (
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(:wanted))""",
    "postgresql": """
WITH wanted(id, ahead, behind, since, until) AS MATERIALIZED (
  SELECT CAST(one ->> 0 AS bigint), CAST(one ->> 1 AS bigint), CAST(one ->> 2 AS bigint),
         CAST(one ->> 3 AS bigint), CAST(one ->> 4 AS bigint)
  FROM json_array_elements(CAST(:wanted AS json)) AS given(one))""",
}
# Resource by resource: left to itself PostgreSQL once compared every hold with every resource.
_HOLDS = {
    "sqlite": """
FROM wanted w CROSS JOIN hold h
  ON h.resource_id = w.id AND h.starts_at > w.since AND h.starts_at < w.until""",
    "postgresql": """
FROM wanted w CROSS JOIN LATERAL (
  SELECT * FROM hold
  WHERE resource_id = w.id AND starts_at > w.since AND starts_at < w.until OFFSET 0) h""",
}


Statements = Mapping[str, tuple[TextClause, TextClause]]
"""Dialect → the statement, and the one that leaves a booking out."""


def _kept_out(columns: str) -> Statements:
    """``columns``, then the starts that each hold keeps out."""
    chosen = f"\nSELECT {columns}h.starts_at - w.ahead, h.ends_at + w.behind"
    but = "\nWHERE h.booking_id <> :leave_out"
    every_hold = {dialect: wanted + chosen + _HOLDS[dialect] for dialect, wanted in _WANTED.items()}
    return {dialect: (text(words), text(words + but)) for dialect, words in every_hold.items()}


_ANY, _EACH, _WHOSE = _kept_out(""), _kept_out("w.id, h.lane, "), _kept_out("w.id, h.lane, h.booking_id, ")

Kept = tuple[int, int, int, int]
"""(resource id, lane, start, end): a hold of the lane keeps these starts out."""


@dataclass(frozen=True)
class Needs:
    """What a booking of ``length`` seconds holds: resource id → its margin.

    ``lanes``: how many count of a resource that has several: of one whose capacity was lowered, those above
    may still be held in the past. ``leave_out``: id of a booking whose own holds do not count.
    """

    margins: Mapping[int, Margin]
    length: int
    lanes: Mapping[int, int] = field(default_factory=dict)
    leave_out: int | None = None

    def kept_out(self, resource_id: int, held: Interval) -> Interval:
        """The starts at which the resource would be needed while it is held."""
        ahead, behind = self.around(resource_id)
        return held[0] - ahead, held[1] + behind

    def around(self, resource_id: int) -> tuple[int, int]:
        """Seconds around a hold in which no start lies: ahead of it, where the booking would reach into it,
        and behind it, until its own set-up is clear of it.
        """
        margin = self.margins[resource_id]
        return self.length + margin.after * 60 - 1, margin.before * 60


def free_starts(session: Session, needs: Needs, starts: Sequence[int]) -> list[int]:
    """Those of ``starts`` (sorted instants) at which nobody is busy; a fixed number of queries at most."""
    left, ids = list(starts), sorted(needs.margins.keys() - needs.lanes.keys())
    first, next_ = FEW
    for some in (ids[:first], ids[first : first + next_], ids[first + next_ :]):
        if some and left:
            # Of those with one lane nothing matters but when they are busy together.
            left = clear_of(left, merge(_read(session, _ANY, needs, some, left)))
    if needs.lanes and left:
        busy = reduce(or_, who_is_busy(session, needs, needs.lanes, left).values())
        left = [left[at] for at in positions(every(left) & ~busy)]
    return left


def who_is_busy(
    session: Session, needs: Needs, resource_ids: Collection[int], starts: Sequence[int]
) -> dict[int, Mask]:
    """Resource id → the ``starts`` (sorted instants) at which no lane of it is free throughout; one query."""
    kept_out: Iterable[Kept] = ()
    if starts and resource_ids:
        kept_out = _read(session, _EACH, needs, resource_ids, starts)
    return busy_masks(needs, resource_ids, starts, kept_out)


def busy_masks(
    needs: Needs, resource_ids: Collection[int], starts: Sequence[int], kept_out: Iterable[Kept]
) -> dict[int, Mask]:
    """Resource id → the ``starts`` (sorted instants) at which no lane of it is free throughout. Pure."""
    pieces: dict[int, dict[int, list[Interval]]] = {row_id: {} for row_id in resource_ids}
    for row_id, lane, first, until in kept_out:
        pieces[row_id].setdefault(lane, []).append((first, until))
    return {
        row_id: _all_lanes(starts, by_lane, needs.lanes.get(row_id, 1)) for row_id, by_lane in pieces.items()
    }


def _all_lanes(starts: Sequence[int], by_lane: Mapping[int, list[Interval]], lanes: int) -> Mask:
    if not all(lane in by_lane for lane in range(lanes)):
        return 0
    return reduce(and_, (mask_of(starts, by_lane[lane]) for lane in range(lanes)))


def read_holds(session: Session, windows: Iterable[tuple[int, Interval]]) -> Sequence[Any]:
    """(resource id, lane, booking id, start, end) of the holds that begin in a window of their resource.

    One query, however many windows; those of a resource must not overlap.
    """
    return _ask(session, _WHOSE, [(row_id, 0, 0, first - 1, end) for row_id, (first, end) in windows], None)


def window_of(needs: Needs, resource_id: int, first: int, last: int) -> Interval:
    """When a hold begins that can keep out a start from ``first`` to ``last``."""
    ahead, behind = needs.around(resource_id)
    return first - behind - int(LONGEST.total_seconds()) + 1, last + ahead + 1


def _read(
    session: Session,
    statements: Statements,
    needs: Needs,
    resource_ids: Collection[int],
    starts: Sequence[int],
) -> Sequence[Any]:
    wanted = []
    for row_id in sorted(resource_ids):
        begins, until = window_of(needs, row_id, starts[0], starts[-1])
        wanted.append((row_id, *needs.around(row_id), begins - 1, until))
    return _ask(session, statements, wanted, needs.leave_out)


def _ask(
    session: Session, statements: Statements, wanted: Sequence[Any], leave_out: int | None
) -> Sequence[Any]:
    asked: dict[str, Any] = {"wanted": json.dumps(wanted)}
    connection = session.connection()
    statement, but_one = statements[connection.dialect.name]
    if leave_out is not None:
        statement, asked["leave_out"] = but_one, leave_out
    cursor = connection.execute(statement, asked).cursor
    # The driver's own tuples: to sort SQLAlchemy's rows takes longer than to read them.
    return cursor.fetchall() if cursor is not None else []
