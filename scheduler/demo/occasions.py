"""One sample occasion: what is booked, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from scheduler.models.bookings import Booking, BookingKind, CancelReason, CourseType, ParticipantRole, Subject
from scheduler.models.resources import SchoolClass

ZONE = "Asia/Shanghai"
NOTICE = "演示数据：单位为公开信息，人员、场地、时间、人数和内容均为示例，并非真实安排。"

Segments = tuple[tuple[str, int], ...]
MUSEUM_LESSON: Segments = (("tour", 15), ("teaching", 15), ("questions", 10), ("hands_on", 7), ("summary", 3))
LONG_LESSON: Segments = (("tour", 20), ("teaching", 20), ("questions", 15), ("hands_on", 20), ("summary", 5))
TALK: Segments = (("research", 30),)


@dataclass(frozen=True)
class Occasion:
    """``week`` 0 is the one of today, ``weekday`` 0 its Monday; ``time`` local, "10:00–10:50".

    Rows of the directory are named by their keys in ``places``; ``classes`` bring their room and their
    assisting teacher, ``guests`` are receiving organisations without a class.
    """

    week: int
    weekday: int
    time: str
    kind: BookingKind
    title: str
    host: str
    room: str = ""
    classes: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    people: tuple[tuple[ParticipantRole, str], ...] = ()
    account: str = ""
    subject: Subject = Subject.OTHER
    course_type: CourseType = CourseType.OTHER
    segments: Segments = ()
    key: str = ""
    follows: str = ""
    """Key of the lesson that it belongs to."""
    after: Literal["filed", "draft", "due"] = "filed"
    """How far its record is, once it is over."""
    planned_weekday: int | None = None
    """The weekday it was first booked for, when it was moved since."""
    cancelled: tuple[CancelReason, str] | None = None
    kits: tuple[str, ...] = ()
    override_reason: str = ""
    by: Literal["coordinator", "region_coordinator"] = "coordinator"

    def span(self, monday: date, *, weekday: int | None = None) -> tuple[datetime, datetime]:
        """[start, end) in UTC, in the weeks around ``monday``."""
        day = monday + timedelta(weeks=self.week, days=self.weekday if weekday is None else weekday)
        starts, ends = (
            datetime.combine(day, time.fromisoformat(clock), tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
            for clock in self.time.split("–")
        )
        return starts, ends


def raw_plan(
    occasion: Occasion, span: tuple[datetime, datetime], ids: Mapping[str, int], *, follows: str
) -> dict[str, Any]:
    """The occasion as a coordinator would enter it. ``follows``: public id of the lesson, "" for none."""
    return {
        "kind": occasion.kind,
        "title": occasion.title,
        "subject": occasion.subject,
        "course_type": occasion.course_type,
        "starts_at": span[0].isoformat(),
        "ends_at": span[1].isoformat(),
        "host": {"organisation_id": ids[occasion.host], "room_id": ids.get(occasion.room)},
        "receiving": [
            *(_classroom(key, ids) for key in occasion.classes),
            *({"organisation_id": ids[key]} for key in occasion.guests),
        ],
        "people": [{"role": role, "person_id": ids[f"person {key}"]} for role, key in occasion.people],
        "segments": [{"kind": kind, "minutes": minutes} for kind, minutes in occasion.segments],
        "kits": [{"kit_id": ids[key]} for key in occasion.kits],
        "note": NOTICE,
        "follows": follows,
        "override_reason": occasion.override_reason,
        **_meeting(occasion.account, ids),
    }


def _classroom(key: str, ids: Mapping[str, int]) -> dict[str, int]:
    school = key.rsplit(" ", 1)[0]
    return {
        "class_id": ids[key],
        "room_id": ids[f"room {school}"],
        "assistant_id": ids[f"person assistant {key}"],
    }


NUMBERS = {"cloud 1": "000 100 001", "cloud 2": "000 100 002", "tencent": "000 200 003"}


def _meeting(account: str, ids: Mapping[str, int]) -> dict[str, Any]:
    if not account:
        return {}
    number = NUMBERS[account]
    return {
        "account_id": ids[account],
        "meeting_number": number,
        "passcode": "2468",
        "join_url": f"https://meeting.example/{number.replace(' ', '')}",
    }


def raw_sample_record(booking: Booking) -> dict[str, Any]:
    """A plausible record of any occasion: everybody but one or two there, the questions somewhat long."""
    parts = (participation.resource for participation in booking.participations)
    classes = [item for item in parts if isinstance(item, SchoolClass)]
    begins = booking.starts_at.astimezone(ZoneInfo(ZONE))
    return {
        "actual_starts": booking.starts_at.isoformat(),
        "actual_ends": booking.ends_at.isoformat(),
        "link_test": "passed",
        "link_tested": f"{begins - timedelta(minutes=30):%H:%M}",
        "equipment": "画面与声音正常，备用网络未启用。",
        "works": 6 * len(classes),
        "questions_asked": 3 * len(classes),
        "effect": "环节按计划完成，接收端课堂秩序良好。（示例）",
        "reflection": "提问时间可以再多留几分钟。（示例）",
        "attendances": [
            {
                "class_id": item.id,
                "expected": item.head_count,
                "present": item.head_count - 1 - index % 2,
            }
            for index, item in enumerate(classes)
        ],
        "segments": [
            {"position": segment.position, "minutes": segment.minutes} for segment in booking.segments
        ],
        "questions": [
            {"class_id": item.id, "question": question, "answer": answer}
            for item, (question, answer) in zip(classes, SAMPLE_QUESTIONS, strict=False)
        ],
    }


SAMPLE_QUESTIONS = (
    (
        "展厅里的实物和课本上的图片，差别最大的地方是什么？",
        "大小和质感，图片看不出来。请同学们估一估再看标注。",
    ),
    ("这样的东西今天还有人会做吗？", "有，馆里的修复人员就在学，方法写在了今天的学习单上。"),
    ("我们在教室里能用什么材料仿做？", "卡纸、黏土或泡沫板都可以，注意比例。"),
)
