"""Buffers: the minutes before and after a booking that are held as well, by kind and role."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.api.bearer import act, viewer
from scheduler.api.bodies import json_object
from scheduler.api.booking_bodies import PARTNERSHIP
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Body, Operation, operation
from scheduler.api.partnerships import partnership_of, take_partnership
from scheduler.api.questions import asked, of_query
from scheduler.api.shapes.buffers import BufferShape, BuffersShape
from scheduler.domain import access, buffers
from scheduler.domain.buffers import KIND, MARGIN_FIELDS, chosen_margins, default_margin
from scheduler.domain.fields import Choice, Field
from scheduler.models.bookings import BookingKind, ParticipantRole

BUFFERS: tuple[Field, ...] = (PARTNERSHIP, Choice(name="kind", label="类型", options=BookingKind))
NEW_BUFFERS = Body("NewBuffers", (KIND, PARTNERSHIP), rows={"margins": (MARGIN_FIELDS, len(ParticipantRole))})


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    blueprint.add_url_rule("/buffers", view_func=list_buffers, methods=["GET"])
    blueprint.add_url_rule("/buffers", view_func=set_buffers, methods=["PUT"])


@operation(Operation(summary="列出准备时间", tag="buffers", query=BUFFERS, answers={200: BuffersShape}))
def list_buffers() -> ResponseReturnValue:
    """The minutes that hold for every role, of one kind of booking or of all."""
    wanted = asked(BUFFERS)
    with edge.read() as session:
        with of_query():
            partnership_id = partnership_of(session, wanted[PARTNERSHIP.name])
        return jsonify(_shown(session, partnership_id, wanted["kind"]))


@operation(
    Operation(
        summary="设定准备时间", tag="buffers", body=NEW_BUFFERS, answers={200: BuffersShape}, fails=(403,)
    )
)
def set_buffers() -> ResponseReturnValue:
    """Set the minutes of the roles that the body names, of one kind. A row without minutes goes back to the
    default. Bookings that stand keep what they hold until their time, kind or company changes.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        partnership_id = take_partnership(session, raw)
        access.require(access.can_edit_regions(viewer(), partnership_id))
        kind = buffers.set_buffers(session, raw, partnership_id=partnership_id, act=act())
        return Answer(dict(_shown(session, partnership_id, kind)))

    return changed(work)


def _shown(session: Session, partnership_id: int, wanted: BookingKind | None) -> BuffersShape:
    chosen = chosen_margins(session, partnership_id)
    kinds = BookingKind if wanted is None else (wanted,)
    items: list[BufferShape] = []
    for kind in kinds:
        for role in ParticipantRole:
            default = default_margin(kind, role)
            margin = chosen.get(kind, {}).get(role, default)
            items.append(
                {
                    "kind": kind,
                    "role": role,
                    "before": margin.before,
                    "after": margin.after,
                    "is_default": role not in chosen.get(kind, {}),
                    "default": {"before": default.before, "after": default.after},
                }
            )
    return {"items": items}
