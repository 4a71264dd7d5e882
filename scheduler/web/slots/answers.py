"""What was found, in words: free times with what speaks against each, near misses, and the heat map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext, lazy_pgettext
from sqlalchemy.orm import Session

from scheduler.domain.availability import interval_of
from scheduler.domain.calendars.around import look_around
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.local_time import instant
from scheduler.domain.holds import Span
from scheduler.domain.slots.ground import Search
from scheduler.domain.slots.heat import Cell, HeatDay, Warmth
from scheduler.domain.slots.near_misses import NearMiss
from scheduler.domain.slots.ranking import Remark
from scheduler.domain.slots.search import Found, Slot
from scheduler.domain.times import local_day
from scheduler.web.around_words import Names, every_period
from scheduler.web.bookings.values import time_values
from scheduler.web.door import zone
from scheduler.web.locale import language
from scheduler.wording import conflict_words, day_words, explain, interval_words
from scheduler.wording.moments import distance_words

REMARKS = {
    Remark.AFTERNOON: lazy_gettext("在下午"),
    Remark.MORNING: lazy_gettext("在上午"),
    Remark.BEFORE_EXAM: lazy_gettext("第二天有考试"),
    Remark.BETWEEN_BELLS: lazy_gettext("不在一节课开始时"),
}
"""The others are told by names and sentences."""
MARKS = {
    Warmth.FREE: ("○", lazy_pgettext("heat", "都有空")),
    Warmth.ALMOST: ("△", lazy_pgettext("heat", "只差一个")),
    Warmth.BUSY: ("✕", lazy_pgettext("heat", "几个都忙")),
    Warmth.CLOSED: ("—", lazy_pgettext("heat", "规则不允许")),
    Warmth.PAST: ("", lazy_pgettext("heat", "已过")),
}
MOST_REASONS = 2
"""Of a day on which nothing is possible."""


Periods = Callable[[Span], str]
"""A time → the lessons of the receiving schools that it touches, "" for none."""


def periods_for(session: Session, search: Search, names: Names) -> Periods:
    """What the bells of the classes' schools say of the times of a search; a fixed number of queries."""
    receiving = {place_id for place_id, _stage in search.question.school_stages}
    calendars = load_calendars(session, receiving, search.around, partnership_id=search.partnership_id)

    def words(span: Span) -> str:
        around = look_around(calendars, interval_of(span), receiving=receiving, present=(), zone=zone())
        return every_period(around, names)

    return words


def slot_lines(found: Found, today: date, periods: Periods) -> list[dict[str, Any]]:
    """Free times: {interval, period, relative, against: [sentence], url}."""
    return [
        {
            **_when(slot.span, today, periods),
            "against": _against(slot),
            "url": _use(slot.span, slot.absent_ids),
        }
        for slot in found.slots
    ]


def near_lines(found: Found, today: date, periods: Periods) -> list[dict[str, Any]]:
    """Near misses: {interval, period, relative, blockers: [sentence], url}."""
    return [
        {**_when(miss.span, today, periods), "blockers": _blockers(miss), "url": _use(miss.span)}
        for miss in found.near_misses
    ]


def most_in_the_way(found: Found) -> list[str]:
    """Who and what blocks most of the near misses: the first to ask when nothing is free."""
    names = Counter(
        name
        for miss in found.near_misses
        for name in {
            *(one.resource_name for one in miss.conflicts),
            *(str(one.facts.get("name", "")) for one in miss.objections),
        }
    )
    return [name for name, _times in names.most_common(3) if name]


def map_rows(days: Sequence[HeatDay], today: date, minutes: int) -> dict[str, Any]:
    """The heat map: its hours, and a row for each day on which something could begin."""
    shown = [day for day in days if not day.is_empty]
    hours = [cell.hour for cell in days[0].cells] if days else []
    return {
        "hours": hours,
        "rows": [
            {
                "words": day_words(day.day, language()),
                "relative": distance_words(day.day, today, language()),
                "iso": day.day.isoformat(),
                "cells": [_cell(cell, minutes) for cell in day.cells],
            }
            for day in shown
        ],
        "left_out": [_left_out(day) for day in days if day.is_empty],
        "free": sum(cell.warmth is Warmth.FREE for day in days for cell in day.cells),
        "legend": [(warmth.value, mark, words) for warmth, (mark, words) in MARKS.items() if mark],
    }


def _left_out(day: HeatDay) -> dict[str, Any]:
    """A day on which nothing could begin, and what speaks against most of its hours."""
    said = Counter(explain(one, language(), zone=zone()) for cell in day.cells for one in cell.objections)
    most = max(said.values(), default=0)
    words = [sentence for sentence, times in said.items() if times == most]
    return {"words": day_words(day.day, language()), "reasons": words[:MOST_REASONS]}


def _cell(cell: Cell, minutes: int) -> dict[str, Any]:
    mark, words = MARKS[cell.warmth]
    reasons = [one.name for one in cell.busy]
    reasons += [explain(one, language(), zone=zone()) for one in cell.objections]
    span = None if cell.start is None else Span(instant(cell.start), instant(cell.start + minutes * 60))
    return {
        "warmth": cell.warmth.value,
        "mark": mark,
        "words": str(words),
        "reasons": reasons,
        "url": _use(span) if span and cell.warmth is Warmth.FREE else None,
        "interval": interval_words(span.starts_at, span.ends_at, language(), zone()) if span else "",
    }


def _when(span: Span, today: date, periods: Periods) -> dict[str, str]:
    day = local_day(span.starts_at, zone())
    return {
        "interval": interval_words(span.starts_at, span.ends_at, language(), zone()),
        "period": periods(span),
        "relative": distance_words(day, today, language()),
        "iso": span.starts_at.isoformat(),
    }


def _against(slot: Slot) -> list[str]:
    said = [str(REMARKS[one]) for one in dict.fromkeys(slot.remarks) if one in REMARKS]
    said += [conflict_words(one, language(), zone=zone()) for one in slot.missing]
    return said + [explain(one, language(), zone=zone()) for one in (*slot.objections, *slot.notes)]


def _blockers(miss: NearMiss) -> list[str]:
    said = [conflict_words(one, language(), zone=zone()) for one in miss.conflicts]
    return said + [explain(one, language(), zone=zone()) for one in miss.objections]


def _use(span: Span, absent: Iterable[int] = ()) -> str:
    """The booking form, filled with this time and everybody who can come."""
    values = time_values(span.starts_at, span.ends_at, zone())
    gone = {str(row_id) for row_id in absent}
    wished = ",".join(request.args.getlist("preferred")).split(",")
    coming = [one for one in wished if one and one.partition(":")[0] not in gone]
    return url_for(
        "bookings.new",
        day=values["date"],
        starts=values["starts"],
        ends=values["ends"],
        required=[*request.args.getlist("required"), *coming],
        **{
            name: request.args.getlist(name)
            for name in ("kind", "timing", "organisation_id")
            if any(request.args.getlist(name))
        },
    )
