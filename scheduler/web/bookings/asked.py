"""What a booking form asks about a time, as far as it is filled: who, and from when to when.

Not a plan: a title may still be missing and a row be half filled, and yet it can be told who is free.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from scheduler.domain.availability import make_question, question_of
from scheduler.domain.calendars.rules import Question
from scheduler.domain.casts import KIND_OF_ROLE
from scheduler.domain.holds import Span
from scheduler.domain.plans import default_timing, read_span
from scheduler.errors import Invalid
from scheduler.models.bookings import Booking, BookingKind, ParticipantRole, Side, Timing
from scheduler.models.resources import Resource, ResourceKind
from scheduler.web.bookings.form import BookingForm
from scheduler.web.bookings.options import WHOLE_ORGANISATION, Options
from scheduler.web.door import zone
from scheduler.web.forms import raw_of


@dataclass(frozen=True)
class Asked:
    """``receiving``: ids of the organisations at the receiving end; ``leave_out``: of the booking itself."""

    question: Question
    span: Span
    partnership_id: int
    receiving: tuple[int, ...] = ()
    leave_out: int | None = None


def asked_of(
    form: BookingForm, options: Options, *, partnership_id: int, booking: Booking | None
) -> Asked | None:
    """What the form asks; None while nobody is chosen or the time cannot be read."""
    span = span_of(form)
    parts = {resource.id: (resource, role) for resource, role in _chosen(form, options)}
    if span is None or not parts:
        return None
    receiving = tuple(dict.fromkeys(_receiving_ids(form, options)))
    host = _host_id(form, options)
    kind = BookingKind(form.kind.data) if form.kind.data in set(BookingKind) else BookingKind.LESSON
    timing = form.timing.data
    question = make_question(
        parts.values(),
        kind=kind,
        timing=Timing(timing) if timing in set(Timing) else default_timing(kind),
        site_ids=(*([host] if host else []), *receiving),
    )
    return Asked(question, span, partnership_id, receiving, booking.id if booking else None)


def asked_to_move(session: Session, booking: Booking, span: Span) -> Asked:
    """The booking as it is, at another time."""
    receiving = (site.organisation_id for site in booking.sites if site.side is Side.RECEIVING)
    question = question_of(session, booking)
    return Asked(question, span, booking.partnership_id, tuple(receiving), booking.id)


def span_of(form: Any) -> Span | None:
    """The time that stands in a form with ``date``, ``starts`` and ``ends``; None where there is none."""
    try:
        return read_span(raw_of(form), zone=zone())
    except Invalid:
        return None


def _chosen(form: BookingForm, options: Options) -> Iterator[tuple[Resource, ParticipantRole]]:
    for field, role in form.choosers():
        resource = _resource(field.data, options)
        if resource is not None and resource.kind is KIND_OF_ROLE.get(role, ResourceKind.PERSON):
            yield resource, role


def _receiving_ids(form: BookingForm, options: Options) -> Iterator[int]:
    """As a booking's sites are derived: what is named, else whose the class, the room or the teacher is."""
    for row in form.receiving:
        chosen = str(row.form.class_id.data or "")
        if chosen.startswith(WHOLE_ORGANISATION):
            place = id_of(chosen.removeprefix(WHOLE_ORGANISATION))
            if place in options.organisations:
                yield place
            continue
        brought = (_resource(field.data, options) for field in row.form)
        yield from [resource.organisation_id for resource in brought if resource][:1]


def _host_id(form: BookingForm, options: Options) -> int | None:
    host = id_of(form.host.form.organisation_id.data)
    if host in options.organisations:
        return host
    room = _resource(form.host.form.room_id.data, options)
    return room.organisation_id if room else None


def _resource(value: Any, options: Options) -> Resource | None:
    return options.resources.get(id_of(value))


def id_of(value: Any) -> int:
    """The number of a choice; 0, which is nobody's, for what is no number."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
