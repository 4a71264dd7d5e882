"""Whether bookings that stand suit the calendars as they are now: many at once, a fixed number of queries.

A closure entered later, or bells that changed, speak against what was booked long ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain.availability import interval_of, questions_of
from scheduler.domain.calendars.around import Around, look_around
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.rules import Question, objections, rules_for
from scheduler.domain.calendars.values import Calendars
from scheduler.domain.holds import Span
from scheduler.domain.intervals import Interval
from scheduler.errors import Objection
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, Side

Overridden = frozenset[tuple[str, str]]
"""(code, name) of the rules that a reason was given against."""


@dataclass(frozen=True)
class Surroundings:
    """The calendars around some bookings, and what each of them asks of these."""

    questions: Mapping[int, Question]
    calendars: Mapping[int, Calendars]
    """By partnership."""
    overridden: Mapping[int, Overridden]

    def said_of(self, booking: Booking) -> list[Objection]:
        """Everything that the rules say of it now, the soft ones first, overridden or not."""
        interval = _interval(booking)
        question = self.questions[booking.id]
        calendars = self.calendars[booking.partnership_id]
        return objections(rules_for(question, calendars, interval), interval)

    def speaks_against(self, booking: Booking) -> list[Objection]:
        """What speaks against it now, and nobody has given a reason for."""
        known = self.overridden.get(booking.id, frozenset())
        return [one for one in self.said_of(booking) if one.soft and _key(one) not in known]

    def around(self, booking: Booking, zone: str) -> Around:
        """What is known around its time; days of holidays are those of ``zone``."""
        return look_around(
            self.calendars[booking.partnership_id],
            _interval(booking),
            receiving=(site.organisation_id for site in booking.sites if site.side is Side.RECEIVING),
            present=self.questions[booking.id].present_ids,
            zone=zone,
        )


def read_surroundings(session: Session, bookings: Sequence[Booking]) -> Surroundings:
    """Read the calendars around ``bookings``, whose sites and participations are loaded."""
    questions = questions_of(session, bookings)
    return Surroundings(questions, _calendars(session, bookings, questions), _overridden(session, bookings))


def look_at_time(
    session: Session,
    question: Question,
    span: Span,
    *,
    partnership_id: int,
    receiving: Iterable[int],
    zone: str,
) -> tuple[Around, list[Objection]]:
    """What is known around a time that is only thought of, and what the rules say of it."""
    interval = interval_of(span)
    calendars = load_calendars(session, question.place_ids, interval, partnership_id=partnership_id)
    around = look_around(calendars, interval, receiving=receiving, present=question.present_ids, zone=zone)
    return around, objections(rules_for(question, calendars, interval), interval)


def _calendars(
    session: Session, bookings: Sequence[Booking], questions: Mapping[int, Question]
) -> dict[int, Calendars]:
    """A partnership at a time: hardly any page shows more than one."""
    found = {}
    for partnership_id in {booking.partnership_id for booking in bookings}:
        own = [booking for booking in bookings if booking.partnership_id == partnership_id]
        intervals = [_interval(booking) for booking in own]
        places = {place_id for booking in own for place_id in questions[booking.id].place_ids}
        within = min(starts for starts, _ends in intervals), max(ends for _starts, ends in intervals)
        found[partnership_id] = load_calendars(session, places, within, partnership_id=partnership_id)
    return found


def _overridden(session: Session, bookings: Sequence[Booking]) -> dict[int, Overridden]:
    """What was overridden when each was last written; the audit log is where that is kept."""
    ids = [booking.id for booking in bookings if booking.override_reason]
    if not ids:
        return {}
    rows = session.execute(
        select(AuditEntry.subject_id, AuditEntry.changes)
        .where(AuditEntry.subject == "booking", AuditEntry.subject_id.in_(ids))
        .order_by(AuditEntry.id)
    )
    return {
        booking_id: frozenset((code, name) for code, name in changes["overridden"][1])
        for booking_id, changes in rows
        if "overridden" in changes
    }


def _key(objection: Objection) -> tuple[str, str]:
    return objection.code, objection.facts.get("name", "")


def _interval(booking: Booking) -> Interval:
    return interval_of(Span(booking.starts_at, booking.ends_at))
