"""One question, one answer: is everybody free then, and if not, who is not and why.

Pages, API, slot finder and write path all ask here. Holds are never overridden; rules may be, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, with_polymorphic

from scheduler.domain.buffers import Margins, held_spans, load_margins
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.rules import Question, Wanted, objections, rules_for
from scheduler.domain.calendars.terms import stage_of
from scheduler.domain.holds import Span, conflicts
from scheduler.domain.intervals import Interval
from scheduler.errors import Clash, Conflict, Objected, Objection
from scheduler.models.bookings import Booking, BookingKind, ParticipantRole, Timing
from scheduler.models.resources import MeetingAccount, Resource, Room, SchoolClass

_WHOLE = with_polymorphic(Resource, [Room, SchoolClass, MeetingAccount])
WHOLE_RESOURCES = select(_WHOLE).where(_WHOLE.id.in_(bindparam("ids", expanding=True)))
"""Built once: every booking asks for it."""


@dataclass(frozen=True)
class Answer:
    """Free, or why not: ``conflicts`` are holds, ``objections`` rules, ``notes`` only to be told."""

    conflicts: tuple[Conflict, ...] = ()
    objections: tuple[Objection, ...] = ()
    notes: tuple[Objection, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether it can be booked without a reason."""
        return not self.conflicts and not self.objections


def ask(
    session: Session, question: Question, span: Span, *, partnership_id: int, leave_out: int | None = None
) -> Answer:
    """Whether everybody and everything is free for a booking of ``span``, buffers included.

    ``leave_out`` is the id of a booking whose own holds do not count.
    """
    soft, notes = rule_objections(session, question, span, partnership_id=partnership_id)
    margins = load_margins(session, partnership_id, question.kind)
    busy = conflicts(session, spans_of(question, span, margins), leave_out=leave_out)
    return Answer(tuple(busy), soft, notes)


def require_suitable(
    session: Session,
    question: Question,
    span: Span,
    *,
    margins: Margins,
    partnership_id: int,
    reason: str,
    leave_out: int | None = None,
) -> tuple[Objection, ...]:
    """The rules that ``reason`` overrides, none when nothing objects.

    Without a reason raises Objected, or, when somebody is busy as well, Clash with both.
    """
    soft, _notes = rule_objections(session, question, span, partnership_id=partnership_id)
    if soft and not reason:
        busy = conflicts(session, spans_of(question, span, margins), leave_out=leave_out)
        if busy:
            raise Clash(busy, soft)
        raise Objected(soft)
    return soft


def rule_objections(
    session: Session, question: Question, span: Span, *, partnership_id: int
) -> tuple[tuple[Objection, ...], tuple[Objection, ...]]:
    """(what speaks against the time, what is only to be told)."""
    interval = interval_of(span)
    calendars = load_calendars(session, question.place_ids, interval, partnership_id=partnership_id)
    said = objections(rules_for(question, calendars, interval), interval)
    return tuple(one for one in said if one.soft), tuple(one for one in said if not one.soft)


def spans_of(question: Question, span: Span, margins: Margins) -> dict[int, Span]:
    """Resource id → how long a booking of ``span`` holds it."""
    return held_spans(span, ((one.resource_id, one.role) for one in question.wanted), margins)


def interval_of(span: Span) -> Interval:
    """In whole seconds since the epoch."""
    return int(span.starts_at.timestamp()), int(span.ends_at.timestamp())


def make_question(
    parts: Iterable[tuple[Resource, ParticipantRole]],
    *,
    kind: BookingKind,
    timing: Timing,
    site_ids: Iterable[int] = (),
) -> Question:
    """The question about resources in their roles (with a class's own columns loaded)."""
    return Question(
        kind=kind,
        timing=timing,
        wanted=tuple(
            Wanted(
                resource_id=resource.id,
                kind=resource.kind,
                name=resource.name,
                place_id=resource.organisation_id,
                role=role,
                stage=stage_of(resource.grade) if isinstance(resource, SchoolClass) else None,
            )
            for resource, role in parts
        ),
        site_ids=tuple(dict.fromkeys(site_ids)),
    )


def question_of(session: Session, booking: Booking) -> Question:
    """The question about a booking as it stands."""
    roles = {part.resource_id: part.role for part in booking.participations}
    known = whole_resources(session, roles)
    return make_question(
        ((known[resource_id], role) for resource_id, role in roles.items()),
        kind=booking.kind,
        timing=booking.timing,
        site_ids=(site.organisation_id for site in booking.sites),
    )


def whole_resources(session: Session, ids: Iterable[int]) -> Mapping[int, Resource]:
    """id → resource, with seats, head counts, grades and meeting numbers: one query, however many."""
    rows = session.scalars(WHOLE_RESOURCES, {"ids": list(ids)})
    return {resource.id: resource for resource in rows}
