"""Today: what is coming, and what needs me."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.domain import access
from scheduler.domain.queries import BookingFilter, bookings, records_due
from scheduler.domain.times import day_span, local_day
from scheduler.models.bookings import Booking
from scheduler.models.places import Partnership
from scheduler.web.bookings.page import record_url
from scheduler.web.calendar.agenda import agenda_line, agenda_text, day_groups
from scheduler.web.door import viewer, zone
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language
from scheduler.wording import day_words
from scheduler.wording.moments import distance_words

blueprint = Blueprint("home", __name__)

DAYS = 14
MOST_COMING = 60
MOST_DUE = 8


@blueprint.get("/")
def today() -> str:
    """Today and the coming days."""
    now = clock.now()
    day = local_day(now, zone())
    with edge.read() as session:
        partnership = partnership_of_page(session)
        groups = _coming(session, partnership, day)
        due = _due(session, now)
        return render_template(
            "home/today.html",
            groups=groups,
            text=agenda_text(groups),
            sentence=f"{day_words(day, language(), year=True)} · {_sentence(groups)}",
            due=[_due_line(booking, day) for booking in due[:MOST_DUE]],
            more_due=max(len(due) - MOST_DUE, 0),
            may_book=partnership is not None and access.can_book(viewer(), partnership.id),
            ever=bool(groups) or session.scalar(bookings(viewer(), BookingFilter()).limit(1)) is not None,
        )


def _coming(session: Session, partnership: Partnership | None, day: date) -> list[dict[str, Any]]:
    """Today's and the coming fortnight's."""
    starts, ends = day_span(day, zone(), days=DAYS)
    wanted = BookingFilter(starts=starts, ends=ends, partnership_id=partnership.id if partnership else None)
    rows = session.scalars(bookings(viewer(), wanted).limit(MOST_COMING)).all()
    return day_groups(rows, first=day, today=day)


def _due(session: Session, now: datetime) -> list[Booking]:
    """Lessons over whose record is not filed, and which the viewer may write."""
    rows = session.scalars(records_due(viewer(), now).limit(MOST_COMING))
    return [booking for booking in rows if access.can_write_record(viewer(), booking)]


def _due_line(booking: Booking, day: date) -> dict[str, Any]:
    over = local_day(booking.ends_at, zone())
    return {
        **agenda_line(booking),
        "day": day_words(over, language(), year=over.year != day.year),
        "relative": distance_words(over, day, language()),
        "record_url": record_url(booking),
    }


def _sentence(groups: list[dict[str, Any]]) -> str:
    """How many today; where there is none, when the next one is."""
    live = [(group, sum(line["state"] != "cancelled" for line in group["lines"])) for group in groups]
    live = [(group, number) for group, number in live if number]
    if not live:
        return _("两周内没有活动")
    group, number = live[0]
    if group["today"]:
        return ngettext("今天有 %(num)s 场活动", "今天有 %(num)s 场活动", number)
    return _("今天没有活动，最近的在%(day)s（%(relative)s）", day=group["words"], relative=group["relative"])
