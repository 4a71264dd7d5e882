"""A running series: every Friday, the third period of a school, from five weeks ago on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from scheduler.demo.occasions import NOTICE, NUMBERS, ZONE
from scheduler.domain.act import Act
from scheduler.domain.series.booking import ask_series, book_series, read_series_plan, read_series_rule
from scheduler.domain.series.decisions import Decision, read_decisions
from scheduler.domain.series.proposals import Outlook, propose
from scheduler.domain.series.rules import days_of
from scheduler.models.series import Series

WEEKDAY = 4
WEEKS_BEFORE, LESSONS = 5, 14
SKIPPED, MOVED = 7, 8
"""Which of the lessons, counted from 0, is left out, and which one is in the afternoon."""
TITLE = "汉字里的造型"


def first_day(monday: date) -> date:
    """Of the first lesson, where ``monday`` begins the week of today."""
    return monday + timedelta(weeks=-WEEKS_BEFORE, days=WEEKDAY)


def days(monday: date) -> list[date]:
    """All days of the series, whether or not something is booked on them."""
    return [first_day(monday) + timedelta(weeks=number) for number in range(LESSONS)]


def book_running_series(session: Session, ids: Mapping[str, int], monday: date, *, act: Act) -> Series:
    """Book it: holidays and vacations are skipped, as the preview would propose."""
    raw_rule = {
        "weekdays": [str(WEEKDAY + 1)],
        "first_day": first_day(monday).isoformat(),
        "count": LESSONS,
        "school_id": ids["minzu"],
        "period": 3,
    }
    rule = read_series_rule(session, raw_rule, partnership_id=ids["partnership"])
    plan = read_series_plan(_plan(ids))
    place: dict[str, Any] = {"partnership_id": ids["partnership"], "zone": ZONE, "act": act}
    proposals = propose(session, ask_series(session, plan, rule, **place), suggest=False)
    skipped = [one.day for one in proposals if one.outlook not in (Outlook.FINE, Outlook.OVER)]
    decisions = _decisions(days_of(rule), skipped)
    return book_series(session, plan, rule, decisions, rule_raw=raw_rule, **place)


def _decisions(all_days: list[date], skipped: list[date]) -> dict[date, Decision]:
    rows: list[dict[str, Any]] = [
        {"day": day.isoformat(), "do": "skip"} for day in {*skipped, all_days[SKIPPED]}
    ]
    moved = all_days[MOVED]
    if moved not in skipped:
        other = {"date": moved.isoformat(), "starts": "15:00", "ends": "15:45"}
        rows.append({"day": moved.isoformat(), "do": "move", **other})
    return read_decisions(rows, days=all_days, zone=ZONE)


def _plan(ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "kind": "lesson",
        "title": TITLE,
        "subject": "art",
        "course_type": "dedicated",
        "host": {"organisation_id": ids["institute"], "room_id": ids["studio"]},
        "receiving": [{"class_id": ids["minzu 8"], "assistant_id": ids["person assistant minzu 8"]}],
        "people": [{"role": "lead", "person_id": ids["person lead art"]}],
        "account_id": ids["tencent"],
        "meeting_number": NUMBERS["tencent"],
        "segments": [
            {"kind": "teaching", "minutes": 20},
            {"kind": "hands_on", "minutes": 20},
            {"kind": "summary", "minutes": 5},
        ],
        "note": NOTICE,
    }
