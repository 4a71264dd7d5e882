"""What happened in a booking: read from raw input, saved as a draft, filed, reopened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from scheduler.domain import audit
from scheduler.domain.act import Act
from scheduler.domain.bookings import set_state
from scheduler.domain.fields import Bad, Choice, Cleaner, Field, Reference, Text, Whole
from scheduler.domain.times import check_interval, local_day, local_instant, read_clock, read_instant
from scheduler.errors import Invalid, Problem, Refused, StaleEdit
from scheduler.models.bookings import Booking, BookingState, ParticipantRole
from scheduler.models.records import (
    Attendance,
    Incident,
    IncidentKind,
    LinkTest,
    Question,
    Record,
    RecordState,
    SegmentMinutes,
)

MOST_ROWS = 200

RECORD_FIELDS: tuple[Field, ...] = (
    Choice(name="link_test", label="联调结果", options=LinkTest),
    Text(name="equipment", label="设备与网络情况", longest=2000, multiline=True),
    Whole(name="works", label="作品件数", most=10_000),
    Whole(name="questions_asked", label="问答总数", most=10_000),
    Text(name="effect", label="效果", longest=5000, multiline=True),
    Text(name="reflection", label="反思", longest=5000, multiline=True),
)
ATTENDANCE_FIELDS: tuple[Field, ...] = (
    Reference(name="class_id", label="班级", table="class", required=True),
    Whole(name="expected", label="应到", most=1000, required=True),
    Whole(name="present", label="实到", most=1000, required=True),
)
SEGMENT_FIELDS: tuple[Field, ...] = (
    Whole(name="position", label="环节序号", most=100, required=True),
    Whole(name="minutes", label="实际分钟", most=1439, required=True),
)
QUESTION_FIELDS: tuple[Field, ...] = (
    Reference(name="class_id", label="提问班级", table="class"),
    Text(name="question", label="问题", longest=1000, multiline=True, required=True),
    Text(name="answer", label="解答", longest=2000, multiline=True),
)
INCIDENT_FIELDS: tuple[Field, ...] = (
    Choice(name="kind", label="故障类型", options=IncidentKind, required=True),
    Text(name="what", label="故障情况", longest=1000, multiline=True, required=True),
    Text(name="handling", label="处置", longest=1000, multiline=True),
    Whole(name="minutes_lost", label="耽误分钟", most=1439),
)
TIMES = ("actual_starts", "actual_ends", "link_tested")
ROWS: dict[str, tuple[Field, ...]] = {
    "attendances": ATTENDANCE_FIELDS,
    "segments": SEGMENT_FIELDS,
    "questions": QUESTION_FIELDS,
    "incidents": INCIDENT_FIELDS,
}


@dataclass(frozen=True)
class RecordContent:
    """What is entered after the lesson. Instants are UTC; rows are name → value by the fields above."""

    values: Mapping[str, Any]
    actual_starts_at: datetime | None
    actual_ends_at: datetime | None
    link_tested_at: datetime | None
    attendances: Sequence[Mapping[str, Any]]
    segments: Sequence[Mapping[str, Any]]
    questions: Sequence[Mapping[str, Any]]
    incidents: Sequence[Mapping[str, Any]]


def read_record(raw: Mapping[str, Any], booking: Booking, *, zone: str) -> RecordContent:
    """Read raw input about ``booking``; raises Invalid with every problem, each under its dotted path.

    ``actual_starts``, ``actual_ends`` and ``link_tested`` are clock times of the booking's own day
    in ``zone`` ("10:03"), or ISO 8601 instants with an offset.
    """
    cleaner = Cleaner(raw)
    values = {wanted.name: cleaner.take(wanted) for wanted in RECORD_FIELDS}
    values["link_test"] = values["link_test"] or LinkTest.NOT_DONE
    cleaner.refuse_others((*(field.name for field in RECORD_FIELDS), *TIMES, *ROWS))
    times = {name: _read_time(cleaner, name, booking, zone) for name in TIMES}
    _check_actual(cleaner, times["actual_starts"], times["actual_ends"])
    rows = {name: cleaner.rows(name, fields, most=MOST_ROWS) for name, fields in ROWS.items()}
    _check_rows(cleaner, rows, booking)
    cleaner.done()
    return RecordContent(
        values=values,
        actual_starts_at=times["actual_starts"],
        actual_ends_at=times["actual_ends"],
        link_tested_at=times["link_tested"],
        **rows,
    )


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
    if (record.version if record else 0) != version:
        raise StaleEdit(current=record.version if record else 0, given=version, title=booking.title)
    if record and record.state is RecordState.FILED:
        raise Refused("record.filed", title=booking.title)
    before = record_facts(record) if record else {}
    if record is None:
        record = Record(booking_id=booking.id, created_at=act.at, revised_at=act.at)
        session.add(record)
    _write_content(session, record, booking, content)
    if before:
        _touch(session, record, act)
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
    _touch(session, record, act)
    set_state(session, booking, BookingState.RECORDED, act=act)
    _note(session, record, booking, act=act, verb="file", before=before)
    return record


def reopen_record(session: Session, booking: Booking, *, version: int, act: Act) -> Record:
    """Take a filed record back to draft, to correct it; the log keeps what stood before."""
    record = _existing(session, booking, version)
    before = record_facts(record)
    record.state, record.filed_at = RecordState.DRAFT, None
    _touch(session, record, act)
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


def classes_of(booking: Booking) -> list[int]:
    """Ids of the receiving classes, in the order of the booking."""
    return [p.resource_id for p in booking.participations if p.role is ParticipantRole.CLASS]


def _read_time(cleaner: Cleaner, name: str, booking: Booking, zone: str) -> datetime | None:
    raw = cleaner.raw.get(name)
    if raw is None or raw == "":
        return None
    try:
        if isinstance(raw, str) and "T" in raw:
            return read_instant(raw)
        return local_instant(local_day(booking.starts_at, zone), read_clock(raw), zone)
    except Bad as bad:
        cleaner.problems.append(Problem(name, bad.code, bad.facts))
        return None


def _check_actual(cleaner: Cleaner, starts: datetime | None, ends: datetime | None) -> None:
    if starts is None or ends is None:
        return
    try:
        check_interval(starts, ends)
    except Bad as bad:
        cleaner.problems.append(Problem("actual_ends", bad.code, bad.facts))


def _check_rows(cleaner: Cleaner, rows: Mapping[str, list[dict[str, Any]]], booking: Booking) -> None:
    classes = set(classes_of(booking))
    positions = {segment.position for segment in booking.segments}
    for name in ("attendances", "questions"):
        for index, row in enumerate(rows[name]):
            if row["class_id"] is not None and row["class_id"] not in classes:
                cleaner.problems.append(Problem(f"{name}.{index}.class_id", "record.not_a_class_of_it"))
    for index, row in enumerate(rows["attendances"]):
        present, expected = row["present"], row["expected"]
        if present is not None and expected is not None and present > expected:
            facts = {"present": present, "expected": expected}
            cleaner.problems.append(
                Problem(f"attendances.{index}.present", "record.more_than_expected", facts)
            )
    for index, row in enumerate(rows["segments"]):
        if row["position"] is not None and row["position"] not in positions:
            cleaner.problems.append(Problem(f"segments.{index}.position", "record.not_a_segment_of_it"))
    for name, key in (("attendances", "class_id"), ("segments", "position")):
        seen: set[int] = set()
        for index, row in enumerate(rows[name]):
            if row[key] is None:
                continue
            if row[key] in seen:
                cleaner.problems.append(Problem(f"{name}.{index}.{key}", "record.row_twice"))
            seen.add(row[key])


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
    if record.version != version:
        raise StaleEdit(current=record.version, given=version, title=booking.title)
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


def _touch(session: Session, record: Record, act: Act) -> None:
    """Write the record's own row even when only its rows changed: the version must rise."""
    record.revised_at = max(record.revised_at, act.at)
    flag_modified(record, "revised_at")
    read = record.version
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit(current=(read or 0) + 1, given=read or 0, title="") from error


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
