"""Bells as pages show them: schools with what rings today, and one school's schedules side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.domain import access, bell_schedules
from scheduler.domain.bell_schedules import gaps_of, value_of
from scheduler.domain.calendars.bells import Line, Schedule
from scheduler.domain.calendars.local_time import clock_words
from scheduler.domain.times import local_day
from scheduler.models.places import Organisation
from scheduler.models.school_time import BellSchedule, PeriodKind
from scheduler.models.weekdays import Weekday
from scheduler.web.bells.terms import missing_terms
from scheduler.web.door import viewer
from scheduler.web.locale import joined, language, name_of
from scheduler.wording import day_words, label
from scheduler.wording.names import period_name


def overview(session: Session, partnership_id: int | None) -> dict[str, Any]:
    """The schools of the partnership by region, each with what is in effect today and what is missing."""
    if partnership_id is None:
        return {"regions": [], "terms": {}}
    found = session.scalars(bell_schedules.schedules(viewer(), partnership_id=partnership_id)).all()
    regions: dict[str, list[dict[str, Any]]] = {}
    schools = session.scalars(bell_schedules.schools(partnership_id)).all()
    terms = missing_terms(session, schools)
    for school in schools:
        own = [schedule for schedule in found if schedule.organisation_id == school.id]
        regions.setdefault(name_of(school.region), []).append(_school_line(school, own))
    told = {name_of(school.region): terms.get(school.region_id) for school in schools}
    return {"regions": list(regions.items()), "terms": told}


def school_page(session: Session, school: Organisation) -> dict[str, Any]:
    """All schedules of a school: those that ring or will, one timetable of them, then what is over."""
    today = local_day(clock.now(), school.region.zone)
    live = session.scalars(bell_schedules.schedules(viewer(), organisation_id=school.id)).all()
    retired = bell_schedules.schedules(viewer(), organisation_id=school.id, retired=True)
    current = [one for one in live if one.last_day is None or one.last_day >= today]
    return {
        "school": school,
        "may_edit": access.can_edit_resources(viewer(), school) and school.retired_at is None,
        "cards": [card(schedule, today) for schedule in current],
        "rows": timetable([value_of(schedule) for schedule in current]),
        "terms": missing_terms(session, [school]).get(school.region_id),
        "gaps": [gap_words(gap) for gap in gaps_of(live)],
        "over": [card(schedule, today) for schedule in live if schedule not in current],
        "retired": [card(schedule, today) for schedule in session.scalars(retired)],
        "silent": bool(current) and not any(value_of(one).is_in_effect(today) for one in current),
    }


def card(schedule: BellSchedule, today: date) -> dict[str, Any]:
    """A schedule in words."""
    return {
        "id": schedule.id,
        "name": schedule.name,
        "days": days_words(schedule.first_day, schedule.last_day),
        "weekdays": weekday_names(schedule),
        "lessons": lessons_words(value_of(schedule)),
        "now": schedule.retired_at is None and value_of(schedule).is_in_effect(today),
    }


def timetable(found: Sequence[Schedule]) -> list[dict[str, Any]]:
    """A line for each period name, with its times in every schedule, in the order of the day."""
    rows: dict[str, list[Line | None]] = {}
    for place, schedule in enumerate(found):
        for line in schedule.lines:
            rows.setdefault(line.name, [None] * len(found))[place] = line
    ordered = sorted(rows.items(), key=lambda row: min(line.starts for line in row[1] if line))
    return [
        {
            "name": period_name(name, language()),
            "kind": _kind(lines),
            "times": [_time(line) for line in lines],
        }
        for name, lines in ordered
    ]


def days_words(first: date, last: date | None) -> str:
    """2018年10月8日 – 2019年4月30日, or from a day on."""
    starts = day_words(first, language(), year=True)
    if last is None:
        return _("%(day)s 起", day=starts)
    return f"{starts} – {day_words(last, language(), year=True)}"


def gap_words(gap: tuple[date, date]) -> str:
    """The stretch without bells."""
    if gap[0] == gap[1]:
        return day_words(gap[0], language(), year=True)
    return days_words(*gap)


def weekday_names(schedule: BellSchedule) -> list[str]:
    """周一, 周二, …"""
    return [label(language(), Weekday(number)) for number in schedule.weekdays.split(",")]


def weekday_words(schedule: BellSchedule) -> str:
    """周一至周五; one by one where they do not follow each other."""
    names, numbers = weekday_names(schedule), [int(number) for number in schedule.weekdays.split(",")]
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return _("%(first)s至%(last)s", first=names[0], last=names[-1])
    return joined(names)


def lessons_words(schedule: Schedule) -> str:
    """How many lessons, from when until when."""
    lessons = [line for line in schedule.lines if line.kind is PeriodKind.LESSON]
    if not lessons:
        return ""
    span = f"{clock_words(lessons[0].starts)}–{clock_words(lessons[-1].ends)}"
    return _("%(count)s 节课，%(span)s", count=len(lessons), span=span)


def _school_line(school: Organisation, own: Sequence[BellSchedule]) -> dict[str, Any]:
    today = local_day(clock.now(), school.region.zone)
    now = [schedule for schedule in own if value_of(schedule).is_in_effect(today)]
    return {
        "name": name_of(school),
        "url": url_for("bells.school", school_id=school.id),
        "now": [
            {"name": one.name, "weekdays": weekday_words(one), "lessons": lessons_words(value_of(one))}
            for one in now
        ],
        "missing": _missing(own, now),
        "new_url": url_for("bells.new_form", school_id=school.id)
        if not own and access.can_edit_resources(viewer(), school)
        else None,
    }


def _missing(own: Sequence[BellSchedule], now: Sequence[BellSchedule]) -> str:
    """What speaks against relying on the bells of this school; "" for nothing."""
    if not own:
        return _("还没有作息时间表")
    gaps = joined(gap_words(gap) for gap in gaps_of(own))
    if gaps:
        return _("空档：%(days)s", days=gaps)
    return "" if now else _("今天没有作息在用")


def _kind(lines: Iterable[Line | None]) -> str:
    """What the line is where it is no lesson, in words."""
    kinds = {line.kind for line in lines if line is not None} - {PeriodKind.LESSON}
    return joined(label(language(), kind) for kind in PeriodKind if kind in kinds)


def _time(line: Line | None) -> dict[str, Any] | None:
    if line is None:
        return None
    words = f"{clock_words(line.starts)}–{clock_words(line.ends)}"
    return {"words": words, "minutes": line.ends - line.starts}
