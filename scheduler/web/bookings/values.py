"""What stands in a booking form before anything is typed: a fresh one, one after a lesson, a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from scheduler.domain.fields import Bad
from scheduler.domain.plans import THINGS
from scheduler.domain.times import read_clock
from scheduler.models.bookings import (
    Booking,
    BookingKind,
    CourseType,
    ParticipantRole,
    Participation,
    SegmentKind,
    Side,
    Site,
)
from scheduler.web.bookings.options import WHOLE_ORGANISATION

Segments = Sequence[tuple[SegmentKind, int]]
"""Kinds with their minutes, in order."""
RESEARCH_MINUTES = 30
FIRST_ROLES = {
    BookingKind.LESSON: (ParticipantRole.LEAD, ParticipantRole.EDUCATOR),
    BookingKind.RESEARCH: (ParticipantRole.RESEARCHER, ParticipantRole.LEAD),
}
FIRST_SEGMENTS = {
    BookingKind.LESSON: (
        (SegmentKind.TOUR, 20),
        (SegmentKind.TEACHING, 20),
        (SegmentKind.QUESTIONS, 15),
        (SegmentKind.HANDS_ON, 20),
        (SegmentKind.SUMMARY, 5),
    ),
    BookingKind.RESEARCH: ((SegmentKind.RESEARCH, RESEARCH_MINUTES),),
}
FIRST_HOURS = {BookingKind.LESSON: ("10:00", "11:20"), BookingKind.RESEARCH: ("14:00", "14:30")}
FIRST_COURSE_TYPE = {
    BookingKind.LESSON: CourseType.DEDICATED,
    BookingKind.RESEARCH: CourseType.MASTER_TEACHER,
}


def fresh_values(kind: BookingKind, day: date, starts: str = "", ends: str = "") -> dict[str, Any]:
    """A booking of this kind on ``day``: usual hours unless others are given, usual roles and segments."""
    usual_starts, usual_ends = FIRST_HOURS.get(kind, ("14:00", "15:00"))
    starts, ends = starts or usual_starts, ends or usual_ends
    return {
        "kind": kind,
        "subject": "history" if kind is BookingKind.LESSON else "other",
        "course_type": FIRST_COURSE_TYPE.get(kind, CourseType.OTHER),
        "date": day.isoformat(),
        "starts": starts,
        "ends": ends,
        "receiving": [{}],
        "people": [{"role": role} for role in FIRST_ROLES.get(kind, (ParticipantRole.ATTENDEE,))],
        "segments": _segments(_fitted(FIRST_SEGMENTS.get(kind, ()), _minutes_between(starts, ends))),
    }


def values_after(lesson: Booking, zone: str) -> dict[str, Any]:
    """Joint research about a lesson: the same people and places without the pupils, when it ends."""
    ends = lesson.ends_at + timedelta(minutes=RESEARCH_MINUTES)
    kept = values_of(lesson, zone)
    people = kept["people"] + [
        {"role": ParticipantRole.ATTENDEE, "person_id": row["assistant_id"]}
        for row in kept["receiving"]
        if row["assistant_id"]
    ]
    receiving = [site for site in lesson.sites if site.side is Side.RECEIVING]
    return {
        **kept,
        **time_values(lesson.ends_at, ends, zone),
        "kind": BookingKind.RESEARCH,
        "course_type": CourseType.MASTER_TEACHER,
        "title": _("《%(title)s》联合教研", title=lesson.title)[:120],
        "receiving": [_site_values(lesson, site, with_class=False) for site in receiving],
        "people": people,
        "kits": [],
        "timing": "",
        "segments": _segments(FIRST_SEGMENTS[BookingKind.RESEARCH]),
        "note": "",
        "override_reason": "",
        "follows": lesson.public_id,
    }


def values_of(booking: Booking, zone: str) -> dict[str, Any]:
    """The booking as its form shows it."""
    host = next((site for site in booking.sites if site.side is Side.HOST), None)
    receiving = [site for site in booking.sites if site.side is Side.RECEIVING]
    return {
        **time_values(booking.starts_at, booking.ends_at, zone),
        "kind": booking.kind,
        "title": booking.title,
        "subject": booking.subject,
        "course_type": booking.course_type,
        "follows": booking.follows.public_id if booking.follows else "",
        "host": {
            "organisation_id": host.organisation_id if host else "",
            "room_id": _held(booking.participations, ParticipantRole.ROOM, host.id if host else None),
        },
        "receiving": [_site_values(booking, site, with_class=True) for site in receiving],
        "people": [
            {"role": part.role, "person_id": part.resource_id}
            for part in booking.participations
            if part.site_id is None and part.role not in THINGS
        ],
        "kits": [
            {"kit_id": str(part.resource_id)}
            for part in booking.participations
            if part.role is ParticipantRole.KIT
        ],
        "timing": booking.timing,
        "segments": _segments((segment.kind, segment.minutes) for segment in booking.segments),
        "account_id": _held(booking.participations, ParticipantRole.ACCOUNT, None),
        "meeting_number": booking.meeting_number,
        "passcode": booking.passcode,
        "join_url": booking.join_url,
        "note": booking.note,
        "override_reason": booking.override_reason,
        "version": str(booking.version),
    }


def _site_values(booking: Booking, site: Site, *, with_class: bool) -> dict[str, Any]:
    """A receiving row; a site without its class is its whole organisation, and nobody assists there."""
    parts = [part for part in booking.participations if part.site_id == site.id]
    pupils = _held(parts, ParticipantRole.CLASS, site.id) if with_class else ""
    return {
        "class_id": pupils or f"{WHOLE_ORGANISATION}{site.organisation_id}",
        "room_id": _held(parts, ParticipantRole.ROOM, site.id),
        "assistant_id": _held(parts, ParticipantRole.ASSISTANT, site.id) if with_class else "",
    }


def _held(parts: list[Participation], role: ParticipantRole, site_id: int | None) -> str:
    """The id of the resource in this role at this site, as a choice; "" for none."""
    return next(
        (str(part.resource_id) for part in parts if part.role is role and part.site_id == site_id), ""
    )


def _minutes_between(starts: str, ends: str) -> int:
    """0 where one of them is no clock time, or the end comes first."""
    try:
        first, last = (clock.hour * 60 + clock.minute for clock in map(read_clock, (starts, ends)))
    except Bad:
        return 0
    return max(0, last - first)


def _fitted(segments: Segments, minutes: int) -> Segments:
    """The segments, each shortened alike where together they are longer than ``minutes``."""
    together = sum(length for _kind, length in segments)
    if not 0 < minutes < together:
        return segments
    borders = [round(at * minutes / together) for at in accumulate((one[1] for one in segments), initial=0)]
    lengths = [end - start for start, end in pairwise(borders)]
    return [(kind, length) for (kind, _long), length in zip(segments, lengths, strict=True) if length]


def _segments(rows: Any) -> list[dict[str, Any]]:
    return [{"kind": kind, "minutes": str(minutes)} for kind, minutes in rows] or [{}]


def time_values(starts_at: datetime, ends_at: datetime, zone: str) -> dict[str, str]:
    """A time as the fields ``date``, ``starts`` and ``ends`` have it."""
    starts, ends = (instant.astimezone(ZoneInfo(zone)) for instant in (starts_at, ends_at))
    return {"date": f"{starts:%Y-%m-%d}", "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
