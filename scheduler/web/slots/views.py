"""The page of the slot finder. It changes nothing, so the whole question stands in its address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.domain import access
from scheduler.domain.slots.heat import heat_map
from scheduler.domain.slots.search import find_slots
from scheduler.domain.slots.wishes import SEARCH_FIELDS, read_search
from scheduler.domain.times import local_day
from scheduler.errors import Invalid
from scheduler.web.bookings.asked_values import asked_raw
from scheduler.web.bookings.options import Options, load_options
from scheduler.web.door import viewer, zone
from scheduler.web.forms import put_problems
from scheduler.web.frame import partnership_of_page
from scheduler.web.slots.answers import map_rows, most_in_the_way, near_lines, periods_for, slot_lines
from scheduler.web.slots.form import FindForm, find_form, picker, was_asked

blueprint = Blueprint("slots", __name__)


@blueprint.get("/slots")
def index() -> str | tuple[str, int]:
    """The question, and below it the free times as a list or as a heat map."""
    with edge.read() as session:
        partnership = partnership_of_page(session)
        access.require(partnership is not None and access.can_book(viewer(), partnership.id))
        assert partnership is not None
        form = find_form(local_day(clock.now(), zone()))
        options = load_options(session, viewer(), partnership_id=partnership.id, at=clock.now())
        found, status = _found(session, form, partnership.id, options) if was_asked() else ({}, 200)
        page = render_template("slots/index.html", form=form, places=picker(options), tabs=_tabs(), **found)
        return page, status


def _found(
    session: Session, form: FindForm, partnership_id: int, options: Options
) -> tuple[dict[str, Any], int]:
    today = local_day(clock.now(), zone())
    try:
        search = read_search(
            session, asked_raw(SEARCH_FIELDS), partnership_id=partnership_id, zone=zone(), now=clock.now()
        )
    except Invalid as error:
        put_problems(form, error.problems)
        return {"asked": False}, 422
    if _is_map():
        return {"asked": True, "map": map_rows(heat_map(session, search), today, search.minutes)}, 200
    found, periods = find_slots(session, search), periods_for(session, search, options.place_names())
    return {
        "asked": True,
        "slots": slot_lines(found, today, periods),
        "near": near_lines(found, today, periods),
        "blockers": most_in_the_way(found),
        "unpublished": found.unpublished,
    }, 200


def _is_map() -> bool:
    return request.args.get("view") == "map"


def _tabs() -> list[dict[str, Any]]:
    given = request.args.to_dict(flat=False) | {"view": []}
    return [
        {"label": _("列表"), "url": url_for("slots.index", **given), "active": not _is_map()},
        {
            "label": _("热力图"),
            "url": url_for("slots.index", **{**given, "view": ["map"]}),
            "active": _is_map(),
        },
    ]
