"""What a closure hits, and moving it; closures themselves are rows of the directory."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.api.bearer import act, caller, viewer
from scheduler.api.bodies import json_object
from scheduler.api.booking_bodies import TIME
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Body, Operation, operation
from scheduler.api.shapes.closures import HitShape, HitsShape, MovedShape
from scheduler.api.shapes.values import IntervalShape, moment
from scheduler.api.show_booking import show_booking
from scheduler.domain import closures
from scheduler.domain.closures import MOST_HITS, MOVED_FIELDS, Hit

MOVES = Body("Moves", rows={"moves": ((*MOVED_FIELDS, *TIME), MOST_HITS)})


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    blueprint.add_url_rule("/closures/<row:closure_id>/hits", view_func=list_hits, methods=["GET"])
    blueprint.add_url_rule("/closures/<row:closure_id>/moves", view_func=move_hits, methods=["POST"])


@operation(Operation(summary="列出受停用影响的活动", tag="closures", answers={200: HitsShape}))
def list_hits(closure_id: int) -> ResponseReturnValue:
    """Bookings still to come that the closure is in the way of, as far as the caller sees them, each with
    up to three times at which everybody could be; no two bookings are offered times that exclude each other.
    """
    now = clock.now()
    with edge.read() as session:
        closure = closures.get_closure(session, closure_id, viewer=viewer())
        found = closures.hits(session, closure, viewer=viewer(), zone=caller().zone, now=now)
        left = closures.count_hits(session, closure, viewer=viewer(), now=now) - len(found)
        shown: HitsShape = {"items": [_hit(hit) for hit in found], "left": left}
    return jsonify(shown)


@operation(
    Operation(
        summary="把受影响的活动改到别的时间",
        tag="closures",
        body=MOVES,
        answers={200: MovedShape},
        fails=(403, 409),
    )
)
def move_hits(closure_id: int) -> ResponseReturnValue:
    """Move bookings that the closure hits, all or none: what one leaves, another may take. When some cannot
    be moved, none is, and ``moves`` of the problem says which and why (409). The time of each is either
    ``date``, ``starts`` and ``ends`` in the caller's zone, or ``starts_at`` and ``ends_at`` with offsets.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        closure = closures.get_closure(session, closure_id, viewer=viewer())
        moves = closures.read_moves(raw, zone=caller().zone)
        moved = closures.move_hits(session, closure, moves, viewer=viewer(), act=act())
        return Answer({"items": [show_booking(booking, viewer()) for booking in moved]})

    return changed(work)


def _hit(hit: Hit) -> HitShape:
    choices: list[IntervalShape] = [
        {"starts_at": moment(one.starts_at), "ends_at": moment(one.ends_at)} for one in hit.choices
    ]
    return {"booking": show_booking(hit.booking, viewer()), "choices": choices}
