"""Today: what is coming, and what needs me."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.domain import access
from scheduler.domain.bookings import OPEN
from scheduler.domain.queries import BookingFilter, bookings, records_due
from scheduler.domain.suitability import Surroundings, read_surroundings
from scheduler.domain.times import day_span, local_day
from scheduler.errors import Objection
from scheduler.models.bookings import Booking
from scheduler.models.places import Partnership
from scheduler.web.around_words import periods_of
from scheduler.web.bookings.page import record_url
from scheduler.web.calendar.agenda import agenda_line, agenda_text, day_groups
from scheduler.web.calendar.backdrop import read_backdrop
from scheduler.web.calendar.filters import CalendarFilter
from scheduler.web.closures.links import hits_urls
from scheduler.web.door import viewer, zone
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language
from scheduler.wording import day_words, explain
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
        rows = _coming(session, partnership, day)
        surroundings = read_surroundings(session, rows)
        groups = day_groups(rows, first=day, today=day, periods=periods_of(surroundings, rows))
        due = _due(session, now)
        unsuited = _unsuited(surroundings, rows, now)
        shown = unsuited[:MOST_DUE]
        hits = hits_urls(session, [said for _booking, said in shown])
        return render_template(
            "home/today.html",
            groups=groups,
            notes=_notes(session, partnership, groups),
            unsuited=[
                _unsuited_line(booking, said, day) | {"hits_url": url}
                for (booking, said), url in zip(shown, hits, strict=True)
            ],
            more_unsuited=max(len(unsuited) - MOST_DUE, 0),
            text=agenda_text(groups),
            sentence=f"{day_words(day, language(), year=True)} · {_sentence(groups)}",
            due=[_due_line(booking, day) for booking in due[:MOST_DUE]],
            more_due=max(len(due) - MOST_DUE, 0),
            may_book=partnership is not None and access.can_book(viewer(), partnership.id),
            may_close=partnership is not None and access.can_edit_some_resources(viewer(), partnership.id),
            ever=bool(groups) or session.scalar(bookings(viewer(), BookingFilter()).limit(1)) is not None,
        )


def _coming(session: Session, partnership: Partnership | None, day: date) -> Sequence[Booking]:
    """Today's and the coming fortnight's."""
    starts, ends = day_span(day, zone(), days=DAYS)
    wanted = BookingFilter(starts=starts, ends=ends, partnership_id=partnership.id if partnership else None)
    return session.scalars(bookings(viewer(), wanted).limit(MOST_COMING)).all()


def _notes(
    session: Session, partnership: Partnership | None, groups: list[dict[str, Any]]
) -> dict[date, list[str]]:
    """What the calendars say of the days that have bookings."""
    return read_backdrop(session, partnership, CalendarFilter(), [group["day"] for group in groups]).notes


def _unsuited(
    surroundings: Surroundings, rows: Sequence[Booking], now: datetime
) -> list[tuple[Booking, Objection]]:
    """Those that the viewer may still move and a rule speaks against by now, with the first such rule."""
    found = []
    for booking in rows:
        if booking.state in OPEN and booking.ends_at > now and access.can_change_booking(viewer(), booking):
            found += [(booking, said) for said in surroundings.speaks_against(booking)[:1]]
    return found


def _unsuited_line(booking: Booking, said: Objection, day: date) -> dict[str, Any]:
    starts = local_day(booking.starts_at, zone())
    return {
        **agenda_line(booking),
        "day": day_words(starts, language(), year=starts.year != day.year),
        "relative": distance_words(starts, day, language()),
        "sentence": explain(said, language(), zone=zone()),
        "move_url": url_for("bookings.move", public_id=booking.public_id),
    }


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
