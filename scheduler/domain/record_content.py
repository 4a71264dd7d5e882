"""What is entered after a booking: read from raw input, a pure value. No session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.domain.fields import Bad, Choice, Cleaner, Field, Reference, Whole
from scheduler.domain.text_fields import Text
from scheduler.domain.times import check_interval, local_day, local_instant, read_clock, read_instant
from scheduler.errors import Problem
from scheduler.models.bookings import Booking, ParticipantRole
from scheduler.models.records import IncidentKind, LinkTest

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
    classes = {p.resource_id for p in booking.participations if p.role is ParticipantRole.CLASS}
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
