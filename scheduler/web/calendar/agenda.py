"""Bookings as lines of an agenda: what, where, who, grouped by day, and the same as text to copy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _

from scheduler.domain.times import local_day
from scheduler.models.bookings import Booking, ParticipantRole, Side, Site
from scheduler.web.door import zone
from scheduler.web.locale import joined, language, name_of
from scheduler.wording import day_words, label
from scheduler.wording.moments import distance_words

MOST_NAMES = 3
TOLD_FIRST = (
    ParticipantRole.LEAD,
    ParticipantRole.EDUCATOR,
    ParticipantRole.RESEARCHER,
    ParticipantRole.HOST,
)


def agenda_line(booking: Booking, period: str = "") -> dict[str, Any]:
    """The mapping that ui.agenda_item shows."""
    return {
        "title": booking.title,
        "url": url_for("bookings.show", public_id=booking.public_id),
        "kind": booking.kind.value,
        "kind_label": label(language(), booking.kind),
        "state": booking.state.value,
        "state_label": label(language(), booking.state),
        "interval": clock_words(booking.starts_at, booking.ends_at),
        "period": period,
        "place": place_words(booking),
        "people": people_words(booking),
    }


def day_groups(
    bookings: Iterable[Booking],
    *,
    first: date,
    today: date,
    periods: Mapping[int, str] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Bookings (by start) under their local days; one that began before ``first`` stands under it.

    ``periods``: booking id → the lessons of a receiving school that it takes.
    """
    days: dict[date, list[dict[str, Any]]] = {}
    for booking in bookings:
        day = max(local_day(booking.starts_at, zone()), first)
        days.setdefault(day, []).append(agenda_line(booking, periods.get(booking.id, "")))
    return [
        {
            "day": day,
            "words": day_words(day, language(), year=day.year != today.year),
            "relative": distance_words(day, today, language()),
            "today": day == today,
            "lines": lines,
        }
        for day, lines in days.items()
    ]


def agenda_text(groups: Iterable[dict[str, Any]]) -> str:
    """The same days and lines as text for a group chat; what was cancelled says so."""
    blocks = []
    for group in groups:
        lines = [group["words"]]
        for line in group["lines"]:
            cancelled = _("（已取消）") if line["state"] == "cancelled" else ""
            lines.append(f"{line['interval']} {line['title']}{cancelled} {line['place']}".rstrip())
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def clock_words(starts_at: datetime, ends_at: datetime) -> str:
    """10:00–11:20; the end's day is named when it is another."""
    starts, ends = (instant.astimezone(ZoneInfo(zone())) for instant in (starts_at, ends_at))
    if starts.date() == ends.date():
        return f"{starts:%H:%M}–{ends:%H:%M}"
    return f"{starts:%H:%M}–{day_words(ends.date(), language())} {ends:%H:%M}"


def site_name(booking: Booking, site: Site) -> str:
    """The organisation by the name that it bore on the booking's day.

    (``site.booking`` would be a query for each site.)
    """
    place = site.organisation
    borne = place.name_at(local_day(booking.starts_at, zone()))
    return name_of(place) if borne == place.name else borne


def place_words(booking: Booking) -> str:
    """From where to where: the host and its room, and the receiving organisations."""
    host = [_host_words(booking, site) for site in booking.sites if site.side is Side.HOST]
    receiving = list(dict.fromkeys(site_name(booking, s) for s in booking.sites if s.side is Side.RECEIVING))
    return " → ".join(part for part in (joined(host), shortened(receiving)) if part)


def people_words(booking: Booking) -> str:
    """Who teaches and guides; where nobody does, who takes part."""
    people = [part for part in booking.participations if part.resource.kind.value == "person"]
    first = [part for part in people if part.role in TOLD_FIRST]
    return shortened([part.resource.name for part in first or people])


def shortened(names: list[str]) -> str:
    """The first few names, and how many there are when there are more."""
    if len(names) <= MOST_NAMES:
        return joined(names)
    return _("%(names)s 等 %(count)s 个", names=joined(names[:2]), count=len(names))


def _host_words(booking: Booking, site: Site) -> str:
    rooms = [
        part.resource.name
        for part in booking.participations
        if part.site_id == site.id and part.role is ParticipantRole.ROOM
    ]
    return " ".join([site_name(booking, site), *rooms])
