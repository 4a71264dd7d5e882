"""Bell schedules."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from scheduler.api.shapes.values import Moment, Named
from scheduler.models.school_time import PeriodKind
from scheduler.models.weekdays import Weekday


class PeriodShape(TypedDict):
    """A line of a bell schedule; times of day on the school's clocks, half-open."""

    kind: PeriodKind
    name: str
    starts: str
    ends: Annotated[str, "24:00 is the midnight that ends the day."]


class DaysShape(TypedDict):
    """A stretch of days, both included."""

    first_day: str
    last_day: str


class BellScheduleShape(TypedDict):
    """The periods of a school on some weekdays from its first to its last day (null: without end)."""

    id: int
    partnership_id: int
    organisation: Named
    name: str
    first_day: str
    last_day: str | None
    weekdays: list[Weekday]
    periods: list[PeriodShape]
    gaps: NotRequired[
        Annotated[list[DaysShape], "Days between the school's schedules that none covers; not in lists."]
    ]
    retired_at: Moment | None
    version: int
