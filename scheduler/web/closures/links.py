"""From what the rules say of a booking to the page of the closure that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from scheduler.errors import Objection
from scheduler.models.openings import Closure

Key = tuple[bool, int, datetime, datetime, str]
"""Whether it is of a whole organisation; whose or what; from when, until when; its name."""


def hits_urls(session: Session, said: Sequence[Objection]) -> list[str]:
    """For each, the page of what its closure hits, "" for what is no closure; one query for all."""
    keys = [_key(one) for one in said]
    ids = _closure_ids(session, {key for key in keys if key is not None})
    return [url_for("closures.hits", closure_id=ids[key]) if key in ids else "" for key in keys]


def _key(said: Objection) -> Key | None:
    if said.code != "closure.closed":
        return None
    during = said.facts["during"]
    of_place = said.subject_kind == "organisation"
    return of_place, said.subject_id, during.starts_at, during.ends_at, said.facts["closure"]


def _closure_ids(session: Session, keys: Iterable[Key]) -> dict[Key | None, int]:
    wanted = or_(false(), *(_is(key) for key in keys))
    rows = session.scalars(select(Closure).where(Closure.retired_at.is_(None), wanted))
    return {
        (
            one.resource_id is None,
            one.organisation_id if one.resource_id is None else one.resource_id,
            one.starts_at,
            one.ends_at,
            one.name,
        ): one.id
        for one in rows
    }


def _is(key: Key) -> ColumnElement[bool]:
    of_place, subject_id, starts_at, ends_at, name = key
    whose = (
        and_(Closure.organisation_id == subject_id, Closure.resource_id.is_(None))
        if of_place
        else Closure.resource_id == subject_id
    )
    return and_(whose, Closure.starts_at == starts_at, Closure.ends_at == ends_at, Closure.name == name)
