"""Statutory holidays and make-up workdays as a value. What is not published is not guessed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from scheduler.models.holidays import DayKind


@dataclass(frozen=True)
class Holidays:
    """``years``: those that are published. ``days``: (kind, name of the holiday) of every announced day."""

    years: frozenset[int] = frozenset()
    days: Mapping[date, tuple[DayKind, str]] = field(default_factory=dict)

    def is_published(self, day: date) -> bool:
        """Whether it is known if ``day`` is a holiday."""
        return day.year in self.years

    def day_off(self, day: date) -> str:
        """The holiday's name on a day off; "" for other days and for days that are not published."""
        return self._off.get(day, "")

    def make_up(self, day: date) -> str:
        """The holiday's name on a make-up workday; "" for others."""
        return self._made_up.get(day, "")

    @cached_property
    def _off(self) -> dict[date, str]:
        return {day: name for day, (kind, name) in self.days.items() if kind is DayKind.HOLIDAY}

    @cached_property
    def _made_up(self) -> dict[date, str]:
        return {day: name for day, (kind, name) in self.days.items() if kind is DayKind.WORKDAY}
