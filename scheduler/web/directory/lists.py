"""Lists of the directory: the overview, a shelf's rows, and what a new row may belong to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import Select
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice

from scheduler.domain import access, queries
from scheduler.domain.fields import Field, Reference
from scheduler.domain.shelves import SHELVES, Shelf
from scheduler.models.places import Organisation, Partnership
from scheduler.web.addresses import id_argument, page_argument, words_argument
from scheduler.web.directory.pages import may_edit, reading_of, related
from scheduler.web.directory.shelf_pages import PARENT_SHELF, SHELF_PAGES, TIMES
from scheduler.web.door import viewer
from scheduler.web.field_forms import Options
from scheduler.web.field_words import label_of, shown
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language, name_of
from scheduler.wording import label

MOST_NAMES = 12
"""Organisations of a region that the overview names."""
OTHER_TIMES = (
    ("bells.index", lazy_gettext("作息时间表"), "list-check"),
    ("holidays.index", lazy_gettext("节假日"), "calendar-event"),
    ("buffers.index", lazy_gettext("准备时间"), "hourglass"),
)
"""Endpoint, name and icon of the calendars that are no shelves."""


def overview(session: Session) -> dict[str, Any]:
    """Shelves with how many live rows they hold, in two groups, and each region with its organisations."""
    partnership_id = partnership_id_of_page(session)
    regions = session.scalars(_entries("regions", partnership_id)).all()
    organisations = session.scalars(_entries("organisations", partnership_id)).all()
    return {
        "things": [_card(session, key, partnership_id) for key in SHELF_PAGES if key not in TIMES],
        "times": [
            *(_card(session, key, partnership_id) for key in TIMES),
            *(
                {"name": name, "icon": icon, "url": url_for(endpoint)}
                for endpoint, name, icon in OTHER_TIMES
                if endpoint in current_app.view_functions
            ),
        ],
        "regions": [
            _region(region, [o for o in organisations if o.region_id == region.id]) for region in regions
        ],
        "may_start": access.can_administer(viewer()) and partnership_id is None,
    }


def shelf_list(session: Session, shelf: Shelf) -> dict[str, Any]:
    """A page of a shelf's rows with its filters and tabs."""
    retired = request.args.get("state") == "retired"
    query, other = _narrowed(session, shelf, retired=retired), _narrowed(session, shelf, retired=not retired)
    total, others = queries.count(session, query), queries.count(session, other)
    page, pages = page_argument(total)
    rows = session.scalars(query.limit(queries.PAGE).offset((page - 1) * queries.PAGE)).all()
    return {
        "key": shelf.key,
        "page": SHELF_PAGES[shelf.key],
        "columns": [
            {"label": label_of(field), "numeric": field.name in SHELF_PAGES[shelf.key].numeric}
            for field in _columns(shelf)
        ],
        "rows": [_row(shelf, row) for row in rows],
        "filters": _filters(session, shelf),
        "words": words_argument(),
        "retired": retired,
        "counts": (others, total) if retired else (total, others),
        "narrowed": bool(words_argument() or id_argument("organisation_id") or id_argument("region_id")),
        "may_create": _may_create(session, shelf) is not None,
        "page_number": page,
        "pages": pages,
        "address": lambda **changes: _address(shelf, **changes),
        "page_address": lambda number: _address(
            shelf, page=number, **({"state": "retired"} if retired else {})
        ),
        "new_place": _place(),
    }


def require_new(session: Session, shelf: Shelf) -> Options:
    """What a new row may belong to, field → rows; Forbidden when the viewer adds nothing to this shelf."""
    options = _may_create(session, shelf)
    access.require(options is not None)
    return options or {}


def organisation_options(organisations: Sequence[Organisation]) -> list[SelectChoice]:
    """Organisations grouped by region."""
    ordered = sorted(organisations, key=lambda organisation: (organisation.region_id, organisation.name))
    return [SelectChoice(str(one.id), name_of(one), optgroup=name_of(one.region)) for one in ordered]


def _may_create(session: Session, shelf: Shelf) -> Options | None:
    """None: the viewer may not; an empty list: they may, once there is something to belong to."""
    if not shelf.parent:
        return {} if shelf.may_edit(viewer(), None) else None
    partnership_id = partnership_id_of_page(session)
    key = PARENT_SHELF[shelf.key]
    parents = session.scalars(_entries(key, None if key == "partnerships" else partnership_id)).all()
    if key == "organisations":
        parents = [parent for parent in parents if parent.kind in shelf.belongs_to]
    open_to = [parent for parent in parents if shelf.may_edit(viewer(), parent)]
    if not open_to:
        return {shelf.parent: []} if _begins(partnership_id) and not parents else None
    if key == "organisations":
        return {shelf.parent: organisation_options(open_to)}
    return {shelf.parent: [SelectChoice(str(parent.id), name_of(parent)) for parent in open_to]}


def _begins(partnership_id: int | None) -> bool:
    """Whether the viewer is one of those who fill an empty directory."""
    return viewer().is_administrator or (
        partnership_id is not None and access.can_edit_regions(viewer(), partnership_id)
    )


def partnership_id_of_page(session: Session) -> int | None:
    """The partnership that the address names, else the one in which the viewer works now."""
    partnership = partnership_of_page(session)
    return id_argument("partnership_id") or (partnership.id if partnership else None)


def _card(session: Session, key: str, partnership_id: int | None) -> dict[str, Any]:
    rows = _entries(key, None if key == "partnerships" else partnership_id)
    page = SHELF_PAGES[key]
    return {
        "name": page.name,
        "icon": page.icon,
        "url": url_for("directory.shelf", key=key),
        "count": queries.count(session, rows),
    }


def _entries(key: str, partnership_id: int | None) -> Select[Any]:
    return queries.entries(viewer(), SHELVES[key], partnership_id=partnership_id)


def _narrowed(session: Session, shelf: Shelf, *, retired: bool) -> Select[Any]:
    return queries.entries(
        viewer(),
        shelf,
        words=words_argument(),
        partnership_id=None if shelf.model is Partnership else partnership_id_of_page(session),
        organisation_id=id_argument("organisation_id"),
        region_id=id_argument("region_id"),
        retired=retired,
    )


def _filters(session: Session, shelf: Shelf) -> Form:
    """Selects by which the shelf is narrowed; the partnership only for those who work in several."""
    controls: dict[str, Any] = {}
    partnership_id = partnership_id_of_page(session)
    anything = SelectChoice("", _("不限"))
    several = session.scalars(queries.visible_partnerships(viewer())).all()
    if len(several) > 1 and shelf.model is not Partnership:
        choices = [SelectChoice(str(one.id), name_of(one)) for one in several]
        controls["partnership_id"] = SelectField(_("对口协作"), choices=choices)
    if shelf.parent == "organisation_id":
        found = session.scalars(_entries("organisations", partnership_id)).all()
        rows = [row for row in found if row.kind in shelf.belongs_to]
        controls["organisation_id"] = SelectField(_("单位"), choices=[anything, *organisation_options(rows)])
    elif shelf.parent == "region_id":
        regions = session.scalars(_entries("regions", partnership_id)).all()
        choices = [SelectChoice(str(region.id), name_of(region)) for region in regions]
        controls["region_id"] = SelectField(_("地区"), choices=[anything, *choices])
    return type("Filters", (Form,), controls)(request.args, partnership_id=partnership_id)


def _address(shelf: Shelf, **changes: Any) -> str:
    """This list, narrowed as it is, at another page or tab."""
    kept = {name: value for name, value in request.args.items() if name not in ("page", "state", "key")}
    return url_for("directory.shelf", key=shelf.key, **{**kept, **changes})


def _place() -> dict[str, int]:
    """What a new row belongs to when the list is narrowed to it."""
    given = {name: id_argument(name) for name in ("partnership_id", "region_id", "organisation_id")}
    return {name: value for name, value in given.items() if value is not None}


def _region(region: Any, organisations: list[Organisation]) -> dict[str, Any]:
    ordered = sorted(organisations, key=lambda organisation: organisation.kind)
    return {
        "name": name_of(region),
        "url": url_for("directory.entry", key="regions", entry_id=region.id),
        "all_url": url_for("directory.shelf", key="organisations", region_id=region.id),
        "count": len(organisations),
        "kinds": [
            {"label": label(language(), kind), "rows": list(rows)}
            for kind, rows in groupby(ordered[:MOST_NAMES], key=lambda organisation: organisation.kind)
        ],
        "more": max(0, len(organisations) - MOST_NAMES),
    }


def _columns(shelf: Shelf) -> list[Any]:
    fields = {field.name: field for field in shelf.fields}
    return [fields[name] for name in SHELF_PAGES[shelf.key].columns]


def _row(shelf: Shelf, row: Any) -> dict[str, Any]:
    address = {"key": shelf.key, "entry_id": row.id}
    return {
        "name": name_of(row),
        "url": url_for("directory.entry", **address),
        "edit_url": url_for("directory.edit_form", **address) if may_edit(shelf, row) else None,
        "cells": [
            {
                "label": label_of(field),
                "text": _cell(shelf, field, row),
                "numeric": field.name in SHELF_PAGES[shelf.key].numeric,
            }
            for field in _columns(shelf)
        ],
    }


def _cell(shelf: Shelf, field: Field, row: Any) -> str:
    named = related(row, field) if isinstance(field, Reference) else None
    return name_of(named) if named else shown(field, getattr(row, field.name), reading_of(shelf, row))
