"""The lesson of December 2018: a museum in Fengtai, three classes in Linxi at once, then joint research.

That it was held, where, and with how many schools is public; day, times, numbers and wording are samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from scheduler.demo.occasions import LONG_LESSON, TALK, Occasion
from scheduler.models.bookings import BookingKind, CourseType, ParticipantRole, Subject

Role = ParticipantRole
MONDAY = date(2018, 12, 3)
TITLE = "走进大葆台西汉墓"
FORMER_NAME = {"name": "北京市大葆台西汉墓博物馆", "until": "2025-05-20"}
"""The museum's name until the day it opened again."""

LESSON = Occasion(
    0,
    3,
    "10:00–11:20",
    BookingKind.LESSON,
    TITLE,
    host="dabaotai",
    room="gallery",
    classes=("minzu 7", "a 7", "b 7"),
    people=(
        (Role.LEAD, "lead"),
        (Role.EDUCATOR, "educator"),
        (Role.HOST, "researcher"),
        (Role.TECHNICIAN, "technician"),
    ),
    account="cloud 1",
    subject=Subject.HISTORY,
    course_type=CourseType.DEDICATED,
    segments=LONG_LESSON,
    key="lesson 2018",
)
RESEARCH = Occasion(
    0,
    3,
    "11:40–12:10",
    BookingKind.RESEARCH,
    f"《{TITLE}》联合教研",
    host="institute",
    room="meeting",
    guests=("minzu", "school a", "school b"),
    people=(
        (Role.LEAD, "lead"),
        (Role.EDUCATOR, "educator"),
        (Role.RESEARCHER, "researcher"),
        (Role.ATTENDEE, "assistant minzu 7"),
        (Role.ATTENDEE, "assistant a 7"),
        (Role.ATTENDEE, "assistant b 7"),
    ),
    account="cloud 1",
    subject=Subject.HISTORY,
    course_type=CourseType.MASTER_TEACHER,
    segments=TALK,
    follows="lesson 2018",
)


def raw_lesson_record(ids: Mapping[str, int]) -> dict[str, Any]:
    """What was entered after the lesson."""
    return {
        "actual_starts": "10:03",
        "actual_ends": "11:26",
        "link_test": "passed",
        "link_tested": "09:20",
        "equipment": "三个接收端画面清晰；展厅移动机位经 4G 备用网络切换一次，其余时间网络稳定。",
        "works": 37,
        "questions_asked": 14,
        "effect": "三个班通过网络同步参观展厅，现场提问踊跃，手工环节都完成了作品。（示例）",
        "reflection": "导览时镜头移动可再慢一些；问答可请三个班轮流，避免同时开麦。（示例）",
        "attendances": [
            {"class_id": ids["minzu 7"], "expected": 42, "present": 41},
            {"class_id": ids["a 7"], "expected": 48, "present": 46},
            {"class_id": ids["b 7"], "expected": 40, "present": 40},
        ],
        "segments": [
            {"position": position, "minutes": minutes} for position, minutes in enumerate((22, 20, 18, 19, 4))
        ],
        "questions": [
            {
                "class_id": ids["minzu 7"],
                "question": "“黄肠题凑”的木头为什么都朝里？",
                "answer": "木头的一端都朝向棺室，所以叫“题凑”；去了皮的柏木颜色发黄，所以叫“黄肠”。",
            },
            {
                "class_id": ids["a 7"],
                "question": "墓里的车是真的吗？",
                "answer": "是随葬的实用马车，木质大多朽坏，靠痕迹和金属件复原。",
            },
            {
                "class_id": ids["b 7"],
                "question": "考古人员怎样知道墓的年代？",
                "answer": "看墓的形制、出土的钱币和器物上的文字，几样证据放在一起判断。",
            },
        ],
        "incidents": [
            {
                "kind": "sound",
                "what": "示例中学B接收端开场时有回声。",
                "handling": "请辅助教师关闭教室扩音的一路话筒后恢复。",
                "minutes_lost": 3,
            }
        ],
    }
