"""Dates and times as Chinese papers write them. The datetimes are local already."""

from __future__ import annotations

from datetime import date, datetime

_WEEKDAYS = "一二三四五六日"


def day(value: date | None) -> str:
    """2018年12月12日（星期三）"""
    if value is None:
        return ""
    return f"{value.year}年{value.month}月{value.day}日（星期{_WEEKDAYS[value.weekday()]}）"


def moment(value: datetime | None) -> str:
    """2018年12月11日 15:00"""
    if value is None:
        return ""
    return f"{value.year}年{value.month}月{value.day}日 {value:%H:%M}"


def span(starts: datetime | None, ends: datetime | None, *, on: date | None) -> str:
    """14:00—15:30. A day is named only where it is not ``on``, the day that the paper prints anyway."""
    if starts is None and ends is None:
        return ""
    return f"{_clock(starts, on)}—{_clock(ends, on if starts is None else starts.date())}"


def _clock(value: datetime | None, on: date | None) -> str:
    if value is None:
        return "　　"
    return f"{value:%H:%M}" if value.date() == on else moment(value)
