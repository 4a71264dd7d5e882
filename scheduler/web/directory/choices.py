"""What a row of a shelf can refer to beside the row that it belongs to: resources of its organisation."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from scheduler import clock
from scheduler.domain.fields import Field, Reference
from scheduler.domain.shelves import Shelf
from scheduler.domain.times import local_day
from scheduler.models.holidays import CalendarDay, DayKind
from scheduler.models.resources import Resource, ResourceKind
from scheduler.models.school_time import Swap
from scheduler.web.door import zone
from scheduler.web.field_forms import Options
from scheduler.web.locale import joined, language, name_of
from scheduler.wording import day_words, label

MOST_HINTS = 8
"""Make-up workdays that a form names."""


def resource_fields(shelf: Shelf) -> list[Field]:
    """The fields that name a resource of the organisation: it must be known before they can be asked."""
    return [field for field in shelf.fields if isinstance(field, Reference) and field.table == "resource"]


def resource_options(session: Session, shelf: Shelf, place_id: int | None, entry: Any = None) -> Options:
    """Live resources of the organisation by kind, and the one that the row has already."""
    fields = resource_fields(shelf)
    if not fields or place_id is None:
        return {}
    kept = [getattr(entry, field.name) for field in fields] if entry is not None else []
    rows = session.scalars(
        select(Resource)
        .where(
            Resource.organisation_id == place_id,
            or_(Resource.retired_at.is_(None), Resource.id.in_([row_id for row_id in kept if row_id])),
        )
        .order_by(Resource.name, Resource.id)
    ).all()
    kinds = list(ResourceKind)
    ordered = sorted(rows, key=lambda row: kinds.index(row.kind))
    choices = [
        SelectChoice(str(row.id), name_of(row), optgroup=label(language(), row.kind)) for row in ordered
    ]
    return {field.name: choices for field in fields}


def hints(session: Session, shelf: Shelf, partnership_id: int | None) -> dict[str, str]:
    """Field → what helps to fill it: for the day of a swap the make-up workdays that are coming."""
    if shelf.model is not Swap or partnership_id is None:
        return {}
    days = session.scalars(
        select(CalendarDay.day)
        .where(
            CalendarDay.partnership_id == partnership_id,
            CalendarDay.kind == DayKind.WORKDAY,
            CalendarDay.day >= local_day(clock.now(), zone()),
        )
        .order_by(CalendarDay.day)
        .limit(MOST_HINTS)
    ).all()
    words = joined([day_words(day, language(), year=True) for day in days])
    return {"day": _("接下来的调休上班日：%(days)s。", days=words)} if days else {}
