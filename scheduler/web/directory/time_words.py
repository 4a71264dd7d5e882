"""When a row of a calendar shelf holds, in a line beside its name."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _

from scheduler.domain.calendars.local_time import clock_words
from scheduler.domain.directory import zone_of
from scheduler.domain.time_fields import Moment
from scheduler.models.openings import Closure, OpeningHours
from scheduler.models.school_time import Swap, Term
from scheduler.web.locale import language
from scheduler.wording import day_words, interval_words, label

STARTS, ENDS = Moment(name="starts_at", label=""), Moment(name="ends_at", label="", ends=True)


def when_words(entry: Any) -> str:
    """Days and hours of a term, opening hours, a swap or a closure; "" for whatever else."""
    if isinstance(entry, Term):
        return f"{label(language(), entry.stage)} · {days_words(entry.first_day, entry.last_day)}"
    if isinstance(entry, OpeningHours):
        hours = f"{clock_words(entry.opens)}–{clock_words(entry.closes)}"
        dated = entry.first_day and entry.last_day
        return f"{days_words(entry.first_day, entry.last_day)} · {hours}" if dated else hours
    if isinstance(entry, Swap):
        weekday = entry.follows_weekday
        follows = _("按%(weekday)s上课", weekday=label(language(), weekday)) if weekday else _("不上课")
        return f"{day_words(entry.day, language(), year=True)} · {follows}"
    return closure_words(entry) if isinstance(entry, Closure) else ""


def days_words(first: date, last: date) -> str:
    """Two days and what lies between, both included; the year once where it is one."""
    last_words = day_words(last, language(), year=last.year != first.year)
    return f"{day_words(first, language(), year=True)} – {last_words}"


def closure_words(closure: Closure) -> str:
    """From when to when on the clocks of its place; whole days without their hours."""
    zone = zone_of(closure.organisation)
    starts = STARTS.on_clock(closure.starts_at, zone=zone)
    ends = ENDS.on_clock(closure.ends_at, zone=zone)
    if starts.clock or ends.clock:
        return interval_words(closure.starts_at, closure.ends_at, language(), zone, year=True)
    if starts.day == ends.day:
        return day_words(starts.day, language(), year=True)
    return days_words(starts.day, ends.day)
