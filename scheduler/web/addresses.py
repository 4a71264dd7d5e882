"""What stands in an address: row ids, page numbers and search words, within bounds every database takes."""

from __future__ import annotations

from flask import request

MOST_ID = 2**53
MOST_PAGE = 100_000
MOST_WORDS = 120
ID = f"int(max={MOST_ID})"
"""Converter of row ids in routes: ``f"/<{ID}:entry_id>"``."""


def id_argument(name: str) -> int | None:
    """A row's id, None when it is missing or no id."""
    value = request.args.get(name, type=int)
    return value if value is not None and 0 < value <= MOST_ID else None


def page_argument() -> int:
    """The page of a list, from 1."""
    return min(max(request.args.get("page", 1, type=int), 1), MOST_PAGE)


def words_argument() -> str:
    """What is searched for; characters that no name has (PostgreSQL takes no NUL) are left out."""
    typed = request.args.get("words", "")
    return "".join(c for c in typed if c.isprintable()).strip()[:MOST_WORDS]
