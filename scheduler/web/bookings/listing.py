"""The list of bookings: coming, past or all, searched and filtered, a page at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import Session

from scheduler.domain.queries import PAGE, BookingFilter, bookings, count
from scheduler.domain.suitability import read_surroundings
from scheduler.domain.times import local_day
from scheduler.models.bookings import Booking, BookingKind, BookingState
from scheduler.models.places import Partnership
from scheduler.web.addresses import page_argument, words_argument
from scheduler.web.around_words import periods_of
from scheduler.web.bookings.page import when_words
from scheduler.web.calendar.agenda import agenda_line
from scheduler.web.door import viewer, zone
from scheduler.web.locale import language
from scheduler.wording import label

SPANS = ("coming", "past", "all")


def list_page(session: Session, partnership: Partnership | None, *, now: datetime) -> dict[str, Any]:
    """Everything that templates/bookings/index.html needs."""
    asked = _asked()
    query = _query(partnership, asked, now)
    page, pages = page_argument(count(session, query))
    today = local_day(now, zone())
    rows = session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    periods = periods_of(read_surroundings(session, rows), rows)
    return {
        "asked": asked,
        "rows": [
            {**agenda_line(row), "when": {**when_words(row, today), "period": periods.get(row.id, "")}}
            for row in rows
        ],
        "page": page,
        "pages": pages,
        "page_url": lambda number: url_for("bookings.index", **_given(asked), page=number),
        "tabs": [
            {
                "label": words,
                "url": url_for("bookings.index", **_given({**asked, "span": span})),
                "active": asked["span"] == span,
            }
            for span, words in zip(SPANS, (_("将来"), _("过去"), _("全部时间")), strict=True)
        ],
        "kinds": [(kind.value, label(language(), kind)) for kind in BookingKind],
        "states": [(state.value, label(language(), state)) for state in BookingState],
    }


def _asked() -> dict[str, str]:
    """From the address; what is no span, kind or state is not asked."""
    known = {"span": SPANS, "kind": set(BookingKind), "state": set(BookingState)}
    asked = {name: request.args.get(name, "") for name in known}
    asked = {name: value if value in known[name] else "" for name, value in asked.items()}
    return {**asked, "span": asked["span"] or "coming", "q": words_argument("q")}


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value and value != "coming"}


def _query(partnership: Partnership | None, asked: dict[str, str], now: datetime) -> Select[Booking]:
    """Coming ones by start; past ones and all of them newest first."""
    wanted = BookingFilter(
        starts=now if asked["span"] == "coming" else None,
        ends=now if asked["span"] == "past" else None,
        partnership_id=partnership.id if partnership else None,
        kind=BookingKind(asked["kind"]) if asked["kind"] else None,
        state=BookingState(asked["state"]) if asked["state"] else None,
        words=asked["q"],
    )
    query = bookings(viewer(), wanted)
    if asked["span"] == "coming":
        return query
    return query.order_by(None).order_by(Booking.starts_at.desc(), Booking.id.desc())
