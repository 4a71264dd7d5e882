"""What a booking is, in plain values. Pure."""

from __future__ import annotations

from typing import Any

from scheduler.models.bookings import Booking

# What a person must hear of: a change in any of these raises ``revision`` (SEQUENCE).
PLACE_AND_TIME = ("starts_at", "ends_at", "sites", "rooms", "account", "meeting_number", "join_url", "state")
THINGS = ("class", "room", "account", "kit")


def booking_facts(booking: Booking) -> dict[str, Any]:
    """What the booking is, in plain values: for the audit log and for telling two versions apart."""
    people = [
        [p.role.value, p.resource.name] for p in booking.participations if p.resource.kind.value == "person"
    ]
    things = {
        kind: [p.resource.name for p in booking.participations if p.role.value == kind] for kind in THINGS
    }
    return {
        "kind": booking.kind.value,
        "title": booking.title,
        "subject": booking.subject.value,
        "course_type": booking.course_type.value,
        "state": booking.state.value,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "sites": [[site.side.value, site.organisation.name] for site in booking.sites],
        "classes": things["class"],
        "rooms": things["room"],
        "account": things["account"],
        "people": people,
        "meeting_number": booking.meeting_number,
        "passcode": booking.passcode,
        "join_url": booking.join_url,
        "segments": [[segment.kind.value, segment.minutes] for segment in booking.segments],
        "note": booking.note,
        "follows": booking.follows.public_id if booking.follows else "",
        "kits": things["kit"],
        "timing": booking.timing.value,
        "override_reason": booking.override_reason,
    }
