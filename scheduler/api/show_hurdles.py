"""What is in the way of a time as answers show it: who is busy, and which rules object."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from scheduler.api.bearer import language, zone
from scheduler.api.shapes.closures import BlockedMoveShape
from scheduler.api.shapes.hurdles import ConflictShape, ObjectionShape
from scheduler.api.shapes.series import BlockedDayShape
from scheduler.api.shapes.values import moment
from scheduler.errors import BlockedDay, BlockedMove, Conflict, Objection
from scheduler.models.resources import ResourceKind
from scheduler.wording import conflict_words, explain


def show_conflict(conflict: Conflict) -> ConflictShape:
    """Who is busy, with what, until when."""
    known = bool(conflict.booking_public_id)
    return {
        "resource": {
            "id": conflict.resource_id,
            "kind": ResourceKind(conflict.resource_kind),
            "name": conflict.resource_name,
        },
        "holder": {"booking": conflict.booking_public_id, "title": conflict.title} if known else None,
        "interval": {"starts_at": moment(conflict.starts_at), "ends_at": moment(conflict.ends_at)},
        "detail": conflict_words(conflict, language(), zone=zone()),
    }


def withhold(conflict: Conflict, seen: Collection[str]) -> Conflict:
    """The conflict without its booking, where that is not among the public ids that may be ``seen``."""
    if conflict.booking_public_id in seen:
        return conflict
    return replace(conflict, booking_public_id="", title="")


def show_blocked_day(blocked: BlockedDay) -> BlockedDayShape:
    """A day of a series, and what is in its way."""
    return {
        "day": blocked.day.isoformat(),
        "conflicts": [show_conflict(conflict) for conflict in blocked.conflicts],
        "objections": [show_objection(objection) for objection in blocked.objections],
        "errors": [explain(problem, language(), zone=zone()) for problem in blocked.problems],
    }


def show_objection(objection: Objection) -> ObjectionShape:
    """What a rule says."""
    return {
        "code": objection.code,
        "subject": {"kind": objection.subject_kind, "id": objection.subject_id or None},
        "detail": explain(objection, language(), zone=zone()),
        "soft": objection.soft,
    }


def show_blocked_move(move: BlockedMove) -> BlockedMoveShape:
    """Why one of several bookings cannot be where it was put."""
    return {
        "booking": move.booking_public_id,
        "title": move.title,
        "code": move.code,
        "conflicts": [show_conflict(conflict) for conflict in move.conflicts],
        "objections": [show_objection(objection) for objection in move.objections],
    }
