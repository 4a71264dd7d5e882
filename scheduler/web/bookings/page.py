"""What the page of a booking tells: ends of the line, people, segments, meeting, text for a chat, history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from unicodedata import east_asian_width

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import access
from scheduler.domain.bookings import OPEN
from scheduler.domain.queries import following, history
from scheduler.domain.times import local_day
from scheduler.models.bookings import (
    Booking,
    BookingKind,
    BookingState,
    CourseType,
    ParticipantRole,
    Participation,
    Side,
    Site,
    Subject,
)
from scheduler.models.places import Organisation
from scheduler.models.resources import MeetingAccount, Resource, ResourceKind, SchoolClass
from scheduler.web.bookings.changes import history_line
from scheduler.web.bookings.reach import place_in_series
from scheduler.web.bookings.time_card import Entries, time_card
from scheduler.web.calendar.agenda import agenda_line, clock_words, site_name
from scheduler.web.door import viewer, zone
from scheduler.web.locale import language, name_of
from scheduler.wording import day_words, label
from scheduler.wording.moments import distance_words

BAR_PIXELS, BAR_PIXELS_OF_PHONE = 560, 310


def booking_page(session: Session, booking: Booking, *, now: datetime) -> dict[str, Any]:
    """Everything that templates/bookings/show.html needs."""
    _load_details(session, booking)
    today = local_day(now, zone())
    tied = session.scalars(following(booking)).all()
    entries = [(entry, user) for entry, user in session.execute(history("booking", booking.id))]
    card = time_card(session, booking, entries, now=now)
    return {
        "booking": booking,
        "when": {**when_words(booking, today), "period": card["period"]},
        "time": card,
        "line": agenda_line(booking),
        **_contents(booking),
        "follows": _tied(booking.follows, today) if _visible(booking.follows) else None,
        "following": [_tied(row, today) for row in tied if _visible(row)],
        **_offers(booking, tied, place_in_series(session, booking), now=now),
        "history": _history(session, entries),
    }


def _contents(booking: Booking) -> dict[str, Any]:
    """Who and what comes together for what."""
    return {
        "sites": [_site(booking, site) for site in booking.sites],
        "pupils": sum(part.resource.head_count for part in _parts(booking, ParticipantRole.CLASS)),
        "people": _people(booking),
        "kits": [
            (part.resource.name, name_of(part.resource.organisation))
            for part in _parts(booking, ParticipantRole.KIT)
        ],
        "timing": label(language(), booking.timing),
        "segments": segment_bars(booking),
        "platform": _platform(booking),
        "chat_text": chat_text(booking),
        "subject": _told(booking, booking.subject),
        "course_type": _told(booking, booking.course_type),
        "cancel_reason": label(language(), booking.cancel_reason) if booking.cancel_reason else "",
    }


def _offers(
    booking: Booking, tied: Sequence[Booking], series: dict[str, Any] | None, *, now: datetime
) -> dict[str, Any]:
    """Its series, and what the viewer may do with it. ``tied``: what belongs to this lesson."""
    may_coordinate = access.can_change_booking(viewer(), booking)
    may_change = may_coordinate and booking.state in OPEN
    is_to_come = booking.kind is BookingKind.LESSON and booking.ends_at > now
    return {
        "series": series,
        "repeat_url": "" if series or not may_coordinate else url_for("series.new", like=booking.public_id),
        "may_coordinate": may_coordinate,
        "may_change": may_change,
        "record_url": record_url(booking) if access.can_write_record(viewer(), booking) else "",
        "record_first": booking.ends_at <= now and booking.state is not BookingState.CANCELLED,
        "wants_research": may_change and is_to_come and not any(row.state in OPEN for row in tied),
    }


def when_words(booking: Booking, today: date) -> dict[str, str]:
    """The mapping that ui.when takes."""
    day = local_day(booking.starts_at, zone())
    date_words, _space, weekday = day_words(day, language(), year=day.year != today.year).partition(" ")
    return {
        "date": date_words,
        "weekday": weekday,
        "interval": clock_words(booking.starts_at, booking.ends_at),
        "relative": distance_words(day, today, language()),
        "iso": booking.starts_at.isoformat(),
    }


def segment_bars(booking: Booking) -> list[dict[str, Any]]:
    """Segments in order: minutes from the start, where in the bar (percent of the whole), whether the
    label fits there on a wide screen and on a phone.
    """
    length = round((booking.ends_at - booking.starts_at).total_seconds() / 60)
    rows, begun = [], 0
    for segment in booking.segments:
        words, share = label(language(), segment.kind), segment.minutes / length
        pixels = sum(14 if east_asian_width(character) in "WF" else 8 for character in words)
        rows.append(
            {
                "kind": segment.kind.value,
                "label": words,
                "minutes": segment.minutes,
                "from": begun,
                "x": round(100 * begun / length, 3),
                "width": round(100 * share, 3),
                "fits": pixels < share * BAR_PIXELS,
                "fits_phone": pixels < share * BAR_PIXELS_OF_PHONE,
            }
        )
        begun += segment.minutes
    return rows


def chat_text(booking: Booking) -> str:
    """Time, place and link for a group chat; the passcode is for those who ask."""
    lines = [
        _("【%(kind)s】%(title)s", kind=label(language(), booking.kind), title=booking.title),
        _("时间：%(time)s", time=_whole_time(booking)),
    ]
    for site in booking.sites:
        words = " ".join(part for part in (site_name(booking, site), *_things(booking, site)) if part)
        lines.append(
            _("主讲：%(site)s", site=words) if site.side is Side.HOST else _("接收：%(site)s", site=words)
        )
    if booking.meeting_number:
        number, platform = booking.meeting_number, _platform(booking)
        lines.append(
            _("会议号：%(number)s（%(platform)s）", number=number, platform=platform)
            if platform
            else _("会议号：%(number)s", number=number)
        )
    if booking.join_url:
        lines.append(_("入会链接：%(url)s", url=booking.join_url))
    if booking.cancelled_at:
        lines.insert(0, _("此活动已取消"))
    return "\n".join(lines)


def record_url(booking: Booking) -> str:
    """Where the record of the booking is written."""
    return url_for("records.edit", public_id=booking.public_id)


def told_to(booking: Booking) -> dict[str, list[str]]:
    """Whose calendars a change reaches: organisations and people."""
    return {
        "organisations": list(dict.fromkeys(site_name(booking, site) for site in booking.sites)),
        "people": [
            part.resource.name for part in booking.participations if part.resource.kind is ResourceKind.PERSON
        ],
    }


def _told(booking: Booking, value: Subject | CourseType) -> str:
    """Subject or form in words; "" for a journey or a visit that has none."""
    nothing = value.value == "other" and booking.kind is not BookingKind.LESSON
    return "" if nothing else label(language(), value)


def _history(session: Session, entries: Entries) -> list[dict[str, Any]]:
    """What happened to it, newest first."""
    ids = {
        public_id for entry, _user in entries for public_id in entry.changes.get("follows", ()) if public_id
    }
    named = select(Booking.public_id, Booking.title).where(
        Booking.public_id.in_(ids), access.visible_bookings(viewer())
    )
    titles = dict(session.execute(named).all()) if ids else {}
    return [history_line(entry, user, titles) for entry, user in entries]


def tied_and_open(session: Session, booking: Booking, today: date) -> list[dict[str, Any]]:
    """What follows this lesson and stays where it is when the lesson moves, as far as the viewer moves it."""
    return [
        {**_tied(row, today), "move_url": url_for("bookings.move", public_id=row.public_id)}
        for row in session.scalars(following(booking)).all()
        if row.state in OPEN and _visible(row) and access.can_change_booking(viewer(), row)
    ]


def _load_details(session: Session, booking: Booking) -> None:
    """Head counts, platforms and units of what takes part: one query for each table, however many rows."""
    ids = [part.resource_id for part in booking.participations]
    units = select(Resource.organisation_id).where(Resource.id.in_(ids))
    session.scalars(select(Organisation).where(Organisation.id.in_(units))).all()
    for table in (SchoolClass, MeetingAccount):
        session.scalars(select(table).where(table.id.in_(ids))).all()


def _visible(booking: Booking | None) -> bool:
    return booking is not None and access.can_see_booking(viewer(), booking)


def _tied(booking: Booking, today: date) -> dict[str, Any]:
    day = local_day(booking.starts_at, zone())
    line = agenda_line(booking)
    return {**line, "interval": f"{day_words(day, language())} {line['interval']}"}


def _site(booking: Booking, site: Site) -> dict[str, Any]:
    return {
        "name": site_name(booking, site),
        "side": label(language(), site.side),
        "host": site.side is Side.HOST,
        "address": site.organisation.address,
        "rooms": _names(booking, site, ParticipantRole.ROOM),
        "classes": [
            part.resource for part in _parts(booking, ParticipantRole.CLASS) if part.site_id == site.id
        ],
        "assistants": _names(booking, site, ParticipantRole.ASSISTANT),
    }


def _people(booking: Booking) -> list[tuple[str, list[tuple[str, str]]]]:
    """(role, [(name, unit), …]) in the order of roles."""
    roles = [role for role in ParticipantRole if _parts(booking, role)]
    return [
        (
            label(language(), role),
            [(part.resource.name, name_of(part.resource.organisation)) for part in _parts(booking, role)],
        )
        for role in roles
        if _parts(booking, role)[0].resource.kind is ResourceKind.PERSON
    ]


def _parts(booking: Booking, role: ParticipantRole) -> list[Participation]:
    return [part for part in booking.participations if part.role is role]


def _names(booking: Booking, site: Site, role: ParticipantRole) -> list[str]:
    return [part.resource.name for part in _parts(booking, role) if part.site_id == site.id]


def _things(booking: Booking, site: Site) -> list[str]:
    return _names(booking, site, ParticipantRole.CLASS) + _names(booking, site, ParticipantRole.ROOM)


def _platform(booking: Booking) -> str:
    accounts = _parts(booking, ParticipantRole.ACCOUNT)
    return label(language(), accounts[0].resource.platform) if accounts else ""


def _whole_time(booking: Booking) -> str:
    day = local_day(booking.starts_at, zone())
    words = day_words(day, language(), year=True)
    return f"{words} {clock_words(booking.starts_at, booking.ends_at)}"
