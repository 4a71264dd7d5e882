"""Whose things a request is about: the partnership that it names, else the only one that the caller has."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from scheduler.api.bearer import viewer
from scheduler.api.booking_bodies import PARTNERSHIP
from scheduler.domain import queries
from scheduler.domain.fields import clean_fields
from scheduler.errors import Invalid, Problem


def partnership_of(session: Session, wanted: int | None) -> int:
    """The partnership that is named, else the only one that the caller has. Raises Invalid."""
    known = [partnership.id for partnership in session.scalars(queries.visible_partnerships(viewer()))]
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is None or wanted not in known:
        code = "field.required" if wanted is None else "reference.unknown"
        raise Invalid([Problem(PARTNERSHIP.name, code)])
    return wanted


def take_partnership(session: Session, raw: dict[str, Any]) -> int:
    """``partnership_of`` what the body names, taken out of it."""
    given = {PARTNERSHIP.name: raw.pop(PARTNERSHIP.name, None)}
    return partnership_of(session, clean_fields((PARTNERSHIP,), given)[PARTNERSHIP.name])
