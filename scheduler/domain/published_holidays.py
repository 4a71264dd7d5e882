"""What the package ``chinesecalendar`` knows of China's statutory holidays: the years that are announced."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version

import chinese_calendar

from scheduler.models.holidays import DayKind

FIRST, LAST = 2004, 2100
PACKAGE = "chinesecalendar"
NOTICES = {2024: "国办发明电〔2023〕7号", 2025: "国办发明电〔2024〕12号", 2026: "国办发明电〔2025〕7号"}
"""Numbers of the State Council's notices, as far as they were looked up; a number is never guessed."""
AS_ANNOUNCED = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
"""The package's short names as the State Council writes them."""

Announced = tuple[date, DayKind, str]
"""Day, what it is, and the holiday that it belongs to."""


def package_source() -> str:
    """The package and its version, as the source of what it tells."""
    return f"{PACKAGE} {version(PACKAGE)}"


def package_notice(year: int) -> str:
    """The notice by which the year was announced; "" where its number is not known."""
    number = NOTICES.get(year)
    return f"国务院办公厅关于{year}年部分节假日安排的通知（{number}）" if number else ""


def is_package_source(source: str) -> bool:
    """Whether a year's days came from this package, in whatever version."""
    return source.startswith(f"{PACKAGE} ")


@lru_cache(maxsize=LAST - FIRST + 1)
def announced_days(year: int) -> tuple[Announced, ...]:
    """The days off and the make-up workdays of the year, in order; none for a year that is not published."""
    first = date(year, 1, 1)
    try:
        told = [_told(first + timedelta(days=n)) for n in range(366 if isleap(year) else 365)]
    except NotImplementedError:
        return ()
    return tuple(day for day in told if day is not None)


@lru_cache(maxsize=1)
def published_years() -> tuple[int, ...]:
    """The years of which the package knows days, in order."""
    return tuple(year for year in range(FIRST, LAST + 1) if announced_days(year))


def _told(day: date) -> Announced | None:
    """None for ordinary days and weekends. Raises NotImplementedError for a year that is not published."""
    off, name = chinese_calendar.get_holiday_detail(day)
    if name is None:
        return None
    chinese = chinese_calendar.Holiday(name).chinese
    return day, DayKind.HOLIDAY if off else DayKind.WORKDAY, AS_ANNOUNCED.get(chinese, chinese)
