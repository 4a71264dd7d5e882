"""Finding a time: free slots with what speaks against each, and whether everybody is free at one."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.api.bearer import caller, viewer
from scheduler.api.booking_bodies import PARTNERSHIP, Instant
from scheduler.api.operations import Operation, operation
from scheduler.api.partnerships import partnership_of
from scheduler.api.questions import asked, given, of_query
from scheduler.api.shapes.hurdles import ConflictShape
from scheduler.api.shapes.slots import AvailabilityShape, NearMissShape, SlotShape, SlotsShape
from scheduler.api.shapes.values import moment
from scheduler.api.show_hurdles import show_conflict, show_objection, withhold
from scheduler.domain import access
from scheduler.domain.availability import ask
from scheduler.domain.calendars.rules import Question
from scheduler.domain.fields import Choice, Field, References
from scheduler.domain.plans import MOST_SITES, read_span
from scheduler.domain.queries import seen_among
from scheduler.domain.slots.near_misses import NearMiss
from scheduler.domain.slots.search import Slot, find_slots
from scheduler.domain.slots.wishes import SEARCH_FIELDS, Parts, read_company, read_search
from scheduler.errors import Conflict
from scheduler.models.bookings import BookingKind, Timing

SLOTS: tuple[Field, ...] = (PARTNERSHIP, *SEARCH_FIELDS)
AVAILABILITY: tuple[Field, ...] = (
    PARTNERSHIP,
    Parts(name="resource_ids", label="人员、场地、班级、会议账号或器材", required=True),
    References(name="organisation_id", label="单位", table="organisation", most=MOST_SITES),
    Instant(name="starts_at", label="开始时刻", required=True),
    Instant(name="ends_at", label="结束时刻", required=True),
    Choice(name="kind", label="类型", options=BookingKind, default=BookingKind.LESSON),
    Choice(name="timing", label="与上课时间的关系", options=Timing),
)


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    blueprint.add_url_rule("/slots", view_func=list_slots, methods=["GET"])
    blueprint.add_url_rule("/availability", view_func=read_availability, methods=["GET"])


@operation(
    Operation(summary="找大家都有空的时间", tag="slots", query=SLOTS, answers={200: SlotsShape}, fails=(403,))
)
def list_slots() -> ResponseReturnValue:
    """Ranked times at which all of ``required`` can be, and near misses with whoever blocks them.

    Days and hours are those of the caller's zone; without ``from`` and ``to``, from today on for four weeks.
    A resource is named by its id or, for another role than the usual one, as ``id:role``.
    """
    wanted = asked(SLOTS)
    with edge.read() as session, of_query():
        partnership_id = partnership_of(session, wanted[PARTNERSHIP.name])
        access.require(access.can_book(viewer(), partnership_id))
        search = read_search(
            session, given(SLOTS), partnership_id=partnership_id, zone=caller().zone, now=clock.now()
        )
        found = find_slots(session, search)
        shown: SlotsShape = {
            "slots": [_slot(slot) for slot in found.slots],
            "near_misses": [_near_miss(miss) for miss in found.near_misses],
            "looked_at": found.looked_at,
            "unpublished_years": list(found.unpublished),
        }
    return jsonify(shown)


@operation(
    Operation(
        summary="那时是否有空",
        tag="slots",
        query=AVAILABILITY,
        answers={200: AvailabilityShape},
    )
)
def read_availability() -> ResponseReturnValue:
    """Whether all of ``resource_ids`` are free for such a booking, buffers included, and if not, why not.

    Everybody with a role in the partnership may ask; a booking that the caller may not see is not named.
    """
    wanted = asked(AVAILABILITY)
    with edge.read() as session, of_query(required="resource_ids"):
        partnership_id = partnership_of(session, wanted[PARTNERSHIP.name])
        raw = given(AVAILABILITY)
        span = read_span({name: raw.get(name) for name in ("starts_at", "ends_at")}, zone=caller().zone)
        raw["required"] = raw.pop("resource_ids")
        company = read_company(session, raw, partnership_id=partnership_id)
        question = Question(company.kind, company.timing, company.required, company.organisation_ids)
        answer = ask(session, question, span, partnership_id=partnership_id)
        shown: AvailabilityShape = {
            "free": answer.is_free,
            "conflicts": _seen_conflicts(session, answer.conflicts),
            "objections": [show_objection(one) for one in answer.objections],
            "notes": [show_objection(one) for one in answer.notes],
        }
    return jsonify(shown)


def _seen_conflicts(session: Session, conflicts: Iterable[Conflict]) -> list[ConflictShape]:
    conflicts = list(conflicts)
    seen = seen_among(session, viewer(), {one.booking_public_id for one in conflicts})
    return [show_conflict(withhold(one, seen)) for one in conflicts]


def _slot(slot: Slot) -> SlotShape:
    return {
        "starts_at": moment(slot.span.starts_at),
        "ends_at": moment(slot.span.ends_at),
        "remarks": list(slot.remarks),
        "absent": sorted(slot.absent_ids),
        "missing": [show_conflict(one) for one in slot.missing],
        "objections": [show_objection(one) for one in slot.objections],
        "notes": [show_objection(one) for one in slot.notes],
    }


def _near_miss(miss: NearMiss) -> NearMissShape:
    return {
        "starts_at": moment(miss.span.starts_at),
        "ends_at": moment(miss.span.ends_at),
        "conflicts": [show_conflict(one) for one in miss.conflicts],
        "objections": [show_objection(one) for one in miss.objections],
    }
