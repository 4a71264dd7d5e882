"""Events to write. The organisations are real, the people and days are 示例."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.feeds.calendar import join_calendar
from scheduler.feeds.event import CalendarEvent, write_event

LINK = "https://meeting.example/j/1820181212?room=a,b;c"

LESSON = CalendarEvent(
    uid="booking-7Kq2mX@tongtang.example",
    sequence=2,
    revised_at=datetime(2018, 12, 3, 1, 30, tzinfo=UTC),
    starts_at=datetime(2018, 12, 12, 1, 0, tzinfo=UTC),
    ends_at=datetime(2018, 12, 12, 2, 30, tzinfo=UTC),
    summary="远程课：走进西汉墓；黄肠题凑与汉代生活, 第1课 \\ 林西县民族中学等三所学校七年级同上一堂课🏺",
    description_lines=(
        "主讲：示例教师甲；讲解员：示例讲解员乙",
        "接收：林西县民族中学 七年级(1)班 45人, 示例中学A（演示） 七年级(2)班 40人",
        "环节：导览 10 分钟 → 讲授 25 分钟 → 问答 15 分钟 → 手工 30 分钟 → 小结 10 分钟",
    ),
    location="北京市大葆台西汉墓博物馆（郭公庄707号）",
    url=LINK,
    color="teal",
    categories=("远程课", "专递课堂"),
)
RESEARCH = CalendarEvent(
    uid="booking-9Bd4tR@tongtang.example",
    sequence=0,
    revised_at=datetime(2018, 11, 28, 6, 0, tzinfo=UTC),
    starts_at=datetime(2018, 12, 12, 2, 30, tzinfo=UTC),
    ends_at=datetime(2018, 12, 12, 3, 0, tzinfo=UTC),
    summary="联合教研：走进西汉墓",
    url=LINK,
    color="indigo",
    categories=("联合教研",),
    tentative=True,
)
REHEARSAL = CalendarEvent(
    uid="booking-3Fw8zP@tongtang.example",
    sequence=1,
    revised_at=datetime(2018, 12, 10, 9, 15, tzinfo=UTC),
    starts_at=datetime(2018, 12, 11, 7, 0, tzinfo=UTC),
    ends_at=datetime(2018, 12, 11, 7, 30, tzinfo=UTC),
    summary="联调：北京—林西",
    description_lines=("取消原因：设备故障",),
    location="林西县民族中学",
    cancelled=True,
)
VISIT = CalendarEvent(
    uid="booking-5Hn6vL@tongtang.example",
    sequence=0,
    revised_at=datetime(2018, 7, 20, 0, 0, tzinfo=UTC),
    starts_at=datetime(2018, 8, 18, 16, 0, tzinfo=UTC),
    ends_at=datetime(2018, 8, 21, 16, 0, tzinfo=UTC),
    summary="暑期对口支教：新林镇寄宿制小学",
    all_day=True,
)
DECEMBER_2018 = (LESSON, RESEARCH, REHEARSAL)

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "America/Mexico_City", "Australia/Lord_Howe")


def write_feed(events: Sequence[CalendarEvent], *, zones: Sequence[str] = ("Asia/Shanghai",)) -> bytes:
    """The feed of these events, each just written."""
    return join_calendar(
        name="同堂：丰台—林西", color="teal", zones=zones, fragments=[write_event(event) for event in events]
    )


def write_lesson_feed() -> bytes:
    """The feed kept as lesson-2018.ics."""
    return join_calendar(
        name="同堂：丰台—林西",
        color="teal",
        zones=["Asia/Shanghai"],
        fragments=[write_event(event, alarm_minutes=30) for event in DECEMBER_2018],
    )


def events_around_clock_changes(zone: str) -> list[CalendarEvent]:
    """Half-hour events on each side of every change of clocks 2018–2030, and one in each month."""
    info = ZoneInfo(zone)
    starts = [
        datetime(year, month, 15, 4, 0, tzinfo=UTC) for year in range(2018, 2031) for month in range(1, 13)
    ]
    hour = datetime(2018, 1, 1, tzinfo=UTC)
    while hour.year < 2031:
        following = hour + timedelta(hours=1)
        if hour.astimezone(info).utcoffset() != following.astimezone(info).utcoffset():
            starts += [hour + timedelta(minutes=minutes) for minutes in (-120, -60, -30, 0, 30, 60, 90, 120)]
        hour = following
    return [
        replace(
            RESEARCH,
            uid=f"booking-{number}@tongtang.example",
            summary=f"{zone} {start:%Y-%m-%d %H:%M}Z",
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            zone=zone,
        )
        for number, start in enumerate(starts)
    ]
