"""A booking as answers show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scheduler.api.shapes.bookings import (
    BookingShape,
    CancelledShape,
    HistoryEntryShape,
    HostShape,
    PersonInRoleShape,
    ReceivingShape,
    SegmentShape,
)
from scheduler.api.shapes.values import Named, moment
from scheduler.domain import access
from scheduler.domain.access import Viewer
from scheduler.domain.plans import THINGS
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, ParticipantRole, Participation, Side, Site
from scheduler.models.users import User


def show_booking(booking: Booking, viewer: Viewer) -> BookingShape:
    """The booking; the passcode only for those who run it or take part with their organisation."""
    return {
        "id": booking.public_id,
        "partnership_id": booking.partnership_id,
        "kind": booking.kind,
        "state": booking.state,
        "title": booking.title,
        "subject": booking.subject,
        "course_type": booking.course_type,
        "starts_at": moment(booking.starts_at),
        "ends_at": moment(booking.ends_at),
        "host": _host(booking),
        "receiving": [_receiving(booking, site) for site in _receiving_sites(booking)],
        "people": [_person(part) for part in _people(booking)],
        "account": _named(_part(booking.participations, ParticipantRole.ACCOUNT, None)),
        "kits": [{"id": part.resource_id, "name": part.resource.name} for part in _kits(booking)],
        "meeting_number": booking.meeting_number,
        "passcode": booking.passcode if access.can_write_record(viewer, booking) else None,
        "join_url": booking.join_url,
        "segments": [_segment(segment) for segment in booking.segments],
        "note": booking.note,
        "follows": booking.follows.public_id if booking.follows else "",
        "timing": booking.timing,
        "override_reason": booking.override_reason,
        "cancelled": _cancelled(booking),
        "revision": booking.revision,
        "version": booking.version,
        "created_at": moment(booking.created_at),
        "revised_at": moment(booking.revised_at),
    }


def show_whole_booking(booking: Booking, viewer: Viewer) -> BookingShape:
    """With the body that would leave it as it is, for those who may change it."""
    return {
        **show_booking(booking, viewer),
        "plan": raw_of_booking(booking) if access.can_change_booking(viewer, booking) else None,
    }


def raw_of_booking(booking: Booking) -> dict[str, Any]:
    """The booking as ``domain.plans.read_plan`` takes it."""
    host = _host_site(booking)
    return {
        "kind": booking.kind.value,
        "title": booking.title,
        "subject": booking.subject.value,
        "course_type": booking.course_type.value,
        "starts_at": moment(booking.starts_at),
        "ends_at": moment(booking.ends_at),
        "host": {
            "organisation_id": host.organisation_id if host else None,
            "room_id": _id(_part(booking.participations, ParticipantRole.ROOM, host)),
        },
        "receiving": [
            {
                "organisation_id": site.organisation_id,
                "class_id": _id(_part(booking.participations, ParticipantRole.CLASS, site)),
                "room_id": _id(_part(booking.participations, ParticipantRole.ROOM, site)),
                "assistant_id": _id(_part(booking.participations, ParticipantRole.ASSISTANT, site)),
            }
            for site in _receiving_sites(booking)
        ],
        "people": [{"role": p.role.value, "person_id": p.resource_id} for p in _people(booking)],
        "account_id": _id(_part(booking.participations, ParticipantRole.ACCOUNT, None)),
        "meeting_number": booking.meeting_number,
        "passcode": booking.passcode,
        "join_url": booking.join_url,
        "segments": [{"kind": s.kind.value, "minutes": s.minutes} for s in booking.segments],
        "note": booking.note,
        "follows": booking.follows.public_id if booking.follows else "",
        "kits": [{"kit_id": part.resource_id} for part in _kits(booking)],
        "timing": booking.timing.value,
        "override_reason": booking.override_reason,
    }


def show_history(entry: AuditEntry, user: User | None) -> HistoryEntryShape:
    """One thing that happened."""
    return {
        "at": moment(entry.at),
        "verb": entry.verb,
        "by": user.name if user else None,
        "via": entry.via,
        "changes": entry.changes,
        "reason": entry.reason,
    }


def _host_site(booking: Booking) -> Site | None:
    return next((site for site in booking.sites if site.side is Side.HOST), None)


def _receiving_sites(booking: Booking) -> list[Site]:
    return [site for site in booking.sites if site.side is Side.RECEIVING]


def _people(booking: Booking) -> list[Participation]:
    return [p for p in booking.participations if p.site_id is None and p.role not in THINGS]


def _kits(booking: Booking) -> list[Participation]:
    return [p for p in booking.participations if p.role is ParticipantRole.KIT]


def _part(parts: Sequence[Participation], role: ParticipantRole, site: Site | None) -> Participation | None:
    wanted = site.id if site else None
    return next((part for part in parts if part.role is role and part.site_id == wanted), None)


def _id(part: Participation | None) -> int | None:
    return part.resource_id if part else None


def _named(part: Participation | None) -> Named | None:
    return {"id": part.resource_id, "name": part.resource.name} if part else None


def _organisation(site: Site) -> Named:
    return {"id": site.organisation_id, "name": site.organisation.name}


def _host(booking: Booking) -> HostShape | None:
    site = _host_site(booking)
    if site is None:
        return None
    room = _named(_part(booking.participations, ParticipantRole.ROOM, site))
    return {"organisation": _organisation(site), "room": room}


def _receiving(booking: Booking, site: Site) -> ReceivingShape:
    # Not site.booking: following a composite key back asks the database once for each site.
    parts = booking.participations
    return {
        "organisation": _organisation(site),
        "class": _named(_part(parts, ParticipantRole.CLASS, site)),
        "room": _named(_part(parts, ParticipantRole.ROOM, site)),
        "assistant": _named(_part(parts, ParticipantRole.ASSISTANT, site)),
    }


def _person(part: Participation) -> PersonInRoleShape:
    return {"role": part.role, "person": {"id": part.resource_id, "name": part.resource.name}}


def _segment(segment: Any) -> SegmentShape:
    return {"position": segment.position, "kind": segment.kind, "minutes": segment.minutes}


def _cancelled(booking: Booking) -> CancelledShape | None:
    if booking.cancelled_at is None:
        return None
    return {
        "at": moment(booking.cancelled_at),
        "reason": booking.cancel_reason,
        "words": booking.cancel_words,
    }
