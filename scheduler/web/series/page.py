"""What the page of a series tells: its days, text for a chat, history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.domain.queries import history, seen_among
from scheduler.domain.series.booking import is_to_book
from scheduler.domain.series.view import can_add, visible_bookings_of
from scheduler.domain.suitability import read_surroundings
from scheduler.domain.times import local_day
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, BookingState
from scheduler.models.series import Occurrence, Series
from scheduler.models.users import User
from scheduler.web.around_words import periods_of
from scheduler.web.bookings.page import when_words
from scheduler.web.calendar.agenda import agenda_line, clock_words
from scheduler.web.door import viewer, zone
from scheduler.web.locale import language
from scheduler.wording import day_words, label, moment_words

VERBS = {
    "book_series": lazy_gettext("预约了系列"),
    "add_occurrence": lazy_gettext("补上了跳过的一次"),
    "book_again": lazy_gettext("补上了取消的一次"),
    "change_occurrences": lazy_gettext("一起修改了"),
    "cancel_occurrences": lazy_gettext("一起取消了"),
}


def series_page(session: Session, series: Series, *, now: datetime) -> dict[str, Any]:
    """Everything that templates/series/show.html needs."""
    today = local_day(now, zone())
    seen = visible_bookings_of(session, series, viewer=viewer())
    shown = [one for one in _occurrences(session, series) if one.booking_id is None or one.booking_id in seen]
    may_add = can_add(series, viewer=viewer())
    periods = periods_of(read_surroundings(session, list(seen.values())), seen.values())
    rows = _rows(shown, today, may_add=may_add, periods=periods)
    bookings = [one.booking for one in shown if one.booking is not None]
    kept = [one for one in bookings if one.state is not BookingState.CANCELLED]
    skipped = sum(one.booking_id is None for one in shown)
    return {
        "series": series,
        "rows": rows,
        "totals": ngettext("共 %(num)s 次活动", "共 %(num)s 次活动", len(bookings)),
        "skipped": ngettext("跳过了 %(num)s 天", "跳过了 %(num)s 天", skipped) if skipped else "",
        "next": next((row for row in rows if row["coming"]), None),
        "chat_text": _chat_text(series, kept),
        "may_add_cancelled": any(row["booking"] and row["add_url"] for row in rows),
        "history": _history(session, series),
    }


def _occurrences(session: Session, series: Series) -> list[Occurrence]:
    query = (
        select(Occurrence)
        .where(Occurrence.series_id == series.id)
        .order_by(Occurrence.day)
        .options(joinedload(Occurrence.booking))
    )
    return list(session.scalars(query))


def _rows(
    occurrences: list[Occurrence], today: date, *, may_add: bool, periods: Mapping[int, str]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    number = 0
    for one in occurrences:
        day = day_words(one.day, language(), year=one.day.year != today.year)
        url = ""
        if may_add and is_to_book(one):
            url = url_for("series.add", public_id=one.series.public_id, day=one.day)
        if one.booking is None:
            rows.append({"day": day, "number": "", "booking": None, "add_url": url, "coming": False})
            continue
        number += 1
        booking = one.booking
        rows.append(
            {
                "day": day,
                "number": number,
                "booking": agenda_line(booking),
                "own_title": booking.title if booking.title != one.series.title else "",
                "when": {**when_words(booking, today), "period": periods.get(booking.id, "")},
                "planned": _planned(one, booking, today),
                "add_url": url,
                "coming": booking.state is not BookingState.CANCELLED
                and local_day(booking.starts_at, zone()) >= today,
            }
        )
    return rows


def _planned(one: Occurrence, booking: Booking, today: date) -> str:
    """When the series had it, where it was moved alone; "" where it is as planned."""
    planned = one.starts_at, one.ends_at
    if planned == (booking.starts_at, booking.ends_at) or one.starts_at is None or one.ends_at is None:
        return ""
    day = day_words(one.day, language(), year=one.day.year != today.year)
    return f"{day} {clock_words(one.starts_at, one.ends_at)}"


def _chat_text(series: Series, bookings: list[Booking]) -> str:
    """What is given when, and how to join it; the passcode is for those who ask."""
    if not bookings:
        return ""
    kind = label(language(), bookings[0].kind)
    count = ngettext("共 %(num)s 次活动", "共 %(num)s 次活动", len(bookings))
    lines = [_("【%(kind)s】%(title)s", kind=kind, title=series.title), count]
    lines += [
        f"{day_words(local_day(one.starts_at, zone()), language())} {clock_words(one.starts_at, one.ends_at)}"
        for one in bookings
    ]
    if bookings[0].meeting_number:
        lines.append(_("会议号：%(number)s", number=bookings[0].meeting_number))
    if bookings[0].join_url:
        lines.append(_("入会链接：%(url)s", url=bookings[0].join_url))
    return "\n".join(lines)


def _history(session: Session, series: Series) -> list[dict[str, Any]]:
    """Newest first; a cancelled booking that was replaced is linked for those who see it."""
    entries = list(session.execute(history("series", series.id)))
    seen = seen_among(session, viewer(), {_replaced(entry) for entry, _user in entries} - {""})
    return [_line(entry, user, seen) for entry, user in entries]


def _replaced(entry: AuditEntry) -> str:
    """The public id of the booking in whose place one was booked; "" where there is none."""
    return str(entry.changes.get("booking", ("",))[0] or "")


def _line(entry: AuditEntry, user: User | None, seen: Collection[str]) -> dict[str, Any]:
    replaced = _replaced(entry)
    days = [date.fromisoformat(day) for day in entry.changes.get("days", (None, []))[1] or []]
    return {
        "who": user.name if user else _("系统"),
        "when": moment_words(entry.at, language(), zone(), year=True),
        "iso": entry.at.isoformat(),
        "what": str(VERBS.get(entry.verb, entry.verb)),
        "days": [day_words(day, language()) for day in days],
        "was_url": url_for("bookings.show", public_id=replaced) if replaced in seen else "",
    }
