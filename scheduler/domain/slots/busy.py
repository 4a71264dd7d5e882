"""Who is busy at which of many starts: the holds of a stretch of time, read at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
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


def _kept_out(columns: str) -> dict[str, TextClause]:
    """Dialect → the statement: ``columns``, then the starts that each hold keeps out."""
    chosen = f"\nSELECT {columns}h.starts_at - w.ahead, h.ends_at + w.behind"
    condition = "\nWHERE h.booking_id <> :leave_out"
    return {
        dialect: text(wanted + chosen + _HOLDS[dialect] + condition) for dialect, wanted in _WANTED.items()
    }


_ANY, _EACH = _kept_out(""), _kept_out("w.id, h.lane, ")


@dataclass(frozen=True)
class Needs:
    """What a booking of ``length`` seconds holds: resource id → its margin.

    ``lanes``: how many a resource has, where it has several. ``leave_out``: id of a booking whose own holds
    do not count.
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
    kept_out: dict[int, dict[int, list[tuple[int, int]]]] = {row_id: {} for row_id in resource_ids}
    if starts and resource_ids:
        for row_id, lane, first, until in _read(session, _EACH, needs, resource_ids, starts):
            kept_out[row_id].setdefault(lane, []).append((first, until))
    return {
        row_id: reduce(and_, (mask_of(starts, pieces) for pieces in by_lane.values()))
        if len(by_lane) == needs.lanes.get(row_id, 1)
        else 0
        for row_id, by_lane in kept_out.items()
    }


def _read(
    session: Session,
    statements: Mapping[str, TextClause],
    needs: Needs,
    resource_ids: Collection[int],
    starts: Sequence[int],
) -> Sequence[Any]:
    longest = int(LONGEST.total_seconds())
    wanted = []
    for row_id in sorted(resource_ids):
        ahead, behind = needs.around(row_id)
        wanted.append((row_id, ahead, behind, starts[0] - behind - longest, starts[-1] + ahead + 1))
    asked = {"wanted": json.dumps(wanted), "leave_out": needs.leave_out or 0}
    connection = session.connection()
    cursor = connection.execute(statements[connection.dialect.name], asked).cursor
    # The driver's own tuples: to sort SQLAlchemy's rows takes longer than to read them.
    return cursor.fetchall() if cursor is not None else []
