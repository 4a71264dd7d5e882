"""What the page of a booking tells of its time: periods, opening hours, buffers, what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain.bookings import OPEN
from scheduler.domain.suitability import read_surroundings
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking
from scheduler.models.holds import Hold
from scheduler.models.users import User
from scheduler.web.around_words import around_lines, first_period, objection_lines, site_names
from scheduler.web.door import zone
from scheduler.web.locale import joined, language
from scheduler.wording import moment_words

Entries = Sequence[tuple[AuditEntry, User | None]]
"""History, newest first."""


def time_card(session: Session, booking: Booking, entries: Entries, *, now: datetime) -> dict[str, Any]:
    """{lines, notes, against, override, held, period}; ``against`` only while it can still be moved."""
    surroundings = read_surroundings(session, [booking])
    around = surroundings.around(booking, zone())
    coming = booking.state in OPEN and booking.ends_at > now
    return {
        "lines": around_lines(around, site_names(booking)),
        "notes": objection_lines(one for one in surroundings.said_of(booking) if not one.soft),
        "against": objection_lines(surroundings.speaks_against(booking)) if coming else [],
        "override": _override(booking, entries),
        "held": _held_longer(session, booking),
        "period": first_period(around, site_names(booking)),
    }


def _override(booking: Booking, entries: Entries) -> dict[str, str] | None:
    """The reason that holds, and who gave it when."""
    if not booking.override_reason:
        return None
    given = next(((entry, user) for entry, user in entries if "overridden" in entry.changes), None)
    who, at = "", ""
    if given:
        entry, user = given
        who = user.name if user else _("系统")
        at = moment_words(entry.at, language(), zone(), year=True)
    return {"reason": booking.override_reason, "who": who, "at": at}


def _held_longer(session: Session, booking: Booking) -> list[tuple[str, str]]:
    """(from when to when, whom or what) for everything that is held longer than the booking lasts."""
    rows = session.execute(
        select(Hold.resource_id, Hold.starts_at, Hold.ends_at)
        .where(Hold.booking_id == booking.id)
        .order_by(Hold.starts_at, Hold.ends_at)
    )
    names = {part.resource_id: part.resource.name for part in booking.participations}
    groups: dict[str, list[str]] = {}
    for resource_id, starts_at, ends_at in rows:
        words = _longer_words(booking, starts_at, ends_at)
        if words:
            groups.setdefault(words, []).append(names.get(resource_id, ""))
    return [(words, joined(of_group)) for words, of_group in groups.items()]


def _longer_words(booking: Booking, starts_at: datetime, ends_at: datetime) -> str:
    before, after = _minutes(starts_at, booking.starts_at), _minutes(booking.ends_at, ends_at)
    words = []
    if before > 0:
        words.append(_("从 %(time)s 起占用（准备 %(minutes)s 分钟）", time=_clock(starts_at), minutes=before))
    if after > 0:
        words.append(_("占用到 %(time)s（结束后 %(minutes)s 分钟）", time=_clock(ends_at), minutes=after))
    return joined(words)


def _minutes(earlier: datetime, later: datetime) -> int:
    return round((later - earlier).total_seconds() / 60)


def _clock(instant: datetime) -> str:
    local = instant.astimezone(ZoneInfo(zone()))
    return f"{local.hour}:{local:%M}"
