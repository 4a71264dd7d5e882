"""Forms of the directory's entries: a shelf's fields with what can be chosen in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from scheduler.domain.directory import partnership_of
from scheduler.domain.fields import Field
from scheduler.domain.shelves import Shelf
from scheduler.web.addresses import id_argument
from scheduler.web.directory.choices import hints, resource_fields, resource_options
from scheduler.web.directory.lists import partnership_id_of_page
from scheduler.web.field_forms import Options, make_form


def new_entry_form(
    session: Session,
    shelf: Shelf,
    options: Options,
    parent: int | None,
    *,
    values: Mapping[str, Any] | None = None,
) -> FlaskForm:
    """A form for a row of the shelf; where the parent decides what else can be chosen, it is fixed."""
    more = resource_options(session, shelf, parent if is_offered(shelf, options, parent) else None)
    if more:
        own = [choice for choice in options[shelf.parent] if choice.value == str(parent)]
        options = {**options, shelf.parent: own}
    form = make_form(shelf.fields, options={**options, **more}, values=values)
    return _with_hints(session, shelf, form, partnership_id_of_page(session))


def changes_form(
    session: Session, shelf: Shelf, found: Any, *, values: Mapping[str, Any] | None = None
) -> FlaskForm:
    """A form of what can be changed of an entry."""
    place_id = getattr(found, shelf.parent) if shelf.parent else None
    options = resource_options(session, shelf, place_id, found)
    form = make_form(own_fields(shelf), options=options, values=values)
    return _with_hints(session, shelf, form, partnership_of(found))


def own_fields(shelf: Shelf) -> tuple[Field, ...]:
    """What can be changed: all but what it belongs to."""
    return tuple(field for field in shelf.fields if field.name != shelf.parent)


def chosen_parent(shelf: Shelf, options: Options) -> int | None:
    """What a new row belongs to: the row that the address names, else the only one offered."""
    if not shelf.parent:
        return None
    offered = options[shelf.parent]
    return id_argument(shelf.parent) or (int(offered[0].value) if len(offered) == 1 else None)


def is_offered(shelf: Shelf, options: Options, parent: int | None) -> bool:
    """Whether a row can be put below this one by the viewer."""
    return bool(shelf.parent) and str(parent) in {choice.value for choice in options[shelf.parent]}


def fixed_place(shelf: Shelf, form: FlaskForm) -> str:
    """The name of the only organisation whose resources the form offers; "" where it is a choice."""
    if not resource_fields(shelf):
        return ""
    offered = list(form[shelf.parent].iter_choices())[1:]
    return str(offered[0][1]) if len(offered) == 1 and form[shelf.parent].data == offered[0][0] else ""


def _with_hints(session: Session, shelf: Shelf, form: FlaskForm, partnership_id: int | None) -> FlaskForm:
    for name, words in hints(session, shelf, partnership_id).items():
        form[name].description = words
    return form
