"""A year of holidays as its page shows it: grouped by holiday, and as a picture of twelve months."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.domain import access, holiday_years
from scheduler.domain.times import local_day
from scheduler.models.holidays import CalendarDay, DayKind, HolidayYear
from scheduler.models.places import Partnership
from scheduler.web.door import viewer, zone
from scheduler.web.locale import joined, language
from scheduler.wording import day_words
from scheduler.wording.moments import MONTHS_EN, WEEKDAYS
from scheduler.wording.names import holiday_name


@dataclass
class Group:
    """Days off without a break, the holidays that they belong to, and the days worked for them."""

    off: list[date]
    names: list[str]
    worked: list[CalendarDay] = field(default_factory=list)

    def distance(self, day: date) -> int:
        """Days from ``day`` to the nearest day off."""
        return min(abs((day - one).days) for one in (self.off[0], self.off[-1]))


def year_page(session: Session, partnership: Partnership, year: int) -> dict[str, Any]:
    """Everything that the page of a year shows."""
    row = holiday_years.find_year(session, partnership.id, year)
    days = row.days if row else []
    groups, left = group_days(days)
    recent, older = _tabs(session, partnership.id, year)
    return {
        "year": year,
        "row": row,
        "updated": day_words(local_day(row.updated_at, zone()), language(), year=True) if row else "",
        "imported": row is not None and holiday_years.is_imported(row),
        "groups": [_group_words(group) for group in groups],
        "left": [day_words(day.day, language()) for day in left],
        "counts": counts_words(days),
        "months": months(year, days) if row else [],
        "weekdays": [name[-1] if language() == "zh" else name[:2] for name in WEEKDAYS[language()]],
        "tabs": recent,
        "older": older,
        "may_edit": access.can_edit_regions(viewer(), partnership.id),
    }


def this_year() -> int:
    """By the viewer's clock."""
    return local_day(clock.now(), zone()).year


def group_days(days: Sequence[CalendarDay]) -> tuple[list[Group], list[CalendarDay]]:
    """Days off in runs, make-up days with the nearest run of their holiday; and those of no known holiday."""
    groups: list[Group] = []
    for day in days:
        if day.kind is not DayKind.HOLIDAY:
            continue
        if not groups or (day.day - groups[-1].off[-1]).days > 1:
            groups.append(Group([], []))
        groups[-1].off.append(day.day)
        if day.name not in groups[-1].names:
            groups[-1].names.append(day.name)
    left = []
    for day in days:
        if day.kind is DayKind.WORKDAY:
            own = [group for group in groups if day.name in group.names]
            if own:
                min(own, key=lambda group, day=day: group.distance(day.day)).worked.append(day)
            else:
                left.append(day)
    return groups, left


def months(year: int, days: Sequence[CalendarDay]) -> list[dict[str, Any]]:
    """Twelve months of weeks of days {number, mark, kind, name}; None outside the month."""
    known = {day.day: day for day in days}
    return [
        {
            "name": _("%(month)s月", month=month) if language() == "zh" else MONTHS_EN[month - 1],
            "weeks": [
                [_cell(day, known) if day.month == month else None for day in week]
                for week in Calendar().monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def counts_words(days: Sequence[Any]) -> str:
    """How many days off and make-up days, of anything that has a ``kind``."""
    off = sum(day.kind is DayKind.HOLIDAY for day in days)
    return _("放假 %(off)s 天，调休上班 %(worked)s 天", off=off, worked=len(days) - off)


def named(name: str) -> str:
    """The holiday's name in the viewer's language, as far as it is one of every year."""
    return holiday_name(name, language())


def mark_of(kind: DayKind) -> str:
    """One letter that tells the kind without colour."""
    return pgettext("holiday mark", "休") if kind is DayKind.HOLIDAY else pgettext("holiday mark", "班")


def _cell(day: date, known: dict[date, CalendarDay]) -> dict[str, Any]:
    told = known.get(day)
    if told is None:
        return {"number": day.day, "mark": ""}
    return {
        "number": day.day,
        "mark": mark_of(told.kind),
        "kind": told.kind.value,
        "name": named(told.name),
    }


def _group_words(group: Group) -> dict[str, Any]:
    first, last = (day_words(day, language()) for day in (group.off[0], group.off[-1]))
    return {
        "name": joined(named(name) for name in group.names),
        "off": first if len(group.off) == 1 else f"{first} – {last}",
        "count": len(group.off),
        "worked": [day_words(day.day, language()) for day in group.worked],
    }


def _tabs(session: Session, partnership_id: int, chosen: int) -> tuple[list[dict[str, Any]], list[Any]]:
    """The years around now and the chosen one as tabs, newest first, and links to the earlier ones."""
    now = this_year()
    query = select(HolidayYear.year).where(HolidayYear.partnership_id == partnership_id)
    published = set(session.scalars(query))
    shown = sorted(published | {now, now + 1, chosen}, reverse=True)
    recent = [year for year in shown if year >= now - 2 or year == chosen]
    tabs = [
        {
            "label": str(year) if year in published else _("%(year)s 未发布", year=year),
            "url": url_for("holidays.year", year=year),
            "active": year == chosen,
        }
        for year in recent
    ]
    older = [(year, url_for("holidays.year", year=year)) for year in shown if year not in recent]
    return tabs, older
