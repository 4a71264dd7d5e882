"""When the demo's places can be used: terms, bells, opening hours, closures, swaps.

Beijing's terms and the museums' closing rules are public; whatever is marked 示例 is made up, and stands
around the day on which the demo is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.demo.places import ROOT
from scheduler.domain.act import Act
from scheduler.domain.bell_schedules import create_schedule
from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.holidays import CalendarDay, DayKind

Row = dict[str, Any]
WEEK = timedelta(weeks=1)

# The first year of a summer schedule starts in May, that of a winter one in October.
SUMMER, WINTER = ("05-01", "09-30"), ("10-01", "04-30")
MORNING_45 = ("8:00–8:45", "8:55–9:40", "10:00–10:45", "10:55–11:40")
MORNING_40 = ("8:20–9:00", "9:10–9:50", "10:10–10:50", "11:00–11:40")
BELLS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "minzu": (
        (*MORNING_45, "14:30–15:15", "15:25–16:10", "16:20–17:05"),
        (*MORNING_45, "14:00–14:45", "14:55–15:40", "15:50–16:35"),
    ),
    "xinlin": (
        (*MORNING_40, "14:30–15:10", "15:20–16:00"),
        (*MORNING_40, "14:00–14:40", "14:50–15:30"),
    ),
    "school c": (
        ("8:00–8:40", "8:50–9:30", "10:00–10:40", "10:50–11:30", "13:30–14:10", "14:20–15:00"),
        ("8:00–8:40", "8:50–9:30", "10:00–10:40", "10:50–11:30", "13:20–14:00", "14:10–14:50"),
    ),
}
"""school → (summer, winter)."""
SAME_BELLS = {"school a": "minzu", "school b": "minzu", "primary": "xinlin"}
LINXI_SCHOOLS = ("minzu", "school a", "school b", "xinlin", "primary")
STAGES = ("primary", "lower_secondary")

MONDAY, TUESDAY = ["1"], ["2"]
OPENINGS: tuple[Row, ...] = (
    {
        "place": "war",
        "name": "平时开放",
        "closed_weekdays": MONDAY,
        "opens": "9:00",
        "closes": "16:30",
        "holidays": "open",
    },
    {
        "place": "auto",
        "name": "平时开放（时间为示例）",
        "closed_weekdays": MONDAY,
        "opens": "9:00",
        "closes": "17:00",
    },
    {
        "place": "auto",
        "name": "2025 年暑期改为周二闭馆（起止为示例）",
        "first_day": "2025-07-01",
        "last_day": "2025-08-31",
        "closed_weekdays": TUESDAY,
        "opens": "9:00",
        "closes": "17:00",
    },
    {
        "place": "fire",
        "name": "平时开放（时间为示例）",
        "closed_weekdays": MONDAY,
        "opens": "9:00",
        "closes": "16:30",
        "holidays": "closed",
    },
    {
        "place": "garden",
        "name": "平时开放（时间为示例）",
        "closed_weekdays": MONDAY,
        "opens": "9:00",
        "closes": "17:00",
        "holidays": "open",
    },
    {
        "place": "dabaotai",
        "name": "平时开放（示例）",
        "closed_weekdays": MONDAY,
        "opens": "9:00",
        "closes": "17:00",
    },
)
CLOSURES: tuple[Row, ...] = (
    {
        "place": "war",
        "name": "展陈改造闭馆",
        "kind": "closed",
        "starts_at": "2024-09-29",
        "ends_at": "2025-07-08",
    },
    {
        "place": "war",
        "name": "纪念活动闭馆",
        "kind": "closed",
        "starts_at": "2025-09-01 12:00",
        "ends_at": "2025-09-03 12:00",
    },
)
BEIJING_TERMS = (
    ("2025—2026 学年第一学期", date(2025, 9, 1), date(2026, 1, 23)),
    ("2025—2026 学年第二学期", date(2026, 3, 2), date(2026, 7, 7)),
)


def add_times(session: Session, ids: Mapping[str, int], *, today: date, act: Act) -> None:
    """Everything that bookings are measured by; what is made up lies around ``today``."""
    for shelf, row in (
        *_terms(ids, today),
        *_openings(ids),
        *_closures(ids, today),
        *_swaps(session, ids, today),
    ):
        create_entry(session, SHELVES[shelf], row, viewer=ROOT, act=act)
    for school in (*BELLS, *SAME_BELLS):
        for raw in _bells(ids[school], BELLS[SAME_BELLS.get(school, school)], today):
            create_schedule(session, raw, viewer=ROOT, act=act)


def late_closure(ids: Mapping[str, int], monday: date) -> Row:
    """Entered when bookings stand already: it hits the one of its day."""
    day = (monday + 4 * WEEK + timedelta(days=3)).isoformat()
    named = {"kind": "closed", "name": "临时布展（示例）", "starts_at": day, "ends_at": day}
    return {"organisation_id": ids["dabaotai"], **named}


def _terms(ids: Mapping[str, int], today: date) -> Iterator[tuple[str, Row]]:
    monday = today - timedelta(days=today.weekday())
    sample = [
        ("上一学期（示例）", monday - 40 * WEEK, monday - 18 * WEEK),
        ("本学期（示例）", monday - 14 * WEEK, monday + 14 * WEEK),
    ]
    in_beijing = [*BEIJING_TERMS, *(term for term in sample if term[1] > BEIJING_TERMS[-1][2])]
    for region, terms in (("fengtai", in_beijing), ("linxi", sample)):
        for stage in STAGES:
            for name, first, last in terms:
                days = {"first_day": first.isoformat(), "last_day": last.isoformat()}
                yield "terms", {"region_id": ids[region], "stage": stage, "name": name, **days}


def _openings(ids: Mapping[str, int]) -> Iterator[tuple[str, Row]]:
    for row in OPENINGS:
        values = {name: value for name, value in row.items() if name != "place"}
        yield "openings", {"organisation_id": ids[row["place"]], **values}


def _closures(ids: Mapping[str, int], today: date) -> Iterator[tuple[str, Row]]:
    monday = today - timedelta(days=today.weekday())
    sample = (
        ("school a", "exam", "期中测验（示例）", monday + 2 * WEEK + timedelta(days=3), 2),
        ("minzu", "school_event", "冬季运动会（示例）", monday + 3 * WEEK, 2),
    )
    for row in CLOSURES:
        values = {name: value for name, value in row.items() if name != "place"}
        yield "closures", {"organisation_id": ids[row["place"]], **values}
    for place, kind, name, first, days in sample:
        last = first + timedelta(days=days - 1)
        time = {"starts_at": first.isoformat(), "ends_at": last.isoformat()}
        yield "closures", {"organisation_id": ids[place], "kind": kind, "name": name, **time}


def _swaps(session: Session, ids: Mapping[str, int], today: date) -> Iterator[tuple[str, Row]]:
    """The make-up days of the year, as far as they are published: each follows another weekday."""
    make_up = session.execute(
        select(CalendarDay.day, CalendarDay.name)
        .where(
            CalendarDay.partnership_id == ids["partnership"],
            CalendarDay.year == today.year,
            CalendarDay.kind == DayKind.WORKDAY,
        )
        .order_by(CalendarDay.day)
    ).all()
    for school in LINXI_SCHOOLS:
        for number, (day, name) in enumerate(make_up):
            row = {"day": day.isoformat(), "follows_weekday": str(number % 5 + 1)}
            yield "swaps", {"organisation_id": ids[school], "name": f"{name}调休（示例）", **row}


def _bells(school_id: int, bells: tuple[tuple[str, ...], tuple[str, ...]], today: date) -> Iterator[Row]:
    """Summer and winter bells from last year's summer to next year's winter."""
    for year in range(today.year - 1, today.year + 2):
        for name, (first, last), lines in (("夏季作息", SUMMER, bells[0]), ("冬季作息", WINTER, bells[1])):
            end = year if last > first else year + 1
            yield {
                "organisation_id": school_id,
                "name": f"{year} {name}（示例）",
                "first_day": f"{year}-{first}",
                "last_day": f"{end}-{last}",
                "periods": [
                    {"kind": "lesson", "name": f"第{number}节", **_line(line)}
                    for number, line in enumerate(lines, start=1)
                ],
            }


def _line(text: str) -> dict[str, str]:
    starts, ends = text.split("–")
    return {"starts": starts, "ends": ends}
