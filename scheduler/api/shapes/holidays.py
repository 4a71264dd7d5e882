"""Years of holidays and their days."""

from __future__ import annotations

from typing import Annotated, TypedDict

from scheduler.api.shapes.values import Moment
from scheduler.models.holidays import DayKind


class HolidayYearShape(TypedDict):
    """A year, whether its holidays are announced, and whence they are known."""

    year: int
    published: bool
    imported: Annotated[bool, "Whether somebody brought it in; others come with the product."]
    source: str
    notice: Annotated[str, "The notice that announced them, as far as it is known."]
    updated_at: Moment | None
    version: Annotated[int, "Name it when importing the year; 0: not published."]


class HolidayYearsShape(TypedDict):
    """The published years, in order."""

    items: list[HolidayYearShape]


class AnnouncedDayShape(TypedDict):
    """A day off, or a Saturday or Sunday that is worked for one."""

    day: Annotated[str, "ISO 8601 date."]
    kind: DayKind
    name: Annotated[str, "The holiday that it belongs to."]


class HolidaysShape(HolidayYearShape):
    """A year with its days; no day while it is not published."""

    days: list[AnnouncedDayShape]
