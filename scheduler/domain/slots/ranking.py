"""In what order free times are proposed, and what is said against each. Pure.

A time has points against it; the fewer the better, and of equal ones the earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from scheduler.domain.calendars.local_time import DAY, days_touched, local_date
from scheduler.domain.calendars.rules import Question
from scheduler.domain.calendars.values import Calendars, Place
from scheduler.domain.intervals import Interval, overlap
from scheduler.models.openings import ClosureKind

Ranked = TypeVar("Ranked")
NOON = 12


class Preference(StrEnum):
    """What a coordinator would rather have."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    NOT_BEFORE_EXAM = "not_before_exam"
    SPREAD = "spread"


class Remark(StrEnum):
    """What speaks against a free time without refusing it."""

    AFTERNOON = "afternoon"
    MORNING = "morning"
    BEFORE_EXAM = "before_exam"
    BETWEEN_BELLS = "between_bells"
    PREFERRED_BUSY = "preferred_busy"
    TOLD = "told"


POINTS = {
    Remark.PREFERRED_BUSY: 60,
    Remark.BEFORE_EXAM: 50,
    Remark.AFTERNOON: 40,
    Remark.MORNING: 40,
    Remark.BETWEEN_BELLS: 15,
    Remark.TOLD: 5,
}
"""Points against a time for each remark; each day that it is later costs one."""

EACH_DAY = 4
"""Most proposals of one day; with SPREAD one."""


@dataclass(frozen=True)
class Taste:
    """Preferences with what they are judged by. ``anchors``: when lessons begin; none: any start will do."""

    preferences: frozenset[Preference]
    zone: str
    first_day: date
    anchors: frozenset[int] = frozenset()
    exam_eves: frozenset[date] = field(default_factory=frozenset)

    def remarks(self, start: int) -> list[Remark]:
        """What speaks against a start, whoever is busy."""
        return self._said(start, self._local(start))

    def points(self, start: int) -> int:
        """Points against a start, whoever is busy."""
        local = self._local(start)
        days_later = local.toordinal() - self.first_day.toordinal()
        return days_later + sum(POINTS[remark] for remark in self._said(start, local))

    def _said(self, start: int, local: datetime) -> list[Remark]:
        said = []
        if Preference.MORNING in self.preferences and local.hour >= NOON:
            said.append(Remark.AFTERNOON)
        if Preference.AFTERNOON in self.preferences and local.hour < NOON:
            said.append(Remark.MORNING)
        if Preference.NOT_BEFORE_EXAM in self.preferences and local.date() in self.exam_eves:
            said.append(Remark.BEFORE_EXAM)
        if self.anchors and start not in self.anchors:
            said.append(Remark.BETWEEN_BELLS)
        return said

    def _local(self, start: int) -> datetime:
        return datetime.fromtimestamp(start, ZoneInfo(self.zone))


def exam_eves(question: Question, calendars: Calendars) -> frozenset[date]:
    """The days before an exam of a school or a class that takes part."""
    eves: set[date] = set()
    for place_id in question.place_ids:
        place = calendars.places[place_id]
        for interval in _exams(place, question):
            eves |= {day - DAY for day in days_touched(interval, place.zone)}
    return frozenset(eves)


def _exams(place: Place, question: Question) -> Iterable[Interval]:
    concerned = {None, *question.resource_ids}
    return (
        one.interval for one in place.closed if one.kind is ClosureKind.EXAM and one.resource_id in concerned
    )


def choose(
    ranked: Sequence[Ranked],
    interval_of: Callable[[Ranked], Interval],
    *,
    zone: str,
    most: int,
    preferences: Collection[Preference],
) -> list[Ranked]:
    """The first ``most`` that do not overlap each other, few of each day, so that there is a choice."""
    a_day = 1 if Preference.SPREAD in preferences else EACH_DAY
    chosen: dict[date, list[Ranked]] = {}
    order: list[Ranked] = []
    for one in ranked:
        interval = interval_of(one)
        same_day = chosen.setdefault(local_date(interval[0], zone), [])
        if len(same_day) < a_day and not any(overlap(interval, interval_of(other)) for other in same_day):
            same_day.append(one)
            order.append(one)
        if len(order) == most:
            break
    return order
