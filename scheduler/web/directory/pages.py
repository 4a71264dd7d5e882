"""One entry of the directory as its page shows it."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext as _p
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.domain import queries
from scheduler.domain.directory import FORMER_NAME_FIELDS, partnership_of, zone_of
from scheduler.domain.fields import Field, Reference
from scheduler.domain.queries import BookingFilter
from scheduler.domain.shelves import SHELVES, Shelf
from scheduler.domain.text_fields import Url
from scheduler.domain.time_fields import Moment
from scheduler.domain.times import local_day
from scheduler.models.feeds import FeedScope
from scheduler.models.places import Organisation, Partnership
from scheduler.models.resources import Person, Resource
from scheduler.web.calendar.agenda import day_groups
from scheduler.web.directory.shelf_pages import (
    CHILD_SHELVES,
    PARENT_SHELF,
    SHELF_OF_KIND,
    SHELF_PAGES,
)
from scheduler.web.directory.time_words import when_words
from scheduler.web.door import viewer, zone
from scheduler.web.field_forms import make_form
from scheduler.web.field_words import VERBS, Reading, history_lines, label_of, shown
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import name_of

MOST_COMING = 10
"""Coming bookings that an entry's page lists."""


def parent_of(entry: Any) -> Any:
    """The row that an entry belongs to; None for a partnership."""
    name = next(
        (name for name in ("organisation", "region", "partnership") if hasattr(type(entry), name)), ""
    )
    return getattr(entry, name) if name else None


def related(entry: Any, field: Field) -> Any:
    """The row that a reference names; None for no row."""
    return getattr(entry, field.name.removesuffix("_id"))


def reading_of(shelf: Shelf, entry: Any) -> Reading:
    """How the row's values are told: its moments on the clocks of its place."""
    has_moments = any(isinstance(field, Moment) for field in shelf.fields)
    return Reading(zone_of(parent_of(entry)) if has_moments else "")


def typed_values(shelf: Shelf, entry: Any) -> dict[str, Any]:
    """The row's values as its form holds them."""
    values = {field.name: getattr(entry, field.name) for field in shelf.fields}
    for field in shelf.fields:
        if isinstance(field, Moment):
            values[field.name] = field.on_clock(values[field.name], zone=zone_of(parent_of(entry)))
    return values


def may_edit(shelf: Shelf, entry: Any) -> bool:
    """Whether the viewer may change this entry."""
    return shelf.may_edit(viewer(), parent_of(entry))


def former_name_form() -> FlaskForm:
    """The form for a name that an organisation bore until a day."""
    form = make_form(FORMER_NAME_FIELDS)
    form["until"].label.text = _("从哪一天起不再使用")
    return form


def entry_facts(session: Session, shelf: Shelf, entry: Any) -> dict[str, Any]:
    """Everything that the page of an entry shows."""
    titled = "name" if name_of(entry) == entry.name else "name_en"
    fields = [field for field in shelf.fields if field.name != titled]
    facts = [(label_of(field), _fact(shelf, field, entry)) for field in fields]
    return {
        "key": shelf.key,
        "page": SHELF_PAGES[shelf.key],
        "found": entry,
        "facts": [fact for fact in facts if fact[1]],
        "may_edit": may_edit(shelf, entry),
        "coming": None if SHELF_PAGES[shelf.key].is_time else coming_bookings(session, entry),
        "children": [
            _children(session, key, entry)
            for key in CHILD_SHELVES.get(shelf.key, ())
            if getattr(entry, "kind", None) in SHELVES[key].belongs_to or shelf.model is not Organisation
        ],
        "history": history_lines(
            session,
            shelf.model.__tablename__,
            entry.id,
            shelf.fields,
            zone=reading_of(shelf, entry).zone,
            verbs={**VERBS, "retire": _p("history", "撤销")} if SHELF_PAGES[shelf.key].is_time else VERBS,
        ),
        "is_organisation": isinstance(entry, Organisation),
        "feed_url": _feed_url(entry),
    }


def coming_bookings(session: Session, entry: Any) -> list[dict[str, Any]]:
    """The next bookings that the entry takes part in, by day, as far as the viewer may see them."""
    now = clock.now()
    wanted = BookingFilter(starts=now, with_cancelled=False, **_narrow(entry))
    found = session.scalars(queries.bookings(viewer(), wanted).limit(MOST_COMING)).all()
    today = local_day(now, zone())
    return day_groups(found, first=today, today=today)


def _narrow(entry: Any) -> dict[str, int]:
    if isinstance(entry, Resource):
        return {"resource_id": entry.id}
    return {f"{entry.__tablename__}_id": entry.id}


def _feed_url(entry: Any) -> str | None:
    """Where a subscription to the entry's calendar is made; None for what has none."""
    scopes = {
        Person: FeedScope.PERSON,
        Organisation: FeedScope.ORGANISATION,
        Partnership: FeedScope.PARTNERSHIP,
    }
    scope = scopes.get(type(entry))
    return url_for("feeds.new", scope=scope, target=entry.id) if scope and not entry.retired_at else None


def _fact(shelf: Shelf, field: Field, entry: Any) -> str:
    value = getattr(entry, field.name)
    if field.name == shelf.parent:
        url = url_for("directory.entry", key=PARENT_SHELF[shelf.key], entry_id=value)
        return Markup('<a href="{}">{}</a>').format(url, name_of(parent_of(entry)))
    if isinstance(field, Reference) and value:
        row = related(entry, field)
        url = url_for("directory.entry", key=SHELF_OF_KIND[row.kind], entry_id=value)
        return Markup('<a href="{}">{}</a>').format(url, name_of(row))
    if isinstance(field, Url) and value:
        return Markup('<a href="{0}" rel="noreferrer noopener">{0}</a>').format(value)
    return shown(field, value, reading_of(shelf, entry))


def _children(session: Session, key: str, entry: Any) -> dict[str, Any]:
    """What belongs to the entry on another shelf: how many, the first of them, and the way to all."""
    child = SHELVES[key]
    query = queries.entries(viewer(), child, partnership_id=partnership_of(entry))
    query = query.where(getattr(child.model, child.parent) == entry.id)
    open_to = entry.retired_at is None and child.may_edit(viewer(), entry)
    here = partnership_of_page(session)
    elsewhere = {} if here and here.id == partnership_of(entry) else {"partnership_id": partnership_of(entry)}
    place = {**elsewhere, child.parent: entry.id}
    return {
        "key": key,
        "page": SHELF_PAGES[key],
        "count": queries.count(session, query),
        "rows": [(row, when_words(row)) for row in session.scalars(query.limit(MOST_COMING))],
        "url": url_for("directory.shelf", key=key, **place),
        "new_url": url_for("directory.new_form", key=key, **place) if open_to else None,
    }
