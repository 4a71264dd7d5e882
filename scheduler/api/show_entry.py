"""A row of the directory as an answer shows it, and as a change takes it."""

from __future__ import annotations

from typing import Any

from scheduler.api.shapes import maybe_moment
from scheduler.domain.directory import partnership_of
from scheduler.domain.fields import Choices
from scheduler.domain.shelves import Shelf
from scheduler.domain.text_fields import Phone
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
    values = {field.name: getattr(entry, field.name) for field in shelf.fields}
    for field in shelf.fields:
        if isinstance(field, Choices):
            values[field.name] = [value for value in values[field.name].split(",") if value]
    return values
