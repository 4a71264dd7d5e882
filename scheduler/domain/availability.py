"""One question, one answer: is everybody free then, and if not, who is not and why.

Pages, API, slot finder and write path all ask here. Holds are never overridden; rules may be, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, with_polymorphic

from scheduler.domain.buffers import Margins, held_spans, load_margins
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.rules import Question, Wanted, objections, rules_for
from scheduler.domain.calendars.terms import stage_of
from scheduler.domain.holds import Span, conflicts
from scheduler.domain.intervals import Interval
from scheduler.errors import Conflict, Objection
from scheduler.models.bookings import Booking, BookingKind, ParticipantRole, Timing
from scheduler.models.resources import MeetingAccount, Resource, Room, SchoolClass

_WHOLE = with_polymorphic(Resource, [Room, SchoolClass, MeetingAccount])
WHOLE_RESOURCES = select(_WHOLE).where(_WHOLE.id.in_(bindparam("ids", expanding=True)))
"""Built once: every booking asks for it."""
FAR = 31 * 24 * 3600
"""Seconds: times further apart than this are asked about apart."""


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


def rule_objections(
    session: Session, question: Question, span: Span, *, partnership_id: int
) -> tuple[tuple[Objection, ...], tuple[Objection, ...]]:
    """(what speaks against the time, what is only to be told)."""
    interval = interval_of(span)
    calendars = load_calendars(session, question.place_ids, interval, partnership_id=partnership_id)
    said = objections(rules_for(question, calendars, interval), interval)
    return tuple(one for one in said if one.soft), tuple(one for one in said if not one.soft)


def soft_objections(
    session: Session, asked: Sequence[tuple[Question, Span]], *, partnership_id: int
) -> list[tuple[Objection, ...]]:
    """What speaks against each time, in their order. The calendars are read once for times that lie near."""
    said: dict[int, tuple[Objection, ...]] = {}
    for near in _near_each_other([interval_of(span) for _question, span in asked]):
        places = {place_id for index, _interval in near for place_id in asked[index][0].place_ids}
        within = near[0][1][0], max(interval[1] for _index, interval in near)
        calendars = load_calendars(session, places, within, partnership_id=partnership_id)
        for index, interval in near:
            rules = rules_for(asked[index][0], calendars, interval)
            said[index] = tuple(one for one in objections(rules, interval) if one.soft)
    return [said[index] for index in range(len(asked))]


def _near_each_other(intervals: Sequence[Interval]) -> Iterator[list[tuple[int, Interval]]]:
    """(index, interval), by start: what lies far from the others does not have all between read."""
    near: list[tuple[int, Interval]] = []
    for index, interval in sorted(enumerate(intervals), key=lambda one: one[1]):
        if near and interval[0] - near[-1][1][0] > FAR:
            yield near
            near = []
        near.append((index, interval))
    if near:
        yield near


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
                capacity=resource.capacity,
            )
            for resource, role in parts
        ),
        site_ids=tuple(dict.fromkeys(site_ids)),
    )


def question_of(session: Session, booking: Booking) -> Question:
    """The question about a booking as it stands."""
    return questions_of(session, [booking])[booking.id]


def questions_of(session: Session, bookings: Sequence[Booking]) -> dict[int, Question]:
    """Booking id → the question about it as it stands: one query, where their parts are loaded."""
    ids = {part.resource_id for booking in bookings for part in booking.participations}
    known = whole_resources(session, ids) if ids else {}
    return {
        booking.id: make_question(
            ((known[part.resource_id], part.role) for part in booking.participations),
            kind=booking.kind,
            timing=booking.timing,
            site_ids=(site.organisation_id for site in booking.sites),
        )
        for booking in bookings
    }


def whole_resources(session: Session, ids: Iterable[int]) -> Mapping[int, Resource]:
    """id → resource, with seats, head counts, grades and meeting numbers: one query, however many."""
    rows = session.scalars(WHOLE_RESOURCES, {"ids": list(ids)})
    return {resource.id: resource for resource in rows}
