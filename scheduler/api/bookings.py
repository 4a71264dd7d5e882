"""Bookings: list, book, read, change, move, cancel, and what happened to one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.api.bearer import act, caller, viewer
from scheduler.api.bodies import json_object, refuse_unknown
from scheduler.api.booking_bodies import (
    CANCEL,
    CANCEL_FIELDS,
    CHANGED_BOOKING,
    FILTERS,
    MOVE,
    NEW_BOOKING,
    REACH,
    TIME,
)
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Listed, Operation, operation
from scheduler.api.partnerships import take_partnership
from scheduler.api.questions import asked, listed
from scheduler.api.shapes.bookings import BookingShape, HistoryShape
from scheduler.api.show_booking import show_booking, show_history, show_whole_booking
from scheduler.api.versions import etag, showing_current, take_version
from scheduler.domain import access, bookings, queries
from scheduler.domain.fields import clean_fields
from scheduler.domain.plans import MOVE_FIELDS, read_plan, read_span
from scheduler.domain.series.change import Reach, cancel_occurrences, change_occurrences, reached
from scheduler.models.bookings import Booking

_MOVE_NAMES = [field.name for field in (*TIME, *MOVE_FIELDS)]


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    for rule, view, method in (
        ("/bookings", list_bookings, "GET"),
        ("/bookings", book, "POST"),
        ("/bookings/<booking:public_id>", read_booking, "GET"),
        ("/bookings/<booking:public_id>", change_booking, "PUT"),
        ("/bookings/<booking:public_id>/move", move_booking, "POST"),
        ("/bookings/<booking:public_id>/cancel", cancel_booking, "POST"),
        ("/bookings/<booking:public_id>/history", read_history, "GET"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])


@operation(Operation(summary="列出活动", tag="bookings", query=FILTERS, answers={200: Listed(BookingShape)}))
def list_bookings() -> ResponseReturnValue:
    """Bookings that the caller may see, by start. With ``from`` and ``to``: those that overlap [from, to)."""
    wanted = asked(FILTERS)
    chosen = queries.BookingFilter(
        starts=wanted["from"],
        ends=wanted["to"],
        partnership_id=wanted["partnership_id"],
        region_id=wanted["region_id"],
        organisation_id=wanted["organisation_id"],
        resource_id=wanted["resource_id"],
        kind=wanted["kind"],
        state=wanted["state"],
        words=wanted["q"],
        with_cancelled=wanted["with_cancelled"] != "false",
    )
    with edge.read() as session:
        query = queries.bookings(viewer(), chosen)
        return listed(session, query, wanted, lambda booking: show_booking(booking, viewer()))


@operation(
    Operation(
        summary="新建活动", tag="bookings", body=NEW_BOOKING, answers={201: BookingShape}, fails=(403, 409)
    )
)
def book() -> ResponseReturnValue:
    """Make a confirmed booking that holds all its resources, or name everybody who is busy (409).

    ``partnership_id`` may be left out by a caller who has only one. The time is either ``date``,
    ``starts`` and ``ends`` in the caller's zone, or ``starts_at`` and ``ends_at`` with offsets.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        partnership_id = take_partnership(session, raw)
        access.require(access.can_book(viewer(), partnership_id))
        plan = read_plan(raw, zone=caller().zone)
        booking = bookings.book(session, plan, partnership_id=partnership_id, act=act())
        access.require(access.can_change_booking(viewer(), booking))
        return _answer(booking, 201)

    return changed(work)


@operation(Operation(summary="读取活动", tag="bookings", answers={200: BookingShape}))
def read_booking(public_id: str) -> ResponseReturnValue:
    """One booking; the ETag is its version."""
    with edge.read() as session:
        return _answer(visible_booking(session, public_id)).response()


@operation(
    Operation(
        summary="修改活动内容",
        tag="bookings",
        body=CHANGED_BOOKING,
        answers={200: BookingShape},
        fails=(403, 409),
        versioned=True,
    )
)
def change_booking(public_id: str) -> ResponseReturnValue:
    """Let the booking be as the body says; what is left out is emptied. ``plan`` of the answer to GET is
    such a body. The version that was read is named in the body or by If-Match; an old one is refused
    with what stands there now (409). ``reach``: the others of its series as well, each on its own day;
    when one of them does not work, none is changed, and ``days`` of the problem says why (409).
    Rules are asked, and need ``override_reason``, where time, kind, timing or company change; otherwise none
    is in the way, and the reason that was given stays.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        booking = changeable_booking(session, public_id)
        version = take_version(raw, booking.version)
        reach = _take_reach(session, raw, booking)
        plan = read_plan(raw, zone=caller().zone)
        touched = change_occurrences(
            session, booking, plan, reach=reach, version=version, zone=caller().zone, act=act()
        )
        access.require(all(access.can_change_booking(viewer(), one) for one in touched))
        return _answer(booking)

    with showing_current(lambda session: current_booking(session, public_id)):
        return changed(work)


@operation(
    Operation(
        summary="活动改时间",
        tag="bookings",
        body=MOVE,
        answers={200: BookingShape},
        fails=(403, 409),
        versioned=True,
    )
)
def move_booking(public_id: str) -> ResponseReturnValue:
    """Another time, everything else as it was. ``override_reason``: why, although rules speak against it."""
    raw = json_object()

    def work(session: Session) -> Answer:
        booking = changeable_booking(session, public_id)
        version = take_version(raw, booking.version)
        refuse_unknown(raw, known=_MOVE_NAMES)
        span, why = read_span(raw, zone=caller().zone), clean_fields(MOVE_FIELDS, raw)
        bookings.move_booking(session, booking, span=span, version=version, act=act(), **why)
        return _answer(booking)

    with showing_current(lambda session: current_booking(session, public_id)):
        return changed(work)


@operation(
    Operation(
        summary="取消一场活动",
        tag="bookings",
        body=CANCEL,
        answers={200: BookingShape},
        fails=(403, 409),
        versioned=True,
    )
)
def cancel_booking(public_id: str) -> ResponseReturnValue:
    """Cancel, free all resources, keep the reason. This is final. ``reach``: others of its series as well."""
    raw = json_object()

    def work(session: Session) -> Answer:
        booking = changeable_booking(session, public_id)
        version = take_version(raw, booking.version)
        reach = _take_reach(session, raw, booking)
        why = clean_fields(CANCEL_FIELDS, raw, strict=True)
        cancel_occurrences(session, booking, **why, reach=reach, version=version, act=act())
        return _answer(booking)

    with showing_current(lambda session: current_booking(session, public_id)):
        return changed(work)


@operation(Operation(summary="活动的经过", tag="bookings", answers={200: HistoryShape}))
def read_history(public_id: str) -> ResponseReturnValue:
    """Everything that happened to the booking, newest first. Values that identify somebody are left out."""
    with edge.read() as session:
        booking = visible_booking(session, public_id)
        rows = session.execute(queries.history("booking", booking.id)).all()
        return {"items": [show_history(entry, user) for entry, user in rows]}


def visible_booking(session: Session, public_id: str) -> Booking:
    """The booking. Raises NotFound, also when the caller may not know of it."""
    booking = bookings.get_visible_booking(session, public_id, viewer=viewer())
    session.get(Booking, booking.id, options=queries.whole_booking(), populate_existing=True)
    return booking


def changeable_booking(session: Session, public_id: str) -> Booking:
    """The booking. Raises NotFound or Forbidden."""
    booking = visible_booking(session, public_id)
    access.require(access.can_change_booking(viewer(), booking))
    return booking


def current_booking(session: Session, public_id: str) -> tuple[int, Any]:
    """(version, representation) of what stands there now."""
    booking = visible_booking(session, public_id)
    return booking.version, show_whole_booking(booking, viewer())


def _take_reach(session: Session, raw: dict[str, Any], booking: Booking) -> Reach:
    """How far the change reaches. Raises Invalid, or Forbidden where the caller may not change all of it."""
    given = {REACH.name: raw.pop(REACH.name, None)}
    reach = Reach(clean_fields((REACH,), given)[REACH.name])
    touched = (one.booking for one in reached(session, booking, reach, act=act()))
    access.require(all(one is None or access.can_change_booking(viewer(), one) for one in touched))
    return reach


def _answer(booking: Booking, status: int = 200) -> Answer:
    location = f"/api/v1/bookings/{booking.public_id}" if status == 201 else ""
    body = dict(show_whole_booking(booking, viewer()))
    return Answer(body, status, location, etag(booking.version))
