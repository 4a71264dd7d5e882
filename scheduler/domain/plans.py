"""What is asked for when a booking is made or changed: read from raw input, a pure value. No session."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.domain.fields import Bad, Choice, Cleaner, Day, Field, Reference, Whole
from scheduler.domain.holds import Span
from scheduler.domain.text_fields import MeetingNumber, Text, Url
from scheduler.domain.times import check_interval, local_instant, read_clock, read_instant
from scheduler.errors import Problem
from scheduler.models.bookings import (
    BookingKind,
    CancelReason,
    CourseType,
    ParticipantRole,
    SegmentKind,
    Timing,
)
from scheduler.models.subjects import Subject

THINGS = (ParticipantRole.CLASS, ParticipantRole.ROOM, ParticipantRole.ACCOUNT, ParticipantRole.KIT)
MOST_SITES = 40
MOST_PEOPLE = 100
MOST_SEGMENTS = 30
MOST_KITS = 20

BOOKING_FIELDS: tuple[Field, ...] = (
    Choice(name="kind", label="类型", options=BookingKind, required=True),
    Text(name="title", label="课题", required=True),
    Choice(name="subject", label="学科", options=Subject),
    Choice(name="course_type", label="课型", options=CourseType),
    Reference(name="account_id", label="会议账号", table="account"),
    MeetingNumber(name="meeting_number", label="会议号"),
    MeetingNumber(name="passcode", label="入会密码"),
    Url(name="join_url", label="入会链接"),
    Text(name="note", label="备注", longest=2000, multiline=True),
    Text(name="follows", label="所属课程", longest=24, free=False),
    Choice(name="timing", label="与上课时间的关系", options=Timing),
    Text(name="override_reason", label="仍要安排的理由", longest=250),
)
HOST_FIELDS: tuple[Field, ...] = (
    Reference(name="organisation_id", label="主讲单位", table="organisation", required=True),
    Reference(name="room_id", label="场地", table="room"),
)
RECEIVING_FIELDS: tuple[Field, ...] = (
    Reference(name="organisation_id", label="学校", table="organisation"),
    Reference(name="class_id", label="班级", table="class"),
    Reference(name="room_id", label="教室", table="room"),
    Reference(name="assistant_id", label="辅助教师", table="person"),
)
PEOPLE_FIELDS: tuple[Field, ...] = (
    Choice(name="role", label="角色", options=ParticipantRole, required=True),
    Reference(name="person_id", label="人员", table="person", required=True),
)
SEGMENT_FIELDS: tuple[Field, ...] = (
    Choice(name="kind", label="环节", options=SegmentKind, required=True),
    Whole(name="minutes", label="计划分钟", least=1, most=1439, required=True),
)
KIT_FIELDS: tuple[Field, ...] = (Reference(name="kit_id", label="器材", table="kit", required=True),)
MOVE_FIELDS: tuple[Field, ...] = (Text(name="override_reason", label="仍要安排的理由", longest=250),)
CANCEL_FIELDS: tuple[Field, ...] = (
    Choice(name="reason", label="取消原因", options=CancelReason, required=True),
    Text(name="words", label="说明", longest=250),
)
LOCAL_TIME = ("date", "starts", "ends")
INSTANTS = ("starts_at", "ends_at")
KEYS = (
    *(field.name for field in BOOKING_FIELDS),
    *LOCAL_TIME,
    *INSTANTS,
    "host",
    "receiving",
    "people",
    "segments",
    "kits",
)


@dataclass(frozen=True)
class SitePlan:
    """One end: an organisation and what it brings; None where it brings none."""

    organisation_id: int | None
    room_id: int | None = None
    class_id: int | None = None
    assistant_id: int | None = None


@dataclass(frozen=True)
class PersonPlan:
    """A person in a role that belongs to no receiving class."""

    role: ParticipantRole
    person_id: int


@dataclass(frozen=True)
class SegmentPlan:
    """A part of the booking and its minutes."""

    kind: SegmentKind
    minutes: int


@dataclass(frozen=True)
class BookingPlan:
    """Everything a coordinator decides about a booking. ``span`` is a half-open UTC interval."""

    kind: BookingKind
    title: str
    span: Span
    host: SitePlan
    subject: Subject = Subject.OTHER
    course_type: CourseType = CourseType.OTHER
    receiving: tuple[SitePlan, ...] = ()
    people: tuple[PersonPlan, ...] = ()
    account_id: int | None = None
    meeting_number: str = ""
    passcode: str = ""
    join_url: str = ""
    segments: tuple[SegmentPlan, ...] = ()
    note: str = ""
    follows: str = ""
    """Public id of the lesson that this booking belongs to; "" for none."""
    kit_ids: tuple[int, ...] = ()
    timing: Timing = Timing.ANY
    override_reason: str = ""
    """Why it is to be booked although rules speak against the time; "" for no such reason."""


def read_plan(raw: Mapping[str, Any], *, zone: str) -> BookingPlan:
    """Read a raw mapping (a JSON body, or a form made into one).

    The time is either ``date`` + ``starts`` + ``ends`` in ``zone``, or ``starts_at`` + ``ends_at``
    with offsets. Raises Invalid with every problem, each under its dotted path.
    """
    cleaner = Cleaner(raw)
    values = {wanted.name: cleaner.take(wanted) for wanted in BOOKING_FIELDS}
    cleaner.refuse_others(KEYS)
    span = take_span(cleaner, zone=zone)
    host = _read_host(cleaner)
    receiving = [SitePlan(**row) for row in cleaner.rows("receiving", RECEIVING_FIELDS, most=MOST_SITES)]
    people = _read_people(cleaner)
    segments = [SegmentPlan(**row) for row in cleaner.rows("segments", SEGMENT_FIELDS, most=MOST_SEGMENTS)]
    kits = cleaner.rows("kits", KIT_FIELDS, most=MOST_KITS)
    _check_segments(cleaner, segments, span)
    cleaner.done()
    assert span is not None
    values["timing"] = values["timing"] or default_timing(values["kind"])
    values["subject"] = values["subject"] or Subject.OTHER
    values["course_type"] = values["course_type"] or CourseType.OTHER
    return BookingPlan(
        **values,
        span=span,
        host=host,
        receiving=tuple(receiving),
        people=tuple(people),
        segments=tuple(segments),
        kit_ids=tuple(row["kit_id"] for row in kits),
    )


def default_timing(kind: BookingKind) -> Timing:
    """Lessons are held in lesson time unless something else is said; whatever else, when it suits."""
    return Timing.INSIDE if kind is BookingKind.LESSON else Timing.ANY


def read_span(raw: Mapping[str, Any], *, zone: str) -> Span:
    """The time alone, for a move. Raises Invalid."""
    cleaner = Cleaner(raw)
    span = take_span(cleaner, zone=zone)
    cleaner.done()
    assert span is not None
    return span


def raw_of_plan(plan: BookingPlan) -> dict[str, Any]:
    """The plan as ``read_plan`` takes it, without its time."""
    return {
        "kind": plan.kind.value,
        "title": plan.title,
        "subject": plan.subject.value,
        "course_type": plan.course_type.value,
        "host": {"organisation_id": plan.host.organisation_id, "room_id": plan.host.room_id},
        "receiving": [dataclasses.asdict(site) for site in plan.receiving],
        "people": [{"role": one.role.value, "person_id": one.person_id} for one in plan.people],
        "kits": [{"kit_id": kit_id} for kit_id in plan.kit_ids],
        "account_id": plan.account_id,
        "meeting_number": plan.meeting_number,
        "passcode": plan.passcode,
        "join_url": plan.join_url,
        "segments": [{"kind": one.kind.value, "minutes": one.minutes} for one in plan.segments],
        "note": plan.note,
        "follows": plan.follows,
        "timing": plan.timing.value,
    }


def take_span(cleaner: Cleaner, *, zone: str) -> Span | None:
    """The time of a raw mapping, given either way; None, with the problem noted, where it is not."""
    instants = any(cleaner.raw.get(name) for name in INSTANTS)
    names = INSTANTS if instants else LOCAL_TIME[1:]
    try:
        starts_at, ends_at = _read_instants(cleaner) if instants else _read_local(cleaner, zone)
        if starts_at is None or ends_at is None:
            return None
        check_interval(starts_at, ends_at)
    except Bad as bad:
        cleaner.problems.append(Problem(f"{cleaner.prefix}{names[1]}", bad.code, bad.facts))
        return None
    return Span(starts_at, ends_at)


def _read_instants(cleaner: Cleaner) -> list[datetime | None]:
    return [_try(cleaner, name, read_instant) for name in INSTANTS]


def _read_local(cleaner: Cleaner, zone: str) -> list[datetime | None]:
    day = cleaner.take(Day(name="date", label="日期", required=True))
    clocks = [_try(cleaner, name, read_clock) for name in LOCAL_TIME[1:]]
    if day is None:
        return [None, None]
    return [
        None if clock is None else _try(cleaner, name, lambda _raw, c=clock: local_instant(day, c, zone))
        for name, clock in zip(LOCAL_TIME[1:], clocks, strict=True)
    ]


def _try(cleaner: Cleaner, name: str, read: Any) -> Any:
    raw = cleaner.raw.get(name)
    try:
        if raw is None or raw == "":
            raise Bad("field.required")
        return read(raw)
    except Bad as bad:
        cleaner.problems.append(Problem(f"{cleaner.prefix}{name}", bad.code, bad.facts))
        return None


def _read_host(cleaner: Cleaner) -> SitePlan:
    raw = cleaner.raw.get("host")
    if not isinstance(raw, Mapping):
        code = "field.required" if raw is None else "field.not_an_object"
        cleaner.problems.append(Problem("host.organisation_id", code))
        return SitePlan(None)
    row = Cleaner(raw, "host.", cleaner.problems)
    row.refuse_others(field.name for field in HOST_FIELDS)
    return SitePlan(**{wanted.name: row.take(wanted) for wanted in HOST_FIELDS})


def _read_people(cleaner: Cleaner) -> list[PersonPlan]:
    rows = cleaner.rows("people", PEOPLE_FIELDS, most=MOST_PEOPLE)
    for index, row in enumerate(rows):
        if row["role"] in THINGS:
            cleaner.problems.append(Problem(f"people.{index}.role", "field.not_an_option"))
    return [PersonPlan(**row) for row in rows]


def segment_problems(segments: Sequence[SegmentPlan], span: Span) -> list[Problem]:
    """That the segments together are longer than the booking, if they are."""
    planned = sum(segment.minutes for segment in segments)
    length = int((span.ends_at - span.starts_at).total_seconds() // 60)
    if planned <= length:
        return []
    return [Problem("segments", "segments.too_long", {"planned": planned, "length": length})]


def _check_segments(cleaner: Cleaner, segments: Sequence[SegmentPlan], span: Span | None) -> None:
    if span is not None and all(segment.minutes is not None for segment in segments):
        cleaner.problems += segment_problems(segments, span)
