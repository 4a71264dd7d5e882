"""A row of the directory as an answer shows it, and as a change takes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from scheduler.api.shapes.values import maybe_moment, moment
from scheduler.domain.calendars.local_time import clock_words
from scheduler.domain.directory import partnership_of
from scheduler.domain.fields import Choices, Field
from scheduler.domain.shelves import Shelf
from scheduler.domain.text_fields import Phone
from scheduler.domain.time_fields import TimeOfDay
from scheduler.wording.phones import masked_phone


def show_entry(shelf: Shelf, entry: Any, *, may_edit: bool) -> dict[str, Any]:
    """The row's id, its shelf's fields, when it was retired, and its version."""
    values = raw_of_entry(shelf, entry)
    for field in shelf.fields:
        if isinstance(field, Phone) and not may_edit:
            values[field.name] = masked_phone(values[field.name])
    return {
        "id": entry.id,
        "partnership_id": partnership_of(entry),
        **values,
        "retired_at": maybe_moment(entry.retired_at),
        "version": entry.version,
    }


def raw_of_entry(shelf: Shelf, entry: Any) -> dict[str, Any]:
    """The row's fields as they would be given."""
    return {field.name: _raw(field, getattr(entry, field.name)) for field in shelf.fields}


def _raw(field: Field, value: Any) -> Any:
    if isinstance(field, Choices):
        return [item for item in value.split(",") if item]
    if isinstance(field, TimeOfDay):
        return clock_words(value)
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value
