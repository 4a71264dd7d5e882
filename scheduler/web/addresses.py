"""What stands in an address: row ids, days, pages and search words, within bounds every database takes."""

from __future__ import annotations

from datetime import date

from flask import request

from scheduler.domain.fields import Bad, Day
from scheduler.domain.queries import PAGE

MOST_ID = 2**53
MOST_WORDS = 120
ID = f"int(max={MOST_ID})"
"""Converter of row ids in routes: ``f"/<{ID}:entry_id>"``."""


def id_argument(name: str) -> int | None:
    """A row's id, None when it is missing or no id."""
    value = request.args.get(name, type=int)
    return value if value is not None and 0 < value <= MOST_ID else None


def day_argument(default: date) -> date:
    """A day between 2000 and 2100, else ``default``."""
    try:
        day: date | None = Day(name="day", label="").clean(request.args.get("day"))
    except Bad:
        return default
    return day or default


def page_argument(rows: int) -> tuple[int, int]:
    """(page, pages) of a list of so many rows: the page asked for, from 1, and not beyond the last."""
    pages = max(1, -(-rows // PAGE))
    return min(max(request.args.get("page", 1, type=int), 1), pages), pages


def words_argument(name: str = "words") -> str:
    """What is searched for; characters that no name has (PostgreSQL takes no NUL) are left out."""
    typed = request.args.get(name, "")
    return "".join(c for c in typed if c.isprintable()).strip()[:MOST_WORDS]
