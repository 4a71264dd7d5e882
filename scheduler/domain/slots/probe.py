"""Which of many candidate times are free of holds: asked of the database, best candidate first.

Rows of one lane never overlap, so its last hold that starts before a candidate's end decides: one index
probe for each lane, however many holds there are. A resource is busy when all its lanes are; the first busy
one ends the look at a candidate. Candidates go in growing batches: a good answer found early ends the search.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from scheduler.domain.buffers import Margin

FIRST_BATCH = 2
"""Times the number that is wanted."""

_FREE = """
SELECT c.position FROM candidate c
WHERE NOT EXISTS (
  SELECT 1 FROM wanted w
  WHERE NOT EXISTS (
    SELECT 1 FROM lane l
    WHERE l.resource_id = w.id AND coalesce((
      SELECT h.ends_at FROM hold h
      WHERE h.resource_id = l.resource_id AND h.lane = l.number
        AND h.starts_at < c.starts + :length + w.after AND h.booking_id <> :leave_out
      ORDER BY h.starts_at DESC LIMIT 1), 0) <= c.starts - w.before))
ORDER BY c.position LIMIT :most
"""
_GIVEN_TO_SQLITE = """
WITH candidate(position, starts) AS MATERIALIZED (SELECT key, value FROM json_each(:starts)),
wanted(id, before, after) AS MATERIALIZED (
  SELECT i.value, b.value, a.value FROM json_each(:ids) i
  JOIN json_each(:befores) b ON b.key = i.key JOIN json_each(:afters) a ON a.key = i.key)
"""
_GIVEN_TO_POSTGRESQL = """
WITH candidate AS (
  SELECT n - 1 AS position, starts
  FROM unnest(CAST(:starts AS bigint[])) WITH ORDINALITY AS given(starts, n)),
wanted AS (
  SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:befores AS bigint[]), CAST(:afters AS bigint[]))
  AS given(id, before, after))
"""
_SQLITE, _POSTGRESQL = text(_GIVEN_TO_SQLITE + _FREE), text(_GIVEN_TO_POSTGRESQL + _FREE)


def first_free(
    session: Session,
    margins: Mapping[int, Margin],
    starts: Sequence[int],
    *,
    length: int,
    most: int,
    leave_out: int | None = None,
) -> list[int]:
    """Indices of the first ``most`` of ``starts`` at which all resources of ``margins`` are free.

    ``starts`` are instants and ``length`` a length in whole seconds. ``leave_out``: the id of a booking whose
    own holds do not count.
    """
    if not margins:
        return list(range(min(most, len(starts))))
    asked = _Asked(session, margins)
    statement = _SQLITE if asked.dialect == "sqlite" else _POSTGRESQL
    found: list[int] = []
    for first, batch in _batches(starts, FIRST_BATCH * most):
        parameters = {
            **asked.resources,
            "starts": asked.listed(batch),
            "length": length,
            "leave_out": leave_out or 0,
            "most": most - len(found),
        }
        found += [first + int(position) for position in session.scalars(statement, parameters)]
        if len(found) >= most:
            break
    return found


class _Asked:
    """The resources as parameters of the engine: arrays, or on SQLite JSON."""

    def __init__(self, session: Session, margins: Mapping[int, Margin]) -> None:
        self.dialect = session.get_bind().dialect.name
        # In order of id on every engine: the same question is the same query.
        ids = sorted(margins)
        self.resources = {
            "ids": self.listed(ids),
            "befores": self.listed([margins[resource_id].before * 60 for resource_id in ids]),
            "afters": self.listed([margins[resource_id].after * 60 for resource_id in ids]),
        }

    def listed(self, numbers: Sequence[int]) -> Any:
        """A list of whole numbers as one parameter."""
        return json.dumps(list(numbers)) if self.dialect == "sqlite" else list(numbers)


def _batches(starts: Sequence[int], size: int) -> Iterator[tuple[int, Sequence[int]]]:
    """(index of the first, batch), each batch twice as long as the one before."""
    first = 0
    while first < len(starts):
        yield first, starts[first : first + size]
        first += size
        size *= 2
