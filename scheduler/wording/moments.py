"""Times as people read them: date, weekday and interval together, in the reader's zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(day: date, language: str, *, year: bool = False) -> str:
    """12月6日 周四, or Thu 6 Dec; with the year when asked."""
    weekday = WEEKDAYS[language][day.weekday()]
    if language == "zh":
        return f"{f'{day.year}年' if year else ''}{day.month}月{day.day}日 {weekday}"
    return f"{weekday} {day.day} {MONTHS_EN[day.month - 1]}{f' {day.year}' if year else ''}"


def moment_words(instant: datetime, language: str, zone: str, *, year: bool = False) -> str:
    """12月6日 周四 10:00."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{day_words(local.date(), language, year=year)} {local:%H:%M}"


def interval_words(
    starts_at: datetime, ends_at: datetime, language: str, zone: str, *, year: bool = False
) -> str:
    """12月6日 周四 10:00–10:40; the end's own day is told when it is another."""
    starts, ends = (instant.astimezone(ZoneInfo(zone)) for instant in (starts_at, ends_at))
    first = f"{day_words(starts.date(), language, year=year)} {starts:%H:%M}"
    if starts.date() == ends.date():
        return f"{first}–{ends:%H:%M}"
    return f"{first}–{day_words(ends.date(), language, year=year)} {ends:%H:%M}"


def stretch_words(starts_at: datetime, ends_at: datetime, language: str, zone: str) -> str:
    """As ``interval_words``; whole days without hours, the last one included: 11月26日 周四–11月27日 周五."""
    starts, ends = (instant.astimezone(ZoneInfo(zone)) for instant in (starts_at, ends_at))
    if starts.time() != time() or ends.time() != time():
        return interval_words(starts_at, ends_at, language, zone)
    days = (starts.date(), ends.date() - timedelta(days=1))
    return "–".join(day_words(day, language) for day in dict.fromkeys(days))


def distance_words(day: date, today: date, language: str) -> str:
    """今天, 明天, 3 天后, 昨天, 3 天前, whole years from a year on: beside the date, never instead of it."""
    days = (day - today) // timedelta(days=1)
    named = {0: ("今天", "today"), 1: ("明天", "tomorrow"), -1: ("昨天", "yesterday")}
    if days in named:
        return named[days][0 if language == "zh" else 1]
    years = abs(days) // 365
    number, unit = (years, ("年", "year")) if years else (abs(days), ("天", "day"))
    if language == "zh":
        return f"{number} {unit[0]}{'后' if days > 0 else '前'}"
    words = f"{number} {unit[1]}{'s' if number > 1 else ''}"
    return f"in {words}" if days > 0 else f"{words} ago"
