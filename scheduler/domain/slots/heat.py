"""Days by hours: where the time that is looked for could begin, and who or what is in the way elsewhere."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from scheduler.domain.calendars.local_time import days_between, minutes_interval
from scheduler.domain.calendars.rules import Wanted
from scheduler.domain.slots.blockers import holding, tally
from scheduler.domain.slots.ground import Ground, Search, survey
from scheduler.domain.slots.near_misses import Hurdles, find_hurdles, likely_starts
from scheduler.errors import Objection


class Warmth(StrEnum):
    """What an hour offers."""

    FREE = "free"
    ALMOST = "almost"
    """Exactly one in the way."""
    BUSY = "busy"
    CLOSED = "closed"
    """A rule speaks against every time of the hour."""
    PAST = "past"


@dataclass(frozen=True)
class Cell:
    """An hour of a day. ``start``: the instant in it with the least in the way, the earliest of these; None
    in the past. ``busy`` and ``objections``: what is in the way of that one.
    """

    hour: int
    warmth: Warmth
    start: int | None = None
    busy: tuple[Wanted, ...] = ()
    objections: tuple[Objection, ...] = ()


@dataclass(frozen=True)
class HeatDay:
    """A day that is looked at, with all its hours."""

    day: date
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing could begin, whoever were asked."""
        return all(cell.warmth in (Warmth.CLOSED, Warmth.PAST) for cell in self.cells)


class _Counts:
    """How many rules and how many of the wanted are in the way of each start."""

    def __init__(self, hurdles: Hurdles) -> None:
        number = len(hurdles.starts)
        self.refusing = tally(hurdles.refused.values(), number)
        self.busy = tally(hurdles.busy.values(), number)

    def of(self, at: int) -> tuple[int, int]:
        """(rules, wanted) in the way; a rule is worse than anybody who is busy: it stands for everybody."""
        return self.refusing[at], self.busy[at]


def heat_map(session: Session, search: Search) -> list[HeatDay]:
    """Every wanted day of the window, hour by hour; a fixed number of queries."""
    ground = survey(session, search)
    hurdles = find_hurdles(session, ground, likely_starts(ground, ground.windows))
    counts = _Counts(hurdles)
    hours = range(search.earliest // 60, (search.latest - search.minutes) // 60 + 1)
    return [
        HeatDay(day, tuple(_cell(ground, hurdles, counts, day, hour) for hour in hours))
        for day in days_between(search.first_day, search.last_day)
        if day.isoweekday() in search.weekdays
    ]


def _cell(ground: Ground, hurdles: Hurdles, counts: _Counts, day: date, hour: int) -> Cell:
    first, end = minutes_interval(day, ground.search.zone, hour * 60, (hour + 1) * 60)
    within = range(bisect_left(hurdles.starts, first), bisect_left(hurdles.starts, end))
    if not within:
        return Cell(hour, Warmth.PAST)
    at = min(within, key=counts.of)
    start, busy = hurdles.starts[at], set(holding(hurdles.busy, at))
    return Cell(
        hour,
        _warmth(*counts.of(at)),
        start,
        tuple(one for one in ground.search.question.wanted if one.resource_id in busy),
        tuple(ground.rules[index].say(ground.interval(start)) for index in holding(hurdles.refused, at)),
    )


def _warmth(refusing: int, busy: int) -> Warmth:
    if refusing:
        return Warmth.CLOSED
    return {0: Warmth.FREE, 1: Warmth.ALMOST}.get(busy, Warmth.BUSY)
