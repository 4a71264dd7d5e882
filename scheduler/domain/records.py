"""The verbs of a record: save as a draft, file, reopen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import audit
from scheduler.domain.act import Act
from scheduler.domain.bookings import set_state
from scheduler.domain.record_content import RecordContent
from scheduler.domain.versions import require_version, revise
from scheduler.errors import Invalid, Problem, Refused
from scheduler.models.bookings import Booking, BookingState, ParticipantRole
from scheduler.models.records import Attendance, Incident, Question, Record, RecordState, SegmentMinutes


def get_record(session: Session, booking: Booking) -> Record | None:
    """The booking's record, None when nothing was entered yet."""
    return session.scalar(select(Record).where(Record.booking_id == booking.id))


def save_record(
    session: Session, booking: Booking, content: RecordContent, *, version: int, act: Act
) -> Record:
    """Save a draft; the first one makes the booking done. ``version`` is 0 when there was no record.

    Raises Refused (cancelled, not begun yet, already filed) or StaleEdit.
    """
    require_recordable(booking, at=act.at)
    # Of two who both begin the record, the second waits here and then reads the first one's.
    session.execute(select(Booking.id).where(Booking.id == booking.id).with_for_update(key_share=True))
    record = get_record(session, booking)
    require_version(record.version if record else 0, version, title=booking.title)
    if record and record.state is RecordState.FILED:
        raise Refused("record.filed", title=booking.title)
    before = record_facts(record) if record else {}
    if record is None:
        record = Record(booking_id=booking.id, created_at=act.at, revised_at=act.at)
        session.add(record)
    _write_content(session, record, booking, content)
    if before:
        revise(session, record, title=booking.title, act=act)
    set_state(session, booking, BookingState.DONE, act=act)
    _note(session, record, booking, act=act, verb="write", before=before)
    return record


def file_record(session: Session, booking: Booking, *, version: int, act: Act) -> Record:
    """File the record; the booking is then recorded. Raises Invalid when a class has no head count."""
    record = _existing(session, booking, version)
    before = record_facts(record)
    missing = _classes_without_attendance(record, booking)
    if missing:
        raise Invalid([Problem("attendances", "record.attendance_missing", {"classes": missing})])
    record.state, record.filed_at = RecordState.FILED, act.at
    revise(session, record, title=booking.title, act=act)
    set_state(session, booking, BookingState.RECORDED, act=act)
    _note(session, record, booking, act=act, verb="file", before=before)
    return record


def reopen_record(session: Session, booking: Booking, *, version: int, act: Act) -> Record:
    """Take a filed record back to draft, to correct it; the log keeps what stood before."""
    record = _existing(session, booking, version)
    before = record_facts(record)
    record.state, record.filed_at = RecordState.DRAFT, None
    revise(session, record, title=booking.title, act=act)
    set_state(session, booking, BookingState.DONE, act=act)
    _note(session, record, booking, act=act, verb="reopen", before=before)
    return record


def record_facts(record: Record) -> dict[str, Any]:
    """What the record says, in plain values."""
    return {
        "state": record.state.value,
        "actual_starts_at": record.actual_starts_at,
        "actual_ends_at": record.actual_ends_at,
        "link_test": record.link_test.value,
        "link_tested_at": record.link_tested_at,
        "equipment": record.equipment,
        "works": record.works,
        "questions_asked": record.questions_asked,
        "effect": record.effect,
        "reflection": record.reflection,
        "attendances": [[row.class_id, row.expected, row.present] for row in record.attendances],
        "segments": [[row.segment_id, row.minutes] for row in record.segment_minutes],
        "questions": [[row.class_id, row.question, row.answer] for row in record.questions],
        "incidents": [[r.kind.value, r.what, r.handling, r.minutes_lost] for r in record.incidents],
    }


def require_recordable(booking: Booking, *, at: datetime) -> None:
    """Raise Refused for what is cancelled, not confirmed, or has not begun at ``at``."""
    if booking.state in (BookingState.CANCELLED, BookingState.DRAFT, BookingState.REQUESTED):
        raise Refused("record.not_recordable", title=booking.title, state=booking.state)
    if at < booking.starts_at:
        raise Refused("record.too_early", title=booking.title, starts_at=booking.starts_at)


def _existing(session: Session, booking: Booking, version: int) -> Record:
    record = get_record(session, booking)
    if record is None:
        raise Refused("record.missing", title=booking.title)
    require_version(record.version, version, title=booking.title)
    return record


def _write_content(session: Session, record: Record, booking: Booking, content: RecordContent) -> None:
    for name, value in content.values.items():
        setattr(record, name, value)
    record.actual_starts_at, record.actual_ends_at = content.actual_starts_at, content.actual_ends_at
    record.link_tested_at = content.link_tested_at
    for rows in (record.attendances, record.segment_minutes, record.questions, record.incidents):
        rows.clear()
    session.flush()
    segments = {segment.position: segment.id for segment in booking.segments}
    record.attendances.extend(Attendance(**row) for row in content.attendances)
    record.segment_minutes.extend(
        SegmentMinutes(segment_id=segments[row["position"]], minutes=row["minutes"])
        for row in content.segments
    )
    record.questions.extend(Question(position=i, **row) for i, row in enumerate(content.questions))
    record.incidents.extend(
        Incident(position=i, **{**row, "minutes_lost": row["minutes_lost"] or 0})
        for i, row in enumerate(content.incidents)
    )


def _classes_without_attendance(record: Record, booking: Booking) -> list[str]:
    counted = {row.class_id for row in record.attendances}
    return [
        part.resource.name
        for part in booking.participations
        if part.role is ParticipantRole.CLASS and part.resource_id not in counted
    ]


def _note(
    session: Session, record: Record, booking: Booking, *, act: Act, verb: str, before: Mapping[str, Any]
) -> None:
    audit.note(
        session,
        act=act,
        verb=verb,
        subject="record",
        subject_id=record.id,
        partnership_id=booking.partnership_id,
        before=before,
        after=record_facts(record),
    )
    session.flush()
