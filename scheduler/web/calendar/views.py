"""The calendar: a list by day and a week, narrowed by filters that stay in the address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.domain import access
from scheduler.domain.suitability import read_surroundings
from scheduler.domain.times import day_span, local_day
from scheduler.models.bookings import Booking
from scheduler.models.places import Partnership
from scheduler.web.addresses import day_argument
from scheduler.web.around_words import periods_of
from scheduler.web.calendar.agenda import agenda_line, agenda_text, day_groups
from scheduler.web.calendar.backdrop import Backdrop, read_backdrop
from scheduler.web.calendar.filters import CalendarFilter, filter_choices, read_filter
from scheduler.web.calendar.week_grid import MOST_LANES, blocks_of, hours_of, pieces_of
from scheduler.web.door import viewer, zone
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language
from scheduler.wording import day_words

blueprint = Blueprint("calendar", __name__)

FORTNIGHT, WEEK = 14, 7


@blueprint.get("/calendar")
def agenda() -> str:
    """Two weeks as a list by day."""
    today = _today()
    first = day_argument(today)
    wanted = read_filter()
    with edge.read() as session:
        partnership = partnership_of_page(session)
        rows = _bookings(session, partnership, wanted, first, FORTNIGHT)
        groups = day_groups(rows, first=first, today=today, periods=_periods(session, rows))
        backdrop = read_backdrop(session, partnership, wanted, [group["day"] for group in groups])
        return render_template(
            "calendar/agenda.html",
            notes=backdrop.notes,
            groups=groups,
            text=agenda_text(groups),
            **_frame(session, partnership, wanted, first, FORTNIGHT),
        )


@blueprint.get("/calendar/week")
def week() -> str:
    """A week as columns, Monday to Sunday."""
    day = day_argument(_today())
    monday = max(day - timedelta(days=day.weekday()), date(2000, 1, 1))
    wanted = read_filter()
    with edge.read() as session:
        partnership = partnership_of_page(session)
        rows = _bookings(session, partnership, wanted, monday, WEEK)
        dates = [monday + timedelta(days=n) for n in range(WEEK)]
        backdrop = read_backdrop(session, partnership, wanted, dates)
        days, first_hour, last_hour = _columns(rows, dates, wanted, backdrop)
        groups = day_groups(rows, first=monday, today=_today())
        return render_template(
            "calendar/week.html",
            days=days,
            first_hour=first_hour,
            last_hour=last_hour,
            text=agenda_text(groups),
            **_frame(session, partnership, wanted, monday, WEEK),
        )


def _today() -> date:
    return local_day(clock.now(), zone())


def _bookings(
    session: Session, partnership: Partnership | None, wanted: CalendarFilter, first: date, days: int
) -> Sequence[Booking]:
    starts, ends = day_span(first, zone(), days=days)
    return session.scalars(wanted.bookings(viewer(), partnership, starts, ends)).all()


def _frame(
    session: Session, partnership: Partnership | None, wanted: CalendarFilter, first: date, days: int
) -> dict[str, Any]:
    """Title, filters, the two views and the way to earlier and later days, as both pages show them."""
    given = wanted.arguments()
    here = request.endpoint or ""
    last = first + timedelta(days=days - 1)
    step = timedelta(days=days)
    return {
        "title": f"{day_words(first, language(), year=True)} – {day_words(last, language())}",
        "wanted": wanted,
        "choices": filter_choices(session, viewer(), partnership),
        "first": first,
        "narrowed": bool(given),
        "may_book": partnership is not None and access.can_book(viewer(), partnership.id),
        "close_url": _close_url(partnership, wanted),
        "views": [
            {
                "label": words,
                "url": url_for(endpoint, day=first.isoformat(), **given),
                "active": endpoint == here,
            }
            for endpoint, words in (("calendar.agenda", _("列表")), ("calendar.week", _("一周")))
        ],
        "earlier": url_for(here, day=(first - step).isoformat(), **given),
        "later": url_for(here, day=(first + step).isoformat(), **given),
        "now_url": url_for(here, **given),
        "all_url": url_for(here, day=first.isoformat()),
    }


def _close_url(partnership: Partnership | None, wanted: CalendarFilter) -> str:
    """Where a closure is entered, of the organisation that the calendar shows; "" for who may enter none."""
    if partnership is None or not access.can_edit_some_resources(viewer(), partnership.id):
        return ""
    return url_for("directory.new_form", key="closures", organisation_id=wanted.organisation or wanted.museum)


def _columns(
    rows: Sequence[Booking], dates: Sequence[date], wanted: CalendarFilter, backdrop: Backdrop
) -> tuple[list[dict[str, Any]], int, int]:
    """The days that ui.week_grid shows, and its hours."""
    pieces = [pieces_of(rows, day, zone()) for day in dates]
    taught = [hours for day in dates for hours in backdrop.hours_of(day)]
    first_hour, last_hour = hours_of(pieces, taught)
    days = []
    for day, of_day in zip(dates, pieces, strict=True):
        blocks = [
            {**agenda_line(block.pop("booking")), **block}
            for block in blocks_of(of_day, first_hour, last_hour)
        ]
        crowded = max((block["lanes"] for block in blocks), default=0) >= MOST_LANES
        date_words, weekday = _column_words(day)
        days.append(
            {
                "label": weekday,
                "date": date_words,
                "url": url_for("calendar.agenda", day=day.isoformat(), **wanted.arguments()),
                "today": day == _today(),
                "notes": backdrop.notes.get(day, []) + [_("同时的活动很多，请看列表")] * crowded,
                "bands": backdrop.bands_of(day, first_hour, last_hour),
                "blocks": blocks,
            }
        )
    return days, first_hour, last_hour


def _periods(session: Session, rows: Sequence[Booking]) -> dict[int, str]:
    return periods_of(read_surroundings(session, rows), rows)


def _column_words(day: date) -> tuple[str, str]:
    """(12月6日, 周四), or (6 Dec, Thu)."""
    first, _space, rest = day_words(day, language()).partition(" ")
    return (first, rest) if language() == "zh" else (rest, first)
