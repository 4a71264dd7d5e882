"""Dates and times as Chinese papers write them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from scheduler.papers import dates

DAY = date(2018, 12, 12)
TWO = datetime(2018, 12, 12, 14, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FOUR = TWO.replace(hour=16, minute=5)


def test_day_and_moment() -> None:
    assert dates.day(DAY) == "2018年12月12日（星期三）"
    assert dates.day(date(2026, 3, 1)) == "2026年3月1日（星期日）"
    assert dates.day(None) == ""
    assert dates.moment(FOUR) == "2018年12月12日 16:05"
    assert dates.moment(None) == ""


@pytest.mark.parametrize(
    ("starts", "ends", "on", "words"),
    [
        (None, None, DAY, ""),
        (TWO, FOUR, DAY, "14:00—16:05"),
        (TWO, None, DAY, "14:00—　　"),
        (None, FOUR, DAY, "　　—16:05"),
        (TWO, FOUR, None, "2018年12月12日 14:00—16:05"),
        (None, FOUR, None, "　　—2018年12月12日 16:05"),
        (TWO, FOUR.replace(day=13), DAY, "14:00—2018年12月13日 16:05"),
        (TWO.replace(day=13), FOUR.replace(day=13), DAY, "2018年12月13日 14:00—16:05"),
    ],
)
def test_span(starts: datetime | None, ends: datetime | None, on: date | None, words: str) -> None:
    assert dates.span(starts, ends, on=on) == words
