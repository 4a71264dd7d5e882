"""Times that could be proposed: where every rule allows them, at sensible minutes. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

from scheduler.domain.calendars.local_time import (
    days_between,
    days_touched,
    minutes_interval,
)
from scheduler.domain.calendars.rules import Question, Rule
from scheduler.domain.calendars.values import Calendars
from scheduler.domain.intervals import Interval, Pieces, intersect_all
from scheduler.models.bookings import Timing

STEP = 15 * 60
"""Seconds between two proposed starts where no bell gives one."""
HOUR = 60 * 60


def day_windows(
    first: date, last: date, *, zone: str, earliest: int, latest: int, weekdays: frozenset[int]
) -> list[Interval]:
    """From ``earliest`` to ``latest`` (minutes) on every wanted weekday (ISO) from ``first`` to ``last``."""
    return [
        minutes_interval(day, zone, earliest, latest)
        for day in days_between(first, last)
        if day.isoweekday() in weekdays
    ]


def allowed_pieces(rules: Iterable[Rule], windows: Pieces, within: Interval) -> Pieces:
    """Where no rule that can refuse objects."""
    return intersect_all((windows, *(rule.pieces for rule in rules if rule.soft)), within)


def lesson_starts(question: Question, calendars: Calendars, within: Interval) -> list[int]:
    """When the lessons of the classes' schools begin, sorted, each instant once."""
    schools = [
        calendars.places[place_id] for place_id in {place_id for place_id, _ in question.school_stages}
    ]
    return sorted(
        {
            start
            for school in schools
            for day in days_touched(within, school.zone)
            for start, _end in school.taught(day, Timing.PERIOD)
        }
    )


def candidate_starts(pieces: Pieces, length: int, anchors: Sequence[int], step: int = STEP) -> list[int]:
    """Starts from which ``length`` (seconds) fits into a piece: its own, the anchors and the steps in it."""
    found: set[int] = set()
    for start, end in pieces:
        last = end - length
        if last < start:
            continue
        found.add(start)
        first_step = -(-start // step) * step
        if first_step <= last:
            found.update(range(first_step, last + 1, step))
        at = bisect_right(anchors, start)
        while at < len(anchors) and anchors[at] <= last:
            found.add(anchors[at])
            at += 1
    return sorted(found)
