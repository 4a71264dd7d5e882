"""Rows of one owner that must not overlap: the database's own guard, built for each engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.models.base import Base, guard_table


@dataclass(frozen=True)
class Stretch:
    """What a row covers, in the SQL of each engine."""

    range: str
    """PostgreSQL: the range of a row."""
    meets: str
    """SQLite: whether a row meets ``NEW``."""
    misread: str
    """SQLite keeps whatever type it is given; what is not of this one would escape the comparison."""


DAYS = Stretch(
    "daterange(first_day, last_day, '[]')",
    "first_day <= coalesce(NEW.last_day, '9999-12-31') AND coalesce(last_day, '9999-12-31') >= NEW.first_day",
    "NEW.first_day IS NOT date(NEW.first_day) OR NEW.last_day IS NOT date(NEW.last_day)",
)
"""``first_day`` to ``last_day``, both included; without a last day, for ever."""
MINUTES = Stretch(
    "int4range(starts, ends)",
    "starts < NEW.ends AND ends > NEW.starts",
    "typeof(NEW.starts) <> 'integer' OR typeof(NEW.ends) <> 'integer'",
)
"""``starts`` to ``ends``, half-open."""


def keep_apart(
    table: type[Base],
    stretch: Stretch,
    *,
    same: Sequence[str],
    columns: Sequence[str],
    among: str = "TRUE",
    name: str = "",
) -> None:
    """Let the database refuse a row that overlaps another one with the ``same`` columns.

    Only rows for which ``among`` holds count; in it ``{row}`` stands before every column. ``columns``: those
    whose change can make an overlap. ``name`` tells several guards of one table apart.
    """
    of = table.__tablename__
    called, guard, those = f"{of}_overlap{name}", f"{of}_guard{name}", among.format(row="")
    alike = " AND ".join(f"{column} = NEW.{column}" for column in same)
    met = f"SELECT 1 FROM {of} WHERE {alike} AND {those} AND {stretch.meets}"  # noqa: S608 - our own constants
    refused = f"SELECT RAISE(ABORT, '{called}')\n  WHERE {stretch.misread}"
    body = f"WHEN {among.format(row='NEW.')}\nBEGIN\n  {refused}"
    on_insert = f"CREATE TRIGGER {guard}_insert BEFORE INSERT ON {of}"
    on_update = f"CREATE TRIGGER {guard}_update BEFORE UPDATE OF {', '.join(columns)} ON {of}"
    keys = ", ".join(f"{column} WITH =" for column in same)
    guard_table(
        table,
        sqlite=[
            f"{on_insert} {body}\n     OR EXISTS ({met});\nEND",
            f"{on_update} {body}\n     OR EXISTS ({met} AND id <> OLD.id);\nEND",
        ],
        postgresql=[
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE {of} ADD CONSTRAINT {called} "
            f"EXCLUDE USING gist ({keys}, {stretch.range} WITH &&) WHERE ({those})",
        ],
    )
